"""The files that a `with` statement opens, as its text has them."""

from __future__ import annotations

import ast

from ..trees import called_name

WRITING = frozenset(("w", "wb", "wt", "a", "ab", "at", "x", "xb", "xt"))  # modes of files that are not read


def opens_for_loops(statement: ast.With, live: bool) -> bool:
    """Whether a loop in the block may go through a file that is opened here: a slice has to open it, too.

    A block that opens files only to write them is worth as much, as what writes to them is made in it, unless something
    else is entered: a client takes long to be understood. live: what is made before a region is looked at.
    """
    files = [i.context_expr for i in statement.items if i.optional_vars is not None and _opens(i.context_expr)]
    others = any(isinstance(i.context_expr, ast.Call) and not _opens(i.context_expr) for i in statement.items)
    return bool(files) and not (live and others and all(map(_only_writes, files)))


def _opens(called: ast.expr) -> bool:
    """If the name of what is called says what it is."""
    return isinstance(called, ast.Call) and called_name(called) == "open"


def _only_writes(called: ast.expr) -> bool:
    assert isinstance(called, ast.Call)
    named = [k.value for k in called.keywords if k.arg == "mode"]
    given = [*called.args[isinstance(called.func, ast.Name) : 2], *named]
    return any(isinstance(m, ast.Constant) and m.value in WRITING for m in given)


__all__ = ["opens_for_loops"]
