"""Open callees: a call of a function of the user's, as its body in the place of the call.

A callee that logs, counts, caches or handles errors runs in place, in the calling thread; only the slow calls inside it
start early. For the plan its body becomes a part of the region:

    t = ask(x)     ->     Inline:  ask#1.prompt = x
                                   ... `return v` is `ask#1.% = v` and a jump to the end
                          t = ask#1.%

What runs is a variant of the callee (`variants`), whose calls and loops are numbered behind those of the region.
"""

from __future__ import annotations

import types
from collections.abc import Mapping

from ..analysis.language.functions import positional_defaults
from ..front.lowered_code import lowered
from ..front.site_numbers import numbers_of
from ..ir.nodes import (
    Block,
    Const,
    For,
    FunctionIR,
    Handler,
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
    with_blocks,
)
from ..knowledge.retries import Retried
from ..peek import is_a
from ..records import dataclass, replace
from ..remarks import Bailout, Span
from .callees import Callee, can_stand_elsewhere
from .feeding import as_loop, check, fed, filled, loop_of
from .spread import of_unpacked, unpacked

OPEN = "#"  # stands in the variables of open callees, and in no name of Python
LARGEST = 4_000  # nodes of a region with the bodies of its open callees
DEEPEST = 8  # open callees in open callees


@dataclass(frozen=True, slots=True)
class Open:
    """An open call at run time: where the numbers of the callee's sites and loops begin."""

    function: types.FunctionType
    sites: int
    loops: int
    after: int  # the number behind its last site
    wrapped: Retried | None = None  # the library's wrapper that stands for it at run time


@dataclass(frozen=True, slots=True)
class Numbered:
    """A region's block with the numbers of its calls and loops, by node, and its open calls by site number."""

    block: Block
    sites: Mapping[int, int]
    loops: Mapping[int, int]
    opens: Mapping[int, tuple[Open, ...]]
    next_site: int
    next_loop: int
    owner: types.FunctionType | None  # the region's function, if generators may be open
    feeding: frozenset[int]  # sites whose calls make such

    @staticmethod
    def of(
        block: Block, sites: Mapping[Span, int], loops: Mapping[tuple[object, str], int],
        owner: types.FunctionType | None = None,
    ) -> Numbered:  # fmt: skip
        """The region as it is written."""
        return Numbered(block, *_numbers(block, sites, loops), {}, len(sites), len(loops), owner, frozenset())

    def opened(self, callees: Mapping[int, tuple[Callee, ...]], swallowing: frozenset[int] = frozenset()) -> Numbered:
        """The region with the calls of these nodes open, and a `try` around these `with` blocks that end exceptions.

        callees: what they run; of a call of `list` that goes through a generator, nothing.
        """
        work = _Opening(self, callees, swallowing)
        block = work.block(self.block, ())
        feeding = self.feeding | work.feeding
        opens, site, loop = work.opens, work.next_site, work.next_loop
        return Numbered(block, work.sites, work.loops, opens, site, loop, self.owner, feeding)


def _numbers(
    block: Block, sites: Mapping[Span, int], loops: Mapping[tuple[object, str], int]
) -> tuple[dict[int, int], dict[int, int]]:
    by_node: dict[int, int] = {}
    counted: dict[int, int] = {}
    for node in walk(block):
        if isinstance(node, Instr) and node.op == "call" and isinstance(node.payload, Span) and node.payload in sites:
            by_node[node.id] = sites[node.payload]
        elif isinstance(node, For) and (node.span, node.kind) in loops:
            counted[node.id] = loops[node.span, node.kind]
    return by_node, counted


