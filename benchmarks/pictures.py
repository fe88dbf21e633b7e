"""The pictures of docs/lint.md: what `xcs-lint` prints on a terminal, and the graph of a loop.

python -m benchmarks.pictures

Writes docs/lint-full.svg and docs/lint-graph.svg.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch
from xml.sax.saxutils import escape

from xcs.cli.lint import main

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = """\
import requests
from openai import OpenAI
from words import clean

client = OpenAI()


def ask(text):
    answer = client.responses.create(model="gpt-5", input=text)
    return answer.output_text


def judge(text, criteria):
    verdicts = []
    for criterion in criteria:
        verdicts.append(ask(f"{criterion}: {text}"))
    return verdicts


def page(url):
    return requests.get(url, timeout=9).text


def notes(urls):
    found = {}
    for url in urls:
        found[url] = ask(page(clean(url)))
    return found
"""
NAMES = {
    "lint-full.svg": ["--isolated", "--no-cache", "app.py"],
    "lint-graph.svg": ["--explain", "app.py:26", "--graph", "svg"],
}
COLOURS = {"1": "#e6edf3", "2": "#8b949e", "31;1": "#ff7b72", "32;1": "#7ee787", "33;1": "#f2cc60", "36;1": "#79c0ff"}
LINE, LETTER, EDGE = 18, 7.25, 16  # height of a line, width of a letter, margin, in pixels


def pictures() -> Mapping[str, str]:
    """The texts of the pictures, by file name."""
    made = {}
    for name, arguments in NAMES.items():
        text = printed(arguments)
        made[name] = text if text.startswith("<svg") else "\n".join(terminal(f"xcs-lint {arguments[-1]}", text)) + "\n"
    return made


def printed(arguments: Sequence[str]) -> str:
    """What the command prints in a folder with the example, in colours."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"FORCE_COLOR": "1", "NO_COLOR": ""}):
        before = Path.cwd()
        Path(folder, "app.py").write_text(EXAMPLE, "utf-8")
        out = io.StringIO()
        try:
            os.chdir(folder)
            with contextlib.redirect_stdout(out):
                main(arguments)
        finally:
            os.chdir(before)
    return out.getvalue()


def terminal(command: str, text: str) -> Iterator[str]:
    """A terminal's window as SVG."""
    lines = [f"$ {command}", *text.rstrip("\n").split("\n")]
    bare = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    width = round(max(map(len, bare)) * LETTER + 2 * EDGE)
    height = len(lines) * LINE + 2 * EDGE
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    yield f"<title>{escape(command)}</title>"
    yield '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>'
    yield '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" fill="#c9d1d9">'
    for number, line in enumerate(lines):
        if line:
            yield f'<text x="{EDGE}" y="{EDGE + 12 + number * LINE}" xml:space="preserve">{"".join(spans(line))}</text>'
    yield "</g></svg>"


def spans(line: str) -> Iterator[str]:
    """The parts of a line in their colours."""
    colour = ""
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        if part.startswith("\x1b["):
            colour = COLOURS.get(part[2:-1], "")
        elif part:
            yield f'<tspan fill="{colour}">{escape(part)}</tspan>' if colour else escape(part)


if __name__ == "__main__":
    for name, text in pictures().items():
        (DOCS / name).write_text(text, "utf-8")
        print(f"docs/{name}", file=sys.stderr)
