"""Nests of loops with calls at every level, each resting on the results of the one above it.

`program(shape, slow)`: a module file's text; at each level some calls take longer than
others, `slow` says which.
"""

from __future__ import annotations

HEAD = """
import time

from xcs import jit

SLOW = {slow}


def pause(text):
    time.sleep(0.01 if sum(map(ord, text)) % 3 == SLOW else 0)


def search(q):
    pause(q)
    return [f"{{q}}{{i}}" for i in range(1 + ord(q[-1]) % 3)]


def fetch(i):
    pause(i)
    return f"<{{i}}>"


def score(q, text):
    pause(q + text)
    return sum(map(ord, text)) * len(q) % 7


def generate(q, texts):
    pause(q)
    return f"{{q}}: {{' '.join(texts)}}"

{subject}

def main():
    return subject(["a", "b", "cd"])
"""

NAMES = frozenset(("search", "fetch", "score", "generate"))

SHAPES = {
    "rag": '''
@jit
def subject(questions):
    answers = {}
    for q in questions:
        docs = {}
        for i in search(q):
            docs[i] = fetch(i)
        best = sorted(docs, key=lambda d: score(q, docs[d]), reverse=True)[:2]
        answers[q] = generate(q, [docs[b] for b in best])
    return answers
''',
    "rag_comprehensions": '''
@jit
def subject(questions):
    answers = []
    for q in questions:
        docs = {i: fetch(i) for i in search(q)}
        scores = {d: score(q, docs[d]) for d in docs}
        best = sorted(docs, key=scores.get)[:2]
        answers.append(generate(q, [docs[b] for b in best]))
    return answers
''',
    "two_levels": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        texts = []
        for i in search(q):
            texts.append(fetch(i))
        rows.append(generate(q, texts))
    return rows
''',
    "three_levels": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        found = []
        for i in search(q):
            parts = []
            for j in search(i):
                parts.append(fetch(j))
            found.append(generate(i, parts))
        rows.append(generate(q, found))
    return rows
''',
    "four_levels": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        found = []
        for i in search(q):
            parts = []
            for j in search(i):
                parts.append(generate(j, [fetch(k) for k in search(j)]))
            found.append(generate(i, parts))
        rows.append(generate(q, found))
    return rows
''',
    "comprehension_in_comprehension": '''
@jit
def subject(questions):
    return [generate(q, [generate(i, [fetch(j) for j in search(i)]) for i in search(q)]) for q in questions]
''',
    "best_of_each": '''
@jit
def subject(questions):
    rows = {}
    for q in questions:
        texts = [fetch(i) for i in search(q)]
        best = max(texts, key=lambda t: score(q, t))
        worst = min(texts, key=lambda t: score("w" + q, t))
        rows[q] = generate(q, [best, worst])
    return rows
''',
    "conditions": '''
@jit
def subject(questions):
    rows = []
    for n, q in enumerate(questions):
        good = []
        for i in search(q):
            if score(q, i) > 2:
                good.append(fetch(i))
            elif n % 2:
                good.append(i)
        if good:
            rows.append(generate(q, good))
    return rows
''',
    "siblings": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        hits = search(q)
        texts = []
        for i in hits:
            texts.append(fetch(i))
        marks = []
        for i in reversed(hits):
            marks.append(score(q, i))
        rows.append((generate(q, texts), [generate(q + t, [t]) for t, m in zip(texts, marks) if m > 1]))
    return rows
''',
    "pairs": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        texts = [fetch(i) for i in search(q)]
        table = [[score(a, b) for b in texts if a != b] for a in texts]
        rows.append(generate(q, [str(sum(row)) for row in table]))
    return rows
''',
    "same_callee": '''
@jit
def subject(questions):
    rows = []
    for q in questions:
        for i in search(q):
            for j in search(i):
                rows.append((q, i, search(j)))
        rows.append(search(q + q))
    return rows
''',
    "inner_of_helper": '''
def best(q, hits):
    print("best of", len(hits))
    texts = [fetch(i) for i in hits]
    return sorted(texts, key=lambda t: score(q, t))[:2]


@jit
def subject(questions):
    rows = []
    for q in questions:
        top = best(q, search(q))
        rows.append(generate(q, top))
    return rows
''',
}  # fmt: skip


def program(shape: str, slow: int) -> str:
    return HEAD.format(slow=slow, subject=SHAPES[shape])


# Questions -> hits -> a text for each hit -> a score for each text -> an answer from the best, by a real client.
SERVED = """
import os

from openai import OpenAI

from xcs import jit

client = OpenAI(base_url=os.environ["XCS_TEST_SERVER"] + "/v1", api_key="any", max_retries=0)


def complete(system, text):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
    return client.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message.content


def search(q):
    size = len(complete("Say something.", q))
    return [f"{q}-{i}-{size}" for i in range(3)]


def fetch(i):
    return complete("Tell more.", i)


def score(q, text):
    return float(complete("How relevant is the passage to the question? Answer from 0 to 1.", q + ": " + text))


def generate(q, texts):
    return complete("Answer the question.", q + " given " + " and ".join(texts))


@jit
def subject(questions):
    answers = {}
    for q in questions:
        docs = {}
        for i in search(q):
            docs[i] = fetch(i)
        best = sorted(docs, key=lambda d: score(q, docs[d]), reverse=True)[:2]
        answers[q] = generate(q, [docs[b] for b in best])
    return answers


def main():
    try:
        return subject(["one", "two", "three", "four", "five", "six", "seven"])
    finally:
        client.close()
"""
