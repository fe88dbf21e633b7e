"""The instructions of a slice as Python text."""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from .. import trees
from ..analysis.dependence import LinkedRegion
from ..analysis.domain.places import Path
from ..analysis.file_targets import target_of
from ..analysis.first_found import stops_behind, takes_first
from ..analysis.language.columns import read_from
from ..analysis.library.shown_items import attribute_of
from ..analysis.silences import silence
from ..ir.nodes import Const, For, Instr, Node, Operand, Twin, Var, lambda_of
from ..peek import is_plain, peek
from ..plan.flowing import Flow
from ..plan.plan import Plan, SitePlan
from ..records import dataclass, field
from ..runtime import Over, runs
from ..runtime.ahead import come_to
from ..runtime.frame_views import reading
from ..runtime.operations import BINARY, COMPARE, UNARY
from ..runtime.present import present


def in_turn(keys: list[object]) -> Callable[[object], object]:
    """A key function that gives these, one after the other."""
    return functools.partial(next, iter(keys))


@dataclass(frozen=True)
class Place:
    """A global or a shared variable of the decorated function (None), or of an open callee."""

    function: types.FunctionType | None
    name: str


@dataclass(frozen=True, slots=True)
class Strand:
    """A part of the slice that needs results: what it starts for an iteration of its anchor (0: of the region)."""

    name: str
    anchor: int
    calls: frozenset[int]
    needs: frozenset[int]
    live: frozenset[str]
    waits: bool  # for what its own calls give, each before it goes on
    follows: bool  # through handlers and `while` loops
    within: str = ""  # the strand that starts it, for each iteration of a loop inside its own
    flow: Flow | None = None  # where it hands on what its calls are still to give


class HandingOn(Protocol):
    """How a strand is written that hands on what is still to come."""

    def strict(self, node: Node) -> bool: ...

    def now(self, node: Node, operand: Operand) -> str: ...

    def instr(self, node: Instr, depth: int) -> bool: ...

    def call(self, node: Instr, target: str | None, depth: int) -> bool: ...

    def arguments(self, node: Instr, uses: Sequence[str], call: bool) -> str: ...


