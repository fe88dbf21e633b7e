"""What names mean: globals, shared variables and imports."""

from __future__ import annotations

import builtins
import sys
import types

from ...ir.nodes import Instr
from ...peek import MISSING, built_in_names, is_a, peek, variables_of
from ..domain.effects import Loc
from ..domain.machine import Machine
from ..domain.places import Path, global_path, object_path
from ..domain.state import Frame, Uses, cell_of
from ..domain.values import NOTHING, Known, Plain, Value, join, only


def load_global(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    there = frame.module.get(node.name, MISSING)
    known = self.globals.get((id(frame.module), node.name))
    if known is None or known[0] is not there:
        known = self.globals[id(frame.module), node.name] = there, *_global(self, node.name, frame.module)
    _, path, own, value = known
    self.reads(frame, node, path, "=")
    if own is not path:
        self.reads(frame, node, own, "=")
    if not self.stores:
        return value
    return self.stored(path, "=", self.stored(own, "=", value))


def _global(self: Machine, name: str, module: dict[str, object]) -> tuple[Path, Path, Value]:
    """Where a module looks for a global name, where that is found, and what is there when the region is entered."""
    path = own = global_path(module, name)
    value = module.get(name, MISSING)
    if value is MISSING:
        value = built_in_names(module).get(name, MISSING)
        own = global_path(variables_of(builtins), name)
    self.variables_of(module)
    return path, own, self.lift(value, path)


def store_global(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    path = global_path(frame.module, node.name)
    self.effect("write", frame, node, f"global {node.name}", Loc(path, "="))
    self.store(path, "=", uses[0])
    return NOTHING


def load_cell(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    path = cell_of(node.name, frame)
    self.reads(frame, node, path, "=")
    if node.name in frame.outer:
        return self.stored(path, "=", frame.outer[node.name])  # what it was when the function was made, or is since
    cell = frame.cells.get(node.name)
    if is_a(cell, types.CellType):
        # The region may rebind it as a variable of its own.
        since = join(self.stored(path, "=", NOTHING), self.stored(Path("local", node.name), "=", NOTHING))
        try:
            content = cell.cell_contents
        except ValueError:
            return since
        if type(content) is str:  # which operation a made method stands for (botocore)
            self.guard(path, "is", content)
            return join(only(Plain(str, frozenset(), content)), since)
        return join(self.lift(content, path), since)
    return self.unknown(frame, node, f"the shared variable {node.name}")


def store_cell(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    if node.name in frame.outer:
        self.widen(frame.outer, {node.name: uses[0]})
    for made in frame.closures:
        if node.name in made.env and made in uses[0]:  # it sees itself; else what is stored since is asked for
            self.widen(made.env, {node.name: uses[0]})
    path = cell_of(node.name, frame)
    # A callee's own variable, which functions made in it see, is gone with its frame, or theirs alone.
    if not frame.key or node.name in frame.outer or path.kind != "local":
        self.effect("write", frame, node, f"nonlocal {node.name}", Loc(path, "="))
    self.store(path, "=", uses[0])
    return NOTHING


def import_(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    return _module(self, node, str(node.payload), node.name, frame)


def import_from(self: Machine, node: Instr, uses: Uses, frame: Frame) -> Value:
    origin: tuple[str, int] = node.payload  # type: ignore[assignment]
    module, level = origin
    if level:
        package = str(frame.module.get("__package__") or "")
        parts = package.split(".")
        module = ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])])
    found = _module(self, node, module, module, frame)
    return self.each(found, lambda a: self.attribute(a, node.name, frame, node))


def _module(self: Machine, node: Instr, loaded: str, wanted: str, frame: Frame) -> Value:
    if not _imported(loaded, wanted):
        self.condition(object_path(sys, "sys"), lambda _: not _imported(loaded, wanted), f"not {loaded} {wanted}")
        return self.unknown(frame, node, f"import of {loaded}")
    result = sys.modules[wanted]
    return only(Known(id(result), result))


def _imported(loaded: str, wanted: str) -> bool:
    module = sys.modules.get(loaded)
    there = module is not None and sys.modules.get(wanted) is not None
    return there and peek(peek(module, "__spec__"), "_initializing") is not True
