import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    return [ask(doc) for doc in docs]
