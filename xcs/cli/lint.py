"""`xcs-lint [PATH...]`: which loops could run their calls at the same time, and why the others can't."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..front.texts import shown
from ..lint import formats, outputs, settings
from ..lint.findings import Finding, of_file, told
from ..lint.findings_cache import NAME, Cache
from ..lint.run import checked, run
from ..lint.settings import FAIL_ON, Settings, Wrong
from ..lint.suppress import changed_lines, touched, without_known, write_baseline
from .named_files import python_files
from .streams import ended

CLEAN, FINDINGS, USAGE = 0, 1, 2
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="xcs-lint",
        description="Shows which loops, comprehensions and blocks could run their slow calls at the same time, "
        "and why those in functions decorated with @xcs.jit can't.",
        epilog="exit code: 0 nothing to report, 1 findings (opportunities count where --fail-on asks for them), "
        "2 wrong usage or an error of the tool",
    )
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, notebooks or folders; - for standard input (default: .)"
    )
    _findings(made.add_argument_group("which findings"))
    files = made.add_argument_group("which files")
    files.add_argument("--exclude", action="append", metavar="PATTERN", help="paths that are left out")
    files.add_argument("--no-gitignore", action="store_true", help="files that git ignores, too")
    files.add_argument("--stdin-filename", metavar="NAME", default="stdin.py", help="what standard input is called")
    _output(made.add_argument_group("output"))
    _other(made.add_argument_group("other"))
    return made


def _findings(look: argparse._ArgumentGroup) -> None:
    look.add_argument(
        "--select", action="append", metavar="CODES", help="codes, numbers or their beginnings (XCS1), or ALL"
    )
    look.add_argument("--ignore", action="append", metavar="CODES", help="codes that are not told")
    look.add_argument("--extend-select", action="append", metavar="CODES", help="more codes beside the configured ones")
    look.add_argument(
        "--per-file-ignores", action="append", metavar="PATTERN:CODES", help="codes that are not told of some files"
    )
    look.add_argument(
        "--baseline", metavar="FILE", help="tell only what the file doesn't have; it is written where it doesn't exist"
    )
    look.add_argument("--write-baseline", action="store_true", help="write what is found now to the baseline")
    look.add_argument(
        "--changed-since", metavar="REF", help="only what stands on lines that differ from a git revision"
    )


def _output(out: argparse._ArgumentGroup) -> None:
    out.add_argument(
        "--format", choices=FORMATS, default=os.environ.get("XCS_LINT_FORMAT", "full"), help="default: %(default)s"
    )
    out.add_argument("--output-file", metavar="FILE", help="instead of standard output")
    out.add_argument("--statistics", action="store_true", help="only how many findings of each code")
    out.add_argument("--quiet", "-q", action="store_true", help="findings alone, no closing line, no progress")
    out.add_argument("--explain", metavar="CODE|FILE:LINE", help="what a code means, or the dependences of a loop")
    out.add_argument(
        "--graph",
        choices=("text", "mermaid", "svg"),
        help="the form in which --explain FILE:LINE tells of a loop (default: text)",
    )
    out.add_argument("--fix", action="store_true", help="add @jit and its import where the answer is certain")
    out.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")


def _other(other: argparse._ArgumentGroup) -> None:
    from ..version import __version__

    other.add_argument("--fail-on", choices=FAIL_ON, help="what makes the exit code 1 (default: warning)")
    other.add_argument("--exit-zero", action="store_true", help="exit code 0 whatever is found")
    other.add_argument("--config", metavar="FILE", help="the pyproject.toml to read instead of the nearest one")
    other.add_argument("--isolated", action="store_true", help="read no configuration")
    folder = os.environ.get("XCS_CACHE_DIR") or NAME
    other.add_argument(
        "--cache-dir", metavar="FOLDER", default=folder, help="where findings are kept (default: %(default)s)"
    )
    other.add_argument("--no-cache", action="store_true", help="look at every file anew")
    other.add_argument("--version", action="version", version=f"xcs-lint {__version__}")


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; `SystemExit(2)` on wrong usage."""
    command = parser()
    given = command.parse_args(argv)
    if given.format not in FORMATS:
        command.error(f"XCS_LINT_FORMAT: there is no format {given.format!r}")

    def work() -> int:
        try:
            return lint(given)
        except Wrong as wrong:
            print(f"xcs-lint: {wrong}", file=sys.stderr)
            return USAGE

    return ended("xcs-lint", work, failed_code=USAGE)


