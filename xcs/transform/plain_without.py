"""The text without xcs: its decorators, calls and marks taken off, and its import where nothing uses it any more.

from xcs import jit

@jit                                     def f(xs): ...
def f(xs): ...                           g = f
g = jit(f)
xcs.unordered(h)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from .plain_imports import dotted, imported_from

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
                    if dotted(alias.name).split(".")[0] == "xcs":
                        name = alias.evaluated_alias or dotted(alias.name)
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


def undecorated(function: cst.FunctionDef, names: dict[str, str], marks: bool) -> cst.FunctionDef:
    """The definition without `@jit`, and without the marks if these go too."""
    gone = {spelling for spelling, name in names.items() if marks or name == "jit"}
    kept = [d for d in function.decorators if dotted(d.decorator) not in gone]
    if len(kept) == len(function.decorators):
        return function
    orphans = [
        line
        for d in function.decorators
        if dotted(d.decorator) in gone
        for line in (*d.leading_lines, *_trailing(d))
        if line.comment is not None
    ]
    if not kept:
        after = [*orphans, *function.lines_after_decorators]
        first = function.decorators[0]
        lead = [*first.leading_lines, *(o for o in after if o not in first.leading_lines)]
        # What stands above the first decorator belongs to the definition itself in the tree already.
        lead = [line for line in lead if line not in function.leading_lines]
        return function.with_changes(
            decorators=[], lines_after_decorators=[], leading_lines=[*function.leading_lines, *lead]
        )
    kept[0] = kept[0].with_changes(leading_lines=[*orphans, *kept[0].leading_lines])
    return function.with_changes(decorators=kept)


def _trailing(decorator: cst.Decorator) -> list[cst.EmptyLine]:
    """A comment beside a decorator, as a line of its own."""
    comment = decorator.trailing_whitespace.comment
    return [] if comment is None else [cst.EmptyLine(comment=comment)]


def unwrapped(call: cst.Call, names: dict[str, str]) -> cst.BaseExpression:
    """`f` for `jit(f)`."""
    match call.args:
        case [cst.Arg(keyword=None, star="", value=value)] if dotted(call.func) in names:
            return value
        case _:
            return call


def is_mark(statement: cst.BaseSmallStatement, names: dict[str, str]) -> bool:
    """Whether a statement only marks a function, such as `xcs.unordered(f)`."""
    match statement:
        case cst.Expr(value=cst.Call(func=function, args=[cst.Arg(value=cst.Name() | cst.Attribute())])):
            return dotted(function) in names
        case _:
            return False


# -- imports


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


def used_names(module: cst.Module) -> set[str]:
    """Names that occur outside of imports."""
    uses = _Uses()
    module.visit(uses)
    return uses.names


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

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        return filled(updated_node)


def filled(block: cst.IndentedBlock) -> cst.IndentedBlock:
    """Without the lines that nothing is left of; their comments stay, and `pass` where all are gone."""
    kept: list[cst.BaseStatement] = []
    orphans: list[cst.EmptyLine] = []
    for line in block.body:
        if isinstance(line, cst.SimpleStatementLine) and not line.body:
            orphans += [e for e in line.leading_lines if e.comment is not None]
            continue
        if orphans and isinstance(line, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            line = line.with_changes(leading_lines=[*orphans, *line.leading_lines])
            orphans = []
        kept.append(line)
    if len(kept) == len(block.body):
        return block
    kept = kept or [cst.SimpleStatementLine([cst.Pass()])]
    return block.with_changes(body=kept, footer=[*orphans, *block.footer])


def without_unused(module: cst.Module) -> cst.Module:
    """Removes imports of xcs that nothing uses any more; comments above them stay."""
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
    return module.with_changes(body=body, footer=[*orphans, *module.footer])


def leftovers(module: cst.Module) -> bool:
    """Whether the text still imports xcs."""
    return any(
        (isinstance(small, cst.ImportFrom) and _is_xcs(small))
        or (isinstance(small, cst.Import) and any(dotted(a.name).split(".")[0] == "xcs" for a in small.names))
        for line in _lines(module)
        for small in line.body
    )


__all__ = ["is_mark", "leftovers", "spellings", "undecorated", "unwrapped", "used_names", "without_unused"]
