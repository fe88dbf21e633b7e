"""What a cell of a notebook says as Python: magics, shell commands and requests for help are no part of it."""

from __future__ import annotations

import re
from ast import parse

from ..front.source import quiet
from ..front.texts import lines_of

AROUND = ("time", "timeit", "capture", "prun", "memit", "mprun", "lprun")  # magics of a cell that run the rest of it
BEFORE = re.compile(r"(\s*)%(?:time|prun|memit)\s+(?!-)(?=\S)")  # those of a line that run a statement
STORED = re.compile(r"(\s*[\w.,\[\]'\" ]+=\s*)[!%].*")  # `found = !ls`
TYPED = re.compile(r"\s*(?:pip3?|conda|mamba|uv|cd|ls|mkdir|rm|cp|mv|cat|pwd)(?: +[^=\s(].*)?")  # without a `%`
HELP = re.compile(r"\s*[%\w.*\[\]'\"]+\?{1,2}\s*")
QUOTES = re.compile(r"\"\"\"|'''|#|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")


def python_of(source: str) -> tuple[list[str], SyntaxError | None]:
    """The lines of a cell, as many as it has, with what Python says of a cell that it can't read: that says nothing."""
    lines = [line.rstrip("\r\n") for line in lines_of(source)] or [""]
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if lines[first][2:].split(" ")[0].strip() not in AROUND:
            return [""] * len(lines), None
        lines[first] = ""
    if _problem(lines) is None:
        return lines, None
    plain = _without_magics(lines)
    problem = _problem(plain)
    return (plain, None) if problem is None else ([""] * len(lines), problem)


def _without_magics(lines: list[str]) -> list[str]:
    made: list[str] = []
    inside, going_on = "", False  # in a text of several lines; in a command of several
    for line in lines:
        if going_on:
            going_on = line.rstrip().endswith("\\")
            made.append("")
            continue
        bare = line.lstrip()
        command = not inside and (bare.startswith(("!", "?")) or (bare.startswith("%") and not BEFORE.match(line)))
        stored = None if inside else STORED.fullmatch(line)
        if command or (not inside and (HELP.fullmatch(line) or TYPED.fullmatch(line))):
            made.append(line[: len(line) - len(bare)] + "pass")
        elif stored:
            made.append(stored[1] + "None")
        else:
            made.append(line if inside else BEFORE.sub(r"\1", line))
            inside = _inside(line, inside)
            continue
        going_on = line.rstrip().endswith("\\")
    return made


def _inside(line: str, inside: str) -> str:
    """The quotes of the text of several lines that goes on after a line."""
    at = 0
    while True:
        if inside:
            end = line.find(inside, at)
            if end < 0:
                return inside
            at, inside = end + 3, ""
        found = QUOTES.search(line, at)
        if found is None or found[0] == "#":
            return ""
        at = found.end()
        if found[0] in ('"""', "'''"):
            inside = found[0]


def _problem(lines: list[str]) -> SyntaxError | None:
    try:
        with quiet():
            parse("\n".join(lines) + "\n")
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None  # whoever reads the whole tells
    return None


__all__ = ["python_of"]
