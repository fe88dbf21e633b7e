"""What the text of a library's function says: what it calls, keeps on its object and in its module, raises and logs.

Imports nothing and runs nothing, but looks at live functions and classes of libraries that are there to be described.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import logging
import sys
import types
from collections.abc import Iterator
from typing import Any

from ..records import dataclass, field
from .index import type_facts

VERBS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
CHANGING = frozenset({
    "append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard",
    "appendleft", "popleft", "put", "put_nowait",
})  # fmt: skip
NOTHING = ast.arguments([], [], None, [], [], None, [])
# A call of one of these on something unknown is taken for one of a text or a container.
OF_DATA = frozenset(name for kind in (str, bytes, list, dict, set) for name in vars(kind)) - {"copy", "update"}
BUILT_ONCE = ("__init__", "__new__", "__post_init__")


@dataclass(slots=True)
class Said:
    """What one text says. `calls`: objects that are called, with the class that they are found in; `unfollowed`:
    calls whose callee can't be told; `kept`: attributes of `self`, and globals, that are written."""

    calls: list[tuple[Any, type | None]] = field(default_factory=list)
    unfollowed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    verbs: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    loggers: set[str] = field(default_factory=set)


def plain(found: Any) -> Any:
    """The function below decorators and descriptors that say what they wrap."""
    while True:
        if isinstance(found, staticmethod | classmethod | types.MethodType):
            found = found.__func__
        elif isinstance(found, property) and found.fget is not None:
            found = found.fget
        elif isinstance(found, functools.cached_property | functools.partial):
            found = found.func
        elif isinstance(inner := getattr(found, "__wrapped__", None), types.FunctionType):
            found = inner
        else:
            return found


def in_class(cls: type, name: str, after: type | None = None) -> Any:
    """What a class has by that name, as it stands there; `after`: what `super()` finds from that class on."""
    bases = cls.__mro__
    if after in bases:
        bases = bases[bases.index(after) + 1 :]
    return next((vars(base)[name] for base in bases if name in vars(base)), None)


@functools.cache
def _tree_of(file: str) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a file by the line that they begin on, decorators counted as code objects count them."""
    try:
        with open(file, encoding="utf-8") as text:
            tree = ast.parse(text.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[min([node.lineno, *(d.lineno for d in node.decorator_list)])] = node
    return found


def text_of(function: types.FunctionType) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The syntax tree of a function, where its file is there."""
    node = _tree_of(function.__code__.co_filename).get(function.__code__.co_firstlineno)
    return node if node is not None and node.name == function.__code__.co_name else None


