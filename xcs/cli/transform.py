"""`xcs-transform FILE`: prints the file with the calls of its functions run at the same time, as plain Python."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from ..pipeline import FunctionPlan, RegionPlan, plan_file
from ..remarks import Bailout, Remark
from ..resolve.world import read
from .files import shown

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
        help="only this function (`name` or `Class.name`); may be repeated",
    )
    made.add_argument("--all", action="store_true", help="every function, not only those decorated with @xcs.jit")
    made.add_argument("--diff", action="store_true", help="print the difference instead of the whole file")
    made.add_argument("--jit", action="store_true", help="print what @xcs.jit runs instead")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; `SystemExit(2)` on wrong usage."""
    options = parser()
    given = options.parse_args(argv)
    path = Path(given.file)
    try:
        text = read(path)
        plans = plan_file(path)
    except Bailout as bailout:
        print(f"{shown(path)}: {bailout.what}", file=sys.stderr)
        return UNREADABLE
    except (RecursionError, MemoryError) as error:
        print(f"{shown(path)}: nested too deep or too large ({type(error).__name__})", file=sys.stderr)
        return UNREADABLE
    chosen = [p for p in plans if _is_wanted(p, given.function, given.all)]
    for name in given.function:
        if not any(name in (p.name, p.qualname) for p in plans):
            options.error(f"{shown(path)} has no function {name}")
    if given.jit:
        from ..transform.printed import jit_form

        print("\n\n".join(jit_form(p) for p in chosen))
        remarks = [r for p in chosen for r in _remarks(p)]
    else:
        new, remarks = plain_form(path, text, chosen)
        _write(text, new, path, given.diff)
    for remark in remarks:
        print(f"{shown(path)}: {remark}", file=sys.stderr)
    return DONE


def _is_wanted(plan: FunctionPlan, names: list[str], every: bool) -> bool:
    if names:
        return plan.name in names or plan.qualname in names
    return every or plan.decorated


def plain_form(path: Path, text: str, plans: Sequence[FunctionPlan]) -> tuple[str, list[Remark]]:
    """The text with the plain form of each plan, and what there is to say about each."""
    from ..transform.plain import PlainRegion, rewrite

    regions: list[PlainRegion] = []
    remarks: list[Remark] = []
    for plan in plans:
        remarks.extend(_remarks(plan))
        for region in plan.chosen():
            obstacle = aliased(region)
            if obstacle is None:
                regions.append(PlainRegion(region.plan, region.code, plan.source.node, plan.qualname))
                remarks.append(region.plan.remark)
            else:
                remarks.append(obstacle)
    done = rewrite(text, regions, [p.source.node for p in plans if p.decorated])
    refused = {r.span: r for r in done.remarks}
    return done.text, [refused.get(r.span, r) if r.kind == "applied" else r for r in remarks]


def _remarks(plan: FunctionPlan) -> list[Remark]:
    if plan.refused is not None:
        return [plan.refused]
    missed = list(plan.missed())
    if not missed and not plan.chosen():
        missed.append(Remark("missed", "no-gain", plan.name, plan.source.filename, plan.span))
    return missed


def aliased(region: RegionPlan) -> Remark | None:
    """What `jit` checks at the entry of the region and printed code can't: that two names are different objects."""
    for write, read_, _deep in region.plan.separate:
        if write.kind == "local" and not write.steps and write.name in region.local:
            continue
        old = region.plan.remark
        what = f"it is right only where `{write}` is no part of `{read_}`, which @xcs.jit checks at each entry"
        return Remark("missed", "plain-form", old.function, old.filename, old.span, what)
    return None


def _write(old: str, new: str, path: Path, diff: bool) -> None:
    if not diff:
        sys.stdout.write(new)
        return
    name = shown(path)
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, name, name):
        sys.stdout.write(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")


if __name__ == "__main__":
    sys.exit(main())
