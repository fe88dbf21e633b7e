import time

import xcs


@xcs.unordered
def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    found = []
    for doc in docs:
        begin = time.perf_counter()
        answer = ask(doc)
        found.append((answer, time.perf_counter() - begin))
    return found
