"""Generated programs whose iterations are chains of calls: rounds, retries, handlers; one integer is one program.

Some share what makes an iteration depend on the one before it: a history of all items, a budget, a stop that counts.
"""

from __future__ import annotations

import random

from tests.programs import Program

PRELUDE = """
import json
import time

from xcs import jit


class Oops(Exception):
    pass


class Worse(Oops):
    pass


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def model(history):
    time.sleep(1e-6)
    n = number(history)
    if n % {failing} == 0:
        raise Oops(f"model {{n}}")
    if n % {failing} == 1:
        raise Worse(f"model {{n}}")
    parts = [f"p{{n % 5}}{{k}}" for k in range(n % 3)]
    return {{"text": f"m{{n % 17}}", "score": n % 10, "done": n % 3 == 0, "parts": parts}}


def tool(text):
    time.sleep(1e-6)
    n = number(text)
    if n % {failing} == 2:
        raise Oops(f"tool {{n}}")
    return f"t{{n % 23}}"


def judge(a, b=1):
    time.sleep(1e-6)
    return (number(a) + 3 * number(b)) % 8


COUNTS = []


def counted(query, limit=3):
    COUNTS.append(limit)
    return tool(f"{{query}} {{limit}}")


def rated(query, *, limit=1):
    COUNTS.append(query)
    return f"r{{judge(query, limit)}}"


TOOLS = {{"counted": counted, "rated": rated}}
GIVEN = (
    {{"query": "q"}}, {{"query": "q", "limit": 5}}, {{"limit": 2, "query": ["l"]}}, {{"query": ""}},
    {{"limit": 1}}, {{"query": 1, "n": 2}},
)


def given(n):
    return json.loads(json.dumps(GIVEN[n % {wrong}]))


def push(history, value):
    history.append(value)
    return len(history)


class State:
    def __init__(self, x):
        self.seen = [x]
        self.count = 0

    def add(self, value):
        self.count += 1
        self.seen.append(value)


def parse(text):
    if number(text) % 4 == 0:
        raise ValueError(text)
    return number(text) % 6

"""

SLOW = frozenset(("model", "tool", "judge"))
STATE = {
    "history": "[x]", "a": '{"text": x, "score": 0, "done": False, "parts": []}', "n": "0", "tries": "0", "best": "-1",
    "notes": "{}", "text": "x", "state": "State(x)",
}  # fmt: skip

