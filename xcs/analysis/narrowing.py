"""What a branch knows of a variable that was asked for None, or for its truth, just before.

    tool = TOOLS.get(name)
    if tool is None:            # here it is None, and behind this one of the tools
        continue
    tool(argument)

Refinement at branches, as in conditional constant propagation: of what a variable may hold, a branch drops what would
have led to the other one. Nothing lies between the question and the branch but what evaluates the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType

from ..ir.def_use import defined
from ..ir.nodes import Block, Const, Instr, Operand, Var
from ..records import dataclass, replace
from .domain.values import NOTHING, Abstract, Plain, Value

NONE: type = NoneType
Variables = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a variable is None, or false. none: it is so where the test holds; else, where the test fails."""

    name: str
    none: bool
    truth: bool  # what is false may be something else than None


def narrowed(block: Block, index: int, test: Operand, env: Mapping[str, Value]) -> tuple[Variables, Variables]:
    """The variables of which the branches of a block's statement know more: where its test holds, and where not."""
    if not isinstance(test, Var):
        return {}, {}
    asked = _asked(block, index, test)
    held = env.get(asked.name, NOTHING) if asked is not None else NOTHING
    other = frozenset(a for a in held if not _is_none(a))
    if asked is None or not other or other == held:
        return {}, {}
    none = held if asked.truth else frozenset(filter(_may_be_none, held))
    names = _same(block, index, asked.name)
    first, second = (none, other) if asked.none else (other, none)
    return dict.fromkeys(names, first), dict.fromkeys(names, second)


def _before(block: Block, index: int) -> Iterator[tuple[int, Instr]]:
    """The instructions that lead to a statement of a block, the last one first."""
    for n in range(index - 1, -1, -1):
        node = block[n]
        if not isinstance(node, Instr):
            return
        yield n, node


def _asked(block: Block, index: int, test: Var) -> Question | None:
    """What a test asks; None: of a variable that is bound again before the statement."""
    behind: set[str] = set()
    for n, made in _before(block, index):
        if test.name in defined(made):
            found = _by(block, n, made)
            return found if found is None or found.name not in behind else None
        behind.update(defined(made))
    return Question(test.name, False, True)


def _by(block: Block, index: int, made: Instr) -> Question | None:
    """What an instruction of a block asks by its target: whether something is None, or the target for its truth."""
    used = made.uses[0] if made.uses else None
    match made.op, made.name, used:
        case "compare", "Is" | "IsNot", Var(name=name) if _none(made.uses[1]):
            return Question(name, made.name == "Is", False)
        case "unary", "Not", Var():
            denied = _asked(block, index, used)
            return replace(denied, none=not denied.none) if denied is not None else None
        case "copy", _, Var() if (copied := _asked(block, index, used)) is not None and not copied.truth:
            return copied
    return Question(made.target, False, True) if made.target is not None else None


def _same(block: Block, index: int, name: str) -> set[str]:
    """The variables that hold what this one holds."""
    names, changed = {name}, set[str]()
    for _, node in _before(block, index):
        if node.op == "copy" and isinstance(node.uses[0], Var):
            pair = {*defined(node), node.uses[0].name}
            if pair & names and not pair & changed:
                names |= pair
        changed.update(defined(node))
    return names


def _none(operand: Operand) -> bool:
    return isinstance(operand, Const) and operand.value is None


def _is_none(abstract: Abstract) -> bool:
    return isinstance(abstract, Plain) and abstract.cls is NONE


def _may_be_none(abstract: Abstract) -> bool:
    return not isinstance(abstract, Plain) or abstract.cls is None or abstract.cls is NONE


__all__ = ["narrowed"]
