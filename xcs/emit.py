"""The JIT form: the function's tree with each region behind an entry test, positions kept.

    try: @r = ENTRY.enter(n, values...)
    except NameError: @r = None
    if @r is None: <the original statements, inner regions instrumented>
    else:
        try: <the statements with `@r.take(site, f, x)()` for `f(x)` and `@r.items(loop, xs)` for `xs`>
        finally: @r.close()

ENTRY stands as a marker constant in the tree and is put into `co_consts` by `assemble`.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from .analysis.def_use import chains
from .ir import Block, Instr, walk
from .lower import FunctionNode, lower_statements, span_of
from .remarks import Bailout, Span
from .source import Source, undecorated

MARKER = "@xcs entry"
REFUSED = frozenset({"locals", "vars", "dir", "eval", "exec"})
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Assert, ast.Delete, ast.Pass)
SUSPENDS = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)


@dataclass(frozen=True, slots=True)
class RegionCode:
    """A region of the emitted function: its statements lowered, and the numbers of its sites and loops."""

    number: int
    span: Span
    block: Block
    values: tuple[str, ...]
    cells: frozenset[str]
    sites: dict[Span, int] = field(hash=False)
    loops: dict[tuple[object, str], int] = field(hash=False)
    handled: bool = False


@dataclass(frozen=True, slots=True)
class Emitted:
    node: FunctionNode
    regions: tuple[RegionCode, ...]


class _Sites(ast.NodeTransformer):
    """Replaces calls by takes and loop sources by counted ones, in a copy of a region's statements."""

    def __init__(self, name: str, skip: frozenset[str]) -> None:
        self.name, self.skip = name, skip
        self.sites: dict[Span, int] = {}
        self.loops: dict[tuple[object, str], int] = {}

    def region(self, node: ast.AST) -> ast.Name:
        return ast.copy_location(ast.Name(self.name, ast.Load()), node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = copy(node)
        for name, old in ast.iter_fields(node):
            if isinstance(old, list):
                setattr(node, name, [self.visit(e) if isinstance(e, ast.AST) else e for e in old])
            elif isinstance(old, ast.AST):
                setattr(node, name, self.visit(old))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        span = span_of(node)
        new = self.generic_visit(node)
        assert isinstance(new, ast.Call)
        if not is_site(node, self.skip):
            return new
        number = self.sites.setdefault(span, len(self.sites))
        ident = ast.Constant(number)
        if any(isinstance(a, ast.Starred) for a in new.args) or any(k.arg is None for k in new.keywords):
            # Python names the callee in its messages when what is unpacked is of no use.
            takes = ast.Attribute(self.region(node), "takes", ast.Load())
            take: ast.expr = ast.Call(takes, [ident, new.func], [])
            inner = ast.Call(take, new.args, new.keywords)
            made: list[ast.expr] = [ident, takes, take, inner]
        else:
            take = ast.Attribute(self.region(node), "take", ast.Load())
            inner = ast.Call(take, [ident, new.func, *new.args], new.keywords)
            made = [ident, take, inner]
        for part in made:
            ast.copy_location(part, node)
        return ast.copy_location(ast.Call(inner, [], []), node)

    def counted(self, iterable: ast.expr, new: ast.expr, kind: str) -> ast.expr:
        number = self.loops.setdefault((span_of(iterable), kind), len(self.loops))
        items = ast.Attribute(self.region(iterable), "items", ast.Load())
        call = ast.Call(items, [ast.Constant(number), new], [])
        for made in (items, call, call.args[0]):
            ast.copy_location(made, iterable)
        return call

    def visit_For(self, node: ast.For) -> ast.AST:
        new = self.generic_visit(node)
        assert isinstance(new, ast.For)
        new.iter = self.counted(node.iter, new.iter, "for")
        return new

    def comprehension(self, node: ast.AST, kind: str) -> ast.AST:
        new = self.generic_visit(node)
        for old, clause in zip(node.generators, new.generators, strict=True):  # type: ignore[attr-defined]
            clause.iter = self.counted(old.iter, clause.iter, kind)
        return new

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.comprehension(node, "list")

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self.comprehension(node, "set")

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.comprehension(node, "dict")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self.comprehension(node, "generator")


def is_site(node: ast.Call, skip: frozenset[str]) -> bool:
    """Whether a call may become a site: not one of a built-in name (which, if rebound later, is merely not sped up)."""
    return not (isinstance(node.func, ast.Name) and (node.func.id in skip or node.func.id == "super"))


class _Emitter:
    def __init__(self, source: Source, skip: frozenset[str]) -> None:
        self.source, self.skip = source, skip
        self.free = frozenset(source.code.co_freevars)
        self.regions: list[RegionCode] = []
        self.dropped: frozenset[int] = frozenset()

    def statements(self, body: Sequence[ast.stmt], handled: bool) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        run: list[ast.stmt] = []

        def flush() -> None:
            if self.calls(run) >= 2:
                # Where the run as a whole can't be moved, one statement with a comprehension still may.
                alone = [self.calls([s]) >= 2 and _loops(s) and len(run) > 1 for s in run]
                single = [self.guarded([s], [s], handled) if own else [s] for s, own in zip(run, alone, strict=True)]
                done.extend(self.guarded(list(run), [s for part in single for s in part], handled))
            else:
                done.extend(run)
            run.clear()

        for statement in body:
            if isinstance(statement, SIMPLE) and not _suspends(statement):
                run.append(statement)
                continue
            flush()
            done.extend(self.compound(statement, handled))
        flush()
        return done

    def calls(self, statements: Sequence[ast.stmt]) -> int:
        """Calls that may be sites; a comprehension's count twice, as they are made repeatedly."""
        count = 0
        for statement in statements:
            todo: list[tuple[ast.AST, int]] = [(statement, 1)]
            while todo:
                node, weight = todo.pop()
                if isinstance(node, ast.Lambda):
                    continue
                if isinstance(node, ast.Call) and is_site(node, self.skip):
                    count += weight
                if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                    weight = 2
                todo.extend((below, weight) for below in ast.iter_child_nodes(node))
        return count

    def compound(self, statement: ast.stmt, handled: bool) -> list[ast.stmt]:
        new = copy(statement)
        if isinstance(new, ast.For) and isinstance(statement, ast.For):
            new.body = self.statements(statement.body, handled)
            new.orelse = self.statements(statement.orelse, handled)
            if _suspends(statement) or not self.calls([statement]):
                return [new]
            return self.guarded([statement], [new], handled)
        if isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return [statement]
        if isinstance(new, ast.Try) and isinstance(statement, ast.Try):
            swallowing = any(not (h.body and isinstance(h.body[-1], ast.Raise)) for h in statement.handlers)
            new.body = self.statements(statement.body, handled or swallowing)
            new.orelse = self.statements(statement.orelse, handled)
            return [new]
        for name in ("body", "orelse"):
            inner = getattr(new, name, None)
            if isinstance(inner, list):
                setattr(new, name, self.statements(inner, handled))
        return [new]

    def guarded(self, statements: list[ast.stmt], original: list[ast.stmt], handled: bool) -> list[ast.stmt]:
        number = len(self.regions)
        name = f"@region{number}"
        sites = _Sites(name, self.skip)
        rewritten = [sites.visit(s) for s in statements]
        block = lower_statements(self.source.node, statements, self.source.filename, self.free)
        used = chains(block).live_in
        cells = {n.name for n in walk(block) if isinstance(n, Instr) and n.op == "cell"}
        values = tuple(sorted({v for v in used if not v.startswith("%") and "." not in v} | cells))
        last = span_of(statements[-1])
        span = span_of(statements[0])
        whole = Span(span.line, span.column, last.end_line, last.end_column)
        self.regions.append(
            RegionCode(number, whole, block, values, frozenset(cells), sites.sites, sites.loops, handled)
        )
        if number in self.dropped:
            return original
        first = statements[0]
        entry = ast.Attribute(ast.Constant(MARKER), "enter", ast.Load())
        call = ast.Call(entry, [ast.Constant(number), *(ast.Name(v, ast.Load()) for v in values)], [])
        store = ast.Name(name, ast.Store())
        enter: ast.stmt = ast.Assign([store], call)
        unbound = ast.Attribute(ast.Constant(MARKER), "unbound", ast.Load())
        empty = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None))
        guard = ast.Try([enter], [ast.ExceptHandler(unbound, None, [empty])], [], [])
        delete = ast.Delete([ast.Name(name, ast.Del())])
        test = ast.Compare(ast.Name(name, ast.Load()), [ast.Is()], [ast.Constant(None)])
        close = ast.Expr(ast.Call(ast.Attribute(ast.Name(name, ast.Load()), "close", ast.Load()), [], []))
        parallel = ast.Try(rewritten, [], [], [close, copy(delete)])
        branch = ast.If(test, [delete, *original], [parallel])
        for made in (guard, branch):
            _locate(made, first)
        return [guard, branch]


