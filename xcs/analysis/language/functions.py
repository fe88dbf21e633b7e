"""Calls of Python functions: their parameters, and their body interpreted to a fixpoint."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable

from ...front.lowered_code import lowered
from ...front.source import original_code
from ...ir.nodes import FunctionIR, Inline, Instr, walk
from ...peek import class_name, is_a, qualname_of
from ...remarks import Bailout
from ..domain.effects import Effect, Loc, paced
from ..domain.machine import Machine
from ..domain.memory import Summary
from ..domain.places import Path, object_path
from ..domain.state import DEPTH, Call, Env, Frame, InnerCall, Trace, merge
from ..domain.values import (
    NONE,
    NOTHING,
    Closure,
    Fresh,
    FreshKey,
    Generator,
    Inst,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)

PASSES = 4  # of a recursive function's body, until its result is stable
DEEPER = 1  # activations of a recursive function that are followed below the first
NESTED = 12  # parts of a caller's key that a callee's key repeats


def name_of(obj: object) -> str:
    return qualname_of(obj) or class_name(type(obj))


def _bind(self: Machine, ir: FunctionIR, call: Call, defaults: Env, key: FreshKey) -> Env | None:
    """Parameter values of a call, or None when Python would raise TypeError (as far as we know the arguments)."""
    args = call.args
    env: Env = {}
    spread = join(call.named.get("*", NOTHING), call.named.get("**", NOTHING))
    given = {k: v for k, v in call.named.items() if k not in ("*", "**")}
    for index, name in enumerate(ir.args):
        if index < len(args):
            env[name] = args[index]
        elif name in given:
            env[name] = given.pop(name)
        elif spread or name in defaults:
            env[name] = join(spread, defaults.get(name, NOTHING))
        else:
            return None
    for name in ir.kwonly:
        env[name] = given.pop(name) if name in given else join(defaults.get(name, NOTHING), spread)
    if ir.vararg is not None:
        rest = args[len(ir.args) :]
        memory = self.contents((*key, -1))
        for index, value in enumerate(rest):
            memory.place(index, value)
        if spread:
            memory.element = join(memory.element, spread)
        env[ir.vararg] = only(Fresh((*key, -1), tuple))
    elif len(args) > len(ir.args):
        return None
    if ir.kwarg is not None:
        memory = self.contents((*key, -2))
        if spread:
            memory.element = join(memory.element, spread)
        if "**" in call.named:
            memory.keys = join(memory.keys, only(Plain(str)))
        for name, value in given.items():
            memory.keys = join(memory.keys, only(Plain(str, frozenset(), name)))
            memory.place(name, value)
        env[ir.kwarg] = only(Fresh((*key, -2), dict))
    elif given:
        return None
    return env


def _callee_key(call: Call, identity: int) -> FreshKey:
    return (*call.frame.key[:NESTED], call.node.id if call.node is not None else 0, identity)


def call_function(self: Machine, function: types.FunctionType, call: Call) -> Value:
    """Interprets a live function's body; `call` has the receiver among its arguments."""
    frame, node = call.frame, call.node
    code = function.__code__
    _rests_on(self, function, frame, node)
    try:
        ir = lowered(code, function.__globals__)
    except Bailout as bailout:
        return self.unknown(frame, node, f"{name_of(function)}: {bailout.what}")
    if ir.generator and not ir.yields:
        return self.generator(name_of(function), frame, node)
    if len(self.stack) > DEPTH:
        return self.unknown(frame, node, f"{name_of(function)}, called too deep")
    started = _activation(self, ir, function, call)
    return NOTHING if started is None else _begin(self, ir, *started, _which(function), call)


def activation(self: Machine, function: types.FunctionType, call: Call) -> tuple[FunctionIR, Env, Frame] | None:
    """A call of a function that runs as something else: its body, parameters and frame; None: a TypeError.

    Raises:
        Bailout: its source isn't known.
    """
    _rests_on(self, function, call.frame, call.node)
    ir = lowered(function.__code__, function.__globals__)
    started = _activation(self, ir, function, call)
    return None if started is None else (ir, *started)


def _which(function: types.FunctionType) -> tuple[object, ...]:
    """What tells functions apart that have the same code: what they see."""
    return original_code(function.__code__), id(function.__globals__), *map(id, function.__closure__ or ())


def _activation(self: Machine, ir: FunctionIR, function: types.FunctionType, call: Call) -> tuple[Env, Frame] | None:
    code = function.__code__
    key = _callee_key(call, id(function))
    env = _bind(self, ir, call, _defaults(self, function, ir), key)
    if env is None:
        return None
    cells: dict[str, object] = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    return env, Frame(ir.name, ir.filename, function.__globals__, cells, {}, key)


