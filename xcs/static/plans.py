"""The stages in order, for a file: locate, lower, analyse, link, plan.

What `jit` does for a live function at its entry, this does for a text, with what the text says of its names. An error
of ours in one function is the verdict on that function.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import types
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as File

from ..analysis.domain.meter import Meter
from ..analysis.domain.places import ITERATED, Path
from ..analysis.domain.state import Env, Frame
from ..analysis.domain.values import NOTHING, Fresh
from ..bound import thread_time
from ..emit.assemble import assemble
from ..emit.entry_tests import emit
from ..front.lower import FunctionNode, lower_function, span_of
from ..front.source import Source
from ..front.texts import lines_of
from ..ir.regions import RegionCode
from ..peek import MISSING
from ..plan.plan import Plan, Unopened, make_plan
from ..plan.to_open import OF_THE_CALLEE
from ..remarks import Bailout, Remark, Span, failed
from . import Shadow, World
from .disjointness import Apart
from .interpreter import StaticInterpreter
from .made import frames_in, gone_through, new_frame
from .module_level import NAME, runs
from .parsers import options_in
from .planned import FunctionPlan, RegionPlan, Waiving
from .shapes import loaded, owns_items, rows_of
from .stand_in import unresolved
from .waived import Waived, as_data
from .world import TAKEN


def plan_file(
    file: File, text: str | None = None, world: World | None = None, wanted: Collection[int] | None = None,
    exact: bool = False, within: Collection[str] | None = None,
) -> list[FunctionPlan]:  # fmt: skip
    """Every function of a file, in the order of the text, with its plan.

    wanted: lines; only functions that stand there, and decorated ones, are planned; those for which the world has no
    time left are not. within: qualified names; only these functions, and what they define, are planned. exact: as
    `plan_function` has it, and nothing of module level.

    Raises:
        Bailout: the file can't be read or parsed.
    """
    with contextlib.nullcontext() if text is None else _shown(file, text):
        return _plans(file, text, world or World(), wanted, exact, within)


def _plans(
    file: File, text: str | None, world: World, wanted: Collection[int] | None, exact: bool,
    within: Collection[str] | None,
) -> list[FunctionPlan]:  # fmt: skip
    broken: dict[int, Bailout] = {}
    room = world.room
    while True:
        shadow = world.load(file, text)
        known = len(broken)
        chosen = [n for n in range(len(shadow.functions)) if _is_wanted(shadow, n, wanted, within)]
        module = not exact and (within is None or NAME in within)
        if (chosen or module) and (not exact or len(shadow.functions) <= MOST_OBSERVED):
            observe(world, shadow, broken)
        found = [_planned(world, shadow, n, broken, exact) for n in chosen if thread_time() < world.until]
        if len(broken) == known or len(broken) > ANEW:
            if module:
                found += [f for f in _module_level(world, shadow, wanted) if f.regions]
            return sorted(found, key=lambda f: f.span.line)
        world = World(world.until, room)  # what has been left in the middle says nothing reliable


@contextlib.contextmanager
def _shown(file: File, text: str) -> Iterator[None]:
    """While this is active, callees of the file are looked up in this text: it may not be what is on the disk."""
    import linecache

    try:
        name = str(file.resolve())
    except (OSError, RuntimeError):
        name = str(file)
    before = linecache.cache.pop(name, None)
    linecache.cache[name] = (len(text), None, lines_of(text), name)
    try:
        yield
    finally:
        linecache.cache.pop(name, None)
        if before is not None:
            linecache.cache[name] = before


MOST_OBSERVED = 60  # functions of a file whose calls are followed for a few wanted ones


def _is_wanted(
    shadow: Shadow, number: int, wanted: Collection[int] | None, within: Collection[str] | None
) -> bool:
    node, code, qualname, _owner = shadow.functions[number]
    if within is not None and not stands_in(qualname, within):
        return False
    return wanted is None or code in shadow.decorated or stands_on(node, wanted)


def stands_in(qualname: str, names: Collection[str]) -> bool:
    """Whether a function is one of these, or defined in one."""
    return any(f"{qualname}.".startswith(f"{name}.") for name in names)


def stands_on(node: FunctionNode, lines: Collection[int]) -> bool:
    """Whether a function has one of these lines."""
    return any(node.lineno <= line <= (node.end_lineno or 0) for line in lines)


ANEW = 3  # functions that fail, after which the others are not planned again without them


def _planned(world: World, shadow: Shadow, number: int, broken: dict[int, Bailout], exact: bool) -> FunctionPlan:
    """The plan of one function of a text; `broken`: our own errors, by function."""
    node, code, qualname, owner = shadow.functions[number]
    if number not in broken:
        try:
            return plan_function(world, shadow, node, code, qualname, owner, exact)
        except Exception as error:
            broken[number] = failed(error)
    source = Source(node, code, str(shadow.file), owner)
    return _refused(source, qualname, code in shadow.decorated, broken[number])


def _module_level(world: World, shadow: Shadow, wanted: Collection[int] | None) -> Iterator[FunctionPlan]:
    """The plans of what a module does beside defining functions."""
    for run in runs(shadow.tree, shadow.file):
        if wanted is not None and not stands_on(run.node, wanted):
            continue
        try:
            plan = plan_function(world, shadow, run.node, run.code, NAME, None, False)
        except Exception as error:
            plan = _refused(Source(run.node, run.code, str(shadow.file), None), NAME, False, failed(error))
        yield replace(plan, imported=not run.guarded)


def _refused(source: Source, qualname: str, decorated: bool, bailout: Bailout) -> FunctionPlan:
    """A function that stays as it is."""
    node = source.node
    where = bailout.span or Span(node.lineno, node.col_offset, node.lineno, node.col_offset)
    name = getattr(node, "name", "<lambda>")
    remark = Remark("missed", bailout.code, name, source.filename, where, bailout.what, bailout.ends)
    return FunctionPlan(source, qualname, decorated, None, (), remark)


def observe(world: World, shadow: Shadow, broken: dict[int, Bailout]) -> None:
    """Follows the calls inside the text: what a function is given there says what its parameters hold."""
    numbers = range(len(shadow.functions))
    main = [n for n in numbers if not _parameters(shadow.functions[n][0])]
    rest = [n for n in reversed(numbers) if _parameters(shadow.functions[n][0])]
    for number in [*main, *rest]:
        node, code, _qualname, owner = shadow.functions[number]
        if code in world.interpreter.observed or number in broken:
            continue
        if thread_time() > world.until:
            return
        try:
            reach(world, shadow, node, code, owner, [])
        except Exception as error:
            broken[number] = failed(error)


def _parameters(node: FunctionNode) -> Sequence[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def reach(
    world: World, shadow: Shadow, node: FunctionNode, code: types.CodeType, owner: str | None, spans: list[Span]
) -> Mapping[Span, Env]:
    """The variables of a function at the beginning of each span."""
    interpreter = world.interpreter
    cls = shadow.globals.get(owner) if owner is not None else None
    bound = cls if isinstance(cls, type) and not _is_static(node) else None
    given = world.parameters(shadow, node, bound, seen=interpreter.observed.get(code))
    taken = {name: rows_of(node, name) for name, value in given.items() if value is TAKEN}
    rows = {name: shape for name, shape in taken.items() if shape is not None}
    frames = [n for n in taken if n not in rows and gone_through(node, n)]
    given.update({**rows, **{n: new_frame() for n in frames if new_frame() is not MISSING}})
    interpreter.taken = (tuple(n for n in taken if given[n] is TAKEN), tuple(rows))
    env = {name: interpreter.lift(value, Path("local", name)) for name, value in given.items()}
    cells: dict[str, object] = {}
    if isinstance(cls, type):
        cells["__class__"] = types.CellType(cls)
    frame = Frame(
        getattr(node, "name", "<lambda>"), str(shadow.file), shadow.globals, cells, {}, (id(node),),
        first=next(iter(env.values()), NOTHING),
    )  # fmt: skip
    interpreter.meter, interpreter.roots, interpreter.names = Meter(until=world.until), given, shadow.names
    interpreter.watched, interpreter.reached = (str(shadow.file), spans), {}
    try:
        ir = lower_function(node, str(shadow.file), frozenset(code.co_freevars))
        interpreter.block(ir.body, env, frame)
    except (Bailout, RecursionError):
        pass
    return interpreter.reached


def _is_static(node: FunctionNode) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in getattr(node, "decorator_list", []))


def plan_function(
    world: World, shadow: Shadow, node: FunctionNode, code: types.CodeType, qualname: str, owner: str | None,
    exact: bool = True,
) -> FunctionPlan:  # fmt: skip
    """The plan of one function of a text. exact: as `@jit`, no result of an open callee holds an object that is equal
    to the program's, but another."""
    source = Source(node, code, str(shadow.file), owner)
    name = getattr(node, "name", "<lambda>")
    decorated = code in shadow.decorated

    try:
        emitted = emit(source, shadow.globals, headers=False)
        assemble(source, emitted.node, qualname)
    except Bailout as bailout:
        return _refused(source, qualname, decorated, bailout)
    except RecursionError:
        return _refused(source, qualname, decorated, Bailout("source", "the function is nested too deep"))
    reached = reach(world, shadow, node, code, owner, [r.span for r in emitted.regions])
    taken, rows = world.interpreter.taken
    fresh = {span: _fresh(env) for span, env in reached.items()}
    free = frozenset(code.co_freevars)
    whole = functools.partial(lower_function, node, str(shadow.file), free, emitted.built_in)
    regions = []
    parents: dict[ast.AST, ast.AST] = {}
    for region in emitted.regions:
        env = reached.get(region.span, {})
        roots, shown = _roots(world, node, region, env)
        rows = tuple(dict.fromkeys([*rows, *shown]))
        planned = functools.partial(
            make_plan, region, module=shadow.globals, function=name, filename=str(shadow.file), whole=whole
        )
        try:
            plan, opened, waived, sentences = _planned_region(
                world, shadow, exact, roots, as_data(node, roots), planned
            )
        except RecursionError:
            plan = Plan(Remark("missed", "source", name, str(shadow.file), region.span, "it is nested too deep"))
            opened, waived, sentences = None, None, ()
        made = fresh.get(region.span, ())
        parents = parents or _parents(node) if made else parents
        local = frozenset(n for n in made if _unescaped(node, parents, n, region.span))
        filled = frozenset(n for n in local if owns_items(node, parents, n))
        apart = Apart(env, roots, shadow, node, world.stand_ins)
        assumes = apart.may_assume(plan if plan.sites else opened or plan)
        waiving = None if waived is None else Waiving(waived, sentences, apart.may_assume(waived))
        options, frames = options_in(env, region.values), frames_in(env, region.values)
        pairs = {(w, r) for p in (plan, opened, waived) if p is not None for w, r, _deep in p.separate}
        obvious = frozenset(pair for pair in pairs if apart.obvious(*pair))
        regions.append(RegionPlan(region, plan, local, opened, filled, options, frames, obvious, waiving, assumes))
    return FunctionPlan(source, qualname, decorated, emitted, tuple(regions), None, taken, rows)


