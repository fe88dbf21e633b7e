"""Programs whose loops go through objects that are there before, each of which asks, remembers and changes as it goes;
beside them what shares, keeps, replaces, counts or compares such objects, or what they hold.
"""

from __future__ import annotations

import random
import re
from textwrap import indent

from tests.programs import Program

NAMES = frozenset({"ask", "rate", "echo", "form"})
HEAD = """
import copy
import json
import os
import re
import time
import weakref
from dataclasses import dataclass, field
from functools import cached_property, partial
from xcs import jit

def ask(x, *more):
    time.sleep(0.001)
    if x == BAD: raise ValueError(x)
    return "a" + ADDRESS.sub("", str((x, *more)))[-9:] + str(len(str(x)) % 7)
def rate(x):
    time.sleep(0.001)
    return len(str(x)) * 7 % 5
def form(x):
    time.sleep(0.001)
    return {"text": ADDRESS.sub("", str(x))[-9:], "n": len(str(x)) % 7}
def echo(x):
    time.sleep(0.001)
    return x
def tail(xs, n=2): return xs[-n:]
def put(to, x):
    to.append(x)
    return to
def bump(who): who.steps += 1
def reset(who): who.said = []
def seen_by(x, seen=[]):
    seen.append(x)
    return len(seen)

ADDRESS = re.compile("0x[0-9a-f]+")
BAD = None
BOARD = []
KEPT = []
TABLE = {}
class Tied:
    def __get__(self, one, cls): return one.n if one is NOTE[0] else 0
class Part:
    def __init__(self, n): self.n, self.texts = n, [f"p{n}"]
    def __repr__(self): return f"P{self.n}"
    def say(self, t):
        self.texts.append(t)
        return t
class Base:
    count = 0
    kind = "base"
    limit = 3
    shared = []
    def __repr__(self): return f"{type(self).__name__}{self.n}"
    @property
    def mine(self): return len(self.said) + self.n
    def run(self, t):
        self.said.append(ask(t, self.mine))
        return self.m0(self.said)
"""
# What a class has beside its methods.
TRAITS = (
    *("",) * 12,
    "def __len__(self): return len(self.said)",
    "def __bool__(self): return self.steps < 2",
    "def __iter__(self): return iter(self.said)",
    "def __eq__(self, o): return isinstance(o, Base) and self.last == o.last\ndef __hash__(self): return hash(self.n)",
    "def __lt__(self, o): return (self.steps, self.n) < (o.steps, o.n)",
    "def __getattr__(self, name): return 7",
    "def __del__(self): Base.count -= 0",
    "def __setattr__(self, name, v): object.__setattr__(self, name, v)",
    "def __getattribute__(self, name):\n    if name == 'last': BOARD.append(0)\n"
    "    return object.__getattribute__(self, name)",
    "def __enter__(self):\n    self.steps += 1\n    return self\ndef __exit__(self, *e): self.steps -= 1",
    "@property\ndef mine(self): return self is NOTE[0]",
    "def me(self): return self\n@property\ndef mine(self): return self.me() == NOTE[0]",
    "@cached_property\ndef mine(self): return self in NOTE",
    "@cached_property\ndef mine(self): return ask(self.n)",
    "@property\ndef mine(self): return self.last[-1]",
    "@property\ndef mine(self): return self.said",
    "@property\ndef mine(self):\n    self.steps += 1\n    return self.steps",
    "@property\ndef mine(self): return 'yes' if self else 'no'\ndef __bool__(self): return self is NOTE[0]",
    "@property\ndef mine(self): return ask(self.said)",
    "@property\ndef mine(self): return self.notes.get('m')\n@mine.setter\ndef mine(self, v): self.notes['m'] = v",
    "mine = Tied()",
    "@property\ndef first(self):\n    self.steps += 1\n    return self.said[0]",
    "def __call__(self, t): return self.m0(t)",
    "def __copy__(self): return self",
    "def __contains__(self, t): return t in self.said",
    "def __getitem__(self, i): return self.said[i]",
    "def __enter__(self): return self\ndef __exit__(self, *e):\n    self.said.append(str(e[0]))\n    return True",
)
BASES = (*("Base",) * 6, "Base, metaclass=Meta", "Mixed", "Made")
FIRST = """
class Meta(type):
    def __call__(cls, *a):
        made = super().__call__(*a)
        made.kind = "meta"
        return made
class Mixed(Base):
    kind = "mixed"
    def note(self, t): self.notes[t] = self.steps
class Made(Base):
    def __init_subclass__(cls, **k): cls.made = []
"""
# What attributes an object has beside those of all of them.
OWN = (
    *("",) * 8,
    "self.log = self.said",
    "self.part = Part(i)",
    "self.part = SOLE",
    "self.near = [self]",
    "self.steps = 1 if i % 2 else 0",
    "self.hook = self.m0",
    "self.hook = lambda t: self.said.append(t)",
    "self.hook = partial(put, self.said)",
    "self.log = tail",
    "self.grid = [[i], []]",
    "self.notes['said'] = self.said",
    "self.shared = SHARED",
    "self.pair = (self.said, self.notes)",
    "self.ref = weakref.ref(self)",
    "self.it = iter(self.said)",
    "self.seen = set()",
    "self.extra = i",
    "if i == 2: self.extra = i",
    "if i == 1: self.said = tuple(self.said)",
    "if i == 1: self.said = None",
    "self.state = {'steps': 0, 'said': []}",
    "BOARD.append(self)",
    "TABLE[i] = self",
    "TABLE[i] = self.said",
)
ASKED = (
    *("t", "self.last", "self.said", "self.said[-2:]", "self.notes", "self.n", "self.steps", "len(self.said)") * 3,
    *("self.mine",) * 6,
    "self", "self.kind", "self.limit", "BOARD",
    "TABLE", "KEPT", "f'{self}'", "f'{self.n} {self.said}'", "str(self.notes)",
    "[*self.said, t]", "{'m': self.said, 't': t}",
    "list(self.notes.items())", "json.dumps(self.said)", "tuple(self.said)",
    "sorted(self.__dict__)", "list(vars(self))", "getattr(self, 'last', 0)",
    "self.notes.get('q')", "self.count", "type(self).count",
    "Base.count", "self.shared", "''.join(self.said)", "[x for x in self.said if x]", "self.said is TABLE.get(1)",
    "self is NOTE[0]", "id(self) == id(NOTE[0])", "self in BOARD",
    "sorted(self.said)", "max(self.said, key=len)", "bool(self)",
    "next(iter(self.said), t)", "NOTE[0].said", "NOTE[0].last",
    "NOTE[0].steps", "copy.copy(self).said", "reversed(self.said) and 1",
    "self == NOTE[0]", "hash(self) % 1", "isinstance(self, Base)", "sum(x.steps for x in NOTE)", "self.said.copy()",
)  # fmt: skip
USUAL = (
    "self.last = ask(A)",
    "self.last = ask(A, self.steps)",
    "self.said.append(ask(A))",
    "self.said.append(str(A))",
    "self.said.append(t)",
    "self.steps += 1",
    "self.steps += rate(A)",
    "self.steps = rate(self.last)",
    "self.notes[self.steps] = ask(A)",
    "self.notes['q'] = A",
    "self.said = [*self.said, ask(A)]",
    "self.said = self.said[-2:]",
    "said = self.said; said.append(ask(t))",
    "t = ask(A)",
    "if rate(A) > 2: return self.last",
    "if self.steps > 3: return self.said",
    "if len(self.said) > 4: self.said.pop(0)",
    "for x in tail(self.said): self.last = ask(x)",
    "for r in range(2):\n    self.said.append(ask(self.last))\n    if self.last[-1:] in '246': break\n"
    "    self.last = ask(r)",
    "while self.steps < 3:\n    self.steps += 1\n    self.said.append(ask(self.steps))",
    "if self.last[-1:] in '135': self.last = ask(self.said)\nelse: self.notes['w'] = self.last",
    "print(self.n, self.steps, len(self.said))",
)
ODD = (
    "d = form(A); d['n'] = self.steps; self.said.append(str(d))",
    "d = form(A); self.notes['d'] = d; d['n'] = self.steps",
    "self.notes.update(form(A))",
    "self.notes['d'] = form(A); self.notes['d']['n'] = self.steps",
    "self.form = form(A)",
    "self.form = form(A); self.form['u'] = ask(A); self.last = ask(self.form)",
    "self.mine = ask(A)",
    "while self:\n    self.steps += 1\n    if self.steps > 3: break\n    self.said.append(ask(A))",
    "x = self and 1; self.last = ask(x == 1)",
    "self.last = ask(1 if self else 2)",
    "self.last = super().run(t)",
    "for x in self.said[:2]: self.last = ask(x, self.mine)",
    "self.pair = (self.said, t)",
    "self.hist = self.said; self.hist.append(ask(A))",
    "self.said, self.old = [], self.said; self.last = ask(self.old)",
    "self.notes, n = {}, self.notes; n['old'] = ask(A)",
    "self.said = sorted(self.said); self.said.append(ask(A))",
    "x = [*self.said]; x.append(ask(A)); self.said = x; x.append(t)",
    "try: self.last = ask(A)\nexcept ValueError: self.last = 'bad'",
    "try: self.said.append(ask(A))\nexcept ValueError as e: self.notes['e'] = str(e)\nfinally: self.steps += 1",
    "for k in range(2):\n    try: self.last = ask(self.n + k); break\n    except ValueError: self.steps += 1",
    "self.last = echo(self.said)[-1]",
    "self.said = echo(self.said)",
    "self.kept = echo(self)",
    "KEPT.append(self.said)",
    "KEPT.append(self)",
    "KEPT.append(len(KEPT))",
    "BOARD.append(self.n)",
    "TABLE[self.n] = self.said",
    "TABLE[self.n] = self.last",
    "TABLE.setdefault(self.n % 2, []).append(self.last)",
    "self.notes['me'] = self",
    "self.notes['said'] = self.said",
    "self.said = SHARED",
    "self.said = NOTE[0].said",
    "self.notes = TABLE",
    "self.said = self.said",
    "self.said = list(self.said)",
    "self.said += [ask(A)]",
    "self.said.extend(x + 'e' for x in tail(self.said))",
    "self.said[:] = self.said[-1:]",
    "self.said.insert(0, ask(A))",
    "del self.said[:-2]",
    "self.said.clear()",
    "self.said.sort()",
    "self.said.reverse()",
    "self.notes.clear()",
    "self.notes.update(k=self.last)",
    "self.notes.pop('q', None)",
    "self.notes |= {'z': t}",
    "self.notes = {**self.notes, 'y': ask(A)}",
    "self.notes.setdefault('l', []).append(self.last)",
    "del self.last; self.last = 'again'",
    "del self.steps; self.steps = 0",
    "self.new = ask(A)",
    "if not hasattr(self, 'new'): self.new = self.last",
    "self.new = getattr(self, 'new', 0) + 1",
    "setattr(self, 'last', ask(A))",
    "setattr(self, 'x' + str(self.steps), t)",
    "self.__dict__['last'] = ask(A)",
    "self.__dict__.update(last=t)",
    "vars(self).update(steps=1)",
    "self.__class__ = Other",
    "type(self).count += 1",
    "Base.count += 1",
    "self.count += 1",
    "Base.kind = self.last",
    "self.kind = self.last",
    "Base.shared.append(self.n)",
    "self.shared.append(t)",
    "self.shared = [*self.shared, t]",
    "self.m0 = lambda t: ask(t)",
    "NOTE[0].steps += 1",
    "NOTE[0].said.append('n')",
    "NOTE[0] = self",
    "if len(NOTE) < 7: NOTE.append(self)",
    "if len(ALL) < 7: ALL.append(self)",
    "other = copy.copy(self); other.said.append(t); self.last = other.last",
    "other = copy.deepcopy(self); other.said.append(t); self.last = ask(other.said)",
    "other = type(self)(self.n); self.last = ask(other.said)",
    "old = self.said; self.said = []; old.append(ask(A))",
    "for x in self.said:\n    if len(self.said) < 5: self.said.append(ask(x))",
    "for x in list(self.notes): self.notes[x] = ask(x)",
    "g = (ask(x) for x in self.said); self.last = ''.join(g)",
    "f = lambda: self.said; self.said = [ask(t)]; self.last = str(f())",
    "f = partial(put, self.said); f(ask(t))",
    "put(self.said, ask(A))",
    "self.said = put(self.said, t)",
    "bump(self)",
    "reset(self)",
    "if seen_by(self.n) > 2: self.last = 'many'",
    "assert self.said, self",
    "if self.last.endswith('5'): raise ValueError(self.said)",
    "try:\n    if rate(t) > 2: raise KeyError(self)\nexcept KeyError as e: KEPT.append(e)",
    "if self is NOTE[0]: self.last = ask('note')",
    "if self in BOARD: self.steps += 1",
    "if self == NOTE[0]: self.last = ask('eq')",
    "if self.said is SHARED: self.last = 'shared'",
    "if not self: self.last = ask('none')",
    "self.last = ask(*self.said[:2])",
    "self.last, self.steps = ask(A), self.steps + 1",
    "(self.said if self.steps % 2 else self.notes.setdefault('l', [])).append(ask(t))",
    "x = self.notes.get('l') or self.said; x.append(t)",
    "with open(PATH, 'a') as f: f.write(str(A))",
    "global BAD; BAD = None",
    "m = self.said.append; m(ask(t)); m(t)",
    "m = self.m0; self.hold = m",
    "self.last = '%s' % (self.said,)",
    "self.last = str(object.__repr__(self) == self.last)",
    "match self.said:\n    case [x, *_]: self.last = ask(x)\n    case _: self.steps += 1",
)
ENDS = (
    *("return self.last", "return ask(self.last)", "return self.said[-1]", "return self.steps") * 3,
    "return self.said", "return self", "return self.notes",
    "return len(self.said)", "return self.said[-2:]", "return str(self.notes)",
    "return (self, self.last)", "return lambda: self.said",
    "pass", "yield ask(self.said)\nself.steps += 1", "return bool(self.said)",
    "return [ask(x) for x in self.said[:2]]", "return {'said': self.said}", "return self.m0", "return iter(self.said)",
)  # fmt: skip
# Statements of the loop, over `a` (an object), `out` (a list), `M`: a call of one of its methods.
LOOP = (
    *("out.append(M)",) * 9,
    *("out.append(a.run(n))", "M") * 2,
    *("s = M; out.append(s)", "a.last = ask(a.said)", "a.last = ask(a.last)", "if M: n += 1") * 2,
    "a.said.append(ask(a.n))",
    "a.said.append(str(n))",
    "a.steps += 1",
    "a.said = M, n",
    "n += a.steps",
    "n += len(a.said)",
    "print(a, n, len(a.said))",
    "out.append(ask(a.said))",
    "out.append(ask(NOTE[0].said))",
    "out.append(ask(len(agents)))",
    "out.append(ask([x.last for x in agents]))",
    "out.append(ask(n))",
    "out.append(a)",
    "out.append(a.said)",
    "out.append(copy.copy(a))",
    "out.append((a, ask(a.n)))",
    "out.append([a.n, list(a.said)])",
    "out.append(lambda: a.said)",
    "if a is NOTE[0]: out.append(ask('note'))",
    "if a in out: break",
    "if a == NOTE[0]: continue",
    "if a.steps > 3: break",
    "if not a.said: continue",
    "if M == 'zz': break",
    "if n > 4: continue",
    "try: out.append(M)\nexcept ValueError as e: out.append(str(e))",
    "try: M\nexcept ValueError: a.said.append('failed')\nelse: n += 1",
    "try: M\nfinally: a.steps += 1",
    "agents[0].said.append('t')",
    "agents[-1].steps += 1",
    "agents[n % 2].last = 'l'",
    "if n < 2: agents.append(type(a)(n + 20)); n += 1",
    "if len(agents) > 3: agents.pop()",
    "agents[1:2] = [a]",
    "a.said, agents[0].said = agents[0].said, a.said",
    "agents[-1].said = a.said",
    "NOTE[0] = a",
    "TABLE[a.n] = M",
    "BOARD.append(M)",
    "BOARD.append(a.n)",
    "w = a.said; out.append(M); w.append('w')",
    "w = a; w.steps += 1; out.append(M)",
    "for b in agents: b.steps += 1",
    "for b in agents[:2]: out.append(ask(b.said))",
    "for b in [a]: out.append(M)",
    "for x in a.said[:2]: out.append(ask(x))",
    "out.extend(ask(x) for x in a.said[:2])",
    "prev.said.append(a.last) if prev else None; prev = a",
    "if prev is not None: out.append(ask(prev.said))\nprev = a",
    "s = ask(s); a.said.append(s)",
    "a.said.append(s); s = M",
    "with a: out.append(M)",
    "list(M or ()) if hasattr(a, 'm0') else 0",
    "out.append(a.limit)",
    "f = a.m0; out.append(f(n))",
    "f = partial(a.m0, n); out.append(f())",
    "out.append(getattr(a, 'm' + str(n % 2))(n))",
    "out.append(Agent.m0(a, n))",
    "bump(a)",
    "put(a.said, ask(a.n))",
    "a.part.say(ask(n)) if hasattr(a, 'part') else None",
    "a.part.texts.append(M) if hasattr(a, 'part') else None",
    "a.part.n = M if hasattr(a, 'part') else 0",
    "a.hook(ask(n)) if hasattr(a, 'hook') else None",
    "a.grid[0].append(ask(n)) if hasattr(a, 'grid') else None",
    "a.seen.add(ask(n)) if hasattr(a, 'seen') else None",
    "a.state['said'].append(ask(n)) if hasattr(a, 'state') else None",
    "a.state['steps'] += rate(a.n) if hasattr(a, 'state') else 0",
)
LOOPS = (
    *("for a in agents:",) * 8,
    *("for n, a in enumerate(agents):",) * 2,
    "for a in tuple(agents):",
    "for a in agents[1:]:",
    "for a in reversed(agents):",
    "for a in sorted(agents, key=lambda x: -x.n):",
    "for a in sorted(agents, key=lambda x: x.steps):",
    "for a in [x for x in agents if x.steps < 3]:",
    "for a in (x for x in agents if x.said):",
    "for a in filter(lambda x: x.steps < 2, agents):",
    "for a, b in zip(agents, agents[1:]):",
    "for a, b in zip(agents, others):",
    "for b, a in zip(agents, others):",
    "for a in table.values():",
    "for k, a in table.items():",
    "for a in [*agents, *others]:",
    "for a in {x.n: x for x in agents}.values():",
    "for a in agents + agents[:1]:",
    "for r in range(2):\n  for a in agents:",
    "for r in range(2):\n  for a in agents[r:]:",
    "for b in agents:\n  for a in others:",
    "for a in set(agents) and agents:",
    "while left:\n    a = left.pop(0)",
    "for i in range(len(agents)):\n    a = agents[i]",
    "for x in ('p', 'q'):\n    a = agents[0]",
    "for a in crew:",
)
MADE = (
    *("[Agent(i) for i in range(4)]",) * 6,
    "[Agent(i) if i % 2 else Other(i) for i in range(4)]",
    "(lambda l: l + l[:1])([Agent(i) for i in range(3)])",
    "(lambda l: l[:1] + l)([Agent(i) for i in range(3)])",
    "[Agent(0, SHARED), Agent(1), Agent(2, SHARED), Agent(3)]",
    "[Agent(0), Agent(1), Agent(2, SHARED), Agent(3, SHARED)]",
    "[Agent(i, SHARED) for i in range(3)]",
    "[Agent(0), Agent(1), Agent(2)][::-1]",
    "[Agent(9)] * 3",
    "[Agent(0), Other(1), Agent(2)]",
)
THEN = (
    *("",) * 14,
    "agents[1].notes = agents[0].notes",
    "agents[2].said = agents[1].said",
    "agents[2].log = agents[1].said",
    "agents[1].near = agents[2]",
    "agents[1].extra = agents[2].said",
    "agents[0].said = SHARED",
    "agents[1].said.append(agents[2])",
    "agents[1].notes['other'] = agents[2].said",
    "agents[1].limit = 1",
    "agents[1].m0 = agents[2].m0",
    "agents[1].m1 = lambda t: ask(t)",
    "del agents[1].steps; Agent.steps = 0",
    "agents[2].said = Says(agents[2].said)",
    "agents[0].last = agents[0].said",
    "agents[1].n = agents[0].n",
    "for x in agents: x.boss = agents[0]",
    "for x in agents: x.all = agents",
    "for x in agents: x.table = TABLE",
    "for x in agents: TABLE[x.n] = x.said",
    "for x in agents: BOARD.append(x.said)",
    "for x in agents: x.owner = crew",
    "for x, y in zip(agents, agents[1:]): x.next = y",
)
UNDER = ("if self.steps % 2:", "if len(self.said) > 1:", "for _ in range(2):", "if rate(self.last) > 1:")
BEFORE = (
    *("",) * 3,
    "agents[0].said.append('b')\n",
    "agents[1].m0(0)\n",
    "s = [x for y in agents for x in y.said]\n",
)
OTHERS = ("[Agent(i) for i in range(7, 11)]", "agents[::-1]", "[Agent(9)] * 3")
SUBJECT = """

@jit
def subject(agents, others, table, crew, out):
    n, s, prev, left = 0, "q", None, list(agents)
ROUNDS
    return out


class Says(list):
    def append(self, x): super().append(x + "!")
class Crew:
    def __init__(self, agents): self.agents = agents
    def __iter__(self): return iter(self.agents)


def shown(x, deep=0):
    if deep > 5: return "..."
    if isinstance(x, (Base, Part, Crew)):
        return (type(x).__name__, {k: shown(v, deep + 1) for k, v in vars(x).items()})
    if isinstance(x, (list, tuple, set)): return [shown(y, deep + 1) for y in x]
    if isinstance(x, dict): return [(shown(k, deep + 1), shown(v, deep + 1)) for k, v in x.items()]
    if callable(x): return getattr(x, "__name__", type(x).__name__)
    return x if isinstance(x, (str, int, float, type(None))) else type(x).__name__


def main():
    global BAD, SHARED, SOLE, NOTE, ALL
    BAD = None
    del BOARD[:], KEPT[:], Base.shared[:]
    Base.count, Base.kind = 0, "base"
    TABLE.clear()
    SHARED, SOLE, NOTE, ALL = ["s"], Part(0), [None], []
    agents = ALL = MADE
    others = OTHERS
    crew = Crew(agents)
    NOTE[0] = agents[WHICH]
    THEN
    BAD, out, error = FAILS, [], None
    try: subject(agents, others, {x.n: x for x in agents}, crew, out)
    except Exception as e: error = repr(e), shown(e.args)
    same = [[i for i, y in enumerate(agents) if y is x or getattr(y, "said", 0) is x] for x in [*out, *KEPT]]
    state = [agents, others, out, BOARD, KEPT, TABLE, NOTE, SHARED, SOLE, Base.count, Base.shared, Base.kind]
    return error and ("left", error), shown(state), same
"""


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    pick = choice.choice
    odd = pick((0, 0, 0.15, 0.3))
    steps = lambda: _asking(choice, pick(ODD if choice.random() < odd else USUAL))  # noqa: E731
    methods = []
    for k in range(2):
        body = [_nested(choice, steps()) for _ in range(choice.randint(1, 3))]
        if k and choice.random() < 0.5:
            called = pick(("self.m0(t)", "self.last = str(self.m0(self.steps))", "t = self.m0(t)"))
            body.insert(choice.randint(0, len(body)), called)
        end = pick(ENDS[:12] if not k else ENDS)
        methods.append(f"def m{k}(self, t):\n" + indent("\n".join(body) + "\n" + end, "    "))
    own = pick(OWN)
    made = (
        "def __init__(self, i, said=None):\n    self.n, self.last, self.steps = i, f'l{i}', 0\n"
        "    self.said = [f's{i}'] if said is None else said\n    self.notes = {'k': i}\n"
        + indent(own or "pass", "    ")
    )
    cls = f"class Agent({pick(BASES)}):\n" + indent("\n".join((made, *methods, pick(TRAITS))), "    ")
    own = pick(("pass", "kind = 'other'", methods[0], "def m1(self, t): return ask(t)"))
    other = "\nclass Other(Agent):\n" + indent(own, "    ")
    loop = pick(LOOPS)
    body = []
    for _ in range(pick((1, 1, 2, 2, 3))):
        called = f"a.{pick(('m0', 'm1'))}({pick(('1', 'n', 'a.n', 'a.last', 's'))})"
        body.append(re.sub(r"\bM\b", called, pick(LOOP)))
    rounds = f"{loop}\n{indent(chr(10).join(body), '    ')}"
    if choice.random() < 0.1:
        rounds += "\n" + rounds
    before = pick(BEFORE)
    text = SUBJECT.replace("ROUNDS", indent(before + rounds, "    ")).replace("WHICH", pick("0112"))
    text = text.replace("MADE", pick(MADE)).replace("OTHERS", pick(OTHERS))
    text = text.replace("THEN", indent(pick(THEN) or "pass", "    ").strip())
    text = text.replace("FAILS", pick(("None", "None", "None", "2")))
    return Program(HEAD + FIRST + cls + other + text.replace("PATH", "os.devnull"), NAMES, NAMES)


def _asking(choice: random.Random, step: str) -> str:
    return re.sub(r"\bA\b", lambda _: choice.choice(ASKED), step)


def _nested(choice: random.Random, step: str) -> str:
    if choice.random() < 0.12 and "return" not in step:
        under = choice.choice(UNDER)
        return under + "\n" + indent(step, "    ")
    return step
