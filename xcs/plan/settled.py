"""Branches that are settled: by what is guarded, one of the two is never taken, and the region is planned without it.

    if max_cost is not None and total > max_cost:      # `max_cost` is None at entry, which is guarded
        break                                          # never left here

The program runs all of it as it is written; only what is planned leaves the branch out.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..ir.nodes import Block, If, Jump, Node, walk, with_blocks
from ..records import replace
from .opening import Numbered

Answers = Mapping[int, Set[bool | None]]


def answered(answers: Answers) -> Answers:
    """The tests of which one answer is known, by node."""
    return {ident: found for ident, found in answers.items() if len(found) == 1 and None not in found}


def settled(numbered: Numbered, answers: Answers) -> Numbered:
    """The region without the branches that are never taken; answers: whether tests are true, by node."""
    known = answered(answers)
    if not known:
        return numbered
    block = _taken(numbered.block, known)
    left = {node.id for node in walk(block)}
    sites = {ident: number for ident, number in numbered.sites.items() if ident in left}
    loops = {ident: number for ident, number in numbered.loops.items() if ident in left}
    return replace(numbered, block=block, sites=sites, loops=loops)


def _taken(block: Block, known: Answers) -> Block:
    done: list[Node] = []
    for node in block:
        if isinstance(node, If) and node.id in known:
            done += _taken(node.body if True in known[node.id] else node.orelse, known)
        else:
            done.append(with_blocks(node, lambda below: _taken(below, known)))
        if done and isinstance(done[-1], Jump):
            break  # what stands behind it is never come to
    return tuple(done)
