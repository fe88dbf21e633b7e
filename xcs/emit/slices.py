"""The run-ahead slice of a plan, as compiled code.

For `for x in xs: a = f(x); out.append(g(a))` the slice is, in spirit,

    def ahead(r):                     def strand(s, x):
        r.enter(loop)                     a = yield s.result(site_f)
        for x in xs:                      s.start(site_g, g, a)
            r.step(loop); yield
            r.strand(strand, x)
            r.start(site_f, f, x); yield

Main slice: every call whose arguments need no result. A strand: a call that needs results, anchored at a loop's
iteration, or all those that need each other in turn: then it goes through rounds and handlers as the program will.
Slices read the invariant values they are given; they write only variables and objects of their own.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Generator
from typing import Any

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.places import Path
from ..analysis.left_out import goes_on, handles, stands_alone
from ..analysis.own_generators import levels_made
from ..front.source import original_code
from ..ir.nodes import Block, Const, For, If, Inline, Instr, Jump, Node, Try, While, With, walk
from ..modes import strict
from ..plan.elements import Introduced, Items
from ..plan.plan import Plan
from ..records import dataclass, field
from ..runtime import Files, Over, copied_in, own_items
from .assemble import own_constants, own_literals
from .flow_text import Flowing
from .slice_text import Instructions, Place, Strand, asks_files
from .strand_plans import entry_names, main_needs, strands_of

NO_VALUE = object()  # stands for the value of a variable that has none
Ahead = Callable[[Any], Generator[None, None, None]]


@dataclass(slots=True)
class Compiled:
    """A compiled slice: `build` takes the values at region entry and gives the generator function for the runtime."""

    build: Callable[..., Ahead]
    locals: tuple[str, ...]
    globals: tuple[Place, ...]
    cells: tuple[Place, ...]
    items: tuple[Path, ...]  # elements that are asked, each as the slice comes to it
    copied: tuple[str, ...]  # variables of whose containers the slice has copies, as they are at entry
    text: str


@dataclass(slots=True)
class _Writer(Instructions):
    """Writes blocks: of what a slice needs, in the form of the region."""

    strands: list[Strand] = field(default_factory=list)
    items: dict[Path, tuple[Introduced, ...]] = field(default_factory=dict)
    valueless: frozenset[str] = frozenset()  # variables that have no value at entry

    def ask(self, node: Node, depth: int) -> None:
        """An element comes in: one that is not as the plan has it ends the slice."""
        for number, introduced in enumerate(self.items.values()):
            for one in introduced:
                if one.node == node.id:
                    variable = self.var(one.variable)
                    given = f" and {variable} is not None" if one.optional else ""
                    over = self.operand(Const(Over))
                    self.put(depth, f"if w{number} is not None{given} and not w{number}({variable}): raise {over}")

    def block(self, block: Block, depth: int) -> None:
        before = len(self.lines)
        for node in block:
            if node.id in self.needs:
                self.node(node, depth)
        if len(self.lines) == before:
            self.put(depth, "pass")

    def otherwise(self, block: Block, depth: int) -> None:
        if any(n.id in self.needs for n in block):
            self.put(depth, "else:")
            self.block(block, depth + 1)

    def failing(self, depth: int, caught: str = "Exception") -> None:
        """Begins what is done where something fails, but for the end of the slice."""
        self.put(depth, f"except {self.operand(Const(Over))}:")
        self.put(depth + 1, "raise")
        self.put(depth, f"except {caught}:")

    def whole(self, block: Block, depth: int) -> None:
        """The body of a slice; files that it opens are its own, and end with it."""
        if any(asks_files(self.region, self.region.nodes[i]) for i in self.needs):
            self.put(depth, f"with {self.operand(Const(Files))}() as files:")
            depth += 1
        for path in sorted(self.held, key=str) if self.strand is None else ():
            self.put(depth, f"files.holds({self.var(path.name)}, {self.operand(Const(path.steps))})")
        self.block(block, depth)

    def node(self, node: Node, depth: int) -> None:
        match node:
            case Instr():
                self.instr(node, depth)
                self.ask(node, depth)
            case If(test=test, body=body, orelse=orelse):
                self.put(depth, f"if {self.now(node, test)}:")
                self.block(body, depth + 1)
                self.otherwise(orelse, depth)
            case For() | While() if node.id in self.region.cut:
                self.once(node, depth)
            case For():
                self.each(node, depth)
            case Inline():
                self.inlined(node, depth)
            case Try() if self.strand is not None and self.strand.follows:
                self.handled(node, depth)
            case Try():
                self.tried(node, depth)
            case Jump():
                self.jump(node, depth)
            case With(manager=manager, target=entered, body=body):
                file = self.region.enters_file(node, self.needs)
                self.put(depth, f"with {self.now(node, manager)} as {self.var(entered)}:" if file else "if True:")
                self.block(body, depth + 1)
            case While(header=header, test=test, body=body):
                self.put(depth, "while True:")
                self.put(depth + 1, "r.round()")
                self.block(header, depth + 1)
                self.put(depth + 1, f"if not {self.now(node, test)}: break")
                self.block(body, depth + 1)

    def each(self, node: For, depth: int) -> None:
        """A loop over items: its strands begin where its items are known."""
        items = self.gone_through(node)
        if self.strand is not None and self.flowing is None and self.fans(node):
            again = f"i{node.id}"
            self.put(depth, f"{again} = r.again({items})")
            self.enter(node.id, depth, f"s{node.id} = r.so_far")
            self.put(depth, f"for {self.var(node.target)} in {again}:")
            self.step(node.id, depth + 1)
            self.spawn(node.id, depth + 1)
            items = again
            self.enter(node.id, depth, f"r.since(s{node.id}, ")
        else:
            self.enter(node.id, depth)
        self.put(depth, f"for {self.var(node.target)} in {items}:")
        self.ask(node, depth + 1)
        self.step(node.id, depth + 1)
        if self.strand is None and node.id in self.loops:
            self.put(depth + 1, "yield")
            self.spawn(node.id, depth + 1)
        self.iteration(node, depth + 1)
        self.otherwise(node.orelse, depth)
        if node.kind == "generator":
            self.found(node, depth)

    def tried(self, node: Try, depth: int) -> None:
        """The body as far as it goes: what would be handled ends the iteration, or the slice if more may end then."""
        caught = self.in_loop(node) and self.region.callee(node.id) is None
        self.put(depth, "try:" if caught else "if True:")
        self.block(node.body, depth + 1)
        if caught:
            self.failing(depth)
            needs = self.needs.union(*(strand.needs for strand in self.strands))
            stays = self.inside_loop(node) and goes_on(self.region, node, needs)
            self.put(depth + 1, "continue" if stays else "return")
        for rest in (node.orelse, node.final):
            if any(n.id in self.needs for n in rest):
                self.put(depth, "if True:")
                self.block(rest, depth + 1)

    def handled(self, node: Try, depth: int) -> None:
        """A `try` statement as it stands: what fails is an error of the program's, or one of the slice's own."""
        final = any(n.id in self.needs for n in node.final)
        if final:  # not when the strand is ended: what it holds then is not what the program has
            self.put(depth, f"ended{node.id} = False")
            self.put(depth, "try:")
            depth += 1
            self.put(depth, "try:")
            depth += 1
        self.put(depth, "try:" if node.handlers else "if True:")
        self.block(node.body, depth + 1)
        if node.handlers:
            self.failing(depth, f"Exception as e{node.id}")
            self.put(depth + 1, f"error{node.id} = r.error(e{node.id})")
            self.handlers(node, depth + 1)
            self.otherwise(node.orelse, depth)
        if final:
            self.put(depth - 1, "except GeneratorExit:")
            self.put(depth, f"ended{node.id} = True")
            self.put(depth, "raise")
            self.put(depth - 2, "finally:")
            self.put(depth - 1, f"if not ended{node.id}:")
            self.block(node.final, depth)

    def handlers(self, node: Try, depth: int) -> None:
        for handler in node.handlers:
            if handler.type is not None:
                self.block(handler.types, depth)
                self.put(depth, f"if r.catches(error{node.id}, {self.operand(handler.type)}):")
            else:
                self.put(depth, "if True:")
            if handler.name is not None:
                self.put(depth + 1, f"{self.var(handler.name)} = error{node.id}")
            raises = [n for n in walk(handler.body) if isinstance(n, Instr) and n.op == "raise"]
            # A `with` block that may end an exception stands as one without a type: nobody knows whether it does.
            known = handler.type is not None or handler.body
            if known and all(n.id in self.needs for n in raises):
                self.block(handler.body, depth + 1)
            else:
                self.put(depth + 1, f"raise {self.operand(Const(Over))}")
            self.put(depth, "else:")
            depth += 1
        self.put(depth, "raise")

    def fans(self, loop: For) -> bool:
        """Whether the strand that is written starts others for the iterations of a loop."""
        assert self.strand is not None
        return any(s.within == self.strand.name and s.anchor == loop.id for s in self.strands)

    def gone_through(self, node: For) -> str:
        """What a loop goes through; of an outermost loop the program may have begun already."""
        iterable = self.given(node, 0, self.now(node, node.iterable))
        if levels := levels_made(self.region, node):
            iterable = f"{self.operand(Const(own_items))}({iterable}, {levels})"
        main = self.strand is None or (self.strand.flow is not None and not self.strand.anchor)
        outermost = main and node.id in self.loops and not self.in_loop(node)
        return f"r.items({self.loops[node.id]}, {iterable})" if outermost else iterable

    def jump(self, node: Jump, depth: int) -> None:
        loop = self.region.body_of(node)
        if node.kind == "continue" and loop is not None and loop.id in self.region.cut:
            self.put(depth, self.after_once(loop))
        else:
            stays = node.kind in ("break", "continue") and self.inside_loop(node)
            self.put(depth, node.kind if stays else "return")

    def once(self, node: For | While, depth: int) -> None:
        """The first iteration of a loop whose going on depends on its calls."""
        if isinstance(node, For):
            self.put(depth, f"for {self.var(node.target)} in {self.operand(node.iterable)}:")
        else:
            self.put(depth, "while True:")
            self.block(node.header, depth + 1)
            self.put(depth + 1, f"if not {self.operand(node.test)}: break")
        self.block(node.body, depth + 1)
        self.put(depth + 1, self.after_once(node))

    def after_once(self, loop: Node) -> str:
        """What follows its first iteration: where later ones may have given values that are needed, nothing in this
        iteration of the loop around it; and nothing at all, where later iterations of that one need them."""
        inside = {n.id for n in walk((loop,))}
        uses = self.region.whole.uses
        needing = [
            (i, name) for i in self.needs for name, found in uses.get(i, {}).items() if inside.intersection(found)
        ]
        outside = [i for i, _ in needing if i not in inside]
        writes = inside & self.needs
        written = {i for i in self.needs - inside if not writes.isdisjoint(self.region.writers(i))}
        if not outside and not written and not self.carried(loop, inside, {name for _, name in needing}):
            return "break"
        around = self.around(loop)
        body = {n.id for n in walk(around.body)} if around is not None else set()
        stays = {*outside, *written} <= body and not self.carried(loop, inside, {name for _, name in needing})
        return "raise LookupError" if stays else f"raise {self.operand(Const(Over))}"

    def around(self, loop: Node) -> For | None:
        """The innermost loop around one of which the first iteration alone is run."""
        loops = [p for p in self.region.round(loop.id) if isinstance(p, For)]
        return loops[-1] if loops else None

    def carried(self, loop: Node, inside: set[int], names: set[str]) -> bool:
        """Whether what a loop gives to variables may be needed in a later iteration of the loop around it."""
        around = self.around(loop)
        once = self.region.once(around.id).uses if around is not None else {}
        return any(0 in once.get(i, {}).get(name, ()) for i in self.needs for name in names)

    def iteration(self, node: For, depth: int) -> None:
        """A loop's body. Where an open callee handles a failure, the next iteration goes on in the slice as well."""
        follows = self.strand is not None and self.strand.follows  # its own handlers say where a failure goes on
        inner = [n for n in walk(node.body) if n.id in self.needs]
        ends = any(n.id in self.region.cut for n in inner)
        # Where a table is asked, the slice must come to each key; where calls belong to inner loops, to each iteration.
        anchors = {site.anchor for site in self.plan.sites}
        ends = ends or any(handles(n, self.needs) for n in inner if isinstance(n, Inline))
        alone = ends and stands_alone(self.region, node, self.needs)
        if follows or self.memo or not alone or any(n.id in anchors for n in inner):
            self.block(node.body, depth)
            return
        self.put(depth, "try:")
        self.block(node.body, depth + 1)
        self.failing(depth)
        self.put(depth + 1, "continue")

    def inlined(self, node: Inline, depth: int) -> None:
        """An open callee: a generator of its own, so that leaving it is a `return`."""
        name = f"inline{node.id}"
        read = self.region.read_outside(node, self.needs)
        for value in sorted(self.var(n) for n, begins in read.items() if begins):
            self.put(depth, f"{value} = None")
        self.put(depth, f"def {name}():")
        for value in sorted(map(self.var, read)):
            self.put(depth + 1, f"nonlocal {value}")
        self.block(node.binding, depth + 1)
        self.block(node.body, depth + 1)
        self.put(depth + 1, "return")
        self.put(depth + 1, "yield")
        wanted = any(node.result in self.region.whole.uses.get(i, {}) for i in self.needs)
        self.put(depth, f"{self.var(node.result)} = yield from {name}()" if wanted else f"yield from {name}()")

    def in_loop(self, node: Node) -> bool:
        return any(isinstance(p, For) for p in self.region.parents[node.id])

    def inside_loop(self, node: Node) -> bool:
        """Whether the node is in the body of a loop of the function being written (a strand's anchor is not)."""
        loop = self.region.body_of(node)
        return loop is not None and (self.strand is None or loop.id != self.strand.anchor)

    def spawn(self, anchor: int, depth: int) -> None:
        within = self.strand.name if self.strand is not None else ""
        for strand in self.strands:
            if strand.anchor == anchor and strand.within == within:
                begins = "r.flow" if strand.flow is not None else "r.strand"
                for name in sorted(self.valueless & strand.live):
                    self.put(depth, f"try: {self.var(name)}")
                    self.put(depth, f"except NameError: {self.var(name)} = {self.operand(Const(NO_VALUE))}")
                self.put(depth, f"{begins}({', '.join((strand.name, *(self.var(n) for n in sorted(strand.live))))})")
                self.unset(strand.live, depth)

    def unset(self, names: Collection[str], depth: int) -> None:
        """Variables that had no value where a strand began."""
        for name in sorted(self.valueless.intersection(names)):
            self.put(depth, f"if {self.var(name)} is {self.operand(Const(NO_VALUE))}: del {self.var(name)}")


