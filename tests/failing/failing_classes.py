"""The head of each program: objects, iterators and functions that fail for some items, in each special method."""

HEAD = '''
import collections
import contextlib
import enum
import functools
import itertools
import json
import re
import time
from dataclasses import dataclass
from xcs import jit

class Oops(Exception):
    pass

def model(h):
    time.sleep(1e-6)
    return str(h)

def bad(x):
    return x in ("b", "d")

class Truth:
    def __init__(self, x): self.x = x
    def __bool__(self):
        if bad(self.x): raise EXC(self.x)
        return True
    def __len__(self):
        if bad(self.x): raise EXC(self.x)
        return 2
    def __hash__(self):
        if bad(self.x): raise EXC(self.x)
        return 1
    def __eq__(self, other):
        if bad(self.x): raise EXC(self.x)
        return False
    def __lt__(self, other):
        if bad(self.x): raise EXC(self.x)
        return False
    def __str__(self):
        if bad(self.x): raise EXC(self.x)
        return "t"
    def __repr__(self):
        if bad(self.x): raise EXC(self.x)
        return "t"
    def __contains__(self, y):
        if bad(self.x): raise EXC(self.x)
        return False
    def __iter__(self):
        if bad(self.x): raise EXC(self.x)
        return iter(["p", "q"])
    def __getitem__(self, k):
        if bad(self.x): raise EXC(self.x)
        return k
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        if bad(self.x): raise EXC(self.x)
        return 3
    def __enter__(self):
        if bad(self.x): raise EXC(self.x)
        return self
    def __exit__(self, *a):
        return None
    def __call__(self):
        if bad(self.x): raise EXC(self.x)
    def __format__(self, spec):
        if bad(self.x): raise EXC(self.x)
        return "f"
    def __add__(self, o):
        if bad(self.x): raise EXC(self.x)
        return 1
    def __iadd__(self, o):
        if bad(self.x): raise EXC(self.x)
        return self
    def __neg__(self):
        if bad(self.x): raise EXC(self.x)
        return 1
    def __index__(self):
        if bad(self.x): raise EXC(self.x)
        return 1
    def __setitem__(self, k, v):
        if bad(self.x): raise EXC(self.x)
    def __delitem__(self, k):
        if bad(self.x): raise EXC(self.x)
    def __del__(self):
        pass
    @property
    def prop(self):
        if bad(self.x): raise EXC(self.x)
        return 1
    @prop.setter
    def prop(self, v):
        if bad(self.x): raise EXC(self.x)

class Exits:
    def __init__(self, x): self.x = x
    def __enter__(self): return self
    def __exit__(self, *a):
        if bad(self.x): raise EXC(self.x)

class Steps:
    def __init__(self, x): self.x, self.n = x, 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 2:
            if bad(self.x): raise EXC(self.x)
            raise StopIteration
        return self.n

class Desc:
    def __init__(self, x):
        if bad(x): raise EXC(x)

@dataclass
class Data:
    x: str
    def __post_init__(self):
        if bad(self.x): raise EXC(self.x)

class Color(enum.Enum):
    a = 1
    c = 2
    e = 3

def gen(x):
    yield 1
    if bad(x): raise EXC(x)
    yield 2

def gen2(x):
    yield from gen(x)

def gen3(x):
    try:
        yield 1
    finally:
        if bad(x): raise EXC(x)

@contextlib.contextmanager
def ctx(x):
    yield x
    if bad(x): raise EXC(x)

@contextlib.contextmanager
def ctx2(x):
    if bad(x): raise EXC(x)
    yield x

def check(x, n):
    if n and bad(x): raise EXC(x)
    return n

def deco(f):
    @functools.wraps(f)
    def inner(x):
        if bad(x): raise EXC(x)
        return f(x)
    return inner

@deco
def decorated(x): return x

NAMES = {"a": 1, "c": 2, "e": 3}
LISTS = {"a": [1, 2], "b": None, "c": [1, 2], "d": 5, "e": [3, 4]}
PAIRS = {"a": [1, 2], "b": [1], "c": [1, 2], "d": [1, 2, 3], "e": [3, 4]}
TEXTS = {"a": "1", "b": "x", "c": "2", "d": "", "e": "3"}


def ask(x):
    time.sleep(1e-6)
    if bad(x): raise EXC(x)
    return x

def helped(x):
    first = ask("a")
    return first + ask(x)

def cleaned(x):
    try:
        return ask(x)
    except ZeroDivisionError:
        return "zero"
    finally:
        NAMES.get(x)

def twice(x):
    for turn in range(2):
        try:
            return ask(x)
        except EXC:
            if turn:
                raise

def asked(x):
    yield ask("a")
    yield ask(x)

class Asker:
    def __init__(self, x): self.x = x
    def ask(self): return ask(self.x)
    @property
    def answer(self): return ask(self.x)
    def __getitem__(self, key): return ask(key)
'''
