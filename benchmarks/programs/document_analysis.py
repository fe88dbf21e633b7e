"""Sentiment and summary of every document, reported while it goes on. OpenAI."""

from openai import OpenAI

from xcs import jit

client = OpenAI()

TOPICS = ["the new release", "support", "the price", "onboarding", "the mobile app"]
TONES = [
    "is great and fast, everybody seems happy",
    "was slow and confusing, and then it failed",
    "arrived on Tuesday and was installed on Friday",
    "has improved a lot, I love it",
]


def load_documents():
    return [{"id": n, "text": f"Review {n}: {TOPICS[n % 5]} {TONES[n % 4]}."} for n in range(20)]


def complete(instruction, text):
    response = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "system", "content": instruction}, {"role": "user", "content": text}],
    )
    return response.choices[0].message.content


def sentiment_model(doc):
    return complete("What is the sentiment? Answer positive, negative or neutral.", doc["text"])


def summary_model(doc):
    return complete("Summarise the text in one sentence.", doc["text"])


@jit
def analyse(docs):
    results = []
    for doc in docs:
        sentiment = sentiment_model(doc)
        summary = summary_model(doc)
        print(doc["id"], sentiment)
        results.append({"sentiment": sentiment, "summary": summary})
    return results


def main():
    results = analyse(load_documents())
    happy = sum(result["sentiment"] == "positive" for result in results)
    print(f"{happy} of {len(results)} are positive")
    return results


if __name__ == "__main__":
    main()
