"""Dataclasses as the stages have them: with slots, frozen as type checkers see it, made in a tenth of the time.

`dataclasses` compiles the methods of each class: half a millisecond, a hundred times. Here they are compiled once for
each number of fields, and get the names of the class's own; how records are compared is the same code for all, but for
those that are made by the thousand. What `dataclasses.fields` and the like ask for is made when they ask.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from .bound import BUILT_INS

if TYPE_CHECKING:
    from dataclasses import dataclass, field

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options: Any) -> Any:
        return lambda function: function

    def dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Any:
        """As that of `dataclasses`, but not kept from being changed."""
        return lambda cls: _made(cls, eq, frozen, slots=slots)

    def field(**options: Any) -> Any:
        """As that of `dataclasses`."""
        return Field(**options)


T = TypeVar("T")


class _Missing:
    """Stands where nothing is given."""


MISSING: Final = _Missing()


class Field:
    """What is stated of a field."""

    __slots__ = ("compare", "default", "default_factory", "hash", "init", "kw_only", "repr")

    def __init__(
        self, *, default: Any = MISSING, default_factory: Any = MISSING, init: bool = True, repr: bool = True,
        hash: bool | None = None, compare: bool = True, kw_only: bool = False,
    ) -> None:  # fmt: skip
        self.default, self.default_factory, self.init, self.repr = default, default_factory, init, repr
        self.hash, self.compare, self.kw_only = hash, compare, kw_only

    @property
    def hashed(self) -> bool:
        return self.compare if self.hash is None else self.hash

    def options(self) -> dict[str, Any]:
        """What `dataclasses.field` is given."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not MISSING}


PLAIN: Final = Field()
Fields = dict[str, Any]  # by name: a `Field`, or the default
_fields_of: dict[type, Fields] = {}  # of each record, with those of the records it is made from


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass that is made by the thousand while a region is decided, frozen as type checkers see it."""
    own = "__hash__" in vars(cls)
    return _made(cls, not own, not own, quick=True)  # type: ignore[no-any-return]


def _made(cls: Any, eq: bool, hashed: bool, quick: bool = False, slots: bool = True) -> Any:
    """The dataclass; what the class has itself stays. hashed: by its fields, if it is compared by them; quick: in code
    of its own."""
    own, inherited = dict(vars(cls)), _inherited(cls)
    fields: Fields = {}
    made: Any = cls
    for name in cls.__annotations__:
        fields[name] = own.get(name, PLAIN)
        if type(fields[name]).__module__ == "dataclasses":
            raise TypeError(f"{cls.__name__}.{name} is a field of `dataclasses`")
    everything: Fields = inherited | fields
    stated = {name: f if type(f) is Field else Field(default=f) for name, f in everything.items()}
    if slots:
        body = {name: value for name, value in own.items() if name not in (*fields, "__dict__", "__weakref__")}
        body["__slots__"] = tuple(name for name in fields if name not in inherited)
        made = type(cls)(cls.__name__, cls.__bases__, body)
        made.__qualname__ = cls.__qualname__
    _fields_of[made] = everything
    made.__dataclass_fields__ = _AS_DATACLASS
    made.__match_args__ = tuple(  # type: ignore[misc]  # of this class alone
        [name for name, f in stated.items() if f.init and not f.kw_only]
    )
    if "__init__" not in own:
        made.__init__ = _init(made, stated)
    if "__repr__" not in own:
        made.__repr__ = _repr([name for name, f in stated.items() if f.repr])
    if eq:
        _comparing(made, own, stated, hashed, quick)
    return made


def _inherited(cls: type) -> Fields:
    found: Fields = {}
    for base in reversed(cls.__mro__):
        found |= _fields_of.get(base, {})
    return found


# -- methods, compiled once


def _init(cls: type, fields: dict[str, Field]) -> FunctionType:
    """Stores its arguments, and what there is without them."""
    kinds, space, defaults = "", {"__builtins__": BUILT_INS, "MISSING": MISSING}, []
    for number, f in enumerate(fields.values()):
        made = f.default_factory is not MISSING
        given = f.default if not made else f.default_factory
        argument = "f" if made else "k" if f.kw_only else "a"
        kinds += argument if f.init else "c" if made else "-" if given is MISSING else "d"
        if f.kw_only and given is not MISSING:
            raise TypeError(f"{cls.__name__} has a default of what is given by name alone")
        if made or (not f.init and given is not MISSING):
            space[f"d{number}"] = given
        if f.init and given is not MISSING:
            defaults.append(MISSING if made else given)
        elif f.init and defaults and not f.kw_only:
            raise TypeError(f"{cls.__name__} has a field without a default behind one that has one")
    code = _template_of_init(kinds, hasattr(cls, "__post_init__"))
    return _function(cls, code, list(fields), space, tuple(defaults))


@cache
def _template_of_init(kinds: str, more: bool) -> CodeType:
    """kinds: by field an argument (a), one with a factory (f), one that is given by name alone (k), a constant (d),
    what a factory makes (c), nothing (-)."""
    given = [f"a{number}" for number, kind in enumerate(kinds) if kind in "af"]
    named = [f"a{number}" for number, kind in enumerate(kinds) if kind == "k"]
    given += ["*", *named] if named else []
    value = {"a": "a{0}", "k": "a{0}", "f": "d{0}() if a{0} is MISSING else a{0}", "d": "d{0}", "c": "d{0}()"}
    body = [f"self.a{n} = {value[kind].format(n)}" for n, kind in enumerate(kinds) if kind != "-"]
    body += ["self.__post_init__()"] if more else [] if body else ["pass"]
    return _compiled(f"def __init__({', '.join(['self', *given])}):\n " + "\n ".join(body))


@cache
def _template_of_eq(count: int) -> CodeType:
    mine, others = (_listed(side, count) for side in ("self", "other"))
    test = "if other.__class__ is self.__class__:"
    return _compiled(f"def __eq__(self, other):\n {test}\n  return {mine} == {others}\n return NotImplemented")


@cache
def _template_of_hash(count: int) -> CodeType:
    return _compiled(f"def __hash__(self):\n return hash({_listed('self', count)})")


def _listed(side: str, count: int) -> str:
    return "(" + "".join([f"{side}.a{number}, " for number in range(count)]) + ")"


def _compiled(text: str) -> CodeType:
    (code,) = [held for held in compile(text, "<record>", "exec").co_consts if type(held) is CodeType]
    return code


def _function(
    cls: type, template: CodeType, names: list[str], space: dict[str, Any], defaults: tuple[object, ...] = ()
) -> FunctionType:
    """A method of a class: what is compiled for so many fields, with these names."""
    own = {f"a{number}": name for number, name in enumerate(names)}
    code = template.replace(
        co_names=tuple([own.get(name, name) for name in template.co_names]),
        co_varnames=tuple([own.get(name, name) for name in template.co_varnames]),
    )
    made = FunctionType(code, space, template.co_name, defaults)
    made.__qualname__ = f"{cls.__qualname__}.{template.co_name}"
    return made


_SPACE: Final = {"__builtins__": BUILT_INS}


def _comparing(cls: Any, own: dict[str, Any], fields: dict[str, Field], hashed: bool, quick: bool) -> None:
    """How they are compared, and hashed."""
    compared = [name for name, f in fields.items() if f.compare]
    by = [name for name, f in fields.items() if f.hashed]
    if "__eq__" not in own:
        code = _template_of_eq(len(compared)) if quick else None
        cls.__eq__ = _function(cls, code, compared, _SPACE) if code is not None else _equal(_values(compared))
    if own.get("__hash__") is None:
        code = _template_of_hash(len(by)) if quick and hashed else None
        hashes = _function(cls, code, by, _SPACE) if code is not None else _hash(_values(by))
        cls.__hash__ = hashes if hashed else None


# -- methods that are the same code for all


def _values(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """What gives the values of so many fields."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda made, get=attrgetter(*names): (get(made),)) if names else lambda made: ()  # type: ignore[misc]


