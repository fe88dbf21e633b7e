"""The call in question, as the obstacles see it."""

from __future__ import annotations

from collections.abc import Mapping

from ...analysis.dependence import LinkedRegion
from ...analysis.domain.places import Path
from ...ir.nodes import Instr
from ...records import dataclass, field
from ...remarks import Bailout, Located, Span

REMOTE = ("inference", "query")

Separation = tuple[Path, Path, bool]  # written, read, read with all that is reachable from it


@dataclass(slots=True)
class Candidate:
    """A call that may start early, what its slice needs, and the other calls that do start early."""

    region: LinkedRegion
    node: Instr
    filename: str
    sites: Mapping[int, int]  # node id of every call that has a site number
    needs: frozenset[int] = frozenset()  # nodes of its slice
    live: frozenset[str] = frozenset()  # variables that the slice is given
    anchor: int = 0  # the loop of whose iterations each has a strand that goes through its rounds and handlers
    accepted: frozenset[int] = frozenset()
    ahead: frozenset[int] = frozenset()  # nodes of the slices of all of them
    memo: set[int] = field(default_factory=set)  # nodes that ask a table which the region fills
    separate: set[Separation] = field(default_factory=set)  # objects that must be different ones: an entry condition
    exact: bool = True  # no result may hold an object that is equal to the program's, but another
    giving_back: frozenset[int] = frozenset()  # other calls that may give what the slice has made anew
    gives_back: bool = False  # so does this one
    alike: bool = False  # it is given objects that the slice makes, which are compared by what they hold
    noted: frozenset[int] = frozenset()  # calls that write files of which the slice tells the names
    held: set[Path] = field(default_factory=set)  # files that are there, and written: they must be none that it asks

    flow: bool = False  # one strand goes through all of the region, and hands on what is still to come

    def covers(self, ident: int) -> bool:
        """Whether a node is in what a strand that goes through rounds and handlers goes through."""
        return self.flow or self.anchor in self.region.around[ident]

    @property
    def name(self) -> str:
        return f"`{self.node.text}(...)`"

    def located(self, text: str, ident: int) -> Located:
        """One end of an obstacle, at a node."""
        return Located(text, self.region.filename(ident) or self.filename, self.region.nodes[ident].span.line)

    def obstacle(self, code: str, what: str = "", *ends: Located, span: Span | None = None) -> Bailout:
        return Bailout(code, what or self.name, span or self.node.span, ends)
