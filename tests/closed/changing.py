"""A callee that rests on something of every kind; `tests/test_guards.py` replaces one after the other."""

from __future__ import annotations

import enum
import functools
import time
from dataclasses import dataclass
from typing import NamedTuple

SEEN: list[str] = []
ITEMS = ["a b", "b c", "c d"]
PREFIX = "it: "


def shorten(text):
    return text[:3]


def hooked(text):
    return text


class Base:
    hook = staticmethod(hooked)

    def finish(self, text):
        return text + "."


class Service(Base):
    def __init__(self, style):
        self.style = style

    def prepare(self, text):
        return f"{self.style} {text}"


service = Service("plain")
TABLE = {"upper": str.upper}


def joined(first, second):
    return first + second


PARTIAL = functools.partial(joined, "<")


class Kind(enum.Enum):
    A = "a"
    B = "b"
    C = "c"

    def label(self):
        return self.name.lower()


class Pair(NamedTuple):
    first: str
    second: str


class Wrapper:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


wrapper = Wrapper("TEXT")


class Made:
    def get(self, text):
        return text


_made = Made()


def lazy():
    global _made
    if _made is None:
        _made = Made()
    return _made


@functools.cache
def cached():
    return Made()


cached()


@dataclass
class Options:
    mark: str = "!"


def ask(text, before=shorten, *, after=shorten):
    time.sleep(0.001)
    found = [PREFIX + before(text), shorten(text), service.prepare(text), service.finish(text), service.hook(text)]
    found += [str(TABLE["upper"](text)), PARTIAL(text), Kind(text[0]).label(), str(Pair(text, text)), wrapper.lower()]
    found += [lazy().get(text), cached().get(text), Options().mark, after(text)]
    return found


def subject(items):
    return [ask(item) for item in items]
