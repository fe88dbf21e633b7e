# ruff: noqa: E501
"""Generated programs with generators of their own that feed loops, and rounds of several callees; one integer is one
program.

The generators ask, yield, hand on what others yield, look at what the loop changes, clean up and fail; the callees ask
several times, keep histories, count and retry.
"""

from __future__ import annotations

import random
import re

from tests.programs import Program

PRELUDE = """
import time

from xcs import jit


class Oops(Exception):
    pass


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def page_of(name, k=0):
    time.sleep(1e-6)
    n = number((name, k))
    if n % {failing} == 0:
        raise Oops(f"page {{n}}")
    return {{"items": [f"{{name[:3]}}{{k}}{{j}}" for j in range(n % 3)], "next": k + 1 if k < n % 3 else None, "n": n % 7}}


def model(history):
    time.sleep(1e-6)
    n = number(history)
    if n % {failing} == 1:
        raise Oops(f"model {{n}}")
    return f"m{{n % 17}}"


def score(value, more=0):
    time.sleep(1e-6)
    n = number(value) + number(more)
    if n % {failing} == 2:
        raise Oops(f"score {{n}}")
    return n % 7


class Agent:
    def __init__(self, name):
        self.name, self.said, self.count = name, [f"you are {{name}}"], 0

    def ask(self, text):
        self.said.append(text)
        answer = model(self.said)
        self.said.append(answer)
        return answer

    def rate(self, text):
        self.count += 1
        return score(text, self.count)

    def both(self, text):
        first = self.ask(text)
        return first + str(self.rate(first))

    def retry(self, text):
        for attempt in range(3):
            try:
                answer = self.ask(text)
                if score(answer) > 2:
                    return answer
            except Oops as error:
                self.said.append(str(error))
        return "none"


def reply(history, text):
    history.append(text)
    history.append(model(history))
    return history[-1]


def best_of(texts):
    top, best = -1, ""
    for text in texts:
        n = score(text)
        if n > top:
            top, best = n, text
    return best


def draft(x):
    text = model([x])
    return {{"text": text, "n": score(text), "notes": []}}


def improve(d, most=2):
    for k in range(most):
        if d["n"] > 3:
            break
        d["notes"].append(model([d["text"], k]))
        d["text"] = model(d["notes"])
        d["n"] = score(d["text"])
    return d


COUNTS = {{"n": 0}}


def noted(text):
    COUNTS["n"] += 1
    return model([text])


def told(text):
    answer = model([text])
    print("told", answer)
    return answer


def pages(name):
    k = 0
    while True:
        page = page_of(name, k)
        yield page
        k = page["next"]
        if k is None:
            return


def entries(name):
    for page in pages(name):
        yield from page["items"]

"""

