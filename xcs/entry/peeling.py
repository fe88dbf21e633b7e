"""Peeling: where what is called becomes known by running, a loop's first iteration runs in place.

    for x in xs:                 # the first entry: `agent.client` is None, so nothing is known of `ask`
        out.append(agent.ask(x)) # the first iteration makes it; then the loop is decided again, as if it began here

Which regions have that form is seen in their code. Whether it is worth deciding again is seen after the first
iteration: when something that the verdict rested on is no longer so, or when the loop has waited enough to pay for a
decision that came to no end. Where what is missing is there before the first slow call, it is decided at that call, for
the iterations behind this one (`analysis.under_way`, `plan.meanwhile`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.def_use import defined, exposed, operands
from ..ir.nodes import ROUNDS, Block, Const, For, Instr, Jump, Node, Var, walk
from ..peek import built_in_names, name_of
from ..records import dataclass

if TYPE_CHECKING:
    from ..ir.regions import RegionCode


# What goes through all that it is given before it returns, and keeps nothing of it.
CONSUMERS = {name_of(f): f for f in (sum, list, tuple, set, frozenset, dict, sorted, min, max, any, all)}


MADE_BY_RUNNING = ("writes", "conflict")  # obstacles that a first iteration may remove: it makes what the others need


@dataclass(frozen=True, slots=True)
class Peel:
    """The loop of a region that is one loop.

    `kept`: the region's variables that the loop does not bind. `bound`: those that it does, or that others may.
    `consumer`: the name of the built-in function to which the loop, a generator expression, is given. `headed`: the
    loop is a region of its own behind its header, too, which is decided with what the header gave. `carried`: the
    variables that an iteration may find as an earlier one has left them.
    """

    loop: int
    kept: tuple[str, ...]
    bound: tuple[str, ...]
    consumer: str = ""
    headed: bool = False
    carried: frozenset[str] = frozenset()

    def helps(self, code: str) -> bool:
        """Whether peeling may help against an obstacle of that code: where the header may be what wasn't understood,
        the region behind it is asked instead."""
        return not self.headed or code in MADE_BY_RUNNING

    def fits(self, module: dict[str, object]) -> bool:
        """Whether the consumer's name means what it seems to mean."""
        means = built_in_names(module).get(self.consumer)
        return not self.consumer or (self.consumer not in module and means is CONSUMERS[self.consumer])


def peel_of(code: RegionCode, regions: tuple[RegionCode, ...], nests: bool = False) -> Peel | None:
    """How to peel a region; None: it is not one loop, or there is a loop inside that is better peeled by itself, unless
    `nests` are wanted."""
    loop = _only_loop(code)
    number = code.loops.get((loop.span, loop.kind)) if loop is not None else None
    if loop is None or number is None or loop.orelse or loop.iterable is ROUNDS:
        return None
    if not code.inside and not any(_asks(n, code) for n in walk(loop.body)):
        return None  # what is called stands behind it
    inner = [n for other in regions if _within(other, code) for n in walk(other.block) if isinstance(n, For)]
    if not nests and any(n.span != loop.span for n in inner):
        return None
    consumer = _consumer(code.block, loop) if loop.kind == "generator" else ""
    if consumer is None:
        return None
    inside = frozenset(target for node in walk((loop,)) for target in _targets(node))
    before = {target for node in code.block[: code.block.index(loop)] for target in _targets(node)}
    if any(name in before for node in walk(loop.body) for name in _read(node)):
        return None
    if any("." not in name and name[0] != "%" and name not in code.values for name in exposed(code.block)):
        return None  # a variable without a value at the begin may have one then
    bound = tuple(name for name in code.values if name in inside or name in code.cells)
    hidden = {name.partition(".")[0] for name in inside}
    if loop.kind != "for" and not hidden.isdisjoint(bound):
        return None  # the frame shows the comprehension's own variable by that name
    kept = tuple(name for name in code.values if name not in bound)
    return Peel(number, kept, bound, consumer, bool(inner), inside.intersection(code.values))


def _asks(node: Node, code: RegionCode) -> bool:
    return isinstance(node, Instr) and node.op == "call" and node.payload in code.sites


def _only_loop(code: RegionCode) -> For | None:
    """The loop, where all else that the region does is done once, one step after the other.

    A generator expression inside may be gone through after the end of the region.
    """
    loops = [node for node in code.block if isinstance(node, For)]
    simple = all(isinstance(node, Instr | Jump | For) for node in code.block)
    if not simple or len(loops) != 1 or any(isinstance(n, For) and n.kind == "generator" for n in walk(loops[0].body)):
        return None
    return loops[0]


def _consumer(block: Block, loop: For) -> str | None:
    """What a generator expression is given to, by name, or "" for the `join` of a literal; None: something else."""
    collects = (n for n in walk(loop.body) if isinstance(n, Instr) and n.op == "collect" and n.name == "generator")
    collect = next(collects, None)
    if collect is None:
        return None  # a built-in function that calls a function for each item
    generator = collect.uses[0]
    users = [node for node in block if generator in operands(node)]
    call = users[0] if len(users) == 1 else None
    if not isinstance(call, Instr) or call.op != "call" or call.uses[1:2] != (generator,) or call.stars[:1] != (False,):
        return None
    callee = next((n for n in block if isinstance(n, Instr) and n.target and Var(n.target) == call.uses[0]), None)
    match callee:
        case Instr(op="global", name=name) if name in CONSUMERS:
            return name
        case Instr(op="attr", name="join", uses=(Const(value=str()),)):
            return ""
        case _:
            return None


def _within(other: RegionCode, code: RegionCode) -> bool:
    """Whether a region is inside another one."""
    inner, outer = other.span, code.span
    return (
        other.number != code.number
        and not (code.header and inner == outer)  # the same loop, before its header has been evaluated
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def _targets(node: Node) -> tuple[str, ...]:
    """The variables that a node binds, shared ones too."""
    shared = (node.name,) if isinstance(node, Instr) and node.op == "store_cell" else ()
    return *shared, *defined(node)


def _read(node: Node) -> tuple[str, ...]:
    """The variables that a node reads, without the container that a comprehension fills."""
    reads = operands(node)
    if isinstance(node, Instr) and node.op == "collect":
        reads = reads[1:]
    return tuple(operand.name for operand in reads if isinstance(operand, Var))
