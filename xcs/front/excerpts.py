"""A function cut out of a long text: to parse all of a library's file for one function takes longer than the rest.

What is cut out is a guess from indentation; whoever asks proves that it compiles to the function's code.
"""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator, Sequence

from .. import trees

LONG = 500  # lines of a text, from which on functions are always cut out
LONGEST = 100  # lines of a statement of imports
FILES = 8  # whose lines of imports are kept
HEADER = re.compile(r"(?:async\s+)?(?:def|class|if|elif|else|try|except|finally|with|for|while|match|case)\b")
CLASS = re.compile(r"class\s+(\w+)")
WORD = re.compile(r"\w+")
IMPORT = re.compile(r"(?:import|from)\s")
_imports: dict[str, tuple[Sequence[str], list[tuple[str, set[str]]]]] = {}  # by file name, with the words of each


def cut_out(lines: Sequence[str], code: types.CodeType) -> tuple[ast.Module, str | None] | None:
    """The tree of a text of the function alone, with its positions, and the name of the class around it; None: it does
    not stand as functions do."""
    first = code.co_firstlineno - 1
    if not lines[first : first + 1] or code.co_name == "<lambda>":
        return None
    indent = _indent(lines[first])
    around = _around(lines, first, indent)
    if indent is None or around is None:
        return None
    last = max((line for one in _all(code) for _, _, line in one.co_lines() if line), default=first + 1)
    while last < len(lines) and _belongs(lines[last], indent):
        last += 1
    header = "if 1:\n" if indent else ""
    text = "\n" * (first - len(header.splitlines())) + header + "".join(lines[first:last])
    try:
        return trees.parse(text), around or None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _all(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all(constant)


def _indent(line: str) -> int | None:
    """How far a line is indented by spaces; None: by something else."""
    width = len(line) - len(line.lstrip())
    return width if line[:width] == " " * width else None


def _belongs(line: str, indent: int) -> bool:
    """Whether a line behind a function's last one that is run may be part of it."""
    text = line.strip()
    return not text or text[0] in ")]}#" or (_indent(line) or 0) > indent


def _around(lines: Sequence[str], first: int, indent: int | None) -> str | None:
    """The innermost class that a line stands in, or nothing; None: something else than blocks stands around it."""
    found, current = "", indent or 0
    for number in range(first - 1, -1, -1):
        if not current:
            break
        text = lines[number].lstrip()
        width = len(lines[number]) - len(text)
        if not text or text[0] == "#" or width >= current:
            continue
        if text[0] in ")]}":  # the end of a header of several lines
            current = width + 1
            continue
        if HEADER.match(text) is None:
            return None
        named = CLASS.match(text)
        found, current = found or (named[1] if named else ""), width
    return None if current else found


def imports_of(filename: str, lines: Sequence[str], code: types.CodeType) -> list[ast.Import | ast.ImportFrom]:
    """The module's import statements that bind names which the function has."""
    known = _imports.get(filename)
    if known is None or known[0] is not lines:
        while len(_imports) >= FILES:
            _imports.pop(next(iter(_imports)), None)
        known = _imports[filename] = lines, [(text, {*WORD.findall(text)}) for text in _import_statements(lines)]
    names = {name for one in _all(code) for name in one.co_names}
    found: list[ast.Import | ast.ImportFrom] = []
    for text, words in known[1]:
        if names.isdisjoint(words):
            continue
        try:
            found += [s for s in trees.parse(text).body if isinstance(s, ast.Import | ast.ImportFrom)]
        except (SyntaxError, ValueError):
            continue
    return [s for s in found if isinstance(s, ast.Import) or (s.module != "__future__" and s.names[0].name != "*")]


def _import_statements(lines: Sequence[str]) -> Iterator[str]:
    """Those of the module, also in its blocks but for functions and classes."""
    for number in [number for number, line in enumerate(lines) if "import" in line]:
        text = lines[number].lstrip()
        if IMPORT.match(text) and (text == lines[number] or not _in_definition(lines, number)):
            end = number + 1
            while end < len(lines) and end - number < LONGEST and "(" in text and ")" not in text:
                text += lines[end]
                end += 1
            yield text


def _in_definition(lines: Sequence[str], number: int) -> bool:
    """Whether an indented line stands in a function or a class of the module."""
    while number and (lines[number][:1].isspace() or lines[number][:1] in ("", "#", ")", "]", "}")):
        number -= 1
    return lines[number].startswith(("def ", "class ", "async ", "@"))
