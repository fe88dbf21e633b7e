"""The forms in which findings are told."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from ..front.texts import shown
from ..remarks import Located
from .findings import NUMBERS, Finding, told

Lines = Callable[[str], Sequence[str]]  # the lines of a file
Form = Callable[[Sequence[Finding], int, Lines], Iterable[str]]


def place(finding: Finding) -> str:
    cell = f"cell {finding.cell}:" if finding.cell is not None else ""
    return f"{finding.filename}:{cell}{finding.span.line}:{finding.span.column + 1}"


def headline(finding: Finding) -> str:
    function = f" {finding.function}:" if finding.function else ""
    return f"{place(finding)}: {finding.number} {finding.code}:{function} {finding.message}"


def concise(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    """One line a finding."""
    for f in found:
        ends = "".join(f"; {end.text}, {_end(end, f.filename)}" for end in f.ends) if f.certainty != "likely" else ""
        yield f"{headline(f)}{ends}" + (f" ({f.hint})" if f.hint else "")
    yield summary(found, files)


def summary(found: Sequence[Finding], files: int) -> str:
    count = f"{len(found)} finding" + ("" if len(found) == 1 else "s") if found else "no findings"
    return f"{count} in {files} file" + ("" if files == 1 else "s")


def _end(end: Located, filename: str) -> str:
    return f"line {end.line}" if shown(end.filename) == filename else f"{shown(end.filename)}:{end.line}"


def rows(found: Sequence[Finding]) -> list[dict[str, object]]:
    return [
        {
            "filename": f.filename,
            "location": {"row": f.span.line, "column": f.span.column + 1},
            "end_location": {"row": f.span.end_line, "column": f.span.end_column + 1},
            "cell": f.cell,
            "code": f.code,
            "number": f.number,
            "severity": f.severity,
            "certainty": f.certainty,
            "function": f.function,
            "message": f.message,
            "hint": f.hint,
            "gain": f.gain,
            "assumes": [_related(a) for a in f.assumes],
            "chain": [_related(c) for c in f.chain],
            "related": [_related(e) for e in f.ends],
        }
        for f in found
    ]


def _related(end: Located) -> dict[str, object]:
    return {"filename": shown(end.filename), "row": end.line, "message": end.text}


def as_json(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    yield json.dumps(rows(found), indent=2, ensure_ascii=False)


def json_lines(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    for row in rows(found):
        yield json.dumps(row, ensure_ascii=False)


def github(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    for f in found:
        ends = "".join(f"; {end.text}, {_end(end, f.filename)}" for end in f.ends)
        message = f"{f.message}{ends}" + (f" ({f.hint})" if f.hint else "")
        where = (
            f"file={_property(f.filename)},line={f.span.line},col={f.span.column + 1},"
            f"endLine={f.span.end_line},endColumn={f.span.end_column + 1},"
            f"title={_property(f'xcs ({f.number} {f.code})')}"
        )
        yield f"::{f.severity} {where}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def fingerprints(found: Sequence[Finding]) -> list[str]:
    """For each finding a text that stays the same when lines move: of equal ones, numbered."""
    seen: Counter[str] = Counter()
    made = []
    for f in found:
        key = f"{Path(f.filename).as_posix()}|{f.function}|{f.code}|{f.message}"
        seen[key] += 1
        made.append(hashlib.sha256(f"{key}|{seen[key]}".encode("utf-8", "backslashreplace")).hexdigest()[:40])
    return made


def gitlab(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    """A code quality report."""
    severity = {"notice": "info", "warning": "minor", "error": "major"}
    yield json.dumps(
        [
            {
                "check_name": f.number,
                "description": f.message + (f" ({f.hint})" if f.hint else ""),
                "fingerprint": fingerprint,
                "severity": severity[f.severity],
                "location": {
                    "path": Path(f.filename).as_posix(),
                    "lines": {"begin": f.span.line, "end": f.span.end_line},
                },
            }
            for f, fingerprint in zip(found, fingerprints(found), strict=True)
        ],
        indent=2,
        ensure_ascii=False,
    )


def junit(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    """A test suite for each file; each finding is a failure."""
    by_file: dict[str, list[Finding]] = {}
    for f in found:
        by_file.setdefault(f.filename, []).append(f)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<testsuites name="xcs-lint" tests="{len(found)}" failures="{len(found)}" errors="0">'
    for name, below in by_file.items():
        counts = f'tests="{len(below)}" failures="{len(below)}" errors="0" disabled="0" skipped="0"'
        yield f"  <testsuite name={quoteattr(_xml(name))} {counts}>"
        for f in below:
            case = quoteattr(_xml(f"{f.number} {f.code}"))
            where = f'classname={quoteattr(_xml(Path(name).stem))} line="{f.span.line}" column="{f.span.column + 1}"'
            yield f"    <testcase name={case} {where}>"
            text = escape(_xml(headline(f) + (f" ({f.hint})" if f.hint else "")))
            yield f"      <failure message={quoteattr(_xml(f.message))}>{text}</failure>"
            yield "    </testcase>"
        yield "  </testsuite>"
    if not found:
        yield '  <testsuite name="xcs-lint" tests="1" failures="0" errors="0" disabled="0" skipped="0">'
        yield '    <testcase name="no findings" classname="xcs-lint"/>'
        yield "  </testsuite>"
    yield "</testsuites>"


def _xml(text: str) -> str:
    """A text without what XML can't hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in text
    )


