"""The sites of a plan in the file's tree: which loops they stand in, and the code that makes each call in a worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import libcst as cst

from ..analysis.dependence import Region
from ..analysis.values import Lazy
from ..ir import For, If, Instr, Jump, Node, Try, walk
from ..plan import Plan, SitePlan
from ..profitability import overlapping
from ..remarks import Bailout, Span
from .plain_tree import HARMLESS, Change, Loop, Namer, Range, Tree, becomes, bound_in, free_names, inside, safe_text, swap

WORKERS = 32


@dataclass(slots=True, eq=False)
class Site:
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


Item = Site | Nest


@dataclass(slots=True)
class Work:
    """One region on its way to the plain form."""

    tree: Tree
    plan: Plan
    region: Region
    name: Namer
    statements: list[cst.CSTNode]  # of the region
    frame: For | None  # the loop that the region is, None: a block
    contextual: bool = False  # tasks get a copy of the caller's context
    sites: dict[int, Site] = field(default_factory=dict)  # by node id; those that start early
    dropped: dict[int, Bailout] = field(default_factory=dict)
    workers: list[cst.BaseStatement] = field(default_factory=list)
    executor: str = ""
    known: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        code = "\n".join(self.tree.code(s) for s in self.statements)
        self.assigned = frozenset(bound_in(code))
        self.executor = self.name("executor")
        self.known = frozenset(
            "".join(self.text(n.span).split())
            for n in self.region.nodes.values()
            if isinstance(n, Instr) and n.op == "attr" and not self.region.may_fail(n)
        ) | (HARMLESS - self.tree.bound)

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
        found: dict[int, Site] = {}
        for plan in self.plan.sites:
            if plan.node.id in self.dropped:
                continue
            assert isinstance(plan.node.payload, Span)
            call = self.tree.calls.get(self.tree.of(plan.node.payload))
            if call is None:
                self.dropped[plan.node.id] = self.refuse(f"the place of `{plan.node.text}(...)`", plan.node)
                continue
            found[plan.node.id] = Site(plan, call, ())
        for ident, site in found.items():
            around = [s for s in found.values() if s is not site and site.call in list(_below(s.call))]
            if not any(self.absorbs(outer.call, site.call) for outer in around):
                self.sites[ident] = site

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
        for parent in parents[:last]:
            filtered = isinstance(parent, If) and self.is_filter(parent)
            if not isinstance(parent, For) and not filtered:
                raise self.refuse("a loop under a condition", parent)
        loops = tuple(p for p in parents if isinstance(p, For))
        for node in loops:
            self.check_replay(node)
        return loops

    def check_replay(self, node: For) -> None:
        """An inner loop's header is evaluated twice: what it goes through must be made in it."""
        header = self.tree.of(node.span)
        for ident in self.region.closure(node.id)[0]:
            below = self.region.nodes[ident]
            lazy = any(isinstance(a, Lazy) for a in self.region.facts.results.get(ident, ()))
            if lazy and not inside(self.tree.of(below.span), header):
                raise self.refuse("a loop over an iterator", node)

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

    def arrange(self, sites: Iterable[Site]) -> list[Item]:
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

    # -- what a worker runs

    def parameters(self, code: str, produced: frozenset[str] = frozenset()) -> list[str]:
        """Names that code reads and that the region binds: passed by value, as they are when the call is submitted."""
        return sorted((free_names(code) & self.assigned) - produced)

    def submit(self, callable_: str, arguments: str) -> str:
        inner = ", ".join(part for part in (callable_, arguments) if part)
        if self.contextual:
            return f"{self.executor}.submit(copy_context().run, {inner})"
        return f"{self.executor}.submit({inner})"

    def call_code(self, site: Site, changes: dict[cst.CSTNode, Change]) -> str:
        """The call with the results that it needs, on one line where no comment is lost."""
        return self.one_line(swap(site.call, changes) if changes else site.call)

    def one_line(self, node: cst.CSTNode) -> str:
        return self.tree.one_line(node)

    def results(self, site: Site, needs: set[int]) -> dict[cst.CSTNode, Change]:
        """Replacements of the calls whose futures a worker waits for; fills in the site's chain."""
        changes: dict[cst.CSTNode, Change] = {}
        prior = {i for i in needs & self.sites.keys() if i != site.plan.node.id}
        for ident in prior:
            other = self.sites[ident]
            if other.path or not other.future:
                raise self.refuse(f"`{site.plan.node.text}(...)`, which needs all results of a loop", site.plan.node)
            changes[other.call] = becomes(self.tree.expression(f"{other.future}.result()"))
        site.prior = frozenset(prior)
        site.depth = 1 + max((self.sites[i].depth for i in prior), default=0)
        return changes

    def conditions(self, site: Site) -> list[str]:
        """What must hold for the call to be made, as far as its own expression says."""
        found: list[str] = []
        child: cst.CSTNode = site.call
        statement = self.tree.statement(site.call)
        for parent in self.tree.ancestors(site.call):
            match parent:
                case cst.IfExp() if child is parent.body:
                    found.append(self.one_line(parent.test))
                case cst.IfExp() if child is parent.orelse:
                    found.append(f"not ({self.one_line(parent.test)})")
                case cst.BooleanOperation() if child is parent.right:
                    raise self.refuse("a call after `and` or `or`", site.plan.node)
                case cst.Comparison() if child is not parent.left and child is not parent.comparisons[0]:
                    raise self.refuse("a call in a chain of comparisons", site.plan.node)
                case cst.Assert() if child is parent.msg:
                    raise self.refuse("a call in an assertion's message", site.plan.node)
                case cst.BaseComp() if child is not parent.for_in:
                    found.extend(self.filters(parent.for_in))
                case cst.CompIf():
                    clause = self.tree.parents[parent]
                    assert isinstance(clause, cst.CompFor)
                    found.extend(self.one_line(t.test) for t in clause.ifs[: list(clause.ifs).index(parent)])
                case cst.CompFor() if child is parent.inner_for_in:
                    found.extend(self.one_line(t.test) for t in parent.ifs)
                case _:
                    pass
            if parent is statement:
                break
            child = parent
        found.reverse()
        return found

    def filters(self, clause: cst.CompFor | None) -> list[str]:
        tests: list[str] = []
        while clause is not None:
            tests.extend(self.one_line(t.test) for t in clause.ifs)
            clause = clause.inner_for_in
        return tests

    def covered(self, site: Site, needs: Iterable[int], places: list[Range]) -> None:
        """Checks that everything the call needs stands in a place that the plain form evaluates."""
        for ident in needs:
            node = self.region.nodes[ident]
            if isinstance(node, For | If | Try) or ident in {n.id for n in site.path}:
                continue
            if isinstance(node, Jump) and node.kind == "continue":
                continue
            if not any(inside(self.tree.of(node.span), place) for place in places):
                raise self.refuse(f"`{site.plan.node.text}(...)` because of line {node.span.line}", site.plan.node)

    def expression_places(self, site: Site) -> list[Range]:
        """The call itself, its conditions, and the headers of its loops."""
        places = [self.tree.range(site.call)]
        for node in site.path:
            loop = self.loop(node)
            places += [self.tree.range(loop.target), self.tree.range(loop.iter)]
        for parent in self.tree.ancestors(site.call):
            if isinstance(parent, cst.IfExp):
                places.append(self.tree.range(parent.test))
            if isinstance(parent, cst.BaseComp):
                clause: cst.CompFor | None = parent.for_in
                while clause is not None:
                    places += [self.tree.range(t.test) for t in clause.ifs]
                    clause = clause.inner_for_in
            if isinstance(parent, cst.BaseStatement | cst.BaseSmallStatement):
                break
        return places

    def expression_submission(self, site: Site, changes: dict[cst.CSTNode, Change]) -> str:
        """`submit(f, x)` where nothing in it can fail, else `submit(lambda x: f(x.text), x)`, failing where it is taken."""
        conditions = self.conditions(site)
        call = self.call_code(site, changes)
        if not conditions and not changes and self.plain_call(site.call) and "#" not in call:
            arguments = [self.one_line(a.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for a in site.call.args]
            return self.submit(self.one_line(site.call.func), ", ".join(arguments))
        body = f"{call} if {' and '.join(_operand(c) for c in conditions)} else None" if conditions else call
        names = [*self.parameters(f"({body}\n)"), *(self.sites[i].future for i in sorted(site.prior))]
        if "super" in free_names(f"({body}\n)"):
            raise self.refuse("super()", site.plan.node)
        return self.submit(f"lambda {', '.join(names)}: {body}" if names else f"lambda: {body}", ", ".join(names))

    def plain_call(self, call: cst.Call) -> bool:
        return self.safe(self.one_line(call.func)) and all(
            not a.star and self.safe(self.one_line(a.value)) for a in call.args
        )

    # -- inner loops

    def nest_code(self, nest: Nest) -> str:
        """`[submit(...) for y in ys]`."""
        inner = [self.item_code(item) for item in nest.items]
        element = inner[0] if len(inner) == 1 else f"({', '.join(inner)})"
        return f"[{element} for {nest.head or self.target(nest.loop)} in {self.one_line(nest.loop.iter)}]"

    def item_code(self, item: Item) -> str:
        return item.code if isinstance(item, Site) else self.nest_code(item)

    def target(self, loop: Loop) -> str:
        text = self.one_line(loop.target.with_changes(lpar=[], rpar=[]) if isinstance(loop.target, cst.Tuple) else loop.target)
        if not isinstance(loop.target, cst.Name | cst.Tuple | cst.List):
            raise Bailout("syntax", f"`{text}` as a loop's variable, in the plain form,")
        return text

    def check_nest(self, nest: Nest, inner: bool) -> None:
        """A header that may fail would fail too early: unless the caller sees to that (`inner` False)."""
        header = self.one_line(nest.loop.iter)
        if inner and not self.safe(header):
            raise self.refuse("an inner loop whose header may fail", nest.node)
        if not isinstance(nest.loop.target, cst.Name) and not unpacks(self.one_line(nest.loop.iter), nest.loop.target):
            raise self.refuse("an inner loop whose unpacking may fail", nest.node)
        if not self.parameters_known(header, nest):
            raise self.refuse("an inner loop over what the region computes", nest.node)
        for item in nest.items:
            if isinstance(item, Nest):
                self.check_nest(item, True)

    def parameters_known(self, header: str, nest: Nest) -> bool:
        """Whether the names in a nest's header are those of outer loops, or none of the region's."""
        names = set(self.parameters(f"({header}\n)"))
        for node in (*([self.frame] if self.frame else []), *self.region.parents[nest.node.id]):
            if isinstance(node, For):
                names -= bound_in(f"for {self.one_line(self.loop(node).target)} in (): pass")
        return not names

    def take_changes(self, items: Iterable[Item]) -> dict[cst.CSTNode, Change]:
        """Changes to the statements in their place: results for calls, zipped headers for inner loops."""
        changes: dict[cst.CSTNode, Change] = {}
        for item in items:
            if isinstance(item, Site):
                changes[item.call] = becomes(self.tree.expression(f"{item.future}.result()"))
            else:
                changes.update(self.take_changes(item.items))
                changes[item.loop] = self.zipped(item)
        return changes

    def zipped(self, nest: Nest) -> Change:
        inner = [i.future if isinstance(i, Site) else i.futures for i in nest.items]
        taken = inner[0] if len(inner) == 1 else f"({', '.join(inner)})"

        def change(loop: Loop) -> Loop:
            target, source = self.tree.code(loop.target), self.one_line(loop.iter)
            if isinstance(nest.loop.target, cst.Tuple) and not nest.loop.target.lpar:
                target = f"({target})"
            alone = isinstance(loop, cst.CompFor) and not self.read_in_place(nest)
            pair = taken.strip("()") if alone else f"{target}, {taken}"
            made = cst.parse_expression(f"[0 for {pair} in {nest.futures if alone else f'zip({source}, {nest.futures})'}]")
            assert isinstance(made, cst.ListComp)
            return loop.with_changes(target=made.for_in.target, iter=made.for_in.iter)

        return change

    def read_in_place(self, nest: Nest) -> bool:
        """Whether a comprehension's variables are still read when its calls are taken from futures."""
        comp = next(n for n in self.tree.ancestors(nest.loop) if isinstance(n, cst.BaseComp))
        variables = bound_in(f"for {self.one_line(nest.loop.target)} in (): pass")
        taken = {item.call for item in _flat(nest.items)}
        todo: list[cst.CSTNode] = [comp]
        while todo:
            node = todo.pop()
            if node in taken or node is nest.loop.target:
                continue
            if isinstance(node, cst.Name) and node.value in variables:
                return True
            todo.extend(node.children)
        return False


def _flat(items: Iterable[Item]) -> list[Site]:
    return [s for i in items for s in ([i] if isinstance(i, Site) else _flat(i.items))]


def _below(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    for child in node.children:
        yield child
        yield from _below(child)


def _operand(condition: str) -> str:
    import ast

    simple = isinstance(ast.parse(condition, mode="eval").body, ast.Name | ast.Compare | ast.Call | ast.Attribute | ast.UnaryOp)
    return condition if simple else f"({condition})"


def unpacks(header: str, target: cst.BaseExpression) -> bool:
    """Whether items of a header certainly fit a target: pairs of `enumerate`, of a view, of a `zip`."""
    if not isinstance(target, cst.Tuple) or not all(isinstance(e, cst.Element) for e in target.elements):
        return False
    if not all(isinstance(e.value, cst.Name) for e in target.elements):
        return False
    made = cst.parse_expression(header)
    match made:
        case cst.Call(func=cst.Name(value="enumerate")):
            return len(target.elements) == 2
        case cst.Call(func=cst.Name(value="zip"), args=args):
            return len(target.elements) == sum(a.keyword is None for a in args) and not any(a.star for a in args)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="items")), args=[]):
            return len(target.elements) == 2
        case _:
            return False


flat = _flat
__all__ = ["WORKERS", "Item", "Nest", "Site", "Work", "flat", "unpacks", "walk"]
