"""Callees that build, take and give objects: enums, dataclasses, pydantic models, inheritance, context managers."""

from __future__ import annotations

import abc
import contextlib
import enum
import functools
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, TypedDict

from openai import OpenAI
from pydantic import BaseModel, Field

client = OpenAI()
REVIEWS = ["good and fast", "slow and broken", "the best", "it is late", "clear text"]


def ask(prompt):
    response = client.chat.completions.create(model="m", messages=[{"role": "user", "content": prompt}])
    return response.choices[0].message.content


# -- enums


class Mood(enum.Enum):
    GOOD = "positive"
    BAD = "negative"
    NONE = "neutral"


def mood(text):
    return Mood(ask(f"What is the sentiment?\n{text}"))


def loop_enum():
    return [mood(review).name for review in REVIEWS]


class Level(str, enum.Enum):
    LOW = "low"
    HIGH = "high"

    @property
    def words(self):
        return {"low": 5, "high": 50}[self.value]


def at_level(text, level):
    return level.value, ask(f"Summarise in {level.words} words:\n{text}")


def loop_enum_argument():
    return [at_level(review, level) for review in REVIEWS for level in Level]


# -- NamedTuple and TypedDict results


class Score(NamedTuple):
    text: str
    points: int
    passed: bool = False


def score(text):
    points = int(ask(f"Score from 0 to 10:\n{text}"))
    return Score(text, points, passed=points >= 5)


def loop_named_tuple():
    return sorted((score(review) for review in REVIEWS), key=lambda s: (s.points, s.text))


class Row(TypedDict):
    text: str
    label: str


def row(text) -> Row:
    return Row(text=text, label=ask(f"Classify:\n{text}"))


def loop_typed_dict():
    return [row(review)["label"] for review in REVIEWS]


# -- dataclasses


@dataclass
class Analysis:
    text: str
    label: str
    tags: list[str] = field(default_factory=list)

    @property
    def short(self):
        return self.text[:10]

    @classmethod
    def of(cls, text):
        return cls(text, ask(f"Classify:\n{text}"))


def analyse(text):
    made = Analysis.of(text)
    made.tags.extend(word for word in text.split() if len(word) > 3)
    return made


def loop_dataclass():
    found = []
    for review in REVIEWS:
        result = analyse(review)
        found.append((result.short, asdict(result)))
    return found


# -- dataclass instances made in the region as arguments


@dataclass(frozen=True)
class Request:
    text: str
    words: int = 10

    def prompt(self):
        return f"Summarise in {self.words} words:\n{self.text}"


def send(request):
    return ask(request.prompt())


def loop_instance_argument():
    return [send(Request(review, words=n)) for n, review in enumerate(REVIEWS)]


# -- pydantic models


class Verdict(BaseModel):
    label: str
    confidence: float = Field(default=0.5, ge=0, le=1)


def verdict(text):
    label = ask(f"Classify:\n{text}")
    return Verdict.model_validate_json(json.dumps({"label": label, "confidence": 0.75}))


def loop_pydantic():
    return [verdict(review) for review in REVIEWS]


def checked(text):
    return Verdict(label=ask(f"Classify:\n{text}")).model_dump()


def loop_pydantic_made():
    return {review: checked(review) for review in REVIEWS}


# -- abstract base classes, super()


class Task(abc.ABC):
    def __init__(self, style="plain"):
        self.style = style

    @abc.abstractmethod
    def instructions(self): ...

    def prompt(self, text):
        return f"{self.instructions()}\n{text}"

    def run(self, text):
        return self.parse(ask(self.prompt(text)))

    def parse(self, answer):
        return answer.strip()


class Rating(Task):
    def __init__(self, scale):
        super().__init__(style="number")
        self.scale = scale

    def instructions(self):
        return f"Rate from 0 to {self.scale}, {self.style}"

    def parse(self, answer):
        return int(super().parse(answer))


class Summary(Task):
    def instructions(self):
        return "Summarise, " + self.style


TASKS: list[Task] = [Rating(10), Summary()]


def loop_abstract_classes():
    return [[task.run(review) for task in TASKS] for review in REVIEWS]


# -- inheritance with hooks


class Pipeline:
    steps = ("clean", "shorten")

    def clean(self, text):
        return re.sub(r"\s+", " ", text).strip()

    def shorten(self, text):
        return text[:40]

    def __call__(self, text):
        for name in self.steps:
            text = getattr(self, name)(text)
        return ask(f"Summarise:\n{text}")


class LoudPipeline(Pipeline):
    def shorten(self, text):
        return super().shorten(text).upper()


pipeline = LoudPipeline()


def loop_inheritance():
    return [pipeline(review) for review in REVIEWS]


# -- a context manager of the user's


class Timer:
    def __enter__(self):
        self.begun = time.perf_counter()
        return self

    def __exit__(self, *args):
        self.seconds = time.perf_counter() - self.begun


def timed(text):
    with Timer() as timer:
        answer = ask(f"Classify:\n{text}")
    return answer, timer.seconds >= 0


def loop_context_manager():
    return [timed(review) for review in REVIEWS]


@contextlib.contextmanager
def section(lines: list[str], name: str) -> Iterator[list[str]]:
    lines.append(f"<{name}>")
    try:
        yield lines
    finally:
        lines.append(f"</{name}>")


def sectioned(text):
    lines: list[str] = []
    with section(lines, "review") as inside:
        inside.append(text)
    return ask("Summarise:\n" + "\n".join(lines))


def loop_contextmanager_function():
    return [sectioned(review) for review in REVIEWS]


# -- a cached property beside the call, and a registry by class


class Document:
    def __init__(self, text):
        self.text = text

    @functools.cached_property
    def words(self):
        return self.text.split()

    def summary(self):
        return ask(f"Summarise {len(self.words)} words:\n{self.text}")


def summary(text):
    return Document(text).summary()


def loop_cached_property_local():
    return [summary(review) for review in REVIEWS]
