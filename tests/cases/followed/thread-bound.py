import threading
import time


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"], turn=threading.Condition()):
    found = []
    with turn:
        turn.wait(0.01)
    for doc in docs:
        found.append(ask(doc))
    return found
