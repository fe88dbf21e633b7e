import functools
import time

import xcs


@xcs.unordered
@functools.lru_cache
def ask(name):
    time.sleep(0.01)
    return name


def subject(names=["a", "b"]):
    return [ask(name) for name in names]
