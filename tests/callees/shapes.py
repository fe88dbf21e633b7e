"""Callees of several shapes: hierarchies, dispatch, partials, wrappers, properties; stores in files and databases."""

import csv
import functools
import json
import sqlite3
import time

import anthropic
import openai

LATENCY = 0.002
gpt = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)
notes = []
database = sqlite3.connect(":memory:", check_same_thread=False)
database.execute("create table answers (prompt text, answer text)")


def model(prompt):
    time.sleep(LATENCY)
    if "bad" in prompt or "flaky" in prompt:
        raise LookupError(f"no answer to {prompt}")
    return f"answer to {prompt}"


class Base:
    def __init__(self, name):
        self.name, self.calls = name, 0

    def ask(self, x):
        self.calls += 1
        return self.complete(x)

    def complete(self, x):
        raise NotImplementedError


class Gpt(Base):
    def complete(self, x):
        made = gpt.chat.completions.create(model=self.name, messages=[{"role": "user", "content": x}])
        return made.choices[0].message.content


class Claude(Base):
    def complete(self, x):
        made = claude.messages.create(model=self.name, max_tokens=9, messages=[{"role": "user", "content": x}])
        return made.content[0].text


class Local(Base):
    def complete(self, x):
        return model(x)


class Loud(Local):
    """Calls what it overrides."""

    def ask(self, x):
        print(self.name, "asks", x)
        answer = super().ask(x)
        print(self.name, "has", self.calls)
        return answer


class Several:
    """Several models, for one item each in turn, chosen by what is asked."""

    def __init__(self):
        self.models = {"even": Local("even"), "odd": Loud("odd")}

    def ask(self, x):
        kind = "even" if len(x) % 2 == 0 else "odd"
        return self.models[kind].ask(x)


def upper(x):
    notes.append("upper")
    return model(x).upper()


def lower(x):
    notes.append("lower")
    return model(x).lower()


HANDLERS = {"item": upper, "bad": lower, "flaky": lower}


def dispatched(x):
    answer = HANDLERS[x.split()[0]](x)
    notes.append(len(answer))
    return answer


def with_style(style, x):
    print(style, x)
    return model(f"{style} {x}")


def passing_on(*args, **kwargs):
    notes.append((args, kwargs))
    return with_style(*args, **kwargs)


def wrapped(x, **settings):
    return passing_on("wrapped", x, **settings)


class Settings:
    def __init__(self):
        self.reads = 0

    @property
    def prefix(self):
        return "please: "

    def ask(self, x):
        answer = model(self.prefix + x)
        self.reads += 1
        return answer


def writes_lines(x):
    answer = model(x)
    with open("answers.txt", "a") as file:
        file.write(f"{x}: {answer}\n")
    return answer


def writes_json(x):
    response = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": x}])
    answer = response.choices[0].message.content
    with open("answers.jsonl", "a", encoding="utf-8") as file:
        print(json.dumps({"prompt": x, "answer": answer}), file=file)
    return answer


def writes_table(x):
    answer = model(x)
    with open("answers.csv", "a", newline="") as file:
        csv.writer(file).writerow([x, answer, len(answer)])
    return answer


def writes_database(x):
    answer = model(x)
    database.execute("insert into answers values (?, ?)", (x, answer))
    return answer


def ranked(x):
    answer = model(x)
    notes.append((len(answer), answer))
    notes.sort(key=str)
    best = max(notes, key=lambda note: str(note))
    return best


def collected():
    found = {"words": set(), "longest": ""}

    def ask(x):
        answer = model(x)
        found["words"].update(answer.split())
        if len(answer) > len(found["longest"]):
            found["longest"] = answer
        return sorted(found["words"])

    return ask


def annotates_response(x):
    response = claude.messages.create(model="claude-s", max_tokens=9, messages=[{"role": "user", "content": x}])
    record = {"prompt": x, "text": response.content[0].text, "tags": []}
    record["tags"].append(response.stop_reason)
    notes.append(record)
    return record


LOCAL = {
    "super_ask": Loud("loud").ask,
    "several_models": Several().ask,
    "dispatched": dispatched,
    "partial": functools.partial(with_style, "formal"),
    "passing_on": wrapped,
    "property_read": Settings().ask,
    "writes_lines": writes_lines,
    "writes_table": writes_table,
    "writes_database": writes_database,
    "ranked": ranked,
    "collected": collected(),
}
SERVER = {
    "template_method": Gpt("gpt-4o").ask,
    "template_of_claude": Claude("claude-s").ask,
    "writes_json": writes_json,
    "annotates_response": annotates_response,
}
