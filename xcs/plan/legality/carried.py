"""The call needs a value that an earlier run of itself returns."""

from __future__ import annotations

from ...reasons import FUNDAMENTAL, Reason
from ...remarks import Bailout
from . import exit
from .candidate import Candidate

OBSTACLE = Reason(
    code="carried",
    number="XCS302",
    text="{what} needs a value that an earlier call of the loop returns",
    hint=FUNDAMENTAL,
    meaning=(
        "The call is given something that the same call returned in an earlier round: a conversation, a "
        "running summary, a page token. Such calls can only be made one after the other."
    ),
    what_to_do=(
        "Nothing, where that is meant. Where only a part of the work rests on the earlier answer, put "
        "the other part into a call of its own: that one can start early."
    ),
)


def of_slice(candidate: Candidate) -> Bailout | None:
    """Says whether the value decides what is computed, or (code exit) only whether the loop goes on."""
    if candidate.anchor or candidate.flow or not _needs_itself(candidate):
        return None  # needed in the same iteration of the anchor alone
    return exit.of_slice(candidate) or candidate.obstacle("carried")


def _needs_itself(candidate: Candidate) -> bool:
    region, node = candidate.region, candidate.node
    if node.id in region.deciding_failures(node.id):
        return True  # its own failure in an earlier iteration ends the loop, and is handled
    needs: set[int] = set()
    for definitions in region.whole.uses.get(node.id, {}).values():
        for definition in definitions:
            if definition:
                needs |= region.closure(definition)[0]
    for parent in region.parents[node.id]:
        needs |= region.closure(parent.id)[0]
    for ident in (*region.deciding_jumps(node.id), *region.deciding_failures(node.id)):
        if ident != node.id:
            needs |= region.closure(ident)[0]
    for effect in region.facts.effects.get(node.id, set()):
        root = effect.loc.root if effect.kind == "read" and effect.loc is not None else None
        if isinstance(root, tuple) and root[0] in region.nodes and root[0] != node.id:
            for writer in region.writers(root[0]):
                if region.reaches(writer, node.id, root):
                    needs |= region.closure(writer)[0]
    return node.id in needs
