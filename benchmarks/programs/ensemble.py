"""Each question goes to several models of two vendors; the majority wins. OpenAI and Anthropic, classes."""

from collections import Counter

from anthropic import Anthropic
from openai import OpenAI

from xcs import jit

QUESTIONS = [
    "I was charged twice this month.",
    "The app crashes when I open the settings.",
    "Could you add a dark mode?",
    "Where do I find my invoices?",
    "Thank you, the last update is lovely.",
]
INSTRUCTION = "Classify the message as billing, technical, feedback or other. Answer with the category only."


class Model:
    def __init__(self, name):
        self.name = name

    def predict(self, question):
        raise NotImplementedError


class GPT(Model):
    def __init__(self, name):
        super().__init__(name)
        self.client = OpenAI()

    def predict(self, question):
        messages = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": question}]
        response = self.client.chat.completions.create(model=self.name, messages=messages)
        return response.choices[0].message.content.strip()


class Claude(Model):
    def __init__(self, name):
        super().__init__(name)
        self.client = Anthropic()

    def predict(self, question):
        response = self.client.messages.create(
            model=self.name,
            max_tokens=20,
            system=INSTRUCTION,
            messages=[{"role": "user", "content": question}],
        )
        return response.content[0].text.strip()


class Ensemble:
    def __init__(self, models):
        self.models = models

    @jit
    def vote(self, question):
        votes = []
        for model in self.models:
            votes.append(model.predict(question))
        return Counter(votes).most_common(1)[0][0], votes


@jit
def classify_all(ensemble, questions):
    answers = {}
    for question in questions:
        label, votes = ensemble.vote(question)
        print(f"{label:10} {votes.count(label)}/{len(votes)}  {question}")
        answers[question] = label
    return answers


def main():
    models = [
        GPT("gpt-4o"),
        GPT("gpt-4o-mini"),
        GPT("gpt-4.1"),
        Claude("claude-sonnet-5-5"),
        Claude("claude-haiku-5-5"),
    ]
    return classify_all(Ensemble(models), QUESTIONS)


if __name__ == "__main__":
    main()
