"""Functions that a retry library has wrapped: which function is tried, and what trying does.

The wrapper itself runs in place, as it is; of the function that it tries, only the first attempt's calls start early.
A wrapper is understood where everything that it runs, but for the function, is the library's own.
"""

from __future__ import annotations

import functools
import logging
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

from ..peek import Kinds, function_home, home_of, instance_dict, is_function, peek, text
from ..records import dataclass
from .stated import wrappers

ATOMS = Kinds((int, float, bool, str, bytes, type(None)))
LISTED = Kinds((list, tuple, set, frozenset))


@dataclass(frozen=True, slots=True)
class Retried:
    """A wrapped function: its library, what is tried, the variable that holds it, and where failures are logged."""

    wrapper: types.FunctionType
    package: str
    function: types.FunctionType
    cell: str
    logger: logging.Logger | None
    parts: tuple[object, ...]

    def intact(self, _: object = None) -> bool:
        """Whether the wrapper is made of what it was made of."""
        now = _parts(self.wrapper, self.package)
        return len(now) == len(self.parts) and all(a is b for a, b in zip(now, self.parts, strict=True))


class Trying:
    """A context manager that ends some exceptions, and nobody knows which."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        return kind is not None


TRYING = Trying()


def attempts(wrapper: Any, logger: Any, function: Callable[..., Any], /, *args: Any, **kw: Any) -> Any:
    """What a wrapper does, for the analysis to read; never called. Whether it tries again can't be foreseen."""
    wrapper.statistics = {}
    while True:
        with TRYING:
            return function(*args, **kw)
        if logger is not None:
            logger.info("")


assert is_function(attempts)
ATTEMPTS: types.FunctionType = attempts


def retried(obj: object) -> Retried | None:
    """What is known of a wrapped function, or None where `obj` is none that is understood."""
    if type(obj) is not types.FunctionType or obj.__closure__ is None:
        return None
    cells = dict(zip(obj.__code__.co_freevars, obj.__closure__, strict=True))
    package = text(obj.__globals__.get("__name__")).partition(".")[0]
    for maker, cell in wrappers(package).items():
        made = _made_by(obj, package, maker)
        if not made or cell not in cells:
            continue
        function = cells[cell].cell_contents
        loggers: list[logging.Logger] = []
        rest = [c.cell_contents for name, c in cells.items() if name != cell and not _stands_for(obj, c.cell_contents)]
        own = type(function) is types.FunctionType and all(_own(part, package, loggers, set()) for part in rest)
        if own and len({id(logger) for logger in loggers}) <= 1:
            return Retried(obj, package, function, cell, loggers[0] if loggers else None, _parts(obj, package))
    return None


def _stands_for(obj: types.FunctionType, held: object) -> bool:
    """Whether a function is the wrapper that names itself, or what `jit` made of that."""
    alike = type(held) is types.FunctionType and held.__closure__ is obj.__closure__
    return held is obj or (alike and held.__code__ is obj.__code__)  # type: ignore[attr-defined]


def _made_by(obj: types.FunctionType, package: str, maker: str) -> bool:
    """Whether a function is the one that is made in a function of the library's."""
    found: object = sys.modules.get(package)
    for part in maker.split(".") if found is not None else ():
        found = peek(found, part)
    return is_function(found) and any(obj.__code__ is made for made in found.__code__.co_consts)


def _parts(wrapper: types.FunctionType, package: str) -> tuple[object, ...]:
    found: list[object] = [wrapper.__code__, *(c.cell_contents for c in wrapper.__closure__ or ())]
    for part in list(found):
        if _of(home_of(type(part)), package):
            found.extend((instance_dict(part) or {}).values())
        elif type(part) is list:
            found.extend(part)
        elif type(part) is dict:
            found.extend(part.values())
    return tuple(found)


def _own(part: object, package: str, loggers: list[logging.Logger], seen: set[int]) -> bool:
    """Whether a part of a wrapper, with all that it is made of, runs nothing of the user's."""
    kind = type(part)
    if kind in ATOMS or issubclass(kind, type | threading.local | types.BuiltinFunctionType) or id(part) in seen:
        return True
    seen.add(id(part))
    if kind is logging.Logger:
        loggers.append(part)  # type: ignore[arg-type]
        return True
    below: list[object]
    if kind in LISTED:
        below = list(part)  # type: ignore[call-overload]
    elif kind is dict:
        below = list(part.values())  # type: ignore[attr-defined]
    elif kind is types.MethodType:
        below = [part.__func__, part.__self__]  # type: ignore[attr-defined]
    elif kind is functools.partial:
        below = [part.func, *part.args, *part.keywords.values()]  # type: ignore[attr-defined]
    elif kind is types.FunctionType and _of(function_home(part), package):
        below = [cell.cell_contents for cell in part.__closure__ or ()]  # type: ignore[attr-defined]
    elif kind is not types.FunctionType and _of(home_of(kind), package):
        below = list((instance_dict(part) or {}).values())
    else:
        return False
    return all(_own(each, package, loggers, seen) for each in below)


def _of(module: str, package: str) -> bool:
    return module.partition(".")[0] == package


__all__ = ["ATTEMPTS", "Retried", "retried"]
