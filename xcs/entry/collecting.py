"""The garbage collector pauses while trees and decisions are made: their objects would set it off, in vain."""

from __future__ import annotations

from collections.abc import Iterator
from gc import disable, enable, isenabled
from sys import _current_frames

from ..bound import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Not where there are other threads: one might see that it is off."""
    pauses = isenabled() and len(_current_frames()) == 1
    try:
        if pauses:
            disable()
        yield
    finally:
        if pauses:
            enable()


__all__ = ["paused"]
