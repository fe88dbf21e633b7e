import time


def ask(x, key):
    time.sleep(0.01)
    return x, key


def subject(docs=["a", "b"]):
    found = []
    for key, doc in enumerate(docs):
        found.append(ask(doc, key))
    return found
