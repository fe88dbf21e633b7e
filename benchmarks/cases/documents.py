"""The document loop with three callees over 20: one latency, not three."""

import time

from xcs import jit

LATENCY = 0.2


def sentiment_model(doc):
    time.sleep(LATENCY)
    return "good" if doc["id"] % 2 else "bad"


def summary_model(doc):
    time.sleep(LATENCY)
    return doc["text"][:8]


def language_model(doc):
    time.sleep(LATENCY)
    return "en" if doc["id"] % 3 else "de"


@jit
def analyse(docs):
    results = []
    for doc in docs:
        sentiment = sentiment_model(doc)
        summary = summary_model(doc)
        language = language_model(doc)
        print(doc["id"], sentiment, language)
        results.append({"sentiment": sentiment, "summary": summary, "language": language})
    return results


def main():
    return analyse([{"id": n, "text": f"document number {n}"} for n in range(20)])
