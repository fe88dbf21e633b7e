"""`[model(x) for x in data]` over 20: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def model(x):
    time.sleep(LATENCY)
    return x * x


@jit
def predict(data):
    return [model(x) for x in data]


def main():
    return predict(range(20))
