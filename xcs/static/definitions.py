"""Functions and classes of a text, made from its code objects without running its statements."""

from __future__ import annotations

import abc
import ast
import collections
import contextlib
import dataclasses
import enum
import functools
import threading
import types
import typing
from typing import Protocol

from ..front.lower import FunctionNode
from ..marks import ordered, unordered
from ..peek import MISSING, function_home, qualname_of
from .models import is_model, made_model
from .retrying import made_by_library
from .shadow import Shadow
from .stand_in import unresolved
from .wrapped import wrapped

# Decorators that only wrap or mark what they are given: applying them runs nothing of the text.
APPLIED: tuple[object, ...] = (
    staticmethod, classmethod, property, functools.cached_property, functools.lru_cache, functools.cache,
    functools.total_ordering, dataclasses.dataclass, abc.abstractmethod, contextlib.contextmanager, typing.overload,
    typing.final, typing.no_type_check, typing.runtime_checkable, enum.unique, unordered, ordered,
)  # fmt: skip
DECORATOR = ("xcs.jit", "jit")  # its module and name
BASES: tuple[object, ...] = (
    object, abc.ABC, typing.Generic, typing.Protocol, dict, list, set, tuple, str, int, float, bytes,
    collections.Counter, collections.OrderedDict, collections.defaultdict, collections.UserDict, threading.local,
)  # fmt: skip
SPECIAL = frozenset({"__init_subclass__", "__set_name__", "__new__", "__prepare__", "__class_getitem__"})


class Meanings(Protocol):
    """What expressions and names of a text mean, and what is known of its classes."""

    classes: set[type]
    annotated: dict[tuple[str, str, str], ast.expr]

    def value(self, shadow: Shadow, node: ast.expr) -> object: ...

    def name(self, shadow: Shadow, node: ast.expr) -> object: ...

    def node_of(self, code: types.CodeType) -> ast.FunctionDef | None: ...


