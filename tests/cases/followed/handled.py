import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    found = []
    for doc in docs:
        try:
            found.append(ask(doc))
        except ValueError:
            found.append(None)
    return found
