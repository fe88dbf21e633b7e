"""The dependences of one loop: as text, as a Mermaid graph, or as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..remarks import Bailout
from ..survey.conclusions import Loop
from ..survey.loops import survey
from ..survey.modules import Program
from .picture import svg
from .settings import Wrong
from .sources import text_of


def of_line(file: Path, line: int, form: str) -> Iterator[str]:
    """What is known of the loop on a line of a file.

    Raises:
        Wrong: the file can't be read, or nothing on that line waits.
    """
    program = Program()
    try:
        text = text_of(file, str(file))
        loops = list(survey(program, program.load(file, text.text)))
    except Bailout as bailout:
        raise Wrong(f"{file}: {bailout.what}") from None
    found = [loop for loop in loops if loop.span.line <= line <= loop.span.end_line]
    if not found:
        raise Wrong(f"{file}:{line}: no loop or block with calls that wait stands there")
    loop = min(found, key=lambda found_: found_.span.end_line - found_.span.line)
    forms = {"text": words, "mermaid": mermaid, "svg": svg}
    yield from forms[form](loop)


def words(loop: Loop) -> Iterator[str]:
    """The verdict as text."""
    kind = "block" if loop.block else "loop"
    yield f"{loop.filename}:{loop.span.line}: the {kind} of {loop.function}: {loop.certainty}"
    for wait in loop.waits:
        yield f"  waits: {wait.name} ({wait.kind}{', ' + wait.package if wait.package else ''}), line {wait.where.line}"
        for step in wait.chain:
            yield f"    by way of line {step.line}: {step.text}"
    if loop.reason:
        yield f"  stays sequential ({loop.code}): {loop.reason}"
        for end in loop.ends:
            yield f"    line {end.line}: {end.text}"
    elif not loop.assumes:
        yield "  nothing that is known keeps them from waiting at the same time"
    for assumed in loop.assumes:
        yield f"  if {assumed.text} (line {assumed.where.line})"


def mermaid(loop: Loop) -> Iterator[str]:
    """The verdict as a graph: the loop, its calls, what they rest on."""
    yield "graph TD"
    yield f'  loop["line {loop.span.line}: {_label(loop.function)}"]'
    for n, wait in enumerate(loop.waits):
        yield f'  w{n}(["{_label(wait.name)}<br/>line {wait.where.line}"])'
        before = "loop"
        for m, step in enumerate(wait.chain):
            yield f'  w{n}s{m}["line {step.line}: {_label(step.text)}"]'
            yield f"  {before} --> w{n}s{m}"
            before = f"w{n}s{m}"
        yield f"  {before} --> w{n}"
    if loop.reason:
        yield f'  why{{{{"{_label(loop.code)}: {_label(loop.reason)}"}}}}'
        yield "  why -. keeps sequential .-> loop"
        for n, end in enumerate(loop.ends):
            yield f'  e{n}["line {end.line}: {_label(end.text)}"]'
            yield f"  e{n} --> why"
    for n, assumed in enumerate(loop.assumes):
        yield f'  a{n}["if {_label(assumed.text)}<br/>line {assumed.where.line}"]'
        yield f"  a{n} -.-> loop"


def _label(text: str) -> str:
    return text.replace('"', "'").replace("`", "").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")[:100]
