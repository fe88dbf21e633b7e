"""Programs in which iterations change a container and look at it, each in one of many ways: what a later call is given,
or whether it is made, rests on what earlier iterations have changed.
"""

from __future__ import annotations

import random
import re

from tests.programs import Program

NAMES = frozenset({"ask", "rate"})
HEAD = """
import array
import bisect
import collections
import copy
import heapq
import io
import itertools
import json
import queue
import time
import types
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from xcs import jit

def ask(x):
    time.sleep(0.001)
    return x * 3 + 1

def rate(x):
    time.sleep(0.001)
    return x

@dataclass
class Box:
    held: object = None
    n: int = 0
    total = 0

    def add(self, x): self.held.append(x)
    def size(self): return len(self.held)
    def __len__(self): return self.n
    @property
    def some(self): return bool(self.held)

class Bag:
    def __init__(self): self.held, self.last, self.on = [], 0, False
    def add(self, x): self.held.append(x)
    def __len__(self): return len(self.held)
    def __bool__(self): return self.on or self.last > 3
    def __contains__(self, x): return x in self.held
    def __iter__(self): return iter(self.held)
    def __getitem__(self, k): return self.held[k] if k < len(self.held) else 0
    def __setitem__(self, k, x): self.last = x
    def __call__(self, x=0): return self.last + x
    def __eq__(self, other): return self.last == other
    def __lt__(self, other): return self.last < other
    def __str__(self): return 'x' * len(self.held)
    def __format__(self, spec): return 'y' * self.last
    def __add__(self, x): return self.last + x
    def __iadd__(self, x):
        self.last += x
        return self
    def __int__(self): return self.last
    def __neg__(self): return -self.last
    def __enter__(self): return self.last
    def __exit__(self, *_): return False
    def __index__(self): return min(self.last, 2)
    @classmethod
    def count(cls): return getattr(cls, 'total', 0)

class Own(list):
    def add(self, x): self.append(x)
class OwnDict(dict):
    def __missing__(self, k): return 0

G, ITEMS, REGISTRY = 0, [], {}
def bump(by=1):
    global G
    G += by
def current(): return G
def remember(x): REGISTRY.setdefault(x % 3, []).append(x)
def known(x): return x in REGISTRY
def put(to, x): to.append(x)
def first(of): return of[0] if of else 0
"""
# Of each kind of container: how it begins, the ways to change it, and the ways to look at it.
LISTS = (
    "[]",
    (
        "C.append(x)",
        "C.append(ask(x))",
        "C += [x]",
        "C.extend([x, ask(x)])",
        "C.insert(0, x)",
        "C[:] = [*C, x]",
        "put(C, ask(x))",
        "C.append(x)\nC.reverse()",
        "if x % 2:\n    C.append(x)",
        "C.append([x])",
        "C.append(x) if x > 2 else None",
        "[C.append(y) for y in range(x % 3)]",
        "C.extend(y for y in range(x % 2))",
        "C.append(x)\nif x % 3 == 0:\n    C.pop()",
        "C.append(x)\nif x == 3:\n    C.clear()",
        "C.append(x)\nif x == 3:\n    del C[0]",
        "C.append(ask(x))\nC[-1] = x",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = bool(C) + 0",
        "v = x in C",
        "v = C.count(x - 1)",
        "v = len(str(C))",
        "v = len(f'{C}')",
        "v = len([*C])",
        "v = sum(1 for _ in C)",
        "v = C == []",
        "v = C != []",
        "v = len(C[1:])",
        "v = C and 1 or 0",
        "v = len(list(C))",
        "v = len(sorted(C, key=str))",
        "v = any(True for _ in C)",
        "v = C.__len__()",
        "v = len(tuple(reversed(C)))",
        "v = len(C + [1])",
        "v = len(C * 2)",
        "v = len(json.dumps(C))",
        "v = len(copy.copy(C))",
        "v = max(len(C), 1)",
        "v = bool(first(C))",
        "a, *b = [0, *C]\nv = len(b)",
        "v = 0\nfor y in C:\n    v += 1",
        "v = 0\nwhile v < len(C):\n    v += 1",
        "v = len([y for y in C if y])",
        "v = next((1 for _ in C), 0)",
        "v = len(list(zip(C, C)))",
        "v = len(list(enumerate(C)))",
        "try:\n    v = bool(C[0]) + 1\nexcept IndexError:\n    v = 0",
        "v = len('%s' % (C,))",
        "v = len(' '.join(map(str, C)))",
        "v = C > []",
        "match C:\n    case []:\n        v = 0\n    case _:\n        v = 1",
        "v = len(list(itertools.chain(C, C)))",
        "v = len(repr(C))",
        "v = len(max(C, [], key=str) if C and isinstance(C[0], list) else [])",
        "v = len(C.copy())",
        "v = min([len(C), 2])",
        "v = len(list(filter(None, C)))",
        "v = len(list(map(str, C)))",
        "v = len(dict(enumerate(C)))",
        "v = len({str(y) for y in C})",
    ),
)
DICTS = (
    "{}",
    (
        "C[x] = 1",
        "C[x] = ask(x)",
        "C[x % 2] = x",
        "C.update({x: 1})",
        "C.update(k=x)",
        "C.setdefault(x % 3, []).append(x)",
        "C |= {x: 2}",
        "C['n'] = C.get('n', 0) + 1",
        "C[x] = 1\nif x == 3:\n    C.clear()",
        "C[x] = 1\nC.pop(x - 1, None)",
        "C[ask(x)] = x",
        "C[x] = [x]",
        "C[x] = 1\nif x == 4:\n    del C[x]",
        "C[x] = C.copy()",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = x - 1 in C",
        "v = C.get(x - 1, 0)\nv = len(str(v))",
        "v = len(C.keys())",
        "v = len([*C])",
        "v = len(list(C.items()))",
        "v = sum(1 for _ in C.values())",
        "v = C == {}",
        "v = len({**C})",
        "v = len(json.dumps(str(C)))",
        "v = len(f'{C}')",
        "v = bool(C.keys() & {1, 2}) + 0",
        "v = len(dict(C))",
        "v = max(C, default=0, key=str)\nv = len(str(v))",
        "v = any(C.values()) + 0",
        "v = 0\nfor k in C:\n    v += 1",
        "v = 0\nfor k, w in C.items():\n    v += 1",
        "v = len(sorted(C, key=str))",
        "try:\n    v = 1 if C[1] else 2\nexcept KeyError:\n    v = 0",
        "v = C and 1 or 0",
        "v = len(C | {0: 1})",
        "match C:\n    case {1: _}:\n        v = 1\n    case _:\n        v = 0",
        "v = len(list(reversed(C)))",
        "v = len(C.copy())",
        "v = next(iter(C), 0)\nv = len(str(v))",
        "v = len({k: 1 for k in C})",
        "v = len(list(zip(C, C.values())))",
    ),
)
SETS = (
    "set()",
    (
        "C.add(x)",
        "C.add(x % 2)",
        "C |= {x}",
        "C.update([x, x + 1])",
        "C.add(ask(x))",
        "C.add(x)\nC.discard(x - 2)",
        "C.add(x)\nif x == 3:\n    C.clear()",
        "C ^= {x % 3}",
        "C.add(x)\nC -= {3}",
        "C.symmetric_difference_update({x % 4})",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = x - 1 in C",
        "v = x not in C",
        "v = len(C & {1, 2, 3})",
        "v = C == set()",
        "v = C.issubset({1, 2, 3})",
        "v = len(sorted(C))",
        "v = sum(C)",
        "v = max(C, default=0)",
        "v = len(C | {0})",
        "v = C <= {1, 2}",
        "v = C.isdisjoint({2})",
        "v = bool(C - {1}) + 0",
        "v = len([*C])",
        "v = len(frozenset(C))",
        "v = any(C) + 0",
        "v = len(C.copy())",
        "v = {1} <= C",
        "v = len({y for y in C})",
        "v = C and 1 or 0",
    ),
)
DEQUES = (
    "deque()",
    (
        "C.append(x)",
        "C.appendleft(ask(x))",
        "C.extend([x])",
        "C += [x]",
        "C.append(x)\nif len(C) > 2:\n    C.popleft()",
        "C.append(x)\nC.rotate(1)",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = x in C",
        "v = sum(1 for _ in C)",
        "v = len(list(C))",
        "v = C == deque()",
        "v = C[0] if C else 0",
        "v = len(str(C))",
        "v = C.count(x - 1)",
    ),
)
COUNTS = (
    "Counter()",
    ("C[x % 2] += 1", "C.update([x])", "C.update({'n': x})", "C[ask(x)] += 1", "C.subtract([x])"),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = C[x % 2]",
        "v = sum(C.values())",
        "v = len(C.most_common(2))",
        "v = x in C",
        "v = C.total()",
        "v = len(list(C.elements()))",
    ),
)
GROUPS = (
    "defaultdict(list)",
    ("C[x % 2].append(x)", "C[x].append(ask(x))", "C[x % 3] += [x]", "C['a']"),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = len(C[x % 2])",
        "v = sum(map(len, C.values()))",
        "v = x in C",
        "v = len(C.get(1, []))",
        "v = 1 if C[0] else 0",
    ),
)
BOXES = (
    "Box([])",
    (
        "C.add(x)",
        "C.held.append(ask(x))",
        "C.n += 1",
        "C.held = [*C.held, x]",
        "put(C.held, x)",
        "C.n = ask(x)",
        "C.held += [x]\nC.n = 1",
        "setattr(C, 'n', x)",
        "C.__dict__['n'] = x",
        "vars(C).update(n=x)",
        "C.n, C.held = x, [x]",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = C.size()",
        "v = C.some + 0",
        "v = len(C.held)",
        "v = 1 if C.held else 0",
        "v = C.n",
        "v = int(not C.held)",
        "v = getattr(C, 'n')",
        "v = C == Box([])",
        "v = len(str(C))",
        "v = len(str(vars(C)))",
        "v = len(copy.copy(C).held)",
        "v = len(C.held) + C.n",
        "v = bool(C.held and C.held[0])",
    ),
)
NUMBERS = (
    "0",
    (
        "C += 1",
        "C += ask(x)",
        "C = C + x % 2",
        "C = max(C, x)",
        "C = x if x % 2 else C",
        "C, _ = C + 1, x",
        "C -= x",
        "(C := C + 1)",
        "for C in range(x):\n    pass",
        "C ^= x",
    ),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = C",
        "v = C > 3",
        "v = len(str(C))",
        "v = C % 2",
        "v = abs(C)",
        "v = C == 2",
        "v = -C",
        "v = f'{C}' and C",
        "v = 3 <= C < 9",
    ),
)
TEXTS = (
    "''",
    ("C += str(x)", "C = C + 'a' * (x % 2)", "C = f'{C}{ask(x)}'", "C = C.strip() or str(x)", "C = ' '.join([C, 'b'])"),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = 'a' in C",
        "v = C > '2'",
        "v = C.count('1')",
        "v = len(C.split())",
    ),
)
STREAMS = (
    "io.StringIO()",
    ("C.write(str(x))", "C.write('a' if x % 2 else '')", "print(x, file=C)", "C.writelines([str(x)])", "C.truncate(x)"),
    ("v = len(C.getvalue())", "v = C.tell()", "v = int(not C.getvalue())", "C.seek(0)\nv = len(C.read())"),
)
QUEUES = (
    "queue.Queue()",
    ("C.put(x)", "C.put(ask(x))", "C.put(x)\nif x == 3:\n    C.get()", "C.put_nowait(x)"),
    ("v = C.qsize()", "v = int(C.empty())", "v = 0 if C.empty() else C.get()", "v = len(C.queue)"),
)
SPACES = (
    "types.SimpleNamespace(n=0, held=[])",
    ("C.n += 1", "C.held.append(x)", "C.other = x", "setattr(C, 'n', x)", "vars(C)['n'] = x", "C.n = ask(x)"),
    (
        "v = C.n",
        "v = len(C.held)",
        "v = 1 if C.held else 0",
        "v = hasattr(C, 'other') + 0",
        "v = getattr(C, 'other', 0)",
        "v = len(vars(C))",
    ),
)
BYTES = (
    "bytearray()",
    ("C.append(x)", "C += b'a'", "C.extend([x])", "C[:0] = bytes([x])", "C.append(x)\nif x == 3:\n    C.clear()"),
    (
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(C)",
        "v = x - 1 in C",
        "v = sum(C)",
        "v = len(bytes(C))",
        "v = len(C.hex())",
    ),
)
SORTED = (
    "[5, 0]",
    (
        "heapq.heappush(C, x)",
        "bisect.insort(C, x)",
        "C.sort()\nC.append(x)",
        "heapq.heappushpop(C, x)",
        "heapq.heapify(C)\nC[0] = x",
    ),
    (
        "v = C[0]",
        "v = len(heapq.nsmallest(3, C))",
        "v = bisect.bisect(C, 3)",
        "v = C[-1]",
        "v = heapq.heappop(C) if len(C) > 1 else 0",
    ),
)
MODULES = (
    "0",
    (
        "global G\nG += 1",
        "global G\nG = ask(x)",
        "bump()",
        "globals()['G'] = x",
        "ITEMS.append(x)",
        "bump(x)",
        "Box.total += 1",
        "ask.n = x",
        "bump.__dict__['n'] = x",
        "REGISTRY[x] = x",
        "remember(x)",
    ),
    (
        "v = G",
        "v = current()",
        "v = len(ITEMS)",
        "v = 1 if ITEMS else 0",
        "v = Box.total",
        "v = Box().total",
        "v = getattr(ask, 'n', 0)",
        "v = globals()['G']",
        "v = len(REGISTRY)",
        "v = 1 if REGISTRY else 0",
        "v = x - 1 in REGISTRY",
        "v = known(x - 1) + 0",
        "v = getattr(bump, 'n', 0)",
    ),
)
OTHERS = (  # names for one container, and what was made of it before
    "[0]",
    (
        "e.append(x)",
        "C.append(x)",
        "k(x)",
        "e += [ask(x)]",
        "C.insert(0, x)",
        "nested['c'].append(x)",
        "del e[:1]\nC.append(x)",
    ),
    (
        "v = len(C)",
        "v = len(e)",
        "v = size()",
        "v = size() + len(e)",
        "v = next(later, 0)",
        "v = 1 if e[1:] else 0",
        "v = max(*C, 0, 1)",
        "v = len(nested['c'])",
        "v = sum(map(len, nested.values()))",
        "v = len(list(itertools.islice(C, 3)))",
        "v = e == C and len(e)",
        "def inner(n=len(C)):\n    return n\nv = inner()",
        "v = (lambda: len(e))()",
        "v = sum(1 for y in e if y)",
    ),
)
VIEWS = (
    "{}",
    (
        "C[x] = x",
        "e[x] = ask(x)",
        "e.update(n=x)",
        "C.setdefault('l', []).append(x)",
        "nested['c'][x] = 1",
        "if x == 4:\n    e.clear()\nC[x] = 2",
    ),
    (
        "v = len(keys)",
        "v = x - 1 in keys",
        "v = len(list(values))",
        "v = 1 if keys else 0",
        "v = int(not pairs)",
        "v = sum(1 for _ in pairs)",
        "v = len(e)",
        "v = 1 if e else 0",
        "v = size()",
        "v = len(collections.ChainMap(C, e))",
        "v = len(dict(**{str(y): y for y in keys}))",
        "v = len({**e})",
        "v = len(' '.join(map(str, values)))",
    ),
)
BAGS = (
    "Bag()",
    (
        "C.add(x)",
        "C.last = x",
        "C[0] = x",
        "C += x",
        "C.held.append(ask(x))",
        "C.on = x > 2",
        "C.last = ask(x)",
        "Bag.total = x",
        "C.held = [x]",
        "setattr(C, 'last', x)",
    ),
    (
        "v = len(C)",
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = x - 1 in C",
        "v = sum(1 for _ in C)",
        "v = C[0]",
        "v = C()",
        "v = C == 3",
        "v = C < 4",
        "v = len(str(C))",
        "v = len(f'{C}')",
        "v = C + 1",
        "v = int(C)",
        "v = -C",
        "with C as v:\n    pass",
        "v = [5, 6, 7][C]",
        "v = C.count()",
        "v = Bag.count()",
        "v = len([*C])",
        "v = C and 1 or 0",
        "v = max(C, default=0)",
        "v = bool(C) + 0",
        "v = any(C) + 0",
        "v = hash(C.last)",
        "v = len(list(map(str, C)))",
        "v = 0\nwhile C and v < 2:\n    v += 1",
        "v = C != 3",
    ),
)
OWNS = (
    "Own()",
    (
        "C.add(x)",
        "C.append(ask(x))",
        "C += [x]",
        "C.extend([x])",
        "C.add(x)\nif x == 3:\n    C.clear()",
        "C.insert(0, x)",
    ),
    (
        "v = len(C)",
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = x in C",
        "v = C == []",
        "v = C[0] if C else 0",
        "v = len(list(C))",
        "v = sum(C)",
        "v = len(C[1:])",
        "v = 0\nwhile C and v < 2:\n    v += 1",
    ),
)
OWN_DICTS = (
    "OwnDict()",
    ("C[x] = 1", "C[x] = ask(x)", "C['n'] += 1", "C.update(n=x)", "C.setdefault(x, []).append(1)"),
    (
        "v = len(C)",
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = C['n']",
        "v = x - 1 in C",
        "v = len(list(C))",
        "v = len(C.keys())",
        "v = C.get('n', 0)",
        "v = C == {}",
    ),
)
ITERATORS = (
    "iter([1, 0, 2, 3, 0, 4, 5, 6, 7, 8])",
    (
        "next(C)",
        "next(C, None)",
        "out.append(next(C, 0))",
        "y = ask(next(C, 0))",
        "for _ in C:\n    break",
        "if x % 2:\n    next(C, 0)",
    ),
    (
        "v = next(C, 0)",
        "v = len(list(itertools.islice(C, 1)))",
        "v = C.__length_hint__()",
        "v = sum(itertools.islice(C, 2))",
        "v = 3 in C",
        "a, b = next(C, 1), next(C, 2)\nv = a + b",
    ),
)
ORDERED = (
    "OrderedDict(a=0)",
    ("C[x] = 1", "C.move_to_end('a')", "C.popitem(last=False)\nC[x] = x", "C['a'] = ask(x)", "C.update({x: x})"),
    (
        "v = len(C)",
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = len(str(next(iter(C))))",
        "v = list(C).index('a') if 'a' in C else 9",
        "v = x in C",
        "v = len(str(C))",
        "v = len(str(list(reversed(C))[0]))",
    ),
)
LINES = (
    "array.array('i')",
    ("C.append(x)", "C.extend([x, 1])", "C.insert(0, x)", "C.append(ask(x))"),
    (
        "v = len(C)",
        "v = 1 if C else 0",
        "v = int(not C)",
        "v = x in C",
        "v = sum(C)",
        "v = C[-1] if C else 0",
        "v = len(C.tolist())",
        "v = C.count(1)",
    ),
)
KINDS = (
    BAGS, BAGS, BAGS, OWNS, OWN_DICTS, ITERATORS, ORDERED, LINES,
    LISTS, LISTS, LISTS, DICTS, DICTS, SETS, DEQUES, COUNTS, GROUPS, BOXES, BOXES, NUMBERS, TEXTS, STREAMS, QUEUES,
    SPACES, BYTES, SORTED, MODULES, MODULES, OTHERS, OTHERS, VIEWS, VIEWS,
)  # fmt: skip
NAMED = {
    id(OTHERS): "e, k, later, nested = c, c.append, iter(c), {'c': c}\n    size = c.__len__",
    id(
        VIEWS
    ): "e, nested, keys, values, pairs = c, {'c': c}, c.keys(), c.values(), c.items()\n    size = lambda: len(e)",
}
PLACES = ("c", "c", "c", "c", 't["c"]', "box.held", "HELD[0]", "pair[1]")
THROUGH = (  # what is asked in a function made for it
    "v = (lambda: {})()",
    "f = lambda: {}\nv = f()",
    "def f():\n    return {}\nv = f()",
    "v = [{} for _ in (1,)][0]",
    "v = next({} for _ in (1,))",
    "v = max((1, 2), key=lambda n: {})\nv = {}",
    "f = lambda n={}: n\nv = f()",
    "v = list(map(lambda n: {}, (1,)))[0]",
)
CALLS = (
    "out.append(rate(v))",
    "if v:\n    out.append(rate(x))",
    "if not v:\n    out.append(rate(x))",
    "out.append(rate(x) if v else 0)",
    "out += [rate(y) for y in range(int(v) % 3)]",
)
SUBJECT = """
HELD = [None]

@jit
def subject(items, c, box):
    out, t, pair = [], {{}}, [0, 0]
    {begins}
    for x in items:
        {body}
    return out, {place}


def main():
    return subject([1, 2, 3, 4, 5, 6], {begin}, Box())
"""


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    kind = choice.choice(KINDS)
    begin, changes, looks = kind
    place = "c" if id(kind) in NAMED else choice.choice(PLACES)
    look = choice.choice(looks)
    if "\n" not in look and choice.random() < 0.3:
        look = choice.choice(THROUGH).replace("{}", look.removeprefix("v = "))
    parts = [choice.choice(changes), f"{look}\n{choice.choice(CALLS)}"]
    if choice.random() < 0.3:
        parts.append(choice.choice(changes))
    choice.shuffle(parts)
    body = "\n".join(parts).replace("\n", "\n        ")
    begins = f"{place} = {begin}" if choice.random() < 0.7 or place != "c" else "pass"
    if "global G" in body:
        body, begins = body.replace("global G\n        ", ""), f"global G\n    {begins}"
    begins += "\n    " + NAMED.get(id(kind), "pass")
    text = re.sub(r"\bC\b", place, SUBJECT.format(begins=begins, body=body, place=place, begin=begin))
    if place != "c":
        text = text.replace(f"({place} := {place} + 1)", f"{place} += 1")  # which only a variable can be
    return Program(HEAD + text, NAMES, NAMES)
