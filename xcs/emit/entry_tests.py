"""The JIT form: the function's tree with each region behind an entry test, positions kept.

    @r = ENTRY.on[n]                          # None: the region rests
    if @r is not None:
        try: @r = (values...,)                # a variable may have no value yet
        except NameError: @r = ENTRY.valueless(n)  # None
        else:
            try: @r = ENTRY.enter(n, @r)
            except RecursionError: @r = None  # there is no room left for that call
    if @r is None: <the original statements, inner regions instrumented>
    else:
        try: <the statements with `@r.take(site, f, x)()` for `f(x)` and `@r.items(loop, xs)` for `xs`>
        finally: @r.close()

`map(f, xs)` becomes `@r.callback(site, loop, map, f, xs)()`.
The body of a loop is there a third time, for iterations before and after anything runs ahead:
`if @r.ahead: <the rewritten body> else: <the original body, inner regions instrumented>`. So are the parts of a
comprehension: `f(x)` is `@r.take(site, f, x)() if @r.ahead else f(x)`.

The function begins with `None in ENTRY.ticks`: that counts, in C, so that what rests comes back.

The body of a loop with several regions stands a last time, as it is written, where all of them are left out:
`if ENTRY.lanes[n] is None: <the body> else: <the body, its regions instrumented>`.

ENTRY stands as a marker constant in the tree and is put into `co_consts` by `assemble`.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Sequence

from .. import trees
from ..front.lower import FunctionNode, Scope, below, lower_statements, span_of
from ..front.site_numbers import applied_to_rows, built_in_of, callbacks_of, is_site, numbered, split
from ..front.source import Source, undecorated
from ..ir.def_use import chains
from ..ir.nodes import Block, For, Instr, walk
from ..ir.regions import RegionCode
from ..records import dataclass
from ..remarks import Bailout, Span
from .added import alone, entering, lane, locate, peel, switched, ticking
from .bindings import Bindings
from .declarations import lifted
from .handing_over import Receivers, divided, handing_over, receivers
from .headers import Header, header_of
from .instrument import Instrumenter, copied
from .opened_files import opens_for_loops

MARKER = "@xcs entry"
SEVERAL = 2  # regions in a loop's body, whose switches are one while all are off
Lanes = tuple[tuple[int, int], ...]  # of each such body its first region, and the next one behind it
INTERRUPT = "KeyboardInterrupt"  # what ends a loop without a call of it having failed
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Assert, ast.Delete, ast.Pass)
SUSPENDS = frozenset((ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith))
OWN_METHODS = frozenset(name for cls in (list, deque, set, str) for name in dir(cls))
LEAVES = (ast.Break, ast.Return, ast.Raise)
QUIET = frozenset((ast.Name, ast.Constant, ast.Lambda))  # in which there is nothing to be found
CALLING = frozenset((ast.Call, ast.For, ast.comprehension))
COMPREHENSIONS = frozenset((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))


@dataclass(frozen=True, slots=True)
class Emitted:
    """The instrumented tree, its regions, and the statements of each with its sites."""

    node: FunctionNode
    regions: tuple[RegionCode, ...]
    rewritten: tuple[list[ast.stmt], ...]
    built_in: frozenset[str]  # names in the function that mean built-in functions
    lanes: Lanes = ()


@dataclass(slots=True)
class _Shape:
    """What there is in a statement."""

    calls: int = 0  # that may be sites; a comprehension's count twice, as they are made repeatedly
    loops: bool = False  # a comprehension
    suspends: bool = False


class _Emitter:
    def __init__(self, source: Source, skip: frozenset[str]) -> None:
        self.source, self.skip = source, skip
        self.scope = Scope(source.node, frozenset(source.code.co_freevars))
        self.regions: list[RegionCode] = []
        self.lanes: list[tuple[int, int]] = []
        self.rewritten: list[list[ast.stmt]] = []
        self.shapes: dict[int, _Shape] = {}  # by identity: the tree lives as long
        self.dropped: frozenset[int] = frozenset()
        self.before: Emitted | None = None
        self.around: tuple[ast.With, ...] = ()
        self.bound: Bindings | None = None
        self.inside = 0  # loops
        self.rounds = False  # whether the innermost loop around is a `while` loop
        self.whiles: list[ast.While] = []
        self.interrupts = False  # whether a handler around is for interrupts
        self.header: Header | None = None  # of the region that comes next
        self.straight = False  # whether what stands here is come to once, unless the function ends before
        self.asked: Receivers | None = None
        self.headers = False  # whether loops are regions a second time, once their headers have been evaluated

    def bindings(self) -> Bindings:
        if self.bound is None:
            self.bound = Bindings(self.source.node)
        return self.bound

    def statements(self, body: Sequence[ast.stmt], handled: bool) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        run: list[ast.stmt] = []

        def flush() -> None:
            place = divided(run, self.receivers()) if self.straight and len(run) > 1 else 0
            add(run[:place])
            add(run[place:])
            run.clear()

        def add(run: list[ast.stmt]) -> None:
            if self.calls(run) >= 2:
                # Where the run as a whole can't be moved, one statement with a comprehension still may, or what behind
                # others calls a function with a loop in it: such are the last ones.
                alone = [self.calls([s]) >= 2 and self.shape(s).loops and len(run) > 1 for s in run]
                for n in self.handing(run, 1):
                    alone[n] = True
                single = [self.alone(s, own, handled) for s, own in zip(run, alone, strict=True)]
                done.extend(self.guarded(list(run), [s for part in single for s in part], handled))
            else:
                last = self.handing(run, 0) if self.straight else []
                done.extend(part for n, s in enumerate(run) for part in self.alone(s, n in last, handled))

        for statement in body:
            if isinstance(statement, SIMPLE) and not self.shape(statement).suspends:
                run.append(statement)
                continue
            flush()
            done.extend(self.compound(statement, handled))
        flush()
        return done

    def handing(self, run: list[ast.stmt], first: int) -> list[int]:
        """The statements of a run, from the first on, that call what may have a loop in it, by their places."""
        others = self.skip.union(self.scope.all_bound)
        return [] if self.inside else handing_over(run, first, self.receivers() if self.straight else None, others)

    def receivers(self) -> Receivers:
        if self.asked is None:
            self.asked = receivers(self.source.node)
        return self.asked

    def alone(self, statement: ast.stmt, own: bool, handled: bool) -> list[ast.stmt]:
        """A statement of a run; as a region, where it may be one by itself."""
        headed = self.headed(statement, statement, handled, ()) if self.shape(statement).loops else [statement]
        return self.guarded([statement], headed, handled) if own else headed

    def headed(self, statement: ast.stmt, new: ast.stmt, handled: bool, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """`new` for a statement, behind an entry test of its own once its header has been evaluated."""
        number = len(self.regions)
        header = header_of(statement, self.skip, f"@header{number}") if self.headers else None
        if header is None:
            return [new]
        self.scope.locals |= {header.name}
        self.header = header
        decided, written = header.replaced(statement, header.named()), header.replaced(new, header.taken())
        made = self.guarded([decided], [written], handled, body)
        return [new] if number in self.dropped else [header.held(), header.gone_after(made)]

    def calls(self, statements: Sequence[ast.stmt]) -> int:
        return sum(self.shape(s).calls for s in statements)

    def shape(self, statement: ast.stmt) -> _Shape:
        found = self.shapes.get(id(statement))
        if found is None:
            found = self.shapes[id(statement)] = _Shape()
            self.look(statement, found, 1)
        return found

    def look(self, node: ast.AST, found: _Shape, weight: int) -> None:
        """Adds what there is in a node to what is found so far in the statement around it."""
        kind = type(node)
        if kind in QUIET:
            return
        if kind in CALLING and (callbacks := callbacks_of(node, self.skip)):
            found.loops = True
            for callback in callbacks:
                if callback.body is None:
                    found.calls += 2
                else:
                    self.look(callback.body.body, found, 2)
        if isinstance(node, ast.Call):
            found.calls += weight if is_site(node, self.skip) else 0
        elif kind in SUSPENDS or (isinstance(node, ast.comprehension) and node.is_async):
            found.suspends = True
        elif kind in COMPREHENSIONS:
            found.loops, weight = True, 2
        for child in below(node):
            if isinstance(child, ast.stmt):
                inner = self.shape(child)
                found.calls += inner.calls
                found.loops |= inner.loops
                # An inner function's own are not those of the statement.
                found.suspends |= inner.suspends and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            else:
                self.look(child, found, weight)

    def compound(self, statement: ast.stmt, handled: bool) -> list[ast.stmt]:
        outer, loop = self.rounds, isinstance(statement, ast.For | ast.While)
        straight, self.straight = self.straight, self.straight and isinstance(statement, ast.With)
        self.inside += loop
        if loop:
            self.rounds = isinstance(statement, ast.While)
        if isinstance(statement, ast.While):
            self.whiles.append(statement)
        try:
            return self.parted(statement, handled, outer)
        finally:
            self.rounds, self.inside, self.straight = outer, self.inside - loop, straight

    def parted(self, statement: ast.stmt, handled: bool, outer: bool) -> list[ast.stmt]:
        """A compound statement with the regions inside it; as a region, where it may be one."""
        new = copied(statement)
        if isinstance(new, ast.For) and isinstance(statement, ast.For):
            first = len(self.regions)
            within_body = self.statements(statement.body, handled)
            within = self.regions[first:]
            new.body = self.lane(statement.body, within_body, first)
            new.orelse = self.statements(statement.orelse, handled)
            if self.shape(statement).suspends or not self.calls([statement]):
                return [new]
            self.rounds = outer
            loops = any(isinstance(n, For) for r in within for n in walk(r.block))
            first_body = statement.body if loops else within_body
            return self.guarded([statement], self.headed(statement, new, handled, first_body), handled, first_body)
        if isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return [statement]
        if isinstance(new, ast.Try) and isinstance(statement, ast.Try):
            going_on = [h for h in statement.handlers if not (h.body and isinstance(h.body[-1], ast.Raise))]
            only_interrupts = all(map(self.for_interrupts, going_on))
            before = self.interrupts
            self.interrupts |= bool(going_on) and only_interrupts
            new.body = self.statements(statement.body, handled or not only_interrupts)
            self.interrupts = before
            new.orelse = self.statements(statement.orelse, handled)
            return [new]
        around = self.around
        if isinstance(statement, ast.With):
            self.around = (*around, statement)
        first = len(self.regions)
        for name in ("body", "orelse"):
            inner = getattr(new, name, None)
            if isinstance(inner, list):
                setattr(new, name, self.statements(inner, handled))
            if isinstance(statement, ast.While) and isinstance(new, ast.While) and name == "body":
                new.body = self.lane(statement.body, new.body, first)
        self.around = around
        ahead = self.goes_round(statement) if isinstance(statement, ast.While) else self.reads_ahead(statement)
        return self.guarded([statement], [new], handled) if ahead else [new]

    def lane(self, body: list[ast.stmt], new: list[ast.stmt], first: int) -> list[ast.stmt]:
        """A loop's body, which is as it is written where its regions, from the first on, are left out."""
        last, number = len(self.regions), len(self.lanes)
        if last - first < SEVERAL:
            return new
        self.lanes.append((first, last))
        return new if self.dropped.issuperset(range(first, last)) else [lane(MARKER, number, body, new)]

    def goes_round(self, loop: ast.While) -> bool:
        """Whether the rounds of a loop may be foreseen: what ends it is not the end of the program."""
        endless = isinstance(loop.test, ast.Constant) and not any(isinstance(n, LEAVES) for n in trees.walk(loop))
        if not self.headers or loop.orelse or endless or self.shape(loop).suspends:
            return False
        asks = any(map(self.may_ask, (n for s in loop.body for n in trees.walk(s))))
        made = (n for s in self.source.node.body for n in trees.walk(s) if isinstance(n, ast.Call))  # type: ignore[union-attr]
        return asks and next(made, None) is not None and next(made, None) is not None  # as `calls_little` has it

    def may_ask(self, node: ast.AST) -> bool:
        """Whether it is worth while to look at each round for the sake of a call: not if it looks like one of a list's,
        a queue's, a set's or a text's own methods."""
        if not isinstance(node, ast.Call) or not is_site(node, self.skip):
            return False
        return not isinstance(node.func, ast.Attribute) or node.func.attr not in OWN_METHODS

    def for_interrupts(self, handler: ast.ExceptHandler) -> bool:
        """Whether a handler is for `KeyboardInterrupt`, if that global name means what it should."""
        name = getattr(handler.type, "id", "")
        return name == INTERRUPT and name not in self.scope.all_bound

    def reads_ahead(self, statement: ast.stmt) -> bool:
        """Whether a `with` block is a region for the sake of the files that it opens."""
        if not isinstance(statement, ast.With) or not opens_for_loops(statement, self.headers):
            return False
        loops = self.shape(statement).loops or any(isinstance(n, ast.For) for n in trees.walk(statement))
        return loops and not self.shape(statement).suspends and self.calls([statement]) > 0

    def guarded(
        self, statements: list[ast.stmt], original: list[ast.stmt], handled: bool, body: Sequence[ast.stmt] = ()
    ) -> list[ast.stmt]:
        """Statements behind an entry test. `body`: that of a loop, for its iterations before anything runs ahead (see
        `peeling`), and those behind everything that does."""
        number = len(self.regions)
        name = f"@region{number}"
        header, self.header = self.header, None
        if self.before is None:
            self.region(number, name, statements, handled, header)
            if body:
                peel(self.rewritten[number][0], name, list(body))
        else:
            self.regions.append(self.before.regions[number])
            self.rewritten.append(self.before.rewritten[number])
        if number in self.dropped:
            return original
        first, values = statements[0], self.regions[number].values
        named = [header.seen() if header and v == header.name else ast.Name(v, ast.Load()) for v in values]
        guard = entering(MARKER, name, number, ast.Tuple(named, ast.Load()))
        delete = ast.Delete([ast.Name(name, ast.Del())])
        test = ast.Compare(ast.Name(name, ast.Load()), [ast.Is()], [ast.Constant(None)])
        close = ast.Expr(ast.Call(ast.Attribute(ast.Name(name, ast.Load()), "close", ast.Load()), [], []))
        # A lambda that keeps the region must find it, should anyone have kept the lambda.
        end: list[ast.stmt] = [close] if self.regions[number].shared else [close, copied(delete)]
        parallel = ast.Try(self.rewritten[number], [], [], end)
        branch = ast.If(test, [delete, *original], [parallel])
        made = [*switched(MARKER, name, number, guard), branch]
        for each in made:
            locate(each, first)
        return made

    def region(
        self, number: int, name: str, statements: list[ast.stmt], handled: bool, header: Header | None = None
    ) -> None:
        """Lowers a region's statements, and rewrites a copy of them."""
        rounds = statements[0] if isinstance(statements[0], ast.While) else None
        numbers = numbered(statements, self.skip, rounds)
        sites = Instrumenter(name, self.skip, numbers)
        self.rewritten.append([sites.visit(s) for s in statements])
        if header is not None:
            header.take(self.rewritten[number])
        block = lower_statements(self.scope, statements, self.source.filename, self.skip, rounds)
        used = chains(block).live_in
        around: Block = ()
        if self.around:
            around = lower_statements(self.scope, [alone(w) for w in self.around], self.source.filename, self.skip)
            used |= chains(around).live_in
        cells = {n.name for n in walk((*block, *around)) if isinstance(n, Instr) and n.op == "cell"}
        read = {v for v in used if not v.startswith("%") and "." not in v}
        placed = [header.statement] if header else statements
        values = tuple(sorted((read - self.bindings().without_value(placed, handled)) | cells))
        span, last = span_of(statements[0]), span_of(statements[-1])
        whole = Span(span.line, span.column, last.end_line, last.end_column)
        self.regions.append(
            RegionCode(
                number, whole, block, values, frozenset(cells), numbers.sites, numbers.loops, handled,
                frozenset(numbers.inside), bool(numbers.bodies), around, self.rounds, self.interrupts,
                header.name if header else "",
            )
        )  # fmt: skip


