"""Generators of the program's that feed a loop: the generator's body with the loop's in the place of its `yield`.

    for page in pages(account):          Inline:  pages#1.account = account
        keep(page)                ->              ... page = what it yields
                                                  Inline: keep(page)          # the loop's body, a function of its own

The program goes through the generator as it always did; the slice goes through both bodies at once.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..analysis.domain.effects import waits
from ..analysis.domain.values import NOTHING, Generator, Known, only
from ..ir.def_use import operands
from ..ir.nodes import (
    Block,
    Const,
    For,
    FunctionIR,
    If,
    Inline,
    Instr,
    Jump,
    Node,
    Operand,
    Try,
    Var,
    While,
    With,
    walk,
)
from ..records import replace
from ..remarks import Bailout

if TYPE_CHECKING:
    from ..analysis.dependence import LinkedRegion


def feeds(region: LinkedRegion) -> set[int]:
    """The calls that make generators of the program's, for a loop that goes through them: these wait, or its body."""
    found: set[int] = set()
    for node in region.nodes.values():
        if not isinstance(node, For) or not isinstance(node.iterable, Var):
            continue
        if not any(waits(region.effects(n.id)) for n in (node, *walk(node.body))):
            continue
        sources = region.facts.operands.get(node.id, (NOTHING,))[0]
        if sources and all(isinstance(source, Generator) for source in sources):
            found |= region.whole.uses.get(node.id, {}).get(node.iterable.name, frozenset())
    for node in lists(region):
        found |= region.whole.uses.get(node.id, {}).get(getattr(node.uses[1], "name", ""), frozenset())
    return found


def lists(region: LinkedRegion) -> list[Instr]:
    """The calls of `list` that take all that a generator of the program's gives, which waits."""
    found = []
    for node in region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and len(node.uses) == 2 and waits(region.effects(node.id)):
            called, given = region.facts.operands.get(node.id, (NOTHING, NOTHING))
            plain = called == only(Known(id(list), list)) and not node.keywords and not any(node.stars)
            if plain and given and all(isinstance(source, Generator) for source in given):
                found.append(node)
    return found


def as_loop(call: Instr, new_id: Callable[[], int]) -> Block:
    """A call of `list` as the loop that fills it."""
    begun, loop = new_id(), new_id()
    made, item = call.target or f"list#{begun}", f"item#{loop}"
    add = Instr(new_id(), "collect", call.span, None, (Var(made), Var(item)), name="list")
    return (
        Instr(begun, "build", call.span, made, (), name="list", stars=()),
        For(loop, call.span, item, call.uses[1], (add,), (), "list"),
    )


def loop_of(call: Instr, block: Block) -> For:
    """The loop in a block that goes through a call's result, where nobody else does.

    Raises:
        Bailout: there is no such loop, or it ends otherwise than with its items.
    """
    made = Var(call.target) if call.target is not None else None
    loops = [node for node in block if isinstance(node, For) and node.iterable == made]
    if len(loops) != 1 or loops[0].orelse or loops[0].callback:
        raise Bailout("syntax", "what a generator gives")
    loop = loops[0]
    used = [n for n in walk(block) if n is not loop and n is not call and _reads(n, made)]
    if used or not all(_goes_on(below, top=True) for below in loop.body):
        raise Bailout("syntax", "a loop that leaves a generator")
    return loop


def filled(loop: For, call: Instr, block: Block) -> list[Node]:
    """The empty containers that a loop fills, made behind the call of its generator, whose body needs them."""
    added = {n.uses[0] for n in loop.body if isinstance(n, Instr) and n.op == "collect"}
    behind = itertools.dropwhile(lambda node: node.id != call.id, block)
    made = (n for n in behind if isinstance(n, Instr) and n.op == "build" and n.target is not None and not n.uses)
    return [n for n in made if Var(n.target) in added]  # type: ignore[arg-type]


def _reads(node: Node, made: Operand | None) -> bool:
    return made in operands(node)


def _goes_on(node: Node, top: bool) -> bool:
    """Whether nothing in a loop's body ends the loop. top: a `break` would be the loop's."""
    match node:
        case Jump(kind=kind):
            return kind == "continue" or (kind == "break" and not top)
        case Inline():
            return True
        case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
            return all(_goes_on(n, False) for n in body) and all(_goes_on(n, top) for n in orelse)
        case If(body=body, orelse=orelse):
            return all(_goes_on(n, top) for n in (*body, *orelse))
        case Try() | With():
            return not any(isinstance(n, Jump) for n in walk((node,)))
        case _:
            return True


def check(ir: FunctionIR) -> None:
    """Asks whether a generator has one `yield`, at which nothing is caught (what a `with` block around it does is seen
    when it is interpreted: `caught`).

    Raises:
        Bailout: it has others.
    """
    yielding = [n for n in walk(ir.body) if isinstance(n, Instr) and n.op in ("yield", "yield_from")]
    caught = (n for n in walk(ir.body) if isinstance(n, Try))
    inside = any(n.id == yielding[0].id for block in caught for n in walk((block,))) if yielding else False
    if not ir.yields or len(yielding) != 1 or inside:
        raise Bailout("syntax", "a generator")
    given = yielding[0].target
    if given is not None and any(_reads(n, Var(given)) for n in walk(ir.body)):
        raise Bailout("syntax", "a generator that is sent values")


def caught(region: LinkedRegion) -> Bailout | None:
    """Why a loop can't be followed into its generator: what it raises would end in one of the generator's blocks."""
    ending = (n for n in region.nodes.values() if isinstance(n, With) and region.swallows(n))
    for block in ending:
        if any(isinstance(n, Inline) and n.callee == Const(None) for n in walk(block.body)):
            return Bailout("syntax", "a generator", block.span)
    return None


def fed(body: Block, loop: For, owner: types.FunctionType, prefix: str, new_id: Callable[[], int]) -> Block:
    """A generator's body with the loop's where it yields. owner: the function that the loop stands in."""
    inner = tuple(_left(node, top=True) for node in loop.body)
    ident = new_id()
    stands = Inline(ident, loop.span, owner, Const(None), f"{prefix}body{ident}.", (), inner)

    def put(block: Block) -> Block:
        done: list[Node] = []
        for node in block:
            if isinstance(node, Instr) and node.op == "yield":
                done += [Instr(node.id, "copy", loop.span, loop.target, node.uses), stands]
            elif isinstance(node, Instr) and node.op == "yield_from":
                done.append(For(node.id, loop.span, loop.target, node.uses[0], (stands,), (), "for"))
            elif isinstance(node, For | If):
                done.append(replace(node, body=put(node.body), orelse=put(node.orelse)))
            elif isinstance(node, With):
                done.append(replace(node, body=put(node.body)))
            elif isinstance(node, While):
                done.append(replace(node, header=put(node.header), body=put(node.body), orelse=put(node.orelse)))
            else:
                done.append(node)
        return tuple(done)

    return put(body)


def _left(node: Node, top: bool) -> Node:
    """The same with `continue` as the end of the body."""
    match node:
        case Jump(kind="continue") if top:
            return Jump(node.id, node.span, "leave")
        case If():
            return replace(
                node, body=tuple(_left(n, top) for n in node.body), orelse=tuple(_left(n, top) for n in node.orelse)
            )
        case _:
            return node
