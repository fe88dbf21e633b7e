"""The plan of a region: which calls start early, the slices that start them, and what that rests on."""

from __future__ import annotations

import types
from dataclasses import dataclass, field

from .analysis.dependence import Region
from .analysis.effects import CODES, ORDERED, Effect, Loc, conflicts
from .analysis.interpret import Frame, Interpreter
from .analysis.values import CONTAINERS, MISSING, Bound, Fresh, FreshKey, Inst, Known, Lazy, Path, Plain, Top, Value, origins_of
from .guards import Guard
from .ir import Block, For, Instr, Jump, Node, Try, While, With, walk
from .knowledge import blocks as channel_blocks
from .remarks import Bailout, Located, Remark, Span

REMOTE = ("inference", "query")
SLICE_OPS = frozenset(
    (
        "copy",
        "global",
        "cell",
        "attr",
        "item",
        "unary",
        "binary",
        "inplace",
        "compare",
        "build",
        "collect",
        "format",
        "call",
        "unpack",
        "setitem",
        "setattr",
    )
)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One call that starts early."""

    site: int
    node: Instr
    anchor: int  # id of the loop whose iteration it is started for, 0: the region
    needs: frozenset[int]  # nodes of its slice
    live: frozenset[str]
    results: frozenset[int]  # nodes of other sites whose results it waits for
    service: str | None
    limit: int | None
    loggers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdict on one region."""

    remark: Remark
    sites: tuple[SitePlan, ...] = ()
    guards: tuple[Guard, ...] = ()
    separate: tuple[tuple[Path, Path, bool], ...] = ()
    modules: frozenset[str] = frozenset()
    stable: bool = False  # sequential whatever the objects
    region: Region | None = None


