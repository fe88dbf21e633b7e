"""Objects that hold nothing but plain values, told without asking for their dictionaries.

Python 3.11 and 3.12 make an object's dictionary when it is asked for; from then on each attribute that is read of the
object takes longer, whoever reads it. Of an object that holds plain values alone there is nothing to be found in it.
"""

from __future__ import annotations

import sys
from gc import get_referents
from itertools import islice
from typing import Any, Final

from ..peek import IMMUTABLE, dict_of, mro_of

MADE_LATE: Final = (3, 11) <= sys.version_info[:2] <= (3, 12)
MANAGED, IN_PYTHON = 1 << 4, 1 << 9  # flags of classes: where the dictionary is made late; what is no built-in one
FEW = 4  # elements of a container that are looked at
SEQUENCES: Final = frozenset(map(id, (list, tuple, set, frozenset)))
_flags: Any = dict_of(type)["__flags__"]


def plain_alone(obj: object) -> bool:
    """Whether an object's dictionary isn't there yet, and would have nothing but plain values, or sequences whose first
    elements are plain."""
    kind = type(obj)
    if not MADE_LATE or not _flags.__get__(kind) & MANAGED:
        return False
    if any(base is not object and not _flags.__get__(base) & IN_PYTHON for base in mro_of(kind)):
        return False
    return all(held is kind or _plain(held) for held in get_referents(obj))


def _plain(held: object) -> bool:
    if id(type(held)) in SEQUENCES:
        try:
            return all(id(type(one)) in IMMUTABLE.ids for one in islice(held, FEW))  # type: ignore[call-overload]
        except RuntimeError:  # another thread is changing it
            return False
    return id(type(held)) in IMMUTABLE.ids


__all__ = ["plain_alone"]
