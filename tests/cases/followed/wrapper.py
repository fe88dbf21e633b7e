import functools
import time

from xcs import jit


class Counted:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.calls = 0

    def __call__(self, *args):
        self.calls += 1
        return self.__wrapped__(*args)


@Counted
@jit
def answers(docs=[0.01, 0.02]):
    return [time.sleep(doc) for doc in docs]