class _Opening:
    """Rewrites a block, the wanted calls open."""

    def __init__(self, region: Numbered, callees: Mapping[int, tuple[Callee, ...]], swallowing: frozenset[int]) -> None:
        self.callees, self.swallowing = dict(callees), swallowing
        self.below = {call: found for cs in callees.values() for c in cs for call, found in c.below.items()}
        self.sites, self.loops = dict(region.sites), dict(region.loops)
        self.opens = dict(region.opens)
        self.next_site, self.next_loop = region.next_site, region.next_loop
        self.last = max((n.id for n in walk(region.block)), default=0)
        self.beside: Block = ()  # the block that is being rewritten
        self.size = sum(1 for _ in walk(region.block))
        self.owner, self.feeding, self.fed = region.owner, set[int](), set[int]()
        self.spread: dict[str, Instr] = {}  # variables that hold unpacked parameters of open callees, as built

    def new_id(self) -> int:
        self.last += 1
        return self.last

    def block(self, block: Block, around: tuple[types.CodeType, ...]) -> Block:
        done: list[Node] = []
        block = tuple(n for node in block for n in self.listed(node))
        outer, self.beside = self.beside, block
        for node in block:
            if node.id in self.fed:
                continue
            if isinstance(node, Instr) and node.id in self.callees:
                callees = self.callees[node.id]
                if not any(c.function.__code__ in around for c in callees) and len(around) < DEEPEST:
                    before = dict(self.sites), dict(self.loops), dict(self.opens)
                    try:
                        made = self.open(node, callees[0]) if len(callees) == 1 else self.either(node, callees)
                        for n in made:
                            done += self.block((n,), around) if self.below and isinstance(n, If | Inline) else (n,)
                        continue
                    except Bailout:  # of several callees some may have been opened
                        self.sites, self.loops, self.opens = before
            inside = around
            owner = self.owner
            if isinstance(node, Inline):
                inside = (*around, node.function.__code__)
                self.spread.update(unpacked(node))
                self.owner = node.function if self.owner is not None else None
            done.append(with_blocks(node, lambda below, inside=inside: self.block(below, inside)))  # type: ignore[misc]
            self.owner = owner
            if node.id in self.swallowing:
                done.append(Try(self.new_id(), node.span, (done.pop(),), (Handler((), None, None, ()),), (), ()))
        self.beside = outer
        return tuple(done)

    def listed(self, node: Node) -> Block:
        """A call of `list` that goes through a generator, as a loop; any other node as it is."""
        wanted = isinstance(node, Instr) and self.callees.get(node.id) == ()
        return as_loop(node, self.new_id) if wanted else (node,)  # type: ignore[arg-type]

    def either(self, call: Instr, callees: tuple[Callee, ...]) -> list[Node]:
        """The nodes that stand for a call of one of several functions.

        Raises:
            Bailout: one of them can't be open here.
        """
        if any(lowered(c.function.__code__, c.function.__globals__).generator for c in callees):
            raise Bailout("syntax", "one of several generators")  # the loop that it feeds stands in one place
        callee, *rest = callees
        narrow, test, chosen, runs = self.new_id(), self.new_id(), self.new_id(), self.new_id()
        only = Instr(narrow, "narrow", call.span, f"{OPEN}{narrow}", (call.uses[0],), payload=callee.function)
        body = [only, *self.open(replace(call, uses=(Var(f"{OPEN}{narrow}"), *call.uses[1:])), callee)]
        if not rest:
            return body
        asked = Instr(test, "runs", call.span, f"{OPEN}{runs}", (call.uses[0],), payload=callee.function)
        orelse = self.either(call, tuple(rest))
        return [asked, If(chosen, call.span, Var(f"{OPEN}{runs}"), tuple(body), tuple(orelse))]

    def open(self, call: Instr, callee: Callee) -> list[Node]:
        """The nodes that stand for a call.

        Raises:
            Bailout: the callee can't be open here.
        """
        function = callee.function
        own_sites, own_loops = numbers_of(function)
        ir = lowered(function.__code__, function.__globals__)
        self.size += sum(1 for _ in walk(ir.body))
        if (
            (callee.wrapped is not None and callee.receiver == "copy")
            or (ir.generator and self.owner is None)
            or self.size > LARGEST
            or not can_stand_elsewhere(ir, frozenset(function.__code__.co_freevars))
        ):
            raise Bailout("syntax", "the callee")
        loop, before = None, list[Node]()
        if ir.generator:
            check(ir)
            loop = loop_of(call, self.beside)
        ident = self.new_id()
        prefix = f"{ir.name}{OPEN}{ident}."
        binding = self.bind(call, callee, ir, prefix)
        offset = self.last
        below = {n.id + offset: self.below[id(n)] for n in walk(ir.body) if id(n) in self.below}
        body = _instantiate(ir.body, prefix, offset)
        self.last = max((n.id for n in walk(body)), default=offset)
        if loop is not None and self.owner is not None:
            body = fed(body, loop, self.owner, prefix, self.new_id)
            self.feeding.add(self.sites[call.id])
            self.fed.add(loop.id)
            self.loops.pop(loop.id, None)
            before = filled(loop, call, self.beside)
            self.fed.update(n.id for n in before)
        if not (body and isinstance(body[-1], Jump)):
            end = Instr(self.new_id(), "copy", call.span, f"{prefix}%", (Const(None),))
            body = (*body, end)
        sites, loops = _numbers(body, own_sites, own_loops)
        made_open = Open(function, self.next_site, self.next_loop, self.next_site + len(own_sites), callee.wrapped)
        self.opens[self.sites[call.id]] = (*self.opens.get(self.sites[call.id], ()), made_open)
        self.sites.update({node: self.next_site + number for node, number in sites.items()})
        self.callees.update({node: found for node, found in below.items() if node in sites})
        self.loops.update({node: self.next_loop + number for node, number in loops.items()})
        self.next_site += len(own_sites)
        self.next_loop += len(own_loops)
        made: list[Node] = [*before, Inline(ident, call.span, function, call.uses[0], prefix, binding, body)]
        if loop is None:
            made.append(Instr(self.new_id(), "copy", call.span, call.target, (Var(f"{prefix}%"),), text=call.text))
        return made

    def arguments(self, call: Instr) -> tuple[list[Operand], dict[str, Operand]]:
        """The positional and the named arguments of a call; unpacked ones as they were built, or whole, as * and **.

        Raises:
            Bailout: they can't be told apart.
        """
        count = len(call.uses) - len(call.keywords)
        given: list[Operand] = []
        named: dict[str, Operand] = {}
        for star, use in zip(call.stars, call.uses[1:count], strict=True):
            made = self.built(use) if star else None
            if "*" in named:
                raise Bailout("arguments", "arguments behind unpacked ones")
            if star and made is None:
                named["*"] = use
            else:
                given.extend((use,) if made is None else made.uses)
        for name, use in zip(call.keywords, call.uses[count:], strict=True):
            made = self.built(use) if name is None else None
            pairs = [("**" if name is None else name, use)]
            if made is not None:
                pairs = list(zip(map(_text, made.uses[::2]), made.uses[1::2], strict=True))
            for key, value in pairs:
                if key in named:
                    raise Bailout("arguments", "an argument given twice")
                named[key] = value
        return given, named

    def built(self, use: Operand) -> Instr | None:
        made = self.spread.get(use.name) if isinstance(use, Var) else None
        if made is not None and any(made.stars):
            raise Bailout("arguments", "unpacked arguments")
        return made

    def bind(self, call: Instr, callee: Callee, ir: FunctionIR, prefix: str) -> Block:
        """The parameters of a call.

        Raises:
            Bailout: it isn't known what they are given, or Python would refuse it.
        """
        made: list[Node] = []

        def step(op: str, into: str, *uses: Operand, **more: object) -> None:
            made.append(Instr(self.new_id(), op, call.span, prefix + into, uses, **more))  # type: ignore[arg-type]

        given, named = self.arguments(call)
        if callee.first is not None:
            for index, value in enumerate(callee.first.args):
                step("default", f"%first{index}", name=f"argument {index}", payload=value)
            for name, value in callee.first.keywords.items():
                step("default", f"%first {name}", name=name, payload=value)
            bound: list[Operand] = []
            if callee.receiver:
                step(callee.receiver, "%self", call.uses[0])
                bound.append(Var(f"{prefix}%self"))
            front = [Var(f"{prefix}%first{index}") for index in range(len(callee.first.args))]
            given = [*front, *bound, *given]
            named = {**{name: Var(f"{prefix}%first {name}") for name in callee.first.keywords}, **named}
        defaults = _defaults(callee.function, ir)
        left = [*ir.args]
        if callee.receiver and left and callee.first is None:
            step(callee.receiver, left.pop(0), call.uses[0])
        by_name = _by_name(callee.function, ir.args[: len(ir.args) - len(left) + len(given)], named)
        unpacked = of_unpacked(callee.function, ir, left, given, named, defaults)
        for name in (*left, *ir.kwonly):
            if given and name in left:
                step("copy", name, given.pop(0))
            elif name in by_name:
                step("copy", name, named.pop(name))
            elif name in unpacked:
                step("part", name, *unpacked[name].uses, name=name, payload=unpacked[name].give)
            elif name in defaults:
                step("default", name, name=name, payload=defaults[name])
            else:
                raise Bailout("arguments", "a missing argument")
        if ir.vararg is not None:
            step("build", ir.vararg, *given, name="tuple", stars=(False,) * len(given))
        if ir.kwarg is not None:
            pairs = [part for name, value in named.items() for part in (Const(name), value)]
            step("build", ir.kwarg, *pairs, name="dict", stars=(False,) * len(named))
        if (given and ir.vararg is None) or (named and ir.kwarg is None):
            raise Bailout("arguments", "an argument too many")
        return tuple(made)


