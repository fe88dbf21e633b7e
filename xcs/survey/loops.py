"""Which loops, comprehensions and blocks of a module have calls that wait one after another, and what keeps them so."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..remarks import Located, Span
from .call_facts import Calls
from .conclusions import Assumption, Loop, Mode, Wait
from .flow import CLOCK, FAILED, LOOPED, RESULT, Flow, WaitingCall, named, root_of
from .local_names import LISTING, MUTATING, OF_DATA, QUIET, WRAPPERS
from .modules import Function, Module, Program
from .obstacles import (
    durations,
    grows,
    kept_in_place,
    left_behind,
    obstacle_of,
    of_items,
    once,
    started_instead,
    steps,
    together_instead,
    tries_again,
    waits_of,
)  # fmt: skip
from .origins import BUILT_IN, Scope
from .own_methods import with_own_methods
from .services import of_role
from .summaries import Summaries
from .sure_calls import SureCalls
from .talking import talks
from .tree_walks import children, own, raises, text, walk

MOST_UNKNOWN = 6  # callables that a finding may take for harmless
INSIDE = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.ClassDef})
TESTING = frozenset({"pytest", "unittest"})
ASKS = frozenset({"inference", "query", "sleep", "process"})

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def survey(program: Program, module: Module) -> Iterator[Loop]:
    """Every loop, comprehension and block of a module in which calls wait; the outermost that could run at once."""
    if not talks(program, module):
        return
    calls, within = _calls(program, module)
    summaries, sure = Summaries(program), SureCalls()
    imported = {dotted.partition(".")[0] for dotted in module.imports.values()}
    for function in (None, *module.every):
        if function is not None and function.node.name.startswith("test_") and not TESTING.isdisjoint(imported):
            continue
        scope = Scope.of(program, module, function, calls)
        body = function.node.body if function is not None else module.tree.body
        yield from _Searcher(scope, summaries, sure, function in within).statements(body, _Around())
    calls.clear()  # the scopes in it hold it


def _calls(program: Program, module: Module) -> tuple[dict[str, list[tuple[ast.Call, Scope]]], set[Function | None]]:
    """The calls of the module's functions and methods, by name, with the scopes that they stand in; and the functions
    that loops stand in as parts of statements."""
    found: dict[str, list[tuple[ast.Call, Scope]]] = {}
    within: set[Function | None] = set()
    names = {f.node.name for f in module.every} | set(module.classes)
    for function in (None, *module.every):
        scope = Scope.of(program, module, function, found)
        for node in own(function.node.body if function is not None else module.tree.body):
            if node.__class__ is ast.Call:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in names:
                    found.setdefault("__init__" if name in module.classes else name, []).append((node, scope))
                if name in ("map", "filter"):
                    within.add(function)
            elif node.__class__ in INSIDE:
                within.add(function)
    return found, within


@dataclass(frozen=True, slots=True)
class _Around:
    """What a loop stands in: a `try` block whose handler goes on; instead: statements that are done in its place."""

    handler: Located | None = None
    instead: tuple[ast.stmt, ...] = ()


class _Searcher:
    """Looks through one scope."""

    def __init__(self, scope: Scope, summaries: Summaries, sure: SureCalls, within: bool) -> None:
        self.scope, self.summaries, self.sure, self.within = scope, summaries, sure, within
        function = scope.function
        self.name = function.qualname if function is not None else "<module>"
        self.filename = str(scope.module.file)
        self.is_async = function is not None and isinstance(function.node, ast.AsyncFunctionDef)

    @cached_property
    def generator(self) -> bool:
        function = self.scope.function
        return function is not None and any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own(function.node.body))

    def statements(self, body: Sequence[ast.stmt], around: _Around) -> Iterator[Loop]:
        found_any = False
        for node in body:
            for loop in self.statement(node, around):
                found_any = found_any or loop.certainty != "sequential"
                yield loop
        if not found_any:
            yield from self.blocks(body, around)

    def statement(self, node: ast.stmt, around: _Around) -> Iterator[Loop]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if isinstance(node, ast.ClassDef):
                for below in node.body:
                    if not isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
                        yield from self.statement(below, around)
            return
        if isinstance(node, ast.For):
            loop = self.verdict(node, [node.target], node.iter, node.body, around)
            if loop is not None:
                yield loop
                if loop.certainty != "sequential":
                    return
        if self.within:
            yield from self.comprehensions(node, around)
        handling: list[ast.ExceptHandler] | None = getattr(node, "handlers", None)
        if handling is not None:
            handlers = [h for h in handling if not raises(h.body)]
            inner = _Around(Located("its handler goes on", self.filename, handlers[0].lineno)) if handlers else around
            yield from self.statements(getattr(node, "body", ()), inner)
            for handler in handling:
                yield from self.statements(handler.body, around)
        elif hasattr(node, "body"):
            either = replace(around, instead=tuple(node.orelse)) if isinstance(node, ast.If) else around
            yield from self.statements(node.body, either)
        for name in ("orelse", "finalbody"):
            either = replace(around, instead=tuple(node.body)) if isinstance(node, ast.If) else around
            yield from self.statements(getattr(node, name, ()), either)
        for case in getattr(node, "cases", ()):
            yield from self.statements(case.body, around)

    def comprehensions(self, node: ast.stmt, around: _Around) -> Iterator[Loop]:
        """Comprehensions in a statement's own expressions, outermost first."""
        todo: list[ast.AST] = [n for n in children(node) if isinstance(n, ast.expr | ast.keyword | ast.withitem)]
        while todo:
            below = todo.pop(0)
            if isinstance(below, Comprehension):
                loop = self.comprehension(below, around)
                if loop is not None:
                    yield loop
                    if loop.certainty != "sequential":
                        continue
            elif (
                isinstance(below, ast.Call) and isinstance(below.func, ast.Name) and below.func.id in ("map", "filter")
            ):
                loop = self.applied(below, around)
                if loop is not None:
                    yield loop
            if (
                isinstance(below, ast.Call)
                and isinstance(below.func, ast.Name)
                and below.func.id in ("any", "all", "next")
            ):
                continue  # they may stop at a result
            if not isinstance(below, ast.Lambda):
                todo.extend(children(below))

    def comprehension(self, node: Comprehension, around: _Around) -> Loop | None:
        inner: list[ast.expr] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        body: list[ast.stmt] = [_kept(e) for e in inner]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [ast.copy_location(ast.If(test, body, []), node)]
            if generator is not node.generators[0]:
                body = [ast.copy_location(ast.For(generator.target, generator.iter, body, []), node)]
        return self.verdict(node, [node.generators[0].target], node.generators[0].iter, body, around)

    def applied(self, node: ast.Call, around: _Around) -> Loop | None:
        if len(node.args) != 2:
            return None
        item, given = ast.Name("@item", ast.Store()), ast.Name("@item", ast.Load())
        call = ast.copy_location(ast.Call(node.args[0], [given], []), node)
        body: list[ast.stmt] = [_kept(call)]
        return self.verdict(node, [ast.copy_location(item, node)], node.args[1], body, around)

    # -- one loop

    def verdict(
        self, node: ast.AST, targets: Sequence[ast.expr], iterable: ast.expr, body: Sequence[ast.stmt], around: _Around
    ) -> Loop | None:
        """The verdict on a loop; None where nothing in it waits."""
        walker = Calls(self.scope, self.summaries, self.filename)
        for target in targets:
            walker.target(target, set())
        items = set(walker.flow.assigned)
        walker.block(body)
        flow = walker.flow
        asking = self.asking(flow, items)
        if not asking or _count(iterable) == 1:
            return None
        mode: Mode = "async" if self.is_async else "module" if self.scope.function is None else "jit"
        waits = tuple(s.wait for s in asking)
        made = Loop("likely", mode, self.name, self.filename, _span(node), node, waits, items=_count(iterable))
        obstacle = (
            obstacle_of(flow, asking, items)
            or once(body, asking)
            or grows(flow, walker.part(iterable), asking)
            or steps(node, self.spelled(iterable), asking)
            or left_behind(node, self.scope)
            or tries_again(iterable, self.scope)
            or together_instead(body, around.instead, self.scope)
            or started_instead(body, asking)
        )
        if obstacle is not None:
            code, reason, ends = obstacle
            return replace(made, certainty="sequential", code=code, reason=reason, ends=ends)
        timed = durations(body, self.scope)
        chosen = [s for s in asking if kept_in_place(flow, s, items, timed) is None]
        if not chosen:
            code, reason, ends = kept_in_place(flow, asking[0], items, timed) or ("carried", "", ())
            return replace(made, certainty="sequential", code=code, reason=reason, ends=ends)
        assumes = self.assumptions(flow, chosen, iterable, around)
        if len(named(flow.unknown)) > MOST_UNKNOWN:
            reason = f"{', '.join(f'`{n}`' for n in list(flow.unknown)[:3])} and others are not understood"
            ends = tuple(flow.unknown.values())[:2]
            return replace(made, certainty="sequential", code="unknown", reason=reason, ends=ends)
        waits = with_own_methods(waits_of(chosen, flow, items, self.scope), self.summaries, self.scope.program)
        return replace(made, waits=waits, assumes=tuple(dict.fromkeys(assumes)))

    def spelled(self, iterable: ast.expr) -> ast.expr | None:
        """The one value in the text of what a loop goes through."""
        values = self.scope.bound.get(iterable.id, []) if isinstance(iterable, ast.Name) else [iterable]
        return values[0] if len(values) == 1 else None

    def asking(self, flow: Flow, items: set[str]) -> list[WaitingCall]:
        """The calls of a loop that wait for an answer, where it may be run early for their sake."""
        flow.sites[:] = [s for s in flow.sites if of_items(flow, s, items)]
        slept = flow.reached(flow.slept) & (flow.assigned - flow.exposed) if flow.sleeps else None
        tried = {root_of(n) for _, conditions in flow.sleeps[:1] for n in conditions} - {*items, LOOPED}
        paces = CLOCK in flow.closure(flow.slept)  # as long as is left until it is time
        if slept and not (tried or paces or flow.sites or flow.commands or flow.exits or flow.unknown):
            where, conditions = flow.sleeps.pop(0)  # as long as the item says: it stands for slow work
            flow.sites.append(WaitingCall(Wait("sleep", "time.sleep", where), frozenset(flow.slept), conditions))
        if flow.yields:
            return []
        asking = [s for s in flow.sites if s.wait.kind in ASKS and (s.wait.awaited or not self.is_async)]
        if all({FAILED, RESULT} <= s.conditions for s in asking):  # only where a request has failed
            return []
        return [] if flow.commands and all(s.wait.kind == "sleep" for s in asking) else asking

    def assumptions(
        self, flow: Flow, chosen: Sequence[WaitingCall], iterable: ast.expr, around: _Around
    ) -> list[Assumption]:
        found = [a for s in chosen for a in s.wait.assumes]
        found += [Assumption(f"{who} nothing that these calls read", where) for who, where in named(flow.unknown)]
        header = self.header(iterable)
        if header is not None:
            found.append(header)
        if around.handler is not None:
            what = "the try block around the loop may be left later than a request that it handles"
            found.append(Assumption(what, around.handler))
        return found

    def header(self, node: ast.expr) -> Assumption | None:
        """What is assumed of what the loop goes through: a call of something unknown."""
        while isinstance(node, ast.Call):
            name = text(node.func).rpartition(".")[2]
            if name == "range":
                return None
            if (name in WRAPPERS or name in of_role("progress")) and node.args:
                node = node.args[-1] if name in ("map", "filter") else node.args[0]
            elif name in LISTING:
                return None
            else:
                where = Located("the items come from here", self.filename, node.lineno)
                return Assumption(f"`{text(node.func)}(...)` gives a list", where)
        return None

    # -- blocks

    def blocks(self, body: Sequence[ast.stmt], around: _Around) -> Iterator[Loop]:
        """Calls of statements in a row that wait one after another and don't need each other."""
        run: list[tuple[ast.stmt, Flow]] = []
        simple = ast.Assign | ast.AnnAssign | ast.Expr | ast.Return | ast.AugAssign
        waiting = [node for node in body if isinstance(node, simple) for _ in range(_may_wait(node))]
        if len(waiting) < 2 or self.generator or self.sure.count(dict.fromkeys(waiting), self.scope) < 2:
            return
        flows = {node: self.flow_of(node) for node in waiting}
        if sum(len(flow.sites) for flow in flows.values()) < 2:
            return
        last = 0
        for node in body:
            if any(last < line <= node.lineno for line in self.scope.module.breaks):
                yield from self.block(run, around)
                run = []
            last = node.lineno
            flow = (flows.get(node) or self.flow_of(node)) if isinstance(node, simple) else None
            if flow is None or (flow.exits and not isinstance(node, ast.Return)) or _only_done(node, flow):
                yield from self.block(run, around)
                run = []
                continue
            run.append((node, flow))
        yield from self.block(run, around)

    def flow_of(self, node: ast.stmt) -> Flow:
        walker = Calls(self.scope, self.summaries, self.filename)
        walker.statement(node)
        return walker.flow

    def block(self, run: Sequence[tuple[ast.stmt, Flow]], around: _Around) -> Iterator[Loop]:
        if sum(len(flow.sites) for _, flow in run) < 2 or any(flow.commands or flow.sleeps for _, flow in run):
            return
        tainted: set[str] = set()
        free: list[tuple[ast.stmt, WaitingCall]] = []
        for node, flow in run:
            for site in flow.sites:
                if (
                    site.wait.kind in ("inference", "query")
                    and site.wait.awaited == self.is_async
                    and not (flow.reached(site.needs | site.conditions) & {RESULT, *tainted})
                ):
                    free.append((node, site))
            written = flow.assigned | set(flow.mutated)
            if flow.sites or any(flow.reached({n}) & tainted for n in written):
                tainted |= written
        starts = {id(n) if any(isinstance(e, ast.IfExp) for e in walk(n)) else s.call for n, s in free}
        unknown = {n: w for _, flow in run for n, w in flow.unknown.items()}
        if len(starts) < 2 or len(unknown) > 2 or any(s.wait.assumes for _, s in free):
            return
        first, last = free[0][0], free[-1][0]
        mode: Mode = "async" if self.is_async else "module" if self.scope.function is None else "jit"
        span = Span(first.lineno, first.col_offset, last.end_lineno or last.lineno, last.end_col_offset or 0)
        assumes = [
            Assumption(f"`{name}` changes nothing that these calls read", where) for name, where in unknown.items()
        ]
        yield Loop(
            "likely",
            mode,
            self.name,
            self.filename,
            span,
            first,
            _once([s.wait for _, s in free]),
            tuple(assumes),
            items=1,
            block=True,
        )


