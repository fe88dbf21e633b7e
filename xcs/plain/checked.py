"""The plain form, checked: the text is one that Python accepts, and an error of ours costs one region, not the file."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..front.lower import below
from ..front.source import quiet
from ..front.texts import shared_tree
from ..remarks import Bailout, Remark, Span, failed
from .planned_region import PlannedRegion
from .rewrite import Rewritten, rewrite

DEEPEST = 2000  # levels: some ten seconds


def rewrite_checked(text: str, regions: Sequence[PlannedRegion], functions: Sequence[Span] | None) -> Rewritten:
    """As `rewrite`; regions that can't be written without an error stay as they are.

    Raises:
        Bailout: libcst can't parse the text, or not in any time.
    """
    if not regions and "xcs" not in text:
        return Rewritten(text, (), False)
    if _deep(text):
        raise Bailout("source", "it is nested too deep to be printed anew")
    done, reason = _tried(text, regions, functions)
    if done is not None:
        return done
    reasons = [_tried(text, [region], functions)[1] for region in regions]
    good = [region for region, bad in zip(regions, reasons, strict=True) if bad is None]
    done = _tried(text, good, functions)[0]
    if done is None:  # each by itself, but not together
        good, reasons = [], [reason] * len(regions)
        done = _tried(text, [], functions)[0] or Rewritten(text, (), True)
    rest = iter(done.remarks)
    said = [next(rest) if bad is None else _remark(region, bad) for region, bad in zip(regions, reasons, strict=True)]
    return Rewritten(done.text, tuple(said), done.needs_xcs)


def _deep(text: str) -> bool:
    """Whether its tree has more levels than libcst can do with: the time it takes grows with their cube."""
    with quiet():
        level: list[ast.AST] = [shared_tree(text)]
    for _ in range(DEEPEST):
        level = [child for node in level for child in below(node)]
        if not level:
            return False
    return True


def _tried(
    text: str, regions: Sequence[PlannedRegion], functions: Sequence[Span] | None
) -> tuple[Rewritten | None, Bailout | None]:
    """The new text, or our own error."""
    from libcst import ParserSyntaxError

    try:
        done = rewrite(text, regions, functions)
        if done.text != text:
            with quiet():
                compile(done.text, "<plain form>", "exec", dont_inherit=True)
        return done, None
    except ParserSyntaxError as error:
        raise Bailout("source", f"libcst can't parse it: {error.message}, line {error.raw_line}") from None
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        return None, failed(error)


def _remark(region: PlannedRegion, reason: Bailout) -> Remark:
    old = region.plan.remark
    return Remark("missed", reason.code, old.function, old.filename, region.code.span, reason.what)


__all__ = ["rewrite_checked"]
