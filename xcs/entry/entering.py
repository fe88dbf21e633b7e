"""Entering a region: its verdict, what must be so beside the guards, and what its slice is given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

from ..bound import perf_counter, thread_time
from ..garbage import paused
from ..peek import built_in_names, instance_dict, peek
from ..remarks import Bailout, Remark
from ..runtime import Account, Begun, Counters, Peeled, Region, nesting_too_deep
from .allowance import HEAVY, may_take, never_decided, note, only_timed, took, worth_more
from .checks import Crowded
from .code_state import TRIES
from .effort import effort
from .loading import REPLACED, ready
from .separation import questions, theirs_alone
from .verdicts import HELD, Decision, Turn, Verdicts

if TYPE_CHECKING:
    from ..analysis.domain.effects import Effect
    from ..analysis.domain.meter import Meter
    from ..analysis.domain.places import Path
    from ..plan.plan import Plan
    from .again import Undecided
    from .code_state import State
    from .peeling import Peel


def enter(state: State, number: int, values: tuple[object, ...], module: dict[str, object]) -> object:
    """The region's activation, or None: run the original statements.

    values: of the region's variables; module: the function's globals.
    """
    state.calls += 1
    if number in state.dropped or nesting_too_deep() or initializing(module):
        return None
    if only_timed(state, number):
        state.timed(number, values)
        return None
    begun, account = thread_time(), state.account(number)
    before = account.deciding
    try:
        entered = looked(state, number, values, module)
    except RecursionError:  # it can't be decided this deep in the stack, and what that took counts
        entered = None
        state.misses[number] = state.misses.get(number, 0) + HEAVY
        state.missed(number, dict(zip(state.emitted.values(number), values, strict=True)))
    took = max(0.0, thread_time() - begun - (account.deciding - before))
    if type(entered) is Region:
        took = max(0.0, took - entered.slicing)
        entered.checking = took
        account.checking += took
    else:
        account.checked(took)
    return entered


def looked(state: State, number: int, values: tuple[object, ...], module: dict[str, object]) -> Region | Peeled | None:
    """The answer of `enter`, once it is known that the region is to be looked at."""
    roots = dict(zip(state.emitted.values(number), values, strict=True))
    if (account := state.account(number)).loses():
        state.rest(number, roots, account.lost, "its calls were not worth starting early")
        return None
    verdicts = state.verdicts.get(number) or state.verdicts.setdefault(number, Verdicts())
    crowded: Crowded = set()
    chosen = verdicts.find(roots, crowded)
    if chosen is None or (chosen.unfinished and worth_more(state, number)):
        chosen = decided(state, verdicts, number, roots, module, crowded, chosen)
    if chosen is None:
        return _undecided(state, number, roots, module)
    state.remarks[number] = chosen.plan.remark
    if chosen.compiled is None:
        if chosen.plan.stable:
            state.drop(number)
        else:
            state.missed(number, roots, chosen)
        peels = chosen.looks > 0 and number not in state.dropped
        return _peeled(state, number, chosen, roots, module) if peels else None
    return activate(state, number, chosen, roots, module, crowded)


def activate(
    state: State, number: int, chosen: Decision, roots: dict[str, object], module: dict[str, object],
    crowded: Crowded, begun: Begun | None = None,
) -> Region | None:  # fmt: skip
    """Enters a region that starts calls early; `crowded`: elements that are looked at one by one; `begun`: after its
    loop's first iteration."""
    try:
        shared = state.emitted.regions[number].cells.union(state.original.co_cellvars)
        asked = of_items(chosen, roots, crowded, shared)
        theirs_alone(chosen.compiled.copied, roots, shared)
        account = state.account(number)
        region = activation(chosen, roots, module, state.counters, account, asked, begun)
    except Bailout as bailout:
        applied = chosen.plan.remark
        state.remarks[number] = Remark(
            "missed", bailout.code, applied.function, applied.filename, applied.span, bailout.what
        )
        state.missed(number, roots)
        return None
    state.misses[number] = 0
    if (rest := state.rests.get(number)) is not None:
        rest.asleep &= begun is None  # since the first iteration, by a verdict that came to no end
        if account.vain == 0.0:
            rest.tries, rest.gained = 0, True
    return region


