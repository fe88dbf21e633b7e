"""Variants: functions as open callees run them, compiled once for each function."""

from __future__ import annotations

import ast
import marshal
import types

from ..front import cache
from ..front.by_code import ByCode
from ..front.lower import FunctionNode
from ..front.site_numbers import built_in_of, numbered, split
from ..front.source import Source, locate_code, original_code, undecorated
from ..records import dataclass
from .added import locate
from .assemble import assemble
from .entry_tests import MARKER
from .instrument import Instrumenter, copied

_variants: ByCode[types.CodeType] = ByCode()


@dataclass(frozen=True, slots=True)
class EmittedVariant:
    """A function whose calls and loops are those of the region that it is called from."""

    node: FunctionNode
    built_in: frozenset[str]  # names in the function that mean built-in functions


def emit_variant(source: Source, module: dict[str, object]) -> EmittedVariant:
    """The variant of a function, for its calls from regions; MARKER stands for what gives it the region.

    Raises:
        Bailout: it looks at its own variables, or is a lambda.
    """
    skip, node = built_in_of(source, module), source.node
    new = copied(undecorated(node))
    assert not isinstance(new, ast.Lambda) and not isinstance(node, ast.Lambda)
    head, body = split(node)
    numbers = numbered(body, skip)
    sites = Instrumenter("@r", skip, numbers, chooses=False)
    within = ast.Call(ast.Attribute(ast.Constant(MARKER), "within", ast.Load()), [], [])
    enter = ast.Assign([ast.Name("@r", ast.Store())], within)
    locate(enter, body[0] if body else node.body[0])
    visited = [sites.visit(s) for s in body]
    if visited and not numbers.bodies:  # a lambda that keeps the region must find it
        end = ast.Try(visited, [], [], [ast.Delete([ast.Name("@r", ast.Del())])])
        locate(end, body[0])
        visited = [end]
    new.body = [*head, enter, *visited]
    return EmittedVariant(new, skip)


def variant(function: types.FunctionType) -> types.CodeType:
    """The code of a function as an open callee runs it, with the marker; kept. Its calls and loops have the numbers
    that `front.sites` gives them.

    Raises:
        Bailout: it can't have one.
    """
    code = original_code(function.__code__)
    return _variants.of(code, lambda: _stored_variant(code, function) or _make_variant(code, function))


def _stored_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType | None:
    stored = cache.find("variant", code, function.__globals__, function.__qualname__)
    return None if stored is None else marshal.loads(stored.value)


def _make_variant(code: types.CodeType, function: types.FunctionType) -> types.CodeType:
    source = locate_code(code, function.__globals__)
    emitted = emit_variant(source, function.__globals__)
    made = assemble(source, emitted.node, function.__qualname__)
    cache.note("variant", source, emitted.built_in, lambda: marshal.dumps(made), function.__qualname__)
    return made
