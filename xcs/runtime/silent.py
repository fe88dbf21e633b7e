"""Calls of libraries that may show something of what they are given, a warning: a slice makes those that show nothing.

    soup = BeautifulSoup(page, "html.parser")     # warns of a page that looks like the name of a file
"""

from __future__ import annotations

from typing import Any

from ..records import dataclass
from .pending import Over


@dataclass(frozen=True, slots=True)
class Shown:
    """What an argument is of which nothing is shown: one of `choices`, or a text with one part and without another."""

    name: str
    choices: tuple[object, ...] = ()
    has: str = ""
    lacks: str = ""

    def met(self, value: Any) -> bool:
        if type(value) is not str:
            return False
        if self.choices:
            return value in self.choices
        return self.has in value and not (self.lacks and self.lacks in value)


@dataclass(frozen=True, slots=True)
class Silent:
    """What all arguments of a call are of which nothing is shown, by the names of its parameters."""

    params: tuple[str, ...]
    arguments: tuple[Shown, ...]

    def __call__(self, *args: Any, **named: Any) -> None:
        """
        Raises:
            Over: it may show something, so that the program makes it; the slice ends here.
        """
        given = {**dict(zip(self.params, args, strict=False)), **named}
        if len(given) != len(args) + len(named) or len(given) != len(self.arguments):
            raise Over
        if not all(asked.name in given and asked.met(given[asked.name]) for asked in self.arguments):
            raise Over


__all__ = ["Shown", "Silent"]
