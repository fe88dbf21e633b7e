"""Whether a module is worth a survey: whether anything that waits can be named in it."""

from __future__ import annotations

import ast
import re
from functools import cache

from .modules import Module, Program
from .services import ASKING, CHANGING, described, of_method_alone, tables, waits_by_import, words
from .tree_walks import walk
from .uses import HTTP

IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)


def may_talk(text: str) -> bool:
    """Whether a text imports something that may wait, or has functions that await: asked of texts that are too large to
    be parsed for nothing."""
    return "async def " in text or any(waits_by_import(name) for name in IMPORTED.findall(text))


def talks(program: Program, module: Module) -> bool:
    """Whether anything that waits can be named in a module: by its imports, by those of the program's modules that it
    imports, or by a chain of attributes that only a client has."""
    known = program.talking.get(module.file)
    if known is None:
        program.talking[module.file] = False  # while it is looked for
        known = program.talking[module.file] = _talks(program, module)
    return known


def _talks(program: Program, module: Module) -> bool:
    names = {*module.imports.values()}.union(*(f.imports().values() for f in module.every))
    if any(waits_by_import(name) for name in names):
        return True
    if any(_may_wait(node) for node in walk(module.tree)):
        return True
    others = (
        program.imported(name, module) or program.imported(name.rpartition(".")[0], module)
        for name in names
        if name and not described(name)
    )
    return any(other is not None and other is not module and talks(program, other) for other in others)


def _may_wait(node: ast.AST) -> bool:
    """Whether a part of a text may wait by its form: an `await`, or a method that only a client has."""
    if isinstance(node, ast.Await):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    method, holder = node.func.attr, node.func.value
    if of_method_alone(method):
        return True
    if method in _tails() and isinstance(holder, ast.Attribute):
        return True
    if any(k.arg in HTTP for k in node.keywords) and method in ASKING | CHANGING:
        return True
    name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
    return bool(name) and not tables()["holders"]["client"].isdisjoint(words(name))


@cache
def _tails() -> frozenset[str]:
    uses = tables()["uses"]
    return frozenset(chain.rpartition(".")[2] for kind in ("inference", "query") for chain in uses[kind])
