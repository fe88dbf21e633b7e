"""Def-use chains: which definitions reach each use, over structured IR.

Iterative reaching-definitions (gen/kill on the tree, loops to a fixpoint). Definition 0 of a variable is its value at
entry of the block that is analysed.
"""

from __future__ import annotations

from collections.abc import Callable

from ..records import assert_never, dataclass, field
from .nodes import Block, Const, For, If, Inline, Instr, Jump, Node, Operand, Try, Var, While, With, walk

State = dict[str, frozenset[int]]
ENTRY = frozenset({0})


@dataclass(slots=True)
class Chains:
    """`uses[node id][variable]` are the ids of the nodes whose definition may be read there."""

    uses: dict[int, dict[str, frozenset[int]]] = field(default_factory=dict)
    live_in: set[str] = field(default_factory=set)


def operands(node: Node) -> tuple[Operand, ...]:
    """What a node itself reads (not the nodes below it)."""
    match node:
        case Instr(uses=uses):
            return uses
        case If(test=test) | While(test=test):
            return (test,)
        case For(iterable=iterable):
            return (iterable,)
        case With(manager=manager):
            return (manager,)
        case Inline(callee=callee):
            return (callee,)
        case Jump(value=value):
            return () if value is None else (value,)
        case Try():
            return ()
        case _:
            assert_never(node)


class _Reaching:
    def __init__(self, cut: frozenset[int] = frozenset()) -> None:
        self.cut = cut
        self.chains = Chains()
        self.breaks: list[list[State]] = []
        self.continues: list[list[State]] = []
        self.leaves: list[list[State]] = [[]]

    def use(self, ident: int, reads: tuple[Operand, ...], state: State) -> None:
        found = self.chains.uses.setdefault(ident, {})
        for operand in reads:
            if isinstance(operand, Var):
                reaching = state.get(operand.name, ENTRY)
                found[operand.name] = found.get(operand.name, frozenset()) | reaching
                if 0 in reaching:
                    self.chains.live_in.add(operand.name)

    def block(self, block: Block, state: State | None) -> State | None:
        for node in block:
            if state is None:
                return None
            state = self.node(node, state)
        return state

    def node(self, node: Node, state: State) -> State | None:
        if not isinstance(node, While):
            self.use(node.id, operands(node), state)
        match node:
            case Instr():
                if node.op == "raise":
                    return None
                for target in node.targets:
                    state[target] = frozenset({node.id})  # each branch has a state of its own
                return state
            case If(body=body, orelse=orelse):
                return _merge(self.block(body, dict(state)), self.block(orelse, dict(state)))
            case For(target=target, body=body, orelse=orelse):
                item = {target: frozenset({node.id})}
                return self.loop(lambda s: self.block(body, {**s, **item}), state, orelse, node.id)
            case While():
                return self.while_loop(node, state)
            case Try():
                return self.try_block(node, state)
            case With(target=target, body=body):
                return self.block(body, {**state, target: frozenset({node.id})})
            case Inline():
                return self.inlined(node, state)
            case Jump():
                self.jump(node, state)
                return None
            case _:
                assert_never(node)

    def while_loop(self, node: While, state: State) -> State | None:
        def once(start: State) -> State | None:
            begun = self.block(node.header, dict(start))
            if begun is None:
                return None
            self.use(node.id, (node.test,), begun)
            return self.block(node.body, begun)

        endless = isinstance(node.test, Const) and bool(node.test.value) and node.id not in self.cut
        return self.loop(once, state, None if endless else node.orelse, node.id)

    def try_block(self, node: Try, state: State) -> State | None:
        jumps = [(found, len(found)) for found in (self.leaves[-1], *self.breaks[-1:], *self.continues[-1:])]
        after = self.block(node.body, dict(state))
        broken = _broken(state, node.body)
        done = self.block(node.orelse, after)
        for handler in node.handlers:
            start = self.block(handler.types, dict(broken))
            if start is not None and handler.name is not None:
                start = {**start, handler.name: frozenset({node.id})}
            done = _merge(done, self.block(handler.body, start))
        if not node.final:
            return done
        for found, count in jumps:
            through = [self.block(node.final, dict(left)) for left in found[count:]]
            found[count:] = [left for left in through if left is not None]  # what it jumps to itself goes on
        for other in (node.orelse, *(handler.body for handler in node.handlers)):
            broken = _broken(broken, other)
        finished = self.block(node.final, _merge(done, broken))
        return finished if done is not None else None

    def inlined(self, node: Inline, state: State) -> State | None:
        """Its variables begin unbound, in each iteration of a loop around it; behind it only its result is read."""
        state = {name: found for name, found in state.items() if not name.startswith(node.prefix)}
        self.leaves.append([])
        end = self.block(node.body, self.block(node.binding, state))
        for left in self.leaves.pop():
            end = _merge(end, left)
        if end is None:
            return None
        return {name: found for name, found in end.items() if name == node.result or not name.startswith(node.prefix)}

    def jump(self, node: Jump, state: State) -> None:
        """The variables go on where the jump leads to."""
        match node.kind:
            case "leave":
                self.leaves[-1].append(state)
            case "break":
                if self.breaks:
                    self.breaks[-1].append(state)
            case "continue":
                if self.continues:
                    self.continues[-1].append(state)
            case "return":
                pass
            case _:
                assert_never(node.kind)

    def loop(
        self, once: Callable[[State], State | None], state: State, orelse: Block | None, ident: int
    ) -> State | None:
        """Its rounds, until nothing changes; orelse: None where only a `break` ends it."""
        self.breaks.append([])
        while True:
            self.continues.append([])
            after = once(dict(state))
            joined = _merge(state, after)
            for other in self.continues.pop():
                joined = _merge(joined, other)
            assert joined is not None
            if joined == state or ident in self.cut:
                state = joined
                break
            state = joined
        final = None if orelse is None else self.block(orelse, dict(state))
        for other in self.breaks.pop():
            final = _merge(final, other)
        return final


