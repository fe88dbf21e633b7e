"""A decorated function called from a decorated loop, 10 x 10: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def model(group, item):
    time.sleep(LATENCY)
    return f"{group}.{item}"


@jit
def group_results(group):
    return [model(group, item) for item in range(10)]


@jit
def all_results(groups):
    results = {}
    for group in groups:
        results[group] = group_results(group)
    return results


def main():
    return all_results(range(10))
