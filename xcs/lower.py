"""`ast` -> IR. Syntax that is not known becomes an `opaque` instruction, never dropped."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .ir import Block, Const, For, FunctionIR, Handler, If, Instr, Jump, Node, Operand, Try, Var, While, With
from .remarks import Span

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def span_of(node: ast.AST) -> Span:
    line = getattr(node, "lineno", 0)
    column = getattr(node, "col_offset", 0)
    return Span(
        line, column, getattr(node, "end_lineno", line) or line, getattr(node, "end_col_offset", column) or column
    )


def bound_names(node: ast.AST) -> set[str]:
    """Names that a statement list's own scope binds (nested functions' bodies left out)."""
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop()
        match item:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(item.name)
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                found |= {n.target.id for n in ast.walk(item) if isinstance(n, ast.NamedExpr)}
                continue
            case ast.Name(ctx=ast.Store() | ast.Del()):
                found.add(item.id)
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.alias():
                found.add((item.asname or item.name).split(".")[0])
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
        todo.extend(ast.iter_child_nodes(item))
    return found


class Scope:
    """How the names of one function are bound: local variable, cell, or global."""

    def __init__(self, node: FunctionNode, enclosing: frozenset[str]) -> None:
        args = node.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        names = {a.arg for a in every if a is not None}
        body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
        declared: set[str] = set()
        nonlocals: set[str] = set()
        shared: set[str] = set()
        for statement in body:
            names |= bound_names(statement)
            for item in ast.walk(statement):
                if isinstance(item, ast.Global):
                    declared |= set(item.names)
                elif isinstance(item, ast.Nonlocal):
                    shared |= set(item.names)
        for statement in body:
            todo: list[ast.AST] = [statement]
            while todo:
                item = todo.pop()
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                    continue
                if isinstance(item, ast.Nonlocal):
                    nonlocals |= set(item.names)
                todo.extend(ast.iter_child_nodes(item))
        # A variable that an inner function rebinds is memory, not a register.
        self.cells = frozenset((names & shared) | nonlocals | (enclosing - names))
        inner: set[str] = set()
        for statement in body:
            for item in ast.walk(statement):
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                    inner |= {n.id for n in ast.walk(item) if isinstance(n, ast.Name)}
        self.captured = frozenset(inner & names)  # inner functions read these: rebinding one is a write to memory
        self.locals = frozenset(names - declared - self.cells)
        self.all_bound = frozenset(names | enclosing)


class Lowering:
    """Builds the IR of one function or of a list of its statements."""

    def __init__(self, scope: Scope, filename: str, text: str = "") -> None:
        self.scope, self.filename = scope, filename
        self.count = 0
        self.block: list[Node] = []
        self.renamed: list[dict[str, str]] = []

    # -- building blocks

    def new_id(self) -> int:
        self.count += 1
        return self.count

    def temp(self) -> str:
        return f"%{self.new_id()}"

    def emit(
        self, op: str, node: ast.AST, *uses: Operand, target: str | None = None, name: str = "", **more: object
    ) -> Var:
        into = self.temp() if target is None else target
        self.block.append(Instr(self.new_id(), op, span_of(node), into, uses, name, **more))  # type: ignore[arg-type]
        return Var(into)

    def effect(self, op: str, node: ast.AST, *uses: Operand, name: str = "", **more: object) -> None:
        self.block.append(Instr(self.new_id(), op, span_of(node), None, uses, name, **more))  # type: ignore[arg-type]

    def nested(self, statements: Sequence[ast.stmt]) -> Block:
        outer, self.block = self.block, []
        for statement in statements:
            self.statement(statement)
        built, self.block = tuple(self.block), outer
        return built

    def opaque(self, node: ast.AST, what: str) -> Var:
        names = sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name) and self.local(n.id)})
        stored = tuple(sorted(self.resolve(n) for n in bound_names(node) if self.local(n)))
        uses = tuple(Var(self.resolve(n)) for n in names)
        return self.emit("opaque", node, *uses, name=what, more=stored)

    def local(self, name: str) -> bool:
        return any(name in frame for frame in self.renamed) or name in self.scope.locals

    def resolve(self, name: str) -> str:
        for frame in reversed(self.renamed):
            if name in frame:
                return frame[name]
        return name

    # -- statements

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=value):
                self.expr(value)
            case ast.Assign(targets=targets, value=value):
                result = self.expr(value)
                for target in targets:
                    self.assign(target, result)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign(target, self.expr(value))
            case ast.AugAssign():
                self.augmented(node)
            case ast.Return(value=value):
                result = Const(None) if value is None else self.expr(value)
                self.block.append(Jump(self.new_id(), span_of(node), "return", result))
            case ast.Break():
                self.block.append(Jump(self.new_id(), span_of(node), "break"))
            case ast.Continue():
                self.block.append(Jump(self.new_id(), span_of(node), "continue"))
            case ast.If(test=test, body=body, orelse=orelse):
                condition = self.expr(test)
                self.block.append(If(self.new_id(), span_of(test), condition, self.nested(body), self.nested(orelse)))
            case ast.For():
                iterable = self.expr(node.iter)
                item = self.temp()
                outer, self.block = self.block, []
                self.assign(node.target, Var(item))
                for statement in node.body:
                    self.statement(statement)
                inner, self.block = tuple(self.block), outer
                self.block.append(
                    For(self.new_id(), span_of(node.iter), item, iterable, inner, self.nested(node.orelse), "for")
                )
            case ast.While(test=test, body=body, orelse=orelse):
                outer, self.block = self.block, []
                condition = self.expr(test)
                header, self.block = tuple(self.block), outer
                ident = self.new_id()
                self.block.append(
                    While(ident, span_of(test), header, condition, self.nested(body), self.nested(orelse))
                )
            case ast.Try():
                self.block.append(
                    Try(
                        self.new_id(),
                        span_of(node),
                        self.nested(node.body),
                        tuple(self.handler(h) for h in node.handlers),
                        self.nested(node.orelse),
                        self.nested(node.finalbody),
                    )
                )
            case ast.With(items=[item, *rest], body=body):
                manager = self.expr(item.context_expr)
                entered = self.temp()
                outer, self.block = self.block, []
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, Var(entered))
                if rest:
                    self.statement(ast.copy_location(ast.With(items=rest, body=body), node))
                else:
                    for statement in body:
                        self.statement(statement)
                inner, self.block = tuple(self.block), outer
                self.block.append(With(self.new_id(), span_of(item.context_expr), manager, entered, inner))
            case ast.Raise(exc=exc, cause=cause):
                uses = tuple(self.expr(e) for e in (exc, cause) if e is not None)
                self.effect("raise", node, *uses)
            case ast.Assert(test=test, msg=msg):
                condition = self.expr(test)
                outer, self.block = self.block, []
                if msg is not None:
                    self.expr(msg)
                self.effect("raise", node)
                failed, self.block = tuple(self.block), outer
                self.block.append(If(self.new_id(), span_of(test), condition, (), failed))
            case ast.Delete(targets=targets):
                for doomed in targets:
                    self.delete(doomed)
            case ast.Import(names=names):
                for alias in names:
                    whole = alias.asname is not None
                    name = alias.name if whole else alias.name.split(".")[0]
                    loaded = self.emit("import", node, name=name, payload=alias.name)
                    self.store_name(node, alias.asname or name, loaded)
            case ast.ImportFrom(module=module, names=names, level=level):
                for alias in names:
                    if alias.name == "*":
                        self.opaque(node, "import *")
                        continue
                    loaded = self.emit("import_from", node, name=alias.name, payload=(module or "", level))
                    self.store_name(node, alias.asname or alias.name, loaded)
            case ast.FunctionDef(decorator_list=decorators):
                made = self.function(node)
                for decorator in reversed(decorators):
                    made = self.emit("call", node, self.expr(decorator), made, stars=(False,))
                self.store_name(node, node.name, made)
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                pass
            case _:
                self.opaque(node, type(node).__name__)

    def handler(self, node: ast.ExceptHandler) -> Handler:
        outer, self.block = self.block, []
        kind = None if node.type is None else self.expr(node.type)
        types, self.block = tuple(self.block), []
        if node.name is not None and not self.local(node.name):
            self.opaque(node, "except ... as a shared variable")
        for statement in node.body:
            self.statement(statement)
        body, self.block = tuple(self.block), outer
        return Handler(types, kind, node.name, body)

    def augmented(self, node: ast.AugAssign) -> None:
        op = type(node.op).__name__
        match node.target:
            case ast.Name(id=name):
                old = self.load_name(node.target, name)
                self.store_name(node, name, self.emit("inplace", node, old, self.expr(node.value), name=op))
            case ast.Attribute(value=value, attr=attr):
                obj = self.expr(value)
                old = self.emit("attr", node.target, obj, name=attr)
                new = self.emit("inplace", node, old, self.expr(node.value), name=op)
                self.effect("setattr", node, obj, new, name=attr)
            case ast.Subscript(value=value, slice=key):
                obj, index = self.expr(value), self.expr(key)
                old = self.emit("item", node.target, obj, index)
                new = self.emit("inplace", node, old, self.expr(node.value), name=op)
                self.effect("setitem", node, obj, index, new)

    def assign(self, target: ast.expr, value: Operand) -> None:
        match target:
            case ast.Name(id=name):
                self.store_name(target, name, value)
            case ast.Attribute(value=obj, attr=attr):
                self.effect("setattr", target, self.expr(obj), value, name=attr)
            case ast.Subscript(value=obj, slice=key):
                self.effect("setitem", target, self.expr(obj), self.expr(key), value)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                star = next((i for i, e in enumerate(elts) if isinstance(e, ast.Starred)), -1)
                temps = tuple(self.temp() for _ in elts)
                self.block.append(
                    Instr(self.new_id(), "unpack", span_of(target), None, (value,), payload=star, more=temps)
                )
                for element, temp in zip(elts, temps, strict=True):
                    self.assign(element.value if isinstance(element, ast.Starred) else element, Var(temp))
            case _:
                self.opaque(target, type(target).__name__)

    def delete(self, target: ast.expr) -> None:
        match target:
            case ast.Name(id=name) if self.local(name):
                self.emit("delete", target, target=self.resolve(name))
            case ast.Attribute(value=obj, attr=attr):
                self.effect("delattr", target, self.expr(obj), name=attr)
            case ast.Subscript(value=obj, slice=key):
                self.effect("delitem", target, self.expr(obj), self.expr(key))
            case _:
                self.opaque(target, "del")

    def store_name(self, node: ast.AST, name: str, value: Operand) -> None:
        if self.local(name):
            self.emit("copy", node, value, target=self.resolve(name))
            if name in self.scope.captured and not any(name in frame for frame in self.renamed):
                self.effect("store_cell", node, value, name=name)
        elif name in self.scope.cells:
            self.effect("store_cell", node, value, name=name)
        else:
            self.effect("store_global", node, value, name=name)

    def load_name(self, node: ast.AST, name: str) -> Operand:
        if self.local(name):
            return Var(self.resolve(name))
        return self.emit("cell" if name in self.scope.cells else "global", node, name=name)

    # -- expressions

    def expr(self, node: ast.expr) -> Operand:
        match node:
            case ast.Constant(value=value):
                return Const(value)
            case ast.Name(id=name):
                loaded = self.load_name(node, name)
                # The variable may be rebound before the value is used (`x, (x := 2)`): keep what it was.
                return self.emit("copy", node, loaded) if isinstance(loaded, Var) and self.local(name) else loaded
            case ast.Attribute(value=value, attr=attr):
                return self.emit("attr", node, self.expr(value), name=attr)
            case ast.Subscript(value=value, slice=key):
                return self.emit("item", node, self.expr(value), self.expr(key))
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = [Const(None) if p is None else self.expr(p) for p in (lower, upper, step)]
                return self.emit("build", node, *parts, name="slice", stars=(False,) * 3)
            case ast.Call():
                return self.call(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self.emit("binary", node, self.expr(left), self.expr(right), name=type(op).__name__)
            case ast.UnaryOp(op=op, operand=operand):
                return self.emit("unary", node, self.expr(operand), name=type(op).__name__)
            case ast.Compare():
                return self.compare(node)
            case ast.BoolOp(op=op, values=values):
                return self.boolean(node, isinstance(op, ast.And), values)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self.expr(test)
                into = self.temp()
                yes, no = self.branch(body, into), self.branch(orelse, into)
                self.block.append(If(self.new_id(), span_of(test), condition, yes, no))
                return Var(into)
            case ast.NamedExpr(target=target, value=value):
                result = self.expr(value)
                self.store_name(node, target.id, result)
                return result
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                stars = tuple(isinstance(e, ast.Starred) for e in elts)
                items = [self.expr(e.value if isinstance(e, ast.Starred) else e) for e in elts]
                return self.emit("build", node, *items, name=type(node).__name__.lower(), stars=stars)
            case ast.Dict(keys=keys, values=entries):
                uses: list[Operand] = []
                for name_, entry in zip(keys, entries, strict=True):
                    uses.append(Const(None) if name_ is None else self.expr(name_))
                    uses.append(self.expr(entry))
                return self.emit("build", node, *uses, name="dict", stars=tuple(key is None for key in keys))
            case ast.JoinedStr(values=parts):
                return self.emit(
                    "build", node, *[self.expr(p) for p in parts], name="text", stars=(False,) * len(parts)
                )
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                shown = self.expr(value)
                how = Const("") if spec is None else self.expr(spec)
                return self.emit("format", node, shown, how, name="" if conversion == -1 else chr(conversion))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Lambda():
                return self.function(node)
            case _:
                return self.opaque(node, type(node).__name__)

    def branch(self, node: ast.expr, into: str) -> Block:
        outer, self.block = self.block, []
        self.emit("copy", node, self.expr(node), target=into)
        built, self.block = tuple(self.block), outer
        return built

    def boolean(self, node: ast.expr, conjunction: bool, values: Sequence[ast.expr]) -> Operand:
        into = self.temp()
        self.emit("copy", node, self.expr(values[0]), target=into)
        if len(values) > 1:
            outer, self.block = self.block, []
            self.emit("copy", node, self.boolean(node, conjunction, values[1:]), target=into)
            rest, self.block = tuple(self.block), outer
            yes, no = (rest, ()) if conjunction else ((), rest)
            self.block.append(If(self.new_id(), span_of(values[0]), Var(into), yes, no))
        return Var(into)

    def compare(self, node: ast.Compare) -> Operand:
        left = self.expr(node.left)
        into = self.temp()
        right = self.expr(node.comparators[0])
        self.emit("compare", node, left, right, target=into, name=type(node.ops[0]).__name__)
        if len(node.ops) > 1:
            outer, self.block = self.block, []
            for op, comparator in zip(node.ops[1:], node.comparators[1:], strict=True):
                left, right = right, self.expr(comparator)
                # Later links are evaluated only while the chain holds; all of them here is an over-approximation
                # of the effects and, `slice` refusing such chains, never of a value.
                self.emit("chain", node, left, right, Var(into), target=into, name=type(op).__name__)
            rest, self.block = tuple(self.block), outer
            self.block.append(If(self.new_id(), span_of(node), Var(into), rest, ()))
        return Var(into)

    def call(self, node: ast.Call) -> Operand:
        func = self.expr(node.func)
        args = [self.expr(a.value if isinstance(a, ast.Starred) else a) for a in node.args]
        stars = tuple(isinstance(a, ast.Starred) for a in node.args)
        named = [self.expr(k.value) for k in node.keywords]
        keywords = tuple(k.arg for k in node.keywords)
        text = ast.unparse(node.func)
        return self.emit(
            "call", node, func, *args, *named, stars=stars, keywords=keywords, payload=span_of(node), text=text[:60]
        )

    def function(self, node: ast.FunctionDef | ast.Lambda) -> Var:
        defaults = [self.expr(d) for d in node.args.defaults]
        named = [Const(None) if d is None else self.expr(d) for d in node.args.kw_defaults]
        inner = Lowering(Scope(node, self.scope.all_bound), self.filename)
        free = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - inner.scope.locals
        captured = tuple(Var(self.resolve(n)) for n in sorted(free) if self.local(n))
        built = inner.whole(node)
        return self.emit(
            "function", node, *defaults, *named, *captured, name=built.name, payload=(built, len(defaults), len(named))
        )

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Operand:
        kinds = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator"}
        kind = kinds[type(node)]
        if any(g.is_async for g in node.generators):
            return self.opaque(node, "an asynchronous comprehension")
        into = self.emit("build", node, name=kind, stars=())
        first = self.expr(node.generators[0].iter)
        own = {n: f"{n}.{self.new_id()}" for g in node.generators for n in bound_names(g.target)}
        self.renamed.append(own)
        self.clauses(node, node.generators, first, into, kind)
        self.renamed.pop()
        return into

    def clauses(
        self, node: ast.expr, generators: Sequence[ast.comprehension], iterable: Operand | None, into: Var, kind: str
    ) -> None:
        clause = generators[0]
        source = self.expr(clause.iter) if iterable is None else iterable
        item = self.temp()
        outer, self.block = self.block, []
        self.assign(clause.target, Var(item))
        self.filters(node, clause.ifs, generators, into, kind)
        body, self.block = tuple(self.block), outer
        self.block.append(For(self.new_id(), span_of(clause.iter), item, source, body, (), kind))

    def filters(
        self, node: ast.expr, tests: Sequence[ast.expr], generators: Sequence[ast.comprehension], into: Var, kind: str
    ) -> None:
        if tests:
            condition = self.expr(tests[0])
            outer, self.block = self.block, []
            self.filters(node, tests[1:], generators, into, kind)
            body, self.block = tuple(self.block), outer
            self.block.append(If(self.new_id(), span_of(tests[0]), condition, body, ()))
        elif len(generators) > 1:
            self.clauses(node, generators[1:], None, into, kind)
        elif isinstance(node, ast.DictComp):
            key, value = self.expr(node.key), self.expr(node.value)
            self.effect("collect", node, into, key, value, name=kind)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            self.effect("collect", node, into, self.expr(node.elt), name=kind)

    # -- whole functions

    def whole(self, node: FunctionNode) -> FunctionIR:
        if isinstance(node, ast.Lambda):
            result = self.expr(node.body)
            self.block.append(Jump(self.new_id(), span_of(node.body), "return", result))
        else:
            for statement in node.body:
                self.statement(statement)
        args = node.args
        return FunctionIR(
            getattr(node, "name", "<lambda>"),
            self.filename,
            node.lineno,
            tuple(a.arg for a in (*args.posonlyargs, *args.args)),
            tuple(a.arg for a in args.kwonlyargs),
            args.vararg.arg if args.vararg else None,
            args.kwarg.arg if args.kwarg else None,
            tuple(self.block),
            is_generator(node),
            self.scope.cells,
        )


def is_generator(node: FunctionNode) -> bool:
    """Whether calling it makes a generator or coroutine instead of running the body."""
    if isinstance(node, ast.AsyncFunctionDef):
        return True
    todo: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while todo:
        item = todo.pop()
        if isinstance(item, ast.Yield | ast.YieldFrom | ast.Await):
            return True
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo.extend(ast.iter_child_nodes(item))
    return False


def lower_function(node: FunctionNode, filename: str, free: frozenset[str]) -> FunctionIR:
    """The IR of a whole function; `free` are its free variables (names of enclosing functions)."""
    return Lowering(Scope(node, free), filename).whole(node)


def lower_statements(node: FunctionNode, statements: Sequence[ast.stmt], filename: str, free: frozenset[str]) -> Block:
    """The IR of some statements of a function's body, in the function's scope."""
    return Lowering(Scope(node, free), filename).nested(statements)
