"""`xcs-lint PATH...`: which loops could run their calls at the same time, and why the others can't."""

from __future__ import annotations

import argparse
import json
import sys
import types
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ..remarks import REASONS, Bailout, Located, Remark, Span, failed
from ..static import World
from ..static.plans import FunctionPlan, plan_file
from .files import python_files, shown
from .streams import ended

CLEAN, FINDINGS, USAGE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark of a place in a file. `severity`: notice (an opportunity), warning (an obstacle), error (a bad file)."""

    severity: str
    filename: str
    span: Span
    code: str
    message: str
    hint: str = ""
    function: str = ""
    ends: tuple[Located, ...] = ()


def findings(file: Path) -> list[Finding]:
    """What there is to say about a file; one that can't be read or parsed is a finding itself."""
    try:
        plans = plan_file(file, world=World())
    except Bailout as bailout:
        return [Finding("error", shown(file), bailout.span or Span(1, 0, 1, 0), bailout.code, bailout.what)]
    except (RecursionError, MemoryError) as error:
        what = f"it is nested too deep or too large to analyse ({type(error).__name__})"
        return [Finding("error", shown(file), Span(1, 0, 1, 0), "source", what)]
    except Exception as error:
        return [of_failure(error, file, Span(1, 0, 1, 0))]
    inner = {plan.source.code for plan in plans if not plan.decorated and plan.chosen(opened=True)}
    found: list[Finding] = []
    for plan in plans:
        try:
            found += of_function(plan, inner)
        except Exception as error:
            found.append(of_failure(error, file, plan.span, plan.qualname))
    return found


def of_failure(error: Exception, file: Path, span: Span, function: str = "") -> Finding:
    """An error of our own: the rest goes on."""
    reason = REASONS["internal"]
    text = reason.text.format(what=failed(error).what)
    return Finding("error", shown(file), span, "internal", text, reason.hint, function)


def of_function(plan: FunctionPlan, inner: Set[types.CodeType] = frozenset()) -> list[Finding]:
    """What there is to say about a function; `inner`: code of functions that have an opportunity of their own."""
    if plan.refused is not None and plan.refused.code == "internal":
        return [of_remark(plan, plan.refused, "error")]
    if plan.decorated:
        if plan.refused is not None and plan.refused.code != "no-gain":
            return [of_remark(plan, plan.refused)]
        missed = [of_remark(plan, remark) for remark in plan.missed()]
        if missed or plan.chosen(opened=True):
            return missed
        remark = Remark("missed", "no-gain", plan.name, plan.source.filename, plan.span)
        return [of_remark(plan, remark)]
    chosen = [region.opened or region.plan for region in plan.chosen(opened=True)]
    outer = [p for p in chosen if inner.isdisjoint(o.function.__code__ for ways in p.opens.values() for o in ways)]
    return [opportunity(plan, p.remark) for p in outer]


def of_remark(plan: FunctionPlan, remark: Remark, severity: str = "warning") -> Finding:
    return Finding(
        severity,
        shown(remark.filename),
        remark.span,
        remark.code,
        remark.sentence,
        remark.hint,
        plan.qualname,
        remark.ends,
    )


def opportunity(plan: FunctionPlan, remark: Remark) -> Finding:
    text = REASONS["opportunity"].text.format(what=remark.what)
    hint = REASONS["opportunity"].hint
    return Finding("notice", shown(remark.filename), remark.span, "opportunity", text, hint, plan.qualname, remark.ends)


# -- formats


def as_text(found: Sequence[Finding], files: int) -> Iterable[str]:
    for f in found:
        where = f"{f.filename}:{f.span.line}:{f.span.column + 1}"
        function = f" {f.function}:" if f.function else ""
        ends = "".join(f"; {end.text}, {_place(end, f.filename)}" for end in f.ends)
        hint = f" ({f.hint})" if f.hint else ""
        yield f"{where}: {f.code}:{function} {f.message}{ends}{hint}"
    count = f"{len(found)} finding" + ("" if len(found) == 1 else "s") if found else "no findings"
    yield f"{count} in {files} file" + ("" if files == 1 else "s")


def _place(end: Located, filename: str) -> str:
    return f"line {end.line}" if shown(end.filename) == filename else f"{shown(end.filename)}:{end.line}"


def as_json(found: Sequence[Finding], files: int) -> Iterable[str]:
    rows = [
        {
            "filename": f.filename,
            "location": {"row": f.span.line, "column": f.span.column + 1},
            "end_location": {"row": f.span.end_line, "column": f.span.end_column + 1},
            "code": f.code,
            "severity": f.severity,
            "function": f.function,
            "message": f.message,
            "hint": f.hint,
            "related": [{"filename": shown(e.filename), "row": e.line, "message": e.text} for e in f.ends],
        }
        for f in found
    ]
    yield json.dumps(rows, indent=2, ensure_ascii=False)


def as_github(found: Sequence[Finding], files: int) -> Iterable[str]:
    for f in found:
        ends = "".join(f"; {end.text}, {_place(end, f.filename)}" for end in f.ends)
        message = f"{f.message}{ends}" + (f" ({f.hint})" if f.hint else "")
        place = (
            f"file={_property(f.filename)},line={f.span.line},col={f.span.column + 1},"
            f"endLine={f.span.end_line},endColumn={f.span.end_column + 1},title={_property(f'xcs ({f.code})')}"
        )
        yield f"::{f.severity} {place}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


FORMATS = {"text": as_text, "json": as_json, "github": as_github}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="xcs-lint",
        description="Shows which loops, comprehensions and blocks could run their slow calls at the same time, "
        "and why those in functions decorated with @xcs.jit can't.",
        epilog="exit code: 0 nothing found, 1 findings (also a file that can't be read or parsed), 2 wrong usage",
    )
    made.add_argument("paths", nargs="+", metavar="PATH", help="a Python file, or a folder of them")
    made.add_argument("--format", choices=sorted(FORMATS), default="text", help="default: %(default)s")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; `SystemExit(2)` on wrong usage."""
    given = parser().parse_args(argv)
    return ended("xcs-lint", lambda: run(given))


def run(given: argparse.Namespace) -> int:
    unread: list[Finding] = []

    def unreadable(error: OSError) -> None:
        what = f"the folder can't be read ({error.strerror or error})"
        unread.append(Finding("error", shown(str(error.filename)), Span(1, 0, 1, 0), "source", what))

    files = list(dict.fromkeys(python_files(given.paths, unreadable)))
    found = [*unread, *(finding for file in files for finding in findings(file))]
    if not files and not found:
        print("there are no Python files in what is named", file=sys.stderr)
    for line in FORMATS[given.format](found, len(files)):
        print(line)
    return FINDINGS if found else CLEAN


if __name__ == "__main__":
    sys.exit(main())
