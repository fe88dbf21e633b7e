"""Programs whose rounds change a list, a number, a text, an object and a table, in a statement or two each, and ask
with what these hold: in one loop, or for each of several in an outer one.
"""

from __future__ import annotations

import random
from textwrap import indent

from tests.programs import Program

NAMES = frozenset({"ask", "rate"})
HEAD = """
import heapq
import json
import time
from collections import deque
from dataclasses import dataclass, field
from xcs import jit

def ask(x, *more):
    time.sleep(0.001)
    if x == BAD: raise ValueError(x)
    return "a" + str((x, *more))[:9]
def rate(x):
    time.sleep(0.001)
    return len(str(x)) * 7 % 5

BAD = None

@dataclass
class Turn:
    who: str
    texts: list = field(default_factory=list)
    def __len__(self): return len(self.texts)
    def say(self, t): self.texts.append(t); return self
    @property
    def last(self): return self.texts[-1] if self.texts else ""
def tail(xs, n=2): return xs[-n:]
def joined(xs): return "|".join(map(str, xs))
def pick(xs): return max(xs, key=len) if xs else None
def put(to, x):
    to.append(x)
    return to
"""
# Statements of a round, over: `h` (a list), `n` (a number), `t` (a Turn), `d` (a table), `s` (a text), `x` (what the
# round is for), `seen` (a set).
STEPS = (
    "h.append(ask(x))",
    "h.append(ask(joined(h)))",
    "h.append(ask(s, n))",
    "s = ask(s)",
    "s += ask(x)",
    "n += rate(x)",
    "n = rate(h)",
    "d[x] = ask(n)",
    "d[n] = ask(x)",
    "d.setdefault(x % 2, []).append(ask(x)) if not isinstance(d.get(x % 2), str) else None",
    "t.say(ask(x))",
    "t.say(ask(t.last))",
    "t.texts = [*t.texts, ask(len(t))]",
    "h = [ask(y) for y in tail(h)] + [x]",
    "h = [*h, ask(len(h))]",
    "h = h + [rate(x)]",
    "h[-1:] = [ask(h[-1])] if h else []",
    "h.insert(0, ask(x))",
    "h, k = h[1:], ask(h[:1])",
    "k = h; k.append(ask(x))",
    "k = list(h); k.append(ask(x)); s = joined(k)",
    "if len(h) > 2: h.pop(0)",
    "if len(h) % 2: h.append(rate(n))",
    "if h and len(t) > 1: s = ask(h[0], t.last)",
    'if not h: h.append("first")',
    "if n > 3: n = 0",
    "if s in h: n += 1",
    'if h and h[-1] == s: h.append("same")',
    "if t: h.append(t.last)",
    "while len(h) > 4: h.pop()",
    "for y in h[-2:]: n += rate(y)",
    "for i, y in enumerate(h): h[i] = y if i else ask(y)",
    "h.sort(key=str)",
    "h.reverse()",
    "h.extend(t.texts)",
    "best = pick([str(y) for y in h]); s = best or s",
    "n = sum(rate(y) for y in tail(h))",
    "a, *b = [*h, ask(x)]; s = str(a); n = len(b)",
    't = Turn("u", h)',
    't = Turn("u", list(h))',
    "put(h, ask(s))",
    "h = put(h, ask(n))",
    "print(x, n, len(h))",
    "print(s, h)",
    'd = {**d, "k": ask(s)}',
    'd["h"] = h',
    'h = d.get("h", h)',
    'm = {"messages": h, "n": n}; s = ask(json.dumps(m))',
    'msgs = [{"role": "u", "c": y} for y in h]; s = ask(msgs)',
    "h = h[-3:]",
    "del h[:1]",
    "k = min(len(h), 3); n += rate(k)",
    "n = h.count(s) + len(h)",
    "h += [ask(x), rate(n)]",
    "q = deque(h, maxlen=2); q.append(ask(x)); s = joined(q)",
    's = f"{s[:3]}{ask(x)}{len(h)}"',
    "s = ask(x) if len(h) < 3 else s",
    "ok = rate(x) > 2 and len(h) < 5; n += ok",
    "ok = len(h) < 5 or rate(s); n += bool(ok)",
    "x = ask(x) if n % 2 else x",
    "h.append((ask(x), rate(n)))",
    "h.append([ask(x)]); h[-1].append(rate(n))",
    'h.append({"a": ask(x)}); h[-1]["b"] = len(h)',
    "if len(h) > 6: break",
    "if n > 8: break",
    "if rate(x) == 9: continue",
    'y = next((y for y in h if str(y).startswith("a")), None); s = ask(y)',
    "seen.add(s); n += len(seen)",
    "if s in seen: s = ask(s, 1)\nelse: seen.add(s)",
    "first = h[0] if h else None; n += first is s",
    'try: h.append(ask(n))\nexcept ValueError: h.append("bad")',
    "try: s = ask(x)\nexcept ValueError as e: s = str(e); n += 1",
    "try: s = ask(joined(h)); h.append(s)\nexcept ValueError: break",
    "heap = [(len(str(y)), i) for i, y in enumerate(h)]; heapq.heapify(heap); n += heap[0][0] if heap else 0",
    "h = sorted({str(y): rate(y) for y in h})",
    "g = (ask(y) for y in tail(h)); s = joined(g)",
    "h = list(map(ask, tail(h)))",
    "h = [y for y in h if rate(y) > 1]",
    "h = [y for y in map(str, h) if len(y) < 30][:5]",
)
LOOPS = (
    "for x in items:",
    "for x in range(len(items)):",
    "for x, _ in zip(items, items):",
    "while left:\n    x = left.pop(0)",
    "while n < 12 and (x := left.pop() if left else None) is not None:",
    "for r in range(2):\n  for x in items:",
)
SUBJECT = """

@jit
def subject(items):
    out = []
    OUTER
        h, n, t, d, s, seen, left = [], 0, Turn("a"), {}, "q", set(), list(items)
ROUNDS
        out.append((h, n, t, d, s, len(seen), left))
    return out


def main():
    global BAD
    BAD = FAILS
    try:
        return subject([1, 2, 3, 4])
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        return "left", repr(error)
"""


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    steps = [choice.choice(STEPS) for _ in range(choice.choice((2, 3, 3, 4, 5)))]
    if not any("ask(" in step or "rate(" in step for step in steps):
        steps.append(STEPS[0])
    body = "\n".join(steps)
    loop = choice.choice(LOOPS)
    rounds = indent(f"{loop}\n{indent(body, '    ')}", " " * 8)
    text = SUBJECT.replace("OUTER", choice.choice(("for p in (1, 2, 3):", "if True:"))).replace("ROUNDS", rounds)
    return Program(HEAD + text.replace("FAILS", choice.choice(("None", "None", "2", "3"))), NAMES, NAMES)