def _rests_on(self: Machine, function: types.FunctionType, frame: Frame, node: Instr | None) -> None:
    """The verdict holds as long as the function is what it is."""
    self.modules.add(str(function.__globals__.get("__name__")))
    root = object_path(function, name_of(function))
    self.reads(frame, node, root, ".__code__")
    self.condition(root, _unchanged(function))


def rests_on_partial(
    self: Machine, live: functools.partial[object], path: Path | None, frame: Frame, node: Instr | None
) -> None:
    """What is at a path is this partial, made of what it is made of."""
    self.guard(path, "is", live)
    self.condition(object_path(live, "partial"), _same_partial(live))
    self.reads(frame, node, object_path(live.keywords, "keywords"), "[]")


def _same_partial(live: functools.partial[object]) -> Callable[[object], bool]:
    """Whether a partial is made of what it was made of."""
    parts = (live.func, live.args, *live.keywords.values())

    def check(value: object) -> bool:
        now = (live.func, live.args, *live.keywords.values())
        return len(now) == len(parts) and all(a is b for a, b in zip(now, parts, strict=True))

    return check


def inline(self: Machine, node: Inline, env: Env, frame: Frame) -> Env | None:
    """Interprets an open callee as a part of the region: its effects are those of its own statements."""
    function = node.function
    self.current = node.id
    _rests_on(self, function, frame, None)
    cells: dict[str, object] = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    for called in self.value(node.callee, env):
        if isinstance(called, Inst) and is_a(called.live, functools.partial):
            rests_on_partial(self, called.live, called.path, frame, None)
    inner = Frame(
        name_of(function), function.__code__.co_filename, function.__globals__, cells, {}, (), handling=frame.handling,
        trying=frame.trying, body=node.body,
    )  # fmt: skip
    env = {name: value for name, value in env.items() if not name.startswith(node.prefix)}
    bound = self.block(node.binding, env, inner, top=True)
    if bound is None:
        return None
    names = lowered(function.__code__, function.__globals__).args
    inner.first = bound.get(node.prefix + names[0], NOTHING) if names else NOTHING
    after = self.block(node.body, bound, inner, top=True)
    for left in inner.leaves:
        after = merge(after, left)
    if inner.sleeps is not None:
        for below in walk(node.body):
            found = self.effects.get(below.id, set())
            if any(paced(effect) for effect in found):
                found.add(Effect("pacing", f"the sleep in {inner.ir_name}", None, inner.sleeps))
    return after


def positional_defaults(function: types.FunctionType, ir: FunctionIR) -> dict[str, object]:
    """The defaults of positional parameters, which may be more than those: the last ones count."""
    values = function.__defaults__ or ()
    count = min(len(ir.args), len(values))
    return dict(zip(ir.args[len(ir.args) - count :], values[len(values) - count :], strict=True))


def _defaults(self: Machine, function: types.FunctionType, ir: FunctionIR) -> Env:
    found: Env = {}
    for name, value in positional_defaults(function, ir).items():
        found[name] = self.lift(value, object_path(value, f"default {name}"))
    for name, value in (function.__kwdefaults__ or {}).items():
        found[name] = self.lift(value, object_path(value, f"default {name}"))
    return found


def call_closure(self: Machine, func: Closure, call: Call) -> Value:
    """Interprets a function made in analysed code."""
    ir = func.ir
    assert isinstance(ir, FunctionIR)
    if ir.generator and not ir.yields:
        return self.generator(ir.name, call.frame, call.node)
    if len(self.stack) > DEPTH:
        return self.unknown(call.frame, call.node, f"{ir.name}, called too deep")
    key = _callee_key(call, func.key)
    env = _bind(self, ir, call, func.defaults, key)
    if env is None:
        return NOTHING
    inner = Frame(ir.name, ir.filename, func.module, func.cells, func.env, key)
    return _begin(self, ir, env, inner, func.key, call)


def _begin(self: Machine, ir: FunctionIR, env: Env, start: Frame, identity: object, call: Call) -> Value:
    """What calling gives: of a generator function an object whose body has not begun."""
    if not ir.yields:
        return _run(self, ir, env, start, identity, call.frame, self.inside.get(id(call.node)))
    return only(Generator(start.key, ir, tuple(sorted(env.items())), start, identity, ir.name))


def run_generator(self: Machine, made: Generator, frame: Frame) -> Value:
    """Interprets a generator's body where it is gone through; gives what it yields."""
    ir, start = made.ir, made.frame
    assert isinstance(ir, FunctionIR) and isinstance(start, Frame)
    _run(self, ir, dict(made.parameters), start, made.identity, frame)
    return self.contents((*made.key, -4)).element


