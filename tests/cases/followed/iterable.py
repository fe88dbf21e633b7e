import time


class Items:
    def __iter__(self):
        return iter(["a", "b"])


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=Items()):
    docs = list(docs)
    return [ask(doc) for doc in docs]
