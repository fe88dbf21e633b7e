import time


def ask(x):
    try:
        time.sleep(0.01)
        return x
    except ValueError:
        return None


def subject(docs=["a", "b"]):
    found = []
    for doc in docs:
        found.append(ask(doc))
    return found
