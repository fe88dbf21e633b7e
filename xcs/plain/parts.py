"""A loop's body in two parts: what a worker does for one item, and what is done in order with what it returned.

for task in tasks:                        def process_task(task):
    history = [task]                          history = [task]
    while len(history) < 9:                   while len(history) < 9:
        history.append(model(history))            history.append(model(history))
    print(task, history[-1])                  return history

                                          for task, history in zip(tasks, executor.map(process_task, tasks)):
                                              print(task, history[-1])

The worker's part comes first, makes calls, and changes nothing but what it makes itself. A condition that ends the
iteration in the middle (`if not answer: print("none"); continue`) is tested in both.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from ..analysis.domain.effects import OUTPUTS, Effect, Loc, overlap, waits
from ..analysis.domain.places import Path
from ..ir.nodes import For, Instr, Node, With
from .divided import Parts
from .futures import Work
from .mentions import continues, given_to, inner_names, jumps, leaves, names_in, names_only, names_read, value_of
from .returned import Returned, Statement
from .said import Said, of_stream, to_stream
from .tree import Range, becomes, bound_in, free_names, inside, swap

AS_THEY_ARE = frozenset({"blocks", "raises"})


@dataclass(slots=True)
class Splitter:
    work: Work
    loop: cst.For
    local: frozenset[str]  # names that hold containers which nobody else has
    notes: bool  # whether the worker may note what it says
    awaited: bool = False  # calls are awaited
    calls: list[cst.Call] = field(default_factory=list)
    sites: set[int] = field(default_factory=set)
    needs: set[int] = field(default_factory=set)
    ranges: dict[int, Range] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)  # nodes of the worker's part
    said: Said = field(init=False)
    block: cst.Try | None = None  # in which the loop takes results

    def __post_init__(self) -> None:
        self.said = Said(self.work)

    def parts(self) -> Parts:
        """Raises: Bailout."""
        self.prepare()
        body = self.statements()
        last = max(i for i, s in enumerate(body) if self.made_in(s))
        chain, rest = list(body[: last + 1]), list(body[last + 1 :])
        lead = list(itertools.takewhile(self.only_says, chain[:-1]))
        chain, final = chain[len(lead) :], chain[-1]
        parts = self.tried(chain[:-1], final, rest) if isinstance(final, cst.Try) else self.split(chain, rest)
        parts.lead = [*lead]
        return parts

    def only_says(self, statement: Statement) -> bool:
        """Whether all that a statement does is to print, or log, what no call needs: it stays in the loop."""
        nodes = list(self.nodes_in(self.range(statement)))
        effects = [e for n in nodes for e in self.effects(n.id)]
        says = [e for e in effects if e.kind == "command" and e.detail in OUTPUTS]
        return (
            isinstance(statement, cst.SimpleStatementLine)
            and isinstance(statement.body[0], cst.Expr)
            and bool(says)
            and not self.needs & {n.id for n in nodes}
            and all(e in says or e.kind == "read" or self.is_private(e, {n.id for n in nodes}) for e in effects)
            and not self.bound([statement])
        )

    # -- what stands where

    def prepare(self) -> None:
        work = self.work
        for plan in work.plan.sites:
            call = work.tree.calls.get(work.tree.of(plan.node.payload))  # type: ignore[arg-type]
            if call is None or not inside(work.tree.range(call), self.range(self.loop.body)):
                raise work.refuse(f"the place of `{plan.node.text}(...)`", plan.node)
            self.calls.append(call)
            self.sites.add(plan.node.id)
            self.needs |= plan.needs
        self.ranges = {i: work.tree.of(n.span) for i, n in work.region.nodes.items()}

    def statements(self) -> Sequence[Statement]:
        body = self.loop.body
        if not isinstance(body, cst.IndentedBlock):
            raise self.work.refuse("a loop on one line")
        return [s for s in body.body if isinstance(s, cst.SimpleStatementLine | cst.BaseCompoundStatement)]

    def range(self, node: cst.CSTNode) -> Range:
        return self.work.tree.range(node)

    def made_in(self, node: cst.CSTNode) -> bool:
        place = self.range(node)
        return any(inside(self.range(call), place) for call in self.calls)

    def nodes_in(self, place: Range) -> Iterator[Node]:
        for ident, own in self.ranges.items():
            if inside(own, place):
                yield self.work.region.nodes[ident]

    # -- the two parts

    def split(self, chain: list[Statement], rest: list[Statement]) -> Parts:
        """Two parts of a run of statements whose last one makes a call."""
        guards = [s for s in chain[:-1] if self.is_guard(s)]
        for statement in chain[:-1]:
            if statement in guards:
                assert isinstance(statement, cst.If)
                self.own |= {n.id for n in self.nodes_in(self.range(statement.test))}
            else:
                self.whole(statement)
        extracted = self.extracted(chain[-1])
        if extracted is not None and self.gives_more(chain, guards, extracted):
            extracted = None
        if extracted is None:
            self.whole(chain[-1])
        else:
            self.own |= {n.id for n in self.nodes_in(self.range(extracted))}
        if self.notes:
            self.note(chain, guards, extracted)
        self.check()
        for guard in guards:
            self.check_guard(guard, chain[chain.index(guard) + 1 :])
        moved = [s for s in chain if s not in guards]
        bound = self.bound(moved if extracted is None else moved[:-1]) - self.said.noted.variables()
        names = self.read_outside(bound, moved if extracted is None else [*moved[:-1], extracted])
        target = "" if guards or extracted is None else given_to(chain[-1], extracted)
        target, result = "" if target in names else target, ""
        left: list[cst.BaseStatement] = []
        if extracted is not None and not target:
            result = self.work.name("result")
            left = [swap(chain[-1], {extracted: becomes(cst.Name(result))})]
            names = [n for n in names if n != result]
        every = [*names, *([target or result] if target or result else [])]
        made = Returned(self.work, self.said, self.outside).worker(chain, guards, extracted, names)
        kept: list[cst.BaseStatement] = [*guards, *left, *rest]
        code = self.work.tree.code(*made)
        found = Parts(made, every, kept, free_names(code), bound, result=bool(result))
        found.more = not all(self.needs & {n.id for n in self.nodes_in(self.range(s))} for s in moved[:-1])
        if self.said.any:
            found.said = self.said
        elif not every:
            raise self.work.refuse("calls whose results nobody reads", self.work.frame)
        if {"super", "__class__"} & found.reads:
            raise self.work.refuse("super()", self.work.frame)
        if len(moved) == 1 and not guards:
            found.single = extracted if extracted is not None else value_of(moved[0])
        return found

    def gives_more(self, chain: list[Statement], guards: list[Statement], call: cst.BaseExpression) -> bool:
        """Whether nobody reads what the last call gives, and something else that the worker makes is read."""
        moved = [s for s in chain if s not in guards]
        match chain[-1]:
            case cst.SimpleStatementLine(body=[cst.Expr(value=value)]) if value is call and not self.notes:
                return bool(self.read_outside(self.bound(moved), moved))
            case _:
                return False

    def note(self, chain: list[Statement], guards: list[Statement], extracted: cst.BaseExpression | None) -> None:
        """Looks for what is counted and stored in the worker's part."""
        whole = [s for s in chain if s not in guards and (extracted is None or s is not chain[-1])]
        tests = [*(g.test for g in guards if isinstance(g, cst.If)), *([] if extracted is None else [extracted])]
        self.said.noted.find(whole, tests, self.local, self.own, self.block, self.loop)

    def tried(self, before: list[Statement], block: cst.Try, rest: list[Statement]) -> Parts:
        """The same of a body whose calls stand in a `try` block: their results are taken in there."""
        work, body = self.work, [s for s in block.body.body if isinstance(s, Statement)]
        others = [*block.handlers, *([block.orelse] if block.orelse else [])]
        others += [block.finalbody] if block.finalbody else []
        if not isinstance(block.body, cst.IndentedBlock) or any(map(self.made_in, others)):
            raise work.refuse("calls in a handler", work.frame)
        for statement in before:
            if any(isinstance(n, Instr) and work.region.may_fail(n.id) for n in self.nodes_in(self.range(statement))):
                raise work.refuse("what may fail before a `try` block", work.frame)
        last = max(i for i, s in enumerate(body) if self.made_in(s))
        if any(self.is_guard(s) for s in [*before, *body[:last]]):
            raise work.refuse("a way out of a `try` block", work.frame)
        self.block = block
        parts = self.split([*before, *body[: last + 1]], body[last + 1 :])
        handled = {n for part in block.handlers for n in names_read(part)}
        handled |= names_read(block.finalbody) if block.finalbody else set()
        own = self.bound([*before, *body[: last + 1]]) - self.said.noted.variables()
        leave = all(jumps(h.body) for h in block.handlers)
        if own & handled or (not leave and own & {n for s in rest for n in names_read(s)}):
            raise work.refuse("what a `try` block makes and its handler reads", work.frame)
        if self.outside(own):
            raise work.refuse("what a `try` block makes and is read behind the loop", work.frame)
        parts.rest, inner = list(rest), parts.rest
        parts.block = block.with_changes(body=block.body.with_changes(body=inner))
        return parts

    def is_guard(self, statement: Statement) -> bool:
        """Whether a statement ends the iteration on a condition, and makes no call itself."""
        return (
            isinstance(statement, cst.If)
            and statement.orelse is None
            and not self.made_in(statement)
            and isinstance(statement.body, cst.IndentedBlock)
            and continues(statement.body)
        )

    def extracted(self, statement: Statement) -> cst.BaseExpression | None:
        """The call to take out of a statement that does more with its result; None: the statement goes as a whole."""
        if not isinstance(statement, cst.SimpleStatementLine):
            return None
        if len(statement.body) == 1 and value_of(statement) is not None and self.is_own(statement):
            return None
        calls = [c for c in self.calls if inside(self.range(c), self.range(statement))]
        outer = [c for c in calls if not any(d is not c and inside(self.range(c), self.range(d)) for d in calls)]
        if len(outer) > 1 and names_only(statement) and self.is_own(statement):
            return None
        if len(outer) != 1 or len(statement.body) != 1:
            raise self.work.refuse("several calls in one statement", self.work.frame)
        if self.work.binds(outer[0]):
            raise self.work.refuse("what a call binds", self.work.frame)
        place = self.range(outer[0])
        for above in itertools.takewhile(lambda a: a is not statement, self.work.tree.ancestors(outer[0])):
            if isinstance(above, cst.BaseComp | cst.IfExp | cst.BooleanOperation | cst.Lambda | cst.Comparison):
                raise self.work.refuse("a call under a condition", self.work.frame)
        order = self.work.region.order
        own = {n.id for n in self.nodes_in(place)}
        first = min(order[i] for i in own)
        for node in self.nodes_in(self.range(statement)):
            if node.id in own or order[node.id] >= first or not isinstance(node, Instr):
                continue
            if self.work.region.may_fail(node.id) or any(e.kind != "read" for e in self.effects(node.id)):
                raise self.work.refuse(f"a call because of line {node.span.line}", self.work.frame)
        return self.value(outer[0])

    def value(self, call: cst.Call) -> cst.BaseExpression:
        """What stands for the call's result."""
        if not self.awaited:
            return call
        awaiting = self.work.tree.parents[call]
        if not isinstance(awaiting, cst.Await):
            raise self.work.refuse("a call that isn't awaited where it stands", self.work.frame)
        return awaiting

    def is_own(self, statement: cst.CSTNode) -> bool:
        """Whether a statement changes nothing but variables and what the iteration makes."""
        below = {n.id for n in self.nodes_in(self.range(statement))}
        return all(self.is_private(e, below | self.own) for i in below - self.sites for e in self.effects(i))

    def whole(self, statement: Statement) -> None:
        """Adds a statement to the worker's part."""
        if leaves(statement):
            raise self.work.refuse("a way out of the iteration", self.work.frame)
        self.own |= {n.id for n in self.nodes_in(self.range(statement))}

    # -- whether that may be done

    def effects(self, ident: int) -> frozenset[Effect]:
        return self.work.region.effects(ident)

    def is_private(self, effect: Effect, own: set[int]) -> bool:
        if effect.kind in AS_THEY_ARE or effect.kind == "read":
            return True
        root = effect.loc.root if effect.loc is not None else None
        return effect.kind == "write" and isinstance(root, tuple) and root[0] in own

    def check(self) -> None:
        """Whether the worker's part may run early: it has no effects, and reads nothing that is written."""
        work, region = self.work, self.work.region
        body = region.below(work.frame.id) if work.frame is not None else set()
        defined = {t for i in body for t in _targets(region.nodes[i])}
        uses = region.once(work.frame.id if work.frame is not None else 0).uses
        written = [
            e.loc for i in region.nodes for e in self.effects(i)
            if e.kind == "write" and e.loc is not None and not self.is_private(e, self.own) and not to_stream(e)
        ]  # fmt: skip
        writes = [e for i in self.own for e in self.effects(i) if e.kind == "write"]
        changed = frozenset(None if e.loc is None else e.loc.root for e in writes)
        noted = [self.said.adds(region.nodes[i], self.local) for i in self.own] if self.notes else []
        added = [call for call in noted if call is not None]
        places = [self.range(call) for call in added], [self.range(call.func) for call in added]
        adding = {
            i for i in self.own if self.ranges[i] in places[0] or any(inside(self.ranges[i], p) for p in places[1])
        }
        adding |= self.said.noted.own(self.own)
        for ident in self.own - adding:
            node = region.nodes[ident]
            if isinstance(node, Instr) and node.op in ("store_global", "store_cell", "yield", "opaque", "import"):
                raise work.refuse(f"line {node.span.line}", node)
            for name, definitions in uses.get(ident, {}).items():
                assert work.frame is not None
                if 0 in definitions and name in defined and name != work.frame.target:
                    raise work.refuse(f"`{name}`, which an earlier iteration gives", node)
            if ident in self.sites:
                continue
            says = any(e.kind == "command" for e in self.effects(ident))
            says = says and self.notes and self.said.takes(node, changed)
            for effect in self.effects(ident):
                known = ident in self.needs and effect.kind == "query" and isinstance(node, Instr | With)
                known |= effect.kind == "sleep" or (says and (effect.kind == "command" or to_stream(effect)))
                if not self.is_private(effect, self.own) and not known:
                    raise work.refuse(f"line {node.span.line}", node)
                looks = effect.kind == "read" and ident not in self.needs and not of_stream(effect.loc)
                if looks and effect.loc is not None:
                    self.check_read(effect.loc, written, node)
            paused = any(e.kind == "sleep" for e in self.effects(ident))
            if waits(self.effects(ident)) and ident not in self.needs and not paused:
                raise work.refuse(f"line {node.span.line}", node)
        if self.said.noted.fail(self.own) and (self.said.lines or (len(self.said.lists()) > 1 and self.is_seen())):
            raise work.refuse("what is said or counted behind what may fail", work.frame)

    def is_seen(self) -> bool:
        """Whether the function may go on when an iteration has failed, and see what it has done."""
        return any(isinstance(a, cst.Try) for a in (self.block, *self.work.tree.ancestors(self.loop)))

    def check_guard(self, guard: Statement, after: list[Statement]) -> None:
        """Whether a condition that is tested again when the worker has gone on gives the same."""
        read = {n.value for n in names_in(guard)}
        later = {n.id for s in after for n in self.nodes_in(self.range(s))} & self.own
        rebound = {t for i in later for t in _targets(self.work.region.nodes[i])} & read
        for ident in later - self.sites:
            for effect in self.effects(ident):
                root = effect.loc.root if effect.loc is not None else None
                if effect.kind == "write" and not (isinstance(root, tuple) and root[0] in later):
                    rebound.add("")
        if rebound:
            raise self.work.refuse("a condition whose values change afterwards", self.work.frame)

    def check_read(self, read: Loc, written: list[Loc], node: Node) -> None:
        """Of what no call needs, nothing may be read that the region writes."""
        if isinstance(read.root, tuple) and read.root[0] in self.own:
            return
        for write in written:
            if read.slot == "=" and isinstance(write.root, tuple):
                continue  # a variable of a module is no part of an object that the region makes
            alone = isinstance(write.root, Path) and write.root.kind == "local" and write.root.name in self.local
            other = isinstance(read.root, Path) and isinstance(write.root, Path) and read.root.name != write.root.name
            if overlap(write, read) or not (alone and other):
                raise self.work.refuse(f"what line {node.span.line} reads", node)

    # -- names

    def bound(self, statements: Sequence[cst.CSTNode]) -> set[str]:
        """The variables that statements bind in their own scope."""
        code = self.work.tree.code(*statements)
        return bound_in(code) - inner_names(code)

    def read_outside(self, bound: set[str], moved: Sequence[cst.CSTNode]) -> list[str]:
        """Of these variables, those that are read where the worker's part does not stand, in the order of the text."""
        found: dict[str, None] = {}
        places = [self.range(s) for s in moved]
        function = self.work.tree.function_of(self.loop)
        for name in names_in(function):
            if name.value in bound and not any(inside(self.range(name), p) for p in places):
                found[name.value] = None
        order = [n.value for s in moved for n in names_in(s)]
        return sorted(found, key=order.index)

    def outside(self, names: set[str]) -> bool:
        """Whether something outside the loop mentions one of these names."""
        place = self.range(self.loop)
        function = self.work.tree.function_of(self.loop)
        return any(n.value in names and not inside(self.range(n), place) for n in names_in(function))


def _targets(node: Node) -> tuple[str, ...]:
    return node.targets if isinstance(node, Instr) else (node.target,) if isinstance(node, For | With) else ()


__all__ = ["Parts", "Splitter"]
