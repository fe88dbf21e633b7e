"""Iterators and views that a slice makes of containers, which may be changed while they are gone through."""

from __future__ import annotations

import functools
import heapq
import itertools
from collections import Counter, deque

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.values import Bound, Known
from ..analysis.library.lazy import WHOLE
from ..ir.nodes import For, Instr, Node, Var

VIEWS = frozenset(map(id, (dict.items, dict.values)))
ITERATORS = VIEWS | frozenset(map(id, (enumerate, zip, reversed, iter)))
OF_ONE = frozenset(map(id, (max, min)))
# What takes all that it is given, whatever gives it.
TAKING = frozenset(map(id, (
    *WHOLE, any, all, enumerate, zip, map, filter, iter, functools.reduce, itertools.chain,
    itertools.chain.from_iterable, itertools.islice, itertools.accumulate, itertools.zip_longest,
    deque.extendleft, set.union, dict.fromkeys, Counter.update, heapq.nlargest, heapq.nsmallest,
))) - OF_ONE  # fmt: skip
OF_VIEW = frozenset(map(id, (len, reversed)))


def iterates(region: LinkedRegion, node: Instr) -> bool:
    """Whether a call gives an iterator over elements, or a view of them."""
    return not ITERATORS.isdisjoint(_called(region, node))


def _called(region: LinkedRegion, node: Instr) -> set[int]:
    """The ids of the functions that a call may be of; of others 0."""
    callees = region.facts.operands.get(node.id, (frozenset(),))[0]
    functions = (callee.func if isinstance(callee, Bound) else callee for callee in callees)
    return {id(f.obj) if isinstance(f, Known) else 0 for f in functions}


def looped_over(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> bool:
    """Whether loops of the slice alone go through it: they see what becomes of the container, as the program's do."""
    return all(
        isinstance(user, For)
        or (isinstance(user, Instr) and iterates(region, user) and looped_over(region, user, needs))
        for user in _users(region, node, needs)
    )


def used_at_once(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> bool:
    """Whether one operation of the slice takes all of it before anything is changed."""
    users = _users(region, node, needs)
    if len(users) != 1 or region.parents[users[0].id] != region.parents[node.id]:
        return False
    if not _takes_all(region, users[0], node):
        return False
    first, last = region.order[node.id], region.order[users[0].id]
    between = [i for i, order in region.order.items() if first < order < last]
    return not any(e.kind == "write" for i in between for e in region.effects(i))


def _takes_all(region: LinkedRegion, user: Node, given: Instr) -> bool:
    """Whether nothing but the elements of what a node makes is of account: to who shows it, or asks what it is, a list
    is something else."""
    if isinstance(user, For):
        return True
    if not isinstance(user, Instr):
        return False
    at = {n for n, use in enumerate(user.uses) if isinstance(use, Var) and _is(region, user, use.name, given)}
    if user.op == "unpack" or (user.op == "compare" and user.name in ("In", "NotIn") and at == {1}):
        return True
    first = 1 if user.op == "call" else 0
    if at and all(first <= n < first + len(user.stars) and user.stars[n - first] for n in at):
        return user.op in ("build", "call") and user.name != "dict"
    if user.op != "call":
        return False
    functions, made = _called(region, user), _called(region, given)
    known = TAKING | (OF_VIEW if made <= VIEWS else frozenset())
    return functions <= (known | OF_ONE if len(user.uses) - len(user.keywords) == 2 else known)


def _is(region: LinkedRegion, user: Instr, name: str, given: Instr) -> bool:
    """Whether a variable may be what a node makes, by whatever name."""
    for made in region.whole.uses.get(user.id, {}).get(name, ()):
        node = region.nodes.get(made)
        if made == given.id:
            return True
        if isinstance(node, Instr) and node.op in ("copy", "narrow") and isinstance(node.uses[0], Var):
            return _is(region, node, node.uses[0].name, given)
    return False


def _users(region: LinkedRegion, node: Instr, needs: frozenset[int]) -> list[Node]:
    """The nodes of a slice that are given what a node makes, by whatever name."""
    found: list[Node] = []
    for ident in needs:
        if node.id in region.whole.uses.get(ident, {}).get(node.target or "", ()):
            user = region.nodes[ident]
            copies = isinstance(user, Instr) and user.op in ("copy", "narrow")
            found += _users(region, user, needs) if copies else [user]  # type: ignore[arg-type]
    return found
