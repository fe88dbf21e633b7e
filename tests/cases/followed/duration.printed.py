import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    found = []
    for doc in docs:
        begin = time.perf_counter()
        found.append(ask(doc))
        print(time.perf_counter() - begin)
    return found