def emit(source: Source, module: dict[str, object], headers: bool = True) -> Emitted:
    """The instrumented tree of a function; headers: loops are regions once more when those have been evaluated.

    Raises:
        Bailout: nothing in the function can be a region.
    """
    return emit_with(source, built_in_of(source, module), headers=headers)


def emit_with(
    source: Source, skip: frozenset[str], dropped: frozenset[int] = frozenset(), before: Emitted | None = None,
    ticks: bool = False, headers: bool = True,
) -> Emitted:  # fmt: skip
    """As `emit`; `skip` are the names that mean built-in functions, the regions in `dropped` stay as they are written.

    before: with other regions left, and the same `skip`; ticks: even if none is left, as some will come back.
    """
    node = source.node
    assert not isinstance(node, ast.Lambda)
    emitter = _Emitter(source, skip)
    emitter.dropped, emitter.before, emitter.headers = dropped, before, headers
    new = copied(undecorated(node))
    assert isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef)
    head, body = split(node)
    declared, body = lifted(body)
    emitter.straight = emitter.calls(body) > 1  # as `calls_little` has it
    new.body = [*head, *declared, *emitter.statements(body, False)]
    if not ticks and all(r.number in dropped for r in emitter.regions):
        if any(emitter.shape(s).suspends for s in body):
            code = "async" if isinstance(node, ast.AsyncFunctionDef) else "generator"
            raise Bailout(code, "its caller decides when it goes on")
        rounds = any(emitter.calls(loop.body) for loop in emitter.whiles)
        raise Bailout("no-gain", ", as far as a `while` loop can be foreseen" if rounds else applied_to_rows(body))
    new.body.insert(len(head) + len(declared), ticking(MARKER, body[0] if body else node.body[0]))
    return Emitted(new, tuple(emitter.regions), tuple(emitter.rewritten), skip, tuple(emitter.lanes))
