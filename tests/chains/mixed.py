"""Generated programs that mix what is right alone: histories, views, generators, files, answers of many kinds.

One integer is one program: a loop over turns and names (in either order) with two or three fragments in it, which share
lists, dictionaries, objects and files; some stand under a condition or in a handler, and calls may fail.
"""

from __future__ import annotations

import random
import textwrap

from tests.programs import Program

PRELUDE = """
import collections
import copy
import itertools
import json
import os
import pathlib
import tempfile
import time

from xcs import jit

SEEN = []


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def ask(p):
    time.sleep(1e-6)
    if number(p) % {failing} == 1:
        raise {error}(str(p)[-3:])
    return str(number(p) % 97) + str(p)[-2:].strip()


def give(p):
    time.sleep(1e-6)
    return {given}


def same(p):
    time.sleep(1e-6)
    return p


def turned(parts):
    return (part[::-1] for part in parts)


def counting(x):
    SEEN.append(x)
    yield x
    SEEN.append("over")


def feed(x, n):
{feed}

class Log:
    said = "-"

    def __init__(self, n):
        self.n, self.log = n, [n]

    @property
    def last(self):
        return self.log[-1]

    def say(self, text):
        self.said = ask(text + self.n)
        self.log.append(self.said)
        return self.said

    def turned(self):
        return (part + self.said for part in self.log)


def near(h, i):
    return h[i - 1]


def load(path):
    return json.loads(path.read_text()) if path.exists() else "none"


@jit
def subject(names, turns, folder):
    h, s, d = [[n] for n in names], list(names), {{n: [n] for n in names}}
    g, q = [Log(n) for n in names], collections.deque(names)
    told, seen, out = {{}}, collections.defaultdict(list), []
"""
MAIN = """
    return h, s, d, [(x.said, x.log) for x in g], list(q), told, dict(seen), out


def tried(names, turns, folder):
    try:
        return subject(names, turns, folder)
    except (ValueError, KeyError, RuntimeError, TypeError, IndexError, OSError) as error:
        return "left", type(error).__name__, str(error).replace(str(folder), "")


def main():
    SEEN.clear()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        for n in NAMES:
            (folder / f"{n}.txt").write_text(f"{n}1\\n{n}2\\n")
        found = [tried(NAMES, turns, folder) for turns in (2, 1, 2)]
        return found, SEEN, {p.name: p.read_text() for p in sorted(folder.iterdir())}
"""
GIVEN = (
    "iter([p, p + '1'])", "(p + c for c in 'xy')", "counting(p)", "collections.defaultdict(list, {'a': [p]})",
    "[p, 'b']", "map(str.upper, [p, 'c'])", "zip([p, 'k'], '12')", "collections.deque([p, 'b'])",
    "{'a': [p], 'b': [p]}", "reversed([p, 'r'])", "(p, [p])", "p.encode()", "enumerate([p])",
)  # fmt: skip
FEEDS = (
    "k = 0\nwhile k < n:\n    got = ask(x + str(k))\n    SEEN.append(k)\n    yield got\n    k += 1",
    "for k in range(n):\n    yield ask(x + str(k))\nprint('end of', x)",
    "for k in range(n):\n    if ask(x + str(k)) > '5':\n        continue\n    yield x + str(k)",
    "cursor = x\nwhile cursor is not None:\n    page = ask(cursor)\n    yield from page\n"
    "    cursor = cursor + '.' if len(cursor) < n else None",
    "yield from (ask(x + str(k)) for k in range(n))",
    "last = x\nfor k in range(n):\n    last = ask(last + str(k))\n    yield last",
    "try:\n    for k in range(n):\n        yield ask(x + str(k))\nfinally:\n    print('closed', x)",
    "return (x + str(k) for k in range(n))",
)
HISTORIES = (
    "o = h[i]\no.append(ask(o[-1] + n))\nout.append(o is h[i])",
    "h[i] = h[i] + [ask(h[i][-1])]",
    "h[i] += [ask(h[i][-1]), ask(h[i - 1][-1])]",
    "h[i].insert(0, ask(h[i][0] + h[i - 1][0]))",
    "h[i].extend(ask(x) for x in h[i - 1][-2:])",
    "h[i], h[i - 1] = h[i - 1], h[i]\nh[i].append(ask(h[i][-1]))",
    "for a, b in zip(h, h[1:]):\n    b.append(ask(a[-1] + b[0]))",
    "h[i].append(ask('|'.join(h[i])))\nh[i].sort(key=len)",
    "s[i] += ask(s[i - 1])\nh[i].append(s[i][-3:])",
    "q.append(ask(q[0] + n))\nq.rotate(1)\nh[i].append(q[0])",
    "h[i].append(ask(h[i][-1]))\nif len(h[i]) > 2:\n    del h[i][0]",
    "for x in list(h[i - 1]):\n    a = ask(x + n)\n    if a.endswith('1'):\n        break\n    h[i].append(a)",
    "a = same(h[i])\nout.append((a is h[i], len(a)))\nh[i].append(ask(a[-1]))",
    "m = near(h, i)\nm.append(ask(m[-1]))\nh[i].append(ask(m[-1] + n))",
    "v = [ask(x[-1] + n) for x in h]\nh[i].append(max(set(v), key=v.count) if t else max(v))",
    "f = lambda z: ask(z[-1] + n)\nh[i].append(f(h[i - 1]))",
    "h[i].append(ask(h[i - 1][-1]))\nassert len(h[i]) < 5 or n != 'bb', h[i][-1]",
)
OBJECTS = (
    "g[i].say(g[i - 1].last)\nh[i].append(g[i].last)",
    "g[i].said = ask(n)\nfor k in range(2):\n    g[i].log.append(ask(g[i].said + str(k)))",
    "g[i].said = ask(n)\ng[i - 1].said += 'o'\nout.append(ask(g[i].said))",
    "x = g[i]\nx.said = ask(x.said)\nx = g[0]\nout.append(ask(x.said + g[i].said))",
    "g[i].log = [ask(n)]\ng[i].log.append('x')\nout.append(ask(str(g[i].log)))",
    "made = g[i].turned()\ng[i].said = ask(n)\nout.append(ask(''.join(made)))",
)
TABLES = (
    "for k, m in d.items():\n    m.append(ask(m[-1] + k))\n    d[n] = [m[-1]]",
    "for m in d.values():\n    d[n] = [ask(m[-1] + str(t))]",
    "for i_, m in enumerate(h):\n    h[i_].append(ask(m[-1] + str(i_)))\n    h[2] = h[i_] + ['x']",
    "for m in reversed(h):\n    m.append(ask(m[-1]))\n    h[0] = [m[-1]]",
    "v = list(d.items())\nd[n] = [ask(v[0][1][-1])]\nout.append(ask(str(len(v))))",
    "v = d.copy()\nv[n] = [ask(v[n][-1])]\nd[n].append(ask(v[n][-1]))",
    "for k, m in sorted(d.items()):\n    m.append(ask(m[-1] + k))\n    d['a'].append('z')",
    "w = copy.copy(h)\nw[0].append(ask(w[1][-1]))\nh[1].append(ask(h[0][-1] + str(len(w))))",
    "for m in itertools.chain(h, [['i']]):\n    m.append(ask(m[-1]))",
    "m = d.setdefault(n + 'z', [])\nm.append(ask(str(m)))\nd[n].append(ask(m[-1]))",
    "if n not in told:\n    told[n] = ask(n)\nout.append(ask(told[n]))",
    "if n not in told:\n    told[n] = ask(n + str(len(told)))\nif len(told) > 2:\n    told.pop(next(iter(told)))",
    "k = ask(n)\nif k in told:\n    out.append(told[k])\nelse:\n    told[k] = ask(k)",
    "seen[n].append(ask(str(seen[n])))\nout.append(ask(str(seen['other'])))",
    "seen[ask(n)].append(n)\nout.append(len(seen))",
)
FED = (
    "for x in feed(n, 2):\n    out.append(ask(x))",
    "r = list(feed(n, 2))\nif r:\n    out.append(ask(r[-1]))\nout.append(ask(str(r)))",
    "out.append(ask(','.join(str(x) for x in feed(n, 3))))",
    "r = next(iter(feed(n, 2)), 'none')\nout.append(ask(r))",
    "r = 0\nfor x in feed(n, 2):\n    r += len(ask(x))\n    out.append(r)",
    "for x in feed(n, 2):\n    seen[x[:1]].append(ask(x))",
    "r = [(ask(x), y) for x in feed(n, 2) for y in feed(x[:1], 1)]\nout.append(ask(str(r)))",
    "parts = [n, 'p']\nmade = turned(parts)\nparts.append(ask(n))\nout.append(ask(''.join(made)))",
    "made = turned([n, 'p'])\nout.append(ask(next(made)))\nout.append(ask(str(list(made))))",
)
ANSWERS = (
    "r = give(n)\nout.append(ask(str(list(r))))\nout.append(list(r))",
    "r = give(n)\nfor x in r:\n    out.append(ask(str(x)))\nout.append(len(list(r)))",
    "r = give(n)\na, *more = r\nout.append(ask(str(a)))\nout.append([*r])",
    "r = give(n)\nout.append(ask(str('b' in r)))\nout.append(list(r))",
    "r = give(n)\nm = ['q']\nm += r\nout.append(ask(str(m)))\nout.append(ask(str(len(list(r)))))",
    "r = give(n)\nout.append(ask(str(len(sorted(r, key=str)))))\nout.append(ask(str(list(r))))",
    "r = give(n)\nw = {'r': r}\nout.append(ask(str([*zip(w['r'], 'ab')])))\nout.append(ask(str(list(r))))",
    "r = iter(give(n))\nout.append(ask(str(next(r))))\nout.append(ask(str(list(r))))",
    "r = give(n)\nout.append(ask(str(sum(len(str(x)) for x in r))))\nout.append(list(r))",
)
FILES = (
    "out.append(ask((folder / f'{n}.txt').read_text()))",
    "(folder / f'{n}.out').write_text(ask(n + str(t)))",
    "with open(folder / f'{n}.txt') as lines:\n    for line in lines:\n        out.append(ask(line))",
    "p = folder / f'{n}.json'\nif p.exists():\n    out.append(json.loads(p.read_text()))\n"
    "else:\n    p.write_text(json.dumps(ask(n)))",
    "with (folder / 'log.jsonl').open('a') as log:\n    log.write(json.dumps(ask(n)) + '\\n')",
    "for p in sorted(folder.glob(f'{n}*')):\n    out.append(ask(p.name))",
    "out.append(ask(load(folder / f'{n}.state')))\n(folder / f'{names[i - 1]}.state').write_text(json.dumps(out[-1]))",
    "(folder / f'{n}.txt').write_text(ask((folder / f'{n}.txt').read_text()))",
    "out.append(ask(str(len(os.listdir(folder)))))",
)
GROUPS = (HISTORIES, HISTORIES, TABLES, TABLES, OBJECTS, FED, ANSWERS, FILES)
HEADS = (
    "for t in range(turns):\n    for i, n in enumerate(names):",
    "for t in range(turns):\n    for i, n in enumerate(names):",
    "for i, n in enumerate(names):\n    for t in range(turns):",
    "for t, i in ((0, 0), (1, 1)):\n    for n in names[:turns]:",
)


