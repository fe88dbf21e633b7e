"""Entry conditions as data, and their check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .analysis.values import CONTAINERS, MISSING, Path, is_plain, peek


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """What a decision rests on: what is at `path` is `expected`, has its type, is plain data, or meets a condition."""

    path: Path
    kind: str  # is | type | plain | types | holds
    expected: object
    check: Callable[[object], bool] | None = None


def values_at(path: Path, roots: Mapping[str, object]) -> Iterator[object]:
    """Every object that the path leads to now (several where it goes through elements)."""
    if path.kind == "global":
        assert path.holder is not None
        value = path.holder.get(path.name, MISSING)
        if value is MISSING:
            builtins = path.holder.get("__builtins__")
            names = builtins if isinstance(builtins, dict) else vars(builtins) if builtins is not None else {}
            value = names.get(path.name, MISSING)
        found = [value]
    elif path.kind == "object":
        found = [path.holder]
    elif path.kind == "cell_of":
        try:
            found = [path.holder.cell_contents]  # type: ignore[union-attr]
        except ValueError:
            found = [MISSING]
    else:
        found = [roots.get(path.name, MISSING)]
    for kind, key in path.steps:
        after: list[object] = []
        for value in found:
            if value is MISSING:
                continue
            if kind == "attr":
                after.append(peek(value, str(key)))
            elif kind == "elements":
                after.extend(elements(value))
            elif kind == "values":
                after.extend(value.values() if type(value) in CONTAINERS and isinstance(value, dict) else ())
            elif kind == "oftype":
                after.extend([value] if type(value) is key else ())
            elif kind == "item":
                after.append(dict.get(value, key, MISSING) if issubclass(type(value), dict) else MISSING)  # type: ignore[call-overload]
        found = after
    return iter(found)


def elements(container: object) -> list[object]:
    """The elements of an exact built-in container (the keys of a dict)."""
    return list(container) if type(container) in CONTAINERS else []  # type: ignore[call-overload]


def holds(guard: Guard, roots: Mapping[str, object]) -> bool:
    """Whether the entry condition holds now."""
    for value in values_at(guard.path, roots):
        match guard.kind:
            case "is":
                good = value is guard.expected
            case "type":
                good = type(value) is guard.expected or (
                    value is MISSING and bool(guard.path.steps) and guard.path.steps[-1][0] == "item"
                )
            case "plain":
                good = is_plain(value)
            case "typein":
                good = value is MISSING or type(value) in guard.expected  # type: ignore[operator]
            case _:
                good = guard.check is not None and guard.check(value)
        if not good:
            return False
    return True
