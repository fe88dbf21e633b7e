"""When garbage is collected: not for the sake of what we make, trees and decisions, of which little is garbage."""

from __future__ import annotations

from collections.abc import Iterator
from gc import disable, enable, get_threshold, isenabled, set_threshold
from sys import _current_frames
from typing import Final

from .bound import contextmanager

RARELY: Final = (100_000, 50, 100)  # thresholds of the collector


@contextmanager
def paused() -> Iterator[None]:
    """The collector is off, but not where there are other threads: one might see that."""
    pauses = isenabled() and len(_current_frames()) == 1
    try:
        if pauses:
            disable()
        yield
    finally:
        if pauses:
            enable()


@contextmanager
def collected_rarely() -> Iterator[None]:
    """For commands, which keep most of what they make until a file is done."""
    before = get_threshold()
    set_threshold(*RARELY)
    try:
        yield
    finally:
        set_threshold(*before)


__all__ = ["RARELY", "collected_rarely", "paused"]