class Names:
    """The objects and classes that the names of one function stand for."""

    def __init__(self, function: types.FunctionType, node: ast.FunctionDef | ast.AsyncFunctionDef, cls: type | None):
        self.function, self.node, self.cls = function, node, cls
        arguments = [*node.args.posonlyargs, *node.args.args]
        self.me = arguments[0].arg if cls is not None and arguments else ""
        self.owner = _owner(function, cls)
        self.imported: dict[str, Any] = {}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                self._imports(inner)
        self.kinds: dict[str, type] = {}
        code = function.__code__
        self.own = frozenset((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
        for argument in (*arguments, *node.args.kwonlyargs):
            if (kind := self.annotated(argument.annotation)) is not None:
                self.kinds[argument.arg] = kind
        self.parameters = {a.arg for a in (*arguments, *node.args.kwonlyargs)} - {self.me}
        for inner in ast.walk(node):
            self._assigned(inner)

    def _imports(self, inner: ast.Import | ast.ImportFrom) -> None:
        """What the function imports itself, as far as it is loaded."""
        package = self.function.__globals__.get("__package__") or ""
        base = ""
        if isinstance(inner, ast.ImportFrom):
            above = package.rsplit(".", inner.level - 1)[0] if inner.level > 1 else package if inner.level else ""
            base = ".".join(part for part in (above, inner.module or "") if part)
        for alias in inner.names:
            if base:
                found = sys.modules.get(f"{base}.{alias.name}") or getattr(sys.modules.get(base), alias.name, None)
            else:
                found = sys.modules.get(alias.name if alias.asname else alias.name.partition(".")[0])
            self.imported[alias.asname or alias.name.partition(".")[0]] = found

    def _assigned(self, inner: ast.AST) -> None:
        match inner:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.withitem(context_expr=value, optional_vars=ast.Name(id=name))
            ):
                if (kind := self.kind(value)) is not None:
                    self.kinds[name] = kind
            case ast.AnnAssign(target=ast.Name(id=name), annotation=stated):
                if (kind := self.annotated(stated)) is not None:
                    self.kinds[name] = kind

    def annotated(self, stated: ast.expr | None) -> type | None:
        """The first class that an annotation names."""
        if isinstance(stated, ast.Constant) and isinstance(stated.value, str):
            try:
                stated = ast.parse(stated.value, mode="eval").body
            except SyntaxError:
                return None
        match stated:
            case ast.Name() | ast.Attribute():
                found = self.live(stated)
                return found if isinstance(found, type) and found.__module__ != "builtins" else None
            case ast.BinOp(left=left, right=right):
                return self.annotated(left) or self.annotated(right)
            case ast.Subscript(value=ast.Name(id="Optional" | "Union" | "Annotated"), slice=inside):
                parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                return next((kind for part in parts if (kind := self.annotated(part)) is not None), None)
        return None

    def live(self, node: ast.expr) -> Any:
        """The live object of a dotted name that begins with a global."""
        match node:
            case ast.Name(id=name) if name in self.imported:
                return self.imported[name]
            case ast.Name(id=name):
                closed = dict(zip(self.function.__code__.co_freevars, self.function.__closure__ or (), strict=False))
                if name in closed:
                    try:
                        return closed[name].cell_contents
                    except ValueError:
                        return None
                return self.function.__globals__.get(name, getattr(builtins, name, None))
            case ast.Attribute(value=value, attr=attr):
                held = self.live(value)
                if isinstance(held, type):
                    return in_class(held, attr)
                return inspect.getattr_static(held, attr, None) if held is not None else None
        return None

    def kind(self, node: ast.expr) -> type | None:
        """The class of an expression's value, as far as the text tells."""
        match node:
            case ast.Name(id=name):
                if name == self.me:
                    return self.cls
                if name in self.kinds or name in self.parameters:
                    return self.kinds.get(name)
                held = self.live(node)
                own = held is not None and not isinstance(held, type | types.ModuleType | types.FunctionType)
                return type(held) if own and type(held).__module__ != "builtins" else None
            case ast.Attribute(value=value, attr=attr):
                holder = self.kind(value)
                return attribute_kind(holder, attr) if holder is not None else None
            case ast.Call():
                return self._given(node)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                return self.kind(value)
            case ast.BoolOp(values=values):
                return next((kind for each in values if (kind := self.kind(each)) is not None), None)
            case ast.IfExp(body=body, orelse=orelse):
                return self.kind(body) or self.kind(orelse)
        return None

    def _given(self, call: ast.Call) -> type | None:
        callee, _ = self.callee(call)
        if isinstance(callee, type):
            return callee if callee.__module__ != "builtins" else None
        return returned(callee) if isinstance(callee, types.FunctionType) else None

    def callee(self, call: ast.Call) -> tuple[Any, type | None]:
        """What a call calls, and the class of its receiver; nothing where the text doesn't tell."""
        func = call.func
        if isinstance(func, ast.Attribute):
            match func.value:
                case ast.Call(func=ast.Name(id="super")) if self.cls is not None:
                    return plain(in_class(self.cls, func.attr, self.owner)), self.cls
            holder = self.kind(func.value)
            if holder is not None:
                return below(holder, func.attr)
        found = plain(self.live(func))
        if isinstance(func, ast.Attribute) and isinstance(holder_class := self.live(func.value), type):
            return found, holder_class
        return found, None


def _owner(function: types.FunctionType, cls: type | None) -> type | None:
    """The class that a function stands in."""
    for base in cls.__mro__ if cls is not None else ():
        if any(plain(held) is function for held in list(vars(base).values())):
            return base
    return None


def returned(function: types.FunctionType) -> type | None:
    """The class that a function says it gives."""
    node = text_of(function)
    if node is None or node.returns is None:
        return None
    bare = ast.FunctionDef(node.name, NOTHING, [ast.Pass()], [])
    return Names(function, bare, None).annotated(node.returns)


def below(cls: type, name: str) -> tuple[Any, type]:
    """What a class, or the first class below it that completes it, has by that name."""
    found = in_class(cls, name)
    under: list[type] = type.__subclasses__(cls) if found is None and cls is not object else []
    for each in under:
        if (held := in_class(each, name)) is not None and not inspect.iscoroutinefunction(held):
            return plain(held), each
    return plain(found), cls


_kinds: dict[tuple[type, str], type | None] = {}


def attribute_kind(cls: type, name: str) -> type | None:
    """The class of an attribute: a property's annotation, a class's, or what is assigned to it in a method."""
    if (cls, name) not in _kinds:
        _kinds[cls, name] = None  # while it is found out: what is made of itself
        _kinds[cls, name] = _attribute_kind(cls, name)
    return _kinds[cls, name]


def _attribute_kind(cls: type, name: str) -> type | None:
    held = in_class(cls, name)
    if isinstance(held, property | functools.cached_property):
        function = plain(held)
        return returned(function) if isinstance(function, types.FunctionType) else None
    for base in cls.__mro__:
        for method in list(vars(base).values()):
            function = plain(method)
            if not isinstance(function, types.FunctionType) or (node := text_of(function)) is None:
                continue
            if (kind := _assigned_kind(function, node, cls, name)) is not None:
                return kind
        stated = vars(base).get("__annotations__", {}).get(name)
        if isinstance(stated, type) and stated.__module__ != "builtins":
            return stated
    return None


def _assigned_kind(
    function: types.FunctionType, node: ast.FunctionDef | ast.AsyncFunctionDef, cls: type, name: str
) -> type | None:
    """The class of what one method assigns to an attribute."""
    names: Names | None = None
    for inner in ast.walk(node):
        match inner:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(), attr=attr)], value=value) if attr == name:
                names = names or Names(function, node, cls)
                if (kind := names.kind(value)) is not None:
                    return kind
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(), attr=attr), annotation=stated) if attr == name:
                names = names or Names(function, node, cls)
                if (kind := names.annotated(stated)) is not None:
                    return kind
    return None