# What goes through a generator expression as far as it looks for something.
FOUND = """
any(p in text for p in a["parts"])
all(len(str(h)) < 9 for h in history)
any(parse(p) > 2 for p in [x, *a["parts"]])
not any(key == k for key in notes for k in text)
all(count for count in (n, state.count, len(x)))
next((parse(p) > 3 for p in a["parts"] if number(p) % 2), False)
text in (str(h) for h in history)
any(seen == h for seen in state.seen for h in reversed(history))
""".strip().splitlines()
# One a line; several statements are parted by a semicolon.
CALLS = """
a = model(history)
a = model([*history, x])
text = tool(a["text"])
text = tool(text)
n += judge(x, a["score"])
n = judge(text)
a = model(state.seen)
state.add(tool(a["text"]))
n += judge(state.count)
history.append(tool(a["text"]))
a = model([text, n])
best = max(best, judge(history, n))
a = model(history[-2:])
notes[text] = tool(x + text)
scores = [judge(p, n) for p in a["parts"]]; n += sum(scores)
model(history)
""".strip().splitlines()
QUIET = """
history.append(a["text"])
history.append(text)
n += 1
best = max(best, n)
notes[text] = a["score"]
print(x, n)
rows.append((x, n, text))
record[x] = len(history)
total += n
text = text[-3:]
history = history[-3:]
n = parse(text)
text = a["parts"][n % 2]
text = str(notes.get(text, n))
print(len(rows))
history = list(history)
a["score"] = n
a["parts"].append(text)
n = push(history, text)
state.add(text)
other = history
history, other = [text], history
state.count += 1
notes = {**notes, x: n}
total += a["score"]
text = next((p for p in a["parts"] if number(p) % 3), text)
n = next(parse(p) for p in [x, *a["parts"]] if p)
text = next((h + p for h in [x, text] for p in a["parts"]), "none")
found = (str(h) for h in history if h); text = next(found); history.append(text); text = next(found, x)
""".strip().splitlines()
TIDY = """
history.append(text)
n += 1
best = max(best, n)
print(x, n)
text = text[-3:]
history = history[-3:]
history = list(history)
state.add(text)
n = push(history, text)
text = next((p for p in a["parts"] if number(p) % 3), text)
""".strip().splitlines()
FANS = """
text = TOOLS["rated" if n % 3 else "counted"](**given(n))
text = (rated, counted)[a["done"]](**{"query": text, **given(n)})
text = TOOLS["rated" if n % 3 else "counted"](*list(given(n).values())[-2:])
text = counted(*a["parts"])
try:;     text = counted(**given(len(text)));; except TypeError as error:;     text = str(error)
found = [tool(p + x) for p in a["parts"]]; text = "".join(found)[-4:]
found = [judge(tool(p + text), n) for p in [x, *a["parts"]]]; n = sum(found)
found = {p: judge(p, n) for p in [x, text + "f", *a["parts"]]}; text = min(found, key=found.get)
found = []; for p in [x, *a["parts"]]:;     found.append(tool(p + text)); history = history + found[:2]
found = []; for k, p in enumerate(a["parts"]):;     found.append(judge(tool(p), k)); n += sum(found)
found = []; for p in [x, *a["parts"]]:;     for k in range(2):;         found.append(tool(p * k)); text = found[-1]
found = []; for p in [x, *a["parts"]]:;     if len(found) < 2:;         found.append(tool(p)); n += len(found)
found = []; for p in [x, *a["parts"]]:;     n += judge(p, n); text = text + str(n)
found = []; for p in [x, *a["parts"]]:;     history.append(tool(p)); n += len(history)
""".strip().splitlines()
HANDLERS = """
pass
n = -1
print('failed', error)
text = str(error)
a = {"text": "", "score": 9, "done": True, "parts": []}
text = tool(str(error))
a = model([x])
raise
raise Oops(text)
continue
history.append('again')
record[x] = str(error); n += 1
time.sleep(1e-6)
""".strip().splitlines()


