"""Parameters of open callees that are given as parts of a mapping or sequence which is unpacked into the call.

    tools[call.name](**json.loads(call.arguments))      # which names there are shows only then

A slice takes such a part if Python would bind the call; otherwise it ends, and the program raises in its place.
"""

from __future__ import annotations

from typing import Any

from ..records import dataclass
from .pending import Over
from .present import there


@dataclass(frozen=True, slots=True)
class Named:
    """A part of a mapping, by the parameter's name."""

    free: frozenset[str]  # the parameters that nothing else is given for
    default: Any  # of this parameter, or MISSING

    def __call__(self, given: Any, name: str) -> Any:
        if type(given) is not dict or not all(type(key) is str and key in self.free for key in given):
            raise Over
        return there(given.get(name, self.default))


@dataclass(frozen=True, slots=True)
class Positional:
    """A part of a sequence, by the position that its first one has not."""

    most: int  # parts for which there are parameters
    default: Any

    def __call__(self, given: Any, index: int) -> Any:
        if (type(given) is not list and type(given) is not tuple) or len(given) > self.most:
            raise Over
        return there(given[index] if index < len(given) else self.default)
