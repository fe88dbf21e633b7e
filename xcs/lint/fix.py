"""`--fix`: adds `@jit` and its import where the answer is certain."""

from __future__ import annotations

import ast
import difflib
import io
import sys
import tokenize
from collections.abc import Sequence
from pathlib import Path

from ..front.texts import lines_of
from .findings import Finding


def fixed(found: Sequence[Finding], show: bool) -> int:
    """Changes the files of the certain findings, or shows what would change: the exit code, 1 if it shows anything."""
    by_file: dict[str, list[Finding]] = {}
    for finding in found:
        if finding.code == "opportunity" and finding.cell is None:
            by_file.setdefault(finding.filename, []).append(finding)
    count = 0
    for name, below in by_file.items():
        try:
            content = Path(name).read_bytes()
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            before = content.decode(encoding)
            after = decorated(before, {f.span.line for f in below})
        except (SyntaxError, ValueError, OSError, LookupError) as error:
            print(f"{name}: it is left as it is ({error})", file=sys.stderr)
            continue
        if after == before:
            continue
        count += 1
        if show:
            lines = difflib.unified_diff(_bare(before), _bare(after), name, name, lineterm="")
            print("\n".join(lines))
        else:
            Path(name).write_bytes(after.encode(encoding))
    if not show:
        print(f"{count} file{'' if count == 1 else 's'} changed")
    return 1 if show and count else 0


def _bare(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in lines_of(text)]


def decorated(text: str, places: set[int]) -> str:
    """A text in which the functions around some lines are decorated with `@jit`, and it is imported."""
    tree = ast.parse(text)
    lines = lines_of(text)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    insertions: dict[int, list[str]] = {}
    for line in places:
        around = [f for f in functions if f.lineno <= line <= (f.end_lineno or f.lineno)]
        if not around:
            continue
        function = max(around, key=lambda f: f.lineno)
        # Nearest to the function: what stands above is applied to what `jit` returns.
        indent = lines[function.lineno - 1][
            : len(lines[function.lineno - 1]) - len(lines[function.lineno - 1].lstrip())
        ]
        insertions[function.lineno] = [f"{indent}@jit{end}"]
    if not insertions:
        return text
    if not any(
        isinstance(n, ast.ImportFrom)
        and n.module == "xcs"
        and any(a.name == "jit" and a.asname is None for a in n.names)
        for n in tree.body
    ):
        insertions.setdefault(_import_line(tree), []).insert(0, f"from xcs import jit{end}")
    made: list[str] = []
    for number, written in enumerate(lines, 1):
        made += insertions.pop(number, [])
        made.append(written)
    for rest in insertions.values():
        made += rest
    return "".join(made)


def _import_line(tree: ast.Module) -> int:
    """The line before which an import is put: after the last import at the top, else after the docstring."""
    last = 0
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and last == 0
        if isinstance(node, ast.Import | ast.ImportFrom) or docstring:
            last = node.end_lineno or node.lineno
        elif not isinstance(node, ast.If | ast.Try):
            break
    return last + 1
