"""`with` blocks: the managers' methods, and generator functions made managers by `contextlib.contextmanager`.

with span(x):      ->     the part of `span` up to its `yield`
    body                  body
                          the rest of `span`
"""

from __future__ import annotations

import contextlib
import types

from ...front.lowered_code import lowered
from ...ir.nodes import Block, Const, FunctionIR, Instr, Jump, Try, With, children, walk
from ...peek import FUNCTIONS, is_function, qualname_of
from ...remarks import Bailout
from ..domain.machine import Machine
from ..domain.state import Call, Env, Frame, merge
from ..domain.values import NONE, NOTHING, Abstract, Fresh, Inst, Known, Plain, Top, Value, join, only
from .functions import activation

# What `__exit__` is given: nothing, or an error.
LEFT_BY = [
    NONE | only(Known(id(Exception), Exception)),
    NONE | only(Inst(Exception, None)),
    NONE | only(Inst(types.TracebackType, None)),
]
MANAGER: type = contextlib._GeneratorContextManager
NEVER = only(Plain(bool, frozenset(), False))
PERHAPS = only(Plain(bool))


@contextlib.contextmanager
def _example():  # type: ignore[no-untyped-def]
    yield


MAKES = _example.__code__  # of every function that `contextmanager` makes


def generator_of(obj: object) -> types.FunctionType | None:
    """The generator function that a function made by `contextlib.contextmanager` runs."""
    if not is_function(obj) or obj.__code__ is not MAKES or not obj.__closure__:
        return None
    found = obj.__closure__[0].cell_contents
    return found if is_function(found) else None


def managed(self: Machine, generator: types.FunctionType, call: Call) -> Value:
    """A manager that runs a generator function; nothing of it runs before the `with`."""
    self.contents(call.made)
    known = self.managers.setdefault(call.made, [])
    if all(a is not generator or b.args != call.args or b.named != call.named for a, b in known):
        known.append((generator, call))
    return only(Fresh(call.made, MANAGER))


def with_block(self: Machine, node: With, env: Env, frame: Frame, top: bool) -> Env | None:
    """A `with` block. What the managers do, before and after the body, are effects of the block itself."""
    managers = join(NOTHING, self.value(node.manager, env))
    if top:
        self.operands[node.id] = (managers,)
    entered = left = NOTHING
    for abstract in managers:
        if isinstance(abstract, Fresh) and abstract.key in self.managers:
            given, ended = _generators(self, abstract, frame)
        else:
            given, ended = self.method(abstract, "__enter__", [], frame, None), NOTHING
        entered, left = join(entered, given), join(left, ended)
    frame.assigned(node.target, entered)
    frame.trying.append({})
    after, asks = self.apart(node.body, {**env, node.target: entered}, frame, top)
    partial = self.partly({**env, node.target: entered}, after, frame)
    if top:
        self.current = node.id
    left = join(left, *(_leave(self, a, frame) for a in managers))
    if top:
        self.results[node.id] = join(self.results.get(node.id, NOTHING), left)
    if not may_swallow(left):
        return after
    if asks:
        self.effect("catches", frame, None, f"the error handling of {frame.ir_name}")
    return merge(after, partial)


def _leave(self: Machine, manager: Abstract, frame: Frame) -> Value:
    if isinstance(manager, Fresh) and manager.key in self.managers:
        return NOTHING
    given = self.method(manager, "__exit__", LEFT_BY, frame, None)
    if may_swallow(given) and isinstance(manager, Inst | Fresh) and _gives_nothing(self, manager.cls):
        return NEVER
    return given


def _gives_nothing(self: Machine, cls: type) -> bool:
    """Whether the text of a class's `__exit__` shows that it ends no exception; those in C end none."""
    found = self.class_lookup(cls, "__exit__")
    if type(found) is not types.FunctionType:
        return type(found) in FUNCTIONS
    try:
        ir = lowered(found.__code__, found.__globals__)
    except Bailout:
        return False
    left = [n.value for n in walk(ir.body) if isinstance(n, Jump) and n.kind == "return"]
    return not ir.generator and all(isinstance(v, Const) and not v.value for v in left)


def may_end(self: Machine, block: Block, env: Env | None, frame: Frame) -> bool:
    """Whether a `with` statement of a block may end an exception."""
    try:
        for node in block:
            if env is None:
                return False
            if not isinstance(node, With):
                env = self.block((node,), env, frame, top=True)
                continue
            managers = self.value(node.manager, env)
            if not managers or any(_may_end(self, manager, frame) for manager in managers):
                return True
            if may_end(self, node.body, {**env, node.target: only(Top())}, frame):
                return True
    except Bailout:
        return True
    return False


def _may_end(self: Machine, manager: Abstract, frame: Frame) -> bool:
    if isinstance(manager, Fresh) and manager.key in self.managers:
        return may_swallow(_generators(self, manager, frame)[1])
    if isinstance(manager, Inst | Fresh) and _gives_nothing(self, manager.cls):
        return False
    return may_swallow(_leave(self, manager, frame))


def may_swallow(left: Value) -> bool:
    """Whether the answer of `__exit__` may end an exception."""
    return not left or not all(isinstance(a, Plain) and (a.cls is type(None) or a.const is False) for a in left)


def _generators(self: Machine, manager: Fresh, frame: Frame) -> tuple[Value, Value]:
    """What entering gives, and whether leaving may end an exception."""
    entered = left = NOTHING
    for function, call in self.managers[manager.key]:
        here = Call(call.args, call.named, frame, call.node)
        try:
            started = activation(self, function, here)
        except Bailout as bailout:
            return self.unknown(frame, call.node, f"{qualname_of(function)}: {bailout.what}"), PERHAPS
        if started is None:
            return NOTHING, NEVER  # an error of its own
        ir, env, inner = started
        self.bodies.setdefault(self.current, {})[id(ir)] = (ir, function.__globals__)
        inner.yielded = NOTHING
        if function.__code__ in self.stack:
            return self.unknown(frame, call.node, f"{qualname_of(function)}, which runs itself"), PERHAPS
        self.stack.append(function.__code__)
        try:
            self.block(ir.body, env, inner)
        finally:
            self.stack.pop()
        entered = join(entered, inner.yielded)
        left = join(left, NEVER if _reraises(ir) else PERHAPS)
    return entered, left


def _reraises(ir: FunctionIR) -> bool:
    """Whether an exception at a `yield` always leaves the generator."""
    return all(_passes(ir.body))


def _passes(block: Block) -> list[bool]:
    found: list[bool] = []
    for node in block:
        yields = any(isinstance(n, Instr) and n.op == "yield" for n in walk((node,)))
        if not yields:
            continue
        match node:
            case Try(body=body, handlers=handlers, final=final):
                inside = any(isinstance(n, Instr) and n.op == "yield" for n in walk(body))
                found.append(not inside or all(ends_in_raise(h.body) for h in handlers))
                found.append(not any(isinstance(n, Jump) for n in walk(final)))
            case With():
                found.append(False)  # it may swallow
        for below in children(node):
            found.extend(_passes(below))
    return found


def ends_in_raise(block: Block) -> bool:
    """Whether a handler always raises."""
    last = block[-1] if block else None
    return isinstance(last, Instr) and last.op == "raise" and not any(isinstance(n, Jump) for n in walk(block))