class Chains:
    """Writes the body of one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.loops: list[str] = []
        self.bounds = 0
        self.tidy = self.chance(0.5)  # without what most often makes iterations depend on each other

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def condition(self) -> str:
        k = self.random.randrange(9)
        if self.chance(0.2):
            return self.random.choice(FOUND)
        texts = (
            'a["done"]', f'a["score"] > {k}', f"n > {k}", f"len(history) > {k % 5 + 1}", "best < 3",
            f"number(text) % 5 < {k % 4}", f"len(x) > {k % 3}", "text in notes", "state.count > 2",
        )  # fmt: skip
        return self.random.choice(texts)

    def call(self) -> str:
        return self.random.choice(CALLS)

    def quiet(self) -> str:
        return self.random.choice(TIDY if self.tidy else QUIET)

    def statements(self, depth: int, deep: int) -> None:
        before = len(self.lines)
        for _ in range(self.random.randint(1, 4)):
            self.statement(depth, deep)
        if len(self.lines) == before:
            self.put(depth, "pass")

    def statement(self, depth: int, deep: int) -> None:
        kind = self.random.choices(
            ("call", "quiet", "if", "for", "while", "try", "jump", "parts", "shared", "fan"),
            (
                6,
                5,
                *((2, 1.5, 1.5, 2) if deep else (0, 0, 0, 0)),
                1,
                1 if deep else 0,
                0.03 if self.tidy else 0.15,
                1.5,
            ),
        )[0]
        match kind:
            case "call" | "quiet":
                for line in (self.call() if kind == "call" else self.quiet()).split("; "):
                    self.put(depth, line)
            case "fan":
                for line in self.random.choice(FANS).split("; "):
                    self.put(depth, line)
            case "if":
                self.put(depth, f"if {self.condition()}:")
                self.statements(depth + 1, deep - 1)
                if self.chance(0.4):
                    self.put(depth, "else:")
                    self.statements(depth + 1, deep - 1)
            case "for" | "parts":
                source = 'list(a["parts"])' if kind == "parts" else f"range({self.random.randint(1, 3)})"
                self.put(depth, f"for {'text' if kind == 'parts' else 'i'} in {source}:")
                self.inside("for", depth, deep)
            case "while":
                self.bounds += 1
                self.put(depth, f"w{self.bounds} = 0")
                self.put(depth, f"while w{self.bounds} < {self.random.randint(1, 4)} and not ({self.condition()}):")
                self.put(depth + 1, f"w{self.bounds} += 1")
                self.inside("while", depth, deep)
            case "try":
                self.attempt(depth, deep)
            case "jump":
                self.jump(depth)
            case "shared":
                self.put(depth, self.random.choice(("if total > 30:", "if len(rows) > 3:", "if len(record) > 2:")))
                self.put(
                    depth + 1, self.random.choice(("break", "continue", "history.append('much')", "return rows, total"))
                )

    def inside(self, kind: str, depth: int, deep: int) -> None:
        self.loops.append(kind)
        if kind == "while" and self.chance(0.5):
            for line in self.random.choice(FANS).split("; "):
                self.put(depth + 1, line)
        self.statements(depth + 1, deep - 1)
        self.loops.pop()
        if kind == "for" and self.chance(0.15):
            self.put(depth, "else:")
            self.statements(depth + 1, 0)

    def jump(self, depth: int) -> None:
        if self.loops:
            self.put(depth, f"if {self.condition()}:")
            self.put(depth + 1, self.random.choice(("break", "continue")))
        elif self.chance(0.7):
            self.put(depth, f"if {self.condition()}:")
            self.put(
                depth + 1,
                self.random.choice(
                    ("continue",) if self.tidy else ("continue", "raise Oops(x)", "break", "return rows, 1")
                ),
            )

    def attempt(self, depth: int, deep: int) -> None:
        self.put(depth, "try:")
        self.statements(depth + 1, deep - 1)
        for kind in self.random.sample(
            ("Oops", "Worse", "ValueError", "(IndexError, ValueError)"), self.random.randint(1, 2)
        ):
            self.put(depth, f"except {kind} as error:")
            for line in self.random.choice(HANDLERS).split("; "):
                self.put(depth + 1, line)
        if self.chance(0.2):
            self.put(depth, "else:")
            self.statements(depth + 1, 0)
        if self.chance(0.15):
            self.put(depth, "finally:")
            self.put(depth + 1, self.random.choice(("print('end', x)", "n += 1", "rows.append(x)")))

    def text(self) -> str:
        self.put(0, "@jit")
        self.put(0, "def subject(items):")
        self.put(1, "rows, record, total = [], {}, 0")
        shared = {name for name in STATE if self.chance(0.0 if self.tidy else 0.04)}
        for name in sorted(shared):
            self.put(1, f"{name} = {STATE[name].replace('x', repr('s'))}")
        outer = self.chance(0.2)
        self.put(1, "for x in items:" if not outer else "for group in (items[:2], items[2:]):")
        depth = 2
        if outer:
            self.put(2, "for x in group:")
            depth = 3
        for name, first in STATE.items():
            if name not in shared:
                self.put(depth, f"{name} = {first}")
        for _ in range(self.random.randint(2, 5)):
            self.statement(depth, 3)
        self.put(depth, "rows.append((x, n, text, best, a, list(history), dict(notes)))")
        if self.chance(0.3):
            self.put(depth, "print(x, total, len(rows))")
        self.put(1, "return rows, record, total")
        failing = self.random.choice((3, 5, 11, 10_000_000))
        body = "\n".join(self.lines)
        items = self.random.sample(("a", "bb", "ccc", "dd", "e", "f9"), 4)
        return (
            PRELUDE.format(failing=failing, wrong=6 if failing % 4 == 1 else 4)
            + f"\n{body}\n\n\ndef main():\n    try:\n        return subject({items})\n"
            + "    except (Oops, ValueError, IndexError, NameError) as error:\n        return 'left', repr(error)\n"
        )


def program(seed: int) -> Program:
    """The program of a seed."""
    return Program(Chains(seed).text(), SLOW, SLOW)
