"""The text without xcs: its decorators, calls and marks taken off, and its import where nothing uses it any more.

from xcs import jit

@jit                                     def f(xs): ...
def f(xs): ...                           g = f
g = jit(f)
xcs.unordered(h)
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import libcst as cst

from ..front.texts import shared_tree
from .imports import dotted, imported_from

Definition = TypeVar("Definition", cst.FunctionDef, cst.ClassDef)
MARKS = frozenset({"jit", "unordered", "ordered"})  # each returns the function that it is given, or a copy


def spellings(module: cst.Module) -> dict[str, str]:
    """How the file spells `jit` and the marks: dotted text -> public name."""
    found: dict[str, str] = {}
    for line in _lines(module):
        for small in line.body:
            if isinstance(small, cst.ImportFrom) and _is_xcs(small):
                for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                    if dotted(alias.name) in MARKS:
                        found[alias.evaluated_alias or dotted(alias.name)] = dotted(alias.name)
                if isinstance(small.names, cst.ImportStar):
                    found |= {mark: mark for mark in MARKS}
            if isinstance(small, cst.Import):
                for alias in small.names:
                    name = alias.evaluated_alias or dotted(alias.name)
                    if dotted(alias.name).split(".")[0] == "xcs":
                        found |= {f"{name}.{mark}": mark for mark in MARKS}
                        if alias.asname is None:
                            found |= {f"xcs.{mark}": mark for mark in MARKS}
    return found


def _is_xcs(statement: cst.ImportFrom) -> bool:
    return imported_from(statement).split(".")[0] == "xcs"


def _lines(node: cst.CSTNode) -> Iterator[cst.SimpleStatementLine]:
    todo: list[cst.CSTNode] = [node]
    while todo:
        below = todo.pop()
        if isinstance(below, cst.SimpleStatementLine):
            yield below
        elif isinstance(
            below, cst.BaseCompoundStatement | cst.BaseSuite | cst.Module | cst.Else | cst.ExceptHandler | cst.Finally
        ):
            todo.extend(below.children)


def spelled(decorator: cst.Decorator) -> str:
    """What stands behind the `@`, as dotted text; brackets with nothing in them don't count."""
    match decorator.decorator:
        case cst.Call(func=function, args=[]):
            return dotted(function)
        case expression:
            return dotted(expression)


def undecorated(function: Definition, names: dict[str, str], marks: bool) -> Definition:
    """The definition without `@jit`, and without the marks if these go too."""
    gone = {spelling for spelling, name in names.items() if marks or name == "jit"}
    kept: list[cst.Decorator] = [d for d in function.decorators if spelled(d) not in gone]
    if len(kept) == len(function.decorators):
        return function
    orphans: list[cst.EmptyLine] = [
        line for d in function.decorators if spelled(d) in gone for line in d.leading_lines if line.comment is not None
    ]
    if not kept:
        after: list[cst.EmptyLine] = [*orphans, *function.lines_after_decorators]
        first: cst.Decorator = function.decorators[0]
        lead: list[cst.EmptyLine] = [*first.leading_lines, *(o for o in after if o not in first.leading_lines)]
        # What stands above the first decorator belongs to the definition itself in the tree already.
        lead = [line for line in lead if line not in function.leading_lines]
        return function.with_changes(
            decorators=[], lines_after_decorators=[], leading_lines=[*function.leading_lines, *lead]
        )
    kept[0] = kept[0].with_changes(leading_lines=[*orphans, *kept[0].leading_lines])
    return function.with_changes(decorators=kept)


def unwrapped(call: cst.Call, names: dict[str, str]) -> cst.BaseExpression:
    """`f` for `jit(f)`."""
    match call.args:
        case [cst.Arg(keyword=None, star="", value=value)] if dotted(call.func) in names:
            return value
        case _:
            return call


def is_mark(statement: cst.BaseSmallStatement, names: dict[str, str]) -> bool:
    """Whether a statement does nothing without xcs: `xcs.unordered(f)`, `f = jit(f)`."""
    match statement:
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name(value=name))],
            value=cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=argument))]),
        ) if name == argument:
            return dotted(function) in names
        case cst.Expr(value=cst.Call(func=function, args=[cst.Arg(value=cst.Name() | cst.Attribute())])):
            return dotted(function) in names
        case _:
            return False


# -- imports