def _write_strands(writer: _Writer, plan: Plan, region: LinkedRegion) -> None:
    for strand in writer.strands:
        writer.strand, writer.needs = strand, strand.needs
        if strand.flow is not None:
            calls = frozenset(s.node.id for s in plan.sites)
            writer.flowing = Flowing(writer, calls, strand.anchor)
        values = "".join(f", {writer.var(n)}" for n in sorted(strand.live))
        writer.put(1, f"def {strand.name}(r{values}):")
        writer.unset(strand.live, 2)
        anchor = region.nodes.get(strand.anchor)
        writer.whole(anchor.body if isinstance(anchor, For) else region.block, 2)
        writer.put(2, "return")
        writer.put(2, "yield")
        writer.flowing = None
    writer.strand = None


def compile_slice(plan: Plan, code: types.CodeType | None = None, given: Collection[str] | None = None) -> Compiled:
    """Compiles the plan's slices; `code`: of the function that they are of, whose constants they use; `given`: the
    variables that have values at entry (None: all)."""
    assert plan.region is not None
    writer = _Writer(plan.region, plan, plan.loops, memo=frozenset(n for s in plan.sites for n in s.memo))
    writer.strands = strands_of(plan)
    writer.noted = frozenset(n for s in plan.sites for n in s.noted)
    writer.held = frozenset(path for s in plan.sites for path in s.held)
    needs = main_needs(plan, plan.region)
    if strict():
        from .verify_slices import verify_slices

        verify_slices(plan, needs, writer.strands)
    entry = sorted(entry_names(plan, needs))
    if given is not None:
        writer.valueless = frozenset(entry).difference(given)
        entry = [name for name in entry if name not in writer.valueless]
    writer.items = Items(plan.region, plan, frozenset(needs)).run()
    _write_strands(writer, plan, plan.region)
    writer.needs = frozenset(needs)
    writer.put(1, f"def ahead(r{''.join(f', {writer.var(n)}={writer.var(n)}' for n in entry)}):")
    writer.spawn(0, 2)
    writer.whole(plan.region.block, 2)
    writer.put(2, "return")
    writer.put(2, "yield")
    writer.put(1, "return ahead")
    params = [*(writer.var(n) for n in entry), *writer.globals.values(), *writer.cells.values()]
    params += [f"w{number}" for number in range(len(writer.items))]
    begin = [f"def build(k, {', '.join(params)}):" if params else "def build(k):"]
    held = tuple(name for name in sorted(plan.region.copies) if name in entry)
    for name, own in ((name, writer.var(name)) for name in held):
        begin.append(f"    {own} = {writer.operand(Const(copied_in))}({own}, {plan.region.copies[name]})")
    text = "\n".join([*begin, *writer.lines]) + "\n"
    space: dict[str, Any] = {}
    callees = (original_code(n.function.__code__) for n in plan.region.nodes.values() if isinstance(n, Inline))
    originals = dict.fromkeys([code, *callees] if code is not None else callees)
    exec(own_constants(compile(text, "<xcs slice>", "exec"), *originals), space)
    build, constants = space["build"], own_literals(writer.constants, *originals)
    return Compiled(
        lambda *values: build(constants, *values), tuple(entry), tuple(writer.globals), tuple(writer.cells),
        tuple(writer.items), held, text,
    )  # fmt: skip
