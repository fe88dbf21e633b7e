"""A callee that asks in rounds, or under conditions, and only prints or logs beside: it runs in a worker, and is told
how to say what it says.

def get(url, tries=3):                     def get(url, tries=3, say=print):
    for n in range(tries):                     for n in range(tries):
        try:                                       try:
            return ask(url)                            return ask(url)
        except Busy:                               except Busy:
            print(f"try {n} failed")                   say(f"try {n} failed")

for url in urls:                           def process_url(url, lines):
    out.append(get(url))                       return get(url, say=lines.append)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from ..ir.nodes import For, Inline, Node, walk
from .futures import Work
from .imports import dotted
from .parts import Splitter
from .returned import Statement
from .said import Line, Said
from .submitted import is_seen, tight, with_argument, with_parameter
from .tree import Change, Namer, Range, becomes, every_parameter, inside


@dataclass(slots=True)
class Told(Said):
    """What the callee says. `call`: the one in the loop; `say`: the parameter that the callee gets."""

    function: cst.FunctionDef = field(kw_only=True)
    call: cst.Call = field(kw_only=True)
    say: str = field(kw_only=True)

    def adds(self, node: Node, local: frozenset[str]) -> cst.Call | None:
        return None

    def line(self, node: Node, written: frozenset[object]) -> Line | None:
        found = super(Told, self).line(node, written)
        place = self.work.tree.range(self.function)
        return found if found is not None and inside(self.work.tree.range(found.call), place) else None

    def spoken(self) -> str:
        """The one function that says all. Raises: Bailout."""
        found = {self.work.one_line(line.call.func) for line in self.lines}
        name = found.pop()
        if found or not (name == "print" or self.is_made_above(name.partition(".")[0])):
            raise self.work.refuse("a function that says things in several ways", self.work.frame)
        return name

    def is_made_above(self, name: str) -> bool:
        """Whether a variable of the module is made above the callee, and only there."""
        start, found = self.work.tree.range(self.function)[0], []
        for line in self.work.tree.module.body:
            for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                match small:
                    case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=made))]) if made == name:
                        found.append(self.work.tree.range(small)[0] < start)
                    case _:
                        pass
        return found == [True]

    def changes(self) -> dict[cst.CSTNode, Change]:
        return {}

    def given(self) -> dict[cst.CSTNode, Change]:
        """The call in the loop, with the way to say things."""
        name = self.chosen()
        code = f"{name}.append" if self.singly() else f"lambda *values: {name}.append(values)"
        named = cst.Arg(self.work.tree.expression(code), keyword=cst.Name(self.say), equal=tight())
        return {self.call: lambda old: old.with_changes(args=with_argument(old, named))}

    def singly(self) -> bool:
        """Whether one value is said at a time."""
        return self.alone() or all(len(line.call.args) == 1 for line in self.lines)

    def empty(self, annotated: bool) -> list[str]:
        one = self.singly() and not self.alone()
        return [f"{self.chosen()}: list = []"] if one and annotated else super(Told, self).empty(annotated)

    def saying(self) -> cst.BaseStatement:
        one = self.work.name("line" if self.alone() else "message" if self.singly() else "values")
        star = "" if self.singly() else "*"
        return self.work.tree.parse(f"for {one} in {self.chosen()}:\n    {self.spoken()}({star}{one})\n")

    def callee(self, typed: str) -> dict[cst.CSTNode, Change]:
        """What becomes of the callee."""
        tree = self.work.tree
        annotated = any(p.annotation is not None for p in every_parameter(self.function))
        kind = f": {typed}[..., object] = " if annotated else "="
        more = with_parameter(tree, f"{self.say}{kind}{self.spoken()}")
        found: dict[cst.CSTNode, Change] = {self.function.params: more}
        for line in self.lines:
            if self.alone():
                found[line.call] = becomes(tree.expression(f"{self.say}({line.text})"))
            else:
                found[line.call.func] = becomes(cst.Name(self.say))
        return found


@dataclass(slots=True)
class ToldSplitter(Splitter):
    """An iteration whose calls stand in one callee."""

    inline: Inline = field(kw_only=True)
    told: Told = field(kw_only=True)
    below: frozenset[int] = frozenset()

    def prepare(self) -> None:
        work = self.work
        self.said = self.told
        self.calls.append(self.told.call)
        for plan in work.plan.sites:
            self.sites.add(plan.node.id)
            self.needs |= plan.needs
        self.ranges = {i: work.tree.of(n.span) for i, n in work.region.nodes.items()}
        self.below = frozenset(n.id for part in (self.inline.binding, self.inline.body) for n in walk(part))

    def note(self, chain: list[Statement], guards: list[Statement], extracted: cst.BaseExpression | None) -> None:
        """Only what the callee says is noted."""

    def nodes_in(self, place: Range) -> Iterator[Node]:
        found = list(super(ToldSplitter, self).nodes_in(place))
        yield from found
        if any(n is self.inline for n in found):
            known = {n.id for n in found}
            yield from (self.work.region.nodes[i] for i in self.below - known)


def find_told(work: Work, filename: str, local: frozenset[str]) -> ToldSplitter:
    """The one callee in which all the calls are made. Raises: Bailout."""
    region, tree = work.region, work.tree
    chains = [[p for p in region.parents[s.node.id] if isinstance(p, Inline)] for s in work.plan.sites]
    inlines = {chain[0].id: chain[0] for chain in chains if chain}
    if len(inlines) != 1 or any(len(chain) != 1 for chain in chains):
        raise work.refuse("calls in several functions that run in place", work.frame)
    (inline,) = inlines.values()
    if sum(isinstance(p, For) for p in region.parents[inline.id]) != 1:
        raise work.refuse("a function that runs in place, where it stands", work.frame)
    code = inline.function.__code__
    call = tree.calls.get(tree.of(inline.span))
    function = tree.functions.get((code.co_firstlineno, 0))
    function = function or next((f for f in tree.functions.values() if _is(work, f, code)), None)
    if code.co_filename != filename or function is None or call is None or function.name.value != code.co_name:
        raise work.refuse("a function of another file that runs in place", work.frame)
    if function.decorators or function.asynchronous or inside(tree.range(call), tree.range(function)):
        raise work.refuse("a decorated function that runs in place", work.frame)
    if not is_seen(tree, function, call):
        raise work.refuse("a function that another one makes and that runs in place", work.frame)
    if function.params.star_kwarg is not None and any(_is_open(c, code.co_name) for c in tree.calls.values()):
        raise work.refuse("a function that may be given any argument", work.frame)
    told = Told(work, function=function, call=call, say=Namer(tree.names)("say"))
    return ToldSplitter(work, work.loop(work.frame), local, True, inline=inline, told=told)  # type: ignore[arg-type]


def _is_open(call: cst.Call, name: str) -> bool:
    """Whether a function of this name is given what a dictionary holds: that may have any name."""
    return dotted(call.func).rpartition(".")[2] == name and any(a.star == "**" for a in call.args)


def _is(work: Work, function: cst.FunctionDef, code: object) -> bool:
    return work.tree.range(function)[0][0] == getattr(code, "co_firstlineno", 0)


__all__ = ["ToldSplitter", "find_told"]