def _equal(values: Callable[[object], tuple[object, ...]]) -> Callable[[object, object], object]:
    def __eq__(self: object, other: object) -> object:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: Callable[[object], tuple[object, ...]]) -> Callable[[object], int]:
    def __hash__(self: object) -> int:
        return hash(values(self))

    return __hash__


def _repr(names: list[str]) -> Callable[[object], str]:
    @recursive_repr("...")
    def __repr__(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    return __repr__


class _AsDataclass:
    """What `dataclasses` looks for in a class: made of those that stand there when it is asked for."""

    def __get__(self, made: object, cls: type) -> dict[str, Any]:
        import dataclasses

        body: dict[str, Any] = {"__annotations__": {}}
        for base in reversed(cls.__mro__):
            if base in _fields_of:
                body["__annotations__"] |= base.__annotations__
        for name, f in _inherited(cls).items():
            if f is not PLAIN:
                body[name] = dataclasses.field(**(f if type(f) is Field else Field(default=f)).options())
        found: Any = dataclasses.dataclass(type(cls.__name__, (), body))
        return found.__dataclass_fields__  # type: ignore[no-any-return]


_AS_DATACLASS: Final = _AsDataclass()


def replace(made: T, **changes: object) -> T:
    """A record with some fields changed. (That of `dataclasses` runs with the built-ins of the moment.)"""
    kind: Any = type(made)
    return kind(**{name: changes[name] if name in changes else getattr(made, name) for name in kind.__match_args__})  # type: ignore[no-any-return]


def assert_never(value: NoReturn) -> NoReturn:
    """Stands where type checkers see that nothing is left. (That of `typing` is there from Python 3.11 on.)"""
    raise AssertionError(f"not one of its kinds: {type(value)}")


__all__ = ["assert_never", "dataclass", "field", "record", "replace"]
