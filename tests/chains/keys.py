# ruff: noqa: E501
"""Generated programs whose calls need each other by keys and positions; one integer is one program.

Results travel through dictionaries, lists, lists of lists and tables; some are changed, shared, handed to others, looked
into or thrown away on the way.
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


def number(value):
    return sum((k + 1) * ord(c) for k, c in enumerate(str(value)))


def ask(*given):
    time.sleep(1e-6)
    n = number(given)
    if n % {failing} == 0:
        raise Oops(f"ask {{n}}")
    return f"a{{n % 19}}"


def score(value, more=0):
    time.sleep(1e-6)
    n = number(value) + number(more)
    if n % {failing} == 1:
        raise Oops(f"score {{n}}")
    return n % 7


def talk(messages):
    time.sleep(1e-6)
    n = number(messages)
    if n % {failing} == 2:
        raise Oops(f"talk {{n}}")
    return {{"role": "assistant", "content": f"c{{n % 13}}", "n": n % 5, "more": [n % 3, n % 4]}}


def same(value):
    time.sleep(1e-6)
    return value


def shown(value):
    return json.dumps(value, sort_keys=True, default=str)


def push(container, value):
    container.append(value)
    return len(container)


def longest(texts):
    return max(texts, key=len) if texts else ""


def wrapped(message):
    return {{"role": "kept", "content": message["content"][:2]}}


def gathered(others, most=2):
    prefix = "others"
    for other in others[:most]:
        prefix = prefix + " {{}}".format(other[-1]["content"])
    return {{"content": prefix}}


def first_said(others, k):
    if len(others) <= k:
        return {{"content": "none"}}
    return {{"content": others[k][0]["content"]}}


def picked(others):
    for other in others:
        if other[-1]["content"] > "c3":
            return other[-1]
    return {{"content": "nobody"}}


def added(turn, message):
    turn.append(message)
    return {{"content": message["content"], "n": len(turn)}}


STEPS = [
    {{"id": "a", "needs": [], "n": 0}},
    {{"id": "b", "needs": ["a"], "n": 1}},
    {{"id": "c", "needs": [], "n": 2}},
    {{"id": "d", "needs": ["a", "c"], "n": 3}},
    {{"id": "e", "needs": ["b", "d"], "n": 4}},
    {{"id": "a", "needs": ["e"], "n": 5}},
]

"""

