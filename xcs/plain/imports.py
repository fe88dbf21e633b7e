"""The imports that the plain form adds."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

import libcst as cst

from ..front.texts import shared_tree
from .tree import Namer

Line = cst.BaseStatement


def imported_as(module: cst.Module, package: str, name: str) -> str | None:
    """The name that a module-level `from package import name` gives."""
    for line in module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and dotted(small.module) == package and not small.relative:
                for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                    if dotted(alias.name) == name:
                        return alias.evaluated_alias or name
    return None


def imported(module: cst.Module) -> set[str]:
    """The modules that the file's head imports by their names."""
    found = set()
    for line in module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Import):
                found |= {dotted(a.name) for a in small.names if a.asname is None}
    return found


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
    for node in ast.walk(shared_tree(module.code)):
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()):
                bindings += found == name
            case ast.FunctionDef(name=found) | ast.ClassDef(name=found) | ast.arg(arg=found):
                bindings += found == name
            case _:
                pass
    return bindings > 0


def imported_from(statement: cst.ImportFrom) -> str:
    """The module of an absolute `from` import; empty for a relative one."""
    return "" if statement.relative else dotted(statement.module)


def dotted(node: cst.BaseExpression | None) -> str:
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr.value}"
        case _:
            return ""


def add_imports(module: cst.Module, imports: Sequence[str]) -> cst.Module:
    """Adds import statements: to one of the same module, among the standard library's, or before the first ones."""
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = list(module.body)
    for text in imports:
        line = cst.parse_statement(text, module.config_for_parsing)
        assert isinstance(line, cst.SimpleStatementLine)
        if not _joined(body, line):
            _insert(body, line, module)
    return module.with_changes(body=body)


def _joined(body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement], line: cst.SimpleStatementLine) -> bool:
    """Adds a name to a one-line `from` import of its module at the head of the file, if there is one."""
    new = line.body[0]
    assert isinstance(new, cst.ImportFrom) and not isinstance(new.names, cst.ImportStar)
    for index, old in enumerate(body):
        if not (_is_text(old) or _is_import(old)):
            return False
        match old:
            case cst.SimpleStatementLine(body=[cst.ImportFrom(names=names, lpar=None) as small]) if not isinstance(
                names, cst.ImportStar
            ) and imported_from(small) == imported_from(new):
                known = [n.with_changes(comma=cst.MaybeSentinel.DEFAULT) for n in names]
                place = next((i for i, n in enumerate(known) if dotted(n.name) > dotted(new.names[0].name)), len(known))
                known.insert(place, new.names[0])
                body[index] = old.with_changes(body=[small.with_changes(names=known)])
                return True
    return False


def _insert(
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement], line: cst.SimpleStatementLine, module: cst.Module
) -> None:
    start = 0
    while start < len(body) and (_is_text(body[start]) or _sort_key(body[start])[1] == "__future__"):
        start += 1
    end = start
    while end < len(body) and _is_import(body[end]) and (end == start or not body[end].leading_lines):
        end += 1
    own = start  # behind those of the standard library, at the head of the first group
    while own < end and _sort_key(body[own])[1].split(".")[0] in sys.stdlib_module_names:
        own += 1
    if own > start:
        end = own
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
        return 1, "." * len(small.relative) + dotted(small.module)
    if isinstance(small, cst.Import):
        return 0, dotted(small.names[0].name)
    return 2, ""
