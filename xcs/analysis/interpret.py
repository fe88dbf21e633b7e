"""Abstract interpretation of IR: what values are, and which effects each statement and callee has.

Callees are interpreted where they are called, with the caller's abstract arguments, so effects name the caller's
own memory. Recursion starts from "returns nothing" and is repeated until the result is stable.
"""

from __future__ import annotations

from collections.abc import Callable

from ..ir.def_use import exposed
from ..ir.nodes import CERTAIN, Block, Const, For, If, Inline, Instr, Jump, Operand, Try, Var, While, With, walk
from ..knowledge import type_facts
from ..peek import is_class
from ..records import assert_never
from ..remarks import Bailout
from . import calls, under_way
from .domain.effects import remote, waits
from .domain.machine import Machine
from .domain.memory import Memory, Watch
from .domain.state import Call, Env, Frame, Uses, merge
from .domain.values import NOTHING, Abstract, Known, Plain, Top, Value, join, only
from .language import attribute_changes, attributes, contents, functions, iteration, managers, special, stores
from .language import lift as live
from .library import result_types as results
from .library import shown_items
from .narrowing import narrowed
from .steps import STEPS, show_twins

PASSES = 12  # of a loop's body, until values are stable


class Interpreter(Machine):
    """Runs IR on abstract values and records effects by region statement, guards and operand values.

    Control flow stands here. What one instruction does stands in the modules whose functions are methods below:
    they call each other through the interpreter.
    """

    lift = live.lift
    lift_all = live.lift_all
    members = live.members
    attribute = attributes.attribute
    set_attribute = attribute_changes.set_attribute
    delete_attribute = attribute_changes.delete_attribute
    item = contents.item
    set_item = contents.set_item
    iterate = iteration.iterate
    shown = shown_items.shown
    protocol = special.protocol
    method = special.method
    truth = special.truth
    typed = results.typed
    call = calls.call
    store = stores.store
    stored = stores.stored
    stored_in = stores.stored_in
    keep = stores.keep
    dropped = stores.dropped
    with_block = managers.with_block

    def each(self, value: Value, step: Callable[[Abstract], Value]) -> Value:
        if len(value) == 1:
            (alone,) = value
            return step(alone)
        return join(NOTHING, *[step(a) for a in value])

    def value(self, operand: Operand, env: Env) -> Value:
        if type(operand) is Var:
            return env.get(operand.name, NOTHING)
        assert isinstance(operand, Const)
        known = self.constants.get(id(operand))
        if known is None or known[0] is not operand:
            value = only(Plain(type(operand.value), frozenset(), operand.value))
            known = self.constants[id(operand)] = operand, value
        return known[1]

    # -- control

    def block(self, block: Block, env: Env | None, frame: Frame, top: bool = False) -> Env | None:
        for index, node in enumerate(block):
            if env is None:
                return None
            self.meter.spend()
            if top:
                self.current = node.id
            if isinstance(node, Instr):
                env = self.instr(node, env, frame, top)
                continue
            match node:
                case If(test=test, body=body, orelse=orelse):
                    asked = self.value(test, env)
                    answer = self.truth(asked, frame, None)
                    if self.changed and answer is None:
                        answer = under_way.answer(self, block, node, env, frame)
                    settles = self.settles or not top or (isinstance(test, Var) and test.name.endswith(CERTAIN))
                    known = answer if settles else None  # what it rests on is guarded
                    if top:
                        self.answers.setdefault(node.id, set()).add(known)
                        if known is None:
                            self.operands[node.id] = (asked,)
                    more, less = narrowed(block, index, test, env)
                    yes = self.block(body, {**env, **more}, frame, top) if known is not False else None
                    no = self.block(orelse, {**env, **less}, frame, top) if known is not True else None
                    env = merge(yes, no)
                case For():
                    env = self.loop(node, env, frame, top)
                case While():
                    env = self.while_loop(node, env, frame, top)
                case Try():
                    env = self.try_block(node, env, frame, top)
                case With():
                    env = self.with_block(node, env, frame, top)
                case Inline():
                    env = functions.inline(self, node, env, frame)
                case Jump():
                    self.jump(node, env, frame)
                    return None
                case _:
                    assert_never(node)
        return env

    def jump(self, node: Jump, env: Env, frame: Frame) -> None:
        """The variables go on where the jump leads to."""
        match node.kind:
            case "leave":
                frame.leaves.append(env)
            case "return":
                assert node.value is not None
                frame.result = join(frame.result, self.value(node.value, env))
            case "break":
                if frame.breaks:
                    frame.breaks[-1].append(env)
            case "continue":
                if frame.continues:
                    frame.continues[-1].append(env)
            case _:
                assert_never(node.kind)

    def loop(self, node: For, env: Env, frame: Frame, top: bool) -> Env | None:
        source = self.value(node.iterable, env)
        item = NOTHING
        for abstract in source:
            item = join(item, self.iterate(abstract, frame, None))
        if top:
            self.operands[node.id] = (source,)
            self.results[node.id] = item

        frame.assigned(node.target, item)

        def once(start: Env) -> Env | None:
            return self.block(node.body, {**start, node.target: item}, frame, top)

        if top:
            after, left = self.repeat(node, env, frame, once)
        else:
            outside = self.effects.setdefault(self.current, set())
            self.effects[self.current] = set()
            try:
                after, left = self.repeat(node, env, frame, once)
            finally:
                own = self.effects[self.current]
                self.effects[self.current] = outside | own
            if waits(own):
                self.waiting[id(frame.body)] = frame.body
        return merge(self.block(node.orelse, after, frame, top), left)

    def while_loop(self, node: While, env: Env, frame: Frame, top: bool) -> Env | None:
        endless = isinstance(node.test, Const) and bool(node.test.value)
        after: Env | None = None

        def once(start: Env) -> Env | None:
            nonlocal after
            begun = self.block(node.header, dict(start), frame, top)
            if begun is None:
                return None
            if not endless:
                after = merge(after, dict(begun))
            if top:
                self.current = node.id
            self.truth(self.value(node.test, begun), frame, None)
            return self.block(node.body, begun, frame, top)

        _, left = self.repeat(node, env, frame, once)
        return merge(self.block(node.orelse, after, frame, top), left)

    def finds(self, loop: For | While) -> frozenset[str]:
        """The variables whose value an iteration of a loop finds, from before it or from the iteration before."""
        if id(loop) not in self.exposed:
            block = loop.body if isinstance(loop, For) else (*loop.header, *loop.body)
            found = exposed(block)
            test = {loop.test.name} if isinstance(loop, While) and isinstance(loop.test, Var) else set()
            own = {loop.target} if isinstance(loop, For) else set()
            self.exposed[id(loop)] = loop, frozenset((found | test) - own)
        return self.exposed[id(loop)][1]

    def repeat(
        self, loop: For | While, env: Env, frame: Frame, once: Callable[[Env], Env | None]
    ) -> tuple[Env, Env | None]:
        """The state after any number of iterations, and where `break` leaves the loop.

        One iteration is enough where it leaves nothing to the next.
        """
        frame.breaks.append([])
        state = env
        for attempt in range(PASSES):
            before, watch = self.clock.changes, Watch(self.clock)
            frame.continues.append([])
            after = once(dict(state))
            untouched = watch.end() and not frame.closures
            joined = merge(state, after)
            for other in frame.continues.pop():
                joined = merge(joined, other)
            assert joined is not None
            if joined == state and self.clock.changes == before:
                break
            if untouched and all(joined.get(name) == state.get(name) for name in self.finds(loop)):
                state = joined
                break
            if attempt >= 4:
                joined = {k: (v if state.get(k) == v else only(Top())) for k, v in joined.items()}
            state = joined
        else:
            raise Bailout("unknown", "a loop whose values do not settle")
        left: Env | None = None
        for other in frame.breaks.pop():
            left = merge(left, other)
        return state, left

    def try_block(self, node: Try, env: Env, frame: Frame, top: bool) -> Env | None:
        begun = self.jumps(frame)
        frame.trying.append({})
        body, asks = self.apart(node.body, dict(env), frame, top)
        passes = all(managers.ends_in_raise(h.body) for h in node.handlers)
        if asks and not (passes and not any(isinstance(n, Jump) for n in walk(node.final))):
            self.effect("catches", frame, None, f"the error handling of {frame.ir_name}")
        partial = self.partly(env, body, frame)
        after = self.block(node.orelse, body, frame, top)
        frame.handling += 1
        for handler in node.handlers:
            start = self.block(handler.types, dict(partial), frame, top)
            if start is None:
                continue
            if handler.name is not None and handler.type is not None:
                cls = described(self.value(handler.type, start))
                start[handler.name] = only(self.error(cls, (*frame.key, node.id)))
                frame.assigned(handler.name, start[handler.name])
            after = merge(after, self.block(handler.body, start, frame, top))
        frame.handling -= 1
        if not node.final:
            return after
        for jumps, count in begun:  # they lead through what is done in any case
            through = [self.block(node.final, dict(other), frame, top) for other in jumps[count:]]
            jumps[count:] = [other for other in through if other is not None]
        failed = merge(dict(partial), after)
        assert failed is not None
        self.block(node.final, failed, frame, top)  # what it jumps to goes on
        return None if after is None else self.block(node.final, after, frame, top)

    def jumps(self, frame: Frame) -> list[tuple[list[Env], int]]:
        """The lists of states in which jumps lead out of what is interpreted now, and how many each has."""
        return [(found, len(found)) for found in (frame.leaves, *frame.breaks[-1:], *frame.continues[-1:])]

    def partly(self, env: Env, after: Env | None, frame: Frame) -> Env:
        """The variables where a block fails anywhere: as before it, as behind it, or as anything in it has set them."""
        partial = merge(dict(env), after)
        assert partial is not None
        for name, value in frame.trying.pop().items():
            partial[name] = join(partial.get(name, NOTHING), value)
            frame.assigned(name, value)
        return partial

    def apart(self, block: Block, env: Env, frame: Frame, top: bool) -> tuple[Env | None, bool]:
        """Interprets what may be handled; and whether, in a callee, it asks services whose refusals are handled too."""
        if top:
            return self.block(block, env, frame, top), False
        outside = self.effects.get(self.current, set())
        own = self.effects[self.current] = set()
        try:
            after = self.block(block, env, frame, top)
        finally:
            own = self.effects[self.current]
            self.effects[self.current] = outside | own
        return after, any(map(remote, own))

    # -- instructions

    def instr(self, node: Instr, env: Env, frame: Frame, top: bool) -> Env | None:
        uses: Uses = tuple([env.get(u.name, NOTHING) if type(u) is Var else self.value(u, env) for u in node.uses])
        if top:
            self.operands[node.id] = tuple(
                join(a, b) for a, b in zip(self.operands.get(node.id, (NOTHING,) * len(uses)), uses, strict=True)
            )
        if top and node.op == "call":
            self.frames[node.id] = frame
        result = STEPS[node.op](self, node, uses, frame)
        if self.twins:
            show_twins(self, node, uses, top)
        if self.changed and node.op != "function":
            result = under_way.unsettled(node, result)
        if top and node.id in self.stored_last:
            result = self.value(self.stored_last[node.id], env) or result
        if top:
            self.results[node.id] = join(self.results.get(node.id, NOTHING), result)
        if node.op == "raise":
            return None
        if node.target is not None:
            env[node.target] = result
        if node.op == "unpack":
            contents.unpack(self, node, uses[0], env, frame)
        elif node.more:
            for name in node.more:
                env[name] = only(Top())
        if frame.trying:
            for name in node.targets:
                frame.assigned(name, env[name])
        return env


def described(caught: Value) -> type:
    """The class of what a handler is for, where a library's is described; else any exception."""
    kinds = [a.obj for a in caught if isinstance(a, Known) and is_class(a.obj)]
    known = len(kinds) == 1 == len(caught) and issubclass(kinds[0], Exception) and type_facts(kinds[0]) is not None
    return kinds[0] if known else Exception


__all__ = ["Call", "Frame", "Interpreter", "Memory"]
