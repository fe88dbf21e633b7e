import time


def ask_of(doc):
    def ask(part):
        time.sleep(0.01)
        return part, doc

    return ask(doc)


def subject(docs=["a", "b"]):
    found = []
    for doc in docs:
        found.append(ask_of(doc))
    return found
