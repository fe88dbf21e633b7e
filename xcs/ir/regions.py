"""Regions as the stages hand them on: statements lowered, with the numbers of their sites and loops."""

from __future__ import annotations

from ..records import dataclass, field
from ..remarks import Span
from .nodes import Block


@dataclass(frozen=True, slots=True)
class RegionCode:
    """A region of a function: its statements lowered, and the numbers of its sites and loops."""

    number: int
    span: Span
    block: Block
    values: tuple[str, ...]
    cells: frozenset[str]
    sites: dict[Span, int] = field(hash=False)
    loops: dict[tuple[object, str], int] = field(hash=False)
    handled: bool = False
    inside: frozenset[int] = frozenset()  # sites that a built-in function calls, or a lambda that it calls
    shared: bool = False  # such a lambda sees the region
    around: Block = ()  # the `with` statements that it stands in, without what else stands in them
    rounds: bool = False  # it stands in a `while` loop, in no `for` loop inside that
    interrupts: bool = False  # a handler around it is for what the global name `KeyboardInterrupt` means
    header: str = ""  # the variable that stands for what its loop goes through, which has been evaluated before
