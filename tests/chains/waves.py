# ruff: noqa: E501
"""Generated programs whose iterations ask several at once in each round of `while` loops; one integer is one program."""

from __future__ import annotations

import random

from tests.programs import Program

PRELUDE = """
import time

from xcs import jit


class Oops(Exception):
    pass


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def ask(*given):
    time.sleep(1e-6)
    n = number(given)
    if n % {failing} == 0:
        raise Oops(f"ask {{n}}")
    return f"a{{n % 23}}"


def score(value):
    time.sleep(1e-6)
    n = number(value)
    if n % {failing} == 1:
        raise Oops(f"score {{n}}")
    return n % 7


class Agent:
    def __init__(self, name):
        self.name, self.seen = name, []

    def turn(self, texts):
        found = [score(text + self.name) for text in texts]
        self.seen.extend(found)
        return sum(found)


def spread(texts, more):
    return [ask(text, more) for text in texts]

"""
# What asks for several at once.
WAVES = """
texts = [ask(t, n) for t in texts]
texts = [t for t in texts if score(t) > {k}] or [x]
texts = [ask(t) + t[-1:] for t in texts if t > "a{k}"] or texts[:2]
kept = [a if score(a + b) > 3 else b for a, b in zip(texts[::2], texts[1::2])]; texts = kept + texts[len(kept) * 2:] + [x]
scores = {{t: score(t) for t in texts}}; n += max(scores.values(), default=1)
n += sum(score(t) for t in texts)
found = []; for t in texts:;     found.append(ask(t, len(found))); texts = found
found = []; for k, t in enumerate(texts):;     for j in range(k % 3):;         found.append(ask(t * j)); texts = (found or texts)[:3]
found = []; for t in texts:;     if len(t) > {k} % 4:;         found.append(score(t)); n += len(found)
texts = spread(texts, n)
n += agent.turn(texts)
for t in texts:;     n += score(t)
texts = list(map(ask, texts))
try:;     texts = [ask(t) for t in texts];; except Oops as error:;     texts = [str(error)]
best = max(texts, key=score)
ranked = [(t, score(t)) for t in texts]; ranked.sort(key=lambda r: -r[1]); texts = [t for t, _ in ranked[:2]] + [x]
ranked = [(t, score(t)) for t in texts]; top = sorted(ranked, key=lambda r: (r[1], r[0]), reverse=True)[:2]; texts = [t for t, _ in top]
found = [score(t) for t in texts]; found.sort(); n += found[-1] + found.count(3); found.append(3); n += found.index(3)
found = [ask(t, n) for t in texts]; c = found.count; found.append("a{k}"); n += c("a{k}"); texts = found[:3]
found = [[ask(t, k) for k in range(2)] for t in texts[:2]]; texts = [f[n % 2] for f in found] + texts[2:]
""".strip().splitlines()
BESIDE = """
n += 1
texts = texts[-3:]
texts = texts + [ask(best, n)]
best = ask(best, texts)
n += score(best)
print(x, n, texts)
rows.append((x, n))
if any(t > "a2" for t in texts):;     n += 2
if n % 3 == 0:;     continue
if score(best) > 5:;     break
if n > {k} + 9:;     break
texts.append(best)
agent.seen.append(n)
""".strip().splitlines()
TESTS = ("n < {k} + 6", "len(texts) > 1", "texts and n < 15", 'best < "a{k}"', "True", "score(best) < 5", "len(agent.seen) < 7")
ONCE = ("break", "continue")


class Waves:
    """Writes the body of one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.bounds = 0

    def put(self, depth: int, text: str) -> None:
        for part in text.replace(";;", "\0").split("; "):
            for line in part.split("\0"):
                self.lines.append("    " * depth + line.lstrip(";").rstrip(";").removeprefix(" "))

    def chosen(self, texts: object) -> str:
        return str(self.random.choice(list(texts))).format(k=self.random.randrange(7))  # type: ignore[call-overload]

    def rounds(self, depth: int, deep: int) -> None:
        self.bounds += 1
        bound = f"w{self.bounds}"
        self.put(depth, f"{bound} = 0")
        self.put(depth, f"while {bound} < {self.random.randint(2, 4)} and {self.chosen(TESTS)}:")
        self.put(depth + 1, f"{bound} += 1")
        for _ in range(self.random.randint(1, 4)):
            kind = self.random.random()
            if kind < 0.2 and deep:
                self.rounds(depth + 1, deep - 1)
            elif kind < 0.3 and deep:
                self.put(depth + 1, f"for turn in range({self.random.randint(1, 3)}):")
                self.put(depth + 2, self.chosen(WAVES))
                self.rounds(depth + 2, deep - 1)
            else:
                self.put(depth + 1, self.chosen(WAVES if kind < 0.75 else BESIDE))

    def text(self) -> str:
        self.put(0, "@jit")
        self.put(0, "def subject(items):")
        self.put(1, "rows, record = [], {}")
        carried = self.random.random() < 0.3  # what an item leaves is what the next one begins with
        begins = 'n, best, texts, agent = 0, x, [x, x + "b", "c" + x], Agent(x)'
        if carried:
            self.put(1, "x = 'e'")
            self.put(1, begins)
        self.put(1, "for x in items:")
        if not carried:
            self.put(2, begins)
        elif self.random.random() < 0.5:
            self.put(2, self.chosen(WAVES))
            self.put(2, self.chosen(t for t in BESIDE if "break" in t))
        for _ in range(self.random.randint(1, 2)):
            if self.random.random() < 0.3:
                self.put(2, self.chosen(t for t in (*WAVES, *BESIDE) if not any(jump in t for jump in ONCE)))
            self.rounds(2, 2)
        self.put(2, "record[x] = (n, best, list(texts), list(agent.seen))")
        self.put(1, "return rows, record")
        failing = self.random.choice((7, 31, 10_000_000, 10_000_000))
        items = self.random.sample(["a", "bb", "ccc", "dd", "e"], 3)
        body = "\n".join(self.lines)
        return (
            PRELUDE.format(failing=failing)
            + f"\n{body}\n\n\ndef main():\n    try:\n        return subject({items})\n"
            + "    except (Oops, ValueError, IndexError) as error:\n        return 'left', repr(error)\n"
        )


def program(seed: int) -> Program:
    """The program of a seed."""
    slow = frozenset(("ask", "score"))
    return Program(Waves(seed).text(), slow, slow)
