"""What `map`, and `sorted`, `max` and `min` for their keys, call in the plain form: the executor's own `map` calls it.

answers = list(map(ask, questions))        with ThreadPoolExecutor(max_workers=32) as executor:
                                               answers = list(executor.map(ask, questions))

best = max(texts, key=score)               with ThreadPoolExecutor(max_workers=32) as executor:
                                               keys = executor.map(score, texts)
                                               best = max(zip(keys, texts), key=lambda pair: pair[0])[1]

Where all of it is used up at once, or by a loop that ends with its items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from ..remarks import Bailout, Span
from .futures import Work
from .imports import dotted
from .planned_region import PlannedRegion
from .thread_counts import threads
from .tree import Change, Namer, Tree, becomes, free_names, inside, swap

KEYED = frozenset({"sorted", "max", "min"})
THROUGH = frozenset({"zip", "enumerate"})
USED_UP = frozenset({"list", "tuple", "set", "frozenset", "dict", "sum", "sorted", "max", "min"})


def maps(tree: Tree, region: PlannedRegion) -> list[cst.Call]:
    """The calls of built-in functions that make a region's calls. Raises: Bailout, where others make some."""
    if not any(site.site in region.code.inside for site in region.plan.sites):
        return []
    found: list[cst.Call] = []
    for site in region.plan.sites:
        call = tree.calls.get(tree.of(site.node.payload)) if isinstance(site.node.payload, Span) else None
        around = () if call is None else (call, *tree.ancestors(call))
        made = next((a for a in around if call is not None and (_is_map(tree, a, call) or _keyed(tree, a, call))), None)
        if not isinstance(made, cst.Call) or not (_leads if dotted(made.func) in KEYED else _used_up)(tree, made):
            raise Bailout("plain-form", "a built-in function makes the calls")
        if made not in found:
            found.append(made)
    if not {"StopIteration", "next", "ContextVar", "localcontext"}.isdisjoint(tree.names):
        raise Bailout("plain-form", "a built-in function makes the calls")
    return found


def _is_map(tree: Tree, node: cst.CSTNode, call: cst.Call) -> bool:
    """Whether a node is a call of `map` whose function makes the call, by its name or as a lambda that is the call."""
    if not isinstance(node, cst.Call) or dotted(node.func) != "map" or "map" in tree.bound:
        return False
    if len(node.args) < 2 or any(a.star or a.keyword is not None for a in node.args):
        return False
    function = node.args[0].value
    whole = isinstance(function, cst.Lambda) and inside(tree.range(call), tree.range(function.body))
    return node is call or whole


def _keyed(tree: Tree, node: cst.CSTNode, call: cst.Call) -> bool:
    """Whether a node is a call of `sorted`, or the like, of a variable, whose key makes the call."""
    match node:
        case cst.Call(
            func=cst.Name(value=name),
            args=[
                cst.Arg(value=cst.Name(), keyword=None, star=""),
                cst.Arg(value=key, keyword=cst.Name(value="key")),
                *more,
            ],
        ) if name in KEYED and name not in tree.bound and "zip" not in tree.bound:
            named = [a.keyword.value for a in more if a.keyword is not None]
            if len(named) != len(more) or set(named) - {"reverse"} or not isinstance(key, cst.Name | cst.Lambda):
                return False
            return node is call or (isinstance(key, cst.Lambda) and inside(tree.range(call), tree.range(key.body)))
        case _:
            return False


def _leads(tree: Tree, call: cst.Call) -> bool:
    """Whether a statement begins with a call: what stands before it is evaluated by nobody."""
    node: cst.CSTNode = call
    for parent in tree.ancestors(call):
        match parent:
            case cst.Subscript(value=value) | cst.Attribute(value=value) | cst.Call(func=value) if value is node:
                node = parent
            case cst.Assign(value=value) | cst.AnnAssign(value=value) | cst.Return(value=value) | cst.Expr(value=value):
                return value is node
            case _:
                return False
    return False


