"""What holds of the slices of all plans, whoever made them: asked of each that is compiled while tests run.

A slice starts the slow calls of its plan, and waits for what they give. One that it made itself would be made twice:
there, and where the program comes to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from ..analysis.domain.effects import waits
from ..ir.nodes import Inline
from ..ir.verify import Malformed
from ..plan.plan import Plan
from .slice_text import Strand


def verify_slices(plan: Plan, main: Set[int], strands: Iterable[Strand]) -> None:
    """Asks what the main slice and the strands of a plan compute, by the numbers of their nodes.

    Raises:
        Malformed: one of them would make a call that waits.
    """
    region = plan.region
    assert region is not None
    started = {site.node.id for site in plan.sites}
    told = frozenset[int]().union(*(site.noted for site in plan.sites))
    for name, needs in (("the main slice", main), *((strand.name, strand.needs) for strand in strands)):
        for ident in needs - started - told - region.endings():
            node = region.nodes[ident]
            if not isinstance(node, Inline) and waits(region.slice_effects(ident)):
                raise Malformed(f"{name} makes a call that waits and that nobody has started: {node}")
