"""What keeps a loop sequential, or one of its waiting calls in its place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import replace

from ..remarks import Located
from ..trees import called_name
from .conclusions import Wait
from .flow import ADDRESSED, CONVERSED, FAILED, KEYS, Flow, WaitingCall, root_of
from .handing import bound, runs_together
from .kinds import Built, OfFunction, Symbol
from .local_names import QUIET
from .modules import statements
from .origins import Scope
from .rewritten import rewrites
from .services import category, of_role, tables, words
from .tree_walks import text, walk

PERSON = (Built("input"), Symbol("getpass.getpass"))
FAR = 4  # calls down
Obstacle = tuple[str, str, tuple[Located, ...]]


def obstacle_of(flow: Flow, asking: Sequence[WaitingCall], items: set[str]) -> Obstacle | None:
    """What keeps the whole loop sequential; items: the names that stand for what it goes through."""
    first = asking[0].wait
    drains = all(items.isdisjoint(flow.reached(s.needs | s.conditions)) for s in asking)
    for where, conditions, how in flow.exits:
        if how == "failed":
            if drains:  # it asks the same each time, until there is no more
                return "exit", f"it calls `{first.name}(...)` until that fails", (where,)
            continue
        if not conditions or flow.rests_on_results(conditions):
            return (
                "exit",
                f"whether `{first.name}(...)` is called again depends on a result",
                (replace(where, text="leaves the loop here"),),
            )
    remote = [s for s in asking if s.wait.kind != "sleep"]
    for where, conditions in flow.sleeps:
        if remote and not flow.rests_on_results(conditions):
            return "pacing", "a sleep beside requests is pacing", (replace(where, text="sleeps here"),)
    if flow.batches:
        return "together", "what it awaits runs together already", ()
    stateful = next((s.wait for s in flow.sites if s.wait.kind == "stateful" and not _is_store(s.wait)), None)
    if stateful is not None:
        return "thread-bound", f"`{stateful.name}(...)` talks over one connection, in order", (stateful.where,)
    return None


def grows(flow: Flow, gone_through: str | None, asking: Sequence[WaitingCall]) -> Obstacle | None:
    """Whether answers are added to what a loop goes through, by its name."""
    if gone_through is None or gone_through not in flow.mutated or not flow.rests_on_results({gone_through}):
        return None
    where = replace(flow.mutated[gone_through], text="changed here")
    changed = f"`{gone_through.removeprefix('::')}`, which it goes through,"
    return "carried", f"{changed} is changed by what `{asking[0].wait.name}(...)` gives", (where,)


def steps(node: ast.AST, iterable: ast.expr | None, asking: Sequence[WaitingCall]) -> Obstacle | None:
    """Whether a loop goes through commands that are spelled out one after another: what a script does, in order."""
    if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
        return None
    if not isinstance(iterable, ast.List | ast.Tuple) or not all(map(_is_spelled, iterable.elts)):
        return None
    whole = {
        id(below)
        for below in ast.walk(node)
        if isinstance(below, ast.Call) and below.args
        and isinstance(below.args[0], ast.Name) and below.args[0].id == node.target.id
    }  # fmt: skip
    for site in asking:
        if site.wait.kind == "process" and site.call in whole:
            reason = f"the commands that `{site.wait.name}(...)` starts are spelled out as the steps of a script"
            return "command", reason, (Located("the steps stand here", site.wait.where.filename, iterable.lineno),)
    return None


def once(body: Sequence[ast.stmt], asking: Sequence[WaitingCall]) -> Obstacle | None:
    """Whether a loop is left right after each of its calls: it looks for one item, and asks for that alone."""
    calls = {site.call for site in asking}
    last = [_left_after(body, call, True) for call in calls]
    if calls == {0} or not all(last):
        return None
    return "exit", f"once `{asking[0].wait.name}(...)` is called the loop is left", ()


def _left_after(body: Sequence[ast.stmt], call: int, breaks: bool) -> bool:
    """Whether a block that makes a call is always left for good after it; breaks: `break` leaves the loop."""
    for index, statement in enumerate(body):
        if not any(id(below) == call for below in ast.walk(statement)):
            continue
        ways = (ast.Return, ast.Break) if breaks else (ast.Return,)
        if any(isinstance(later, ways) for later in body[index:]):
            return True
        inner = breaks and not isinstance(statement, ast.For | ast.While | ast.AsyncFor)
        blocks = [getattr(statement, name, ()) for name in ("body", "orelse", "finalbody")]
        blocks += [h.body for h in getattr(statement, "handlers", ())]
        return any(_left_after(block, call, inner) for block in blocks if isinstance(block, list))
    return False


def left_behind(node: ast.AST, scope: Scope) -> Obstacle | None:
    """Whether an iteration goes on with what the one before left: a file that it wrote, or what a person typed."""
    if rewrites(node):
        where = Located("it reads and writes the same file", str(scope.module.file), getattr(node, "lineno", 0))
        return "carried", "it reads a file which the iteration before wrote", (where,)
    return _of_a_person(node, scope)


def _of_a_person(node: ast.AST, scope: Scope) -> Obstacle | None:
    """Whether a loop asks a person something in between: what is asked of others follows what they typed."""
    for below in ast.walk(node):
        if not isinstance(below, ast.Call) or called_name(below) not in ("input", "getpass"):
            continue
        if scope.origin(below.func) in PERSON:
            where = Located("a person is asked here", str(scope.module.file), below.lineno)
            return "exit", "what a person types decides what is asked next", (where,)
    return None


def tries_again(iterable: ast.expr, scope: Scope) -> Obstacle | None:
    """Whether a loop goes through the tries of one and the same request."""
    if isinstance(iterable, ast.Call) and scope.origin(iterable.func) in set(map(Symbol, of_role("attempts"))):
        where = Located("the tries are made here", str(scope.module.file), iterable.lineno)
        return "exit", "it is tried again only where that failed", (where,)
    return None


def together_instead(body: Sequence[ast.stmt], instead: Sequence[ast.stmt], scope: Scope) -> Obstacle | None:
    """Whether what stands in the other branch hands the same calls to threads or tasks, or says so by its name."""
    called = {text(n.func) for s in body for n in walk(s) if isinstance(n, ast.Call)}
    for below in (n for s in instead for n in walk(s) if isinstance(n, ast.Call)):
        last = text(below.func).rpartition(".")[2]
        if last[:1].islower() and of_role("together").intersection(words(last)):
            where = Located("here they run together", str(scope.module.file), below.lineno)
            return "together", "the other branch runs these calls together", (where,)
        if runs_together(below, scope.origin(below.func)):
            named = {text(n) for s in instead for n in walk(s) if isinstance(n, ast.Name | ast.Attribute)}
            if not called.isdisjoint(named):
                where = Located("here they run together", str(scope.module.file), below.lineno)
                return "together", "the other branch runs these calls together", (where,)
    return None


def started_instead(body: Sequence[ast.stmt], asking: Sequence[WaitingCall]) -> Obstacle | None:
    """Whether a loop makes its calls only where they have not been started before: else it waits for their results."""
    calls = {site.call for site in asking}
    for node in (n for s in body for n in walk(s) if isinstance(n, ast.If) and n.orelse):
        for given, other in ((node.body, node.orelse), (node.orelse, node.body)):
            waits = (n for s in given for n in walk(s) if isinstance(n, ast.Call) and not n.args)
            made = {id(n) for s in other for n in walk(s) if isinstance(n, ast.Call)}
            if calls <= made and any(isinstance(w.func, ast.Attribute) and w.func.attr == "result" for w in waits):
                return "together", "the other branch waits for calls that were started before", ()
    return None


def waits_of(chosen: Sequence[WaitingCall], flow: Flow, items: set[str], scope: Scope) -> tuple[Wait, ...]:
    """What a loop waits for. Weak is what its own function asks once others have called it again, and what only
    some kind of item leads to: far down, a picture that one part of a message may name; an address among paths."""
    function, filename = scope.function, str(scope.module.file)
    first, last = (function.node.lineno, function.node.end_lineno or 0) if function is not None else (0, 0)

    within = [f.node for f in scope.module.every if first < f.node.lineno and (f.node.end_lineno or 0) <= last]

    def inside(where: Located) -> bool:
        if where.filename != filename or not first <= where.line <= last:
            return False
        return not any(node.lineno <= where.line <= (node.end_lineno or 0) for node in within)

    def doubted(site: WaitingCall) -> bool:
        far = len(site.wait.chain) >= FAR and not items.isdisjoint(flow.reached(site.conditions))
        far = far or (bool(site.wait.chain) and ADDRESSED in site.conditions)
        return far or any(map(inside, [*site.wait.chain, site.wait.where][1:]))

    found = [replace(site.wait, weak=site.wait.weak or doubted(site) or _slept_far(site.wait)) for site in chosen]
    return tuple({(w.name, w.where): w for w in found}.values())


def _slept_far(wait: Wait) -> bool:
    """Whether nothing but a sleep, more than one call down, is waited for: that is seldom work of an item."""
    return wait.kind == "sleep" and len(wait.chain) > 1


def _is_spelled(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Tuple | ast.Constant | ast.JoinedStr)


def _of_others(change: Wait, asked: Wait) -> bool:
    """Whether what changes something is known to be of another package than what asks: of another service."""
    known = change.package and asked.package and not change.guessed and not asked.guessed
    return bool(known) and change.package != asked.package


def _is_store(wait: Wait) -> bool:
    """Whether what is talked to is a database: its statements stay in their order beside requests to others."""
    return category(wait.package) == "database"


def of_items(flow: Flow, site: WaitingCall, items: set[str]) -> bool:
    """Whether what is only guessed to ask for something asks by the item, not only after a failure: else it may take
    the next of something."""
    if not site.wait.guessed or site.wait.kind == "stateful":
        return True
    return FAILED not in site.conditions and by_item(flow, site, items)


def by_item(flow: Flow, site: WaitingCall, items: set[str]) -> bool:
    """Whether what a call is given, or made on, differs by the item; no part of a global does: it may be made when it
    is first needed."""
    own = {n for n in site.needs if not n.startswith("::") or root_of(n) in (n, *flow.assigned)}
    return not items.isdisjoint(flow.reached(own))


def is_memo(name: str) -> bool:
    """Whether a name is of a memo table, or of what that keeps for an item: other items' answers decide nothing."""
    return not tables()["words"]["memos"].isdisjoint(words(name.removesuffix("[]").rpartition(".")[2])[-1:])


