"""Retrieval: embed the question and the passages, search locally, let a model rerank each hit, answer. OpenAI."""

import math

from openai import OpenAI

from xcs import jit

client = OpenAI()

PASSAGES = [
    "The warranty covers the battery for two years from the day of purchase.",
    "The battery lasts ten hours when the display is dimmed.",
    "To charge the battery, use the cable in the box.",
    "Returns are accepted within thirty days of purchase.",
    "The display can be replaced by an authorised workshop.",
    "A damaged battery must not be charged.",
    "The warranty does not cover water damage.",
    "Our support answers on working days from nine to five.",
    "The device weighs four hundred grams with the battery.",
    "Purchase of an extended warranty is possible for one year.",
]


def embed(text):
    return client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


def relevance(question, passage):
    response = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": "How relevant is the passage to the question? Answer from 0 to 1."},
            {"role": "user", "content": f"Question: {question}\nPassage: {passage}"},
        ],
    )
    return float(response.choices[0].message.content)


@jit
def build_index(passages):
    return [(passage, embed(passage)) for passage in passages]


@jit
def answer(question, index, top=6):
    wanted = embed(question)
    ranked = sorted(index, key=lambda entry: cosine(wanted, entry[1]), reverse=True)
    hits = [passage for passage, _ in ranked[:top]]
    scores = {hit: relevance(question, hit) for hit in hits}
    context = sorted(hits, key=scores.get, reverse=True)[:3]
    for passage in context:
        print(f"  {scores[passage]:.3f}  {passage}")
    response = client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": "Answer from the context.\n" + "\n".join(context)},
            {"role": "user", "content": question},
        ],
    )
    return response.choices[0].message.content


def main():
    index = build_index(PASSAGES)
    answers = []
    for question in ["How long is the warranty of the battery?", "When can I reach support?"]:
        print(question)
        answers.append(answer(question, index))
        print("->", answers[-1])
    return answers


if __name__ == "__main__":
    main()
