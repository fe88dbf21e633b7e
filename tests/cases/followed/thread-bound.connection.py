import sqlite3
import time

STORE = sqlite3.connect(":memory:")
STORE.execute("create table answers (x text)")


def ask(x):
    time.sleep(0.01)
    return x


def subject(docs=["a", "b"]):
    for doc in docs:
        answer = ask(doc)
        STORE.execute("insert into answers values (?)", (answer,))
    return STORE.execute("select count(*) from answers").fetchone()
