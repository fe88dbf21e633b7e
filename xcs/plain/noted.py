"""What a worker counts, or stores in dictionaries, between its calls: it notes that, and the loop does it in the item's
turn.

totals[metric] += score            totals_added.append((metric, score))
table[name] = answer               table_added.append((name, answer))
calls += 1                         calls_added.append(1)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import libcst as cst

from ..analysis.domain.values import NOTHING
from ..ir.nodes import Instr, Node
from .fixed import is_fixed
from .futures import Work
from .tree import Change, inside

OPS = frozenset({"build", "copy", "inplace", "item", "setitem"})  # the instructions of a statement that is noted
SIMPLE = (cst.SimpleString, cst.Integer, cst.Float)


@dataclass(frozen=True, slots=True)
class Note:
    """A statement `name[key] += value`, `name[key][key] = value` or, without keys, `name += value`."""

    name: str
    statement: cst.AugAssign | cst.Assign
    keys: tuple[tuple[cst.BaseExpression, ...], ...]  # of an item of an item: of each, what stands in its brackets
    value: cst.BaseExpression

    def sign(self, work: Work) -> str:
        """Its operator: `=`, `+=`."""
        statement = self.statement
        return work.tree.code(statement.operator).strip() if isinstance(statement, cst.AugAssign) else "="

    def parts(self) -> Iterator[cst.BaseExpression]:
        """What is computed for it."""
        for key in self.keys:
            yield from key
        yield self.value


@dataclass(slots=True)
class Noted:
    """The statements of a worker's part that are noted, by the name of what they change."""

    work: Work
    notes: dict[str, list[Note]] = field(default_factory=dict)

    def find(
        self, moved: Sequence[cst.CSTNode], tests: Sequence[cst.CSTNode], local: frozenset[str], own: Collection[int],
        within: cst.Try | None, loop: cst.For,
    ) -> None:  # fmt: skip
        """Looks for them in statements that go to the worker as a whole. tests: what else the worker computes; own: the
        nodes of its part; within: the `try` block in which the loop takes results."""
        found: dict[str, list[Note]] = {}
        for statement in moved:
            for note in _notes(statement):
                found.setdefault(note.name, []).append(note)
        names = [n for part in (*moved, *tests) for n in _mentioned(part)]
        written = self.written(own, [n for notes in found.values() for n in notes])
        for name, notes in found.items():
            whose = name in self.work.assigned if not notes[0].keys else name in local - self.work.assigned
            alone = names.count(name) == len(notes) and len({(n.sign(self.work), len(n.keys)) for n in notes}) == 1
            if whose and alone and all(self.may(n, own, written, within, loop) for n in notes):
                self.notes[name] = notes

    def written(self, own: Collection[int], notes: Sequence[Note]) -> frozenset[object]:
        """The roots of what the worker changes, but for what it notes."""
        noted = {i for note in notes for i in self.nodes(note, own)}
        effects = [e for i in own if i not in noted for e in self.work.region.effects(i) if e.kind == "write"]
        return frozenset(None if e.loc is None else e.loc.root for e in effects)

    def nodes(self, note: Note, own: Collection[int]) -> list[int]:
        """The nodes of a statement that are not its key's or its value's."""
        tree = self.work.tree
        place, parts = tree.range(note.statement), [tree.range(part) for part in note.parts()]
        ranges = {i: tree.of(self.work.region.nodes[i].span) for i in own}
        return [i for i, r in ranges.items() if inside(r, place) and not any(inside(r, p) for p in parts)]

    def may(
        self, note: Note, own: Collection[int], written: frozenset[object], within: cst.Try | None, loop: cst.For
    ) -> bool:
        """Whether a statement may be done later: what it adds will be the same, and no handler is passed by."""
        nodes = [self.work.region.nodes[i] for i in self.nodes(note, own)]
        above = takewhile(lambda a: a is not loop, self.work.tree.ancestors(note.statement))
        return (
            bool(nodes)
            and all(map(self.is_plain, nodes))
            and not any(isinstance(a, cst.Try | cst.With) and a is not within for a in above)
            and (isinstance(note.statement, cst.Assign) or self.stays(note, nodes, written))
        )

    def is_plain(self, node: Node) -> bool:
        effects = self.work.region.effects(node.id)
        return isinstance(node, Instr) and node.op in OPS and {e.kind for e in effects} <= {"read", "write", "raises"}

    def stays(self, note: Note, nodes: Sequence[Node], written: frozenset[object]) -> bool:
        adding = [n for n in nodes if isinstance(n, Instr) and n.op == "inplace"]
        values = [self.work.region.facts.operands.get(n.id, ()) for n in adding]
        return bool(values) and all(is_fixed(note.value, v[-1] if v else NOTHING, written) for v in values)

    def variables(self) -> set[str]:
        """The variables of the function that the worker doesn't bind, as it notes what is added to them."""
        return {name for name, notes in self.notes.items() if not notes[0].keys}

    def own(self, own: Collection[int]) -> set[int]:
        """The nodes of what is noted."""
        return {i for notes in self.notes.values() for note in notes for i in self.nodes(note, own)}

    def fail(self, own: Collection[int]) -> bool:
        return any(self.work.region.may_fail(i) for i in self.own(own))

    # -- how it is written

    def changes(self, lists: dict[str, str]) -> dict[cst.CSTNode, Change]:
        """The statements that note it. lists: by name, the list."""
        return {n.statement: self.noting(n, lists[name]) for name, notes in self.notes.items() for n in notes}

    def noting(self, note: Note, name: str) -> Change:
        constant = self.constant(note.name) is not None

        def change(old: cst.CSTNode) -> cst.CSTNode:
            (now,) = _notes(old)  # with what has changed inside
            keys = [cst.Tuple([cst.Element(k) for k in key]) if len(key) > 1 else key[0] for key in now.keys]
            parts = keys if constant else [*keys, _grouped(now.value)]
            call = self.work.tree.expression(f"{name}.append(0)")
            assert isinstance(call, cst.Call)
            given = parts[0] if len(parts) == 1 else cst.Tuple([cst.Element(p) for p in parts])
            return cst.Expr(call.with_changes(args=[cst.Arg(given)]))

        return change

    def constant(self, name: str) -> str | None:
        """The text of what is added to items each time, if that is always the same number or text."""
        notes = self.notes[name]
        codes = {self.work.one_line(n.value) for n in notes}
        same = len(codes) == 1 and all(n.keys and isinstance(n.value, SIMPLE) for n in notes)
        return codes.pop() if same else None

    def done(self, lists: dict[str, str]) -> list[cst.BaseStatement]:
        """What counts and stores it."""
        made: list[cst.BaseStatement] = []
        for name, notes in self.notes.items():
            constant = self.constant(name)
            keys = [self.work.name("key") for _ in notes[0].keys]
            value = [self.work.name("value")] if constant is None else []
            holder = name + "".join(f"[{key}]" for key in keys)
            line = f"{holder} {notes[0].sign(self.work)} {(*value, constant)[0]}"
            text = f"for {', '.join([*keys, *value])} in {lists[name]}:\n    {line}\n"
            made.append(self.work.tree.parse(text))
        return made


