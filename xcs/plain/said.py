"""What a worker prints, or logs, between its calls: it notes that, and the loop says it where the item's turn is.

print(f"try {n}")                  lines.append(f"try {n}")
log.warning("try %s", n)           messages.append((log.warning, "try %s", n))
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from ..analysis.domain.effects import Effect, Loc
from ..analysis.domain.places import Path
from ..analysis.domain.values import NOTHING, Plain, Value
from ..ir.nodes import Instr, Node
from .fixed import is_fixed
from .futures import Work
from .noted import Noted
from .tree import Change

ADD = ("builtins.list.append", "builtins.list.extend")
CHANNELS = frozenset({"stdout", "log"})


@dataclass(frozen=True, slots=True)
class Line:
    """One call that says something. `text`: it as one string; empty: several values, or another function than print.
    `named`: whether it has named arguments."""

    statement: cst.Expr
    call: cst.Call
    text: str
    named: bool = False


@dataclass(slots=True)
class Said:
    """What is said in a worker's part."""

    work: Work
    lines: list[Line] = field(default_factory=list)
    added: dict[str, list[cst.Call]] = field(default_factory=dict)  # by the list of the function that they add to
    name: str = ""
    names: dict[str, str] = field(default_factory=dict)  # of the worker's lists
    noted: Noted = field(init=False)

    def __post_init__(self) -> None:
        self.noted = Noted(self.work)

    def adds(self, node: Node, local: frozenset[str]) -> cst.Call | None:
        """A call that adds to a list which nobody else has; the worker adds to one of its own."""
        effects, bound = self.work.region.effects(node.id), self.work.assigned
        writes = [e for e in effects if e.kind == "write"]
        if not writes or any(e.kind not in ("write", "read") or (e in writes and e.detail not in ADD) for e in effects):
            return None
        call = self.work.tree.calls.get(self.work.tree.of(node.span))
        match call:
            case cst.Call(func=cst.Attribute(value=cst.Name(value=name))) if name in local - bound and isinstance(
                self.work.tree.parents[call], cst.Expr
            ):
                self.added.setdefault(name, []).append(call)
                return call
            case _:
                return None

    def takes(self, node: Node, written: frozenset[object]) -> bool:
        """Whether a call only says something, and may do so later; notes it. written: roots of what it changes."""
        line = self.line(node, written)
        if line is not None:
            self.lines.append(line)
        return line is not None

    def line(self, node: Node, written: frozenset[object]) -> Line | None:
        work, effects = self.work, self.work.region.effects(node.id)
        said = {e.detail for e in effects if e.kind == "command"}
        if not isinstance(node, Instr) or node.op != "call" or not said or not said <= CHANNELS:
            return None
        if any(e.kind not in ("command", "read") and not to_stream(e) for e in effects):
            return None
        call = work.tree.calls.get(work.tree.of(node.span))
        statement = None if call is None else work.tree.parents[call]
        if call is None or not isinstance(statement, cst.Expr):
            return None
        named = [a for a in call.args if a.keyword is not None]
        if any(a.star for a in call.args) or "\n" in work.one_line(call) or (named and not self.may_name(call, named)):
            return None
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "exception":
            return None  # it tells what is handled where it stands
        printed = isinstance(call.func, cst.Name) and call.func.value == "print" and "print" not in work.tree.bound
        values = work.region.facts.operands.get(node.id, ())[1:]
        given = call.args[: len(call.args) - len(named)]
        values = (*values, *[NOTHING] * (len(given) - len(values)))
        fixed = [is_fixed(a.value, v, written) for a, v in zip(given, values, strict=False)]
        text = self.text(given, values) if printed and said == {"stdout"} and not named else ""
        if not text and not all(fixed):
            return None
        return Line(statement, call, text, bool(named))

    def may_name(self, call: cst.Call, named: Sequence[cst.Arg]) -> bool:
        """Whether a call's named arguments may be noted, too."""
        return False

    def text(self, args: Sequence[cst.Arg], values: Sequence[Value]) -> str:
        """What is printed, as one expression for a string; empty: there is none that reads well."""
        codes = [self.work.one_line(a.value) for a in args]
        match args:
            case []:
                return '""'
            case [cst.Arg(value=cst.FormattedString() | cst.SimpleString() | cst.ConcatenatedString())]:
                return codes[0]
            case [_]:
                is_text = bool(values[0]) and all(isinstance(a, Plain) and a.cls is str for a in values[0])
                return codes[0] if is_text else f"str({codes[0]})" if "str" not in self.work.tree.bound else ""
            case _:
                parts = [_part(a.value, code) for a, code in zip(args, codes, strict=True)]
                return "f" + '"' + " ".join(parts) + '"' if all(parts) else ""

    # -- how it is written

    @property
    def any(self) -> bool:
        return bool(self.lines or self.added or self.noted.notes)

    def lists(self) -> list[str]:
        """The names of the lists that the worker is given."""
        every = [*self.added, *self.noted.notes]
        for name in every:
            if name not in self.names:
                self.names[name] = self.work.name("added" if len(every) == 1 else f"{name}_added")
        return [*([self.chosen()] if self.lines else []), *(self.names[n] for n in every)]

    def alone(self) -> bool:
        """Whether lines are printed, and nothing else is said."""
        return all(line.text for line in self.lines)

    def logged(self) -> bool:
        return any(not isinstance(line.call.func, cst.Name) or line.call.func.value != "print" for line in self.lines)

    def chosen(self) -> str:
        """The name of the list of what is said."""
        if not self.name:
            self.name = self.work.name("lines" if self.alone() else "messages")
        return self.name

    def changes(self) -> dict[cst.CSTNode, Change]:
        """The statements that note what was said."""
        self.lists()
        name, tree = self.name, self.work.tree
        made: dict[cst.CSTNode, Change] = {
            call.func.value: _becoming(cst.Name(self.names[n]))
            for n, calls in self.added.items() for call in calls if isinstance(call.func, cst.Attribute)
        }  # fmt: skip
        for line in self.lines:
            if self.alone():
                code = line.text
            else:
                parts = [self.work.one_line(a.value) for a in line.call.args]
                code = f"({', '.join([self.work.one_line(line.call.func), *parts])}{'' if parts else ','})"
            new = tree.expression(f"{name}.append({code})")
            made[line.call] = _becoming(new)
        return {**made, **self.noted.changes(self.names)}

    def given(self) -> dict[cst.CSTNode, Change]:
        """What becomes of a call that is given a list."""
        return {}

    def done(self) -> list[cst.BaseStatement]:
        """What says it, and adds to the function's lists."""
        adding = [self.work.tree.parse(f"{name}.extend({self.names[name]})") for name in self.added]
        return [*([self.saying()] if self.lines else []), *adding, *self.noted.done(self.names)]

    def saying(self) -> cst.BaseStatement:
        one = self.work.name("line" if self.alone() else "say")
        if self.alone():
            return self.work.tree.parse(f"for {one} in {self.chosen()}:\n    print({one})\n")
        values = self.work.name("values")
        return self.work.tree.parse(f"for {one}, *{values} in {self.chosen()}:\n    {one}(*{values})\n")

    def empty(self, annotated: bool) -> list[str]:
        """The statements that make the lists."""
        typed = ": list[str]" if self.alone() else ": list[tuple]"
        others = [f"{self.names[n]}{': list' if annotated else ''} = []" for n in (*self.added, *self.noted.notes)]
        return [*([f"{self.chosen()}{typed if annotated else ''} = []"] if self.lines else []), *others]


def to_stream(effect: Effect) -> bool:
    """Whether an effect is that something is printed to a stream of the process: `file=sys.stderr`."""
    return effect.kind == "write" and effect.detail == "builtins.print" and of_stream(effect.loc)


def of_stream(loc: Loc | None) -> bool:
    """Whether a place is in a stream of the process."""
    root = None if loc is None else loc.root
    named = isinstance(root, Path) and root.kind == "global" and root.name in ("stdout", "stderr")
    return named and isinstance(root, Path) and root.holder_id in (id(sys), id(vars(sys)))


def _becoming(new: cst.BaseExpression) -> Change:
    return lambda _: new


def _part(node: cst.BaseExpression, code: str) -> str:
    """An argument as a part of an f-string; empty: it can't be one."""
    match node:
        case cst.SimpleString(prefix="", quote='"', raw_value=value) if not set(value) & set('{}\\"') and value:
            return value
        case cst.Name() | cst.Attribute() | cst.Subscript() | cst.Call() if not set(code) & set("'{}\\"):
            return "{" + code.replace('"', "'") + "}"
        case _:
            return ""


__all__ = ["Said", "of_stream", "to_stream"]
