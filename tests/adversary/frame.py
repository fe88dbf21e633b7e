"""What stands around the parts of an adversarial program: imports, forms of the decorated function, `main`."""

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


def same(value, sought, depth=0):
    # Where in a value an object is found, the very one.
    parts = [*value, *value.values()] if type(value) is dict else value if type(value) in (list, tuple) else ()
    found = [depth] if value is sought else []
    return found + [place for part in parts for place in same(part, sought, depth + 1)]


LOG = []
noted_count = [0]
"""

FRAMES = {
    "function": "@jit\ndef subject(items):\nBODY",
    "method": "class Holder:\n    @jit\n    def run(self, items):\n@BODY\n\n\nHOLDER = Holder()\n\n\n"
    "def subject(items):\n    return HOLDER.run(items)",
    "class method": "class Holder:\n    @classmethod\n    @jit\n    def run(cls, items):\n@BODY\n\n\n"
    "def subject(items):\n    return Holder.run(items)",
    "closure": "def make():\n    @jit\n    def subject(items):\n@BODY\n\n    return subject\n\n\nsubject = make()",
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