@dataclass(slots=True)
class _Planner:
    region: Region
    sites: dict[int, int]  # node id -> site number
    function: str
    filename: str
    span: Span
    refused: dict[int, Bailout] = field(default_factory=dict)
    separate: set[tuple[Path, Path, bool]] = field(default_factory=set)

    def located(self, text: str, ident: int) -> Located:
        node = self.region.nodes[ident]
        return Located(text, self.filename, node.span.line)

    # -- candidates

    def candidates(self) -> list[Instr]:
        found = []
        for node in self.region.nodes.values():
            if isinstance(node, Instr) and node.op == "call" and node.id in self.sites:
                effects = self.region.effects(node.id)
                if not any(e.kind in ("blocks", "sleep") for e in effects):
                    continue
                obstacle = self.own_obstacle(node, effects)
                if obstacle is None:
                    found.append(node)
                else:
                    self.refused[node.id] = obstacle
        return found

    def own_obstacle(self, node: Instr, effects: frozenset[Effect]) -> Bailout | None:
        name = f"`{node.text}(...)`"
        for effect in sorted(effects, key=lambda e: (e.kind, e.detail)):
            if effect.kind in ORDERED or effect.kind == "write":
                ends = (effect.where,) if effect.where is not None and effect.where.line else ()
                return Bailout(
                    CODES[effect.kind],
                    f"{name}: {effect.detail or effect.kind}" if effect.kind == "unknown" else name,
                    node.span,
                    ends,
                )
        if self.region.in_handler(node.id):
            return Bailout("handled", f"{name} stands in an error handler", node.span)
        if any(isinstance(p, While) for p in self.region.parents[node.id]):
            return Bailout("syntax", f"{name} in a while loop", node.span)
        if any(isinstance(p, With) for p in self.region.parents[node.id]):
            return Bailout("syntax", f"{name} in a with block inside the region", node.span)
        return self.argument_obstacle(node, name)

    def argument_obstacle(self, node: Instr, name: str) -> Bailout | None:
        made = {
            a.key for value in self.region.facts.operands.get(node.id, ())[1:] for a in value if isinstance(a, Fresh)
        }
        for value in self.region.facts.operands.get(node.id, ())[1:]:
            for abstract in value:
                if isinstance(abstract, Fresh) and abstract.cls not in CONTAINERS and len(abstract.key) == 1:
                    return Bailout("arguments", f"{name}, a {abstract.cls.__name__} made in the region,", node.span)
                if isinstance(abstract, Lazy):
                    return Bailout("arguments", f"{name}, an iterator,", node.span)
        reached: set[object] = set()
        todo = list(self.region.facts.results.get(node.id, frozenset()))
        while todo:
            abstract = todo.pop()
            if isinstance(abstract, Plain):
                reached |= {o for o in abstract.origins if isinstance(o, tuple)}
            if isinstance(abstract, Fresh) and abstract.key not in reached:
                reached.add(abstract.key)
                memory = self.region.facts.heap.get(abstract.key)
                if memory is not None:
                    todo.extend(a for v in (*memory.attrs.values(), memory.element, memory.keys) for a in v)
        if made & reached or any(isinstance(o, tuple) and len(o) == 1 and o[0] != node.id for o in reached):
            return Bailout("arguments", f"{name}, whose result holds an argument made in the region,", node.span)
        return None

    # -- slices

    def slice_obstacle(self, node: Instr, needs: set[int], accepted: set[int]) -> Bailout | None:
        name = f"`{node.text}(...)`"
        for ident in sorted(needs, key=self.region.order.__getitem__):
            if ident == node.id:
                continue
            below = self.region.nodes[ident]
            if ident in accepted:
                continue
            match below:
                case Instr():
                    if self.region.in_handler(ident):
                        return Bailout(
                            "handled", name, node.span, (self.located("depends on an error handler", ident),)
                        )
                    if below.op not in SLICE_OPS:
                        return Bailout(
                            "arguments", name, node.span, (self.located(f"{below.op} {below.name}".strip(), ident),)
                        )
                    for effect in self.region.effects(ident):
                        if effect.kind == "read":
                            continue
                        if (
                            effect.kind == "write"
                            and effect.loc is not None
                            and isinstance(effect.loc.root, tuple)
                            and effect.loc.root[0] in needs
                            and effect.loc.root[0] not in accepted
                        ):
                            continue
                        ends = (self.located(f"after `{below.text or below.op}`", ident),)
                        code = (
                            "carried"
                            if ident in self.sites and effect.kind in ("blocks", "sleep", *REMOTE)
                            else CODES.get(effect.kind, "arguments")
                        )
                        return Bailout(code, name, node.span, ends)
                case For():
                    for abstract in self.region.facts.operands.get(ident, (frozenset(),))[0]:
                        if not _readable(abstract):
                            return Bailout(
                                "iterable", f"line {below.span.line} goes through an iterator or object", below.span
                            )
                    if below.orelse and any(n.id in needs for n in walk(below.orelse)):
                        return Bailout("syntax", "the else block of a loop", below.span)
                case While() | With():
                    return Bailout("syntax", f"{name} below a while loop or with block", node.span)
                case Jump():
                    if self.region.in_handler(ident) and below.kind != "continue":
                        return Bailout(
                            "handled", name, node.span, (self.located("the handler leaves the loop", ident),)
                        )
                case _:
                    pass
        return None

    def memory_obstacle(self, node: Instr, needs: set[int]) -> Bailout | None:
        name = f"`{node.text}(...)`"
        reads = [
            (ident, e.loc)
            for ident in {*needs, node.id}
            for e in self.region.effects(ident)
            if e.kind == "read" and e.loc is not None
        ] + self.compared(node)
        for other in self.region.nodes:
            if other == node.id or not any(self.region.moved_across(i, other) for i in {*needs, node.id}):
                continue
            for effect in self.region.effects(other):
                if effect.kind in ("unknown", "thread") and self.region.moved_across(node.id, other):
                    ends = (
                        (effect.where,)
                        if effect.where is not None and effect.where.line
                        else (self.located("here", other),)
                    )
                    what = (
                        f"{effect.detail or 'a call that depends on the thread'}, which {name} would be moved across,"
                    )
                    return Bailout("unknown" if effect.kind == "unknown" else "thread-bound", what, node.span, ends)
                if (
                    effect.kind == "command"
                    and self.region.moved_across(node.id, other)
                    and any(channel_blocks(effect.detail, c) for c in _channels(self.region.effects(node.id)))
                ):
                    return Bailout(
                        "command",
                        f"`{getattr(self.region.nodes[other], 'text', '')}(...)`, which {name} would be moved across,",
                        node.span,
                        (self.located("here", other),),
                    )
                if effect.kind == "write" and effect.loc is not None and other not in needs:
                    for reader, read in reads:
                        if self.region.moved_across(reader, other) and self.may_conflict(effect.loc, read):
                            both = (self.located("written here", other), self.located("read here", reader))
                            return Bailout("conflict", name, node.span, both)
        return None

    def reached(self, root: FreshKey) -> set[object]:
        """What can be reached from a fresh object."""
        found: set[object] = set()
        todo: list[object] = [root]
        while todo:
            key = todo.pop()
            memory = self.region.facts.heap.get(key) if isinstance(key, tuple) else None
            if memory is None:
                continue
            for value in (*memory.attrs.values(), memory.element, memory.keys, *memory.entries.values()):
                for abstract in value:
                    for origin in origins_of(abstract):
                        if origin not in found:
                            found.add(origin)
                            todo.append(origin)
        return found

    def compared(self, node: Instr) -> list[tuple[int, Loc]]:
        """What the take compares: the containers among the arguments, with all in them."""
        return [
            (node.id, Loc(origin, "*", True))
            for value in self.region.facts.operands.get(node.id, ())[1:]
            for a in value
            if isinstance(a, Plain) or getattr(a, "cls", None) in CONTAINERS
            for origin in origins_of(a)
        ]

    def may_conflict(self, write: Loc, read: Loc) -> bool:
        if write.root is None or read.root is None:
            return True
        if isinstance(write.root, tuple) or isinstance(read.root, tuple):
            return write.root == read.root or (read.deep and isinstance(read.root, tuple) and write.root in self.reached(read.root))
        same = (write.root.kind, write.root.name, write.root.holder_id) == (
            read.root.kind,
            read.root.name,
            read.root.holder_id,
        )
        if same:
            return conflicts(write, read)
        if (
            write.slot == "="
            and write.root.kind == "local"
            and read.root.kind == "cell_of"
            and write.root.name == read.root.name
        ):
            return True
        if "=" in (write.slot, read.slot):
            return False
        if (
            not read.deep
            and read.root.kind == "object"
            and isinstance(read.root.holder, types.FunctionType | type | types.ModuleType)
            and write.root.kind != "object"
        ):
            return False
        if write.slot.startswith(".") and read.slot.startswith(".") and write.slot != read.slot and not read.deep:
            return False
        # Different roots: that they are different objects becomes an entry condition.
        self.separate.add((write.root, read.root, read.deep))
        return False

    # -- the plan

    def run(self) -> tuple[SitePlan, ...]:
        candidates = self.candidates()
        self.pacing(candidates)
        accepted = {n.id: n for n in candidates if n.id not in self.refused}
        plans: dict[int, SitePlan] = {}
        changed = True
        while changed:
            changed = False
            plans = {}
            for ident, node in list(accepted.items()):
                try:
                    plans[ident] = self.site(node, set(accepted))
                except Bailout as bailout:
                    self.refused[ident] = bailout
                    del accepted[ident]
                    changed = True
        return tuple(plans[i] for i in sorted(plans, key=self.region.order.__getitem__))

    def site(self, node: Instr, accepted: set[int]) -> SitePlan:
        needs, live = self.region.closure(node.id)
        name = f"`{node.text}(...)`"
        if self.carried(node):
            jumps = [i for i in needs if isinstance(self.region.nodes[i], Jump)]
            exits = [j for j in jumps if node.id in self.region.closure(j)[0]]
            if exits:
                raise Bailout("exit", name, node.span, (self.located("leaves the loop here", exits[0]),))
            raise Bailout("carried", name, node.span)
        others = frozenset(i for i in needs if i in accepted and i != node.id)
        bad = self.slice_obstacle(node, needs, accepted) or self.memory_obstacle(node, needs)
        if bad is not None:
            raise bad
        anchor = 0
        if others:
            anchor, needs, live = self.anchor(node, accepted)
            others = frozenset(i for i in needs if i in accepted and i != node.id)
        else:
            loops = [p for p in self.region.parents[node.id] if isinstance(p, For)]
            anchor = loops[-1].id if loops else 0
        effects = self.region.effects(node.id)
        service = next((f"{e.kind} {e.detail}" for e in effects if e.kind in REMOTE and e.detail != "fs"), None)
        limits = [int(e.detail) for e in effects if e.kind == "limit"]
        loggers = tuple(sorted({e.detail for e in effects if e.kind == "logs"}))
        return SitePlan(
            self.sites[node.id],
            node,
            anchor,
            frozenset(needs),
            frozenset(live),
            others,
            service,
            min(limits, default=None),
            loggers,
        )

    def carried(self, node: Instr) -> bool:
        """Whether what the call needs depends on an earlier result of itself."""
        needs: set[int] = set()
        for _name, definitions in self.region.whole.uses.get(node.id, {}).items():
            for definition in definitions:
                if definition:
                    needs |= self.region.closure(definition)[0]
        for parent in self.region.parents[node.id]:
            needs |= self.region.closure(parent.id)[0]
        for ident in (*self.region._jumps(node.id), *self.region._guarded(node.id)):
            if ident != node.id:
                needs |= self.region.closure(ident)[0]
        for effect in self.region.facts.effects.get(node.id, set()):
            root = effect.loc.root if effect.loc is not None else None
            if (
                effect.kind == "read"
                and isinstance(root, tuple)
                and root[0] in self.region.nodes
                and root[0] != node.id
            ):
                for writer in self.region.writers(root[0]):
                    if self.region.order[writer] < self.region.order[node.id] or self.region.share_loop(
                        writer, node.id
                    ):
                        needs |= self.region.closure(writer)[0]
        return node.id in needs

    def anchor(self, node: Instr, accepted: set[int]) -> tuple[int, set[int], set[str]]:
        """The innermost loop iteration from whose beginning the slice can run with values known without results."""
        loops = [p.id for p in self.region.parents[node.id] if isinstance(p, For)]
        for place in (*reversed(loops), 0):
            needs, live = self.region.closure(node.id, place)
            if place == 0:
                return 0, needs, live
            if (
                all(self.known_ahead(name, place, accepted) for name in live)
                and not self.region.closure(place)[0] & accepted
            ):
                return place, needs, live
        raise AssertionError

    def known_ahead(self, name: str, loop: int, accepted: set[int]) -> bool:
        """Whether a variable's value at the begin of each iteration of the loop depends on no result."""
        node = self.region.nodes[loop]
        assert isinstance(node, For)
        if name == node.target:
            return True
        for ident, reads in self.region.whole.uses.items():
            below = self.region.nodes.get(ident)
            if below is None or loop not in {p.id for p in self.region.parents[ident]}:
                continue
            for definition in reads.get(name, frozenset()):
                if definition and self.region.closure(definition)[0] & accepted:
                    return False
        return True

    def pacing(self, candidates: list[Instr]) -> None:
        direct = [n for n in candidates if self.is_sleep(n)]
        if not direct:
            return
        for other in self.region.nodes:
            for effect in self.region.effects(other):
                if (
                    effect.kind == "inference"
                    or (effect.kind == "query" and effect.detail in ("net", "db"))
                    or (effect.kind == "command" and effect.detail not in ("stdout", "stderr", "log"))
                ):
                    for node in candidates:
                        self.refused[node.id] = Bailout(
                            "pacing", f"`{direct[0].text}(...)`", direct[0].span, (self.located("beside this", other),)
                        )
                    return

    def is_sleep(self, node: Instr) -> bool:
        import time

        callee = self.region.facts.operands.get(node.id, (frozenset(),))[0]
        return any(isinstance(a, Known) and a.obj is time.sleep for a in callee)