def durations(body: Sequence[ast.stmt], scope: Scope) -> list[tuple[int, int]]:
    """The lines between two readings of a clock whose difference is kept, not only printed."""
    simple = [s for s in statements(body) if not hasattr(s, "body") and not _tells(s)]
    started = {
        target.id: s.lineno
        for s in simple
        if isinstance(s, ast.Assign) and _reads_clock(s.value, scope)
        for target in s.targets
        if isinstance(target, ast.Name)
    }
    if not started:
        return []
    read = {n.id for s in simple for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return [
        (started[name], s.lineno)
        for s in simple
        if not (isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) and s.targets[0].id not in read)
        for below in ast.walk(s)
        for name in _measured(below, started, scope)
    ]


def _measured(node: ast.AST, started: Collection[str], scope: Scope, depth: int = 2) -> list[str]:
    """The variables, of those that hold when something began, from which a part of a text computes how long it took;
    a function that is given one may."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        ended = _reads_clock(node.left, scope) or getattr(node.left, "id", "") in started
        return [node.right.id] if isinstance(node.right, ast.Name) and node.right.id in started and ended else []
    if not isinstance(node, ast.Call) or not depth:
        return []
    given = [v for v in (*node.args, *(k.value for k in node.keywords)) if getattr(v, "id", "") in started]
    origin = scope.origin(node.func) if given else None
    if not isinstance(origin, OfFunction):
        return []
    inside = scope.inside(origin.function)
    found = bound(node, origin.function).items()
    names = {name: value.id for name, value in found if isinstance(value, ast.Name) and value in given}
    body = [below for s in origin.function.node.body for below in walk(s)]
    return [names[name] for below in body for name in _measured(below, names, inside, depth - 1)]


def _reads_clock(node: ast.expr, scope: Scope) -> bool:
    origin = scope.origin(node.func) if isinstance(node, ast.Call) else None
    return isinstance(origin, Symbol) and origin.dotted in of_role("clocks")


def _tells(node: ast.stmt) -> bool:
    """Whether a statement only prints something, or logs it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and called_name(node.value) in QUIET


