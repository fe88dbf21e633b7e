"""A chain of two per item over 20: two latencies."""

import time

from xcs import jit

LATENCY = 0.2


def extract(text):
    time.sleep(LATENCY)
    return text.upper()


def translate(text):
    time.sleep(LATENCY)
    return text[::-1]


@jit
def pipeline(texts):
    results = []
    for text in texts:
        extracted = extract(text)
        results.append(translate(extracted))
    return results


def main():
    return pipeline([f"text {n}" for n in range(20)])