def lint(given: argparse.Namespace) -> int:
    """
    Raises:
        Wrong: the command line or a configuration can't be used.
    """
    if given.explain is not None:
        return explain(given)
    if given.graph is not None:
        raise Wrong("--graph: --explain says of which loop")
    chosen = of_command(given)
    found, files = collected(given, chosen)
    found = [f for f in found if chosen.wants(f)]
    if given.changed_since is not None:
        found = touched(found, changed_lines(given.changed_since, Path.cwd()))
    baseline = Path(given.baseline or chosen.baseline) if given.baseline or chosen.baseline else None
    if baseline is not None:
        if given.write_baseline or not baseline.exists():
            count = write_baseline(baseline, found)
            print(f"{count} findings written to {baseline}", file=sys.stderr)
            return CLEAN
        found = without_known(found, baseline)
    elif given.write_baseline:
        raise Wrong("--write-baseline: --baseline says to which file")
    if given.fix or given.diff:
        if "-" in given.paths:
            raise Wrong("standard input is no file that --fix could change; name the file")
        from ..lint.fix import fixed

        return fixed(found, show=given.diff)
    tell(given, found, files)
    if given.exit_zero:
        return CLEAN
    if any(f.code == "internal" for f in found):
        return USAGE
    return FINDINGS if any(chosen.fails(f) for f in found) else CLEAN


def of_command(given: argparse.Namespace) -> Settings:
    """The settings: those of the configuration, changed by the command line."""
    paths = [Path(p) for p in given.paths if p != "-"]
    first = paths[0].resolve() if paths else Path.cwd()
    folder = first if first.is_dir() else first.parent
    file = None if given.isolated else Path(given.config) if given.config else settings.nearest(folder)
    if given.config and not Path(given.config).is_file():
        raise Wrong(f"{given.config}: there is no such file")
    made = settings.configured(file)
    lists = {
        name: _codes(getattr(given, name)) for name in ("select", "ignore", "extend_select") if getattr(given, name)
    }
    for name, codes in lists.items():
        option = f"--{name.replace('_', '-')}"
        if not codes:
            raise Wrong(f"{option}: no code is named")
        settings.known(codes, option)
    made = replace(made, **lists)  # type: ignore[arg-type]
    if given.exclude:
        made = replace(made, exclude=(*made.exclude, *_codes(given.exclude)))
    if given.fail_on is not None:
        made = replace(made, fail_on=given.fail_on)
    for text in given.per_file_ignores or ():
        pattern, colon, codes = text.rpartition(":")
        if not colon:
            raise Wrong(f"--per-file-ignores {text}: it is no PATTERN:CODES")
        settings.known(_codes([codes]), "--per-file-ignores")
        made = replace(made, per_file_ignores={**made.per_file_ignores, pattern: _codes([codes])})
    return made


def _codes(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.strip() for text in given for code in text.split(",") if code.strip())


