"""Programs of the other kinds with every function decorated, methods and inner functions too, or most of them."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence

from tests import adversary, agents, begun_late, chains, failing, looked_at, programs, rounds, unset
from tests.chains import attributes, feeds, keys, mixed, waves
from tests.programs import Program

MADE: Sequence[Callable[[int], Program]] = (
    programs.program,
    programs.opened,
    programs.identities,
    adversary.program,
    agents.program,
    begun_late.program,
    chains.program,
    attributes.program,
    feeds.program,
    keys.program,
    mixed.program,
    waves.program,
    failing.program,
    looked_at.program,
    rounds.program,
    unset.program,
)
MOST = (1.0, 1.0, 0.7)  # how many of the functions are decorated
INNER = 0.2  # how many of those that a function defines


def program(seed: int) -> Program:
    """The program of a seed."""
    made = MADE[seed % len(MADE)](seed)
    choice = random.Random(seed)
    return Program(decorated(made.text, choice, choice.choice(MOST)), made.names, made.quiet)


def decorated(text: str, choice: random.Random, most: float) -> str:
    """The text with a decorator on functions that have none, but for `main`."""
    lines = text.split("\n")
    found = sorted(_bare(ast.parse(text), False), key=lambda pair: pair[0].lineno, reverse=True)
    for node, inner in found:
        if node.name != "main" and choice.random() < (most * INNER if inner else most):
            lines.insert(node.lineno - 1, " " * node.col_offset + "@jit")
    return "\n".join(lines)


def _bare(tree: ast.AST, inner: bool) -> Iterator[tuple[ast.FunctionDef, bool]]:
    """The functions without decorators; whether a function defines them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node, inner
        yield from _bare(node, inner or isinstance(node, ast.FunctionDef))