def _by_key(work: Work, call: cst.Call) -> tuple[cst.BaseStatement, Change]:
    """The keys that the executor asks for, and the same by them."""
    items, key, *more = [work.one_line(a.value) for a in call.args]
    keys, item, pair = work.name("keys"), Namer(work.name.taken)("item"), Namer(work.name.taken)("pair")
    order = f"key=lambda {pair}: {pair}[0]{''.join(f', reverse={r}' for r in more)}"
    called = f"{dotted(call.func)}(zip({keys}, {items}), {order})"
    whole = f"[{item} for _, {item} in {called}]" if dotted(call.func) == "sorted" else f"{called}[1]"
    return work.tree.parse(f"{keys} = {work.executor}.map({key}, {items})"), becomes(work.tree.expression(whole))


def _used_up(tree: Tree, call: cst.Call) -> bool:
    """Whether what `map` gives is used up where it stands, or gone through by a loop, or comprehension."""
    node: cst.CSTNode = call
    for parent in tree.ancestors(call):
        if isinstance(parent, cst.Arg):
            continue
        match parent:
            case cst.Call(func=cst.Name(value=name)) if name in THROUGH and name not in tree.bound:
                node = parent
            case cst.Call(func=cst.Name(value=name)) if name in USED_UP and name not in tree.bound:
                return parent.args[0].value is node
            case cst.Call(func=cst.Attribute(value=cst.BaseString(), attr=cst.Name(value="join"))):
                return True
            case cst.For(iter=header) if header is node:
                return not any(_ways_out(parent.body))
            case cst.CompFor(iter=header) if header is node:
                return not isinstance(tree.parents[parent], cst.GeneratorExp)
            case _:
                return False
    return False


def _ways_out(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Break | cst.Return | cst.Yield):
        yield node
    for child in node.children:
        yield from _ways_out(child)


def map_statements(
    work: Work, lines: list[cst.SimpleStatementLine], calls: Sequence[cst.Call], pool: str
) -> list[cst.BaseStatement]:
    """Simple statements in which `map` makes calls."""
    homes = [i for i, s in enumerate(work.statements) if any(_within(work, c, s) for c in calls)]
    first, last = homes[0], homes[-1]
    made: list[list[cst.BaseStatement]] = []
    for line, statement in zip(lines, work.statements, strict=True):
        own = [call for call in calls if _within(work, call, statement)]
        by_key = {call: _by_key(work, call) for call in own if dotted(call.func) in KEYED}
        changes: dict[cst.CSTNode, Change] = {call: change for call, (_, change) in by_key.items()}
        changes.update((call.func, _mapped(work)) for call in own if call not in by_key)
        new = line.with_changes(body=[swap(statement, changes).with_changes(semicolon=line.body[0].semicolon)])
        keys = [k.with_changes(leading_lines=line.leading_lines) for k, _ in by_key.values()]
        made.append([*keys, new.with_changes(leading_lines=[]) if keys else new])
    inner = [s for part in made[first : last + 1] for s in part]
    inner[0] = inner[0].with_changes(leading_lines=[])
    block = work.tree.block(threads(work.plan.sites).opened(pool, work.executor), inner)
    block = block.with_changes(leading_lines=lines[first].leading_lines)
    return [*lines[:first], block, *lines[last + 1 :]]


def map_header(work: Work, loop: cst.For, calls: Sequence[cst.Call], pool: str) -> list[cst.BaseStatement]:
    """A loop through what `map` gives. Raises: Bailout."""
    if any(not _within(work, c, loop.iter) or dotted(c.func) in KEYED for c in calls) or loop.asynchronous is not None:
        raise Bailout("plain-form", "a built-in function makes the calls")
    if any(free_names(f"({work.one_line(a.value)}\n)") & work.assigned for c in calls for a in c.args):
        raise Bailout("plain-form", "the loop changes what its calls are made of")
    changes: dict[cst.CSTNode, Change] = {call.func: _mapped(work) for call in calls}
    new = loop.with_changes(iter=swap(loop.iter, changes), leading_lines=[])
    return [work.tree.block(threads(work.plan.sites).opened(pool, work.executor), [new])]


def _within(work: Work, call: cst.Call, node: cst.CSTNode) -> bool:
    return inside(work.tree.range(call), work.tree.range(node))


def _mapped(work: Work) -> Change:
    return becomes(work.tree.expression(f"{work.executor}.map"))


__all__ = ["map_header", "map_statements", "maps"]
