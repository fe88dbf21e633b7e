"""The modules of a text as they would be after import, built without running them.

Functions and classes are made from the compiled text; known libraries are imported; everything else is a stand-in
that says what is known of it.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path as File
from typing import Any

from ..analysis.domain.meter import Meter
from ..analysis.domain.state import Call, Frame
from ..analysis.domain.values import NOTHING, PLAIN, Closure, Fresh, Inst, Known, Plain, Top, Value, only
from ..bound import thread_time
from ..front.lower import FunctionNode, Scope, lower_statements
from ..front.source import quiet
from ..front.texts import module_name, parse, read
from ..ir.nodes import FunctionIR
from ..knowledge.data_frames import class_named
from ..knowledge.load import library
from ..peek import IMMUTABLE
from ..remarks import Bailout
from .annotations import Annotations
from .definitions import Definitions
from .interpreter import StaticInterpreter
from .made import EXTENDED, new_frame
from .models import is_model
from .module_level import is_type_checking, nested_codes
from .shadow import Shadow
from .stand_in import Assumed, StandIns, unresolved

NOT_IMPORTED = frozenset({"antigravity", "this", "idlelib", "lib2to3", "test", "turtle", "turtledemo", "__main__"})
TAKEN = Assumed(PLAIN)  # a parameter of which the text says nothing
TYPE_MODULES = frozenset({"typing", "typing_extensions", "__future__"})


class World:
    """Every module that the analysis of some files comes across.

    until: the time of this thread that it may take; room: the characters of other modules that it may read.
    """

    def __init__(self, until: float = float("inf"), room: float = float("inf")) -> None:
        self.until, self.room = until, room
        self.shadows: dict[File, Shadow] = {}
        self.interpreter = StaticInterpreter(until=until)
        self.classes = self.interpreter.shadows
        self.stand_ins = StandIns(self.interpreter.heap, self.is_shadow, self.code_of, self.interpreter.bars)
        self.instances: dict[type, object] = {}
        self.followed: list[ast.stmt] = []  # statements of modules
        self.annotated: dict[tuple[str, str, str], ast.expr] = {}  # (module, class, attribute) -> annotation

    def is_shadow(self, cls: type) -> bool:
        return cls in self.classes

    def code_of(self, ir: FunctionIR) -> types.CodeType | None:
        """The code of a function that stands in a function of a text."""
        found = (s.codes.get((ir.line, ir.name)) for s in self.shadows.values() if str(s.file) == ir.filename)
        return next(found, None)

    def node_of(self, code: types.CodeType) -> ast.FunctionDef | None:
        """The definition that a function's code comes from."""
        for shadow in self.shadows.values():
            if str(shadow.file) == code.co_filename:
                found = next((node for node, own, *_ in shadow.functions if own is code), None)
                return found if isinstance(found, ast.FunctionDef) else None
        return None

    def load(self, file: File, text: str | None = None) -> Shadow:
        """The module of a file. Raises `Bailout`."""
        try:
            file = file.resolve()
        except (OSError, RuntimeError) as error:  # links that lead in a circle
            raise Bailout("source", f"the file can't be read ({error})") from None
        if file in self.shadows:
            return self.shadows[file]
        if thread_time() > self.until:
            raise Bailout("source", "no time is left to read it")
        if text is None:
            text = read(file)
            self.room -= len(text) if self.shadows else 0  # the first is what the others are read for
            if self.room < 0:
                raise Bailout("source", "the program around it is too large to be read for it")
        tree, code = parse(text, str(file))
        name, package = module_name(file)
        module = types.ModuleType(name)
        vars(module).update(__file__=str(file), __package__=package, __builtins__=vars(builtins))
        shadow = self.shadows[file] = Shadow(module, file, tree)
        for found in nested_codes(code):
            shadow.codes.setdefault((found.co_firstlineno, found.co_name), found)
        self.interpreter.extended |= bool(shadow.names & EXTENDED)
        definitions = Definitions(self, shadow)
        _Builder(self, shadow, definitions).statements(tree.body)
        return shadow

    # -- expressions and statements of a module

    def run(self, shadow: Shadow, statements: Sequence[ast.stmt]) -> dict[str, Value] | None:
        """The variables that statements of a module assign, as abstract values; None where they can't be followed."""
        holder = ast.FunctionDef("<module>", ast.arguments([], [], None, [], [], None, []), list(statements), [])
        if hasattr(holder, "type_params"):
            holder.type_params = []
        ast.copy_location(holder, statements[0])
        frame = Frame("<module>", str(shadow.file), shadow.globals, {}, {}, (id(statements[0]),))
        self.followed.append(statements[0])  # what is made there is told apart by it: no other may get its identity
        try:
            block = lower_statements(Scope(holder, frozenset()), list(statements), str(shadow.file))
            frame.breaks.append([])
            frame.continues.append([])
            self.interpreter.meter, self.interpreter.importing = Meter(until=self.until), True
            self.interpreter.globals.clear()
            return self.interpreter.block(block, {}, frame) or {}
        except (Bailout, RecursionError):
            return None
        finally:
            self.interpreter.importing = False
            self.interpreter.globals.clear()

    def value(self, shadow: Shadow, node: ast.expr) -> object:
        """A stand-in for the value of an expression at module level."""
        try:
            return ast.literal_eval(node) if isinstance(node, ast.Constant) else self._evaluated(shadow, node)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return self._evaluated(shadow, node)

    def _evaluated(self, shadow: Shadow, node: ast.expr) -> object:
        found = self.name(shadow, node)
        if found is not None:
            return found
        assign = ast.copy_location(ast.Assign([ast.copy_location(ast.Name("@value", ast.Store()), node)], node), node)
        env = self.run(shadow, [assign])
        value = NOTHING if env is None else env.get("@value", NOTHING)
        return self.stand_ins.of(value) if value else unresolved(f"`{ast.unparse(node)[:60]}`")

    def name(self, shadow: Shadow, node: ast.expr) -> object | None:
        """The object that a dotted name means in a module, or None."""
        match node:
            case ast.Name(id=name):
                return shadow.globals.get(name, vars(builtins).get(name))
            case ast.Attribute(value=value, attr=name):
                holder = self.name(shadow, value)
                if isinstance(holder, types.ModuleType):
                    return vars(holder).get(name)
                if isinstance(holder, type):
                    return next((vars(c)[name] for c in holder.__mro__ if name in vars(c)), None)
            case _:
                pass
        return None

    def annotations(self, shadow: Shadow) -> Annotations:
        return Annotations(lambda node: self.name(shadow, node), self.instance)

    def instance(self, cls: type) -> object:
        """A stand-in for some object of a class, its attributes as `__init__` sets them."""
        if cls in self.instances:
            return self.instances[cls]
        if cls in IMMUTABLE:
            return Assumed(only(Plain(cls)))
        if cls is class_named("DataFrame"):
            return new_frame()
        made: object = Assumed(only(Inst(cls, None)))
        self.instances[cls] = made
        if self.is_shadow(cls):
            self.instances[cls] = made = self._constructed(cls)
        return made

    def _constructed(self, cls: type) -> object:
        shadow = next((s for s in self.shadows.values() if s.module.__name__ == cls.__module__), None)
        init = next((vars(c)["__init__"] for c in cls.__mro__ if "__init__" in vars(c)), None)
        named: dict[str, Value] = {}
        if isinstance(init, types.FunctionType) and shadow is not None:
            node = next((n for n, code, _, _ in self.functions() if code is init.__code__), None)
            if node is not None:
                named = {n: _lifted(v) for n, v in self.parameters(shadow, node, None, skip=1).items()}
        if shadow is not None and not named and ("__dataclass_fields__" in vars(cls) or is_model(cls)):
            named = self.fields(shadow, cls)
        frame = Frame("<module>", str(shadow.file) if shadow else "", {}, {}, {}, (id(cls),))
        given = dict.fromkeys(named, PLAIN) if is_model(cls) else named  # a model is made of data, by its library
        try:
            value = self.interpreter.call(only(Known(id(cls), cls)), Call([], given, frame, None))
        except (Bailout, RecursionError):
            value = NOTHING
        made = [a for a in value if isinstance(a, Fresh) and a.cls is cls]
        for abstract in made if is_model(cls) else ():
            self.interpreter.contents(abstract.key).attrs.update(named)
        return self.stand_ins.of(frozenset(made)) if made else unresolved(f"an object of class {cls.__name__}")

    def fields(self, shadow: Shadow, cls: type) -> dict[str, Value]:
        """The fields of a dataclass, or model, of the text, by annotation."""
        read_annotation = self.annotations(shadow).stand_in
        fields: dict[str, Any] = vars(cls)["__pydantic_fields__" if is_model(cls) else "__dataclass_fields__"]
        named = {}
        for name, field_ in fields.items():
            if field_.init is not False:
                annotation = next(
                    (
                        self.annotated[k]
                        for c in cls.__mro__
                        if (k := (c.__module__, c.__name__, name)) in self.annotated
                    ),
                    None,
                )
                found = read_annotation(annotation)
                named[name] = _lifted(found) if found is not None else PLAIN
        return named

    def functions(self) -> Iterator[tuple[FunctionNode, types.CodeType, str, str | None]]:
        return chain.from_iterable(s.functions for s in list(self.shadows.values()))

    def parameters(
        self,
        shadow: Shadow,
        node: FunctionNode,
        owner: type | None,
        skip: int = 0,
        seen: dict[str, Value] | None = None,
    ) -> dict[str, object]:
        """A stand-in for each parameter: by annotation, else as the calls in the text give it, else plain data."""
        read_annotation = self.annotations(shadow).stand_in
        args = node.args
        positional = [*args.posonlyargs, *args.args]
        found: dict[str, object] = {}
        for index, arg in enumerate([*positional, *args.kwonlyargs]):
            if index < skip:
                continue
            observed = (seen or {}).get(arg.arg, NOTHING)
            annotated = read_annotation(arg.annotation)
            if observed and (annotated is None or isinstance(annotated, Assumed)) and not _vague(observed):
                found[arg.arg] = self.stand_ins.of(observed)
            elif annotated is not None:
                found[arg.arg] = annotated
            elif index == 0 and owner is not None:
                found[arg.arg] = self.instance(owner)
            else:
                found[arg.arg] = TAKEN
        if args.vararg is not None:
            found[args.vararg.arg] = Assumed(only(Plain(tuple)))
        if args.kwarg is not None:
            found[args.kwarg.arg] = Assumed(only(Plain(dict)))
        return found

    def module(self, dotted: str, near: Shadow) -> object:
        """The module of that name, seen from a module of the text: a real one, a shadow, or a stand-in."""
        top = dotted.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "xcs":
            local = self.local(dotted, near)
            if local is not None:
                return local
        known = top in sys.stdlib_module_names and top not in NOT_IMPORTED
        if not known and top != "xcs" and top not in TYPE_MODULES and library(top) is None:
            return unresolved(f"the module {dotted}, of which nothing is known,")
        try:
            with quiet():
                return importlib.import_module(dotted)
        except Exception:
            return unresolved(f"the module {dotted}, which is not installed here,")

    def local(self, dotted: str, near: Shadow) -> types.ModuleType | None:
        """A module of the program that the text belongs to."""
        parts = dotted.split(".")
        folder = near.file.parent
        for base in (folder, *folder.parents[:6]):
            for candidate in (base.joinpath(*parts).with_suffix(".py"), base.joinpath(*parts, "__init__.py")):
                if candidate.is_file() and "site-packages" not in candidate.parts:
                    try:
                        return self.load(candidate).module
                    except Bailout:
                        return None
            if not (base / "__init__.py").exists() and base != folder:
                break
        return None