def used_names(module: cst.Module) -> set[str]:
    """Names of the module, or imported into a function, that something reads; strings that are names count as read."""
    code = module.code
    strings = {
        node.value
        for node in ast.walk(shared_tree(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = {name for name in strings if name.isidentifier()}  # as in `__all__` and quoted annotations
    todo: list[tuple[symtable.SymbolTable, frozenset[str]]] = [
        (symtable.symtable(code, "<plain>", "exec"), frozenset())
    ]
    while todo:
        table, hidden = todo.pop()
        top = table.get_type() == "module"
        own = {s.get_name() for s in table.get_symbols() if s.is_local() and not s.is_imported() and not top}
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if symbol.is_referenced() and name not in own and not (symbol.is_free() and name in hidden):
                found.add(name)
        passed = hidden | own if table.get_type() == "function" else hidden
        todo.extend((below, frozenset(passed)) for below in table.get_children())
    return found


class _Unimport(cst.CSTTransformer):
    """Takes out of imports of xcs what nothing uses; blocks that become empty get a `pass`."""

    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self.used = used

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if not _is_xcs(updated_node):
            return updated_node
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node if MARKS & self.used else cst.RemoveFromParent()
        kept = [a for a in updated_node.names if (a.evaluated_alias or dotted(a.name)) in self.used]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=updated_node.names[-1].comma)
        return updated_node.with_changes(names=kept)

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import | cst.RemovalSentinel:
        kept = [
            a
            for a in updated_node.names
            if dotted(a.name).split(".")[0] != "xcs" or (a.evaluated_alias or "xcs").split(".")[0] in self.used
        ]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=kept)

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.Try | cst.RemovalSentinel:
        """`try: from xcs import jit`, `except ImportError: ...` goes as a whole."""
        body = updated_node.body.body
        emptied = original_node.body.body is not body and all(
            isinstance(line, cst.SimpleStatementLine) and all(isinstance(s, cst.Pass) for s in line.body)
            for line in body
        )
        if (
            emptied
            and _imports_only(original_node.body)
            and updated_node.orelse is None
            and updated_node.finalbody is None
        ):
            return cst.RemoveFromParent()
        return updated_node

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        return filled(updated_node)


def _imports_only(body: cst.BaseSuite) -> bool:
    return all(
        isinstance(line, cst.SimpleStatementLine) and all(isinstance(s, cst.Import | cst.ImportFrom) for s in line.body)
        for line in body.body
    )


def filled(block: cst.IndentedBlock) -> cst.IndentedBlock:
    """Without the lines that nothing is left of; their comments stay, and `pass` where all are gone."""
    kept: list[cst.BaseStatement] = []
    orphans: list[cst.EmptyLine] = []
    for line in block.body:
        if isinstance(line, cst.SimpleStatementLine) and not line.body:
            orphans += line.leading_lines
            continue
        if isinstance(line, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            line = line.with_changes(leading_lines=joined(orphans, line.leading_lines))
            orphans = []
        kept.append(line)
    if len(kept) == len(block.body):
        return block
    kept = kept or [cst.SimpleStatementLine([cst.Pass()])]
    return block.with_changes(body=kept, footer=[*_comments(orphans), *block.footer])


def joined(orphans: Sequence[cst.EmptyLine], own: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The lines above a statement, with those that stood above statements that are gone before it."""
    return [*(() if own and not _comments(orphans) else orphans), *own]


def _comments(lines: Iterable[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment is not None]


def without_unused(module: cst.Module, used: set[str]) -> cst.Module:
    """Removes imports of xcs that nothing uses any more; comments above them stay."""
    unimport = _Unimport(used)
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = []
    orphans: list[cst.EmptyLine] = []
    for line in module.body:
        new = line.visit(unimport) if "xcs" in module.code_for_node(line) else line
        if isinstance(new, cst.RemovalSentinel) or (isinstance(new, cst.SimpleStatementLine) and not new.body):
            orphans += line.leading_lines
            continue
        assert isinstance(new, cst.SimpleStatementLine | cst.BaseCompoundStatement)
        body.append(new.with_changes(leading_lines=joined(orphans, new.leading_lines)))
        orphans = []
    return module.with_changes(body=body, footer=[*_comments(orphans), *module.footer])


def leftovers(module: cst.Module) -> bool:
    """Whether the text still imports xcs."""
    return any(
        (isinstance(small, cst.ImportFrom) and _is_xcs(small))
        or (isinstance(small, cst.Import) and any(dotted(a.name).split(".")[0] == "xcs" for a in small.names))
        for line in _lines(module)
        for small in line.body
    )


__all__ = ["is_mark", "leftovers", "spellings", "undecorated", "unwrapped", "used_names", "without_unused"]
