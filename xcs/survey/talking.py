"""Whether a module is worth a survey: whether anything that waits can be named in it."""

from __future__ import annotations

import ast

from .modules import Module, Program
from .services import described, tables, waits_by_import


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
    tails = {chain.rpartition(".")[2] for kind in ("inference", "query") for chain in tables()["uses"][kind]}
    chains = {
        n.attr
        for n in ast.walk(module.tree)
        if isinstance(n, ast.Attribute) and n.attr in tails and isinstance(n.value, ast.Attribute)
    }
    if chains:
        return True
    others = (
        program.imported(name, module) or program.imported(name.rpartition(".")[0], module)
        for name in names
        if name and not described(name)
    )
    return any(other is not None and other is not module and talks(program, other) for other in others)
