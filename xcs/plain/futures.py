"""The sites of a plan in the file's tree: which loops they stand in, and the code that makes each call in a worker."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.values import NOTHING, Plain
from ..analysis.language.columns import shape
from ..ir.nodes import For, If, Instr, Node
from ..plan.plan import Plan, SitePlan
from ..plan.profitability import overlapping
from ..remarks import Bailout, Span
from .mentions import bound_on_the_way, names_in
from .tree import HARMLESS, Loop, Namer, Tree, bound_in, free_names, inside, mentioned, safe_text


@dataclass(slots=True, eq=False)
class SubmittedCall:
    """One call that becomes a future of the name `future`; `code` makes it: an expression for `submit`."""

    plan: SitePlan
    call: cst.Call
    path: tuple[For, ...]  # the loops around it inside the frame
    future: str = ""
    code: str = ""
    depth: int = 1  # how many calls follow one another in its chain
    prior: frozenset[int] = frozenset()  # nodes of sites whose futures its worker waits for


@dataclass(slots=True, eq=False)
class Nest:
    """An inner loop with sites: its futures are a list, of tuples where there are several."""

    node: For
    loop: Loop
    futures: str = ""
    items: list[Item] = field(default_factory=list)
    head: str = ""  # the variable of the submitting loop, where it is not the loop's own target
    fails: bool = False  # submitting its calls may fail: then its futures are None


Item = SubmittedCall | Nest


@dataclass(slots=True)
class Work:
    """One region on its way to the plain form."""

    tree: Tree
    plan: Plan
    region: LinkedRegion
    name: Namer
    statements: list[cst.CSTNode]  # of the region
    frame: For | None  # the loop that the region is, None: a block
    contextual: bool = False  # tasks get a copy of the caller's context
    sites: dict[int, SubmittedCall] = field(default_factory=dict)  # by node id; those that start early
    dropped: dict[int, Bailout] = field(default_factory=dict)
    workers: list[cst.BaseStatement] = field(default_factory=list)
    assumes: list[str] = field(default_factory=list)  # by the form that is chosen
    executor: str = ""
    known: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        code = "\n".join(self.tree.code(s) for s in self.statements)
        self.assigned = frozenset(bound_in(code))
        self.executor = self.name("executor")
        for plan in self.plan.sites:
            assert isinstance(plan.node.payload, Span)
            call = self.tree.calls.get(self.tree.of(plan.node.payload))
            if call is not None and self.binds(call):
                self.dropped[plan.node.id] = self.refuse(f"what `{plan.node.text}(...)` binds", plan.node)
        self.known = frozenset(
            "".join(self.text(n.span).split())
            for n in self.region.nodes.values()
            if isinstance(n, Instr) and n.op == "attr" and not self.region.may_fail(n.id)
        ) | frozenset((*self.cells(), *self.texts())) | (HARMLESS - self.tree.bound)

    def cells(self) -> Iterator[str]:
        """The cells of data frames that are read by the name of their column: that it is there is assumed."""
        for node in self.region.nodes.values():
            if isinstance(node, Instr) and node.op == "item":
                holder, key = self.region.facts.operands.get(node.id, (NOTHING, NOTHING))
                named = all(isinstance(a, Plain) and type(a.const) is str for a in key)
                if holder and named and all(shape(a) == "row" for a in holder):
                    yield ast.unparse(ast.parse(f"({self.text(node.span)}\n)", mode="eval"))

    def texts(self) -> Iterator[str]:
        """The texts that are put together of what can't fail to be shown."""
        instrs = [n for n in self.region.nodes.values() if isinstance(n, Instr)]
        for node in instrs:
            if node.op == "build" and node.name == "text":
                place = self.tree.of(node.span)
                if not any(inside(self.tree.of(n.span), place) and self.region.may_fail(n.id) for n in instrs):
                    yield ast.unparse(ast.parse(f"({self.text(node.span)}\n)", mode="eval"))

    def text(self, span: Span) -> str:
        (line, column), (end, stop) = self.tree.of(span)
        lines = self.tree.lines[line - 1 : end]
        lines[-1] = lines[-1][:stop]
        lines[0] = lines[0][column:]
        return "\n".join(lines)

    def refuse(self, what: str, node: Node | None = None) -> Bailout:
        return Bailout("syntax", f"{what}, in the plain form,", None if node is None else node.span)

    def safe(self, text: str) -> bool:
        return safe_text(text, self.known)

    # -- which calls become futures

    def collect(self) -> None:
        """Finds the sites' calls and loops; those inside another site's call are made by that one's worker."""
        self.sites = {}
        found: dict[int, SubmittedCall] = {}
        for plan in self.plan.sites:
            if plan.node.id in self.dropped:
                continue
            assert isinstance(plan.node.payload, Span)
            call = self.tree.calls.get(self.tree.of(plan.node.payload))
            if call is None or not any(inside(self.tree.range(call), self.tree.range(s)) for s in self.statements):
                self.dropped[plan.node.id] = self.refuse(f"the place of `{plan.node.text}(...)`", plan.node)
                continue
            found[plan.node.id] = SubmittedCall(plan, call, ())
        for ident, site in found.items():
            around = [s for s in found.values() if s is not site and site.call in list(_below(s.call))]
            if not any(self.absorbs(outer.call, site.call) for outer in around):
                self.sites[ident] = site

    def binds(self, call: cst.CSTNode) -> bool:
        """Whether something else mentions a variable that a call's own text binds: `ask(text := line.strip())`."""
        place, bound = self.tree.range(call), bound_on_the_way(self.one_line(call))
        names = names_in(self.tree.function_of(call)) if bound else ()
        return any(n.value in bound and not inside(self.tree.range(n), place) for n in names)

    def absorbs(self, outer: cst.Call, inner: cst.Call) -> bool:
        for node in self.tree.ancestors(inner):
            if node is outer:
                return True
            if isinstance(node, cst.BaseComp | cst.IfExp | cst.BooleanOperation | cst.Lambda):
                return False
        return False

    def drop_dependents(self) -> None:
        """A call that waits for one that is made in its place is made in its place too."""
        changed = True
        while changed:
            changed = False
            for plan in self.plan.sites:
                lost = plan.results & self.dropped.keys()
                if plan.node.id not in self.dropped and lost:
                    self.dropped[plan.node.id] = self.dropped[next(iter(lost))]
                    changed = True

    def check_gain(self) -> None:
        left = tuple(p for p in self.plan.sites if p.node.id not in self.dropped)
        if not left or not overlapping(self.region, [p.node for p in left]):
            raise next(iter(self.dropped.values()), self.refuse("the region"))

    def loops(self, ident: int) -> tuple[For, ...]:
        """The loops around a node inside the frame, outermost first.

        Raises:
            Bailout: one stands under a condition or handler.
        """
        parents = list(self.region.parents[ident])
        if self.frame is not None:
            ids = [p.id for p in parents]
            if self.frame.id not in ids:
                raise self.refuse("a call in the loop's header", self.region.nodes[ident])
            parents = parents[ids.index(self.frame.id) + 1 :]
        last = max((i for i, p in enumerate(parents) if isinstance(p, For)), default=-1)
        for parent in parents[: max(last, 0)]:
            filtered = isinstance(parent, If) and self.is_filter(parent)
            if not isinstance(parent, For) and not filtered:
                raise self.refuse("a loop under a condition", parent)
        loops = tuple(p for p in parents if isinstance(p, For))
        return loops

    def is_filter(self, node: If) -> bool:
        place = self.tree.of(node.span)
        return any(
            self.tree.range(test.test) == place
            for loop in self.tree.loops.values()
            if isinstance(loop, cst.CompFor)
            for test in loop.ifs
        )

    def loop(self, node: For) -> Loop:
        found = self.tree.loops.get(self.tree.of(node.span))
        if found is None:
            raise self.refuse("the place of a loop", node)
        return found

    def arrange(self, sites: Iterable[SubmittedCall]) -> list[Item]:
        """Sites in program order, those of inner loops below their nests; names for all."""
        top: list[Item] = []
        nests: dict[int, Nest] = {}
        for site in sorted(sites, key=lambda s: self.region.order[s.plan.node.id]):
            items = top
            for node in site.path:
                nest = nests.get(node.id)
                if nest is None:
                    nest = nests[node.id] = Nest(node, self.loop(node), self.name("futures"))
                    items.append(nest)
                items = nest.items
            items.append(site)
        return top

    def future_name(self, call: cst.Call) -> str:
        match self.tree.parents[call]:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                return self.name(f"{name}_future")
            case _:
                return self.name("future")

    def parameters(self, code: str, produced: frozenset[str] = frozenset()) -> list[str]:
        """Names that code reads and that the region binds: passed by value, as they are when the call is submitted."""
        return sorted((free_names(code) & self.assigned) - produced)

    def apart(self, target: str, item: str, below: Sequence[cst.BaseStatement]) -> cst.BaseStatement:
        """`target = item`; variables that the statements below don't mention begin with an underscore."""
        return self.tree.parse(f"{self.fitting(target, below)} = {item}")

    def fitting(self, target: str, below: Sequence[cst.BaseStatement]) -> str:
        """A target of which only some variables are mentioned below."""
        for unread in sorted(bound_in(f"{target} = 0") - mentioned(self.tree.code(*below))):
            if not unread.startswith("_"):
                target = re.sub(rf"(?<![\w.]){unread}\b", self.name(f"_{unread}"), target)
        return target

    def bound_early(self, names: Collection[str]) -> list[str]:
        """Parameters that give these names what they hold now, of those that loops around the region bind: a function
        that is made in a loop would see what they hold when it is called."""
        around: set[str] = set()
        for above in self.tree.ancestors(self.statements[0]):
            if isinstance(above, cst.FunctionDef | cst.Lambda):
                break
            if isinstance(above, cst.For | cst.While):
                around |= bound_in(self.tree.code(above))
        return [f"{name}={name}" for name in sorted(around.intersection(names))]

    def one_line(self, node: cst.CSTNode) -> str:
        return self.tree.one_line(node)


