"""A list comprehension as the loop that it stands for, where more is done with each item than an expression can.

pages = [get(url) for url in urls]         pages = []
                                           for url in urls:
                                               pages.append(get(url))
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..remarks import Bailout
from .loop import spaced
from .tree import Namer, Tree, becomes, bound_in, swap


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """`loop`: it has the places of the comprehension. `name`: of the list; `last`: the statement with that."""

    statement: cst.BaseSmallStatement
    line: cst.SimpleStatementLine
    loop: cst.For
    name: str
    last: cst.BaseSmallStatement | None

    def around(self, tree: Tree, made: list[cst.BaseStatement]) -> list[cst.BaseStatement]:
        """What replaces the statement; made: what replaces the loop."""
        workers = [m for m in made[:1] if isinstance(m, cst.FunctionDef)]
        empty = tree.parse(f"{self.name} = []")
        empty = spaced(empty) if workers else empty
        rest = made[len(workers) :]
        last = [] if self.last is None else [self.line.with_changes(body=[self.last], leading_lines=[])]
        return [*workers, empty, *([unspaced(rest[0]), *rest[1:]]), *last]


@contextlib.contextmanager
def spelled_out(tree: Tree, clause: cst.CompFor) -> Iterator[SpelledOut]:
    """The loop of a comprehension that is all of a statement's value. While this is active, the tree has it.

    Raises: Bailout.
    """
    listed, statement = tree.parents[clause], tree.statement(clause)
    line = tree.parents[statement]
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    if not isinstance(listed, cst.ListComp) or not alone or clause.ifs or clause.inner_for_in or clause.asynchronous:
        raise Bailout("plain-form", "no loop calls the function that runs in place")
    function = tree.function_of(clause)
    own = _variables(tree, clause)
    if isinstance(function, cst.Module) or any(_elsewhere(tree, function, listed, name) for name in own):
        raise Bailout("plain-form", "a comprehension whose variables have the names of others")
    name, last = _named(tree, function, statement, listed)
    call = cst.Call(cst.Attribute(cst.Name(name), cst.Name("append")), [cst.Arg(listed.elt)])
    inner = cst.SimpleStatementLine([cst.Expr(call)])
    loop = cst.For(clause.target, clause.iter, cst.IndentedBlock([inner]))
    made: dict[cst.CSTNode, cst.CSTNode] = {
        listed.elt: call.args[0], call.args[0]: call, call: inner.body[0], inner.body[0]: inner, inner: loop.body,
        loop.body: loop, loop: tree.parents[line],
    }  # fmt: skip
    places = {node: tree.positions[listed if node is loop else listed.elt] for node in made if node is not listed.elt}
    assert isinstance(statement, cst.BaseSmallStatement) and isinstance(line, cst.SimpleStatementLine)
    try:
        tree.parents.update(made)
        tree.positions.update(places)
        yield SpelledOut(statement, line, loop, name, last)
    finally:
        for node in places:
            del tree.parents[node], tree.positions[node]
        tree.parents[listed.elt] = listed


def _variables(tree: Tree, clause: cst.CompFor) -> set[str]:
    return bound_in(f"for {tree.one_line(clause.target)} in (): pass")


def _named(
    tree: Tree, function: cst.FunctionDef, statement: cst.CSTNode, listed: cst.ListComp
) -> tuple[str, cst.BaseSmallStatement | None]:
    """The name of the list, and the statement that has it in the comprehension's place, if one is needed."""
    around = (a for a in tree.ancestors(statement) if a is not function)
    tried = any(isinstance(a, cst.Try) for a in around)
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if (
            value is listed and not tried and not tree.count(listed, name) and not _seen_elsewhere(tree, function, name)
        ):
            return name, None
        case cst.Assign(value=value) | cst.Return(value=value) | cst.AnnAssign(value=value) if value is listed:
            name = Namer(tree.near(statement))("results")
            return name, swap(statement, {listed: becomes(cst.Name(name))})
        case _:
            raise Bailout("plain-form", "no loop calls the function that runs in place")


def _elsewhere(tree: Tree, function: cst.FunctionDef, listed: cst.ListComp, name: str) -> bool:
    """Whether a function has a variable of a comprehension's name, but for those of other comprehensions."""
    own = sum(tree.count(made, name) for made in {listed, *_comprehensions(tree, function, name)})
    return tree.count(function, name) != own


def _comprehensions(tree: Tree, node: cst.CSTNode, name: str) -> Iterator[cst.BaseComp]:
    """The outermost comprehensions that have a variable of this name."""
    for child in node.children:
        if isinstance(child, cst.BaseComp) and name in _variables(tree, child.for_in):
            yield child
        else:
            yield from _comprehensions(tree, child, name)


def _seen_elsewhere(tree: Tree, function: cst.FunctionDef, name: str) -> bool:
    """Whether others may see a variable of a function while that runs."""
    inner = (f for f in tree.functions.values() if f is not function and function in tree.ancestors(f))
    stated = any(isinstance(n, cst.Global | cst.Nonlocal | cst.Lambda | cst.Yield) for n in _below(function))
    return stated or any(tree.count(f, name) for f in inner)


def unspaced(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Without an empty line above."""
    return statement.with_changes(leading_lines=[])


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in node.children:
        yield child
        yield from _below(child)


__all__ = ["SpelledOut", "spelled_out"]