SLOW = frozenset(("ask", "score", "talk", "same"))
BEFORE = """
results = {}
results = {"a": "zero"}
rows = []
rows = ["first"]
turns = [[{"role": "user", "content": str(k)}] for k in range(3)]
seen = set()
seen = []
table = {}
total, text, last = 0, "", None
""".strip().splitlines()
CALLS = """
results[step["id"]] = ask(step["id"], *[results[w] for w in step["needs"] if w in results])
results[step["id"]] = ask([results.get(w) for w in step["needs"]])
given = {w: results.get(w, "none") for w in step["needs"]}; results[step["id"]] = ask(given)
rows.append(ask(step["id"], rows[-2:]))
rows.append(ask(step["id"], len(rows)))
rows.append(score(rows[step["n"] // 2] if len(rows) > step["n"] // 2 else step["id"]))
rows.append(f"{ask(step['n'])}!")
rows.append(ask(any(row.endswith("7") for row in rows[-2:]), step["n"]))
if all(row > "a1" for row in rows):;     rows.append(ask(step["id"], next((r for r in rows if r > "a2"), "no")))
results[step["id"]] = ask(next((results[w] for w in step["needs"] if w in results), "none"))
if not any(t[-1]["content"] > "c5" for t in turns for _ in t):;     mine = turns[step["n"] % 3]; mine.append(talk(mine))
if step["id"] not in table:;     table[step["id"]] = talk([step["id"]]); rows.append(table[step["id"]]["content"])
for w in step["needs"]:;     if w not in table:;         table[w] = ask(w);     rows.append(table[w])
if step["id"] in seen:;     continue; seen.SEEN(step["id"]); rows.append(ask(step["id"]))
mine = turns[step["n"] % 3]; mine.append(talk(mine)); rows.append(len(mine))
mine = turns[step["n"] % 3]; mine.append({"role": "user", "content": str(rows[-1:])}); mine.append(talk(mine))
for k, turn in enumerate(turns):;     others = [t[-1]["content"] for j, t in enumerate(turns) if j != k];     turn.append(talk(turn[-1:] + others))
for turn in turns:;     turn.append(talk(turn))
for k, turn in enumerate(turns):;     if step["n"]:;         turn.append({"content": " | ".join(t[-1]["content"] for t in turns)});     turn.append(talk(turn))
mine = turns[step["n"] % 3]; mine.append(wrapped(talk(mine)))
for k, turn in enumerate(turns):;     turn.append(gathered(turns[:k] + turns[k + 1:]));     turn.append(wrapped(talk(turn)))
for k, turn in enumerate(turns):;     turn.append(wrapped(talk([turn[-1], first_said(turns, step["n"] % 4)])))
for turn in turns:;     turn.append(talk([picked(turns)]))
for turn in turns:;     last = added(turn, talk(turn));     rows.append(last["content"])
answer = talk([step["id"]]); answer["n"] = 3; rows.append(wrapped(answer)["content"]); rows.append(ask(gathered([[answer], [answer]])))
total += score(step["id"], step["n"])
total = total + score(total)
text += ask(step["id"])
text = text + ask(text[-3:])
last = talk([step["id"], last and last["content"]])
last = talk([step["id"]]); results[step["id"]] = last["content"]
answer = talk([step["n"]]); rows.append((answer["content"], answer["n"]))
answer = talk([step["n"]]); a, b = answer["more"]; results[step["id"]] = ask(a, b)
level = [ask(step["id"], k) for k in range(3)]; rows.append(ask(level[0], level[2]))
level = [ask(step["id"], k) for k in range(2)]; level = [ask(x, y) for x, y in zip(level, level[1:])]; rows.extend(level)
level = {k: score(step["id"], k) for k in "xyz"}; rows.append(ask(sorted(level.values())))
level = [score(step["id"], k) for k in range(3)]; rows.append(ask(max(level), sum(level)))
level = [talk([step["id"], k]) for k in range(3)]; rows.append(ask([m["content"] for m in level if m["n"] > 1]))
results[step["id"]] = ask(shown(results))
results[step["id"]] = ask(longest([str(r) for r in rows]))
results[step["id"]] = same(results.get("a"))
rows.append(same(rows[-1:]))
rows.append(same(step["needs"]))
results[step["id"]] = score(results.get("a", 1), more=results.get("c", 2))
box = [step["id"]]; box.append(ask(box)); box.append(ask(box)); results[step["id"]] = box
box = {"id": step["id"]}; box["x"] = ask(box); box["y"] = ask(step["n"]); rows.append(box)
try:;     results[step["id"]] = ask(step["id"], results.get("a")); except Oops as error:;     results[step["id"]] = str(error)
try:;     rows.append(score(step["id"])); except Oops:;     rows.append(-1)
ask(step["id"], rows[-1:])
results.setdefault(step["id"], []) if step["n"] > 9 else None; rows.append(ask(sorted(results)))
table[step["n"], 0] = ask(step["n"]); table[step["n"], 1] = ask(table[step["n"], 0], table.get((step["n"] - 1, 1)))
rows[-1:] = [ask(step["id"])]
""".strip().splitlines()
QUIET = """
print(step["id"], len(rows))
print(rows[-1:])
rows.append(step["n"])
results[step["id"] + "x"] = step["n"]
results.pop("a", None)
rows = rows[-3:]
rows = list(rows)
alias = results
alias["z"] = step["n"]
total += 1
text = text[-4:]
if total > 9:;     break
if len(rows) > 4:;     continue
if len(rows) > 5:;     break
if rows and rows[-1] == "a3":;     continue
if last and last["n"] > 2:;     rows.append("high")
if results.get("a") == "a1":;     results["b"] = "set"
n = push(rows, step["id"])
turns[0] = turns[0][-2:]
turns.append([{"role": "user", "content": step["id"]}]) if len(turns) < 5 else None
record.append(step["id"])
record.append(dict(results))
COUNTS["n"] += 1
step = {**step, "id": step["id"] + "q"}
first = rows[0] if rows else None
if rows and str(rows[-1]) in results:;     total += 1
rows.append((text in results, step["id"] in table))
if (rows[-1] if rows and isinstance(rows[-1], str) else "a") in results:;     results.pop("a", None)
rows.reverse()
rows.sort(key=str)
del rows[:1]
results = dict(results)
results.update({k: v for k, v in results.items() if v})
if not rows:;     rows.append("none")
joined = ", ".join(str(r) for r in rows)
text = f"{text}{rows[-1:]}"[-6:]
total = len(results)
if isinstance(last, dict):;     text = last["content"]
for r in list(rows):;     total += len(str(r))
while len(rows) > 6:;     rows.pop()
if step["n"] == 7:;     raise Oops("seven")
assert total >= 0
""".strip().splitlines()