def filled(work: Work, place: cst.CSTNode, name: str, element: str, clause: str) -> str:
    """`name = [element clause]`, one block deeper than `place`, broken as formatters do where it is too long."""
    room = work.tree.width - 4 * (work.tree.depth(place) + 1)
    whole = f"{name} = [{element} {clause}]"
    if len(whole) <= room or "\n" in element:
        return whole
    if len(f"{element} {clause}") + 4 <= room:
        return f"{name} = [\n    {element} {clause}\n]"
    return f"{name} = [\n    {element}\n    {clause}\n]"


def made(work: Work, place: cst.CSTNode, name: str, code: str) -> str:
    """`name = code`, one block deeper than `place`; a list comprehension broken where it is too long."""
    found = ast.parse(f"({code}\n)", mode="eval").body
    element = ast.get_source_segment(f"({code}\n)", found.elt) if isinstance(found, ast.ListComp) else None
    if element is None or not code.startswith(f"[{element} for "):
        return f"{name} = {code}"
    return filled(work, place, name, element, code[len(element) + 2 : -1])


def _below(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    for child in node.children:
        yield child
        yield from _below(child)


def flat(items: Iterable[Item]) -> list[SubmittedCall]:
    return [s for i in items for s in ([i] if isinstance(i, SubmittedCall) else flat(i.items))]