def collected(given: argparse.Namespace, chosen: Settings) -> tuple[list[Finding], int]:
    """What is found in all files, in the order of files and lines; and how many files that were."""
    unread: list[Finding] = []

    def unreadable(error: OSError) -> None:
        unread.append(of_file(shown(str(error.filename)), f"the folder can't be read ({error.strerror or error})"))

    paths = given.paths or ["."]
    results: dict[str, tuple[Finding, ...]] = {}
    if "-" in paths:
        name = given.stdin_filename
        try:
            text = of_input()
        except (ValueError, SyntaxError, LookupError) as error:
            results["-"] = (of_file(name, f"it is not text in the encoding it declares ({error})"),)
        else:
            results["-"] = checked(Path(name), name, text)[1]
    named = [p for p in paths if p != "-"]
    every = python_files(named, unreadable, gitignore=not given.no_gitignore, notebooks=True) if named else ()
    files = list(dict.fromkeys(every))
    files = [f for f in files if not chosen.excludes(shown(f))]
    cache_ = None if given.no_cache else Cache.read(Path(given.cache_dir))
    jobs: list[tuple[Path, str]] = []
    for file in files:
        known = cache_.find(file.absolute()) if cache_ is not None else None
        if known is not None:
            results[str(file)] = tuple(replace(f, filename=shown(file)) for f in known)
        else:
            jobs.append((file, shown(file)))
    for name, found, read in run(jobs, progress(given, len(jobs))):
        results[name] = found
        if cache_ is not None and not any(f.code in ("source", "internal") for f in found):
            cache_.keep(Path(name).absolute(), read, found)
    if cache_ is not None:
        cache_.write()
    if not files and not unread and not results:
        print("there are no Python files in what is named", file=sys.stderr)
    order = ["-", *map(str, files)]
    return [*unread, *(f for name in order for f in results.get(name, ()))], len(files) + ("-" in paths)


def of_input() -> str:
    """The text of standard input, in the encoding that it declares, as a file's is."""
    raw = getattr(sys.stdin, "buffer", None)
    if raw is None:
        return sys.stdin.read() if sys.stdin is not None else ""
    data = raw.read()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return io.TextIOWrapper(io.BytesIO(data), encoding).read()


def progress(given: argparse.Namespace, total: int) -> Callable[[int], None]:
    """Says how far it has come, on a terminal, where there is much to do."""
    quiet = given.quiet or total < 200 or sys.stderr is None or not sys.stderr.isatty()

    def said(done: int) -> None:
        if not quiet and (done % 20 == 0 or done == total):
            end = "\n" if done == total else ""
            print(f"\r{done} of {total} files", end=end, file=sys.stderr, flush=True)

    return said


def tell(given: argparse.Namespace, found: list[Finding], files: int) -> None:
    """Prints the findings in the form that is asked for."""
    lines = formats.statistics(found) if given.statistics else outputs.forms()[given.format](found, files, lines_of)
    made = list(lines)
    if given.quiet and given.format in ("full", "concise") and not given.statistics:
        made = made[:-1]
    if given.output_file:
        try:
            Path(given.output_file).write_text(
                "".join(f"{line}\n" for line in made), "utf-8", errors="backslashreplace"
            )
        except OSError as error:
            raise Wrong(f"{given.output_file}: it can't be written ({error.strerror or error})") from None
        return
    for line in made:
        print(line)


@cache
def lines_of(filename: str) -> Sequence[str]:
    """The lines of a file; none where it can't be read."""
    from ..front.texts import lines_of as split
    from ..front.texts import read
    from ..remarks import Bailout

    with contextlib.suppress(Bailout, OSError):
        return [line.rstrip("\r\n") for line in split(read(Path(filename)))]
    return ()


def explain(given: argparse.Namespace) -> int:
    """What a code means, or what is known of the loop on a line."""
    name, colon, line = given.explain.rpartition(":")
    if colon and line.isdecimal():
        from ..lint.explain import of_line

        for text in of_line(Path(name), int(line), given.graph or "text"):
            print(text)
        return CLEAN
    reason = told(given.explain)
    if reason is None:
        raise Wrong(f"--explain {given.explain}: it is no code, and no FILE:LINE")
    print(f"{reason.number} {reason.code}")
    for text in (reason.sentence("..."), reason.meaning, reason.what_to_do):
        if text:
            print(f"\n{text}")
    return CLEAN


if __name__ == "__main__":
    sys.exit(main())