class Keys:
    """Writes the body of one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.seen = "add"

    def statements(self, depth: int, count: int) -> None:
        for _ in range(count):
            self.statement(depth)

    def statement(self, depth: int) -> None:
        kind = self.random.choices(("call", "quiet", "if", "for", "while"), (6, 2, 0.8, 0.5, 0.2))[0]
        if kind in ("call", "quiet"):
            text = self.random.choice(CALLS if kind == "call" else QUIET)
            for line in _lines(text):
                self.lines.append("    " * depth + line.replace("SEEN", self.seen))
        elif kind == "if":
            test = self.random.choice(('step["n"] % 2', 'step["id"] in results', "len(rows) > 2", "total < 5", "last"))
            self.lines.append("    " * depth + f"if {test}:")
            self.statements(depth + 1, self.random.randint(1, 2))
        elif kind == "for":
            self.lines.append("    " * depth + f"for _ in range({self.random.randint(1, 3)}):")
            self.statements(depth + 1, self.random.randint(1, 2))
        else:
            self.lines.append("    " * depth + f"while total < {self.random.randint(2, 6)}:")
            self.lines.append("    " * (depth + 1) + "total += 1")
            self.statements(depth + 1, 1)

    def text(self) -> str:
        inside = self.random.random() < 0.3  # the state is of each item of a loop around
        given = self.random.random() < 0.2
        self.lines += ["@jit", f"def subject(steps{', results, rows' if given else ''}):", "    record = []"]
        depth = 1
        if inside:
            self.lines.append("    for group in (steps[:3], steps[2:]):")
            depth = 2
        chosen = {line.partition(" =")[0]: line for line in self.random.sample(BEFORE, len(BEFORE))}
        self.seen = "append" if "[]" in chosen["seen"] else "add"
        for name, line in chosen.items():
            if not given or name not in ("results", "rows"):
                self.lines.append("    " * depth + line)
        if self.random.random() < 0.1:
            self.lines.append(
                "    " * depth + self.random.choice(("rows2 = rows", "table = results", "turns = [turns[0]] * 3"))
            )
        self.lines.append("    " * depth + f"for step in {'group' if inside else 'steps'}:")
        self.statements(depth + 1, self.random.randint(1, 4))
        self.lines.append("    " * depth + "record.append((results, rows, turns, table, total, text, last))")
        self.lines.append("    return record")
        failing = self.random.choice((3, 7, 17, 10_000_000))
        call = "subject(STEPS, {'a': 'given'}, ['given'])" if given else "subject(STEPS)"
        return (
            PRELUDE.format(failing=failing) + 'COUNTS = {"n": 0}\n\n\n' + "\n".join(self.lines)
            + f"\n\n\ndef main():\n    try:\n        return {call}, COUNTS\n"
            + "    except (Oops, KeyError, IndexError, TypeError, NameError, AttributeError, AssertionError) as error:\n"
            + "        return 'left', repr(error), COUNTS\n"
        )  # fmt: skip


def _lines(text: str) -> list[str]:
    """The lines of a statement, parted by `; ` with the spaces of the next one behind it."""
    return text.split("; ")


def program(seed: int) -> Program:
    """The program of a seed."""
    return Program(Keys(seed).text(), SLOW, SLOW)