@dataclass(frozen=True, slots=True)
class EmittedVariant:
    """A function whose calls and loops are those of the region that it is called from, and their numbers."""

    node: FunctionNode
    sites: dict[Span, int] = field(hash=False)
    loops: dict[tuple[object, str], int] = field(hash=False)


def emit_variant(source: Source, module: dict[str, object]) -> EmittedVariant:
    """The variant of a function, for its calls from regions; MARKER stands for what gives it the region.

    Raises:
        Bailout: it looks at its own variables, or is a lambda.
    """
    node = source.node
    if isinstance(node, ast.Lambda):
        raise Bailout("syntax", "a lambda")
    sites = _Sites("@r", _built_in(source, module))
    new = copy(undecorated(node))
    assert isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef)
    head, body = _split(node)
    within = ast.Call(ast.Attribute(ast.Constant(MARKER), "within", ast.Load()), [], [])
    enter = ast.Assign([ast.Name("@r", ast.Store())], within)
    _locate(enter, body[0] if body else node.body[0])
    new.body = [*head, enter, *(sites.visit(s) for s in body)]
    return EmittedVariant(new, sites.sites, sites.loops)


def _split(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The docstring and the rest of a body."""
    body = list(node.body)
    documented = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return (body[:1], body[1:]) if documented else ([], body)


def _built_in(source: Source, module: dict[str, object]) -> frozenset[str]:
    """The names in a function that mean built-in functions.

    Raises:
        Bailout: it looks at its own variables.
    """
    names = {n.id for n in ast.walk(source.node) if isinstance(n, ast.Name)}
    if names & REFUSED:
        raise Bailout("syntax", f"the use of {sorted(names & REFUSED)[0]}()")
    own = set(source.code.co_varnames) | set(source.code.co_freevars) | set(source.code.co_cellvars)
    return frozenset(n for n in names if hasattr(builtins, n) and n not in own and n not in module)


def _loops(statement: ast.stmt) -> bool:
    return any(isinstance(n, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) for n in ast.walk(statement))


def _locate(tree: ast.AST, at: ast.stmt) -> None:
    """Gives nodes that have no position the line of `at`."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if "lineno" in node._attributes and getattr(node, "lineno", None) is None:
            node.lineno, node.col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
            node.end_lineno, node.end_col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
        todo.extend(ast.iter_child_nodes(node))


def _suspends(statement: ast.stmt) -> bool:
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, SUSPENDS) or (isinstance(node, ast.comprehension) and node.is_async):
            return True
        if not isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
            todo.extend(ast.iter_child_nodes(node))
    return False


def emit(source: Source, module: dict[str, object], dropped: frozenset[int] = frozenset()) -> Emitted:
    """The instrumented tree of a function, leaving the regions in `dropped` as they are.

    Raises:
        Bailout: nothing in the function can be a region.
    """
    node = source.node
    if isinstance(node, ast.Lambda):
        raise Bailout("syntax", "a lambda")
    emitter = _Emitter(source, _built_in(source, module))
    emitter.dropped = dropped
    new = copy(undecorated(node))
    assert isinstance(new, ast.FunctionDef | ast.AsyncFunctionDef)
    head, body = _split(node)
    new.body = [*head, *emitter.statements(body, False)]
    if all(r.number in dropped for r in emitter.regions):
        raise Bailout("no-gain", "")
    return Emitted(new, tuple(emitter.regions))
