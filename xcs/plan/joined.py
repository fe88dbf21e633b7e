"""Remarks of one region that are joined: what keeps a callee as a whole, and what its own calls."""

from __future__ import annotations

from ..analysis.domain.meter import TOO_LARGE
from ..records import replace
from ..remarks import Located, Remark
from .legality import pacing


def also(closed: Remark, opened: Remark) -> Remark:
    """What keeps a callee from running early as a whole, and its own calls from doing so. What a callee handles, or
    changes, itself keeps only the whole of it: where its calls stay for another reason, that is the one."""
    if opened.code == "unknown" and opened.what.endswith(TOO_LARGE):
        return replace(closed, code=opened.code, what=opened.what)  # with more to look at it may not be kept at all
    elsewhere = closed.code == "writes" and opened.code == "unknown"  # it isn't the callee that wasn't understood
    if elsewhere or (closed.code == "handled" and opened.code not in ("handled", "no-gain")):
        return replace(closed, code=opened.code, what=opened.what, ends=opened.ends)
    if opened.code == "duration" or pacing.of_a_request(opened):
        closed, opened = replace(closed, code=opened.code, what=opened.what, ends=opened.ends), closed
    return replace(closed, ends=tuple(dict.fromkeys((*closed.ends, *opened.ends))))


def in_place(applied: Remark, closed: Remark) -> Remark:
    """Says what keeps an open callee from running early as a whole."""
    if closed.code == "conflict":
        return applied  # between two places, which is no more
    return replace(applied, ends=tuple(Located(f"in place: {e.text}", e.filename, e.line) for e in closed.ends))
