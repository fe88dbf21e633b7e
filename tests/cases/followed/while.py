import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    answer = None
    for doc in docs:
        answer = ask(ask(doc))
    return answer
