"""Verdicts on regions: one is made by one thread at a time, and some of each region are kept for later entries."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import takewhile
from os import getpid
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any
from weakref import ref

from ..bound import Event, monotonic
from ..emit.assemble import function_on, own_constants, placed
from ..front.source import original_code
from ..knowledge import clients_with_memory
from ..peek import (
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    class_qualname,
    home_of,
    instance_dict,
    is_class,
    is_module,
    name_of,
    peek,
    qualname_of,
    text,
)
from ..records import replace
from .checks import Checks, Crowded
from .rest import watch_of

if TYPE_CHECKING:
    from ..analysis.domain.places import Path
    from ..plan.opening import Open
    from ..plan.plan import Plan
    from ..runtime import Opened, Remembers

KEPT = 8  # verdicts of a region
LOOKS = 16  # after first iterations, whether a verdict still holds; if it always does, its region is not peeled
WITHIN = 3  # first iterations that are looked into, unless that helps
HELD = 3  # entries without gain that a verdict counts as which is not kept
PATIENCE = 0.5  # seconds that a thread waits for its turn to decide; then it runs the region as written


class Turn:
    """The right to decide, which one thread of the process has at a time: analysis shares what it has learned.

    It ends with `end`, or with the frame that holds it, if a signal handler's exception came in between.
    """

    __slots__ = ("__weakref__", "over", "thread")

    def __init__(self) -> None:
        self.thread = get_ident()
        self.over = Event()

    def come(self, patience: float | None = None) -> bool:
        """Waits for the turn (`patience`: seconds); false if it does not come in time, or if this thread has it."""
        until = monotonic() + (PATIENCE if patience is None else patience)
        turns = _turns.setdefault(getpid(), _Turns())
        while True:
            with turns.lock:
                holder = turns.holder()
                if holder is None or holder.over.is_set():
                    turns.holder = ref(self)
                    return True
                thread, over = holder.thread, holder.over
            del holder
            if thread == self.thread or not over.wait(max(0.0, until - monotonic())):
                return False

    def end(self) -> None:
        """Also if it has not come."""
        self.over.set()


class _Turns:
    """Who has the turn in a process."""

    __slots__ = ("holder", "lock")

    def __init__(self) -> None:
        self.lock = Lock()
        self.holder: Callable[[], Turn | None] = lambda: None


_turns: dict[int, _Turns] = {}  # by process: in the child of a fork nobody has the turn


class Decision:
    """A verdict on a region with what it rests on, ready to be used again. `lasting`: it holds on to no object that
    would not last without it; such a verdict that gains nothing is not worth keeping."""

    __slots__ = (
        "anchors", "changed", "checks", "compiled", "does", "guards", "infos", "lasting", "lazy", "loggers", "looks",
        "needless", "opens", "outermost", "over", "plan", "printing", "separated", "tries",
        "unfinished", "used", "watch",
    )  # fmt: skip

    def __init__(
        self, plan: Plan, code: types.CodeType | None = None, given: Collection[str] | None = None,
        changed: frozenset[Path] = frozenset(),
    ) -> None:  # fmt: skip
        self.checks = Checks(plan.guards)
        self.used = 0  # when it was last used, in uses of the region's verdicts
        self.compiled: Any = None
        self.unfinished = False  # there was more to interpret than it might take
        self.looks = 0 if plan.stable else LOOKS  # after first iterations, whether it still holds
        self.lazy, self.over, self.changed = plan.lazy, plan.over, changed  # set by an iteration that was under way
        self.guards, self.tries, self.does = plan.guards if plan.lazy else (), WITHIN if plan.lazy else 0, plan.does
        self.outermost: frozenset[int | None] = frozenset()  # loops of which each iteration starts some of its calls
        self.separated = (*plan.separate, *plan.namespaces)
        self.lasting = all(map(lasts, _held(plan)))
        self.watch = watch_of(plan.guards, lasts) if not plan.sites and not plan.stable else ()
        if plan.sites:
            from ..emit.slices import compile_slice
            from ..runtime.site import SiteInfo

            self.compiled = compile_slice(plan, code, given)
            numbered = {s.site: takewhile(plan.loops.__contains__, s.loops) for s in plan.sites}
            loops = {site: tuple(plan.loops[i] for i in around) for site, around in numbered.items()}
            self.anchors = frozenset(number for around in loops.values() for number in around)
            self.outermost = frozenset(_outermost(plan, s.anchor) for s in plan.sites)
            self.opens = {
                site: tuple(variant for o in every if (variant := opened(o, plan.opens)) is not None)
                for site, every in plan.opens.items()
            }
            self.loggers = tuple(sorted({name for s in plan.sites for name in s.loggers}))
            self.printing = tuple(sorted({name for s in plan.sites for name in s.printing}))
            self.needless = tuple(sorted({text for s in plan.sites for text in s.unlogged}))
            self.infos = {
                s.site: SiteInfo(
                    service=s.service,
                    limit=s.limit,
                    loggers=s.loggers,
                    loops=loops[s.site],
                    feeds=bool(s.rounds) or any(s.node.id in other.results for other in plan.sites),
                    gives_back=s.gives_back,
                    alike=s.alike,
                    data=s.data,
                    remembers=tuple(_rule(kind) for kind in s.clients),
                    again=s.again,
                    opens=s.opens,
                    on=None if s.on is None else (plan.loops[s.on[0]], plan.loops[s.on[1]]),
                )
                for s in plan.sites
            }
        # What it was made from refers to the objects of that entry: they must not live longer for it.
        self.plan = replace(plan, sites=(), guards=(), does=frozenset(), region=None, loops={}, opens={})

    def holds(self, roots: Mapping[str, object], crowded: Crowded | None = None) -> bool:
        """Whether all that it rests on is so now; `crowded` gets the elements that are too many to be looked at."""
        here: Crowded = set()
        if not self.checks.hold(roots, here):
            return False
        if crowded is not None:
            crowded |= here
        return True


def _rule(kind: str) -> Remembers:
    """What the runtime needs to know of a class of clients that remember."""
    from ..runtime import Remembers

    memory = clients_with_memory(kind)
    return Remembers(memory.kind, memory.jar, memory.used)


def _outermost(plan: Plan, anchor: int) -> int | None:
    """The number of the outermost loop that goes round a site's; None: it is started for the region as a whole."""
    assert plan.region is not None
    return plan.loops.get(plan.region.outermost[anchor]) if anchor else None


