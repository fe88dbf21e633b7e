import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    found = []
    begin = time.perf_counter()
    for doc in docs:
        found.append(ask(doc))
    return found, time.perf_counter() - begin