@dataclass(slots=True)
class Instructions:
    """Writes single instructions; `lines` are what has been written."""

    region: LinkedRegion
    plan: Plan
    loops: Mapping[int, int]
    names: dict[str, str] = field(default_factory=dict)
    constants: list[object] = field(default_factory=list)
    globals: dict[Place, str] = field(default_factory=dict)
    cells: dict[Place, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    strand: Strand | None = None  # that is being written, None: the main slice
    needs: frozenset[int] = frozenset()
    memo: frozenset[int] = frozenset()
    noted: frozenset[int] = frozenset()  # calls that write files whose names are told
    held: frozenset[Path] = frozenset()  # files that are there, and written
    of_twin: dict[int, int] = field(default_factory=dict)  # by the last step of making a twin: the loop of its item
    flowing: HandingOn | None = None  # of the strand that is written, where it hands on what is still to come

    def now(self, node: Node, operand: Operand) -> str:
        """An operand that decides what comes next."""
        return self.flowing.now(node, operand) if self.flowing is not None else self.operand(operand)

    def var(self, name: str) -> str:
        return self.names.setdefault(name, f"v{len(self.names)}")

    def operand(self, operand: Operand) -> str:
        if isinstance(operand, Var):
            return self.var(operand.name)
        if (
            operand.value is None
            or operand.value is True
            or operand.value is False
            or type(operand.value) is int
            or type(operand.value) is str
        ):
            return repr(operand.value)
        self.constants.append(operand.value)
        return f"k[{len(self.constants) - 1}]"

    def given(self, node: Node, index: int, text: str) -> str:
        """An operand; a data frame, as a slice reads it; of a bar, what that goes through."""
        values = self.region.facts.operands.get(node.id, ())
        bars = {attribute_of(a) for a in values[index]} if index < len(values) else set()
        if len(bars) == 1 and (name := bars.pop()):
            return f"{self.operand(Const(peek))}({text}, {name!r})"
        kinds = {read_from(a) for a in values[index]} if index < len(values) else set()
        if not kinds or None in kinds or any(site.node.id == node.id for site in self.plan.sites):
            return text
        return f"{self.operand(Const(reading))}({text}, {self.operand(Const(kinds.pop()))})"

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def instr(self, node: Instr, depth: int) -> None:
        if node.id in self.region.endings():
            self.put(depth, f"raise {self.operand(Const(Over))}")
            return
        if self.flowing is not None and node.op != "call" and self.flowing.instr(node, depth):
            return
        target = self.var(node.target) if node.target is not None else None
        if (stored := self.region.read_back(node.id)) is not None:
            self.put(depth, f"{target} = {self.operand(stored[1])}")
            return
        uses = [self.given(node, n, self.operand(u)) for n, u in enumerate(node.uses)]
        match node.op:
            case "raise":
                error = uses[0] if uses else f"{self.operand(Const(AssertionError))}()"
                again = not uses and node.name != "assert"
                self.put(depth, "raise" if again else f"raise r.raised({error})")
            case "twin":
                assert isinstance(node.payload, Twin)
                self.twin(node, node.payload, uses[0], depth)
                made = f"{self.operand(Const(object.__new__))}({self.operand(Const(node.payload.cls))})"
                self.put(depth, f"{target} = {made}")
            case "copy" if (callee := self.region.callee(node.id)) is not None and node.target == callee.result:
                self.put(depth, f"return {uses[0]}")
            case "setattr":
                self.put(depth, f"{uses[0]}.{node.name} = {uses[1]}")
                if (loop := self.of_twin.get(node.id)) is not None:
                    asked = f"{self.operand(Const(come_to))}(r, {self.loops.get(loop, -1)})"
                    self.put(depth, f"if {asked}: raise {self.operand(Const(Over))}")
            case "setitem":
                self.put(depth, f"{uses[0]}[{uses[1]}] = {uses[2]}")
            case "inplace":
                self.put(depth, f"{target} = {uses[0]}")
                self.put(depth, f"{target} {BINARY[node.name].symbol}= {uses[1]}")
            case "collect":
                method = {"list": "append", "generator": "append", "set": "add"}.get(node.name)
                self.put(depth, f"{uses[0]}.{method}({uses[1]})" if method else f"{uses[0]}[{uses[1]}] = {uses[2]}")
                self.found(node, depth)
            case "unpack":
                names = [self.var(n) for n in node.more]
                if isinstance(node.payload, int) and node.payload >= 0:
                    names[node.payload] = "*" + names[node.payload]
                self.put(depth, f"[{', '.join(names)}] = {uses[0]}")
            case "call":
                self.call(node, uses, target, depth)
            case _:
                self.put(depth, f"{target} = {self.value(node, uses)}")

    def twin(self, node: Instr, twin: Twin, item: str, depth: int) -> None:
        """A slice ends at an item, or at what it is to have of its own, that has come before; and at one to which the
        program has come before the slice has its twin."""
        first = next(n for n in self.region.nodes.values() if isinstance(n, Instr) and n.op == "twin")  # of all of them
        for one in (item, *(f"{item}.{name}" for name in twin.held)):
            asked = self.asked_before(first, f"{self.operand(Const(id))}({one})")
            self.put(depth, f"if {asked}: raise {self.operand(Const(Over))}")
        self.of_twin[max(twin.readers)] = self.region.parents[node.id][-1].id

    def enter(self, loop: int, depth: int, on: str = "") -> None:
        """A loop begins. on: what is done of one that is counted on in the rounds of a `while` loop."""
        if any(site.on is not None and site.on[1] == loop for site in self.plan.sites):
            if on:
                self.put(depth, f"{on}({self.loops[loop]})" if on.endswith("so_far") else f"{on}{self.loops[loop]})")
        elif loop in self.loops:
            self.put(depth, f"r.enter({self.loops[loop]})")

    def step(self, loop: int, depth: int) -> None:
        """The next iteration of a loop begins; in it, others are counted on in rounds."""
        if loop in self.loops:
            self.put(depth, f"r.step({self.loops[loop]})")
        for inner in dict.fromkeys(s.on[1] for s in self.plan.sites if s.on is not None and s.on[0] == loop):
            self.put(depth, f"r.enter({self.loops[inner]})")

    def found(self, node: Instr | For, depth: int) -> None:
        """Behind what a generator expression gives, or a loop in it: it is left where what is looked for is found."""
        stop = stops_behind(self.region, node)
        if stop is not None:
            self.put(depth, f"if {stop[1].format(self.operand(stop[0]))}: break")

    def value(self, node: Instr, uses: list[str]) -> str:
        """The expression of an instruction that defines its target."""
        match node.op:
            case "copy" | "narrow":
                return uses[0]
            case "global":
                return self.globals.setdefault(self.place(node), f"g{len(self.globals)}")
            case "cell":
                return self.cells.setdefault(self.place(node), f"c{len(self.cells)}")
            case "runs":
                return f"{self.operand(Const(runs))}({self.operand(Const(node.payload))}, {uses[0]})"
            case "receiver":
                return f"{uses[0]}.__self__"
            case "default":
                return self.operand(Const(node.payload))
            case "attr":
                return f"{uses[0]}.{node.name}"
            case "part":
                return f"{self.operand(Const(node.payload))}({uses[0]}, {uses[1]})"
            case "item" if self.region.filled(node.id):
                return f"{self.operand(Const(present))}({uses[0]}, {uses[1]})"
            case "item":
                return f"{uses[0]}[{uses[1]}]"
            case "unary":
                return f"({UNARY[node.name].symbol}{uses[0]})"
            case "binary":
                return f"({uses[0]} {BINARY[node.name].symbol} {uses[1]})"
            case "compare" if node.id in self.memo:
                negated = "not " if node.name == "NotIn" else ""
                return f"({negated}({self.asked_before(node, uses[0])} or {uses[0]} in {uses[1]}))"
            case "compare":
                return f"({uses[0]} {COMPARE[node.name].symbol} {uses[1]})"
            case "format":
                how = {"s": "str({})", "r": "repr({})", "a": "ascii({})"}.get(node.name, "{}")
                return f"format({how.format(uses[0])}, {uses[1]})"
            case "build":
                return self.build(node, uses)
            case "keyed":
                return self.keyed(node, uses)
            case "function":
                return self.function(node)
            case other:
                raise AssertionError(other)

    def asked_before(self, node: Node, key: str) -> str:
        """Whether a table that the region fills has been asked for the key by this slice."""
        if self.strand is None:
            return f"r.seen({node.id}, {key})"
        return f"r.asked({node.id}, {self.strand.name!r}, {key})"

    def function(self, node: Instr) -> str:
        """A lambda as it stands, on the slice's variables as they are now."""
        built = lambda_of(node)
        assert built is not None and built.node is not None
        captured = {use.name.partition(".")[0]: self.var(use.name) for use in node.uses if isinstance(use, Var)}
        text = trees.deepcopy(built.node)
        parameters = [n for n in trees.walk(text) if isinstance(n, ast.arg)]
        own = {p.arg: f"own_{p.arg}" for p in parameters}  # a slice has variables of its own
        for parameter in parameters:
            parameter.arg = own[parameter.arg]
        for name in (n for n in trees.walk(text) if isinstance(n, ast.Name)):
            if name.id in own:
                name.id = own[name.id]
            elif name.id in captured:
                name.id = captured[name.id]
            elif name.id in built.cells:
                name.id = self.cells.setdefault(Place(None, name.id), f"c{len(self.cells)}")
            else:
                name.id = self.globals.setdefault(Place(None, name.id), f"g{len(self.globals)}")
        bound = ", ".join(sorted(captured.values()))
        return f"(lambda {bound}: {trees.unparse(text)})({bound})" if bound else f"({trees.unparse(text)})"

    def keyed(self, node: Instr, uses: list[str]) -> str:
        built_in, elements, keys, _, *others = uses
        given = "".join(f", {name}={value}" for name, value in zip(node.keywords, others, strict=True))
        return f"{built_in}({elements}, key={self.operand(Const(in_turn))}({keys}){given})"

    def place(self, node: Instr) -> Place:
        callee = self.region.callee(node.id)
        return Place(callee.function if callee is not None else None, node.name)

    def build(self, node: Instr, uses: list[str]) -> str:
        if node.name == "dict":
            pairs = zip(uses[::2], uses[1::2], node.stars, strict=True)
            return "{" + ", ".join(f"**{v}" if double else f"{k}: {v}" for k, v, double in pairs) + "}"
        if node.name == "text":
            return f"''.join(({', '.join(uses)},))"
        if node.name == "slice":
            return f"slice({', '.join(uses)})"
        inner = ", ".join(f"*{u}" if star else u for u, star in zip(uses, node.stars, strict=True))
        if node.name == "tuple":
            return f"({inner},)" if uses else "()"
        if node.name == "set":
            return f"{{{inner}}}" if uses else "set()"
        return f"[{inner}]"

    def call(self, node: Instr, uses: list[str], target: str | None, depth: int) -> None:
        count = len(uses) - len(node.keywords)
        args = [f"*{u}" if star else u for u, star in zip(uses[1:count], node.stars, strict=True)]
        if takes_first(self.region, node):
            args[0] = f"{self.operand(Const(iter))}({args[0]})"
        args += [
            f"**{u}" if name is None else f"{name}={u}" for name, u in zip(node.keywords, uses[count:], strict=True)
        ]
        if node.id in self.noted:
            found = target_of(self.region, node.id)
            assert found is not None
            self.put(depth, f"files.writes({self.operand(found.operand)}{'.__self__' if found.owner else ''})")
            return
        early = next((p for p in self.plan.sites if p.node.id == node.id), None)
        through = self.region.through(node.id)
        if through is not None:
            made, *given = map(self.operand, through)
            self.put(depth, f"{target} = {made}({', '.join(given)})" if given else f"{target} = {made}")
            return
        if self.flowing is not None and self.flowed(node, early, uses, target, depth):
            return
        if node.id in self.memo:
            self.put(depth, f"{target} = True if r.seen({node.id}, {args[0]}) else {uses[0]}({args[0]})")
        elif early is None and asks_files(self.region, node):
            self.put(depth, f"{target} = files.ask({', '.join([uses[0], *args])})")
        elif early is None:
            if (asked := silence(self.region, node.id)) is not None:
                self.put(depth, f"{self.operand(Const(asked))}({', '.join(args)})")
            self.put(depth, f"{target} = {uses[0]}({', '.join(args)})")
        elif self.strand is None:
            self.put(depth, f"r.start({early.site}, {', '.join([uses[0], *args])})")
            self.put(depth, "yield")
        elif early.node.id in self.strand.calls and self.strand.waits:
            self.put(depth, f"{target} = yield r.call({early.site}, {', '.join([uses[0], *args])})")
            self.looked_at(early.data, target, depth)
        elif early.node.id in self.strand.calls:
            self.put(depth, f"yield r.start({early.site}, {', '.join([uses[0], *args])})")
        else:
            self.put(depth, f"{target} = yield r.result({early.site})")
            self.looked_at(early.data, target, depth)
            if early.gives_back:
                self.put(depth, f"{target} = r.own({', '.join([str(target), *args])})")

    def flowed(self, node: Instr, early: SitePlan | None, uses: list[str], target: str | None, depth: int) -> bool:
        """Writes a call in a strand that hands on what is still to come."""
        assert self.strand is not None and self.strand.flow is not None and self.flowing is not None
        if early is None:
            return not asks_files(self.region, node) and self.flowing.call(node, target, depth)
        if early.node.id not in self.strand.calls:
            wait = f"yield r.result({early.site})" if self.flowing.strict(node) else f"r.promise({early.site})"
            self.put(depth, f"{target} = {wait}")
            return True
        copies = self.strand.flow.copies.get(node.id, {})
        more = f", m{node.id}" if sum(map(bool, copies.values())) > 1 else ""  # what is given twice stays one
        uses = [f"r.copied({u}, {copies[n]}{more})" if copies.get(n) else u for n, u in enumerate(uses)]
        if more:
            self.put(depth, f"m{node.id} = {{}}")
        given = self.flowing.arguments(node, uses, call=False)
        wait = "yield " if self.flowing.strict(node) else ""
        self.put(depth, f"{target} = {wait}r.launch({early.site}, {early.gives_back}, {given})")
        self.put(depth, "yield")
        return True

    def looked_at(self, assumed: bool, target: str | None, depth: int) -> None:
        """A strand goes on with what was taken for data if it is."""
        if assumed:
            self.put(depth, f"if not {self.operand(Const(is_plain))}({target}): raise {self.operand(Const(Over))}")


def asks_files(region: LinkedRegion, node: Node) -> bool:
    """Whether a call asks the file system."""
    asks = any(e.kind == "query" and e.detail == "fs" for e in region.effects(node.id))
    return asks and isinstance(node, Instr) and node.op == "call"