def kept_in_place(flow: Flow, site: WaitingCall, items: set[str], timed: Sequence[tuple[int, int]]) -> Obstacle | None:
    """What keeps one waiting call in its place; None: it could start early. `timed`: the lines that are measured."""
    line = (*site.wait.chain, site.wait.where)[0].line
    if any(first <= line <= last for first, last in timed):
        return "duration", f"how long `{site.wait.name}(...)` takes is kept", (site.wait.where,)
    if site.wait.kind in ("query", "process") and not by_item(flow, site, items):
        return "same", f"`{site.wait.name}(...)` asks the same in each iteration", (site.wait.where,)
    carried = {n for n in (*flow.mutated, *flow.assigned) if n in flow.exposed or root_of(n) in flow.exposed}
    carried = {n for n in carried if flow.rests_on_results({n})}
    needs = flow.reached(site.needs | site.conditions)
    for name in sorted(carried & needs):
        if name.endswith(KEYS) or is_memo(name):
            continue
        where = flow.mutated.get(name) or site.wait.where
        return (
            "carried",
            f"`{site.wait.name}(...)` needs `{name.removeprefix('::')}`, which an earlier answer changes",
            (replace(where, text="changed here"),),
        )
    talked = tables()["holders"]["talked"] if site.wait.awaited else frozenset()
    talked = talked | (tables()["holders"]["conversed"] if site.wait.kind == "inference" else frozenset())
    shared = {n for n in site.needs - flow.assigned - items if root_of(n) == n and n.islower()}
    if any(not talked.isdisjoint(words(name)[-1:]) for name in shared):
        return "thread-bound", f"`{site.wait.name}(...)` talks over one connection, in order", (site.wait.where,)
    if CONVERSED in flow.closure(site.needs | site.conditions):
        stateful = next((s.wait for s in flow.sites if s.wait.kind == "stateful"), site.wait)
        return "thread-bound", f"`{stateful.name}(...)` talks over one connection, in order", (stateful.where,)
    change = next((c for c in flow.commands if c.kind == "command" and not _of_others(c, site.wait)), None)
    if change is not None and site.wait.kind in ("query", "inference") and site.wait.kind != "inference":
        return "command", f"`{change.name}(...)` changes what `{site.wait.name}(...)` may ask for", (change.where,)
    return None
