"""`xcs-transform FILE`: prints the file with the calls of its functions run at the same time, as plain Python."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from ..front.texts import shown
from ..remarks import Bailout, Remark
from ..static.assumed import assumptions
from ..static.plans import FunctionPlan, RegionPlan, plan_file
from .streams import ended
from .text import Text, deep

DONE, UNREADABLE, USAGE = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="xcs-transform",
        description="Prints FILE with the independent slow calls of its functions run at the same time, as ordinary "
        "Python over concurrent.futures that needs no xcs. Remarks go to standard error.",
        epilog="exit code: 0 printed, 1 the file can't be read or parsed, 2 wrong usage",
    )
    made.add_argument("file", metavar="FILE", help="a Python file")
    made.add_argument(
        "--function",
        action="append",
        metavar="NAME",
        default=[],
        help="only this function (`name` or `Class.name`); may be repeated; others keep their @xcs.jit",
    )
    made.add_argument("--all", action="store_true", help="every function, not only those decorated with @xcs.jit")
    made.add_argument("--diff", action="store_true", help="print the difference instead of the whole file")
    made.add_argument("--jit", action="store_true", help="print what @xcs.jit runs instead")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; `SystemExit(2)` on wrong usage."""
    options = parser()
    given = options.parse_args(argv)
    return ended("xcs-transform", lambda: deep(lambda: run(options, given)))


def run(options: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    path = Path(given.file)
    try:
        text = Text.read(path)
        plans = plan_file(path)
        for name in given.function:
            if not any(name in (p.name, p.qualname) for p in plans):
                options.error(f"{shown(path)} has no function {name}")
        chosen = [p for p in plans if _is_wanted(p, given.function, given.all)]
        if given.jit:
            from .jit_form import jit_form

            print("\n\n\n".join(jit_form(p) for p in chosen))
            remarks = [str(r) for p in chosen for r in _remarks(p, given.function)]
        else:
            new, remarks = plain_form(text.text, plans, chosen, given.function)
            text.write(_difference(text.text, new, path) if given.diff else new)
    except Bailout as bailout:
        print(f"{shown(path)}: {bailout.what}", file=sys.stderr)
        return UNREADABLE
    except (RecursionError, MemoryError) as error:
        print(f"{shown(path)}: it is nested too deep or too large ({type(error).__name__})", file=sys.stderr)
        return UNREADABLE
    for remark in remarks:
        print(f"{shown(path)}: {remark}", file=sys.stderr)
    return DONE


def _is_wanted(plan: FunctionPlan, names: list[str], every: bool) -> bool:
    if names:
        return plan.name in names or plan.qualname in names
    return every or plan.decorated


def plain_form(
    text: str, plans: Sequence[FunctionPlan], chosen: Sequence[FunctionPlan], names: Sequence[str],
    strict: bool = False,
) -> tuple[str, list[str]]:  # fmt: skip
    """The text with the plain form of the chosen functions, and what there is to say about each; names: as given.

    xcs stays for decorated functions that are not chosen, and goes altogether if there are none.
    """
    from ..plain.checked import rewrite_checked
    from ..plain.rewrite import PlainRegion

    regions: list[PlainRegion] = []
    remarks: list[Remark] = []
    for plan in chosen:
        remarks.extend(_remarks(plan, names))
        for region in plan.regions:
            if region.opened is not None:
                remarks.append(in_place(region, region.opened.remark))
            if not region.plan.sites:
                continue
            assumes = assumptions(plan, region)
            if assumes and strict:
                remarks.append(assumed(region, assumes))
            else:
                regions.append(PlainRegion(region.plan, region.code, assumes, region.local))
    staying = [p for p in plans if p.decorated and p not in chosen]
    done = rewrite_checked(text, regions, [p.span for p in chosen if p.decorated] if staying else None)
    remarks += [r for r in done.remarks if r is not None]
    said = [str(r) for r in sorted(dict.fromkeys(remarks), key=lambda r: (r.span.line, r.span.column))]
    if done.needs_xcs and not staying:
        said.append("the text still uses xcs, beyond its decorators")
    return done.text, said


def _remarks(plan: FunctionPlan, names: Sequence[str]) -> list[Remark]:
    """Why a function, or a region of it, stays sequential; of functions that nobody asked for, what is of interest."""
    asked = plan.decorated or plan.name in names or plan.qualname in names
    if plan.refused is not None:
        return [plan.refused] if asked or plan.refused.code != "no-gain" else []
    missed = list(plan.missed())
    if asked and not missed and not plan.chosen(opened=True):
        missed.append(Remark("missed", "no-gain", plan.name, plan.source.filename, plan.span))
    return missed


def in_place(region: RegionPlan, opened: Remark) -> Remark:
    """Why a region has no plain form that `jit` runs with a callee in place."""
    kept = "; ".join(e.text.removeprefix("in place: ") for e in opened.ends[:2]) or "its effects"
    what = f"under @xcs.jit {opened.what} run at the same time; printed, {kept} would change its order"
    old = region.plan.remark
    return Remark("missed", "plain-form", old.function, old.filename, old.span, what)


def assumed(region: RegionPlan, assumes: Sequence[str]) -> Remark:
    """What `jit` checks when it enters the region, and printed code can't."""
    old = region.plan.remark
    what = f"it assumes {'; '.join(assumes)}, which @xcs.jit checks"
    return Remark("missed", "plain-form", old.function, old.filename, old.span, what)


def _difference(old: str, new: str, path: Path) -> str:
    """As `diff -u` has it; line ends are part of the lines."""
    name = shown(path)
    before, after = _lines(old), _lines(new)
    lines = difflib.unified_diff(before, after, name, name)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


if __name__ == "__main__":
    sys.exit(main())
