"""A file on its way to the plain form: regions are rewritten one by one and put in their places at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from ..ir.nodes import For, Instr, Node, With
from ..plan.plan import Plan
from ..remarks import Bailout, Remark, Span
from .apply import Apply, Container, Edit, assuming, commented, wide
from .bars import bar_of
from .block import rewrite_block
from .called_back import map_header, map_statements, maps
from .futures import Work
from .imports import add_imports, choose, imported
from .items import Made, rewrite_items
from .loop_forms import forms
from .map import map_block, map_loop
from .planned_region import PlannedRegion, without_dropped
from .private import private
from .spelled_out import spelled_out
from .submitted import changes, find, is_method, rewrite_opened, takes_future
from .tasks import rewrite_listed
from .thread_counts import explained
from .told import find_told
from .tree import Change, Namer, Range, Tree, inside
from .unmark import leftovers, spellings, used_names, without_unused
from .unprintable import check_names, check_plan, check_text


class File:
    def __init__(self, text: str, spans: Sequence[Span] = ()) -> None:
        self.text = text
        self.tree = Tree(text)
        self.reserved = [self.tree.of(span) for span in spans]
        self.edits: list[Edit] = []
        self.assumed: tuple[str, ...] = ()  # by the form of the region that is being rewritten
        self.imports: dict[str, str] = {}
        self.names = Namer(self.tree.variables)
        self.chosen: dict[str, str] = {}
        self.changes: dict[cst.CSTNode, Change] = {}  # to functions that loops call with what they have submitted
        self.futures: dict[cst.FunctionDef, tuple[str, cst.Call]] = {}  # their parameter for it, and the call
        self.says: dict[cst.FunctionDef, object] = {}  # functions that are told how to say things, and what they say
        self.kept: list[Range] = []  # what no region may change
        self.dropped: frozenset[int] = frozenset()  # calls of the region that are made in their places
        self.taken: dict[cst.FunctionDef | None, set[str]] = {}  # functions that regions have added to functions

    def add(self, region: PlannedRegion) -> Remark | None:
        """Rewrites a region; what became of it, None where it is part of one that was rewritten."""
        plan = region.plan
        if not plan.sites or plan.region is None:
            return plan.remark
        place = self.tree.of(region.code.span)
        if any(inside(place, edit.place) for edit in self.edits):
            return None
        try:
            if any(inside(kept, place) or inside(place, kept) for kept in self.kept):
                raise Bailout("plain-form", "another loop calls its function with what it has submitted")
            check_plan(region)
            if plan.opens:
                edit = self.opens(region)
                check_names(self.tree, edit)
                self.edits.append(commented(self.tree, edit))
                return plan.remark
            check_text(self.tree, plan, place)
            if any(inside(edit.place, place) for edit in self.edits):
                raise Bailout("syntax", "a region around another one, in the plain form,")
            self.assumed, self.dropped = (), frozenset()
            edit = self.rewritten(region, place)
            check_names(self.tree, edit)
            self.edits.append(assuming(commented(self.tree, edit), [*region.assumes, *self.assumed]))
            return without_dropped(plan, self.dropped)
        except Bailout as bailout:
            span = bailout.span or region.code.span
            old = plan.remark
            return Remark("missed", bailout.code, old.function, old.filename, span, bailout.what, bailout.ends)

    def holds_edit(self, region: PlannedRegion) -> bool:
        """Whether a region inside this one has been rewritten."""
        return any(inside(edit.place, self.tree.of(region.code.span)) for edit in self.edits)

    def opens(self, region: PlannedRegion) -> Edit:
        """A loop, or comprehension, whose callee has effects that stay in order."""
        with contextlib.suppress(Bailout):
            return self.private(region)
        try:
            return self.opened(region)
        except Bailout as bailout:
            with contextlib.suppress(Bailout):
                return self.told(region)
            raise bailout from None

    def private(self, region: PlannedRegion) -> Edit:
        """A loop whose callees change what its iterations make themselves. Raises: Bailout."""
        first, frame = self.alone(region)
        work = self.work(region, [first], frame)
        pool = self.name_of("concurrent.futures", "ThreadPoolExecutor")
        before, made = rewrite_items(work, first, region.local, pool, split=private(work, region.local))
        if before is not None:
            raise Bailout("plain-form", "a list that is made before the loop")
        if work.assumes and region.strict:
            raise Bailout("plain-form", f"it assumes {'; '.join(work.assumes)}")
        return self.put(first, made, [*region.assumes, *work.assumes])

    def alone(self, region: PlannedRegion) -> tuple[cst.For, For]:
        """The one loop that a region is. Raises: Bailout."""
        first = self.tree.statements.get(self.tree.of(region.code.span)[0])
        frames = [n for n in region.code.block if isinstance(n, For)]
        if not isinstance(first, cst.For) or len(frames) != 1:
            raise Bailout("plain-form", "no loop calls the function that runs in place")
        return first, frames[0]

    def put(self, first: cst.For, made: list[cst.BaseStatement], assumes: list[str]) -> Edit:
        """The statements that have come for a loop."""
        self.define(first, made)
        made[0] = self.first(first, made[0])
        container = self.container(first)
        if isinstance(container, cst.Module):
            made = wide(made)
        return assuming(Edit(container, (first,), tuple(made), self.tree.range(first)), assumes)

    def told(self, region: PlannedRegion) -> Edit:
        """A loop that says in order what a callee, in a worker, has to say. Raises: Bailout."""
        frame = self.frame_of(region)
        clause = None if frame is None else self.tree.loops.get(self.tree.of(frame.span))
        if frame is None or not isinstance(clause, cst.CompFor):
            first, frame = self.alone(region)
            made, assumes = self.made_told(region, first, frame, self.work(region, [first], frame))
            return self.put(first, made, assumes)
        with spelled_out(self.tree, clause) as listed:
            work = self.work(region, [listed.statement], frame)
            made, assumes = self.made_told(region, listed.loop, frame, work)
            made = listed.around(self.tree, made)
            made[0] = self.first(listed.line, made[0])
            container, place = self.container(listed.statement), self.tree.range(listed.statement)
            return assuming(Edit(container, (listed.statement,), tuple(made), place), assumes)

    def made_told(
        self, region: PlannedRegion, first: cst.For, frame: For, work: Work
    ) -> tuple[list[cst.BaseStatement], list[str]]:
        """The statements that come for a loop whose callee is told how to say things, and what they rest on."""
        split = find_told(work, first, region.plan.remark.filename, region.local)
        function = split.told.function
        kept = function not in self.says and any(inside(self.tree.range(function), place) for place in self.kept)
        if kept or function in self.futures or takes_future(function):
            raise Bailout("plain-form", "another loop calls its function with what it has submitted")
        if any(inside(edit.place, self.tree.range(function)) for edit in self.edits):
            raise Bailout("plain-form", "the function itself has changed")
        assumes = [*region.assumes, *self.overridden(region, function)]
        pool, wait = (self.name_of("concurrent.futures", n) for n in ("ThreadPoolExecutor", "wait"))
        _, made = rewrite_items(work, first, region.local, pool, wait, split)
        if not split.told.lines or (work.assumes and region.strict):
            raise Bailout("plain-form", "nothing is said in the function that runs in place")
        said = (split.told.alone(), frozenset(line.call for line in split.told.lines))
        if self.says.setdefault(function, said) != said:
            raise Bailout("plain-form", "two loops hear different things of one function")
        self.changes.update(split.told.callee(self.name_of("collections.abc", "Callable")))
        self.kept.append(self.tree.range(function))
        return made, [*assumes, *work.assumes]

    def overridden(self, region: PlannedRegion, function: cst.FunctionDef) -> list[str]:
        """What is assumed of a function that gets one more parameter. Raises: Bailout."""
        if not is_method(self.tree, function):
            return []
        name = function.name.value
        if region.strict or sum(f.name.value == name for f in self.tree.functions.values()) > 1:
            raise Bailout("plain-form", f"`{name}` may be overridden")
        return [f"nobody overrides {name}"]

    def frame_of(self, region: PlannedRegion) -> For | None:
        """The outermost loop around a region's first call."""
        assert region.plan.region is not None
        around = region.plan.region.parents[region.plan.sites[0].node.id]
        return next((p for p in around if isinstance(p, For)), None)

    def opened(self, region: PlannedRegion) -> Edit:
        """A loop, or comprehension, that submits what a callee asks for ahead."""
        plan, frame = region.plan, self.frame_of(region)
        loop = None if frame is None else self.tree.loops.get(self.tree.of(frame.span))
        if frame is None or loop is None:
            raise Bailout("plain-form", "no loop calls the function that runs in place")
        statement = self.tree.statement(loop)
        work = self.work(region, [statement], frame)
        opened = find(work, plan.remark.filename)
        if opened.function in self.says:
            raise Bailout("plain-form", "another loop calls its function with what it has submitted")
        if opened.function in self.futures:
            known, leaf = self.futures[opened.function]
            if leaf is not opened.leaf or known in self.tree.near(statement):
                raise Bailout("plain-form", "two loops submit different calls of one function")
            opened = replace(opened, future=known)
        assumes = [*region.assumes, *self.overridden(region, opened.function)]
        if any(inside(edit.place, self.tree.range(opened.function)) for edit in self.edits):
            raise Bailout("plain-form", "the function itself has changed")
        pool = self.name_of("concurrent.futures", "ThreadPoolExecutor")
        made = rewrite_opened(work, loop, opened, pool)
        if opened.function not in self.futures:
            annotated = any(p.annotation is not None for p in opened.function.params.params)
            typed = self.name_of("concurrent.futures", "Future") if annotated else ""
            self.changes.update(changes(work, opened, typed))
            self.futures[opened.function] = (opened.future, opened.leaf)
            self.kept.append(self.tree.range(opened.leaf))
        self.taken.setdefault(opened.function, set()).add(opened.future)
        home: cst.CSTNode = statement
        if isinstance(statement, cst.BaseSmallStatement):
            line = self.tree.parents[statement]
            if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
                raise Bailout("plain-form", "several statements on a line")
            made[0] = made[0].with_changes(leading_lines=line.leading_lines)
        else:
            assert isinstance(statement, cst.For)
            made[0] = self.first(statement, made[0])
        edit = Edit(self.container(statement), (home,), tuple(made), self.tree.range(statement))
        return assuming(edit, assumes)

    def define(self, statement: cst.CSTNode, made: Sequence[cst.BaseStatement]) -> None:
        """Notes the functions that a region brings, for other regions of the same function."""
        function = next((a for a in self.tree.ancestors(statement) if isinstance(a, cst.FunctionDef)), None)
        self.taken.setdefault(function, set()).update(m.name.value for m in made if isinstance(m, cst.FunctionDef))

    def first(
        self, old: cst.BaseCompoundStatement | cst.SimpleStatementLine, new: cst.BaseStatement
    ) -> cst.BaseStatement:
        """With the comments that stood above, and an empty line above a function unless it begins a block."""
        parent = self.tree.parents[old]
        lead = list(old.leading_lines)
        holder = self.tree.parents.get(parent)
        begins = isinstance(parent, cst.IndentedBlock) and parent.body[0] is old and isinstance(holder, cst.FunctionDef)
        if isinstance(new, cst.FunctionDef) and not begins and not (lead and lead[0].comment is None):
            lead.insert(0, cst.EmptyLine(indent=False))
        return new.with_changes(leading_lines=lead)

    def module(self, name: str) -> str:
        """The name by which the text gets at a module that it imports as a whole. Raises: Bailout."""
        if f"import {name}" not in self.text or name in self.tree.bound - imported(self.tree.module):
            raise Bailout("plain-form", f"{name} is not imported")
        return name

    def name_of(self, package: str, name: str) -> str:
        """The name by which the text gets at package.name; its import is added at the end."""
        if name not in self.chosen:
            self.chosen[name], needed = choose(self.tree.module, self.names, package, name)
            if needed is not None:
                self.imports[name] = needed
        return self.chosen[name]

    def rewritten(self, region: PlannedRegion, place: Range) -> Edit:
        first = self.tree.statements.get(place[0])
        frame = loop_of(region.code.block, region.plan) if first is None else None
        if frame is not None:
            first = self.tree.loops.get(self.tree.of(frame.span))
        if first is None:
            raise Bailout("syntax", "the place of this region, in the plain form,")
        container = self.container(first)
        if isinstance(first, cst.For):
            return self.loop(region, first, container, frame)
        lines: list[cst.CSTNode] = [
            s for line in _lines(container) for s in line.body if inside(self.tree.range(s), place)
        ]
        work = self.work(region, lines, None)
        wrapped = [self.line(s) for s in lines]
        if region.awaited:
            return Edit(container, tuple(lines), tuple(rewrite_listed(work, wrapped, self.module("asyncio"))), place)
        called = maps(self.tree, region)
        if called:
            new = map_statements(work, wrapped, called, self.name_of("concurrent.futures", "ThreadPoolExecutor"))
        else:
            new = map_block(work, wrapped, self.name_of) or []
        if not new:
            work = self.work(region, lines, None)
            new = rewrite_block(work, wrapped, self.name_of("concurrent.futures", "ThreadPoolExecutor"))
            self.dropped = frozenset(work.dropped)
        begun = self.tree.parents[lines[0]]
        if new and isinstance(new[0], cst.FunctionDef) and isinstance(begun, cst.SimpleStatementLine):
            new = [self.first(begun, new[0]), *new[1:]]
        return Edit(container, tuple(lines), tuple(new), place)

    def free(self, statement: cst.CSTNode) -> bool:
        """Whether no region of the file holds a statement."""
        return not any(inside(self.tree.range(statement), place) for place in self.reserved)

    def loop(self, region: PlannedRegion, loop: cst.For, container: Container, frame: For | None = None) -> Edit:
        every = [n for n in region.code.block if isinstance(n, For)] if frame is None else [frame]
        frames = [n for n in every if self.tree.loops.get(self.tree.of(n.span)) is loop]
        if len(frames) != 1 or loop.asynchronous is not None:
            raise Bailout("syntax", "this loop, in the plain form,")
        place = self.tree.range(loop)
        work = self.work(region, [loop], frames[0])
        mapped = (
            None
            if region.awaited or bar_of(work, loop)
            else map_loop(self.work(region, [loop], frames[0]), loop, self.name_of)
        )
        if mapped is not None and (mapped[0] is None or self.free(mapped[0])):
            before, new = mapped
            start = self.tree.range(before or loop)[0]
            return Edit(container, (*([before] if before else []), loop), tuple(new), (start, place[1]))
        pool = self.name_of("concurrent.futures", "ThreadPoolExecutor")
        called = maps(self.tree, region)
        if called:
            made = map_header(work, loop, called, pool)
            return Edit(container, (loop,), (self.first(loop, made[0]), *made[1:]), place)
        work, (before, made) = self.best(region, loop, frames[0], pool)
        self.assumed, self.dropped = tuple(work.assumes), frozenset(work.dropped)
        self.define(loop, made)
        made[0] = self.first(loop if before is None else before, made[0])
        if isinstance(container, cst.Module):
            made = wide(made)
        start = self.tree.range(before or loop)[0]
        return Edit(container, (*([before] if before else []), loop), tuple(made), (start, place[1]))

    def best(self, region: PlannedRegion, loop: cst.For, frame: For, pool: str) -> tuple[Work, Made]:
        """The first way to print a loop in which all its calls start early, or else the one with most of them."""
        reasons: list[Bailout] = []
        found: list[tuple[Work, Made]] = []
        for form in forms(self.tree, region, self.work(region, [loop], frame), loop, self.name_of, self.module):
            work = self.work(region, [loop], frame)
            try:
                made = form(work, loop, pool)
                if work.assumes and region.strict:
                    raise Bailout("plain-form", f"it assumes {'; '.join(work.assumes)}")
            except Bailout as bailout:
                reasons.append(bailout)
                continue
            if made[0] is None or self.free(made[0]):
                found.append((work, made))
                if not work.dropped:
                    break
        if not found:
            raise reasons[0]
        return min(found, key=lambda one: len(one[0].dropped))

    def work(self, region: PlannedRegion, statements: list[cst.CSTNode], frame: For | None) -> Work:
        assert region.plan.region is not None
        contextual = not {"ContextVar", "localcontext"}.isdisjoint(self.tree.names)
        if contextual:
            self.name_of("contextvars", "copy_context")
        function = next((a for a in self.tree.ancestors(statements[0]) if isinstance(a, cst.FunctionDef)), None)
        taken = {*self.tree.near(statements[0]), *self.chosen.values(), *self.taken.get(function, ())}
        return Work(self.tree, region.plan, region.plan.region, Namer(taken), statements, frame, contextual)

    def container(self, statement: cst.CSTNode) -> Container:
        for parent in self.tree.ancestors(statement):
            if isinstance(parent, cst.Module | cst.IndentedBlock | cst.SimpleStatementSuite):
                return parent
        raise AssertionError

    def line(self, small: cst.CSTNode) -> cst.SimpleStatementLine:
        """A line of its own for a simple statement; comments come along where it had one."""
        parent = self.tree.parents[small]
        assert isinstance(small, cst.BaseSmallStatement)
        alone = small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        if isinstance(parent, cst.SimpleStatementLine):
            leading = parent.leading_lines if parent.body[0] is small else []
            trailing = parent.trailing_whitespace if parent.body[-1] is small else cst.TrailingWhitespace()
            return cst.SimpleStatementLine([alone], leading_lines=leading, trailing_whitespace=trailing)
        assert isinstance(parent, cst.SimpleStatementSuite)
        comment = parent.trailing_whitespace if parent.body[-1] is small else cst.TrailingWhitespace()
        return cst.SimpleStatementLine([alone], trailing_whitespace=comment)

    def finish(self, functions: Sequence[Span] | None) -> tuple[str, bool]:
        """The new text, and whether it still needs xcs; see `rewrite`."""
        chosen = None
        if functions is not None:
            places = {self.tree.place(span.line, span.column) for span in functions}
            chosen = frozenset(node for place, node in self.tree.functions.items() if place in places)
        names = spellings(self.tree.module)
        if not self.edits and (not names or chosen == frozenset()):
            return self.text, leftovers(self.tree.module)
        module = self.tree.module.visit(Apply(self.edits, self.changes, names, chosen))
        assert isinstance(module, cst.Module)
        used = used_names(module)
        needed = [text for name, text in sorted(self.imports.items()) if self.chosen[name] in used]
        module = add_imports(without_unused(module, used), needed)
        pool = self.chosen.get("ThreadPoolExecutor") if "max_workers" not in self.text else None
        text = explained(module.code, pool, self.tree.width) if pool else module.code
        return text, leftovers(module)


def loop_of(block: Sequence[Node], plan: Plan) -> For | None:
    """The loop that makes all calls of a region which is a `with` statement: there they may start, too."""
    while block and isinstance(block[-1], With) and all(isinstance(n, Instr) for n in block[:-1]):
        block = block[-1].body
        frames = [n for n in block if isinstance(n, For)]
        if len(frames) == 1 and plan.region is not None:
            around = (plan.region.parents[site.node.id] for site in plan.sites)
            return frames[0] if all(frames[0] in parents for parents in around) else None
    return None


def _lines(container: Container) -> list[cst.SimpleStatementLine | cst.SimpleStatementSuite]:
    if isinstance(container, cst.SimpleStatementSuite):
        return [container]
    return [line for line in container.body if isinstance(line, cst.SimpleStatementLine)]
