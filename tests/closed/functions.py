"""Callees made of functions: decorators, partials, tables, generators, defaults, recursion, text and parsing."""

from __future__ import annotations

import functools
import json
import operator
import re
import string
import textwrap
import time
from typing import Any

TEXTS = ["alpha beta", "gamma delta", "epsilon", "zeta eta theta", "iota"]


def model(prompt: str, temperature: float = 0.0) -> str:
    """Stands for a request."""
    time.sleep(0.002)
    return f"answer ({temperature}) to {prompt}"


# -- prompt templates

TEMPLATE = string.Template("Summarise $text in $words words")


def templated(text, words=20):
    prompt = TEMPLATE.substitute(text=text, words=words)
    return model(prompt)


def loop_templates():
    return [templated(text) for text in TEXTS]


# -- parsing answers: json, re, defaults around them


def as_json(text):
    raw = model(f'{{"words": {len(text.split())}}}')
    match = re.search(r"\{.*\}", raw, re.DOTALL)
    try:
        data = json.loads(match.group(0)) if match else {}
    except json.JSONDecodeError:
        return {"words": -1}
    return {"text": text, **data}


def loop_json():
    return [as_json(text) for text in TEXTS]


def number(text):
    answer = model(text)
    try:
        return float(re.findall(r"\d+", answer)[-1])
    except (IndexError, ValueError):
        return None
    finally:
        del answer


def loop_defaults_around_parsing():
    return [number(text) for text in TEXTS]


# -- decorators with functools.wraps


def stripped(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs).strip()

    return wrapper


def prefixed(prefix):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(text, *args, **kwargs):
            return function(f"{prefix}: {text}", *args, **kwargs)

        return wrapper

    return decorate


@prefixed("please")
@stripped
def polite(text, *, temperature=0.3):
    return model(text, temperature) + "  "


def loop_decorators():
    return [polite(text, temperature=0.1 * n) for n, text in enumerate(TEXTS)]


# -- partial, and tables of callables


def judged(criterion, text, scale=5):
    return model(f"{criterion} of {text} from 1 to {scale}")


CRITERIA = {
    "length": functools.partial(judged, "the length"),
    "tone": functools.partial(judged, "the tone", scale=3),
}


def loop_partials():
    return {text: {name: judge(text) for name, judge in CRITERIA.items()} for text in TEXTS}


def shouted(text):
    return model(text.upper())


def counted(text):
    return model(str(len(text)))


HANDLERS = {"shout": shouted, "count": counted}


def dispatch(kind, text):
    return HANDLERS[kind](text)


def loop_table():
    return [dispatch(kind, text) for text in TEXTS for kind in ("shout", "count")]


# -- *args and **kwargs


def flexible(*parts, sep=" ", **options):
    options.setdefault("temperature", 0.5)
    return model(sep.join(parts), **options)


def loop_star_arguments():
    return [flexible(*text.split(), sep="-", temperature=0.9) for text in TEXTS]


# -- generators used locally


def chunks(text, size):
    for start in range(0, len(text), size):
        yield text[start : start + size]


def chunked(text):
    return model(" | ".join(chunks(text, 4)))


def loop_generator():
    return [chunked(text) for text in TEXTS]


def longest(text):
    best = max((word for word in text.split()), key=len)
    ranked = sorted(text.split(), key=lambda word: (-len(word), word))
    return model(best + ranked[0])


def loop_generator_expression():
    return [longest(text) for text in TEXTS]


# -- string building


def report(text):
    lines = ["# Report", ""]
    for index, word in enumerate(text.split(), start=1):
        lines.append(f"{index:>3}. {word!r}")
    body = textwrap.dedent(
        """
        Please read:
        {lines}
        """
    ).format(lines="\n".join(lines))
    return model(textwrap.indent(body.strip(), "  "))


def loop_strings():
    return [report(text) for text in TEXTS]


# -- sorting with key lambdas: in the callee, and in the arguments


def ranked(words, limit=2):
    return model(", ".join(sorted(words, key=lambda word: word[-1], reverse=True)[:limit]))


def loop_key_lambda():
    return [ranked(sorted(text.split(), key=lambda word: len(word))) for text in TEXTS]


def loop_lambda_argument():
    results = []
    for text in TEXTS:
        longest = max(text.split(), key=lambda word: (len(word), word))
        results.append(ranked([longest, *filter(lambda word: len(word) > 4, text.split())]))
    return results


# -- recursion


def tree(text, depth=0):
    words = text.split()
    if len(words) <= 1 or depth > 3:
        return model(text)
    middle = len(words) // 2
    return [tree(" ".join(words[:middle]), depth + 1), tree(" ".join(words[middle:]), depth + 1)]


def loop_recursion():
    return [tree(text) for text in TEXTS]


# -- a closure, and a callable object


def make_asker(style, temperature):
    def ask(text):
        return model(f"{style}: {text}", temperature)

    return ask


def loop_closure():
    ask = make_asker("brief", 0.7)
    return [ask(text) for text in TEXTS]


class Asker:
    def __init__(self, *rules: str, **options: Any) -> None:
        self.rules = rules
        self.options = dict(options)

    def __call__(self, text: str) -> str:
        return model("; ".join([*self.rules, text]), **self.options)


ASKERS = [Asker("be brief"), Asker("be kind", "be clear", temperature=0.4)]


def loop_callable_objects():
    return [ask(text) for ask in ASKERS for text in TEXTS]


# -- helpers of operator and functools


def merged(text):
    counts = functools.reduce(operator.add, map(len, text.split()), 0)
    first = min(([word, len(word)] for word in text.split()), key=operator.itemgetter(1))[0]
    return model(f"{first} {counts}")


def loop_reduce():
    return [merged(text) for text in TEXTS]