class Definitions:
    """Makes the functions and classes of one module."""

    def __init__(self, world: Meanings, shadow: Shadow) -> None:
        self.world, self.shadow = world, shadow

    def code(self, node: FunctionNode) -> types.CodeType | None:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        return self.shadow.codes.get((first, getattr(node, "name", "<lambda>")))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, cls: tuple[str, types.CellType] | None) -> object:
        """The function of a definition, decorated; a stand-in where a decorator can't be followed."""
        code = self.code(node)
        if code is None:
            return unresolved(f"the function {node.name}")
        qualname = f"{cls[0]}.{node.name}" if cls is not None else node.name
        self.note(node, code, qualname, cls[0] if cls is not None else None)
        if set(code.co_freevars) - {"__class__"}:
            return unresolved(f"the function {node.name}")
        closure = tuple(cls[1] for _ in code.co_freevars) if cls is not None else ()
        if len(closure) != len(code.co_freevars):
            return unresolved(f"the function {node.name}")
        made = types.FunctionType(code, self.shadow.globals, node.name, self.defaults(node.args.defaults), closure)
        made.__qualname__ = qualname
        made.__module__ = self.shadow.module.__name__
        named = [(a.arg, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
        if named:
            made.__kwdefaults__ = {name: self.world.value(self.shadow, default) for name, default in named}
        return self.decorate(node, made, code)

    def note(self, node: FunctionNode, code: types.CodeType, qualname: str, owner: str | None) -> None:
        """Keeps the function, and those defined in it, for the analysis."""
        self.shadow.functions.append((node, code, qualname, owner))
        if any(self.is_jit(d) for d in getattr(node, "decorator_list", [])):
            self.shadow.decorated.add(code)
        todo: list[ast.AST] = list(node.body) if isinstance(node.body, list) else []
        while todo:
            below = todo.pop()
            if isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = self.code(below)
                if inner is not None:
                    self.note(below, inner, f"{qualname}.<locals>.{below.name}", None)
            elif not isinstance(below, ast.ClassDef | ast.Lambda):
                todo.extend(ast.iter_child_nodes(below))

    def is_jit(self, decorator: ast.expr) -> bool:
        if isinstance(decorator, ast.Call) and not decorator.args and not decorator.keywords:
            decorator = decorator.func
        named = self.world.name(self.shadow, decorator)
        return function_home(named) == DECORATOR[0] and qualname_of(named) == DECORATOR[1]

    def defaults(self, nodes: list[ast.expr]) -> tuple[object, ...]:
        return tuple(self.world.value(self.shadow, node) for node in nodes)

    def decorate(self, node: FunctionNode | ast.ClassDef, made: object, code: types.CodeType | None) -> object:
        for decorator in reversed(getattr(node, "decorator_list", [])):
            made = self.decorated(decorator, made)
        return made

    def decorated(self, decorator: ast.expr, made: object) -> object:
        if self.is_jit(decorator):
            return made
        call = decorator if isinstance(decorator, ast.Call) else None
        found = self.world.name(self.shadow, call.func if call is not None else decorator)
        if found is not None and any(found is a for a in APPLIED):
            try:
                if call is None:
                    return found(made)  # type: ignore[operator]
                named = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg is not None}
                return found(*[ast.literal_eval(a) for a in call.args], **named)(made)  # type: ignore[operator]
            except Exception:
                return unresolved(f"what `@{ast.unparse(decorator)}` makes")
        if (
            isinstance(decorator, ast.Attribute)
            and decorator.attr in ("setter", "getter", "deleter")
            and isinstance(made, types.FunctionType)
        ):
            return made  # `accessor` puts it into the property
        retrying = made_by_library(found, decorator, made, functools.partial(self.world.name, self.shadow))
        if retrying is not MISSING:
            return retrying
        if isinstance(found, types.FunctionType) and isinstance(made, types.FunctionType):
            own = self.wrapped(found, call, made)
            if isinstance(own, types.FunctionType):
                return own
        return unresolved(
            f"what the decorator `{ast.unparse(decorator)[:60]}` makes of `{getattr(made, '__name__', 'it')}`"
        )

    def wrapped(self, decorator: types.FunctionType, call: ast.Call | None, made: types.FunctionType) -> object:
        """What a decorator of the text makes of a function; MISSING where that can't be followed."""
        name = functools.partial(self.world.name, self.shadow)
        if call is not None:
            node = self.world.node_of(decorator.__code__)
            if node is None or any(isinstance(a, ast.Starred) for a in call.args):
                return MISSING
            given = [self.world.value(self.shadow, a) for a in call.args]
            named = {k.arg: self.world.value(self.shadow, k.value) for k in call.keywords if k.arg is not None}
            if len(named) < len(call.keywords):
                return MISSING
            found = wrapped(decorator, node, given, named, name)
            if not isinstance(found, types.FunctionType):
                return MISSING
            decorator = found
        node = self.world.node_of(decorator.__code__)
        return MISSING if node is None else wrapped(decorator, node, [made], {}, name)

    # -- classes

    def make_class(self, node: ast.ClassDef) -> object:
        """The class of a definition; a stand-in where making it would run code."""
        if any(self.is_jit(d) for d in node.decorator_list):
            written = [self.code(f) for f in node.body if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)]
            self.shadow.decorated.update(code for code in written if code is not None)
        bases = [self.world.name(self.shadow, b) for b in node.bases if not isinstance(b, ast.Subscript)]
        if len(bases) == 1 and not node.keywords and is_model(bases[0]):
            body = self.class_body(node, types.CellType())
            model = made_model(node, bases[0], body, functools.partial(self.world.name, self.shadow))
            if model is not None:
                self.world.classes.add(model)
                return model
        if node.keywords or not all(self.is_usable(b) for b in bases):
            names = ", ".join(ast.unparse(b) for b in [*node.bases, *(k.value for k in node.keywords)])
            self.inner_functions(node)
            return unresolved(f"the class {node.name}, a kind of {names},")
        cell = types.CellType()
        body = self.class_body(node, cell)
        if SPECIAL & body.keys():
            return unresolved(f"the class {node.name}, which defines {', '.join(sorted(SPECIAL & body.keys()))},")
        plain = tuple(b for b in bases if isinstance(b, type) and b not in (typing.Generic, typing.Protocol))
        try:
            made = (
                abc.ABCMeta(node.name, plain, body)
                if abc.ABC in plain
                else types.new_class(node.name, plain, {}, lambda ns: ns.update(body))
            )
        except Exception:
            return unresolved(f"the class {node.name}")
        cell.cell_contents = made
        self.world.classes.add(made)
        found = self.decorate(node, made, None)
        if isinstance(found, type):
            self.world.classes.add(found)
        return found

    def is_usable(self, base: object) -> bool:
        if not isinstance(base, type):
            return False
        known = base in BASES or base in self.world.classes or issubclass(base, BaseException)
        return known and type(base) in (type, abc.ABCMeta, type(typing.Protocol))

    def class_body(self, node: ast.ClassDef, cell: types.CellType) -> dict[str, object]:
        body: dict[str, object] = {"__module__": self.shadow.module.__name__, "__qualname__": node.name}
        annotations: dict[str, object] = {}
        for statement in node.body:
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    made = self.function(statement, (node.name, cell))
                    body[statement.name] = self.accessor(statement, made, body.get(statement.name))
                case ast.AnnAssign(target=ast.Name(id=name)):
                    annotations[name] = _kind_of_field(statement.annotation)
                    self.world.annotated[self.shadow.module.__name__, node.name, name] = statement.annotation
                    if statement.value is not None:
                        body[name] = self.field(statement.value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    body[name] = (
                        body[value.id]
                        if isinstance(value, ast.Name) and value.id in body
                        else self.world.value(self.shadow, value)
                    )
                case ast.ClassDef():
                    body[statement.name] = self.make_class(statement)
                case ast.Pass() | ast.Expr():
                    pass
                case _:
                    for name in {
                        n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                    }:
                        body[name] = unresolved(f"`{node.name}.{name}`")
        if annotations:
            body["__annotations__"] = annotations
        return body

    def inner_functions(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                code = self.code(statement)
                if code is not None:
                    self.note(statement, code, f"{node.name}.{statement.name}", node.name)

    def field(self, value: ast.expr) -> object:
        """The default of an annotated class attribute; `dataclasses.field(...)` stays one."""
        if isinstance(value, ast.Call) and self.world.name(self.shadow, value.func) is dataclasses.field:
            for keyword in value.keywords:
                if keyword.arg == "default_factory":
                    factory = self.world.value(self.shadow, keyword.value)
                    return dataclasses.field(default_factory=factory if callable(factory) else list)
                if keyword.arg == "default":
                    return dataclasses.field(default=self.world.value(self.shadow, keyword.value))
            return dataclasses.field()
        return self.world.value(self.shadow, value)

    def accessor(self, node: ast.FunctionDef | ast.AsyncFunctionDef, made: object, before: object) -> object:
        """`@x.setter` and the like extend the property that stands before."""
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "getter", "deleter"):
                if isinstance(before, property) and isinstance(made, types.FunctionType):
                    return getattr(before, decorator.attr)(made)
                return unresolved(f"the property {node.name}")
        return made


def _kind_of_field(annotation: ast.expr) -> object:
    """What `dataclasses` looks for in an annotation."""
    text = ast.unparse(annotation)
    if "ClassVar" in text:
        return typing.ClassVar
    if "KW_ONLY" in text:
        return dataclasses.KW_ONLY
    return dataclasses.InitVar if "InitVar" in text else object