def _held(plan: Plan) -> Iterator[object]:
    """The objects that the checks of a plan refer to."""
    for guard in plan.guards:
        if guard.path.holder is not None:
            yield guard.path.holder
        if guard.kind in ("is", "type"):
            yield guard.expected
    if plan.does:
        from ..analysis.domain.places import Path

        roots = [effect.loc.root for effect in plan.does if effect.loc is not None]
        yield from (root.holder for root in roots if isinstance(root, Path) and root.holder is not None)


def lasts(obj: object) -> bool:
    """Whether an object surely is there as long as its module is."""
    kind = type(obj)
    if obj is MISSING or kind in IMMUTABLE:
        return True
    if kind is dict:
        module = sys.modules.get(text(obj.get("__name__")))  # type: ignore[attr-defined]
        return module is not None and instance_dict(module) is obj
    if is_module(obj):
        return sys.modules.get(name_of(obj)) is obj
    if kind is types.FunctionType:
        return "<locals>" not in qualname_of(obj)
    if not is_class(obj):
        return kind in FUNCTIONS
    at_name: object = sys.modules.get(home_of(obj))
    for name in class_qualname(obj).split("."):
        at_name = peek(at_name, name) if at_name is not None else MISSING
    return at_name is obj


def opened(planned: Open, opens: Mapping[int, tuple[Open, ...]]) -> Opened | None:
    """An open callee with a variant of its own; of a library's wrapper, one that calls the variant of the function.

    None: of what the wrapper calls nothing starts early.
    """
    from ..emit.variants import variant
    from ..runtime.opened import Opened, Slot

    slot, function, wrapped = Slot(), planned.function, planned.wrapped
    if wrapped is None:
        code = own_constants(variant(function), original_code(function.__code__))
        own = function_on(function, placed(code, slot))
        return Opened(function, own, slot, planned.sites, planned.loops)
    below = [o for site, every in opens.items() if planned.sites <= site < planned.after for o in every]
    inner = opened(below[0], opens) if below else None
    if inner is None:
        return None
    copy = function_on(wrapped.wrapper, wrapped.wrapper.__code__)
    cells = zip(copy.__code__.co_freevars, copy.__closure__ or (), strict=True)
    closure = tuple(types.CellType(inner.variant) if name == wrapped.cell else cell for name, cell in cells)
    tried = types.FunctionType(copy.__code__, copy.__globals__, copy.__name__, copy.__defaults__, closure)
    tried.__kwdefaults__, tried.__qualname__, tried.__module__ = copy.__kwdefaults__, copy.__qualname__, copy.__module__
    tried.__dict__.update(copy.__dict__)
    return Opened(wrapped.wrapper, tried, slot, planned.sites, planned.loops, inner)


class Verdicts:
    """The verdicts kept of one region."""

    __slots__ = ("kept", "made", "uses")

    def __init__(self) -> None:
        self.kept: tuple[Decision, ...] = ()
        self.made = self.uses = 0

    def find(self, roots: Mapping[str, object], crowded: Crowded | None = None) -> Decision | None:
        """One that holds now: one that starts calls early, if there is such a one."""
        for decision in self.kept:
            if decision.holds(roots, crowded):
                self.uses += 1
                decision.used = self.uses
                return decision
        return None

    def keep(self, new: Decision, instead: Decision | None = None) -> None:
        """Adds one, perhaps in place of another; the one that was not used for longest makes room."""
        self.made += 1
        self.uses += 1
        new.used = self.uses
        latest = sorted([new, *(d for d in self.kept if d is not instead)], key=lambda d: d.used, reverse=True)[:KEPT]
        self.kept = tuple(sorted(latest, key=lambda d: d.compiled is None))

    def rest(self) -> None:
        """Lets go of what was decided with objects that needn't last."""
        self.kept = tuple(d for d in self.kept if d.lasting and d.compiled is None)

    def pays(self, spent: float, saved: float) -> bool:
        """Whether one more may be made: some are free, more must be worth the seconds that they took so far.

        Objects that are new at each call (a client made for it) can ask for one at each entry.
        """
        return self.made < KEPT or saved > spent
