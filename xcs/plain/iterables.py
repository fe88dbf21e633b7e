"""What a loop goes through, when it is gone through twice: by the executor, and by the loop that takes the results.

for doc in docs                  map(work, docs)                  for doc, answer in zip(docs, ...)
for i, doc in enumerate(docs)    map(work, docs)                  for i, (doc, answer) in enumerate(zip(docs, ...))
for a, b in zip(left, right)     map(work, left, right)           for a, b, answer in zip(left, right, ...)
for name, doc in docs.items()    map(work, docs.values())         for (name, doc), answer in zip(docs.items(), ...)
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

import libcst as cst

from ..analysis.domain.values import NOTHING, Abstract, Bound, Fresh, Inst, Lazy, Plain, Value
from ..analysis.language.columns import shape
from ..ir.nodes import Instr
from ..peek import CONTAINERS
from .bars import bar_of, goes_through, without
from .futures import Work
from .hoisting import several
from .nest import fails_apart, target_text
from .tree import VIEWS, bound_in, every_parameter


@dataclass(frozen=True, slots=True)
class Header:
    """`given`: what the executor maps over, for `parameters`. `before`: statements that make it."""

    loop: cst.For
    parameters: tuple[str, ...]
    given: tuple[str, ...]
    over: tuple[str, ...]  # what the loop goes through beside the results
    target: str  # of that
    numbered: str = ""  # what `enumerate` is given after its first argument, if the loop numbers its items
    number: str = ""
    before: tuple[str, ...] = ()
    bar: bool = False  # a progress bar goes through the items
    unpack: str = ""  # the target that the worker takes its one argument apart with
    strict: bool = False  # going through the items fails where one of them has more

    @property
    def always(self) -> bool:
        """Whether the loop goes through its items, needed or not."""
        return self.bar or self.strict

    def targets(self, results: str) -> str:
        """The targets of the loop that takes the results."""
        inner = ", ".join(part for part in (self.target, results) if part)
        if not self.number:
            return inner
        return f"{self.number}, ({inner})" if self.target else f"{self.number}, {inner}"

    def pieces(self, results: Sequence[str], needed: bool) -> tuple[str, list[str]]:
        """What that loop goes through, as a call and its arguments; `results`: calls of `executor.map`."""
        beside = [*(self.over if needed else ()), *results]
        if self.number:
            whole = together(beside, self.strict)
            return "enumerate", [whole, *([self.numbered.removeprefix(", ")] if self.numbered else [])]
        if len(beside) > 1:
            return "zip", [*beside, *(["strict=True"] if self.strict else [])]
        name, _, rest = beside[0].partition("(")
        return name, [rest[:-1]]

    def source(self, results: str, needed: bool) -> str:
        """What that loop goes through."""
        beside = together([*self.over, results], self.strict) if needed else results
        return f"enumerate({beside}{self.numbered})" if self.number else beside


def header(work: Work, loop: cst.For, read: set[str]) -> Header | None:
    """How a loop's header is gone through twice; `read`: names that the worker reads. None: it can't be.

    A progress bar in it goes through the items once, beside the results.
    """
    bar = bar_of(work, loop)
    if bar is None:
        return _header(work, loop, read)
    inner = bar.args[0].value
    bare = without(work, loop, bar)
    value = _argument(work, bar)
    if bare.iter.deep_equals(inner):
        found = _simple(work, loop.with_changes(iter=inner), inner, read, value)
    else:
        found = _numbered(work, bare, inner, read, value)
    if found is None or found.before or found.over != (work.one_line(inner),):
        return None
    return replace(found, over=(work.one_line(bar),), bar=True)


def together(given: Sequence[str], strict: bool = False) -> str:
    """What gives the items of several iterables side by side; strict: and fails where one of them has more."""
    mapping, _, _ = given[0].partition(".keys()")
    if tuple(given) == (f"{mapping}.keys()", f"{mapping}.values()"):
        return f"{mapping}.items()"
    return given[0] if len(given) == 1 else f"zip({', '.join([*given, *(['strict=True'] if strict else [])])})"


def in_memory(work: Work, loop: cst.For) -> bool:
    """Whether a loop goes through a container that isn't given as it is: as much is there as its results are."""
    bar = bar_of(work, loop)
    if bar is None:
        shown = goes_through(work, loop.iter, _iterable(work))
        return bool(shown) or _in_memory(work, loop.iter, _iterable(work))
    return _in_memory(work, bar.args[0].value, _argument(work, bar))


def _in_memory(work: Work, over: cst.BaseExpression, value: Value) -> bool:
    match over:
        case cst.Call(func=cst.Name(value="enumerate" | "zip" | "reversed"), args=args) if args:
            parts = args[:1] if over.func.deep_equals(cst.Name("enumerate")) else args
            return all(_in_memory(work, a.value, _argument(work, over, i)) for i, a in enumerate(parts))
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))) if name in VIEWS:
            value = frozenset(m.receiver for m in called(work, over) if isinstance(m, Bound))
        case _:
            pass
    function = work.tree.function_of(work.statements[0])
    names = [p.name.value for p in every_parameter(function)] if isinstance(function, cst.FunctionDef) else []
    given = isinstance(over, cst.Name) and over.value in names
    ranges = any(getattr(a, "cls", None) is range for a in value)
    return _rows(work, over) or (not given and not ranges and twice(value))


