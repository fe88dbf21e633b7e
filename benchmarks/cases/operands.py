"""`f(x) + g(y) + h(z)`: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def f(x):
    time.sleep(LATENCY)
    return x + 1


def g(x):
    time.sleep(LATENCY)
    return x * 2


def h(x):
    time.sleep(LATENCY)
    return x - 3


@jit
def total(x, y, z):
    return f(x) + g(y) + h(z)


def main():
    return total(1, 2, 3)
