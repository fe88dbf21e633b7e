"""The tree of a file with the edits of its regions in their places, and without what is xcs's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from .shared import shared
from .tree import Change, Range, Tree
from .unmark import (
    is_mark,
    joined,
    leftovers,
    spellings,
    undecorated,
    unwrapped,
    used_names,
    without_unused,
)

Container = cst.Module | cst.IndentedBlock | cst.SimpleStatementSuite


@dataclass(frozen=True, slots=True)
class Edit:
    """New statements for statements of a container: compound ones, or simple ones that may share a line with others."""

    container: Container
    old: tuple[cst.CSTNode, ...]
    new: tuple[cst.BaseStatement, ...]
    place: Range


class Apply(cst.CSTTransformer):
    """Puts the edits in their places and takes off what is xcs's: of some functions the decorator, or all."""

    def __init__(
        self,
        edits: Sequence[Edit],
        changes: Mapping[cst.CSTNode, Change],
        names: dict[str, str],
        functions: frozenset[cst.FunctionDef] | None,
    ) -> None:
        super().__init__()
        self.every, self.changes, self.names, self.functions = edits, changes, names, functions

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        made: Any = super().on_leave(original_node, updated_node)
        change = self.changes.get(original_node)
        return made if change is None else change(made)

    def edits(self, container: cst.CSTNode) -> list[Edit]:
        return [e for e in self.every if e.container is container]

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        old, new, footer = self.left(original_node.body, updated_node.body)
        new = replaced(old, new, self.edits(original_node))
        return updated_node.with_changes(body=new, footer=[*footer, *updated_node.footer])

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        old, new, footer = self.left(original_node.body, updated_node.body)
        edits = self.edits(original_node)
        new = replaced(old, new, edits) or [cst.SimpleStatementLine([cst.Pass()])]
        made = {id(statement) for edit in edits for statement in edit.new}
        new = shared(new, [id(statement) in made for statement in new]) if len(edits) > 1 else new
        return updated_node.with_changes(body=new, footer=[*footer, *updated_node.footer])

    def left(
        self, original: Sequence[cst.CSTNode], updated: Sequence[cst.BaseStatement]
    ) -> tuple[list[cst.CSTNode], list[cst.BaseStatement], list[cst.EmptyLine]]:
        """The statements that stay, as they were and as they are; the comments that stood above the last ones."""
        old: list[cst.CSTNode] = []
        new: list[cst.BaseStatement] = []
        orphans: list[cst.EmptyLine] = []
        rest = iter(updated)  # libcst has taken out the lines that became empty
        for statement in original:
            if isinstance(statement, cst.SimpleStatementLine) and self.is_gone(statement):
                orphans += statement.leading_lines
                continue
            made = next(rest)
            assert isinstance(made, cst.SimpleStatementLine | cst.BaseCompoundStatement)
            old.append(statement)
            new.append(made.with_changes(leading_lines=joined(orphans, made.leading_lines)) if orphans else made)
            orphans = []
        return old, new, [line for line in orphans if line.comment is not None]

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.BaseSuite:
        edits = self.edits(original_node)
        if not edits:
            return updated_node
        line = cst.SimpleStatementLine(original_node.body)
        return cst.IndentedBlock(body=replaced([line], [line], edits))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        if self.functions is not None and original_node not in self.functions:
            return updated_node
        return undecorated(updated_node, self.names, self.functions is None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return undecorated(updated_node, self.names, True) if self.functions is None else updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        return unwrapped(updated_node, self.names) if self.functions is None else updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        return updated_node.with_changes(body=[]) if self.is_gone(original_node) else updated_node

    def is_gone(self, line: cst.SimpleStatementLine) -> bool:
        return self.functions is None and all(is_mark(small, self.names) for small in line.body)


def unmarked(text: str) -> tuple[str, bool]:
    """A text in which nothing is printed, without what is xcs's, and whether it still needs xcs."""
    module = cst.parse_module(text)
    names = spellings(module)
    if not names:
        return text, leftovers(module)
    made = module.visit(Apply([], {}, names, None))
    assert isinstance(made, cst.Module)
    made = without_unused(made, used_names(made))
    return made.code, leftovers(made)


def replaced(
    original: Sequence[cst.CSTNode], updated: Sequence[cst.CSTNode], edits: list[Edit]
) -> list[cst.BaseStatement]:
    """A container's statements with the edits applied."""
    done: list[cst.BaseStatement] = []
    for old, new in zip(original, updated, strict=True):
        assert isinstance(new, cst.BaseStatement)
        edit = next((e for e in edits if old in e.old), None)
        if edit is not None:
            done += _below(old, new, edit.new) if old is edit.old[0] else []
        elif isinstance(old, cst.SimpleStatementLine):
            done += _split(old, new, edits)
        else:
            done.append(new)
    return done


def _below(old: cst.CSTNode, new: cst.BaseStatement, made: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """New statements, with what has come above the first of them from statements that are gone."""
    before, after = getattr(old, "leading_lines", ()), getattr(new, "leading_lines", ())
    moved = after[: len(after) - len(before)]
    first = made[0]
    if not moved or not isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        return list(made)
    return [first.with_changes(leading_lines=joined(moved, first.leading_lines)), *made[1:]]


def _split(old: cst.SimpleStatementLine, new: cst.BaseStatement, edits: list[Edit]) -> list[cst.BaseStatement]:
    """A line of simple statements, those of regions replaced; the others keep their order on lines of their own."""
    if not any(small in edit.old for small in old.body for edit in edits):
        return [new]
    done: list[cst.BaseStatement] = []
    for small in old.body:
        edit = next((e for e in edits if small in e.old), None)
        if edit is None:
            alone = small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
            first, last = small is old.body[0], small is old.body[-1]
            done.append(
                cst.SimpleStatementLine(
                    [alone],
                    leading_lines=old.leading_lines if first else [],
                    trailing_whitespace=old.trailing_whitespace if last else cst.TrailingWhitespace(),
                )
            )
        elif small is edit.old[0]:
            done += _below(old, new, edit.new) if small is old.body[0] else edit.new
    return done


def assuming(edit: Edit, assumes: Sequence[str]) -> Edit:
    """With a comment above it of what it rests on and nobody checks."""
    first = edit.new[0]
    if not assumes or not isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        return edit
    said = [cst.EmptyLine(comment=cst.Comment(line)) for line in sayings(assumes)]
    return replace(edit, new=(first.with_changes(leading_lines=[*first.leading_lines, *said]), *edit.new[1:]))


def commented(tree: Tree, edit: Edit) -> Edit:
    """With the comments of what is gone above it: those of a statement that a worker's call stands for."""
    kept = Counter(comment for statement in edit.new for comment in _comments(statement))
    lost: list[str] = []
    for old in edit.old:
        found, line = [*_comments(old)], tree.parents[old]
        if isinstance(line, cst.SimpleStatementLine | cst.SimpleStatementSuite) and line.body[-1] is old:
            found += _comments(line.trailing_whitespace)
        for comment in found:
            kept[comment] -= 1
            if kept[comment] < 0:
                lost.append(comment)
    place = next((i for i, s in enumerate(edit.new) if not isinstance(s, cst.FunctionDef)), 0)
    first = edit.new[place]
    if not lost or not isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        return edit
    said = [cst.EmptyLine(comment=cst.Comment(comment)) for comment in lost]
    first = first.with_changes(leading_lines=[*first.leading_lines, *said])
    return replace(edit, new=(*edit.new[:place], first, *edit.new[place + 1 :]))


def _comments(node: cst.CSTNode) -> Iterator[str]:
    """The comments of a part of a text, in its order."""
    if isinstance(node, cst.Comment):
        yield node.value
    for child in node.children:
        yield from _comments(child)


LONGEST = 100  # of a line that says what is assumed, unless one thing alone is longer


def sayings(assumes: Sequence[str]) -> list[str]:
    """The comments that say what is assumed."""
    lines: list[str] = []
    for one in assumes:
        longer = f"{lines[-1]}; {one}" if lines else ""
        if longer and len(longer) <= LONGEST:
            lines[-1] = longer
        else:
            lines.append(f"# xcs: assumes {one}")
    return lines


def wide(made: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Statements of module level, two empty lines around functions."""
    done: list[cst.BaseStatement] = []
    for index, statement in enumerate(made):
        function = isinstance(statement, cst.FunctionDef) or (index and isinstance(made[index - 1], cst.FunctionDef))
        if function and isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            lead = list(statement.leading_lines)
            while lead and lead[0].comment is None:
                lead.pop(0)
            statement = statement.with_changes(leading_lines=[*[cst.EmptyLine(indent=False)] * 2, *lead])
        done.append(statement)
    return done


__all__ = ["Apply", "Container", "Edit", "assuming", "commented", "unmarked", "wide"]