RANKS = {"certain": 90.0, "likely": 50.0, "sequential": 30.0, "error": 100.0}


def sarif(found: Sequence[Finding], files: int, lines: Lines) -> Iterable[str]:
    """SARIF 2.1.0."""
    from ..version import __version__

    used = sorted({f.code for f in found}, key=lambda code: NUMBERS.get(code, "XCS399"))
    places = {code: index for index, code in enumerate(used)}
    results = [
        _result(f, places[f.code], fingerprint) for f, fingerprint in zip(found, fingerprints(found), strict=True)
    ]
    driver = {
        "name": "xcs-lint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in used],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    yield json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str) -> Mapping[str, object]:
    meaning = told(code)
    text = meaning.meaning if meaning is not None else code
    todo = meaning.what_to_do if meaning is not None else ""
    return {
        "id": NUMBERS.get(code, "XCS399"),
        "name": "".join(part.capitalize() for part in code.split("-")),
        "shortDescription": {"text": code},
        "fullDescription": {"text": text or code},
        "help": {"text": todo or text or code},
    }


def _result(f: Finding, rule: int, fingerprint: str) -> Mapping[str, object]:
    level = {"notice": "note", "warning": "warning", "error": "error"}[f.severity]
    made: dict[str, object] = {
        "ruleId": f.number,
        "ruleIndex": rule,
        "level": level,
        "kind": "review" if f.certainty == "likely" else "fail",
        "rank": RANKS[f.certainty],
        "message": {"text": f.message + (f" ({f.hint})" if f.hint else "")},
        "locations": [
            {"physicalLocation": _physical(f.filename, f.span.line, f.span.column, f.span.end_line, f.span.end_column)}
        ],
        "partialFingerprints": {"xcs/v1": fingerprint},
    }
    if made["kind"] != "fail":
        made["level"] = "none"
    related = [*f.ends, *f.assumes]
    if related:
        made["relatedLocations"] = [
            {"id": n, "message": {"text": e.text}, "physicalLocation": _physical(shown(e.filename), e.line)}
            for n, e in enumerate(related, 1)
        ]
    if f.chain:
        steps = [
            {"location": {"message": {"text": c.text}, "physicalLocation": _physical(shown(c.filename), c.line)}}
            for c in f.chain
        ]
        made["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return made


def _physical(
    filename: str, line: int, column: int = 0, end: int | None = None, end_column: int = 0
) -> Mapping[str, object]:
    region: dict[str, int] = {"startLine": max(1, line), "startColumn": column + 1}
    if end is not None and (end, end_column) > (line, column):
        region |= {"endLine": end, "endColumn": end_column + 1}
    return {"artifactLocation": {"uri": _uri(filename)}, "region": region}


def _uri(filename: str) -> str:
    from urllib.parse import quote

    path = Path(filename)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="replace")


def statistics(found: Sequence[Finding]) -> Iterable[str]:
    """How many findings of each code."""
    for (num, code), count in sorted(Counter((f.number, f.code) for f in found).items()):
        yield f"{count:6d}  {num}  {code}"