def fragment(chosen: random.Random, group: tuple[str, ...]) -> str:
    """One fragment, perhaps under a condition or in a handler."""
    text = chosen.choice(group)
    below = textwrap.indent(text, "    ")
    match chosen.randrange(8):
        case 0:
            return f"if t or i:\n{below}"
        case 1:
            return f"try:\n{below}\nexcept (ValueError, KeyError) as error:\n    out.append(repr(error))"
        case 2:
            return f"if len(h[i][-1]) % 2:\n{below}\nelse:\n    out.append(n)"
        case 3:
            return f"try:\n{below}\nfinally:\n    print(n, len(out))"
        case _:
            return text


def program(seed: int) -> Program:
    """The program of a seed."""
    chosen = random.Random(seed)
    groups = chosen.sample(GROUPS, chosen.choice((2, 2, 3)))
    body = "\n".join(fragment(chosen, group) for group in groups)
    prelude = PRELUDE.format(
        failing=chosen.choice((11, 29, 10_007, 10_007)),
        error=chosen.choice(("ValueError", "KeyError", "OSError")),
        given=chosen.choice(GIVEN),
        feed=textwrap.indent(chosen.choice(FEEDS), "    ") + "\n",
    )
    loop = textwrap.indent(chosen.choice(HEADS) + "\n" + textwrap.indent(body, " " * 8), "    ")
    names = chosen.choice((["a", "bb", "ccc"], ["a", "b", "cc", "dd"], ["a", "bb", "a"]))
    names_asked = frozenset({"ask", "give", "same"})
    return Program(f"{prelude}{loop}{MAIN}\n\nNAMES = {names!r}\n", names_asked, names_asked)


__all__ = ["program"]
