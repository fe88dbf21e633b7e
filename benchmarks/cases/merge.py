"""Summarise each, then merge in order, where merging is local: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def summarise(part):
    time.sleep(LATENCY)
    return part.title()


def merge(summary, part):
    return f"{summary} / {part}" if summary else part


@jit
def summary_of(parts):
    summary = ""
    for part in parts:
        summary = merge(summary, summarise(part))
    return summary


def main():
    return summary_of([f"part {n}" for n in range(20)])
