"""`xcs-transform FILE...`: the calls of functions run at the same time, printed as plain Python that needs no xcs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..front.texts import shown
from ..garbage import collected_rarely
from ..reasons import INTERNAL
from ..remarks import Bailout, Remark, failed
from ..static.plans import FunctionPlan, plan_file
from .changes import difference, replace_file
from .formatted import formatted
from .named_files import python_files
from .printed import Choice, printed, told
from .streams import ended
from .text import Text, deep

DONE, UNREADABLE, CHANGED, USAGE = 0, 1, 1, 2


def parser() -> argparse.ArgumentParser:
    from ..version import __version__

    made = argparse.ArgumentParser(
        prog="xcs-transform",
        description="Prints files with the independent slow calls of their functions run at the same time, as ordinary "
        "Python over concurrent.futures that needs no xcs. Remarks go to standard error.",
        epilog="exit code: 0 done, 1 a file can't be read or parsed, or (--check) would change, 2 wrong usage",
    )
    made.add_argument("files", metavar="FILE", nargs="+", help="Python files or folders; - for standard input")
    which = made.add_argument_group("which functions")
    which.add_argument(
        "--function",
        action="append",
        metavar="NAME",
        default=[],
        help="only this function (`name` or `Class.name`); may be repeated; others keep their @xcs.jit",
    )
    which.add_argument(
        "--lines",
        action="append",
        metavar="A:B",
        default=[],
        type=_lines,
        help="only what stands on these lines (for editors); may be repeated",
    )
    which.add_argument("--all", action="store_true", help="every function, not only those decorated with @xcs.jit")
    which.add_argument("--strict", action="store_true", help="only what needs no assumption (`# xcs: assumes ...`)")
    out = made.add_argument_group("what is done")
    out.add_argument("--diff", action="store_true", help="print the difference instead of the whole file")
    out.add_argument("--write", action="store_true", help="change the files themselves")
    out.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file would change")
    out.add_argument("--remarks", action="store_true", help="print what there is to say of each function, no code")
    out.add_argument("--graph", action="store_true", help="print what calls depend on, as Mermaid graphs")
    out.add_argument("--jit", action="store_true", help="print what @xcs.jit runs instead")
    out.add_argument("--stdin-filename", metavar="NAME", default="stdin.py", help="what standard input is called")
    made.add_argument("--version", action="version", version=f"xcs-transform {__version__}")
    return made


def _lines(text: str) -> tuple[int, int]:
    """`A:B`, `A:`, `:B` or `A`."""
    first, colon, last = text.partition(":")
    try:
        start = int(first) if first else 1
        end = int(last) if last else (sys.maxsize if colon else start)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no range of lines (A:B)") from None
    if not 0 < start <= end:
        raise argparse.ArgumentTypeError(f"{text!r} is no range of lines (A:B)")
    return start, end


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; `SystemExit(2)` on wrong usage."""
    options = parser()
    given = options.parse_args(argv)
    return ended("xcs-transform", lambda: deep(lambda: run(options, given)))


def run(options: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    alone = not (given.diff or given.write or given.check or given.remarks or given.graph or given.jit)
    if alone and len(given.files) > 1:
        options.error("of several files, say what is to be done: --diff, --write, --check or --remarks")
    if "-" in given.files and given.write and not given.check:
        options.error("standard input can't be written to")
    unread: list[OSError] = []
    named = [f for f in given.files if f != "-"]
    paths = [Path(f) for f in named] if alone else list(python_files(named, unread.append, True))
    files = [Path("-")] * ("-" in given.files) + [p for p in paths if alone or p.suffix != ".ipynb"]
    choice = Choice(tuple(given.function), tuple(given.lines), given.all, given.strict)
    codes = [_file(path, choice, given, len(files) == 1) for path in files]
    for error in unread:
        print(f"{shown(Path(str(error.filename)))}: {error.strerror}", file=sys.stderr)
    found = {name for _, names in codes for name in names}
    missing = [n for n in given.function if n not in found]
    if missing and all(code != UNREADABLE for code, _ in codes):
        options.error(f"{', '.join(map(shown, files))} has no function {missing[0]}")
    return max([UNREADABLE if unread else DONE, *(code for code, _ in codes)])


def _file(path: Path, choice: Choice, given: argparse.Namespace, only: bool) -> tuple[int, set[str]]:
    """(exit code, the names that were asked for and are there) of one file."""
    name = given.stdin_filename if path == Path("-") else shown(path)
    try:
        with collected_rarely():
            return _done(path, name, choice, given)
    except Bailout as bailout:
        print(f"{name}: {bailout.what}", file=sys.stderr)
    except (RecursionError, MemoryError) as error:
        print(f"{name}: it is nested too deep or too large ({type(error).__name__})", file=sys.stderr)
    except OSError:
        raise  # of the output
    except Exception as error:
        if only:
            raise
        print(f"{name}: {INTERNAL.sentence(failed(error).what)}", file=sys.stderr)
    return UNREADABLE, set()


def _done(path: Path, name: str, choice: Choice, given: argparse.Namespace) -> tuple[int, set[str]]:
    """Raises: Bailout."""
    if path == Path("-"):
        text = Text.of(sys.stdin.buffer.read())
        path = Path(given.stdin_filename)
        plans = plan_file(path, text=text.text, wanted=choice.planned(text.text))
    else:
        text = Text.read(path)
        plans = plan_file(path, wanted=choice.planned(text.text))
    found = {n for n in choice.names if any(n in (p.name, p.qualname) for p in plans)}
    if len(found) < len(set(choice.names)) and len(given.files) == 1:
        return DONE, found
    if given.jit or given.graph:
        chosen = [p for p in plans if choice.function(p)]
        return _pictures(path, text, name, chosen, choice, given), found
    done = printed(text.text, plans, choice)
    new = formatted(text.text, done.text, path)
    changed = new != text.text
    if given.remarks:
        print(*(f"{name}: {r}" for r in done.remarks), sep="\n", end="\n" if done.remarks else "")
        return DONE, found
    if given.diff:
        text.write(difference(text.text, new, name))
    elif not (given.write or given.check):
        text.write(new)
    if given.write and changed and not given.check:
        replace_file(path, text.encoded(new))
    elif given.check and changed and not given.diff:
        print(f"{name} would change")
    _say(name, done.remarks)
    if done.needs_xcs:
        print(f"{name}: the text still uses xcs, beyond its decorators", file=sys.stderr)
    return CHANGED if given.check and changed else DONE, found


def _pictures(
    path: Path, text: Text, name: str, chosen: Sequence[FunctionPlan], choice: Choice, given: argparse.Namespace
) -> int:
    """What `@jit` runs, or what calls depend on."""
    if given.jit:
        from .jit_form import jit_form

        print("\n\n\n".join(jit_form(p) for p in chosen))
        _say(name, [r for p in chosen for r in told(p, choice)])
        return DONE
    graphs = list(_graphs(path, text, chosen))
    print(*graphs, sep="\n", end="\n" if graphs else "")
    return DONE


def _graphs(path: Path, text: Text, chosen: Sequence[FunctionPlan]) -> Iterator[str]:
    from ..lint.explain import mermaid
    from ..survey.loops import survey
    from ..survey.modules import Program

    program = Program()
    spans = [(p.source.node.lineno, p.source.node.end_lineno or 0) for p in chosen]
    for loop in survey(program, program.load(path, text.text)):
        if any(first <= loop.span.line <= last for first, last in spans):
            yield from mermaid(loop)


def _say(name: str, remarks: Sequence[Remark]) -> None:
    for remark in remarks:
        print(f"{name}: {remark}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
