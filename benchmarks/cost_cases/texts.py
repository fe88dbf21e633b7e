"""Strings, parsers and formats."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import string
import textwrap
from collections.abc import Iterator
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog"]


def words(n: int) -> tuple[Any, ...]:
    return (" ".join(WORDS[i % 9] for i in range(n)),)


@CASES.add(words, 1_000_000)
def word_counts(text: str) -> object:
    counts: dict[str, int] = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def clean(word: str) -> str:
    return word.strip(string.punctuation).capitalize()


@CASES.add(words)
def cleaned(text: str) -> object:
    return " ".join(clean(word) for word in text.split())


TOKEN = re.compile(r"\s*(?:(\d+)|(.))")


class Parser:
    """Sums and products, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.tokens = [match.groups() for match in TOKEN.finditer(text)]
        self.at = 0

    def accept(self, *symbols: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in symbols:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def number(self) -> int:
        value = int(self.tokens[self.at][0])
        self.at += 1
        return value

    def product(self) -> int:
        value = self.number()
        while self.accept("*"):
            value = value * self.number() % 1009
        return value

    def sum(self) -> int:
        value = self.product()
        while symbol := self.accept("+", "-"):
            value = value + self.product() if symbol == "+" else value - self.product()
        return value


@CASES.add(lambda n: (["+".join(f"{i % 7}*{i % 11}" for i in range(20))] * (n // 20),))
def parser(lines: list[str]) -> object:
    total = 0
    for line in lines:
        total += Parser(line).sum()
    return total


def tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            return
        at = match.end()
        yield match[1] or match[2]


@CASES.add(lambda n: ("12 + 34 * 5" * (n // 10),))
def tokenizer(text: str) -> object:
    kinds = [token.isdigit() for token in tokens(text)]
    return sum(kinds), len(kinds)


@CASES.add(words)
def regular_expressions(text: str) -> object:
    return len(re.findall(r"\bq\w+", text)), re.sub(r"o(\w)", r"\1", text)[:20]


@CASES.add(lambda n: ("\n".join(f"{i},name {i},{i * 0.5}" for i in range(n)),))
def comma_separated(text: str) -> object:
    total = 0.0
    for row in csv.reader(io.StringIO(text)):
        total += float(row[2]) + len(row[1].strip())
    return total


@CASES.add(lambda n: ([{"id": i, "tags": ["a", "b"], "text": "x" * 10} for i in range(n)],))
def json_lines(rows: list[dict[str, Any]]) -> object:
    lines = [json.dumps(row, sort_keys=True) for row in rows]
    return sum(len(json.loads(line)["tags"]) for line in lines)


@CASES.add(lambda n: ([f"<p class='a'>{i} & more</p>" for i in range(n)],))
def escaped(lines: list[str]) -> object:
    return sum(len(html.escape(line)) + len(html.unescape(line)) for line in lines)


@CASES.add(words, 10_000)
def wrapped(text: str) -> object:
    lines = textwrap.wrap(text, 40)
    return len(lines), textwrap.indent("\n".join(lines[:3]), "  ")


@CASES.add(lambda n: ([(f"name{i}", i) for i in range(n)],))
def formatted(rows: list[tuple[str, int]]) -> object:
    out = []
    for name, number in rows:
        out.append(f"{name:<12}|{number:>8,}|{number / 3:.2f}")
        out.append("%s=%d" % (name, number))  # noqa: UP031
    return len("\n".join(out))


def distance(a: str, b: str) -> int:
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (x != y)))
        before = now
    return before[-1]


@CASES.add(lambda n: ([f"word{i % 50}" for i in range(n // 10)], "sword10"))
def edit_distances(words_: list[str], target: str) -> object:
    best = ""
    for word in words_:
        if not best or distance(word, target) < distance(best, target):
            best = word
    return best


class Template:
    def __init__(self, text: str) -> None:
        self.parts = re.split(r"\{(\w+)\}", text)

    def render(self, values: dict[str, object]) -> str:
        return "".join(str(values[p]) if i % 2 else p for i, p in enumerate(self.parts))


def letters(n: int) -> tuple[Any, ...]:
    return Template("Dear {name}, {count} of {what}."), [{"name": i, "count": 2, "what": "x"} for i in range(n)]


@CASES.add(letters)
def templates(template: Template, rows: list[dict[str, object]]) -> object:
    return sum(len(template.render(row)) for row in rows)