def _by_name(function: types.FunctionType, placed: tuple[str, ...], named: Mapping[str, object]) -> set[str]:
    """The parameters that are given by name; placed: those that are given by their places.

    Raises:
        Bailout: one is given both.
    """
    by_name = named.keys() - set(function.__code__.co_varnames[: function.__code__.co_posonlyargcount])
    if not by_name.isdisjoint(placed):
        raise Bailout("arguments", "an argument given twice")
    return by_name


def _defaults(function: types.FunctionType, ir: FunctionIR) -> dict[str, object]:
    return {**positional_defaults(function, ir), **(function.__kwdefaults__ or {})}


def _instantiate(block: Block, prefix: str, offset: int) -> Block:
    """A copy of a body with variables and numbers of its own; `return` becomes the result and a jump to the end."""

    def operand(use: Operand) -> Operand:
        return Var(prefix + use.name) if isinstance(use, Var) else use

    def name(variable: str | None) -> str | None:
        return None if variable is None else prefix + variable

    def inner(below: Block) -> Block:
        return _instantiate(below, prefix, offset)

    done: list[Node] = []
    for old in block:
        node = replace(with_blocks(old, inner), id=old.id + offset)
        match node:
            case Instr():
                more = tuple(prefix + variable for variable in node.more)
                node = replace(node, target=name(node.target), uses=tuple(map(operand, node.uses)), more=more)
            case If() | While():
                node = replace(node, test=operand(node.test))
            case For():
                node = replace(node, target=prefix + node.target, iterable=operand(node.iterable))
            case With():
                node = replace(node, target=prefix + node.target, manager=operand(node.manager))
            case Try():
                handlers = tuple(
                    replace(h, type=None if h.type is None else operand(h.type), name=name(h.name))
                    for h in node.handlers
                )
                node = replace(node, handlers=handlers)
            case Jump(kind="return", value=value) if value is not None:
                # Its number is free: a jump that returns has one of its own, and its value's name is new.
                done.append(Instr(-node.id, "copy", node.span, f"{prefix}%", (operand(value),)))
                node = Jump(node.id, node.span, "leave")
        done.append(node)
    return tuple(done)


def _text(key: Operand) -> str:
    assert isinstance(key, Const) and is_a(key.value, str)
    return key.value


__all__ = ["Numbered", "Open"]
