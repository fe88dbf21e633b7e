"""Imports run one way: the order of the packages stands here, and nowhere else.

What still runs up is listed with its count: a list that may only get shorter. An import that is written inside a
function or for annotations alone counts like any other.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent / "xcs"

# From the ground up; what stands in one row may not import each other's packages in a circle.
ORDER = (
    ("bound", "garbage", "peek", "trees", "records", "memos", "reasons", "remarks", "marks", "modes", "version"),
    ("runtime",),
    ("forms",),
    ("knowledge",),
    ("ir",),
    ("front",),
    ("analysis.domain",),
    ("analysis.language",),
    ("analysis.library",),
    ("analysis",),
    ("plan.legality",),
    ("plan",),
    ("emit", "plain", "survey"),
    ("entry",),
    ("static",),
    ("lint",),
    ("cli",),
    ("members", "jit", "pipeline", "__init__", "__main__"),
)
RANK = {name: rank for rank, row in enumerate(ORDER) for name in row}

# The modules that run up, by the packages that they join, and how many imports that are.
DEBTS: dict[tuple[str, str], int] = {}


def modules() -> dict[str, Path]:
    return {
        "xcs." + ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted(ROOT.rglob("*.py"))
    }


def imported(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules that a module imports, wherever the statement stands."""
    package = name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")
                base = ".".join([*above[: len(above) - node.level + 1], *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in known else f"{full}.__init__" if f"{full}.__init__" in known else base
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room(name: str) -> str | None:
    """The package, or module of the ground, that a dotted name belongs to."""
    parts = name.split(".")
    if parts[0] != "xcs":
        return None
    below = parts[1:] or ["__init__"]
    for cut in range(len(below), 0, -1):
        if ".".join(below[:cut]) in RANK:
            return ".".join(below[:cut])
    return ".".join(below)


def test_every_module_has_its_place() -> None:
    rooms = {room(name) for name in modules()}
    assert rooms <= RANK.keys()


def test_imports_run_down() -> None:
    known = modules()
    found: Counter[tuple[str, str]] = Counter()
    for name, path in known.items():
        for other in set(imported(name, path, known)):
            here, there = room(name), room(other)
            if here is not None and there is not None and RANK[there] > RANK[here]:
                found[here, there] += 1
    more = {pair: count for pair, count in found.items() if count > DEBTS.get(pair, 0)}
    paid = {pair: found[pair] for pair, count in DEBTS.items() if found[pair] < count}
    assert not more, f"imports that run up: {more}"
    assert not paid, f"fewer run up than is listed, which is good: write it down: {paid}"


def test_no_two_modules_have_one_name() -> None:
    """But those of the obstacles, which are called by their codes, and what Python names."""
    names = Counter(name.rpartition(".")[2] for name in modules() if not name.startswith("xcs.plan.legality."))
    assert [name for name, count in names.items() if count > 1 and not name.startswith("__")] == []


def test_modules_and_functions_are_short() -> None:
    for name, path in modules().items():
        text = path.read_text("utf-8")
        assert text.count("\n") <= 400, name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= 50, f"{name}.{node.name}: {lines} lines"


def reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    """All that a module imports, and what that imports."""
    found: set[str] = set()
    todo = [start]
    while todo:
        for other in graph[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found


def test_no_circles() -> None:
    known = modules()
    graph = {name: known.keys() & set(imported(name, path, known)) - {name} for name, path in known.items()}
    below = {name: reached(name, graph) for name in graph}
    circles = {
        tuple(sorted(other.removeprefix("xcs.") for other in below[name] if name in below[other]))
        for name in graph
        if name in below[name]
    }
    assert not circles


def test_the_ground_is_the_standard_library() -> None:
    """What runs in a decorated program before anything is decided: `runtime` and the ground need nothing else."""
    for name, path in modules().items():
        if room(name) not in (*ORDER[0], "runtime"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not {n.partition(".")[0] for n in names} & {"libcst", "rich", "tomli"}, name
