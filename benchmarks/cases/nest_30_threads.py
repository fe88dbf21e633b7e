"""The yardstick of `nest_30`: one bare thread per call."""

import threading
import time

LATENCY = 0.2


def model(row, column):
    time.sleep(LATENCY)
    return row * column


def main():
    table = [[0] * 30 for _ in range(30)]

    def fill(row, column):
        table[row][column] = model(row, column)

    threads = [threading.Thread(target=fill, args=(row, column)) for row in range(30) for column in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return table
