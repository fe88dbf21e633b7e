"""What `requires` states: a condition on the receiver, a part of it, an argument, or a library's setting."""

from __future__ import annotations

import functools
import sys

from ..peek import peek
from ..records import dataclass
from .conditions import CONDITIONS as OF_CLIENTS
from .runnables import plain_runnable
from .wrapped_clients import plain_instructor

MODELS = frozenset(("dumped_model", "plain_model", "validated_model"))  # conditions on models, which data meets
CONDITIONS = {**OF_CLIENTS, "plain_instructor": plain_instructor, "plain_runnable": plain_runnable}


@dataclass(frozen=True, slots=True)
class Requirement:
    """`condition(root.path)`. `module`: the module that the root names, or empty; the root is then the setting's name.

    A root `self` is the receiver, any other an argument of the call; `condition` alone is about the receiver itself.
    """

    text: str
    condition: str
    root: str
    path: tuple[str, ...]
    module: str = ""

    def holds(self, root: object) -> bool:
        """Whether it holds of the live root (the module, where it is about a setting); an unknown one never does."""
        value = root
        for part in self.path:
            value = peek(value, part)
        check = CONDITIONS.get(self.condition)
        return check is not None and check(value)

    def holds_now(self, _: object = None) -> bool:
        """Whether it holds of the setting that it is about; one of a library that isn't loaded is not there."""
        module = sys.modules.get(self.module)
        return self.holds_of_nothing() if module is None else self.holds(module)

    def holds_of_nothing(self) -> bool:
        """Whether it holds where there is no such argument."""
        return self.condition in ("data", "on", "own", "unset") or self.condition in MODELS


@functools.cache
def requirement(text: str) -> Requirement:
    """Reads `plain_httpx`, `plain_httpx(self._client)`, `unset(stream)`, `unset(config.tools)`, and so on."""
    condition, _, inside = text.rstrip(")").partition("(")
    module, colon, name = inside.rpartition(":")
    parts = name.split(".") if name else ["self"]
    return Requirement(text, condition, "" if colon else parts[0], tuple(parts if colon else parts[1:]), module)
