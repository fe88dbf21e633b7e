"""What the plain form changes outside its regions: imports added, `@jit` and its import removed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

import libcst as cst

from .plain_tree import Namer

Line = cst.BaseStatement


def imported_as(module: cst.Module, package: str, name: str) -> str | None:
    """The name that a module-level `from package import name` gives."""
    for line in module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and _dotted(small.module) == package and not small.relative:
                for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                    if _dotted(alias.name) == name:
                        return alias.evaluated_alias or name
    return None


def choose(module: cst.Module, names: Namer, package: str, name: str) -> tuple[str, str | None]:
    """(the name to use for package.name, the import statement that it needs if any)."""
    known = imported_as(module, package, name)
    if known is not None and not rebound(module, known):
        return known, None
    free = names(name)
    return free, f"from {package} import {name}" + (f" as {free}" if free != name else "")


def rebound(module: cst.Module, name: str) -> bool:
    """Whether the file binds an imported name in any other way."""
    bindings = 0
    for node in ast.walk(ast.parse(module.code)):
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()):
                bindings += found == name
            case ast.FunctionDef(name=found) | ast.ClassDef(name=found) | ast.arg(arg=found):
                bindings += found == name
            case _:
                pass
    return bindings > 0


def _dotted(node: cst.BaseExpression | None) -> str:
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr.value}"
        case _:
            return ""


# -- adding


def add_imports(module: cst.Module, imports: Sequence[str]) -> cst.Module:
    """Adds import statements: among the first ones where these are the standard library's, else before them."""
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = list(module.body)
    for text in imports:
        line = cst.parse_statement(text, module.config_for_parsing)
        assert isinstance(line, cst.SimpleStatementLine)
        _insert(body, line, module)
    return module.with_changes(body=body)


def _insert(body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement], line: cst.SimpleStatementLine, module: cst.Module) -> None:
    start = 0
    while start < len(body) and (_is_text(body[start]) or _sort_key(body[start])[1] == "__future__"):
        start += 1
    end = start
    while end < len(body) and _is_import(body[end]) and (end == start or not body[end].leading_lines):
        end += 1
    block = body[start:end]
    if block and all(_sort_key(b)[1].split(".")[0] in sys.stdlib_module_names for b in block):
        place = next((i for i in range(start, end) if _sort_key(body[i]) > _sort_key(line)), end)
        if place == start:
            line = line.with_changes(leading_lines=body[start].leading_lines)
            body[start] = body[start].with_changes(leading_lines=[])
        body.insert(place, line)
        return
    blank = cst.EmptyLine(indent=False)
    if start < len(body):
        following = body[start]
        lead: Sequence[cst.EmptyLine] = following.leading_lines
        if start:
            line = line.with_changes(leading_lines=[blank])
        count = 1 if _is_import(following) else 2
        kept = list(lead)
        while kept and kept[0].comment is None:
            kept.pop(0)
        body[start] = following.with_changes(leading_lines=[*[blank] * count, *kept])
    body.insert(start, line)


def _is_text(line: Line | cst.SimpleStatementLine) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(s, cst.Expr) and isinstance(s.value, cst.SimpleString | cst.ConcatenatedString) for s in line.body
    )


def _is_import(line: Line | cst.SimpleStatementLine) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Import | cst.ImportFrom)


def _sort_key(line: Line | cst.SimpleStatementLine) -> tuple[int, str]:
    """`import a` before `from a import b`, each by module."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    if isinstance(small, cst.ImportFrom):
        return 1, "." * len(small.relative) + _dotted(small.module)
    if isinstance(small, cst.Import):
        return 0, _dotted(small.names[0].name)
    return 2, ""


# -- removing


def jit_names(module: cst.Module) -> set[str]:
    """How the file spells the decorator."""
    found: set[str] = set()
    for line in _lines(module):
        for small in line.body:
            if isinstance(small, cst.ImportFrom) and _dotted(small.module).split(".")[0] == "xcs" and not small.relative:
                for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                    if _dotted(alias.name) == "jit":
                        found.add(alias.evaluated_alias or "jit")
            if isinstance(small, cst.Import):
                found |= {f"{a.evaluated_alias or 'xcs'}.jit" for a in small.names if _dotted(a.name).split(".")[0] == "xcs"}
    return found


def _lines(node: cst.CSTNode) -> list[cst.SimpleStatementLine]:
    found: list[cst.SimpleStatementLine] = []
    todo: list[cst.CSTNode] = [node]
    while todo:
        below = todo.pop()
        if isinstance(below, cst.SimpleStatementLine):
            found.append(below)
        elif isinstance(below, cst.BaseCompoundStatement | cst.BaseSuite | cst.Module | cst.Else | cst.ExceptHandler):
            todo.extend(below.children)
    return found


def undecorated(function: cst.FunctionDef, names: set[str]) -> cst.FunctionDef:
    """The definition without `@jit`."""
    kept = [d for d in function.decorators if _dotted(d.decorator) not in names]
    if len(kept) == len(function.decorators):
        return function
    return function.with_changes(decorators=kept, lines_after_decorators=function.lines_after_decorators if kept else [])


class _Uses(cst.CSTVisitor):
    """Every name read, imports left out."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if node.value.strip("\"'rbuRBU").isidentifier():
            self.names.add(node.value.strip("\"'rbuRBU"))  # as in `__all__` and quoted annotations


class _Unimport(cst.CSTTransformer):
    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self.used = used

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if _dotted(updated_node.module).split(".")[0] != "xcs" or updated_node.relative:
            return updated_node
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        kept = [
            a for a in updated_node.names if _dotted(a.name) != "jit" or (a.evaluated_alias or "jit") in self.used
        ]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=updated_node.names[-1].comma)
        return updated_node.with_changes(names=kept)

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import | cst.RemovalSentinel:
        kept = [
            a for a in updated_node.names if _dotted(a.name) != "xcs" or (a.evaluated_alias or "xcs") in self.used
        ]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=kept)


def used_names(module: cst.Module) -> set[str]:
    """Names that occur outside of imports."""
    uses = _Uses()
    module.visit(uses)
    return uses.names


def without_unused(module: cst.Module) -> cst.Module:
    """Removes the import of `jit` where nothing uses it any more; comments above it stay."""
    unimport = _Unimport(used_names(module))
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = []
    orphans: list[cst.EmptyLine] = []
    for line in module.body:
        new = line.visit(unimport)
        if isinstance(new, cst.RemovalSentinel) or (isinstance(new, cst.SimpleStatementLine) and not new.body):
            orphans += [e for e in line.leading_lines if e.comment is not None]
            continue
        assert isinstance(new, cst.SimpleStatementLine | cst.BaseCompoundStatement)
        if orphans:
            new = new.with_changes(leading_lines=[*orphans, *new.leading_lines])
            orphans = []
        body.append(new)
    return module.with_changes(body=body)
