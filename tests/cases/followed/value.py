import pickle
import time

import xcs


@xcs.unordered
def ask(x):
    time.sleep(0.01)
    return x


def subject(rows=[b"I1\n.", b"I2\n."]):
    values = [pickle.loads(row) for row in rows]
    return [ask(value) for value in values]
