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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from ..analysis.domain.values import Abstract, Bound, Known
from ..ir.nodes import For, Inline, Node, walk
from ..peek import function_home
from .futures import Work
from .imports import dotted, imported
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
        if found is None or not inside(self.work.tree.range(found.call), place):
            return None
        return found if all(map(_says, self.work.region.facts.operands[node.id][0])) else None

    def may_name(self, call: cst.Call, named: Sequence[cst.Arg]) -> bool:
        """Whether a call is one of `print`, and says no more than how: `end=""`, `file=sys.stderr`."""
        printed = isinstance(call.func, cst.Name) and call.func.value == "print" and "print" not in self.work.tree.bound
        return printed and all(self.is_constant(a.value) for a in named)

    def is_constant(self, node: cst.BaseExpression) -> bool:
        match node:
            case cst.SimpleString() | cst.Name(value="True" | "False" | "None"):
                return True
            case cst.Attribute(value=cst.Name(value="sys"), attr=cst.Name(value="stderr" | "stdout")):
                return "sys" in imported(self.work.tree.module)
            case _:
                return False

    def spoken(self) -> str:
        """The one function that says all; empty: there are several, or it isn't there yet when the callee is made."""
        found = {self.work.one_line(line.call.func) for line in self.lines}
        name = found.pop()
        return "" if found or not (name == "print" or self.is_made_above(name.partition(".")[0])) else name

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
        code = f"lambda *values, **named: {name}.append((values, named))" if self.named() else code
        named = cst.Arg(self.work.tree.expression(code), keyword=cst.Name(self.say), equal=tight())
        return {self.call: lambda old: old.with_changes(args=with_argument(old, named))}

    def named(self) -> bool:
        """Whether something is said with named arguments."""
        return any(line.named for line in self.lines)

    def singly(self) -> bool:
        """Whether one value is said at a time."""
        one = bool(self.spoken()) and not self.named()
        return self.alone() or (one and all(len(line.call.args) == 1 for line in self.lines))

    def empty(self, annotated: bool) -> list[str]:
        one = self.singly() and not self.alone()
        return [f"{self.chosen()}: list = []"] if one and annotated else super(Told, self).empty(annotated)

    def saying(self) -> cst.BaseStatement:
        one = self.work.name("line" if self.alone() else "message" if self.singly() else "values")
        star = "" if self.singly() else "*"
        tell, target, given = self.spoken(), one, f"{star}{one}"
        if not tell:
            tell = self.work.name("tell")
            target = f"({tell}, *{one})" if self.named() else f"{tell}, *{one}"
        if self.named():
            named = self.work.name("named")
            target, given = f"{target}, {named}", f"{given}, **{named}"
        return self.work.tree.parse(f"for {target} in {self.chosen()}:\n    {tell}({given})\n")

    def callee(self, typed: str) -> dict[cst.CSTNode, Change]:
        """What becomes of the callee."""
        tree = self.work.tree
        annotated = any(p.annotation is not None for p in every_parameter(self.function))
        kind = f": {typed}[..., object] = " if annotated else "="
        more = with_parameter(tree, f"{self.say}{kind}{self.spoken() or self.plainly()}")
        found: dict[cst.CSTNode, Change] = {self.function.params: more}
        for line in self.lines:
            if self.alone():
                found[line.call] = becomes(tree.expression(f"{self.say}({line.text})"))
            elif self.spoken():
                found[line.call.func] = becomes(cst.Name(self.say))
            else:
                found[line.call] = self.with_function
        return found

    def plainly(self) -> str:
        """What says things at once, each by a function of its own."""
        named = ", **named" if self.named() else ""
        return f"lambda tell, *values{named}: tell(*values{named})"

    def with_function(self, call: cst.Call) -> cst.Call:
        """A call that says something, with its function as the first argument of the way to say things."""
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        comma = call.args[0].comma if call.args and isinstance(call.args[0].comma, cst.Comma) else comma
        first = cst.Arg(call.func, comma=comma if call.args else cst.MaybeSentinel.DEFAULT)
        return call.with_changes(func=cst.Name(self.say), args=[first, *call.args])


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


def find_told(work: Work, loop: cst.For, filename: str, local: frozenset[str]) -> ToldSplitter:
    """The one callee in which all the calls of a loop are made. Raises: Bailout."""
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
    return ToldSplitter(work, loop, local, True, inline=inline, told=told)


def _says(abstract: Abstract) -> bool:
    """Whether a function is `print` or a logger's own: no function of the program, which may look at what there is."""
    function = abstract.func if isinstance(abstract, Bound) else abstract
    return isinstance(function, Known) and (function.obj is print or function_home(function.obj) == "logging")


def _is_open(call: cst.Call, name: str) -> bool:
    """Whether a function of this name is given what a dictionary holds: that may have any name."""
    return dotted(call.func).rpartition(".")[2] == name and any(a.star == "**" for a in call.args)


def _is(work: Work, function: cst.FunctionDef, code: object) -> bool:
    return work.tree.range(function)[0][0] == getattr(code, "co_firstlineno", 0)


__all__ = ["ToldSplitter", "find_told"]
