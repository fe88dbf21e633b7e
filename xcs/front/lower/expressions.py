"""Expressions -> IR: each gives the operand that holds its value."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Sequence

from ... import trees
from ...bound import BUILT_INS
from ...ir.nodes import CERTAIN, Block, Const, For, ForKind, If, Instr, Operand, Var
from .build import Builder, span_of
from .higher_order import Callback, applied, consumed, keyed, mapped
from .scope import bound_names

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
KINDS: dict[type[ast.expr], ForKind] = {
    ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator",
}  # fmt: skip


def _dotted(node: ast.expr) -> str:
    """The text of what is called; of names and attributes without the cost of `ast.unparse`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return trees.unparse(node)


class Expressions(Builder):
    """Lowers expressions and the targets of assignments."""

    @abstractmethod
    def function(self, node: ast.FunctionDef | ast.Lambda) -> Var:
        """A function made here."""

    def expr(self, node: ast.expr) -> Operand:
        match node:
            case ast.Constant(value=value):
                return Const(value)
            case ast.Name(id=name):
                return self.load_kept(node, name)
            case ast.Attribute(value=value, attr=attr):
                return self.emit("attr", node, self.expr(value), name=attr)
            case ast.Subscript(value=value, slice=key):
                return self.emit("item", node, self.expr(value), self.expr(key))
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
            case ast.IfExp():
                return self.conditional(node)
            case ast.NamedExpr(target=target, value=value):
                result = self.expr(value)
                self.store_name(node, target.id, result)
                return result
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Lambda():
                return self.function(node)
            case ast.Yield(value=value):
                given = Const(None) if value is None else self.expr(value)
                return self.emit("yield", node, given)
            case ast.YieldFrom(value=value):
                return self.emit("yield_from", node, self.expr(value))
            case _:
                return self.display(node)

    def display(self, node: ast.expr) -> Operand:
        """Displays, slices and f-strings."""
        match node:
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = [Const(None) if p is None else self.expr(p) for p in (lower, upper, step)]
                return self.emit("build", node, *parts, name="slice", stars=(False,) * 3)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                stars = tuple(isinstance(e, ast.Starred) for e in elts)
                items = [self.expr(e.value if isinstance(e, ast.Starred) else e) for e in elts]
                return self.emit("build", node, *items, name=type(node).__name__.lower(), stars=stars)
            case ast.Dict(keys=keys, values=entries):
                uses: list[Operand] = []
                for key, entry in zip(keys, entries, strict=True):
                    uses.append(Const(None) if key is None else self.expr(key))
                    uses.append(self.expr(entry))
                return self.emit("build", node, *uses, name="dict", stars=tuple(key is None for key in keys))
            case ast.JoinedStr(values=pieces):
                shown = [self.expr(p) for p in pieces]
                return self.emit("build", node, *shown, name="text", stars=(False,) * len(pieces))
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                formatted = self.expr(value)
                how = Const("") if spec is None else self.expr(spec)
                return self.emit("format", node, formatted, how, name="" if conversion == -1 else chr(conversion))
            case _:
                return self.opaque(node, type(node).__name__)

    # -- conditions

    def conditional(self, node: ast.IfExp) -> Var:
        condition = self.expr(node.test)
        into = self.temp()
        yes, no = self.branch(node.body, into), self.branch(node.orelse, into)
        self.block.append(If(self.new_id(), span_of(node.test), condition, yes, no))
        return Var(into)

    def branch(self, node: ast.expr, into: str) -> Block:
        outer = self.begin()
        self.emit("copy", node, self.expr(node), target=into)
        return self.end(outer)

    def boolean(self, node: ast.expr, conjunction: bool, values: Sequence[ast.expr]) -> Operand:
        into = self.temp()
        self.emit("copy", node, self.expr(values[0]), target=into)
        if len(values) > 1:
            outer = self.begin()
            self.emit("copy", node, self.boolean(node, conjunction, values[1:]), target=into)
            rest = self.end(outer)
            yes, no = (rest, ()) if conjunction else ((), rest)
            self.block.append(If(self.new_id(), span_of(values[0]), Var(into), yes, no))
        return Var(into)

    def compare(self, node: ast.Compare) -> Operand:
        left = self.expr(node.left)
        into = self.temp()
        right = self.expr(node.comparators[0])
        self.emit("compare", node, left, right, target=into, name=type(node.ops[0]).__name__)
        self.links(node, right, [*zip(node.ops, node.comparators, strict=True)][1:], into)
        return Var(into)

    def links(self, node: ast.Compare, left: Operand, later: list[tuple[ast.cmpop, ast.expr]], into: str) -> None:
        """Later links of a chain, each evaluated only while those before it hold."""
        if not later:
            return
        outer = self.begin()
        op, comparator = later[0]
        right = self.expr(comparator)
        self.emit("chain", node, left, right, Var(into), target=into, name=type(op).__name__)
        self.links(node, right, later[1:], into)
        inside = self.end(outer)
        self.block.append(If(self.new_id(), span_of(node), Var(into), inside, ()))

    # -- calls and comprehensions

    def call(self, node: ast.Call) -> Operand:
        if (by_key := keyed(node, self.means)) is not None:
            return self.keyed(by_key)
        if (of_column := applied(node, self.means)) is not None:
            return self.applied(of_column)
        func = self.expr(node.func)
        if self.bare_super(node) and self.scope.first is not None:
            both = (self.load_name(node, "__class__"), self.load_name(node, self.scope.first))
            return self.emit("call", node, func, *both, stars=(False, False), payload=span_of(node), text="super")
        callback = consumed(node, self.means)
        first = [] if callback is None else [self.used_up(callback)]
        rest = node.args[len(first) :]
        args = [*first, *(self.expr(a.value if isinstance(a, ast.Starred) else a) for a in rest)]
        stars = tuple(isinstance(a, ast.Starred) for a in node.args)
        named = [self.expr(k.value) for k in node.keywords]
        keywords = tuple(k.arg for k in node.keywords)
        text = _dotted(node.func)
        return self.emit(
            "call", node, func, *args, *named, stars=stars, keywords=keywords, payload=span_of(node), text=text[:60]
        )

    def source(self, node: ast.expr, callback: Callback | None) -> tuple[Operand, Callable[[Operand], Operand]]:
        """What a loop goes through, and what is made of each item of it at the beginning of the body."""
        if callback is None:
            return self.expr(node), lambda item: item
        return self.mapping(callback)

    def mapping(self, callback: Callback) -> tuple[Operand, Callable[[Operand], Operand]]:
        """The items of `map(f, xs)` or `filter(f, xs)`, and what `f` makes of each."""
        node = callback.node
        self.expect(callback)
        function = self.expr(callback.function) if callback.body is None else None
        sources = [self.expr(s) for s in callback.sources]
        around = list(self.renamed)  # what names in a lambda mean: not those of a comprehension that goes through it
        if len(sources) == 1:
            return sources[0], lambda item: self.called(callback, function, [item], around)
        together = self.emit("default", node, name="zip", payload=zip)
        items = self.emit("call", node, together, *sources, stars=(False,) * len(sources), text="zip")

        def each(item: Operand) -> Operand:
            temps = tuple(self.temp() for _ in sources)
            self.block.append(Instr(self.new_id(), "unpack", span_of(node), None, (item,), payload=-1, more=temps))
            return self.called(callback, function, [Var(t) for t in temps], around)

        return items, each

    def expect(self, callback: Callback) -> None:
        function = self.expr(callback.node.func)
        built_in = BUILT_INS[callback.name]
        self.effect("expect", callback.node.func, function, name=callback.name, payload=built_in)

    def called(
        self, callback: Callback, function: Operand | None, args: Sequence[Operand], around: list[dict[str, str]]
    ) -> Operand:
        """The function's result for arguments: of a lambda its body, with parameters of their own."""
        node, body = callback.node, callback.body
        if function is not None:
            stars, text = (False,) * len(args), _dotted(callback.function)[:60]
            return self.emit("call", node, function, *args, stars=stars, payload=callback.site, text=text)
        assert body is not None
        names = [a.arg for a in (*body.args.posonlyargs, *body.args.args)]
        own = {name: f"{name}.{self.new_id()}" for name in names}
        outer, self.renamed = self.renamed, [*around, own]
        for name, value in zip(names, args, strict=True):
            self.emit("copy", node, value, target=own[name])
        result = self.expr(body.body)
        self.renamed = outer
        return result

    def used_up(self, callback: Callback) -> Var:
        """`map(f, xs)` or `filter(f, xs)` for what goes through all of it: as the generator expression."""
        into = self.emit("build", callback.node, name="generator", stars=())
        iterable, each = self.mapping(callback)
        item = self.temp()
        outer = self.begin()
        made = each(Var(item))
        if callback.name == "map":
            self.effect("collect", callback.node, into, made, name="generator")
        else:
            inside = self.begin()
            self.effect("collect", callback.node, into, Var(item), name="generator")
            kept = self.end(inside)
            self.block.append(If(self.new_id(), span_of(callback.node), made, kept, ()))
        body = self.end(outer)
        span = span_of(callback.node)
        self.block.append(For(self.new_id(), span, item, iterable, body, (), "generator", True))
        return into

    def keyed(self, callback: Callback) -> Var:
        """`sorted(xs, key=f)`, `max` or `min`: the keys of all elements, compared, and the elements by their keys."""
        node, (source,) = callback.node, callback.sources
        self.expect(callback)
        elements = self.expr(source)
        function: Operand | None = None
        others: dict[str, Operand] = {}
        for keyword in node.keywords:
            if keyword.value is not callback.function:
                others[str(keyword.arg)] = self.expr(keyword.value)
            elif callback.body is None:
                function = self.expr(keyword.value)
        keys = self.emit("build", node, name="list", stars=())
        item = self.temp()
        outer = self.begin()
        self.effect("collect", node, keys, self.called(callback, function, [Var(item)], self.renamed), name="list")
        body = self.end(outer)
        self.block.append(For(self.new_id(), span_of(node), item, elements, body, (), "generator", True))
        built_in = self.emit("default", node, name=callback.name, payload=BUILT_INS[callback.name])
        compared = self.emit("call", node, built_in, keys, stars=(False,), text=callback.name)
        uses = (built_in, elements, keys, compared, *others.values())
        return self.emit("keyed", node, *uses, name=callback.name, keywords=tuple(others))

    def applied(self, callback: Callback) -> Var:
        """`source.apply(f)`: where that is a column, as `f` is called for each element; else as it is written."""
        node, (source,) = callback.node, callback.sources
        column = self.expr(source)
        function = None if callback.body is not None else self.expr(callback.function)
        into = self.temp()
        asked = (column,) if function is None else (column, function)
        test = self.emit("applies", node, *asked, target=self.temp() + CERTAIN, name=callback.name)
        outer = self.begin()
        made = self.emit("build", node, name="list", stars=())
        item = self.temp()
        inside = self.begin()
        self.effect("collect", node, made, self.called(callback, function, [Var(item)], self.renamed), name="list")
        body = self.end(inside)
        self.block.append(For(self.new_id(), span_of(node), item, column, body, (), "generator", True))
        self.emit("applied", node, column, made, target=into)
        yes = self.end(outer)
        outer = self.begin()
        method = self.emit("attr", node.func, column, name=callback.name)
        given = self.expr(callback.function) if function is None else function
        text = _dotted(node.func)[:60]
        self.emit("call", node, method, given, target=into, stars=(False,), payload=span_of(node), text=text)
        no = self.end(outer)
        self.block.append(If(self.new_id(), span_of(node), test, yes, no))
        return Var(into)

    def bare_super(self, node: ast.Call) -> bool:
        """Whether a call is `super()`, whose arguments the compiler knows."""
        plain = isinstance(node.func, ast.Name) and node.func.id == "super" and not (node.args or node.keywords)
        return plain and not self.local("super") and "__class__" in self.scope.cells and not self.renamed

    def comprehension(self, node: Comprehension) -> Operand:
        kind = KINDS[type(node)]
        if any(g.is_async for g in node.generators):
            return self.opaque(node, "an asynchronous comprehension")
        into = self.emit("build", node, name=kind, stars=())
        outermost = node.generators[0].iter
        first = self.source(outermost, mapped(outermost, self.means))
        own = {n: f"{n}.{self.new_id()}" for g in node.generators for n in bound_names(g.target)}
        self.renamed.append(own)
        self.clauses(node, node.generators, first, into, kind)
        self.renamed.pop()
        return into

    def clauses(
        self, node: ast.expr, generators: Sequence[ast.comprehension],
        first: tuple[Operand, Callable[[Operand], Operand]] | None, into: Var, kind: ForKind,
    ) -> None:  # fmt: skip
        clause = generators[0]
        callback = mapped(clause.iter, self.means)
        source, each = self.source(clause.iter, callback) if first is None else first
        item = self.temp()
        outer = self.begin()
        self.assign(clause.target, each(Var(item)))
        self.filters(node, clause.ifs, generators, into, kind)
        body = self.end(outer)
        made = For(self.new_id(), span_of(clause.iter), item, source, body, (), kind, callback is not None)
        self.block.append(made)

    def filters(
        self, node: ast.expr, tests: Sequence[ast.expr], generators: Sequence[ast.comprehension], into: Var,
        kind: ForKind,
    ) -> None:  # fmt: skip
        if tests:
            condition = self.expr(tests[0])
            outer = self.begin()
            self.filters(node, tests[1:], generators, into, kind)
            body = self.end(outer)
            self.block.append(If(self.new_id(), span_of(tests[0]), condition, body, ()))
        elif len(generators) > 1:
            self.clauses(node, generators[1:], None, into, kind)
        elif isinstance(node, ast.DictComp):
            key, value = self.expr(node.key), self.expr(node.value)
            self.effect("collect", node, into, key, value, name=kind)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            self.effect("collect", node, into, self.expr(node.elt), name=kind)

    # -- targets

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