SLOW = frozenset(("page_of", "model", "score"))
# What a generator does before its loop, in it before and behind the `yield`, what it yields, what goes through.
SOURCES = """
for k in range(3):
for k in range(len(name[:5])):
k = 0; while k is not None and k < 4:
for page in pages(name):
for page in list(pages(name)):
for e in entries(name):
for k, page in enumerate(pages(name)):
""".strip().splitlines()
ASKS = {
    "k": ["text = name[:1] + str(k)", "page = page_of(name, k)", "text = model([name, k])", "n = score(name, k)", 'page = page_of(name, k); text = model(page["items"])'],
    "page": ['text = model(page["items"])', 'n = score(page["n"])', 'text = told(str(page["n"]))', "pass"],
    "e": ["text = model([e])", "n = score(e)", "text = noted(e)", "pass"],
}  # fmt: skip
FIRST = """
pass
pass
pass
text = model([name])
print('from', name)
COUNTS['n'] += 1
n = score(name)
history.append(name)
""".strip().splitlines()
BEHIND = """
pass
pass
pass
print('behind', name)
history.append(text)
n += 1
text = model([text])
if n > 3:;     return
if COUNTS['n'] > 4:;     break
COUNTS['n'] += 1
if len(history) > 3:;     break
if n == 2:;     raise Oops(name)
if n == 4:;     continue
""".strip().splitlines()
YIELDS = """
text
n
(text, n)
{"text": text, "n": n}
[text, n]
history
text + str(n)
page_of(text)
model([text, n])
""".strip().splitlines()
ENDS = """
finally:;     print('end', name)
except Oops as error:;     yield str(error)
finally:;     COUNTS['n'] += 1
""".strip().splitlines()
LAST = """
print('done', name)
yield model([text])
COUNTS['n'] += 1
text = model([text])
""".strip().splitlines()
HANDLERS = """
text = str(error)
n = -1
print('failed', error)
text = model([x, str(error)])
continue
""".strip().splitlines()
WAYS = """
for got in {gen}:;     BODY
for j, got in enumerate({gen}):;     BODY
for got in list({gen}):;     BODY
for got in pages(x):;     BODY
for got in entries(x):;     BODY
for got in zip({gen}, {gen}):;     BODY
found = list({gen}); n += len(found)
found = [score(got, n) for got in {gen}]; n += sum(found)
found = [noted(str(got)) for got in {gen}]; text = "".join(found)
n += sum(score(got) for got in {gen})
found = {got: model([got]) for got in entries(x)}; text = str(found)
found = sorted(map(str, {gen})); text = model(found)
found = tuple({gen}); text = str(found)
if any(score(got) > 5 for got in {gen}):;     n += 1
found = next({gen}, None); text = str(found)
g = {gen}; found = [str(got) for got in g]; text = "".join(found)
history.extend({gen})
history.extend(str(got) for got in {gen})
text = ",".join(str(got) for got in {gen})
n += sum(1 for _ in {gen})
first, *others = [x, *{gen}]; text = str(others)
""".strip().splitlines()
# Calls of several callees.
ROUNDS = """
text = agent.ask(text)
text = agent.ask(other.ask(text))
n = agent.rate(text)
text = agent.both(text)
text = agent.retry(x)
text = reply(history, text)
text = best_of([agent.ask(text), other.ask(text)])
d = improve(draft(x)); text = d["text"]
d = draft(text); n += d["n"]
d["notes"].append(model([text])); d = improve(d)
text = noted(text)
text = told(text)
answers = [a.ask(text) for a in (agent, other)]; text = "".join(answers)
answers = [noted(a.name + text) for a in (agent, other)]; n += len(answers)
for a in (agent, other):;     text = a.ask(text)
for a in (agent, other):;     d["notes"].append(a.both(text))
agent, other = other, agent
history.append(told(x))
team[x] = Agent(x); text = team[x].ask(text)
text = best_of([x, text, noted(x)])
n += score(reply(history, x))
text = reply(agent.said, x)
""".strip().splitlines()
QUIET = """
n += 1
history.append(text)
print(x, n)
rows.append((x, n))
COUNTS["n"] += 1
text = text[-4:]
if n > 6:;     continue
agent.said.append(text)
agent.said = agent.said[-3:]
other.said = agent.said
d["n"] = n
total += n
history = history[-2:]
""".strip().splitlines()
BODIES = """
n += score(got)
text = model([got, text])
text = text + str(got)
print("got", got)
history.append(got)
text = noted(str(got))
text = agent.ask(str(got))
if score(got) > 4:;     break
if len(history) > 3:;     continue
rows.append(got)
COUNTS["n"] += 1
if str(got) in history:;     continue
d = improve(draft(str(got))); n += d["n"]
n += len(str(got))
""".strip().splitlines()


