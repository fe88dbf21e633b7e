"""A 30 x 30 nest: as fast as a bare thread for each call (`nest_30_threads`)."""

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
    return grid(30, 30)
