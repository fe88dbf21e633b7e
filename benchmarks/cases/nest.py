"""A 10 x 10 nest: one latency."""

import time

from xcs import jit

LATENCY = 0.2


def model(row, column):
    time.sleep(LATENCY)
    return row * column


@jit
def grid(rows, columns):
    table = []
    for row in range(rows):
        line = []
        for column in range(columns):
            line.append(model(row, column))
        table.append(line)
    return table


def main():
    return grid(10, 10)