def _header(work: Work, loop: cst.For, read: set[str]) -> Header | None:
    target = loop.target
    match loop.iter, target:
        case cst.Call(func=cst.Name(value="enumerate"), args=[first, *_]), _:
            value = _argument(work, loop.iter)
            return _numbered(work, loop, first.value, read, value) or _with_numbers(work, loop, first.value, value)
        case cst.Call(func=cst.Name(value="zip")), _ if (found := _columns(work, loop, loop.iter, read)) is not None:
            return found
        case cst.Call(func=cst.Name(value="zip")), cst.Tuple():
            return _bound(work, loop)
        case cst.Call(func=cst.Attribute(value=mapping, attr=cst.Name(value="items")), args=[]), cst.Tuple(
            elements=[cst.Element(value=cst.Name(value=key)), cst.Element(value=cst.Name(value=value))]
        ):
            text = work.one_line(mapping)
            if not work.safe(text) or not twice(_iterable(work)):
                return _bound(work, loop)
            columns_of = {(key,): text, (value,): f"{text}.values()"}
            chosen = tuple(n for n in (key, value) if n in read)
            given = (columns_of[chosen],) if chosen in columns_of else (f"{text}.keys()", f"{text}.values()")
            return Header(
                loop, chosen or (key,), given if chosen else (text,), (f"{text}.items()",), f"({key}, {value})"
            )
        case _:
            return _simple(work, loop, loop.iter, read, _iterable(work))


def _columns(work: Work, loop: cst.For, over: cst.BaseExpression, read: set[str]) -> Header | None:
    """The columns of items side by side, for a worker that reads all of them."""
    match over, loop.target:
        case cst.Call(func=cst.Name(value="zip"), args=args), cst.Tuple(elements=elements) if (
            "zip" not in work.tree.bound
            and len(items := _side_by_side(args)) == len(elements) > 0
            and all(isinstance(e, cst.Element) and isinstance(e.value, cst.Name) for e in elements)
        ):
            pass
        case _:
            return None
    parts = [e.value.value for e in elements if isinstance(e.value, cst.Name)]
    columns = [_reusable(work, a.value, _argument(work, over, i)) for i, a in enumerate(items)]
    if not set(parts) <= read or not all(columns):
        return None
    given = tuple(c for c in columns if c)
    return Header(loop, tuple(parts), given, given, ", ".join(parts), strict=len(items) < len(args))


def _side_by_side(args: Sequence[cst.Arg]) -> Sequence[cst.Arg]:
    """What `zip` goes through; empty: it can't be told."""
    match args:
        case [*items, cst.Arg(keyword=cst.Name(value="strict"), value=cst.Name(value="True"))]:
            pass
        case items:
            pass
    return items if all(a.star == "" and a.keyword is None for a in items) else []


def _numbered(work: Work, loop: cst.For, inner: cst.BaseExpression, read: set[str], value: Value) -> Header | None:
    """The items that `enumerate` numbers."""
    match loop.iter, loop.target:
        case (
            cst.Call(func=cst.Name(value="enumerate"), args=[cst.Arg(star="", keyword=None), *rest]),
            cst.Tuple(elements=[cst.Element(value=cst.Name(value=number)), cst.Element(value=item)]),
        ) if "enumerate" not in work.tree.bound and number not in read and len(rest) < 2:
            within = loop.with_changes(target=item)
            below = _columns(work, within, inner, read) or _simple(work, within, inner, read, value)
            start = work.one_line(rest[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)) if rest else ""
            if below is None:
                return None
            return replace(below, loop=loop, numbered=f", {start}" if start else "", number=number)
        case _:
            return None


def _with_numbers(work: Work, loop: cst.For, inner: cst.BaseExpression, value: Value) -> Header | None:
    """The items with their numbers, where the worker needs these, too."""
    source = work.one_line(loop.iter)
    if not isinstance(loop.target, cst.Tuple) or "enumerate" in work.tree.bound or not _plain_start(work, loop.iter):
        return None
    if _reusable(work, inner, value) is None:
        return None
    pair, text = work.name("pair"), target_text(work, loop)
    return Header(loop, (pair,), (source,), (source,), f"({text})", unpack=text)


def _plain_start(work: Work, call: cst.BaseExpression) -> bool:
    """Whether the number that `enumerate` begins with is the same each time."""
    rest = call.args[1:] if isinstance(call, cst.Call) else []
    return len(rest) < 2 and all(not a.star and isinstance(a.value, cst.Integer | cst.Name) for a in rest)


