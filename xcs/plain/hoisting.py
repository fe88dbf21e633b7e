"""Loops over what is asked for in their header: it is given a name above the loop, which is then like any other.

for user in load(path):        users = load(path)
    print(ask(user))           for user in users:
                                   print(ask(user))
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..front.texts import lines_of, shared_tree

THROUGH = frozenset({"enumerate", "tqdm", "track", "reversed"})  # they go through their first argument
VIEWS = frozenset({"items", "keys", "values", "iterrows", "itertuples"})
STAY = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)
OPENS = frozenset({"open", "range", "zip", "map", "filter", "iter", "next", "super", "locals", "globals", "vars"})


@dataclass(frozen=True, slots=True)
class Hoisted:
    """A text with names for what some of its loops go through. `lines`: where a line was put in, by the old numbers."""

    text: str
    lines: tuple[int, ...]

    def old(self, line: int) -> int:
        """The number that a line had."""
        for count, above in enumerate(self.lines):
            if line <= above + count:
                return line - count
        return line - len(self.lines)

    def new(self, line: int) -> int:
        return line + sum(above <= line for above in self.lines)


def loops_in(text: str) -> list[ast.For]:
    """The loops of a text that ask for what they go through, none of which shares its line."""
    lines = lines_of(text)
    found = []
    for node in ast.walk(shared_tree(text)):
        if isinstance(node, ast.For) and not lines[node.lineno - 1][: node.col_offset].strip():
            asked = _asked(node.iter)
            if asked is not None and "#" not in (ast.get_source_segment(text, asked) or "#"):
                found.append(node)
    return sorted(found, key=lambda n: n.lineno)


def hoisted(text: str, lines: Collection[int]) -> Hoisted:
    """The text in which the loops on these lines go through names."""
    tree = shared_tree(text)
    loops = [n for n in loops_in(text) if n.lineno in lines]
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    new, made = lines_of(text), []
    chosen: set[str] = set()
    for loop in loops:
        around = [f for f in functions if f.lineno <= loop.lineno <= (f.end_lineno or 0)]
        inside = around[0] if around else tree  # the outermost function
        taken = {*_named(inside), *(n for s in tree.body for n in _named(s, inner=False))}
        if inside is tree:
            taken |= chosen
        name = _free(several(loop.target.id if isinstance(loop.target, ast.Name) else ""), taken)
        made.append((loop, name))
        chosen.add(name)
    for loop, name in reversed(made):
        asked = _asked(loop.iter)
        assert asked is not None and asked.end_lineno is not None and asked.end_col_offset is not None
        code = ast.get_source_segment(text, asked) or ""
        start, end = asked.lineno - 1, asked.end_lineno - 1
        before = new[start].encode()[: asked.col_offset].decode()
        after = new[end].encode()[asked.end_col_offset :].decode()
        new[start : end + 1] = [f"{before}{name}{after}"]
        indent = new[loop.lineno - 1][: len(new[loop.lineno - 1]) - len(new[loop.lineno - 1].lstrip())]
        code = f"({code})" if "\n" in code and not code.endswith((")", "]")) else code
        line = new[loop.lineno - 1]
        new.insert(loop.lineno - 1, f"{indent}{name} = {code}" + line[len(line.rstrip("\r\n")) :])
    return Hoisted("".join(new), tuple(loop.lineno for loop in loops))


def several(name: str) -> str:
    """What more than one of the name are called: `words` for `word`."""
    name = name.strip("_")
    if len(name) < 3 or name.endswith("s"):
        return "items"
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("x", "ch", "sh")) else f"{name}s"


def _free(name: str, taken: Collection[str]) -> str:
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}_{number}"
    return found


def _named(tree: ast.AST, inner: bool = True) -> Iterator[str]:
    """The names in a part of a text; not `inner`: without what its functions and classes have of their own."""
    nodes = ast.walk(tree) if inner or not isinstance(tree, ast.FunctionDef | ast.ClassDef) else [tree]
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def _asked(header: ast.expr) -> ast.expr | None:
    """The part of a header that is to get a name: it makes a call, on one line as it stands."""
    match header:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in THROUGH:
            return _asked(first)
        case ast.Call(func=ast.Attribute(value=held, attr=name), args=[]) if name in VIEWS:
            return _asked(held)
        case ast.Call(func=ast.Name(id=name)) if name in OPENS:
            return None
        case ast.Call() | ast.Subscript() | ast.Attribute():
            below = list(ast.walk(header))
            stays = any(isinstance(n, STAY) for n in below)
            return header if any(isinstance(n, ast.Call) for n in below) and not stays else None
        case _:
            return None


__all__ = ["Hoisted", "hoisted", "loops_in", "several"]