def _planned_region(
    world: World, shadow: Shadow, exact: bool, roots: dict[str, object], data: Mapping[str, object],
    planned: Callable[..., Plan],
) -> tuple[Plan, Plan | None, Plan | None, tuple[str, ...]]:  # fmt: skip
    """The plan of a region; that of `@jit` where a callee runs in place; one that waives effects, and which. data: what
    that takes for plain data."""

    def interpreter(waived: Waived) -> Callable[[Mapping[str, object]], StaticInterpreter]:
        return functools.partial(
            StaticInterpreter, shadows=world.classes, until=world.until, names=shadow.names, waived=waived, exact=exact
        )

    seen, waived = Waived(), Waived(True)
    closed, granted = (None, None) if exact else (Unopened(), Unopened())  # where both would come to the same verdict
    plan = planned(roots, interpreter=interpreter(seen), opening=False, unopened=closed)
    if plan.sites or (plan.remark.code not in OF_THE_CALLEE and not data):
        return plan, None, None, ()
    more = planned(roots, interpreter=interpreter(seen), opening=True, exact=exact, unopened=closed)
    opened = _without_decorated(more, shadow)
    if exact or not (seen.said or data):
        return plan, opened, None, ()
    more = planned({**roots, **data}, interpreter=interpreter(waived), opening=False, unopened=granted)
    if not more.sites and opened is None:
        more = planned({**roots, **data}, interpreter=interpreter(waived), opening=True, exact=exact, unopened=granted)
    given = [f"plain data in {', '.join(data)}"] if data else []
    return plan, opened, _without_decorated(more, shadow), (*waived.said, *given)


