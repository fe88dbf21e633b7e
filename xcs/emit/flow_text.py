"""The instructions of a slice that hands on what is still to come.

    v3 = v1[v2]     ->    v3 = (yield from r.later(getitem, v1, v2)) if pends(v1) else v1[v2]
    if v4:          ->    if (yield v4) if pends(v4) else v4:

Only what may be still to come is asked for; what looks at a value waits for it, what computes from it is put off. What
may fail so that a handler of the region is for it is waited for: the failure decides what comes next.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..analysis.domain.holding import parts
from ..analysis.domain.places import Path
from ..analysis.domain.values import Bound, Fresh, FreshKey, Inst, Known, Plain, Value, origins_of
from ..analysis.first_found import stops_behind
from ..ir.nodes import Const, Instr, Node, Operand, Var
from ..peek import CONTAINERS, Kinds
from ..runtime import Over, operations, pends
from .iterated import iterates, looped_over, used_at_once
from .slice_text import Instructions

PASSED_ON = frozenset(("copy", "global", "cell", "narrow", "default"))
LOOKING = frozenset(("raise", "format", "keyed", "function", "setattr"))
LOOKING_SO = frozenset((
    ("binary", "Mod"), ("build", "text"), ("build", "set"), ("collect", "set"),
    *(("compare", name) for name in ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "In", "NotIn")),
))  # fmt: skip
# What hands on elements without looking at them, and at which arguments it looks, after the container.
STORING: dict[int, tuple[int, ...]] = {
    id(function): looked
    for looked, functions in {
        (): (
            list.append, list.copy, list.reverse, list.clear, dict.copy, dict.items, dict.values, dict.keys, dict.clear,
            deque.append, deque.appendleft, deque.popleft, deque.copy,
        ),
        (0,): (list.insert, list.extend, list.pop, dict.get, dict.pop, dict.setdefault, dict.update, deque.extend),
    }.items()
    for function in functions
}  # fmt: skip
HANDING_ON = Kinds((list, dict, deque))
GOING_THROUGH = frozenset(map(id, (len, enumerate, zip, reversed, list, tuple, range, iter)))


class Flowing:
    """What the text of a flow needs to know of the operands of nodes."""

    def __init__(self, writer: Instructions, calls: frozenset[int], anchor: int) -> None:
        self.writer, self.calls, self.anchor = writer, calls, anchor
        self.known: dict[int, bool] = {}

    def comes(self, node: Node, operand: Operand) -> bool:
        """Whether an operand may be, or hold, what is still to come."""
        if not isinstance(operand, Var):
            return False
        definitions = self.writer.region.whole.uses.get(node.id, {}).get(operand.name, frozenset())
        return any(map(self.made_of_results, definitions))

    def made_of_results(self, definition: int) -> bool:
        if definition not in self.known:
            needs = self.writer.region.closure(definition, self.anchor)[0]
            self.known[definition] = definition in self.calls or not needs.isdisjoint(self.calls)
        return self.known[definition]

    def holds(self, node: Node, operand: Operand) -> bool:
        """The same of what is looked into: also a container may hold such, to which that has been added."""
        return self.comes(node, operand) or (isinstance(operand, Var) and self.made_of_results(node.id))

    def strict(self, node: Node) -> bool:
        """Whether a node's result is known before anything else is done: what it raises may be handled in the region,
        or the region changes what it makes."""
        region = self.writer.region
        return region.handled_here(node.id) or (node.id not in self.calls and bool(region.writers(node.id)))

    def constant(self, value: object) -> str:
        return self.writer.operand(Const(value))

    def pends(self, texts: Sequence[str]) -> str:
        return " or ".join(f"{self.constant(pends)}({text})" for text in texts)

    def now(self, node: Node, operand: Operand) -> str:
        """The operand as it is once it is there; what it holds may be still to come."""
        text = self.writer.operand(operand)
        if not self.comes(node, operand):
            return text
        return f"((yield {text}) if {self.pends([text])} else {text})"

    def whole(self, node: Node, operand: Operand) -> str:
        """The operand once it is there with all that it holds."""
        text = self.writer.operand(operand)
        return f"(yield from r.whole({text}))" if self.holds(node, operand) else text

    # -- instructions

    def instr(self, node: Instr, depth: int) -> bool:
        """Writes an instruction some of whose operands may be still to come; false: it is written as any other."""
        deep = node.op in LOOKING or (node.op, node.name) in LOOKING_SO
        if node.op in PASSED_ON or not any((self.holds if deep else self.comes)(node, use) for use in node.uses):
            return False
        write = WRITERS.get(node.op)
        if write is None:
            return False
        write(self, node, None if node.target is None else self.writer.var(node.target), depth)
        return True

    def put(self, depth: int, text: str) -> None:
        self.writer.put(depth, text)

    def top(self, node: Instr, target: str | None, depth: int, function: Callable[..., Any], form: str) -> None:
        """An operator that looks at its operands, not into them. form: as it is written, of these."""
        plain = [self.writer.operand(u) for u in node.uses]
        coming = [t for t, u in zip(plain, node.uses, strict=True) if self.comes(node, u)]
        if self.strict(node):
            self.put(depth, f"{target} = {form.format(*(self.now(node, u) for u in node.uses))}")
            return
        later = f"yield from r.later({', '.join((self.constant(function), *plain))})"
        self.put(depth, f"{target} = ({later}) if {self.pends(coming)} else {form.format(*plain)}")

    def deep(self, node: Instr, target: str | None, depth: int, made: str, given: Sequence[str], form: str) -> None:
        """What looks into its operands, too; it gives no part of them. made: the function, as it is written."""
        plain = [self.writer.operand(u) for u in node.uses]
        if self.strict(node):
            self.put(depth, f"{target} = {form.format(*(self.whole(node, u) for u in node.uses))}")
            return
        coming = [t for t, u in zip(plain, node.uses, strict=True) if self.holds(node, u)]
        later = f"yield from r.whole_later(True, {', '.join((made, *given))})"
        self.put(depth, f"{target} = ({later}) if r.holds({', '.join(coming)}) else {form.format(*plain)}")

    def op_raise(self, node: Instr, target: str | None, depth: int) -> None:
        self.put(depth, f"raise r.raised({self.whole(node, node.uses[0])})")

    def op_receiver(self, node: Instr, target: str | None, depth: int) -> None:
        self.put(depth, f"{target} = {self.now(node, node.uses[0])}.__self__")

    def op_runs(self, node: Instr, target: str | None, depth: int) -> None:
        from ..runtime import runs

        text = f"{self.constant(runs)}({self.constant(node.payload)}, {self.now(node, node.uses[0])})"
        self.put(depth, f"{target} = {text}")

    def op_attr(self, node: Instr, target: str | None, depth: int) -> None:
        value = self.writer.operand(node.uses[0])
        if self.strict(node):
            self.put(depth, f"{target} = {self.now(node, node.uses[0])}.{node.name}")
            return
        later = f"yield from r.later({self.constant(getattr)}, {value}, {node.name!r})"
        self.put(depth, f"{target} = ({later}) if {self.pends([value])} else {value}.{node.name}")

    def op_setattr(self, node: Instr, target: str | None, depth: int) -> None:
        self.put(depth, f"{self.now(node, node.uses[0])}.{node.name} = {self.whole(node, node.uses[1])}")

    def op_item(self, node: Instr, target: str | None, depth: int) -> None:
        self.top(node, target, depth, operator.getitem, "{0}[{1}]")

    def op_part(self, node: Instr, target: str | None, depth: int) -> None:
        give = node.payload
        assert callable(give)
        self.top(node, target, depth, give, f"{self.constant(give)}({{0}}, {{1}})")

    def op_setitem(self, node: Instr, target: str | None, depth: int) -> None:
        container, value = f"t{node.id}", self.writer.operand(node.uses[2])
        self.put(depth, f"{container} = {self.now(node, node.uses[0])}")
        if self.comes(node, node.uses[2]):
            value = f"{value} if r.keeps({container}) else {self.whole(node, node.uses[2])}"
        self.put(depth, f"{container}[{self.now(node, node.uses[1])}] = {value}")

    def op_unary(self, node: Instr, target: str | None, depth: int) -> None:
        operation = operations.UNARY[node.name]
        self.top(node, target, depth, operation.apply, f"({operation.symbol}{{0}})")

    def op_binary(self, node: Instr, target: str | None, depth: int) -> None:
        operation = operations.BINARY[node.name]
        form, function = f"({{0}} {operation.symbol} {{1}})", operation.apply
        if node.name == "Mod":  # which may be a text with its values
            self.deep(node, target, depth, self.constant(function), [self.writer.operand(u) for u in node.uses], form)
        else:
            self.top(node, target, depth, function, form)

    def op_inplace(self, node: Instr, target: str | None, depth: int) -> None:
        a, b = (self.writer.operand(u) for u in node.uses)
        coming = [t for t, u in zip((a, b), node.uses, strict=True) if self.comes(node, u)]
        operation = operations.BINARY[node.name]
        function = self.constant(operation.in_place)
        wait = f"yield from r.{'waited' if self.strict(node) else 'later'}({function}, {a}, {b})"
        self.put(depth, f"if {self.pends(coming)}: {target} = {wait}")
        self.put(depth, "else:")
        self.put(depth + 1, f"{target} = {a}")
        self.put(depth + 1, f"{target} {operation.symbol}= {b}")

    def op_compare(self, node: Instr, target: str | None, depth: int) -> None:
        operation = operations.COMPARE[node.name]
        form, function = f"({{0}} {operation.symbol} {{1}})", operation.apply
        if node.name in ("Is", "IsNot"):
            self.top(node, target, depth, function, form)
        elif node.name in ("In", "NotIn") and _dictionary(self.writer.region.facts.operands.get(node.id, ())[1:]):
            key, table = self.writer.operand(node.uses[0]), self.now(node, node.uses[1])  # whose keys are there
            later = f"yield from r.whole_later(True, {self.constant(function)}, {key}, {table})"
            self.put(depth, f"{target} = ({later}) if r.holds({key}) else {form.format(key, table)}")
        else:
            self.deep(node, target, depth, self.constant(function), [self.writer.operand(u) for u in node.uses], form)

    def op_format(self, node: Instr, target: str | None, depth: int) -> None:
        shown = {"s": "str({0})", "r": "repr({0})", "a": "ascii({0})"}.get(node.name, "{0}")
        given = [repr(node.name), *(self.writer.operand(u) for u in node.uses)]
        self.deep(node, target, depth, self.constant(operations.formatted), given, f"format({shown}, {{1}})")

    def op_build(self, node: Instr, target: str | None, depth: int) -> None:
        writer = self.writer
        if node.name == "text":
            given = [writer.operand(u) for u in node.uses]
            form = "''.join((" + ", ".join(f"{{{n}}}" for n in range(len(given))) + ",))"
            self.deep(node, target, depth, self.constant(operations.joined), given, form)
            return
        if node.name == "dict":
            uses = [
                self.now(node, use) if index % 2 == 0 or node.stars[index // 2] else writer.operand(use)
                for index, use in enumerate(node.uses)
            ]
        elif node.name == "set":
            uses = [self.whole(node, use) for use in node.uses]
        elif node.name == "slice":
            uses = [self.now(node, use) for use in node.uses]
        else:
            starred = zip(node.uses, node.stars, strict=True)
            uses = [self.now(node, use) if star else writer.operand(use) for use, star in starred]
        self.put(depth, f"{target} = {writer.build(node, uses)}")

    def op_collect(self, node: Instr, target: str | None, depth: int) -> None:
        writer = self.writer
        container, *values = [writer.operand(u) for u in node.uses]
        if node.name in ("list", "generator"):
            looked = node.name == "generator" and stops_behind(writer.region, node) is not None
            self.put(depth, f"{container}.append({self.whole(node, node.uses[1]) if looked else values[0]})")
            writer.found(node, depth)
        elif node.name == "set":
            self.put(depth, f"{container}.add({self.whole(node, node.uses[1])})")
        else:
            self.put(depth, f"{container}[{self.now(node, node.uses[1])}] = {values[1]}")

    def op_keyed(self, node: Instr, target: str | None, depth: int) -> None:
        self.put(depth, f"{target} = {self.writer.keyed(node, [self.whole(node, u) for u in node.uses])}")

    def op_unpack(self, node: Instr, target: str | None, depth: int) -> None:
        names = [self.writer.var(n) for n in node.more]
        value = self.writer.operand(node.uses[0])
        rest = node.payload if type(node.payload) is int else -1
        if self.strict(node) or rest >= 0:
            if rest >= 0:
                names[rest] = "*" + names[rest]
            self.put(depth, f"[{', '.join(names)}] = {self.now(node, node.uses[0])}")
            return
        parts = f"r.parts({value}, {len(names)}) if {self.pends([value])} else {value}"
        self.put(depth, f"[{', '.join(names)}] = {parts}")

    def op_function(self, node: Instr, target: str | None, depth: int) -> None:
        for use in node.uses:
            if self.holds(node, use):
                self.put(depth, f"{self.writer.operand(use)} = {self.whole(node, use)}")
        self.put(depth, f"{target} = {self.writer.function(node)}")

    # -- calls

    def call(self, node: Instr, target: str | None, depth: int) -> bool:
        """Writes a call in the slice whose arguments, or receiver, may be still to come."""
        if not any(self.holds(node, use) for use in node.uses):
            return False
        uses = [self.writer.operand(u) for u in node.uses]
        looked = _looks_at(self.callees(node), len(uses) - 1)
        if looked is not None and not node.keywords and not any(node.stars):
            given = [self.now(node, u) if n in looked else uses[n] for n, u in enumerate(node.uses)]
            made = self.arguments(node, given, call=True)
            region, needs = self.writer.region, self.writer.needs
            if not iterates(region, node) or looped_over(region, node, needs):
                self.put(depth, f"{target} = {made}")
            elif used_at_once(region, node, needs):  # an iterator would hide what it holds
                self.put(depth, f"{target} = [*{made}]")
            else:
                self.put(depth, f"raise {self.constant(Over)}")
            return True
        starred = [self.now(node, u) if _starred(node, n) else uses[n] for n, u in enumerate(node.uses)]
        if self.strict(node):
            given = [self.whole(node, u) for u in node.uses]
            self.put(depth, f"{target} = {self.arguments(node, given, call=True)}")
            return True
        coming = ", ".join(t for t, u in zip(uses, node.uses, strict=True) if self.holds(node, u))
        apart = self.gives_nothing_given(node)
        later = f"yield from r.whole_later({apart}, {self.arguments(node, starred, call=False)})"
        self.put(depth, f"if r.holds({coming}): {target} = {later}")
        self.put(depth, "else:")
        self.put(depth + 1, f"{target} = {self.arguments(node, uses, call=True)}")
        return True

    def callees(self, node: Instr) -> Value:
        return self.writer.region.facts.operands.get(node.id, (frozenset(),))[0]

    def arguments(self, node: Instr, uses: Sequence[str], call: bool) -> str:
        """A call, or what is called with its arguments behind it."""
        count = len(uses) - len(node.keywords)
        args = [f"*{u}" if star else u for u, star in zip(uses[1:count], node.stars, strict=True)]
        named = zip(node.keywords, uses[count:], strict=True)
        args += [f"**{u}" if name is None else f"{name}={u}" for name, u in named]
        return f"{uses[0]}({', '.join(args)})" if call else ", ".join([uses[0], *args])

    def gives_nothing_given(self, node: Instr) -> bool:
        """Whether a call changes nothing, and what it gives is no part of what it is given: it may be made later."""
        region = self.writer.region
        if any(e.kind == "write" for e in region.effects(node.id)):
            return False
        given = [a for value in region.facts.operands.get(node.id, ()) for a in value]
        own = [a.receiver if isinstance(a, Bound) else a for a in given]
        if any(isinstance(a, Fresh) and a.cls not in CONTAINERS and a.key[0] not in self.calls for a in own):
            return False  # an object of the slice's, which goes on to change it; what a call gives is the program's
        roots = {_root(o) for a in parts([frozenset(given)], region.facts.contents) for o in origins_of(a)}
        result = region.facts.results.get(node.id, frozenset())
        results = parts([result], region.facts.contents)  # a sorted list holds the same
        return all(
            isinstance(a, Plain | Known | Fresh | Inst) and roots.isdisjoint(map(_root, origins_of(a)))
            for a in results
        )


WRITERS: Mapping[str, Callable[[Flowing, Instr, str | None, int], None]] = {
    "raise": Flowing.op_raise,
    "receiver": Flowing.op_receiver,
    "runs": Flowing.op_runs,
    "attr": Flowing.op_attr,
    "setattr": Flowing.op_setattr,
    "item": Flowing.op_item,
    "part": Flowing.op_part,
    "setitem": Flowing.op_setitem,
    "unary": Flowing.op_unary,
    "binary": Flowing.op_binary,
    "inplace": Flowing.op_inplace,
    "compare": Flowing.op_compare,
    "format": Flowing.op_format,
    "build": Flowing.op_build,
    "collect": Flowing.op_collect,
    "keyed": Flowing.op_keyed,
    "unpack": Flowing.op_unpack,
    "function": Flowing.op_function,
}


def _root(origin: Path | FreshKey) -> object:
    """What a mutable part belongs to."""
    return (origin.kind, origin.name) if isinstance(origin, Path) else origin


def _dictionary(operand: Sequence[Value]) -> bool:
    """Whether an operand is a dictionary, whatever it holds."""
    return bool(operand) and all(getattr(abstract, "cls", None) is dict for abstract in operand[0])


def _starred(node: Instr, index: int) -> bool:
    """Whether an operand of a call is unpacked."""
    positional = len(node.uses) - len(node.keywords)
    if 1 <= index < positional:
        return node.stars[index - 1]
    return index >= positional and node.keywords[index - positional] is None


def _looks_at(callees: Value, count: int) -> set[int] | None:
    """At which operands a call of built-in functions looks that hand on what containers hold; None: of another."""
    looked = {0}
    for callee in callees:
        function = callee.func if isinstance(callee, Bound) else callee
        if not isinstance(function, Known):
            return None
        if isinstance(callee, Bound) and id(function.obj) in STORING:
            kept = isinstance(callee.receiver, Fresh) or getattr(callee.receiver, "path", None) is not None
            if not kept or getattr(callee.receiver, "cls", None) not in HANDING_ON:
                return None
            looked.update(1 + n for n in STORING[id(function.obj)])
        elif not isinstance(callee, Bound) and id(function.obj) in GOING_THROUGH:
            looked.update(range(1, 1 + count))
        else:
            return None
    return looked if callees else None
