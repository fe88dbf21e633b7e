"""A model answers, another model judges, the score runs along. OpenAI answers, Anthropic judges."""

import logging
import re
from dataclasses import dataclass

from anthropic import Anthropic
from openai import OpenAI

from xcs import jit

log = logging.getLogger("evaluation")

candidate = OpenAI()
judge = Anthropic()


@dataclass
class Case:
    question: str
    expected: str


CASES = [Case(f"What is {n} times {n + 3}?", str(n * (n + 3))) for n in range(2, 18)]


def ask(question: str) -> str:
    response = candidate.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
        temperature=0,
    )
    return response.choices[0].message.content or ""


def grade(case: Case, answer: str) -> int:
    response = judge.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=5,
        messages=[
            {
                "role": "user",
                "content": f"Score the answer from 0 to 10.\nQuestion: {case.question}\n"
                f"Expected: {case.expected}\nAnswer: {answer}",
            }
        ],
    )
    match = re.search(r"\d+", response.content[0].text)
    return int(match.group()) if match else 0


@jit
def evaluate(cases: list[Case]) -> float:
    total = 0
    best = None
    for number, case in enumerate(cases, start=1):
        answer = ask(case.question)
        score = grade(case, answer)
        total += score
        if best is None or score > best[0]:
            best = (score, case.question)
        log.info("case %d scored %d", number, score)
        print(f"[{number:2}/{len(cases)}] {case.question:28} {score:3}   running mean {total / number:.2f}")
    print("best:", best)
    return total / len(cases)


def main() -> float:
    return evaluate(CASES)


if __name__ == "__main__":
    main()
