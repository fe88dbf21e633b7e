"""Abstract interpretation of IR: what values are, and which effects each statement and callee has.

Callees are interpreted where they are called, with the caller's abstract arguments, so effects name the caller's
own memory. Recursion starts from "returns nothing" and is repeated until the result is stable.
"""

from __future__ import annotations

import functools
import sys
import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..guards import Guard, values_at
from ..ir import Block, Const, For, FunctionIR, If, Instr, Jump, Operand, Try, While, With, walk
from ..lower import lower_function
from ..remarks import Bailout, Located
from ..source import locate_code, original_code
from .effects import Effect, Loc
from .values import (
    CONTAINERS,
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    NONE,
    NOTHING,
    PLAIN,
    PLAIN_TYPES,
    Abstract,
    Bound,
    Closure,
    Fresh,
    FreshKey,
    Inst,
    Known,
    Lazy,
    Path,
    Plain,
    Super,
    Top,
    Value,
    class_lookup,
    instance_dict,
    is_plain,
    join,
    only,
    origins_of,
    peek,
)

BUDGET = 60_000  # instructions interpreted for one decision
WIDE = 2_000  # elements; larger containers are only proved to be plain data
DEPTH = 40  # nested callees

Env = dict[str, Value]


@dataclass(slots=True)
class Memory:
    """The contents of a fresh object; grows only."""

    attrs: dict[str, Value] = field(default_factory=dict)
    element: Value = NOTHING
    keys: Value = NOTHING
    entries: dict[object, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Frame:
    """One activation of a function under interpretation."""

    ir_name: str
    filename: str
    module: dict[str, object]
    cells: dict[str, object]  # name -> types.CellType of the live function
    outer: Env  # variables of the analysed function around it
    key: FreshKey
    result: Value = NOTHING
    breaks: list[list[Env]] = field(default_factory=list)
    continues: list[list[Env]] = field(default_factory=list)
    handling: int = 0
    first: Value = NOTHING  # the first argument, for super()
    sleeps: Located | None = None
    paced: bool = False


_lowered: dict[tuple[str, types.CodeType], FunctionIR] = {}


def lowered(code: types.CodeType, module: dict[str, object]) -> FunctionIR:
    """The IR of live code, kept."""
    code = original_code(code)
    found = _lowered.get((code.co_filename, code))
    if found is None:
        if len(_lowered) > 5_000:
            _lowered.clear()
        source = locate_code(code, module)
        found = _lowered[code.co_filename, code] = lower_function(
            source.node, source.filename, frozenset(code.co_freevars)
        )
    return found


class Interpreter:
    """Runs IR on abstract values and records effects by region statement, guards and operand values."""

    def __init__(self, roots: Mapping[str, object] | None = None) -> None:
        self.roots: Mapping[str, object] = roots or {}
        self.heap: dict[FreshKey, Memory] = {}
        self.effects: dict[int, set[Effect]] = {}
        self.operands: dict[int, tuple[Value, ...]] = {}
        self.results: dict[int, Value] = {}
        self.guards: dict[tuple[Path, str], Guard] = {}
        self.modules: set[str] = set()
        self.current = 0
        self.steps = 0
        self.stack: list[types.CodeType] = []
        self.summaries: dict[object, Value] = {}
        self.recursive: set[object] = set()

    # -- recording

    def effect(self, kind: str, frame: Frame, instr: Instr | None, detail: str = "", loc: Loc | None = None) -> None:
        line = instr.span.line if instr is not None else 0
        text = f"{detail or kind} in {frame.ir_name}" if kind != "read" else ""
        found = Effect(kind, detail, loc, Located(text, frame.filename, line))
        self.effects.setdefault(self.current, set()).add(found)

    def unknown(self, frame: Frame, instr: Instr | None, why: str) -> Value:
        self.effect("unknown", frame, instr, why)
        return only(Top(why))

    def read(self, abstract: Abstract, frame: Frame, instr: Instr | None, slot: str, deep: bool = False) -> None:
        for origin in origins_of(abstract):
            self.effect("read", frame, instr, "", Loc(origin, slot, deep))

    def write(
        self, abstract: Abstract, frame: Frame, instr: Instr | None, slot: str, what: str, deep: bool = False
    ) -> None:
        origins = origins_of(abstract)
        for origin in origins:
            self.effect("write", frame, instr, what, Loc(origin, slot, deep))
        if not origins and isinstance(abstract, Top | Inst | Known):
            self.effect("write", frame, instr, what, Loc(None))

    def guard(self, path: Path | None, kind: str, expected: object) -> None:
        if path is not None:
            self.guards.setdefault((path, kind), Guard(path, kind, expected))

    def entered(self, identity: object, env: Env) -> None:
        """A function of the program is called with these parameter values."""

    def assumes_client(self, abstract: Abstract) -> bool:
        """Whether a library object that can't be looked at counts as set up in the usual way."""
        return False

    def library_object(self, cls: type, given: list[Value], frame: Frame, node: Instr | None) -> Value | None:
        """What making an object of a library class gives, where its constructor isn't interpreted."""
        return None

    # -- live objects

    def lift(self, obj: object, path: Path | None) -> Value:
        """The abstract value of a live object, guarded at `path`."""
        kind = type(obj)
        if obj is MISSING:
            return NOTHING
        if kind in IMMUTABLE:
            self.guard(path, "type", kind)
            return only(Plain(kind))
        if issubclass(kind, (*FUNCTIONS, type, types.ModuleType)):  # not isinstance: that asks the object
            self.guard(path, "is", obj)
            return only(Known(id(obj), obj))
        if kind is types.MethodType:
            assert isinstance(obj, types.MethodType)
            self.guard(path, "is", obj) if path is None or not path.steps else self.guard(path, "type", kind)
            below = None if path is None else path.step("attr", "__self__")
            func = Known(id(obj.__func__), obj.__func__)
            receivers = self.lift(obj.__self__, below)
            self.guard(path, "is", obj)
            return frozenset(Bound(func, r) for r in receivers)
        if kind in CONTAINERS:
            if path is None or (len(obj) > WIDE and is_plain(obj)):  # type: ignore[arg-type]
                if not is_plain(obj):
                    return only(Inst(kind, path, id(obj), obj))
                self.guard(path, "plain", None)
                self.guard(path, "type", kind)
                return only(Plain(kind, frozenset({path}) if path is not None else frozenset()))
            self.guard(path, "type", kind)
            return only(Inst(kind, path, id(obj), obj))
        self.guard(path, "type", kind)
        return only(Inst(kind, path, id(obj), obj))

    def lift_all(self, objects: list[object], path: Path | None) -> Value:
        """The join of the objects that a path leads to, by type, guarded."""
        found: dict[type, object] = {}
        for obj in objects:
            found.setdefault(type(obj), obj)
        if len(found) <= 1:
            return self._lift_same(objects, path)
        if len(found) > 8 or path is None:
            return only(Top("one of many types", frozenset({path}) if path else frozenset()))
        self.guard(path, "typein", frozenset(found))
        return join(
            *(self._lift_same([o for o in objects if type(o) is kind], path.step("oftype", kind)) for kind in found)
        )

    def _lift_same(self, objects: list[object], path: Path | None) -> Value:
        if not objects:
            return NOTHING
        first = objects[0]
        if issubclass(type(first), (*FUNCTIONS, type, types.MethodType, types.ModuleType)):
            different = {id(o): o for o in objects}
            if len(different) > 1:
                if len(different) > 16 or path is None:
                    return only(Top("one of many functions"))
                # Which functions these are is looked up again at each entry: their identities are the condition.
                keep = list(different.values())
                self.guards.setdefault((path, "holds"), Guard(path, "holds", None, _one_of(frozenset(different), keep)))
                return join(*(self.lift(one, None) for one in keep))
        return self.lift(first, path)

    # -- control

    def block(self, block: Block, env: Env | None, frame: Frame, top: bool = False) -> Env | None:
        for node in block:
            if env is None:
                return None
            self.steps += 1
            if self.steps > BUDGET:
                raise Bailout("unknown", "a callee too large to analyse")
            if top:
                self.current = node.id
            match node:
                case Instr():
                    env = self.instr(node, env, frame, top)
                case If(test=test, body=body, orelse=orelse):
                    self.truth(self.value(test, env), frame, None)
                    env = merge(self.block(body, dict(env), frame, top), self.block(orelse, dict(env), frame, top))
                case For():
                    env = self.loop(node, env, frame, top)
                case While():
                    env = self.while_loop(node, env, frame, top)
                case Try():
                    env = self.try_block(node, env, frame, top)
                case With():
                    env = self.with_block(node, env, frame, top)
                case Jump(kind="return", value=value):
                    assert value is not None
                    frame.result = join(frame.result, self.value(value, env))
                    return None
                case Jump(kind="break"):
                    if frame.breaks:
                        frame.breaks[-1].append(env)
                    return None
                case Jump():
                    if frame.continues:
                        frame.continues[-1].append(env)
                    return None
        return env

    def loop(self, node: For, env: Env, frame: Frame, top: bool) -> Env | None:
        source = self.value(node.iterable, env)
        item = NOTHING
        for abstract in source:
            item = join(item, self.iterate(abstract, frame, None))
        if top:
            self.operands[node.id] = (source,)
            self.results[node.id] = item

        def once(start: Env) -> Env | None:
            return self.block(node.body, {**start, node.target: item}, frame, top)

        after = self.repeat(env, frame, once)
        return self.block(node.orelse, after, frame, top)

    def while_loop(self, node: While, env: Env, frame: Frame, top: bool) -> Env | None:
        def once(start: Env) -> Env | None:
            begun = self.block(node.header, dict(start), frame, top)
            return None if begun is None else self.block(node.body, begun, frame, top)

        after = self.repeat(env, frame, once)
        return self.block(node.orelse, after, frame, top)

    def repeat(self, env: Env, frame: Frame, once: Callable[[Env], Env | None]) -> Env:
        frame.breaks.append([])
        state = env
        for attempt in range(6):
            frame.continues.append([])
            after = once(dict(state))
            joined = merge(state, after)
            for other in frame.continues.pop():
                joined = merge(joined, other)
            assert joined is not None
            if joined == state:
                break
            if attempt == 4:
                joined = {k: (v if state.get(k) == v else only(Top())) for k, v in joined.items()}
            state = joined
        final: Env | None = state
        for other in frame.breaks.pop():
            final = merge(final, other)
        assert final is not None
        return final

    def try_block(self, node: Try, env: Env, frame: Frame, top: bool) -> Env | None:
        before = {k: len(v) for k, v in self.effects.items()}
        body = self.block(node.body, dict(env), frame, top)
        if not top and node.handlers and not all(_reraises(h.body) for h in node.handlers):
            found = self.effects.get(self.current, set())
            if len(found) > before.get(self.current, 0) and any(_remote(e) for e in found):
                self.effect("catches", frame, None, f"the error handling of {frame.ir_name}")
        partial = merge(dict(env), body)
        assert partial is not None
        partial = {**self.assigned(node.body, partial)}
        after = self.block(node.orelse, body, frame, top)
        frame.handling += 1
        for handler in node.handlers:
            start = self.block(handler.types, dict(partial), frame, top)
            if start is None:
                continue
            if handler.name is not None:
                start[handler.name] = only(Inst(Exception, None))
            after = merge(after, self.block(handler.body, start, frame, top))
        frame.handling -= 1
        return (
            self.block(node.final, after if after is not None else dict(partial), frame, top)
            if (after is not None or not node.final)
            else (self.block(node.final, dict(partial), frame, top) and None)
        )

    def assigned(self, block: Block, env: Env) -> Env:
        """`env` where whatever the block may have assigned before it failed is what any pass saw."""
        for node in walk(block):
            if isinstance(node, Instr):
                for target in node.targets:
                    if target not in env:
                        env[target] = self.results.get(node.id, only(Top()))
        return env

    def with_block(self, node: With, env: Env, frame: Frame, top: bool) -> Env | None:
        entered = NOTHING
        managers = self.value(node.manager, env)
        for abstract in managers:
            entered = join(entered, self.method(abstract, "__enter__", [], frame, None))
        after = self.block(node.body, {**env, node.target: entered}, frame, top)
        if top:
            self.current = node.id
        for abstract in managers:
            self.method(abstract, "__exit__", [NONE, NONE, NONE], frame, None)
        return after

    # -- instructions

    def value(self, operand: Operand, env: Env) -> Value:
        if isinstance(operand, Const):
            return only(Plain(type(operand.value), frozenset(), operand.value))
        return env.get(operand.name, NOTHING)

    def instr(self, node: Instr, env: Env, frame: Frame, top: bool) -> Env | None:
        uses = tuple(self.value(u, env) for u in node.uses)
        if top:
            self.operands[node.id] = tuple(
                join(a, b) for a, b in zip(self.operands.get(node.id, (NOTHING,) * len(uses)), uses, strict=True)
            )
        result = self.step(node, uses, env, frame)
        if top:
            self.results[node.id] = join(self.results.get(node.id, NOTHING), result)
        if node.op == "raise":
            return None
        if node.target is not None:
            env[node.target] = result
        if node.op == "unpack":
            self.unpack(node, uses[0], env, frame)
        elif node.more:
            for name in node.more:
                env[name] = only(Top())
        return env

    def unpack(self, node: Instr, source: Value, env: Env, frame: Frame) -> None:
        item = NOTHING
        for abstract in source:
            item = join(item, self.iterate(abstract, frame, node))
        for index, name in enumerate(node.more):
            if index == node.payload:
                key = (*frame.key, node.id, index)
                self.heap.setdefault(key, Memory()).element = item
                env[name] = only(Fresh(key, list))
            else:
                exact = NOTHING
                for abstract in source:
                    if isinstance(abstract, Fresh) and index in self.memory(abstract).entries:
                        exact = join(exact, self.memory(abstract).entries[index])
                    else:
                        exact = item
                        break
                env[name] = exact

    def memory(self, fresh: Fresh) -> Memory:
        return self.heap.setdefault(fresh.key, Memory())

    def step(self, node: Instr, uses: tuple[Value, ...], env: Env, frame: Frame) -> Value:
        match node.op:
            case "copy":
                return uses[0]
            case "global":
                return self.load_global(node, frame)
            case "cell":
                return self.load_cell(node, frame)
            case "store_global":
                path = Path("global", node.name, (), frame.module, id(frame.module))
                self.effect("write", frame, node, f"global {node.name}", Loc(path, "="))
                return NOTHING
            case "store_cell":
                if node.name in frame.outer:
                    frame.outer[node.name] = join(frame.outer[node.name], uses[0])
                self.effect("write", frame, node, f"nonlocal {node.name}", Loc(self.cell_path(node.name, frame), "="))
                return NOTHING
            case "attr":
                return self.each(uses[0], lambda a: self.attribute(a, node.name, frame, node))
            case "setattr":
                for abstract in uses[0]:
                    self.set_attribute(abstract, node.name, uses[1], frame, node)
                return NOTHING
            case "delattr":
                for abstract in uses[0]:
                    self.write(abstract, frame, node, f".{node.name}", f"attribute {node.name}")
                return NOTHING
            case "item":
                return self.each(uses[0], lambda a: self.item(a, uses[1], frame, node))
            case "setitem" | "delitem":
                for abstract in uses[0]:
                    self.set_item(abstract, uses, frame, node)
                return NOTHING
            case "unary" | "binary" | "compare" | "chain" | "inplace":
                return self.operator(node, uses, frame)
            case "format":
                for abstract in uses[0]:
                    self.protocol(
                        abstract,
                        "__str__" if node.name == "s" else "__format__" if not node.name else "__repr__",
                        frame,
                        node,
                    )
                return only(Plain(str))
            case "build":
                return self.build(node, uses, frame)
            case "collect":
                for abstract in uses[0]:
                    if isinstance(abstract, Fresh):
                        memory = self.memory(abstract)
                        memory.element = join(memory.element, uses[-1])
                        if len(uses) == 3:
                            memory.keys = join(memory.keys, uses[1])
                    if node.name in ("set", "dict"):
                        for hashed in uses[1]:
                            self.protocol(hashed, "__hash__", frame, node)
                return NOTHING
            case "call":
                return self.call_instr(node, uses, frame)
            case "function":
                payload: tuple[FunctionIR, int, int] = node.payload  # type: ignore[assignment]
                built, defaults, named = payload
                names = [*built.args[len(built.args) - defaults :], *built.kwonly]
                return only(
                    Closure(
                        id(built), built, env, frame.module, tuple(zip(names, uses[: defaults + named], strict=False))
                    )
                )
            case "import":
                return self.import_module(node, str(node.payload), node.name, frame)
            case "import_from":
                origin: tuple[str, int] = node.payload  # type: ignore[assignment]
                module, level = origin
                if level:
                    package = str(frame.module.get("__package__") or "")
                    parts = package.split(".")
                    module = ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])])
                found = self.import_module(node, module, module, frame)
                return self.each(found, lambda a: self.attribute(a, node.name, frame, node))
            case "raise" | "delete" | "unpack":
                return NOTHING
            case "opaque":
                return self.unknown(frame, node, f"{node.name} (syntax not analysed)")
            case _:
                return self.unknown(frame, node, node.op)

    def each(self, value: Value, step: Callable[[Abstract], Value]) -> Value:
        return join(NOTHING, *(step(a) for a in value))

    def import_module(self, node: Instr, loaded: str, wanted: str, frame: Frame) -> Value:
        module = sys.modules.get(loaded)
        result = sys.modules.get(wanted)
        if module is None or result is None or getattr(getattr(module, "__spec__", None), "_initializing", False):
            return self.unknown(frame, node, f"import of {loaded}")
        return only(Known(id(result), result))

    def load_global(self, node: Instr, frame: Frame) -> Value:
        path = Path("global", node.name, (), frame.module, id(frame.module))
        value = frame.module.get(node.name, MISSING)
        if value is MISSING:
            builtins = frame.module.get("__builtins__")
            names = builtins if isinstance(builtins, dict) else vars(builtins) if builtins is not None else {}
            value = names.get(node.name, MISSING)
        self.effect("read", frame, node, "", Loc(path, "="))
        return self.lift(value, path)

    def cell_path(self, name: str, frame: Frame) -> Path:
        cell = frame.cells.get(name)
        if isinstance(cell, types.CellType):
            return Path("cell_of", name, (), cell, id(cell))  # type: ignore[arg-type]
        return Path("local", name)

    def load_cell(self, node: Instr, frame: Frame) -> Value:
        if node.name in frame.outer:
            return frame.outer[node.name]
        path = self.cell_path(node.name, frame)
        self.effect("read", frame, node, "", Loc(path, "="))
        cell = frame.cells.get(node.name)
        if isinstance(cell, types.CellType):
            try:
                return self.lift(cell.cell_contents, path)
            except ValueError:
                return NOTHING
        return self.unknown(frame, node, f"the shared variable {node.name}")

    def build(self, node: Instr, uses: tuple[Value, ...], frame: Frame) -> Value:
        if node.name == "text":
            return only(Plain(str))
        if node.name == "slice":
            return only(Plain(slice))
        kind = {"list": list, "tuple": tuple, "set": set, "dict": dict, "generator": types.GeneratorType}[node.name]
        key = (*frame.key, node.id)
        memory = self.heap.setdefault(key, Memory())
        if kind is dict:
            for index, double in enumerate(node.stars):
                name, value = uses[2 * index], uses[2 * index + 1]
                if double:
                    for abstract in value:
                        memory.element = join(
                            memory.element, self.each(only(abstract), lambda a: self.item(a, PLAIN, frame, node))
                        )
                        self.iterate(abstract, frame, node)
                    continue
                for abstract in name:
                    self.protocol(abstract, "__hash__", frame, node)
                constant = next((a.const for a in name if isinstance(a, Plain)), MISSING)
                if constant is not MISSING:
                    memory.entries[constant] = join(memory.entries.get(constant, NOTHING), value)
                memory.element = join(memory.element, value)
                memory.keys = join(memory.keys, name)
        else:
            exact = not any(node.stars)
            for index, (value, star) in enumerate(zip(uses, node.stars, strict=True)):
                if star:
                    value = self.each(value, lambda a: self.iterate(a, frame, node))
                elif exact:
                    memory.entries[index] = join(memory.entries.get(index, NOTHING), value)
                if kind is set:
                    for abstract in value:
                        self.protocol(abstract, "__hash__", frame, node)
                memory.element = join(memory.element, value)
        return only(Fresh(key, kind))

    # -- reading objects

    def attribute(self, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        match abstract:
            case Super(cls=cls, receiver=receiver):
                return self.super_attribute(cls, receiver, name, frame, node)
            case Top(why=why):
                return self.unknown(frame, node, f"attribute .{name} of {why}")
            case Known(obj=obj):
                return self.known_attribute(abstract, obj, name, frame, node)
            case Plain(cls=cls):
                kinds = (cls,) if cls is not None else (str, dict, list, int, float, set, tuple, bytes)
                found = [class_lookup(k, name) for k in kinds]
                hits = [f for f in found if f is not MISSING]
                if not hits:
                    return NOTHING
                if all(isinstance(f, FUNCTIONS) for f in hits):
                    return frozenset(Bound(Known(id(f), f), abstract) for f in hits)
                return PLAIN
            case Inst(cls=cls) | Fresh(cls=cls):
                return self.instance_attribute(abstract, cls, name, frame, node)
            case Closure() | Bound() | Lazy():
                return self.unknown(frame, node, f"attribute .{name} of a function or iterator")

    def known_attribute(self, abstract: Known, obj: object, name: str, frame: Frame, node: Instr | None) -> Value:
        path = Path("object", getattr(obj, "__name__", "object"), (("attr", name),), obj, id(obj))  # type: ignore[arg-type]
        if isinstance(obj, types.ModuleType):
            self.effect("read", frame, node, "", Loc(Path("object", path.name, (), obj, id(obj)), f".{name}"))  # type: ignore[arg-type]
            found = vars(obj).get(name, MISSING)
            if found is MISSING:
                return self.unknown(frame, node, f"{path.name}.{name}")
            return self.lift(found, path)
        if isinstance(obj, type):
            meta = type(obj)
            if meta is not type and class_lookup(meta, name) is not MISSING and class_lookup(type, name) is MISSING:
                return self.unknown(frame, node, f"{path.name}.{name} through a metaclass")
            found = class_lookup(obj, name)
            self.effect("read", frame, node, "", Loc(Path("object", path.name, (), obj, id(obj)), f".{name}"))  # type: ignore[arg-type]
            if isinstance(found, classmethod):
                self.guard(path, "is", found)
                return only(Bound(Known(id(found.__func__), found.__func__), abstract))
            if isinstance(found, staticmethod):
                self.guard(path, "is", found)
                return self.lift(found.__func__, None)
            if found is MISSING:
                return (
                    only(Plain(str))
                    if name in ("__name__", "__qualname__", "__module__", "__doc__")
                    else self.unknown(frame, node, f"{path.name}.{name}")
                )
            if isinstance(found, property | functools.cached_property):
                return only(Top(f"{path.name}.{name}"))
            if type(found) is types.ClassMethodDescriptorType:
                return only(Bound(Known(id(found), found), abstract))
            return self.lift(found, path)
        if name in ("__name__", "__qualname__", "__module__", "__doc__"):
            return only(Plain(str))
        below = instance_dict(obj)
        if below is not None and name in below:
            return self.lift(below[name], path)
        return self.unknown(frame, node, f"attribute .{name} of {getattr(obj, '__name__', 'an object')}")

    def instance_attribute(
        self, abstract: Inst | Fresh, cls: type, name: str, frame: Frame, node: Instr | None
    ) -> Value:
        from ..knowledge import type_facts

        if issubclass(cls, threading.local):
            self.effect("thread", frame, node, f".{name} of a threading.local")
            return only(Top("a value of the thread"))
        if name == "__class__":
            return only(Known(id(cls), cls))
        facts = type_facts(cls)
        if facts is not None and name in facts.attributes:
            self.read(abstract, frame, node, f".{name}")
            made = self.library_part(abstract, name)
            return made if made is not None else self.typed(facts.attributes[name], [], abstract, frame, node)
        if (
            class_lookup(cls, "__getattribute__") is not object.__getattribute__
            and not issubclass(cls, type)
            and type(class_lookup(cls, "__getattribute__")) is types.FunctionType
        ):
            return self.unknown(frame, node, f".{name} of {cls.__name__}, which defines __getattribute__")
        for special in ("__getattribute__", "__getattr__"):
            self.guard(Path("object", cls.__name__, (("attr", special),), cls, id(cls)), "is", class_lookup(cls, special))  # type: ignore[arg-type]
        self.read(abstract, frame, node, ".__class__")
        found = class_lookup(cls, name)
        kind = type(found)
        own = abstract.path if isinstance(abstract, Inst) else None
        slot = f".{name}"
        if found is not MISSING:
            self.guard(Path("object", cls.__name__, (("attr", name),), cls, id(cls)), "is", found)  # type: ignore[arg-type]
            self.effect("read", frame, node, "", Loc(Path("object", cls.__name__, (), cls, id(cls)), slot))  # type: ignore[arg-type]
        if isinstance(found, property):
            return self.call_abstract(self.lift(found.fget, None), [only(abstract)], {}, frame, node)
        if isinstance(abstract, Fresh):
            memory = self.memory(abstract)
            if name in memory.attrs:
                self.read(abstract, frame, node, slot)
                return memory.attrs[name]
        else:
            self.read(abstract, frame, node, slot)
            below = instance_dict(abstract.live) if abstract.live is not MISSING else None
            stored = MISSING
            if kind is types.MemberDescriptorType and abstract.live is not MISSING:
                stored = peek(abstract.live, name)
            elif below is not None:
                stored = below.get(name, MISSING)
            if stored is not MISSING and not (hasattr(kind, "__set__") and kind is not types.MemberDescriptorType):
                if own is None:
                    return self.lift(stored, None)
                step = own.step("attr", name)
                every = [o for o in values_at(step, self.roots) if o is not MISSING]
                return self.lift_all(every or [stored], step)
        if isinstance(found, functools.cached_property):
            if isinstance(abstract, Fresh):
                return self.call_abstract(self.lift(found.func, None), [only(abstract)], {}, frame, node)
            self.effect("memoised", frame, node, f"the cached property {name}")
            return only(Top(f"the cached property {name}"))
        if kind is types.FunctionType or kind in (types.MethodDescriptorType, types.WrapperDescriptorType):
            if own is not None:  # an instance attribute of that name would come first
                self.guard(own.step("attr", name), "is", found)
            return only(Bound(Known(id(found), found), abstract))
        if isinstance(found, classmethod):
            return only(Bound(Known(id(found.__func__), found.__func__), Known(id(cls), cls)))
        if isinstance(found, staticmethod):
            return self.lift(found.__func__, None)
        if kind is types.GetSetDescriptorType or kind is types.MemberDescriptorType:
            return only(Top(f".{name} of {cls.__name__}"))
        if found is MISSING:
            if class_lookup(cls, "__getattr__") is not MISSING:
                return self.unknown(frame, node, f".{name} of {cls.__name__}, which defines __getattr__")
            if issubclass(cls, BaseException):
                return PLAIN  # assumed to be stored data (docs/assumptions.md)
            if isinstance(abstract, Inst) and abstract.live is MISSING:
                return self.unknown(frame, node, f".{name} of {cls.__name__}")
            return NOTHING  # an AttributeError
        if kind not in PLAIN_TYPES and class_lookup(kind, "__get__") is not MISSING:
            return self.unknown(frame, node, f".{name} of {cls.__name__}, a descriptor")
        return self.lift(found, Path("object", cls.__name__, (("attr", name),), cls, id(cls)))  # type: ignore[arg-type]

    def library_part(self, abstract: Inst | Fresh, name: str) -> Value | None:
        """A lazily made part of a live library object (`client.chat`): the library's own cached property, which the
        knowledge states to be effect-free, is asked."""
        if not isinstance(abstract, Inst) or abstract.live is MISSING:
            return None
        if not isinstance(class_lookup(abstract.cls, name), functools.cached_property):
            return None
        try:
            part = getattr(abstract.live, name)
        except Exception:
            return None
        return self.lift(part, abstract.path.step("attr", name) if abstract.path is not None else None)

    def super_attribute(self, cls: type, receiver: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        """What `super().name` gives: the next definition along the receiver's MRO, bound."""
        start = (
            receiver.cls
            if isinstance(receiver, Inst | Fresh)
            else receiver.obj
            if isinstance(receiver, Known)
            else None
        )
        order = type.__dict__["__mro__"].__get__(start) if isinstance(start, type) else ()
        if cls in order:
            for base in order[order.index(cls) + 1 :]:
                found = vars(base).get(name, MISSING)
                if found is MISSING:
                    continue
                self.guard(Path("object", base.__name__, (("attr", name),), base, id(base)), "is", found)
                if isinstance(found, FUNCTIONS):
                    return only(Bound(Known(id(found), found), receiver))
                break
        return self.unknown(frame, node, f"super().{name}")

    def set_attribute(self, abstract: Abstract, name: str, value: Value, frame: Frame, node: Instr) -> None:
        if isinstance(abstract, Fresh | Inst):
            custom = class_lookup(abstract.cls, "__setattr__")
            descriptor = class_lookup(abstract.cls, name)
            if type(custom) is types.FunctionType or (
                isinstance(descriptor, property)
                or (
                    descriptor is not MISSING
                    and type(descriptor).__module__ not in ("builtins", "functools")
                    and hasattr(type(descriptor), "__set__")
                )
            ):
                self.unknown(frame, node, f"setting .{name} of {abstract.cls.__name__}")
        if isinstance(abstract, Fresh):
            attrs = self.memory(abstract).attrs
            attrs[name] = join(attrs.get(name, NOTHING), value)
        if isinstance(abstract, Known):
            root = Path("object", getattr(abstract.obj, "__name__", "object"), (), abstract.obj, id(abstract.obj))  # type: ignore[arg-type]
            self.effect("write", frame, node, f"attribute {name}", Loc(root, f".{name}"))
            return
        self.write(abstract, frame, node, f".{name}", f"attribute {name}")

    def item(self, abstract: Abstract, key: Value, frame: Frame, node: Instr) -> Value:
        match abstract:
            case Plain(cls=cls, origins=origins):
                self.read(abstract, frame, node, "[]")
                self.keys_hashed(key, frame, node)
                return only(Plain(cls if cls in (str,) else None, origins))
            case Fresh(cls=cls) if cls in CONTAINERS:
                self.read(abstract, frame, node, "[]")
                self.keys_hashed(key, frame, node)
                memory = self.memory(abstract)
                constant = next((a.const for a in key if isinstance(a, Plain)), MISSING) if len(key) == 1 else MISSING
                if any(isinstance(a, Plain) and a.cls is slice for a in key):
                    fresh = (*frame.key, node.id)
                    self.heap.setdefault(fresh, Memory()).element = memory.element
                    return only(Fresh(fresh, cls))
                return memory.entries.get(constant, memory.element) if constant is not MISSING else memory.element
            case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
                self.read(abstract, frame, node, "[]")
                self.keys_hashed(key, frame, node)
                constant = next((a.const for a in key if isinstance(a, Plain)), MISSING) if len(key) == 1 else MISSING
                if issubclass(cls, dict) and path is not None and type(constant) in (str, int):
                    step = path.step("item", constant)
                    every = [o for o in values_at(step, self.roots) if o is not MISSING]
                    return self.lift_all(every, step)
                if any(isinstance(a, Plain) and a.cls is slice for a in key):
                    fresh = (*frame.key, node.id)
                    self.heap.setdefault(fresh, Memory()).element = self.members(live, path)
                    return only(Fresh(fresh, cls))
                return self.members(live, path, values=issubclass(cls, dict))
            case Known() | Closure() | Bound() | Lazy():
                return self.unknown(frame, node, "subscript of a class or function")
            case _:
                return self.method(abstract, "__getitem__", [key], frame, node)

    def keys_hashed(self, key: Value, frame: Frame, node: Instr | None) -> None:
        for abstract in key:
            self.protocol(abstract, "__hash__", frame, node)

    def members(self, live: object, path: Path | None, values: bool = False) -> Value:
        """The elements (or a dictionary's values) of the containers that the path leads to."""
        if path is None:
            found = list(live.values()) if values else list(live)  # type: ignore[attr-defined, call-overload]
            return self.lift_all(found, None)
        step = path.step("values" if values else "elements", None)
        return self.lift_all(list(values_at(step, self.roots)), step)

    def set_item(self, abstract: Abstract, uses: tuple[Value, ...], frame: Frame, node: Instr) -> None:
        self.keys_hashed(uses[1], frame, node)
        match abstract:
            case Fresh(cls=cls) if cls in CONTAINERS:
                if len(uses) == 3:
                    memory = self.memory(abstract)
                    memory.element = join(memory.element, uses[2])
                    memory.keys = join(memory.keys, uses[1])
                    for key in list(memory.entries):
                        memory.entries[key] = join(memory.entries[key], uses[2])
                self.write(abstract, frame, node, "[]", "an element")
            case Plain():
                self.write(abstract, frame, node, "[]", "an element")
            case Inst(cls=cls) if cls in CONTAINERS:
                self.write(abstract, frame, node, "[]", "an element")
            case _:
                name = "__setitem__" if len(uses) == 3 else "__delitem__"
                self.method(abstract, name, list(uses[1:]), frame, node)

    def iterate(self, abstract: Abstract, frame: Frame, node: Instr | None) -> Value:
        """The elements that going through the value gives."""
        match abstract:
            case Plain(cls=cls, origins=origins):
                self.read(abstract, frame, node, "[]")
                if cls is str:
                    return only(Plain(str))
                return only(Plain(int)) if cls in (range, bytes) else only(Plain(None, origins))
            case Fresh(cls=cls) if cls in CONTAINERS:
                self.read(abstract, frame, node, "[]")
                memory = self.memory(abstract)
                return memory.keys if issubclass(cls, dict) else memory.element
            case Fresh(cls=types.GeneratorType):
                return self.memory(abstract).element
            case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
                self.read(abstract, frame, node, "[]")
                return self.members(live, path)
            case Lazy(runs=True):
                return self.unknown(frame, node, "going through a map or filter that calls a function each time")
            case Lazy(element=element):
                self.read(abstract, frame, node, "[]")
                return element
            case Top(why=why):
                return self.unknown(frame, node, f"going through {why}")
            case Known(obj=obj):
                return self.unknown(frame, node, f"going through {getattr(obj, '__name__', 'an object')}")
            case _:
                return self.unknown(frame, node, "going through an iterator or object of a class")

    def truth(self, value: Value, frame: Frame, node: Instr | None) -> None:
        for abstract in value:
            if isinstance(abstract, Inst | Fresh) and abstract.cls not in PLAIN_TYPES:
                for name in ("__bool__", "__len__"):
                    if class_lookup(abstract.cls, name) is not MISSING:
                        self.method(abstract, name, [], frame, node)
                        break
            elif isinstance(abstract, Top):
                self.unknown(frame, node, f"the truth of {abstract.why}")

    def operator(self, node: Instr, uses: tuple[Value, ...], frame: Frame) -> Value:
        from .operators import operate

        return operate(self, node, uses, frame)

    def protocol(self, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        """Runs a special method that a built-in operation would call on the value."""
        match abstract:
            case Plain():
                return PLAIN
            case Fresh(cls=cls, key=key) if cls in CONTAINERS:
                memory = self.memory(abstract)
                self.read(abstract, frame, node, "[]")
                if (
                    name in ("__str__", "__repr__", "__format__", "__eq__", "__lt__", "__hash__")
                    and self.steps < BUDGET
                ):
                    self.steps += 1
                    for below in memory.element | memory.keys:
                        if below != abstract and not (isinstance(below, Fresh) and below.key == key):
                            self.protocol(below, "__repr__" if name in ("__str__", "__format__") else name, frame, node)
                return PLAIN
            case Inst(cls=cls, live=live, path=path) if cls in CONTAINERS and live is not MISSING:
                self.read(abstract, frame, node, "[]")
                self.steps += 1
                if name in ("__str__", "__repr__", "__format__", "__eq__", "__lt__", "__hash__"):
                    inner = "__repr__" if name in ("__str__", "__format__") else name
                    for below in self.members(live, path) | (
                        self.members(live, path, True) if issubclass(cls, dict) else NOTHING
                    ):
                        self.protocol(below, inner, frame, node)
                return PLAIN
            case Known() | Closure() | Bound() | Lazy() | Super():
                return PLAIN
            case Top(why=why):
                return self.unknown(frame, node, f"{name} of {why}")
            case Inst(cls=cls) | Fresh(cls=cls):
                found = class_lookup(cls, name)
                if found is MISSING or found is class_lookup(object, name):
                    if name in ("__format__", "__str__"):
                        return self.protocol(abstract, "__str__" if name == "__format__" else "__repr__", frame, node)
                    return PLAIN
                if type(found) is types.FunctionType:
                    return self.method(
                        abstract,
                        name,
                        [PLAIN] if name == "__format__" else [only(Top())] if name in ("__eq__", "__lt__") else [],
                        frame,
                        node,
                    )
                if cls in PLAIN_TYPES or issubclass(cls, BaseException):
                    return PLAIN
                if cls in CONTAINERS or (type(found) is types.WrapperDescriptorType and cls.__module__ != "builtins"):
                    return PLAIN if self._leaf(cls) else self.unknown(frame, node, f"{name} of {cls.__name__}")
                return self.unknown(frame, node, f"{name} of {cls.__name__}")

    def _leaf(self, cls: type) -> bool:
        """Whether a class of C is known data, whose special methods run no user code."""
        from ..knowledge import type_facts

        return type_facts(cls) is not None

    def method(self, abstract: Abstract, name: str, args: list[Value], frame: Frame, node: Instr | None) -> Value:
        """Calls a special method as the interpreter does: looked up in the class."""
        if isinstance(abstract, Top):
            return self.unknown(frame, node, f"{name} of {abstract.why}")
        if isinstance(abstract, Inst | Fresh):
            found = class_lookup(abstract.cls, name)
            if found is MISSING:
                return NOTHING
            if isinstance(found, FUNCTIONS):
                cls = abstract.cls
                self.guard(Path("object", cls.__name__, (("attr", name),), cls, id(cls)), "is", found)  # type: ignore[arg-type]
                return self.call_abstract(only(Bound(Known(id(found), found), abstract)), args, {}, frame, node)
        return self.unknown(frame, node, f"{name} of an object")

    def typed(self, expr: str, args: list[Value], receiver: Abstract | None, frame: Frame, node: Instr | None) -> Value:
        from .calls import typed_value

        return typed_value(self, expr, args, receiver, frame, node)

    # -- calls

    def call_instr(self, node: Instr, uses: tuple[Value, ...], frame: Frame) -> Value:
        from .calls import call_value

        count = len(uses) - len(node.keywords)
        args: list[Value] = []
        rest: Value | None = None
        for value, star in zip(uses[1:count], node.stars, strict=True):
            if star:
                rest = join(rest or NOTHING, *(self.iterate(a, frame, node) for a in value))
            elif rest is not None:
                rest = join(rest, value)
            else:
                args.append(value)
        named: dict[str, Value] = {}
        for name, value in zip(node.keywords, uses[count:], strict=True):
            if name is None:
                spread = join(NOTHING, *(self.item(a, PLAIN, frame, node) for a in value))
                named["**"] = join(named.get("**", NOTHING), spread)
            else:
                named[name] = value
        if rest is not None:
            named["*"] = rest
        return call_value(self, uses[0], args, named, frame, node)

    def call_abstract(
        self, func: Value, args: list[Value], named: dict[str, Value], frame: Frame, node: Instr | None
    ) -> Value:
        from .calls import call_value

        return call_value(self, func, args, named, frame, node)


def _one_of(expected: frozenset[int], keep: list[object]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        return id(value) in expected and bool(keep)

    return check


def _remote(effect: Effect) -> bool:
    return effect.kind == "inference" or (effect.kind == "query" and effect.detail in ("net", "db"))


def _reraises(block: Block) -> bool:
    return (
        bool(block)
        and isinstance(block[-1], Instr)
        and block[-1].op == "raise"
        and not any(isinstance(n, Jump) for n in walk(block))
    )


def merge(a: Env | None, b: Env | None) -> Env | None:
    """The join of two environments (None: not reached)."""
    if a is None or b is None:
        return b if a is None else a
    return {k: join(a.get(k, NOTHING), b.get(k, NOTHING)) for k in a.keys() | b.keys()}
