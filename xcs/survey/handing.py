"""Calls that hand work to threads or tasks, and functions that run their own loops at the same time already."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from ..trees import called_name
from .conclusions import Wait
from .kinds import Given, Made, Origin, Symbol
from .modules import Function
from .services import SAFE, changes_there, of_role, sets_off
from .tree_walks import walk

RUNS_ITSELF = frozenset({
    "submit", "map", "starmap", "imap", "imap_unordered", "apply_async", "run_in_executor", "to_thread",
    "create_task", "gather", "ensure_future", "start_soon", "as_completed", "wait", "map_async", "delay",
})  # fmt: skip
BY_WHICH = ("post", "put", "patch", "delete")  # methods of HTTP clients that change something
STATEMENTS = ("query", "execute", "run_query", "raw_query")  # what a text says is done
SHOWN = ("subprocess.check_call", "subprocess.call", "os.system")  # what they print goes to the terminal, in order
KEPT = ("capture_output", "stdout", "check", None)  # with what is printed, or whether it failed, something is done
FRESH = (
    ast.JoinedStr,
    ast.BinOp,
    ast.Constant,
    ast.Compare,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
)  # no other name's
WAITED = ("result", "wait", "done")
RUNNERS = frozenset({"run_until_complete", "run_async", "run_sync", "run_coroutine", "run_coro", "await_sync"})
HANDS_OVER = ("submit", "run_in_executor", "create_task", "start_soon", "apply_async")


def runs_itself(function: Function) -> bool:
    """Whether a function is decorated with `@jit` and has loops of its own, which run at the same time already."""
    if not any(d.rpartition(".")[2].partition("(")[0] == "jit" for d in function.decorators):
        return False
    loops = ast.For | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    return any(isinstance(node, loops) for node in walk(function.node))


def enters(function: Function) -> bool:
    """Whether a generator is a context manager: what stands before its `yield` is done where it is entered."""
    names = {d.rpartition(".")[2].partition("(")[0] for d in function.decorators}
    return not names.isdisjoint(("contextmanager", "asynccontextmanager"))


def for_its_effect(node: ast.Call, dropped: ast.expr | None, kind: str, dotted: str) -> bool:
    """Whether nobody uses what a program or a statement gives that a call starts; dropped: the unused expression."""
    if kind == "process":
        shown = dotted in SHOWN or (dotted == "subprocess.run" and not any(k.arg in KEPT for k in node.keywords))
        return node is dropped and shown
    waited = dropped.func if isinstance(dropped, ast.Call) else None
    unused = node is dropped or (isinstance(waited, ast.Attribute) and waited.value is node and waited.attr in WAITED)
    return kind == "query" and unused and isinstance(node.func, ast.Attribute) and node.func.attr in STATEMENTS


def runs_together(node: ast.Call, origin: Origin) -> bool:
    """Whether a call hands its arguments to threads or tasks."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name not in RUNS_ITSELF:
        return False
    if isinstance(origin, Symbol):
        return origin.dotted.partition(".")[0] in of_role("pools")
    if isinstance(origin, Made):
        return origin.origin.partition(".")[0] in of_role("pools") | of_role("queues")
    return isinstance(origin, Given) and name in HANDS_OVER


def runs_coroutine(node: ast.Call, origin: Origin) -> bool:
    """Whether a call waits for the coroutine that it is given, as `asyncio.run` does, or says so by its name."""
    if isinstance(origin, Symbol) and origin.dotted in of_role("waiting"):
        return True
    return called_name(node).strip("_") in RUNNERS


def bound(node: ast.Call, function: Function) -> dict[str, ast.expr]:
    """The arguments of a call by the parameters of the function that they are for; of a method, without the first."""
    first = function.owner is not None and "staticmethod" not in function.decorators
    parameters = [p.arg for p in function.parameters][first:]
    return {**dict(zip(parameters, node.args, strict=False)), **{k.arg: k.value for k in node.keywords if k.arg}}


def handed(node: ast.Call, function: Function, called: Iterable[str]) -> list[ast.expr]:
    """The arguments of a call for the parameters that the function calls: methods, functions, lambdas."""
    given = bound(node, function)
    found = (given.get(name) for name in sorted(called))
    return [value for value in found if isinstance(value, ast.Attribute | ast.Name | ast.Lambda)]


def sent_by(node: ast.Call, parameters: Iterable[str] = ()) -> tuple[str, str]:
    """The verb that a call of `request` is given, in capitals, or the parameter that holds it."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name != "request":
        return "", ""
    return _verb(node.args[0] if node.args else _keyword(node, "method"), parameters)


def _verb(given: ast.expr | None, parameters: Iterable[str]) -> tuple[str, str]:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value.upper(), ""
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr in ("upper", "lower"):
        given = given.func.value
    return "", given.id if isinstance(given, ast.Name) and given.id in parameters else ""


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in node.keywords if k.arg == name), None)


def as_sent(wait: Wait, node: ast.Call, function: Function, parameters: Iterable[str]) -> Wait:
    """A request of a function as this call of it sends it, whose argument says by which verb; parameters: of the
    caller."""
    if not wait.verb:
        return wait
    args = function.node.args
    given = bound(node, function).get(wait.verb)
    if given is None:
        defaults = dict(zip([p.arg for p in [*args.posonlyargs, *args.args]][::-1], args.defaults[::-1], strict=False))
        defaults.update({p.arg: d for p, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None})
        given = defaults.get(wait.verb)
    sent, verb = _verb(given, parameters)
    return replace(wait, kind="query" if sent in SAFE else wait.kind, verb=verb)


def names_action(node: ast.Call) -> bool:
    """Whether the first thing that a call is given is the name of what changes something: `ask("DeleteRecord")`."""
    first = node.args[0] if node.args else None
    name = str(first.value) if isinstance(first, ast.Constant) else ""
    return name.isidentifier() and (sets_off(name) or changes_there(name))


def hands_change(node: ast.Call) -> bool:
    """Whether a call is given a method by which something is changed there: `query(url, method=session.put)`."""
    given = [*node.args, *(k.value for k in node.keywords)]
    return any(isinstance(value, ast.Attribute) and value.attr in BY_WHICH for value in given)


def spread(node: ast.Call, function: Function) -> bool:
    """Whether it can't be told which argument goes to which parameter."""
    args = function.node.args
    if args.vararg is not None or args.kwarg is not None:
        return True
    return any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
