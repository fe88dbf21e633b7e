"""A helper three levels deep over 20: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def request(payload):
    time.sleep(LATENCY)
    return {"echo": payload["prompt"]}


def complete(prompt):
    return request({"prompt": prompt})["echo"]


def classify(text):
    return complete(f"classify: {text}").split(": ")[1]


@jit
def classify_all(texts):
    labels = {}
    for text in texts:
        labels[text] = classify(text)
    return labels


def main():
    return classify_all([f"text {n}" for n in range(20)])