def _roots(world: World, node: FunctionNode, region: RegionCode, env: Env) -> tuple[dict[str, object], list[str]]:
    """What stands for the variables of a region, and those whose use alone shows what they hold."""
    roots = {
        n: world.stand_ins.of(env[n]) if env.get(n) else unresolved(f"`{n}`, whose value isn't known here,")
        for n in region.values
    }
    shapes = {n: loaded(node, n, env[n], roots[n]) for n in region.values if env.get(n)}
    shown = {n: shape for n, shape in shapes.items() if shape is not None}
    return {**roots, **shown}, list(shown)


def _without_decorated(plan: Plan, shadow: Shadow) -> Plan | None:
    """A plan that opens callees, if it brings something: a decorated callee runs its own regions instead."""
    own = any(o.function.__code__ in shadow.decorated for ways in plan.opens.values() for o in ways)
    return plan if plan.sites and not own else None


def _fresh(env: Env) -> set[str]:
    """Variables that hold containers made here which no other variable holds."""
    made = {n: v for n, v in env.items() if v and all(isinstance(a, Fresh) and a.cls in ITERATED for a in v)}
    # A name with a % is a temporary: the value on its way to a variable.
    holders = Counter(key for n, v in env.items() if "%" not in n for key in {a.key for a in v if isinstance(a, Fresh)})
    return {n for n, v in made.items() if all(holders[a.key] == 1 for a in v if isinstance(a, Fresh))}