def _only_done(node: ast.stmt, flow: Flow) -> bool:
    """Whether a statement calls what waits, and nobody uses what that gives: it is called for what it does."""
    if not isinstance(node, ast.Expr):
        return False
    dropped = node.value.value if isinstance(node.value, ast.Await) else node.value
    return any(site.call == id(dropped) for site in flow.sites)


def _kept(value: ast.expr) -> ast.stmt:
    """An expression as a statement whose value is used."""
    made = ast.copy_location(ast.Expr(value), value)
    made.kept = True  # type: ignore[attr-defined]
    return made


def _may_wait(node: ast.stmt) -> int:
    """How many calls of a statement are of anything but methods of data and built-in functions."""
    count = 0
    for below in own([node]):
        if isinstance(below, ast.Call):
            name = below.func.attr if isinstance(below.func, ast.Attribute) else getattr(below.func, "id", "")
            if isinstance(below.func, ast.Name) and name in BUILT_IN:
                continue
            count += name not in PLAIN_METHODS
    return count


PLAIN_METHODS = (OF_DATA | MUTATING | QUIET) - {"get"}


def _once(waits: Sequence[Wait]) -> tuple[Wait, ...]:
    return tuple({(w.name, w.where): w for w in waits}.values())


def _span(node: ast.AST) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)  # type: ignore[attr-defined]


def _count(node: ast.expr) -> int | None:
    """How many items a loop goes through, where the text tells."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return len(node.elts) if not any(isinstance(e, ast.Starred) for e in node.elts) else None
    if isinstance(node, ast.Subscript):
        return 1 if ast.unparse(node.slice) == ":1" else None
    value = node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else None
    if isinstance(node, ast.Call) and value is not None and text(node.func) != "range":
        return _count(value) if text(node.func) in {"enumerate", "list", *of_role("progress")} else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None
