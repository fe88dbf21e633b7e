"""Whether the seams of an entry, where tests and tracing patch below the public name, are the library's own."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ..peek import MISSING, dict_of, is_class, is_module, mro_of, variables_of
from .index import is_own, resolve


class Seams:
    """Seams as they were when a decision was made."""

    __slots__ = ("absent", "own", "watched")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.own = True
        self.watched: list[tuple[Mapping[str, object], str, object]] = []
        self.absent: list[str] = []
        for name in names:
            self._add(name)

    def _add(self, dotted: str) -> None:
        found = resolve(dotted)
        if found is None:
            self.absent.append(dotted)
        elif not is_own(found, (dotted.partition(".")[0],)):
            self.own = False
        else:
            self._watch(dotted.split("."))

    def _watch(self, parts: list[str]) -> None:
        """Keeps each step below the module: a class may be replaced, or its attribute, or get one that hides it."""
        cut = max(n for n in range(1, len(parts)) if ".".join(parts[:n]) in sys.modules)
        holder: object = sys.modules[".".join(parts[:cut])]
        for part in parts[cut:]:
            spaces = [variables_of(holder)] if is_module(holder) else _dictionaries(holder)
            for space in spaces:
                holder = space.get(part, MISSING)
                self.watched.append((space, part, holder))
                if holder is not MISSING:
                    break

    def intact(self, _: object = None) -> bool:
        """Whether all of them are the library's own and the same as at the decision."""
        if not self.own:
            return False
        for space, name, found in self.watched:
            if space.get(name, MISSING) is not found:
                return False
        return all(_absent_or_own(name) for name in self.absent)


def _dictionaries(cls: object) -> list[Mapping[str, object]]:
    return [dict_of(base) for base in mro_of(cls)] if is_class(cls) else []


def _absent_or_own(dotted: str) -> bool:
    top = dotted.partition(".")[0]
    if top not in sys.modules:
        return True
    found = resolve(dotted)
    return found is None or is_own(found, (top,))