def _by_argument(region: Region, node: Instr) -> bool:
    """Whether which function is called depends on the objects that the region is entered with."""
    callees = region.facts.operands.get(node.id, (frozenset(),))[0]
    return not callees or any(
        not (isinstance(c, Known) or (isinstance(c, Bound) and isinstance(c.receiver, Plain | Fresh))) for c in callees
    )


def _channels(effects: frozenset[Effect]) -> set[str]:
    return {e.detail if e.kind == "query" else "inference" for e in effects if e.kind in REMOTE}


def _readable(abstract: object) -> bool:
    match abstract:
        case Plain():
            return True
        case Inst(cls=cls) | Fresh(cls=cls):
            return cls in CONTAINERS
        case Lazy(readable=readable):
            return readable
        case _:
            return False


def overlapping(region: Region, sites: tuple[SitePlan, ...]) -> bool:
    """Profitability: whether two calls that wait can be under way at once."""
    if any(any(isinstance(p, For) for p in region.parents[s.node.id]) for s in sites):
        return True
    return any(
        a.node.id not in region.closure(b.node.id)[0] and b.node.id not in region.closure(a.node.id)[0]
        for a in sites
        for b in sites
        if a is not b
    )


def make_plan(
    block: Block, sites: dict[Span, int], roots: dict[str, object], module: dict[str, object], cells: frozenset[str],
    function: str, filename: str, span: Span, handled: bool,
) -> Plan:  # fmt: skip
    """Decides one region with the objects that `roots` (variables at entry) and `module` (globals) hold now."""
    facts = Interpreter(roots)
    frame = Frame(function, filename, module, {}, {}, ())
    env: dict[str, Value] = {}
    for name, value in roots.items():
        lifted = facts.lift(value, Path("local", name))
        if name in cells:
            frame.outer[name] = lifted
        else:
            env[name] = lifted

    def missed(
        code: str, what: str, where: Span | None = None, ends: tuple[Located, ...] = (), stable: bool = False
    ) -> Plan:
        remark = Remark("missed", code, function, filename, where or span, what, ends)
        return Plan(remark, guards=tuple(facts.guards.values()), stable=stable)

    try:
        frame.breaks.append([])
        frame.continues.append([])
        facts.block(block, env, frame, top=True)
    except Bailout as bailout:
        return missed(bailout.code, bailout.what, bailout.span, bailout.ends)
    region = Region.of(block, facts)
    numbered = {
        n.id: sites[n.payload]
        for n in region.nodes.values()
        if isinstance(n, Instr) and n.op == "call" and n.payload in sites
    }
    planner = _Planner(region, numbered, function, filename, span)
    if not any(e.kind in ("blocks", "sleep") for i in region.nodes for e in region.effects(i)):
        unknown = next((e for i in region.nodes for e in region.effects(i) if e.kind == "unknown"), None)
        depends = any(_by_argument(region, n) for n in region.nodes.values() if isinstance(n, Instr) and n.op == "call")
        if unknown is None:
            return missed("no-gain", "", stable=not depends)
        return missed(
            "unknown",
            unknown.detail,
            ends=(unknown.where,) if unknown.where and unknown.where.line else (),
            stable=False,
        )
    lazy = _may_stop_early(region)
    if lazy is not None:
        return missed("exit", "a generator expression that may not be used up", lazy.span)
    plans = planner.run()
    if handled and plans:
        return missed("handled", "the calls stand in a try block whose handler goes on", stable=True)
    if not plans or not overlapping(region, plans):
        if planner.refused:
            first = min(planner.refused, key=region.order.__getitem__)
            refusal = planner.refused[first]
            return missed(refusal.code, refusal.what, refusal.span, refusal.ends)
        return missed("no-gain", "")
    what = ", ".join(dict.fromkeys(f"`{p.node.text}(...)`" for p in plans))
    remark = Remark("applied", "parallel", function, filename, span, what)
    return Plan(
        remark, plans, tuple(facts.guards.values()), tuple(planner.separate), frozenset(facts.modules), False, region
    )


