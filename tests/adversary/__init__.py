"""Adversarial programs: one hazard each, aimed at what the analysis has to know; one integer is one program.

A slow callee reads a place in memory; somewhere else that place is written, by one of many aliases, in code that one of
many constructs runs. The harmless twin writes another instance of the place, so that the calls may run early.
"""

from __future__ import annotations

import random
import re

from tests.adversary.frame import CALLERS, CALLS, FRAMES, HEAD, MAIN
from tests.adversary.texts import Section, sections
from tests.programs import Program

PLACES = sections("memory.txt")
TRIGGERS = sections("triggers.txt")
CALLEES = sections("callees.txt")
SUBJECTS = sections("subjects.txt")
WAIT = "time.sleep(0.0004)"
HARMLESS = 0.55


def program(seed: int) -> Program:
    """The program of a seed."""
    return Adversary(random.Random(seed)).program()


def put(text: str, **parts: str) -> str:
    """Replaces placeholders; a part of several lines keeps the indentation of its place."""
    for name, part in parts.items():
        pieces = re.split(rf"\b{name}\b", text)
        for index in range(1, len(pieces)):
            line = pieces[index - 1].rpartition("\n")[2]
            indent = line[: len(line) - len(line.lstrip())]
            pieces[index] = pieces[index - 1] + part.replace("\n", "\n" + indent) + pieces[index]
        text = pieces[-1]
    return text


def numbered(text: str, number: str) -> str:
    """The text about one instance of a place."""
    return re.sub(r"(?<=\w)@", number, text)


class Adversary:
    """Chooses place, aliases, trigger, position, callee and subject."""

    def __init__(self, choices: random.Random) -> None:
        self.random = choices

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def program(self) -> Program:
        pick = self.random.choice
        place, trigger = pick(PLACES), pick(TRIGGERS)
        harmless = self.chance(HARMLESS)
        write = self.write(place, "2" if harmless else "1")
        read = numbered(pick(place.reads), "1")
        where = self.random.choices(("region", "callee", "between", "nowhere"), (12, 2, 1, 1))[0]
        if where == "region" and self.chance(0.15) and "global " not in write:
            step, value, define = write, "0", ""
        else:
            step, value, define = trigger.statement, trigger.value, put(trigger.text, HOOK=write)
        statement, step = step, step if where == "region" else "pass"
        callee = self.callee(read, statement if where == "callee" else "pass")
        body = self.body(step, value if where == "region" else "0", read)
        frame = pick(tuple(FRAMES.values())) if self.chance(0.3) else FRAMES["function"]
        subject = "\n".join(self.framed(line, body) for line in frame.split("\n"))
        aside = put("def aside():\n    STEP", STEP=step)
        instances = "\n".join(numbered(place.text, number) for number in ("1", "2"))
        main = put(
            MAIN,
            BETWEEN=statement if where == "between" else "pass",
            CALL=pick(tuple(CALLS.values())) if self.chance(0.2) else CALLS["plain"],
            ITEMS=pick(("[0, 1, 2, 5]", "[1, 1, 2]", "[4, 9, 3, 2]", "[6, 5]", "list(range(6))", "[7]")),
            TURNS=pick(("1", "2", "2", "3")),
        )
        parts = (HEAD, instances, define, callee, aside, subject, CALLERS, main)
        text = "\n\n\n".join(part.strip("\n") for part in parts if part) + "\n"
        slow = frozenset({"slow"})
        return Program(text, slow, slow)

    def write(self, place: Section, number: str) -> str:
        text = numbered(self.random.choice(place.writes), number)
        return re.sub(r"(?<!\w)n(?!\w)", str(self.random.randint(1, 3)), text)

    def callee(self, read: str, called: str) -> str:
        template = self.random.choice(CALLEES).text
        return put(template.replace("SLOW", "slow"), CALLED=called, SLEEP=WAIT, READ=read)

    def body(self, step: str, value: str, read: str) -> str:
        nest = read if self.chance(0.15) else str(self.random.randrange(3))
        template = self.random.choice(SUBJECTS).text
        return put(template, SLOW="slow", NEST=nest, VALUE=value, STEP=step)

    def framed(self, line: str, body: str) -> str:
        """The line, or where it says BODY the indented body."""
        depth = {"BODY": "    ", "@BODY": "        "}.get(line)
        return line if depth is None else "\n".join(depth + below if below else "" for below in body.split("\n"))


__all__ = ["program"]