class Feeds:
    """Writes the body of one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def put(self, depth: int, text: str) -> None:
        """Lines, parted by `; ` with the spaces of the next one behind it."""
        for line in text.split("; "):
            if line.strip() == "BODY":
                for _ in range(self.random.randint(1, 3)):
                    self.put(depth + 1, self.random.choice(BODIES))
            else:
                self.lines.append("    " * depth + line)

    def generator(self, number: int) -> str:
        """Writes a generator; gives the call that makes it."""
        source = self.random.choice(SOURCES)
        kind = "e" if " e " in source else "page" if "page in" in source or ", page" in source else "k"
        self.put(0, f"def gen{number}(name, history):")
        self.put(1, "text, n, page, e = name, 0, {'items': [], 'n': 0, 'next': None}, ''")
        self.put(1, self.random.choice(FIRST))
        deep = 1
        guarded = self.random.choices(("", "try", "with"), (8, 1, 0))[0]
        if guarded:
            self.put(1, "try:")
            deep = 2
        for k, line in enumerate(source.split("; ")):
            self.put(deep, line) if k or not line.startswith("    ") else None
        self.put(deep + 1, self.random.choice(ASKS[kind]))
        if self.random.random() < 0.2:
            self.put(deep + 1, "if n > 4:")
            self.put(deep + 2, "continue" if "while" not in source else "break")
        if self.random.random() < 0.3 and kind == "page":
            self.put(deep + 1, 'yield from page["items"]')
        else:
            self.put(deep + 1, f"yield {self.random.choice(YIELDS)}")
            if self.random.random() < 0.1:
                self.put(deep + 1, "yield 'two'")
        behind = self.random.choice(BEHIND)
        self.put(deep + 1, behind.replace("continue", "break") if "while" in source else behind)
        if "while" in source:
            self.put(deep + 1, 'k = page["next"]' if self.random.random() < 0.5 else "k += 1")
        if guarded:
            self.put(1, self.random.choice(ENDS))
        if self.random.random() < 0.2:
            self.put(1, self.random.choice(LAST))
        self.lines += ["", ""]
        return f"gen{number}({self.random.choice(('x', 'x', 'x', 'text', 'str(n)'))}, {self.random.choice(('[]', '[]', 'history', 'list(history)'))})"

    def statement(self, depth: int, gens: list[str], deep: int) -> None:
        weights = (4, 4, 2, 2, 0.7, 0.7) if deep else (4, 4, 2, 0, 0, 0)
        kind = self.random.choices(("feed", "round", "quiet", "rounds", "try", "if"), weights)[0]
        if kind == "feed":
            self.put(depth, self.random.choice(WAYS).replace("{gen}", self.random.choice(gens)))
        elif kind in ("round", "quiet"):
            self.put(depth, self.random.choice(ROUNDS if kind == "round" else QUIET))
        elif kind == "rounds":
            self.put(depth, f"for turn in range({self.random.randint(1, 3)}):")
            for _ in range(self.random.randint(1, 3)):
                self.statement(depth + 1, gens, deep - 1)
            if self.random.random() < 0.3:
                self.put(depth + 1, f"if n > {self.random.randint(0, 8)}:;     break")
        elif kind == "try":
            self.put(depth, "try:")
            self.statement(depth + 1, gens, deep - 1)
            self.put(depth, "except Oops as error:")
            self.put(depth + 1, self.random.choice(HANDLERS))
        else:
            test = self.random.choice(("n > 3", "len(history) > 2", "len(text) > 3", "number(text) % 2"))
            self.put(depth, f"if {test}:")
            self.statement(depth + 1, gens, deep - 1)

    def text(self) -> str:
        gens = [self.generator(k) for k in range(2)]
        self.put(0, "@jit")
        self.put(0, "def subject(items):")
        self.put(1, "rows, record, total, team = [], {}, 0, {}")
        state = ["n = 0", "text = x", "history = [x]", "agent = Agent(x)", "other = Agent('other')", "d = {'text': x, 'n': 0, 'notes': []}"]  # fmt: skip
        shared = {k for k in range(len(state)) if self.random.random() < 0.05}
        for k in sorted(shared):
            self.put(1, re.sub(r"\bx\b", "'s'", state[k]))
        self.put(1, "for x in items:")
        for k, line in enumerate(state):
            if k not in shared:
                self.put(2, line)
        for _ in range(self.random.randint(1, 4)):
            self.statement(2, gens, 2)
        self.put(2, "rows.append((x, n, text, list(history), agent.said, agent.count, other.said, d))")
        if self.random.random() < 0.4:
            self.put(2, "print(x, n, len(rows), COUNTS['n'])")
        self.put(1, "return rows, record, total, sorted(team)")
        failing = self.random.choice((3, 7, 17, 10_000_000, 10_000_000))
        items = self.random.sample(("a", "bb", "ccc", "dd", "e", "f9"), 4)
        return (
            PRELUDE.format(failing=failing) + "\n" + "\n".join(self.lines)
            + f"\n\n\ndef main():\n    try:\n        return subject({items}), COUNTS\n"
            + "    except (Oops, KeyError, IndexError, TypeError, NameError, RuntimeError) as error:\n"
            + "        return 'left', repr(error), COUNTS\n"
        )  # fmt: skip


def program(seed: int) -> Program:
    """The program of a seed."""
    return Program(Feeds(seed).text(), SLOW, SLOW)