def _may_stop_early(region: Region) -> Node | None:
    """A generator expression that is not consumed whole by the call it is an argument of."""
    from .analysis.calls import WHOLE

    whole = {id(w) for w in WHOLE} | {id(str.join)}
    for node in region.nodes.values():
        if isinstance(node, For) and node.kind == "generator":
            made = {
                c
                for n in walk(node.body)
                if isinstance(n, Instr) and n.op == "collect"
                for c in region.whole.uses[n.id].get(getattr(n.uses[0], "name", ""), ())
            }
            users = [
                n
                for n in region.nodes.values()
                if isinstance(n, Instr)
                and n.op != "collect"
                and any(made & d for d in region.whole.uses.get(n.id, {}).values())
            ]
            for user in users:
                callee = region.facts.operands.get(user.id, (frozenset(),))[0]
                names = {
                    a.ident if isinstance(a, Known) else getattr(getattr(a, "func", None), "ident", 0) for a in callee
                }
                if user.op == "call" and names and names <= whole:
                    continue
                return node
            if any(
                isinstance(n, Jump) and made & frozenset().union(*region.whole.uses.get(n.id, {}).values(), frozenset())
                for n in region.nodes.values()
            ):
                return node
    return None


__all__ = ["MISSING", "Plan", "SitePlan", "Top", "Try", "make_plan"]