def _parents(node: FunctionNode) -> dict[ast.AST, ast.AST]:
    return {below: above for above in ast.walk(node) for below in ast.iter_child_nodes(above)}


def _unescaped(node: FunctionNode, parents: Mapping[ast.AST, ast.AST], name: str, before: Span) -> bool:
    """Whether the container in a variable stays with it until the region ends: only its methods and items are used."""
    for found in parents:
        if isinstance(found, ast.Nonlocal) and name in found.names:
            return False
        if not isinstance(found, ast.Name) or found.id != name or span_of(found).line > before.end_line:
            continue
        above = parents.get(found)
        if isinstance(found.ctx, ast.Store) or isinstance(above, ast.Attribute | ast.Subscript | ast.Return):
            if isinstance(above, ast.Subscript) and above.slice is found:
                return False
            continue
        if isinstance(above, ast.Call) and isinstance(above.func, ast.Name) and above.func.id == "len":
            continue
        if not _only_read(above, found):
            return False
    return True


def _only_read(above: ast.AST | None, name: ast.Name) -> bool:
    """Whether a container is only tested, gone through or written as text where its name stands."""
    match above:
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[asked]):
            return asked is name
        case ast.For(iter=asked) | ast.comprehension(iter=asked) | ast.If(test=asked) | ast.While(test=asked):
            return asked is name
        case ast.IfExp(test=asked):
            return asked is name
        case ast.UnaryOp(op=ast.Not()) | ast.FormattedValue():
            return True
        case _:
            return False


__all__ = ["FunctionPlan", "RegionPlan", "observe", "plan_file", "plan_function", "stands_in"]
