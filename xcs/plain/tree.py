"""A file's libcst tree, addressed by the positions of `ast`, and the few questions asked about a piece of code."""

from __future__ import annotations

import ast
import functools
import keyword
import re
import symtable
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from ..front.texts import shared_tree
from ..remarks import Span

Place = tuple[int, int]
Range = tuple[Place, Place]
Loop = cst.For | cst.CompFor
Node = TypeVar("Node", bound=cst.CSTNode)

HARMLESS = frozenset({"range", "len", "enumerate", "zip", "reversed", "list", "tuple", "set", "isinstance", "type"})
WIDTHS = (88, 100, 120)  # that formatters are set to
VIEWS = frozenset({"items", "keys", "values"})


def inside(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _parents(top: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """Each node below the top with the one that it stands in: a third of the time that libcst's provider takes."""
    todo = [top]
    while todo:
        node = todo.pop()
        for child in node.children:
            yield child, node
            todo.append(child)


def _below(top: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that stands in it."""
    todo = [top]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(node.children)


class Tree:
    """Calls, loops, statements and functions by position: 1-based lines, 0-based columns in characters."""

    def __init__(self, text: str) -> None:
        self.lines = re.split(r"\r\n|\r|\n", text)
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)  # each of its nodes is in one place
        self.module = wrapper.module
        self.positions = dict(wrapper.resolve(PositionProvider))
        self.parents: dict[cst.CSTNode, cst.CSTNode] = dict(_parents(self.module))
        self.calls: dict[Range, cst.Call] = {}
        self.loops: dict[Range, Loop] = {}
        self.statements: dict[Place, cst.CSTNode] = {}
        self.functions: dict[Place, cst.FunctionDef] = {}
        names = set[str]()
        node: Any  # what its class says, which `isinstance` is slow to ask: each is abstract
        for node in self.positions:
            kind = type(node)
            if kind is cst.Name:
                names.add(node.value)
            elif kind is cst.Call:
                self.calls[self.range(node)] = node
            elif kind is cst.CompFor or kind is cst.For:
                self.loops[self.range(node.iter)] = node
                if kind is cst.For:
                    self.statements[self.range(node)[0]] = node
            elif kind is cst.FunctionDef:
                self.functions[self.range(node)[0]] = node
            elif issubclass(kind, cst.BaseSmallStatement):
                self.statements[self.range(node)[0]] = node
        self.names = frozenset(names)
        tree = shared_tree(text)
        self.bound = frozenset(bound_below(tree))
        self.variables = self.bound | variables(tree)
        self.found: dict[cst.FunctionDef, frozenset[str]] = {}  # variables of functions that were asked for
        self.named: dict[cst.CSTNode, Counter[str]] = {}
        longest = max(map(len, self.lines), default=0)
        self.width = next((w for w in WIDTHS if longest <= w), WIDTHS[-1])  # of a line, as the text has it

    def range(self, node: cst.CSTNode) -> Range:
        """As `ast` has it: a tuple and a generator expression with their own parentheses, others without."""
        first, last = node, node
        if isinstance(node, cst.Tuple | cst.GeneratorExp) and node.lpar:
            first, last = node.lpar[-1], node.rpar[0]
        start, end = self.positions[first].start, self.positions[last].end
        return (start.line, start.column), (end.line, end.column)

    def of(self, span: Span) -> Range:
        return self.place(span.line, span.column), self.place(span.end_line, span.end_column)

    def place(self, line: int, column: int) -> Place:
        """From a column in UTF-8 bytes."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return line, len(text.encode()[:column].decode(errors="ignore"))

    def near(self, node: cst.CSTNode) -> frozenset[str]:
        """The variables of the outermost function around a node, and of the module's own statements; else of all."""
        functions = [a for a in self.ancestors(node) if isinstance(a, cst.FunctionDef)]
        if not functions:
            return self.variables
        return self.variables_of(functions[-1]) | self.own

    def variables_of(self, function: cst.FunctionDef) -> frozenset[str]:
        if function not in self.found:
            self.found[function] = variables(ast.parse(self.code(function.with_changes(leading_lines=[]))))
        return self.found[function]

    def count(self, node: cst.CSTNode, name: str) -> int:
        """How often a name stands in a node."""
        known = self.named.get(node)
        if known is None:
            known = Counter(n.value for n in _below(node) if isinstance(n, cst.Name))
            if node in self.positions:
                self.named[node] = known
        return known[name]

    def beyond(self, node: cst.CSTNode, names: Iterable[str]) -> bool:
        """Whether the function around a node, or the module, has one of these names outside of it."""
        function = self.function_of(node)
        return any(self.count(function, n) != self.count(node, n) for n in names)

    @functools.cached_property
    def own(self) -> frozenset[str]:
        """The variables that are bound outside of functions and classes."""
        todo: list[ast.AST] = [shared_tree("\n".join(self.lines))]
        found: set[str] = set()
        while todo:
            node = todo.pop()
            found |= bound_by(node)
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                todo.extend(ast.iter_child_nodes(node))
        return frozenset(found)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The simple statement, or the compound one whose header, that a node stands in."""
        for parent in (node, *self.ancestors(node)):
            if isinstance(parent, cst.BaseSmallStatement | cst.BaseCompoundStatement):
                return parent
        raise AssertionError

    def function_of(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Module:
        """The innermost function around a node, or the module."""
        return next((a for a in self.ancestors(node) if isinstance(a, cst.FunctionDef)), self.module)

    def depth(self, node: cst.CSTNode) -> int:
        """How many blocks a statement stands in."""
        return sum(isinstance(a, cst.IndentedBlock) for a in self.ancestors(node))

    def code(self, *nodes: cst.CSTNode) -> str:
        return "".join(cst.Module([]).code_for_node(node) for node in nodes)

    def one_line(self, node: cst.CSTNode) -> str:
        """An expression's text without its own parentheses, on one line unless comments or long strings stand in it."""
        text = self.code(node)
        if "\n" in text or "\r" in text:
            made = node.visit(_Flat())
            assert isinstance(made, cst.CSTNode)
            flat = self.code(made)
            if "#" in text or "\n" in flat or "\r" in flat:
                return text
            text = flat
        if isinstance(node, cst.BaseExpression) and node.lpar and not isinstance(node, cst.Tuple | cst.GeneratorExp):
            return self.one_line(node.with_changes(lpar=[], rpar=[]))
        return text

    def expression(self, text: str) -> cst.BaseExpression:
        return cst.parse_expression(text, self.module.config_for_parsing)

    def parse(self, text: str) -> cst.BaseStatement:
        return cst.parse_statement(text, self.module.config_for_parsing)

    def block(self, header: str, body: Iterable[cst.BaseStatement]) -> cst.BaseStatement:
        """A compound statement (`header` ends in a colon) around statements."""
        made = self.parse(f"{header}\n    pass\n")
        assert isinstance(made, cst.BaseCompoundStatement) and isinstance(made.body, cst.IndentedBlock)
        return made.with_changes(body=made.body.with_changes(body=list(body)))


class _Flat(cst.CSTTransformer):
    """Takes line breaks out of an expression."""

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.SimpleWhitespace:
        return cst.SimpleWhitespace(" ")

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        made: Any = super().on_leave(original_node, updated_node)
        for name in ("args", "elements"):
            parts = getattr(made, name, None)
            alone = isinstance(made, cst.Tuple) and len(made.elements) == 1
            if parts and not alone and isinstance(parts[-1].comma, cst.Comma):
                made = made.with_changes(
                    **{name: [*parts[:-1], parts[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]}
                )
        for name, kinds in TIGHT.items():
            if isinstance(made, kinds) and isinstance(getattr(made, name, None), cst.SimpleWhitespace):
                made = made.with_changes(**{name: cst.SimpleWhitespace("")})
        return made


TIGHT: dict[str, tuple[type[cst.CSTNode], ...]] = {
    "whitespace_after": (cst.LeftParen, cst.LeftSquareBracket, cst.LeftCurlyBrace),
    "whitespace_before": (cst.RightParen, cst.RightSquareBracket, cst.RightCurlyBrace),
    "whitespace_before_args": (cst.Call,),
    "whitespace_after_arg": (cst.Arg,),
}

Change = Callable[[Any], cst.CSTNode]


class _Swap(cst.CSTTransformer):
    def __init__(self, changes: Mapping[cst.CSTNode, Change]) -> None:
        super().__init__()
        self.changes = changes

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        change = self.changes.get(original_node)
        return updated_node if change is None else change(updated_node)


def swap(node: Node, changes: Mapping[cst.CSTNode, Change]) -> Node:
    """The tree with some of its nodes (by identity) changed, inner ones first."""
    return node.visit(_Swap(changes))  # type: ignore[return-value]


def becomes(expression: cst.BaseExpression) -> Change:
    """Puts an expression in another one's place, in the parentheses of that."""
    return lambda old: expression.with_changes(lpar=old.lpar, rpar=old.rpar) if old.lpar else expression


class Namer:
    """Names that aren't taken."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def __call__(self, base: str) -> str:
        name, number = base, 2
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def free_names(code: str) -> set[str]:
    """What code (dedented statements) would read from outside if it were the body of a function."""
    table = symtable.symtable(f"def f():\n{textwrap.indent(code, '    ')}\n", "<plain>", "exec")
    return _free(table.get_children()[0])


def _free(table: symtable.SymbolTable) -> set[str]:
    found = {s.get_name() for s in table.get_symbols() if s.is_global() or s.is_free()}
    own = {s.get_name() for s in table.get_symbols() if s.is_local()}
    for below in table.get_children():
        found |= _free(below) - own
    return found


def variables(tree: ast.AST) -> frozenset[str]:
    """The names that stand for variables in a text, also where it binds them; not those of attributes."""
    nodes = list(ast.walk(tree))
    stated = (name for n in nodes if isinstance(n, ast.Global | ast.Nonlocal) for name in n.names)
    return frozenset[str]().union(stated, *({n.id} if isinstance(n, ast.Name) else bound_by(n) for n in nodes))


def mentioned(code: str) -> set[str]:
    """Every variable that code reads or binds."""
    return set(named(code))


def named(code: str) -> Iterator[str]:
    """The variables of code, each as often as it stands there."""
    return (n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name))


def bound_in(code: str) -> set[str]:
    """Every name that code binds, comprehension variables and inner functions' ones included."""
    return bound_below(ast.parse(code))


def bound_below(tree: ast.AST) -> set[str]:
    """Every name that a tree binds."""
    return set[str]().union(*map(bound_by, ast.walk(tree)))


def bound_by(node: ast.AST) -> set[str]:
    """The names that a node binds by itself."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            return {node.id}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.arg(arg=name) | ast.MatchMapping(rest=str(name)):
            return {name}
        case ast.alias():
            return {(node.asname or node.name).split(".")[0]}
        case _:
            return set()


def safe(node: ast.expr, known: frozenset[str]) -> bool:
    """Whether evaluating an expression of the slice can't fail; `known`: parts, texts and names that can't."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute() | ast.Subscript() | ast.JoinedStr():
            return ast.unparse(node) in known
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            return all(safe(e, known) for e in elts)
        case ast.Dict(keys=keys, values=values):
            return all(isinstance(k, ast.Constant) for k in keys) and all(safe(v, known) for v in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return safe(operand, known)
        case ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.BoolOp(values=values):
            return all(safe(v, known) for v in values)
        case ast.Compare(left=left, ops=ops, comparators=others):
            return all(isinstance(o, ast.Eq | ast.NotEq | ast.Is | ast.IsNot) for o in ops) and all(
                safe(e, known) for e in (left, *others)
            )
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return name in known and all(safe(a, known) for a in args)
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]):
            return attr in VIEWS and safe(value, known)
        case _:
            return False


def safe_text(text: str, known: frozenset[str]) -> bool:
    return safe(ast.parse(f"({text}\n)", mode="eval").body, known)


def every_parameter(function: cst.FunctionDef) -> list[cst.Param]:
    """Those with a name of their own."""
    return [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
