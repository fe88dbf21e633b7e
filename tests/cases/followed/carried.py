import time


def ask(question):
    time.sleep(0.01)
    return question


def subject(questions=["a", "b"]):
    answer = ""
    for question in questions:
        answer = answer + ask(question)
    return answer