@functools.cache
def said(function: types.FunctionType, cls: type | None) -> Said | None:
    """What a function's text says, as a method of a class (or none); None: its text isn't there."""
    node = text_of(function)
    if node is None:
        return None
    names, found = Names(function, node, cls), Said()
    shared = {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
    for inner in ast.walk(node):
        match inner:
            case ast.Call():
                _called(inner, names, found)
            case ast.Raise(exc=ast.Call(func=error)) | ast.Raise(exc=ast.Name() as error):
                found.raised.add(ast.unparse(error))
            case ast.Attribute(value=value, attr=attr, ctx=ast.Load()) if (kind := names.kind(value)) is not None:
                held = in_class(kind, attr)
                known = type_facts(kind)
                if isinstance(held, property | functools.cached_property) and (
                    known is None or attr not in known.attributes
                ):
                    found.calls.append((plain(held), kind))
        found.kept.extend(_kept(inner, names, shared))
    return found


def _called(call: ast.Call, names: Names, found: Said) -> None:
    found.verbs.update(
        a.value.upper()
        for a in (*call.args, *(k.value for k in call.keywords))
        if isinstance(a, ast.Constant) and isinstance(a.value, str) and a.value.upper() in VERBS
    )
    for given in (*call.args, *(k.value for k in call.keywords)):
        if isinstance(given, ast.Attribute) and (holder := names.kind(given.value)) is not None:
            method = below(holder, given.attr)
            found.calls.extend([method] if isinstance(method[0], types.FunctionType) else [])
        elif isinstance(given, ast.Attribute | ast.Name) and isinstance(
            function := plain(names.live(given)), types.FunctionType
        ):
            found.calls.append((function, None))
    callee, kind = names.callee(call)
    if isinstance(getattr(callee, "__self__", None), logging.Logger) or kind is logging.Logger:
        value = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        logger = names.live(value)
        found.loggers.add(logger.name if isinstance(logger, logging.Logger) else ast.unparse(value))
    elif callee is not None:
        found.calls.append((callee, kind))
    elif not (isinstance(call.func, ast.Attribute) and call.func.attr in OF_DATA):
        found.unfollowed.append(ast.unparse(call.func))


def _kept(inner: ast.AST, names: Names, shared: set[str]) -> Iterator[str]:
    """What a node writes of the receiver, or of the module."""
    targets: list[ast.expr] = []
    match inner:
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            targets = [target]
        case ast.Delete(targets=targets):
            pass
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in CHANGING and names.kind(value) is None:
            targets = [ast.Subscript(value=value, slice=ast.Constant(None))]
    for written in targets:
        parts: list[ast.expr] = written.elts if isinstance(written, ast.Tuple) else [written]
        for each in parts:
            part: ast.expr = each
            if isinstance(part, ast.Name) and part.id in shared:
                yield part.id
            while isinstance(part, ast.Subscript):
                part = part.value
                if isinstance(part, ast.Name) and part.id not in names.own:
                    yield part.id
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                if part.value.id == names.me:
                    yield f"self.{part.attr}"
                elif part.value.id in names.parameters:
                    yield f"({part.value.id}).{part.attr}"