def exposed(block: Block) -> set[str]:
    """The variables that a block may read before it assigns them; some more, where it is left in the middle.

    What `chains` gives as `live_in` is exact, and takes several times as long.
    """
    found: set[str] = set()
    _expose(block, set(), found)
    return found


def _expose(block: Block, assigned: set[str], found: set[str]) -> bool:
    """Adds what a block reads that is not in `assigned`, and there what it surely assigns; false: its end is not
    reached."""
    for node in block:
        match node:
            case Instr(op=op, uses=uses, target=target):
                for operand in uses:
                    if type(operand) is Var and operand.name not in assigned:
                        found.add(operand.name)
                if op == "raise":
                    return False
                if target is not None:
                    assigned.add(target)
                assigned.update(node.more)
                continue
            case While(header=header, test=test, body=body, orelse=orelse):
                _expose(header, assigned, found)
                _reads((test,), assigned, found)
                _expose(body, set(assigned), found)
                _expose(orelse, set(assigned), found)
                continue
        _reads(operands(node), assigned, found)
        match node:
            case If(body=body, orelse=orelse):
                one, other = set(assigned), set(assigned)
                ends = _expose(body, one, found), _expose(orelse, other, found)
                if not any(ends):
                    return False
                assigned |= one & other if all(ends) else (one if ends[0] else other)
            case For(target=target, body=body, orelse=orelse):
                _expose(body, {*assigned, target}, found)
                _expose(orelse, set(assigned), found)
            case Try(body=body, handlers=handlers, orelse=orelse, final=final):
                before = set(assigned)
                if _expose(body, set(assigned), found):
                    _expose(orelse, set(assigned), found)
                for handler in handlers:
                    inside = set(before)
                    _expose(handler.types, inside, found)
                    _expose(handler.body, inside, found)
                _expose(final, assigned, found)
            case With(target=target, body=body):
                _expose(body, {*assigned, target}, found)
            case Inline(prefix=prefix, binding=binding, body=body):
                inside = {name for name in assigned if not name.startswith(prefix)}
                _expose(binding, inside, found)
                _expose(body, inside, found)
            case Jump():
                return False
    return True


def _reads(uses: tuple[Operand, ...], assigned: set[str], found: set[str]) -> None:
    found.update(operand.name for operand in uses if isinstance(operand, Var) and operand.name not in assigned)


def defined(node: Node) -> tuple[str, ...]:
    """The variables that a node itself binds (not the nodes below it)."""
    match node:
        case Instr():
            return node.targets
        case For(target=target) | With(target=target):
            return (target,)
        case Try(handlers=handlers):
            return tuple(handler.name for handler in handlers if handler.name is not None)
        case If() | While() | Jump() | Inline():
            return ()
        case _:
            assert_never(node)


def _broken(state: State, block: Block) -> State:
    """The variables where a block may have failed anywhere."""
    broken = dict(state)
    for below in walk(block):
        for target in defined(below):
            broken[target] = broken.get(target, ENTRY) | {below.id}
    return broken


def _merge(a: State | None, b: State | None) -> State | None:
    if a is None or b is None:
        return b if a is None else a
    merged = {**a, **b}
    for name, found in merged.items():
        other = a.get(name, ENTRY)
        if other is not found:
            merged[name] = found | other
    for name in a.keys() - b.keys():
        merged[name] |= ENTRY
    return merged


def chains(block: Block, cut: frozenset[int] = frozenset()) -> Chains:
    """Def-use chains of a block, run once from its entry; so are the loops in `cut`."""
    found = _Reaching(cut)
    found.breaks.append([])
    found.continues.append([])
    found.block(block, {})
    return found.chains


__all__ = ["Chains", "Const", "chains", "defined", "exposed", "operands"]