def _peeled(
    state: State, number: int, missed: Decision, roots: dict[str, object], module: dict[str, object]
) -> Peeled | None:
    """An activation that is decided again after the first iteration, if the region has the form for that."""
    peel = _peel(state, number, module)
    if peel is None or not (missed.unfinished or peel.helps(missed.plan.remark.code)):
        return None
    missed.tries -= missed.tries > 0
    return _again(state, number, peel, missed, roots, module)


def _undecided(state: State, number: int, roots: dict[str, object], module: dict[str, object]) -> Peeled | None:
    """An activation that is decided once its loop has waited enough to pay for that, if it has the form."""
    from .again import Undecided

    peel = _peel(state, number, module, nests=True) if never_decided(state, number) else None
    return None if peel is None else _again(state, number, peel, Undecided(state.remarks[number]), roots, module)


def _peel(state: State, number: int, module: dict[str, object], nests: bool = False) -> Peel | None:
    from .peeling import peel_of

    if (number, nests) not in state.peels:
        state.peels[number, nests] = peel_of(state.emitted.regions[number], state.emitted.regions, nests)
    peel = state.peels[number, nests]
    return peel if peel is not None and peel.fits(module) else None


def _again(
    state: State, number: int, peel: Peel, missed: Decision | Undecided, roots: dict[str, object],
    module: dict[str, object],
) -> Peeled:  # fmt: skip
    from .again import Again

    kept = {name: roots[name] for name in peel.kept}
    again = Again(state, number, missed, module, decided, activate, peel.carried)
    return Peeled(f"@region{number}", peel.loop, kept, peel.bound, again, missed.tries > 0)


def decided(
    state: State, verdicts: Verdicts, number: int, roots: dict[str, object], module: dict[str, object],
    crowded: Crowded, unfinished: Decision | None = None, changed: frozenset[Path] = frozenset(),
    does: frozenset[Effect] = frozenset(),
) -> Decision | None:  # fmt: skip
    """A verdict with the objects of this entry, in place of one that came to no end. None: not in this entry. changed:
    places that an iteration has set which is under way; does: what that may do."""
    turn = Turn()
    try:
        if not turn.come():
            return None
        chosen = verdicts.find(roots, crowded)  # another thread may have made it meanwhile
        meter = None
        again = unfinished is not None and chosen is unfinished
        if again or (chosen is None and verdicts.pays(state.spent, state.counters.saved)):
            meter = may_take(state, number, roots, module, again)
        computed = thread_time()
        if meter is not None and not ready():
            note(state, number, Bailout("unknown", REPLACED))
            meter = None
        if meter is not None:
            loading = thread_time() - computed
            meter.until += loading  # a process that finds no byte code on disk takes many times as long
            state.account(number).deciding += loading  # once, and not in vain: others need it, too
            begun, computed, cpu = perf_counter(), thread_time(), effort.clock()
            weight = HEAVY  # where it can't be decided, this deep in the stack
            try:
                with paused():
                    chosen = decide(state, number, roots, module, meter, changed, does)
                weight = took(state, number, effort.clock() - cpu, meter, chosen)
                chosen.unfinished = meter.out and chosen.compiled is None
                if chosen.compiled is None and not chosen.holds(roots):
                    weight, chosen.looks = TRIES, 0  # of too many objects some are like none that was looked at
                if chosen.compiled is not None or chosen.lasting:
                    verdicts.keep(chosen, unfinished)
                else:
                    weight = max(weight, HELD)
            except RecursionError:
                pass
            finally:
                state.spent += perf_counter() - begun
                state.account(number).decided(thread_time() - computed)
                state.misses[number] = state.misses.get(number, 0) + weight
    finally:
        turn.end()
    if chosen is None or (chosen.compiled is not None and not chosen.holds(roots, crowded)):
        # In the latter case decided with an example of each kind of item, and another one is not like it.
        state.missed(number, roots)
        return None
    return chosen