def _simple(work: Work, loop: cst.For, over: cst.BaseExpression, read: set[str], value: Value) -> Header | None:
    """The items themselves: with a target that is taken apart, the worker takes them apart, too."""
    rows = _rows(work, over)
    if fails_apart(over):
        return None
    if shown := goes_through(work, over, value):
        text = target_text(work, loop)
        alone = isinstance(loop.target, cst.Name)
        return Header(loop, (text,), (shown,), (work.one_line(over),), text, bar=True) if alone else None
    if not twice(value) and not rows:
        return _bound(work, loop) if over is loop.iter else None
    source = work.one_line(over) if rows else _reusable(work, over, value)
    before: tuple[str, ...] = ()
    if source is None:
        source = work.name(several(loop.target.value if isinstance(loop.target, cst.Name) else ""))
        before = (f"{source} = {work.one_line(over)}",)
    text = target_text(work, loop)
    if isinstance(loop.target, cst.Name):
        return Header(loop, (text,), (source,), (source,), text, before=before)
    item = work.name("item")
    unpack = text if bound_in(f"for {text} in (): pass") & read else ""
    return Header(loop, (item,), (source,), (source,), f"({text})", before=before, unpack=unpack)


def _rows(work: Work, over: cst.BaseExpression) -> bool:
    """Whether it gives the rows of a data frame, each time it is evaluated: `df.iterrows()`."""
    match over:
        case cst.Call(func=cst.Attribute(value=holder), args=args):
            plain = all(isinstance(a.value, cst.Name | cst.BaseString) for a in args)
            if not plain or not work.safe(work.one_line(holder)):
                return False
        case _:
            return False
    methods = called(work, over)
    return bool(methods) and all(isinstance(m, Bound) and shape(m.receiver) == "frame" for m in methods)


def called(work: Work, call: cst.BaseExpression) -> Value:
    """What a call in the header calls."""
    place = work.tree.range(call)
    nodes = (n for n in work.region.nodes.values() if isinstance(n, Instr) and n.op == "call")
    found = next((n for n in nodes if work.tree.of(n.span) == place), None)
    return work.region.facts.operands.get(found.id, (NOTHING,))[0] if found is not None else NOTHING


def _bound(work: Work, loop: cst.For) -> Header | None:
    """The items in a list of their own: of an iterator that ends, and whose items are there already."""
    if fails_apart(loop.iter):
        return None
    match loop.iter:
        case cst.Call(func=cst.Name(value="zip" | "enumerate" | "reversed"), args=args) if not {
            "zip",
            "enumerate",
            "reversed",
            "list",
        } & work.tree.bound and all(twice(_argument(work, loop.iter, i)) for i in range(len(args))):
            pass
        case _:
            return None
    source, item = work.name("items"), work.name("item")
    text = target_text(work, loop)
    before = (f"{source} = list({work.one_line(loop.iter)})",)
    if isinstance(loop.target, cst.Name):
        return Header(loop, (text,), (source,), (source,), text, before=before)
    return Header(loop, (item,), (source,), (source,), f"({text})", before=before, unpack=text)


def _iterable(work: Work) -> Value:
    """What the loop goes through."""
    assert work.frame is not None
    return work.region.facts.operands.get(work.frame.id, (NOTHING,))[0]


def _argument(work: Work, call: cst.BaseExpression, index: int = 0) -> Value:
    """What a call in the header is given."""
    place = work.tree.range(call)
    for node in work.region.nodes.values():
        if isinstance(node, Instr) and node.op == "call" and work.tree.of(node.span) == place:
            found = work.region.facts.operands.get(node.id, ())
            return found[1 + index] if len(found) > 1 + index else NOTHING
    return NOTHING


def twice(value: Value) -> bool:
    """Whether going through a value a second time gives the same items."""
    return bool(value) and all(map(_kept, value))


def _kept(abstract: Abstract) -> bool:
    match abstract:
        case Plain():
            return True
        case Inst(cls=cls) | Fresh(cls=cls):
            return cls in CONTAINERS or cls is range
        case Lazy(moves=moves, readable=readable, asks=asks, runs=runs):
            return not moves and readable and not asks and not runs
        case _:
            return False


def _reusable(work: Work, node: cst.BaseExpression, value: Value) -> str | None:
    """The text of an expression that may as well be evaluated twice; None: it is to be bound to a name."""
    if not twice(value):
        return None
    text = work.one_line(node)
    made = ast.parse(f"({text}\n)", mode="eval").body
    match made:
        case ast.Name():
            return text
        case ast.Attribute() if work.safe(text):
            return text
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="keys" | "values"), args=[], keywords=[]):
            return text
        case ast.Call(func=ast.Name(id="range"), args=arguments, keywords=[]) if "range" not in work.tree.bound:
            simple = all(isinstance(a, ast.Constant | ast.Name) or work.safe(ast.unparse(a)) for a in arguments)
            return text if simple else None
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            short = len(text) < 40 and all(isinstance(e, ast.Constant) for e in elements)
            return text if short and elements else None
        case _:
            return None


__all__ = ["Header", "called", "header", "in_memory", "together", "twice"]
