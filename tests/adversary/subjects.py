"""The decorated functions of adversarial programs, and the slow callees.

STEP stands for a statement with the hazard; VALUE for an integer expression with it (0 where the hazard is elsewhere);
NEST for what is read in the slice; SLOW for the callee.
"""

from __future__ import annotations

HEAD = """\
import abc
import collections
import contextlib
import copy
import dataclasses
import datetime
import enum
import fractions
import functools
import itertools
import json
import logging
import math
import operator
import pickle
import re
import sys
import threading
import time
import traceback
import typing
import weakref

from xcs import jit

ME = sys.modules[__name__]
LOG = []
noted_count = [0]
"""

CALLEES = {
    "reads after": "def SLOW(a):\n    CALLED\n    SLEEP\n    return a * 3, READ",
    "reads before": "def SLOW(a):\n    CALLED\n    seen = READ\n    SLEEP\n    return a, seen",
    "reads twice": "def SLOW(a):\n    CALLED\n    seen = READ\n    SLEEP\n    return a + READ - seen, seen",
    "fails": "def SLOW(a):\n    CALLED\n    SLEEP\n    if a % 4 == 3:\n        raise ValueError(a, READ)\n    return a, READ",
    "fails inside": "def SLOW(a):\n    CALLED\n    SLEEP\n    try:\n        return [5, 6, 7][a % 4], READ\n    except IndexError as error:\n"
    "        raise ValueError(a) from error",
    "by a helper": "def SLOW_helper(a, b=2):\n    return a * b + READ\n\n\ndef SLOW(a):\n    CALLED\n    SLEEP\n    return SLOW_helper(a)",
    "by a lambda": "SLOW_look = {'f': lambda a: (a, READ)}\n\n\ndef SLOW(a):\n    CALLED\n    SLEEP\n    return SLOW_look['f'](a)",
    "by a method": "class SLOW_class:\n    scale = 2\n\n    def look(self):\n        return READ * self.scale\n\n"
    "    def go(self, a):\n        CALLED\n        SLEEP\n        return a, self.look()\n\n\nSLOW = SLOW_class().go",
    "by a property": "class SLOW_class:\n    @property\n    def look(self):\n        return READ\n\n"
    "    def __call__(self, a):\n        CALLED\n        SLEEP\n        return a, self.look\n\n\nSLOW = SLOW_class()",
    "by a closure": "def SLOW_make(scale):\n    def SLOW(a):\n        CALLED\n        SLEEP\n        return a * scale, READ\n\n    return SLOW\n\n\n"
    "SLOW = SLOW_make(2)",
    "partial": "def SLOW_far(scale, a):\n    CALLED\n    SLEEP\n    return a * scale, READ\n\n\nSLOW = functools.partial(SLOW_far, 3)",
    "wrapped": "def SLOW_deco(f):\n    @functools.wraps(f)\n    def wrapper(*args):\n        return f(*args), READ\n\n    return wrapper\n\n\n"
    "@SLOW_deco\ndef SLOW(a):\n    CALLED\n    SLEEP\n    return a",
    "recursive": "def SLOW(a, depth=2):\n    CALLED\n    if depth == 0:\n        return READ\n    SLEEP\n    return a + SLOW(a, depth - 1)",
    "decorated": "@jit\ndef SLOW(a):\n    CALLED\n    parts = []\n    for y in range(2):\n        parts.append(SLOW_leaf(a + y))\n    return parts\n\n\n"
    "def SLOW_leaf(a):\n    SLEEP\n    return a, READ",
    "returns an object": "class SLOW_result:\n    def __init__(self, a, b):\n        self.a, self.b = a, [b]\n\n    def __str__(self):\n        return f'{self.a} {self.b}'\n\n    __repr__ = __str__\n\n\n"
    "def SLOW(a):\n    CALLED\n    SLEEP\n    return SLOW_result(a, READ)",
    "with and finally": "def SLOW(a):\n    CALLED\n    parts = []\n    try:\n        SLEEP\n        parts.append(READ)\n    finally:\n        parts.append(a)\n    return parts",
    "generator inside": "def SLOW(a):\n    CALLED\n    SLEEP\n    return sum(READ + y for y in range(3)) + a",
    "context": "def SLOW(a, *more, scale=2, **named):\n    CALLED\n    SLEEP\n    return a * scale + len(more) + READ, sorted(named)",
}

