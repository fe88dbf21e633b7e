"""What a branch knows of a variable that was asked for None, or for its truth, just before.

    tool = TOOLS.get(name)
    if tool is None:            # here it is None, and behind this one of the tools
        continue
    tool(argument)

Refinement at branches, as in conditional constant propagation: of what a variable may hold, a branch drops what would
have led to the other one. Nothing lies between the question and the branch but what evaluates the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType

from ..ir.def_use import defined
from ..ir.nodes import Block, Const, If, Instr, Operand, Var
from ..records import dataclass
from .domain.values import NOTHING, Abstract, Plain, Value

NONE: type = NoneType


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a variable is None, or false; `none`: where the test holds, it is; else it is where the test fails."""

    name: str
    none: bool
    truth: bool  # what is false may be something else than None


def narrowed(block: Block, node: If, env: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The variables of which the branches of a statement in a block know more, where its test holds and where not."""
    if not isinstance(node.test, Var):
        return {}, {}
    index = next(n for n, one in enumerate(block) if one is node)
    before = block[_straight(block, index) : index]
    asked = _asked(before, node.test)
    held = env.get(asked.name, NOTHING) if asked is not None else NOTHING
    other = frozenset(a for a in held if not _is_none(a))
    if asked is None or not other or other == held:
        return {}, {}
    none = held if asked.truth else frozenset(filter(_may_be_none, held))
    names = _same(before, asked.name)
    first, second = (none, other) if asked.none else (other, none)
    return dict.fromkeys(names, first), dict.fromkeys(names, second)


def _straight(block: Block, index: int) -> int:
    """Where the instructions begin that lead to a statement of a block."""
    while index and isinstance(block[index - 1], Instr):
        index -= 1
    return index


def _asked(before: Block, test: Var) -> Question | None:
    for index in range(len(before) - 1, -1, -1):
        made = before[index]
        if not isinstance(made, Instr) or test.name not in defined(made):
            continue
        used = made.uses[0] if made.uses else None
        if not isinstance(used, Var):
            break
        behind = [name for n in before[index + 1 :] for name in defined(n)]
        if made.op == "compare" and made.name in ("Is", "IsNot") and _none(made.uses[1]):
            return Question(used.name, made.name == "Is", False) if used.name not in behind else None
        if made.op == "unary" and made.name == "Not":
            found = _asked(before[:index], used)
            known = found is not None and found.name not in behind
            return Question(found.name, not found.none, found.truth) if known and found is not None else None
        if made.op == "copy" and (found := _asked(before[:index], used)) is not None and not found.truth:
            return found if found.name not in behind else None
        break
    return Question(test.name, False, True)


def _same(before: Block, name: str) -> set[str]:
    """The variables that hold what this one holds."""
    names, changed = {name}, set[str]()
    for node in reversed(before):
        targets = defined(node)
        if isinstance(node, Instr) and node.op == "copy" and isinstance(node.uses[0], Var):
            pair = {*targets, node.uses[0].name}
            if pair & names and not pair & changed:
                names |= pair
        changed.update(targets)
    return names


def _none(operand: Operand) -> bool:
    return isinstance(operand, Const) and operand.value is None


def _is_none(abstract: Abstract) -> bool:
    return isinstance(abstract, Plain) and abstract.cls is NONE


def _may_be_none(abstract: Abstract) -> bool:
    return not isinstance(abstract, Plain) or (abstract.cls is None or abstract.cls is NONE)


__all__ = ["narrowed"]
