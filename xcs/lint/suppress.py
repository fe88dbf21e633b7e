"""What is not told: lines with a comment `# xcs: ignore`, what a baseline knows, lines that a branch did not touch."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tokenize
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..front.texts import lines_of
from ..remarks import Span
from .findings import NUMBERS, Finding
from .settings import Wrong

COMMENT = re.compile(r"#\s*xcs:\s*ignore(?:\[([^\]]*)\])?", re.IGNORECASE)
HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment on a line; `codes`: those that it names, none for all."""

    line: int
    column: int
    codes: tuple[str, ...]

    def covers(self, finding: Finding) -> bool:
        return not self.codes or any(
            c in (finding.code, finding.number) or finding.number.startswith(c) for c in self.codes
        )


def ignores(text: str) -> list[Ignore]:
    """The comments of a text that ask for silence."""
    if "xcs:" not in text:
        return []
    found: list[Ignore] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match is not None:
                codes = tuple(c.strip() for c in (match[1] or "").split(",") if c.strip())
                found.append(Ignore(token.start[0], token.start[1], codes))
    except (tokenize.TokenError, SyntaxError):  # the survey says so
        pass
    return found


def without_ignored(found: Sequence[Finding], text: str) -> list[Finding]:
    """The findings without those whose line has such a comment; a comment that silences nothing is a finding.

    The comment stands on the finding's first line, or alone on the line above.
    """
    comments = ignores(text)
    if not comments:
        return list(found)
    lines = lines_of(text)
    used: set[int] = set()
    kept: list[Finding] = []
    for finding in found:
        if finding.cell is not None or finding.code == "source":
            kept.append(finding)
            continue
        own = [c for c in comments if _on(c, finding.span, lines) and c.covers(finding)]
        used.update(c.line for c in own)
        if not own:
            kept.append(finding)
    filename = found[0].filename if found else ""
    for comment in comments:
        if comment.line not in used and filename:
            unknown = [
                c for c in comment.codes if c not in NUMBERS and not any(n.startswith(c) for n in NUMBERS.values())
            ]
            what = f"there is no code {unknown[0]!r}" if unknown else "nothing is found here that it silences"
            span = Span(comment.line, comment.column, comment.line, comment.column + 1)
            kept.append(
                Finding("warning", filename, span, "unused-ignore", f"an unused `# xcs: ignore`: {what}", "remove it")
            )
    return kept


def _on(comment: Ignore, span: Span, lines: Sequence[str]) -> bool:
    if comment.line == span.line:
        return True
    alone = comment.line <= len(lines) and not lines[comment.line - 1][: comment.column].strip()
    return alone and comment.line == span.line - 1


# -- baselines: counts by file, function and code, as line numbers change


def key_of(finding: Finding) -> str:
    return "::".join((Path(finding.filename).as_posix(), finding.function, finding.code))


def write_baseline(file: Path, found: Iterable[Finding]) -> int:
    """Writes all that is found now. Returns how many findings that is.

    Raises:
        Wrong: it can't be written.
    """
    counts = Counter(key_of(f) for f in found)
    text = json.dumps({"version": 1, "findings": dict(sorted(counts.items()))}, indent=2, ensure_ascii=False)
    try:
        file.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise Wrong(f"{file}: the baseline can't be written ({error.strerror or error})") from None
    return sum(counts.values())


def without_known(found: Sequence[Finding], file: Path) -> list[Finding]:
    """The findings that a baseline doesn't have: of more than it has of one kind, the last.

    Raises:
        Wrong: the file is no baseline.
    """
    try:
        left = Counter({str(k): int(v) for k, v in json.loads(file.read_text("utf-8"))["findings"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it has no counts of findings"
        raise Wrong(f"{file}: it is no baseline ({what}); --write-baseline makes one") from None
    kept: list[Finding] = []
    for finding in found:
        key = key_of(finding)
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(finding)
    return kept


# -- lines that a branch touched


def changed_lines(ref: str, folder: Path) -> dict[Path, set[int]]:
    """The lines that differ from a revision, by file; of a file that git doesn't know, all.

    Raises:
        Wrong: git doesn't know the revision, or isn't there.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    changed: dict[Path, set[int]] = {}
    current: set[int] = set()
    for line in _git(folder, "diff", "--unified=0", "--no-color", "--no-ext-diff", ref, "--").splitlines():
        if line.startswith("+++ "):
            name = line[4:].strip().strip('"').removeprefix("b/")
            current = changed.setdefault((top / name).resolve(), set())
        elif (match := HUNK.match(line)) is not None:
            first, count = int(match[1]), int(match[2] or 1)
            current.update(range(first, first + count))
    for name in _git(top, "ls-files", "--others", "--exclude-standard").splitlines():
        changed[(top / name).resolve()] = set(range(1, 1_000_000))
    return changed


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Wrong(f"git can't be asked ({error})") from None
    if done.returncode:
        raise Wrong(f"git {arguments[0]}: {done.stderr.strip() or 'failed'}")
    return done.stdout


def touched(found: Sequence[Finding], changed: dict[Path, set[int]]) -> list[Finding]:
    """The findings on lines that were changed."""
    kept = []
    for finding in found:
        lines = changed.get(Path(finding.filename).resolve(), set())
        if finding.code == "source" or any(
            line in lines for line in range(finding.span.line, finding.span.end_line + 1)
        ):
            kept.append(finding)
    return kept