def _vague(value: Value) -> bool:
    return all(isinstance(a, Top | Closure) or (isinstance(a, Plain) and a.cls is None) for a in value)


def _lifted(stand_in: object) -> Value:
    return StaticInterpreter().lift(stand_in, None)


class _Builder:
    """Goes through the statements of a module in order."""

    def __init__(self, world: World, shadow: Shadow, definitions: Definitions) -> None:
        self.world, self.shadow, self.definitions = world, shadow, definitions

    def statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            try:
                self.statement(statement)
            except RecursionError:
                self.forget(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.shadow.globals[node.name] = self.definitions.function(node, None)
            case ast.ClassDef():
                self.shadow.globals[node.name] = self.definitions.make_class(node)
            case ast.Import():
                self.imports(node)
            case ast.ImportFrom():
                self.import_from(node)
            case ast.If(body=body, orelse=orelse):
                self.statements([*orelse, *body] if is_type_checking(node.test) else [*body, *orelse])
            case ast.Try():
                for handler in node.handlers:
                    self.statements(handler.body)
                self.statements([*node.body, *node.orelse, *node.finalbody])
            case ast.With(body=body) if not any(item.optional_vars for item in node.items):
                self.statements(body)
            case ast.AnnAssign(target=ast.Name(id=name), value=None):
                found = self.world.annotations(self.shadow).stand_in(node.annotation)
                self.shadow.globals.setdefault(name, found if found is not None else unresolved(name))
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self.shadow.globals[name] = self.world.value(self.shadow, value)
            case _:
                self.other(node)

    def other(self, node: ast.stmt) -> None:
        env = self.world.run(self.shadow, [node])
        if env is None:
            self.forget(node)
            return
        for name, value in env.items():
            if name.isidentifier():
                self.shadow.globals[name] = self.world.stand_ins.of(value)

    def forget(self, node: ast.stmt) -> None:
        """Nothing is known of what a statement assigns."""
        for name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}:
            self.shadow.globals[name] = unresolved(f"`{name}`")

    def imports(self, node: ast.Import) -> None:
        for alias in node.names:
            whole = self.world.module(alias.name, self.shadow)
            top = alias.name.partition(".")[0]
            bound = whole if alias.asname or top == alias.name else self.world.module(top, self.shadow)
            self.shadow.globals[alias.asname or top] = bound
            if bound is not whole and isinstance(bound, types.ModuleType) and isinstance(whole, types.ModuleType):
                _attach(bound, alias.name.split(".")[1:], whole)

    def import_from(self, node: ast.ImportFrom) -> None:
        dotted = node.module or ""
        if node.level:
            parts = str(self.shadow.globals.get("__package__") or "").split(".")
            parts = parts[: len(parts) - node.level + 1]
            dotted = ".".join([*(p for p in parts if p), *([dotted] if dotted else [])])
        for alias in node.names:
            name = alias.asname or alias.name
            module = self.world.module(dotted, self.shadow) if dotted else unresolved("a relative import")
            if alias.name == "*":
                if isinstance(module, types.ModuleType):
                    public = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
                    self.shadow.globals.update({n: vars(module)[n] for n in public if n in vars(module)})
            elif isinstance(module, types.ModuleType):
                self.shadow.globals[name] = self.member(module, dotted, alias.name)
            else:
                self.shadow.globals[name] = module

    def member(self, module: types.ModuleType, dotted: str, name: str) -> object:
        if name in vars(module):
            return vars(module)[name]
        is_shadow = any(s.module is module for s in self.world.shadows.values())
        if not is_shadow:
            try:
                return getattr(module, name)  # a library that loads its parts when they are asked for
            except Exception:
                pass
        below = self.world.module(f"{dotted}.{name}", self.shadow)
        return below if isinstance(below, types.ModuleType) else unresolved(f"{dotted}.{name}")


def _attach(top: types.ModuleType, parts: list[str], whole: types.ModuleType) -> None:
    """Makes `import a.b` reachable as `a.b` among shadows; real modules are linked by their import."""
    holder: object = top
    for part in parts[:-1]:
        holder = vars(holder).get(part) if isinstance(holder, types.ModuleType) else None
    if isinstance(holder, types.ModuleType) and parts[-1] not in vars(holder):
        vars(holder)[parts[-1]] = whole