SUBJECTS = {
    "loop": "out = []\nfor x in items:\n    out.append(SLOW(x + NEST))\n    STEP\nreturn out",
    "step first": "out = []\nfor x in items:\n    STEP\n    out.append(SLOW(x + NEST))\nreturn out",
    "step between": "out = []\nfor x in items:\n    a = SLOW(x + NEST)\n    STEP\n    b = SLOW(x - 1)\n    out.append((a, b))\nreturn out",
    "argument": "out = []\nfor x in items:\n    out.append(SLOW(x + VALUE + NEST))\nreturn out",
    "condition": "out = []\nfor x in items:\n    if VALUE >= 0:\n        out.append(SLOW(x + NEST))\nreturn out",
    "iterable": "out = []\nfor x in (items if VALUE >= 0 else ()):\n    out.append(SLOW(x + NEST))\nreturn out",
    "comprehension": "return [SLOW(x + NEST) for x in items if aside() is None]",
    "comprehension value": "return [(SLOW(x + NEST), VALUE) for x in items]",
    "comprehension argument": "return {x: SLOW(x + VALUE + NEST) for x in items}",
    "generator": "return list(SLOW(x + VALUE + NEST) for x in items)",
    "sorted": "return sorted((str(SLOW(x + NEST)) for x in items), key=lambda text: (aside(), len(text))[1])",
    "block": "a = SLOW(NEST)\nSTEP\nb = SLOW(2)\nSTEP\nc = SLOW(3)\nreturn a, b, c",
    "display": "return [SLOW(1 + NEST), VALUE, SLOW(2), SLOW(3)]",
    "operands": "return str(SLOW(1)) + str(VALUE) + str(SLOW(2 + NEST))",
    "by aside": "out = []\nfor x in items:\n    aside()\n    out.append(SLOW(x + NEST))\nreturn out",
    "nested": "out = []\nfor x in items:\n    for y in range(2):\n        out.append(SLOW(x + y + NEST))\n    STEP\nreturn out",
    "conditional step": "out = []\nfor x in items:\n    out.append(SLOW(x + NEST))\n    if x % 2:\n        STEP\nreturn out",
    "per item try": "out = []\nfor x in items:\n    try:\n        out.append(SLOW(x + NEST))\n    except ValueError as error:\n        out.append(error.args)\n        STEP\nreturn out",
    "step in finally": "out = []\nfor x in items:\n    try:\n        out.append(SLOW(x + NEST))\n    finally:\n        STEP\nreturn out",
    "chain": "out = []\nfor x in items:\n    a = SLOW(x + NEST)\n    b = SLOW(len(str(a)))\n    STEP\n    out.append((a, b))\nreturn out",
    "enumerate": "out = {}\nfor n, x in enumerate(items):\n    out[n] = SLOW(x + NEST)\n    STEP\nreturn out",
    "break on item": "out = []\nfor x in items:\n    if x == 9:\n        STEP\n        break\n    out.append(SLOW(x + NEST))\n    STEP\nreturn out",
    "local function": "def near(a):\n    return SLOW(a + NEST)\n\nout = []\nfor x in items:\n    out.append(near(x))\n    STEP\nreturn out",
    "printing": "out = []\nfor x in items:\n    out.append(SLOW(x + NEST))\n    print(x, out[-1])\n    STEP\nreturn out",
    "result used": "total = 0\nfor x in items:\n    r = SLOW(x + NEST)\n    total += len(str(r))\n    STEP\nreturn total",
    "twice in one": "out = []\nfor x in items:\n    out.append((SLOW(x), SLOW(x + NEST), VALUE))\nreturn out",
    "arguments in order": "out = []\nfor x in items:\n    out.append(str(SLOW(x)) + str(len(str((VALUE, SLOW(NEST))))))\nreturn out",
    "early return": "out = []\nfor x in items:\n    if x > 100:\n        return out\n    out.append(SLOW(x + NEST))\n    STEP\nreturn out",
    "while": "out = []\nk = 0\nwhile k < 2:\n    k += 1\n    for x in items:\n        out.append(SLOW(x + NEST))\n        STEP\nreturn out",
    "lambda": "look = lambda a: SLOW(a + NEST)\nout = [look(x) for x in items]\nSTEP\nout.append(SLOW(4))\nreturn out",
    "no step": "out = []\nfor x in items:\n    out.append(SLOW(x + NEST))\nreturn out",
}

FRAMES = {
    "function": "@jit\ndef subject(items):\nBODY",
    "method": "class Holder:\n    @jit\n    def run(self, items):\n@BODY\n\n\nHOLDER = Holder()\n\n\ndef subject(items):\n    return HOLDER.run(items)",
    "class method": "class Holder:\n    @classmethod\n    @jit\n    def run(cls, items):\n@BODY\n\n\ndef subject(items):\n    return Holder.run(items)",
    "closure": "def make(extra):\n    @jit\n    def subject(items):\n@BODY\n\n    return subject\n\n\nsubject = make([1])",
}

MAIN = """\
def main():
    items = ITEMS
    results = []
    for turn in range(TURNS):
        try:
            results.append(CALL)
        except Exception as error:
            results.append(("left", repr(error), traceback.format_exc()))
        BETWEEN
    return results, items
"""

CALLS = {
    "plain": "subject(items)",
    "under a lock": "with_lock(subject, items)",
    "in a handler": "in_handler(subject, items)",
    "in a thread": "in_thread(subject, items)",
    "tuple": "subject(tuple(items))",
    "iterator": "subject(iter(items))",
}

CALLERS = """\
LOCK = threading.RLock()


def with_lock(f, items):
    with LOCK:
        return f(items)


def in_handler(f, items):
    try:
        raise KeyError("outer")
    except KeyError:
        return f(items)


def in_thread(f, items):
    out = []

    def run():
        try:
            out.append(f(items))
        except Exception as error:
            out.append(("left", repr(error)))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return out
"""
