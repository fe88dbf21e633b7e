"""A sleep of the loop itself, 30 times: one latency."""

import time

from xcs import jit

LATENCY = 0.2


@jit
def work():
    done = []
    for i in range(30):
        time.sleep(LATENCY)
        done.append(f"step {i}")
    return done


def main():
    return work()