def _unchanged(function: types.FunctionType) -> Callable[[object], bool]:
    """Whether code and defaults of a function are what they were."""
    code, defaults = original_code(function.__code__), function.__defaults__
    named = tuple((function.__kwdefaults__ or {}).values())

    def check(value: object) -> bool:
        now = function.__code__
        if (now is not code and original_code(now) is not code) or function.__defaults__ is not defaults:
            return False
        values = function.__kwdefaults__
        if not values:
            return not named
        return len(values) == len(named) and all(a is b for a, b in zip(values.values(), named, strict=True))

    return check


def _run(
    self: Machine, ir: FunctionIR, env: Env, start: Frame, identity: object, caller: Frame,
    inner: InnerCall | None = None,
) -> Value:  # fmt: skip
    """Interprets a body; `start` is the frame that each pass begins with, `identity` tells functions apart."""
    shape = (identity, tuple((k, env[k]) for k in sorted(env)))
    if identity in self.stack:
        # Recursion: what is known of the result so far; the outermost activation repeats until it is stable.
        self.recursive.add(identity)
        if shape in self.summaries:
            return self.summaries[shape]
        if sum(1 for other in self.stack if other == identity) > DEEPER:
            touched = {o for value in env.values() for a in value for o in origins_of(a)}
            self.cut.setdefault(identity, set()).update(touched)
            return self.summaries.get(identity, NOTHING)
    self.entered(identity[0] if type(identity) is tuple else identity, env)
    key = (shape, start.key, bool(caller.handling), caller.shown) if not start.outer else None
    known = self.finished.get(key)
    outside, bodies = self.effects.setdefault(self.current, set()), self.bodies.setdefault(self.current, {})
    if known is not None and known.holds(self.clock):
        outside |= known.effects
        bodies |= known.bodies
        if inner is not None:
            inner.effects.append(known.effects)
        self.touched |= known.touched
        self.clock.read |= known.read
        return known.result
    self.stack.append(identity)
    self.effects[self.current], self.bodies[self.current] = set(), {id(ir): (ir, start.module)}
    trace = Trace(self)
    try:
        result = _fixpoint(self, ir, env, start, identity, shape, caller)
    finally:
        self.stack.pop()
        if identity not in self.stack:
            _below(self, identity)
        self.summaries.pop(shape, None)
        own = self.effects[self.current]
        self.effects[self.current] = outside | own
        ran = self.bodies[self.current]
        self.bodies[self.current] = bodies | ran
        if inner is not None:
            inner.effects.append(own)
        traced = trace.end()
    if key is not None and not self.recursive & {*self.stack, identity}:
        self.finished[key] = Summary(*traced, result, frozenset(own), ran)
    return result


def _fixpoint(
    self: Machine, ir: FunctionIR, env: Env, start: Frame, identity: object, shape: object, caller: Frame
) -> Value:
    """The result of a body, repeated until it is stable where the function calls itself."""
    result = NOTHING
    first = env.get(ir.args[0], NOTHING) if ir.args else NOTHING
    for _ in range(PASSES):
        self.summaries[shape] = self.summaries[identity] = result
        inner = Frame(
            ir.name, ir.filename, start.module, start.cells, start.outer, start.key,
            handling=caller.handling, outside=caller.handling if caller.outside < 0 else caller.outside,
            first=first, body=ir.body,
        )  # fmt: skip
        left = self.block(ir.body, dict(env), inner)
        after = join(result, inner.result, NONE if left is not None else NOTHING)
        _pacing(self, inner, self.effects[self.current])
        if after == result or identity not in self.recursive:
            return after
        result = after
    return join(result, only(Top(f"what {ir.name} returns, which calls itself,")))


def _below(self: Machine, identity: object) -> None:
    """What a recursion does that was followed to some depth only, it may do to everything below."""
    touched = self.cut.pop(identity, set())
    found = self.effects.get(self.current, set())
    roots = {_base(o) for o in touched}
    writes = next((e for e in found if e.kind == "write" and e.loc is not None and _base(e.loc.root) in roots), None)
    for origin in touched:
        found.add(Effect("read", "", Loc(origin, "*", True)))
        if writes is not None:
            found.add(Effect("write", writes.detail, Loc(origin, "*", True), writes.where))


def _base(root: Path | FreshKey | None) -> object:
    return (root.kind, root.name, root.holder_id) if isinstance(root, Path) else root


def _pacing(self: Machine, frame: Frame, added: set[Effect]) -> None:
    """A sleep on the normal path of a function that also makes a request keeps a rate: it is ordered."""
    if frame.sleeps is None:
        return
    if any(paced(effect) for effect in added):
        text = f"the sleep in {frame.ir_name}"
        self.effects.setdefault(self.current, set()).add(Effect("pacing", text, None, frame.sleeps))
