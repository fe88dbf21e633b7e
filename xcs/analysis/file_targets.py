"""Files that a region writes under names which the slice can tell: the slice asks for none of them.

    for line in open("questions.txt"):                       # asked by the slice, lines ahead
        with open(f"answers/{line}", "w") as file:           # told to the slice, each in its turn
            file.write(model(line))
"""

from __future__ import annotations

from typing import Final

from ..ir.nodes import Instr, Operand, Var
from ..knowledge import lookup
from ..records import dataclass
from .dependence import Closure, LinkedRegion
from .domain.values import Bound, Known

OWNER: Final = -1  # the object whose method is called
TARGETS: Final = {
    "io.open": 0, "os.makedirs": 0, "os.mkdir": 0, "pathlib.Path.open": OWNER, "pathlib.Path.write_text": OWNER,
    "pathlib.Path.write_bytes": OWNER, "pathlib.Path.mkdir": OWNER, "pathlib.Path.touch": OWNER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What names the file that a call writes: an operand, or the owner of the method that it is."""

    operand: Operand
    owner: bool


def target_of(region: LinkedRegion, ident: int) -> Target | None:
    """What names the one file that a call of the standard library creates, or opens to be written."""
    node = region.nodes[ident]
    if not isinstance(node, Instr) or node.op != "call" or any(node.stars) or None in node.keywords:
        return None
    if not any(e.kind == "command" and e.detail == "fs" for e in region.effects(ident)):
        return None
    callees = region.facts.operands.get(ident, (frozenset(),))[0]
    called = {a.func if isinstance(a, Bound) else a for a in callees}
    facts = [lookup(a.obj) if isinstance(a, Known) else None for a in called]
    which = TARGETS.get(facts[0].name) if len(facts) == 1 and facts[0] is not None else None
    if which is None:
        return None
    if which == OWNER:
        return Target(node.uses[0], True) if all(isinstance(a, Bound) for a in callees) else None
    given = node.uses[1 : len(node.uses) - len(node.keywords)]
    return Target(given[which], False) if len(given) > which else None


def telling(region: LinkedRegion, ident: int) -> Closure | None:
    """What a slice needs to tell the target of a call, where it is come to."""
    found = target_of(region, ident)
    if found is None:
        return None
    nodes, live = {ident}, set[str]()
    needed = list(region.needs_anywhere(ident))
    if isinstance(found.operand, Var):
        for definition in region.whole.uses.get(ident, {}).get(found.operand.name, ()):
            if definition == 0:
                live.add(found.operand.name)
            elif region.handled_by(definition, ident) is not None:
                return None
            else:
                needed.append(definition)
    for below in needed:
        more, names = region.closure(below)
        nodes |= more
        live |= names
    return frozenset(nodes), frozenset(live)


def asks(region: LinkedRegion, ident: int) -> bool:
    """Whether a node asks the file system."""
    return any(e.kind == "query" and e.detail == "fs" for e in region.effects(ident))


@dataclass(frozen=True, slots=True)
class Told:
    """The calls whose targets a slice tells, and what that needs."""

    noted: frozenset[int] = frozenset()
    needs: frozenset[int] = frozenset()
    live: frozenset[str] = frozenset()


def told(region: LinkedRegion, call: int, needs: frozenset[int], accepted: frozenset[int]) -> Told:
    """What a slice tells that asks the file system itself, in the order of the program: nothing in a strand, which
    doesn't go on in that order, nor of a call that asks the file system whenever it runs."""
    asking = {i for i in needs if i not in accepted and asks(region, i)}
    found = Told()
    if not asking or asks(region, call) or needs & accepted - {call}:
        return found
    for other in region.crossed(asking):
        closure = telling(region, other) if other not in needs else None
        if closure is not None and not closure[0] & accepted:
            found = Told(found.noted | {other}, found.needs | closure[0], found.live | closure[1])
    return found
