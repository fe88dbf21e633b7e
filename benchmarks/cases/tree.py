"""Recursion over a tree of 40 leaves: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def leaf(value):
    time.sleep(LATENCY)
    return value * value


@jit
def total(tree):
    if isinstance(tree, int):
        return leaf(tree)
    return sum([total(child) for child in tree])


def main():
    return total([[[n, n + 1], [n + 2], n + 3, [n + 4]] for n in range(0, 40, 5)])