def decide(
    state: State, number: int, roots: dict[str, object], module: dict[str, object], meter: Meter,
    changed: frozenset[Path], does: frozenset[Effect],
) -> Decision:  # fmt: skip
    """Analyses a region."""
    from ..analysis.interpret import Interpreter
    from ..front.lowered_code import lowered, settled
    from ..plan.plan import make_plan

    code, region = state.original, state.emitted.regions[number]
    whole = partial(lowered, code, module)

    def interpreter(given: Mapping[str, object]) -> Interpreter:
        made = Interpreter(given, meter, changed)
        made.does = does
        return made

    def plan(opening: bool) -> Plan:
        return make_plan(region, roots, module, code.co_name, code.co_filename, interpreter, opening, whole, owner=code)

    try:
        return Decision(plan(True), code, region.values, changed)
    except Bailout:  # a callee that was to be open has no variant
        return Decision(plan(False), code, region.values, changed)
    finally:
        settled()


def of_items(
    chosen: Decision, roots: dict[str, object], crowded: Crowded, shared: frozenset[str]
) -> list[Callable[[object], bool] | None]:
    """What a slice asks of each element that it comes to, in the order of `Compiled.items`. None: all is known.

    Raises:
        Bailout: not with these objects.
    """
    several = chosen.compiled.items
    unasked = next((path for path in crowded if path not in several), None)
    if unasked is not None:
        raise Bailout("not-entered", f"`{unasked}` holds too many objects to look at")
    if not chosen.separated and not crowded:
        return [None] * len(several)
    later = questions(chosen.separated, roots, crowded, several, shared)
    asked_of = []
    for path in several:
        asked = later.get(path, [])
        if path in crowded and (guards := chosen.checks.of_item(path)) is not None:
            asked = [guards, *asked]
        asked_of.append(all_of(asked))
    return asked_of


def all_of(asked: list[Callable[[object], bool]]) -> Callable[[object], bool] | None:
    """The conjunction of questions; None of none."""
    if len(asked) < 2:
        return asked[0] if asked else None
    return lambda item: all(question(item) for question in asked)


def activation(
    chosen: Decision, roots: dict[str, object], module: dict[str, object], counters: Counters,
    account: Account, items: list[Callable[[object], bool] | None], begun: Begun | None,
) -> Region:  # fmt: skip
    """A region that starts calls early; `items`: what is asked of each of several objects; `begun`: after its loop's
    first iteration.

    Raises:
        Bailout: not yet.
    """
    importing = [name for name in chosen.plan.modules if _importing(name)]
    if importing:
        raise Bailout("not-entered", f"the module {min(importing)} was still being imported")
    given = [roots[n] for n in chosen.compiled.locals]
    given += [_global(p, module) for p in chosen.compiled.globals]
    given += [roots[p.name] if p.function is None else _shared(p) for p in chosen.compiled.cells]
    given += items
    return Region(
        chosen.compiled.build(*given),
        anchors=chosen.anchors,
        sites=chosen.infos,
        counters=counters,
        account=account,
        loggers=chosen.loggers,
        needless=chosen.needless,
        printing=chosen.printing,
        opens=chosen.opens,
        begun=begun,
        told=chosen.plan.told,
    )


def initializing(module: dict[str, object]) -> bool:
    """Whether the module with these globals is still being imported."""
    spec = module.get("__spec__")
    if type(spec) is ModuleSpec:
        return bool(getattr(spec, "_initializing", False))
    return spec is not None and peek(spec, "_initializing") is True


def _importing(name: str) -> bool:
    return initializing(instance_dict(sys.modules.get(name)) or {})


def _global(place: Any, module: dict[str, object]) -> object:
    """What a global name means now, in the decorated function's module or in an open callee's.

    Raises:
        Bailout: nothing.
    """
    names = module if place.function is None else place.function.__globals__
    try:
        return names[place.name] if place.name in names else built_in_names(names)[place.name]
    except KeyError:
        raise Bailout("not-entered", f"`{place.name}` has no value") from None


def _shared(place: Any) -> object:
    """What a shared variable of an open callee holds now.

    Raises:
        Bailout: nothing yet.
    """
    function = place.function
    try:
        return function.__closure__[function.__code__.co_freevars.index(place.name)].cell_contents
    except ValueError:
        raise Bailout("not-entered", f"`{place.name}` has no value yet") from None