def _notes(node: cst.CSTNode) -> Iterator[Note]:
    """The statements below a node that may be noted, as they are written."""
    match node:
        case cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
            return
        case cst.AugAssign(target=cst.Name(value=name), value=value):
            yield Note(name, node, (), value)
        case (
            cst.AugAssign(target=cst.Subscript() as target, value=value)
            | cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as target)], value=value)
        ):
            found = _item(target)
            if found is not None:
                yield Note(found[0], node, found[1], value)
        case _:
            for child in node.children:
                yield from _notes(child)


def _item(target: cst.Subscript) -> tuple[str, tuple[tuple[cst.BaseExpression, ...], ...]] | None:
    """The variable whose item, or item of an item, a target is, and the keys."""
    indexes = [s.slice for s in target.slice if isinstance(s.slice, cst.Index) and s.slice.star is None]
    key = tuple(i.value for i in indexes)
    match target.value:
        case cst.Name(value=name) if len(key) == len(target.slice):
            return name, (key,)
        case cst.Subscript() as outer if len(key) == len(target.slice) and (found := _item(outer)) is not None:
            return found[0], (*found[1], key)
        case _:
            return None


def _grouped(value: cst.BaseExpression) -> cst.BaseExpression:
    """As an argument or an element."""
    bare = isinstance(value, cst.Tuple) and not value.lpar
    return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]) if bare else value


def _mentioned(node: cst.CSTNode) -> Iterator[str]:
    """Each name in a text, whatever its scope."""
    if isinstance(node, cst.Name):
        yield node.value
    for child in node.children:
        yield from _mentioned(child)


__all__ = ["Noted"]
