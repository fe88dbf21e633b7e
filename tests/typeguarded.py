"""Typeguard with an answer at hand for what is plainly right: the same is checked, in less time.

How a type is checked is found out once for each type, not at each value; and where a value is an instance of plain
classes, or a built-in container whose first item is, typeguard itself is not asked. What isn't plainly right it
decides.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Literal, Union, get_args, get_origin

from typeguard import TypeCheckMemo, _functions, checker_lookup_functions

Fits = Callable[[Any], bool]  # True: typeguard would have nothing to say
of_typeguard = _functions.check_type_internal
UNIONS = (Union, types.UnionType)
# Classes of which an instance is one of what is asked for, whatever the instance.
SINGLE = {
    list: (list,), set: (set, frozenset), frozenset: (frozenset,), Set: (set, frozenset), Sequence: (list, tuple),
}  # fmt: skip
PAIRS = {dict: (dict,), Mapping: (dict,)}


def check(value: Any, annotation: Any, memo: TypeCheckMemo) -> None:
    """As typeguard's own. Raises: TypeCheckError."""
    try:
        fits = _of(annotation)
    except TypeError:  # of parameters without a hash
        fits = None
    if fits is None or not fits(value):
        of_typeguard(value, annotation, memo)


@functools.cache
def _of(annotation: Any) -> Fits | None:
    origin = get_origin(annotation)
    if origin is None:
        return _fits(annotation, ())
    return _fits(origin, get_args(annotation))


def _fits(origin: Any, args: tuple[Any, ...]) -> Fits | None:
    """Whether a value plainly is of a type; None: typeguard is asked."""
    if origin is Any:
        return lambda value: True
    if origin is None or origin is type(None):
        return lambda value: value is None
    if origin in UNIONS:
        return _any_of(args)
    if origin is Literal and all(type(arg) is str for arg in args):
        return lambda value: type(value) is str and value in args
    if origin in (*SINGLE, *PAIRS, tuple):
        return _container(origin, args)
    if args or not _is_plain(origin):
        return None
    return lambda value: isinstance(value, origin)


def _is_plain(kind: Any) -> bool:
    """Whether typeguard asks `isinstance` of a type, and nothing else."""
    return isinstance(kind, type) and get_origin(kind) is None and checker_lookup_functions[-1](kind, (), ()) is None


def _any_of(args: tuple[Any, ...]) -> Fits | None:
    if Any in args:
        return lambda value: True
    plain = tuple(arg for arg in args if _is_plain(arg))
    more = [fits for fits in (_of(arg) for arg in args if arg not in plain) if fits is not None]
    if not more:
        return (lambda value: isinstance(value, plain)) if plain else None
    return lambda value: isinstance(value, plain) or any(fits(value) for fits in more)


def _container(origin: Any, args: tuple[Any, ...]) -> Fits | None:
    items = [_of(arg) for arg in args if arg is not Ellipsis]
    if None in items:
        return None
    if origin is tuple:
        return _tuple(args, items)
    if not args:
        kinds = SINGLE.get(origin) or PAIRS[origin]
        return lambda value: type(value) in kinds
    if origin in PAIRS:
        return _mapping(PAIRS[origin], *items)
    return _collection(SINGLE[origin], items[0])


def _collection(kinds: tuple[type, ...], item: Any) -> Fits:
    """Of a collection typeguard checks the first item."""

    def fits(value: Any) -> bool:
        if type(value) not in kinds:
            return False
        for first in value:
            return item(first)  # type: ignore[no-any-return]
        return True

    return fits


def _mapping(kinds: tuple[type, ...], key: Any, item: Any) -> Fits:
    def fits(value: Any) -> bool:
        if type(value) not in kinds:
            return False
        for name, first in value.items():
            return key(name) and item(first)  # type: ignore[no-any-return]
        return True

    return fits


def _tuple(args: tuple[Any, ...], items: Sequence[Any]) -> Fits | None:
    if args and args[-1] is Ellipsis:
        return _collection((tuple,), items[0])
    if not args or args == ((),):
        return None
    return lambda value: (
        type(value) is tuple and len(value) == len(items) and all(fits(v) for fits, v in zip(items, value, strict=True))
    )


def install() -> None:
    _functions.check_type_internal = check
