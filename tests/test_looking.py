"""Live objects are looked at in `xcs/peek.py` alone: other ways of asking them run code of the program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import xcs

pytestmark = [pytest.mark.once, pytest.mark.whole]

ROOT = Path(xcs.__file__).parent
# The commands, the printed form and a text's world work on texts and stand-ins; what is loaded first stands by itself.
APART = ("cli", "lint", "plain", "static", "survey")
GROUND = ("peek.py", "bound.py", "trees.py", "records.py")
# They work on Python's syntax trees, on code objects, and on files of xcs.
OF_TREES = ("front/", "ir/", "emit/entry_tests.py", "emit/instrument.py", "emit/declarations.py", "emit/added.py",
            "emit/headers.py", "emit/handing_over.py", "emit/assemble.py",
            "knowledge/drift.py", "knowledge/coverage.py", "knowledge/draft.py", "knowledge/load.py",
            "knowledge/library_texts.py",
            "members.py")  # fmt: skip  # where xcs makes classes of its own, and functions get attributes
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.py")
    if path.relative_to(ROOT).parts[0] not in (*APART, *GROUND)
    and not path.relative_to(ROOT).as_posix().startswith(OF_TREES)
)
# Attributes that a class, a metaclass or a module's own code may give.
TOLD = ("__class__", "__dict__", "__module__", "__name__", "__qualname__", "__bases__", "__mro__", "__annotations__",
        "__doc__")  # fmt: skip
ASKING = ("getattr", "hasattr", "vars", "dir", "setattr", "delattr")
HELPERS = ("inspect", "typing.get_origin", "typing.get_args", "typing.get_type_hints", "dataclasses.fields",
           "dataclasses.replace", "dataclasses.asdict", "dataclasses.is_dataclass", "functools.singledispatch",
           "functools.lru_cache", "copy.copy", "copy.deepcopy")  # fmt: skip
# Fields of xcs's own records, where a union of them is asked.
OWN_FIELDS = frozenset(
    ("attr", "cls", "const", "func", "id", "ident", "live", "name", "path", "target", "targets", "text")
)
KEYS = ("root", "o", "inner", "key")  # where memory begins: a path, or the key of a fresh object, which is a tuple
# module, function: why it may ask.
ALLOWED: dict[tuple[str, str], str] = {
    ("__init__.py", "__getattr__"): "a module of xcs",
    ("analysis/calls.py", ""): "an example of a cache, made at import",
    ("analysis/language/instance_attributes.py", "_library_part"): "a library's own property or `__getattr__`",
    ("analysis/language/instance_attributes.py", "_property"): "a library's own property, of its own class",
    ("emit/slice_text.py", "Instructions.instr"): "a number of the IR",
    ("emit/variants.py", "_stored_variant"): "a function, which has no class but Python's",
    ("emit/variants.py", "_make_variant"): "a function, which has no class but Python's",
    ("entry/entering.py", "initializing"): "an object of exactly a class of Python's, which asks for nothing",
    ("entry/look.py", ""): "built-in classes",
    ("entry/verdicts.py", "opened"): "a function, which has no class but Python's",
    ("knowledge/index.py", "_top"): "a function of numpy's or Cython's, of C",
    ("knowledge/index.py", "extends"): "names of packages",
    ("plan/elements.py", "Items.made"): "a built-in function, known by identity",
    ("runtime/answers.py", "Takes.__getattribute__"): "Python asks for the callee's name, as it would without xcs",
    ("runtime/cookies.py", "Apart.__init__"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "Apart.merge"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "_asked"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "_holds_any"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "_recording_of"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "_with"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/cookies.py", "copy_of"): "clients and jars whose classes the knowledge has looked at",
    ("runtime/frame_views.py", "Frame.__getattr__"): "a data frame of exactly pandas' class, in which all is data",
    ("runtime/frame_views.py", "Row.__getattr__"): "a row of such a frame",
    ("runtime/forks.py", "watch"): "a module of Python's",
}


@cache
def found_in(module: str) -> tuple[tuple[str, int, str], ...]:
    """Function, line and text of each way of looking."""
    return tuple(_ways(module))


def _ways(module: str) -> Iterator[tuple[str, int, str]]:
    tree = ast.parse((ROOT / module).read_text())
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, owner = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            owner = f"{owner}.{node.name}".lstrip(".")
        if isinstance(node, ast.expr) and asks(node):
            yield owner, node.lineno, ast.unparse(node)
        if not is_annotation(node):
            todo.extend((child, owner) for child in ast.iter_child_nodes(node))


def is_annotation(node: ast.AST) -> bool:
    return isinstance(node, ast.arg)


def asks(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in TOLD:
            return True
        case ast.Attribute() if ast.unparse(node) in HELPERS:
            return True
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if name in OWN_FIELDS:
            return False
        case ast.Call(func=ast.Name(id=name)) if name in ASKING:
            return True
        case ast.Call(func=ast.Name(id="isinstance"), args=[asked, ast.Name(id="tuple")]) if last_name(asked) in KEYS:
            return False
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
            return not all(map(own_class, alternatives(kinds)))
        case ast.Compare(left=ast.Constant()):
            return False
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name() as several]):
            return ast.unparse(left).startswith("type(") and several.id not in kinds_by_name()
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.Set() as several]):
            return not all(isinstance(e, ast.Constant | ast.Starred | ast.JoinedStr) for e in several.elts)
        case _:
            return False


def last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def alternatives(kinds: ast.expr) -> list[ast.expr]:
    match kinds:
        case ast.BinOp(left=left, right=right):
            return [*alternatives(left), *alternatives(right)]
        case ast.Tuple(elts=elts):
            return [one for e in elts for one in alternatives(e)]
        case _:
            return [kinds]


@cache
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in ROOT.rglob("*.py")]


@cache
def own_classes() -> frozenset[str]:
    return frozenset(node.name for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


@cache
def kinds_by_name() -> frozenset[str]:
    """Names that stand for classes by identity."""
    return frozenset(
        target.id
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _makes_kinds(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ) | {"kinds"}


def _makes_kinds(value: ast.expr) -> bool:
    return any(isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Kinds") for call in ast.walk(value))


def own_class(kind: ast.expr) -> bool:
    """Whether a class is of xcs, or of Python's trees."""
    text = ast.unparse(kind)
    return text.rpartition(".")[2] in own_classes() or text.startswith("ast.")


@pytest.mark.parametrize("module", MODULES)
def test_asks_in_no_other_way(module: str) -> None:
    ways = [way for way in found_in(module) if (module, way[0]) not in ALLOWED]
    found = [f"{module}:{line} in {owner}: {text}" for owner, line, text in ways]
    assert not found, "\n".join(["look with xcs.peek instead:", *found])


def test_what_is_allowed_is_there() -> None:
    there = {(module, owner) for module in MODULES for owner, _, _ in found_in(module)}
    assert there >= ALLOWED.keys()
