"""A module of a text, as it would be after import."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass, field
from pathlib import Path as File

from ..front.lower import FunctionNode
from .derived import handing_on
from .shapes import mentioned


@dataclass(slots=True)
class Shadow:
    """A module of the text: its tree, and its variables as real objects or stand-ins."""

    module: types.ModuleType
    file: File
    tree: ast.Module
    codes: dict[tuple[int, str], types.CodeType] = field(default_factory=dict)
    functions: list[tuple[FunctionNode, types.CodeType, str, str | None]] = field(default_factory=list)
    decorated: set[types.CodeType] = field(default_factory=set)
    handing: frozenset[str] | None = None
    names: frozenset[str] = frozenset()  # every name and attribute that the text mentions

    def __post_init__(self) -> None:
        self.names = mentioned(self.tree)

    @property
    def handing_on(self) -> frozenset[str]:
        """The functions whose results hold parts of what they are given."""
        if self.handing is None:
            self.handing = handing_on(self.tree)
        return self.handing

    @property
    def globals(self) -> dict[str, object]:
        return vars(self.module)
