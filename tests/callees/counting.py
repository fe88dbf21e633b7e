"""Callees that count: calls, tokens, costs, histories; on self, in a global, in a cell."""

import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

import anthropic
import openai

LATENCY = 0.002
gpt = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)
calls = 0
kinds = Counter()
by_length = defaultdict(list)
recent = deque(maxlen=3)
PRICES = {"gpt-4o": (2.5, 10.0)}


def model(prompt):
    time.sleep(LATENCY)
    if "bad" in prompt or "flaky" in prompt:
        raise ConnectionError(f"no answer to {prompt}")
    return f"answer to {prompt}"


def global_counter(x):
    global calls
    calls += 1
    answer = model(x)
    print(f"call {calls}")
    return answer


def counter_of_kinds(x):
    answer = model(x)
    kinds[answer.split()[0]] += 1
    return answer


def grouped(x):
    answer = model(x)
    by_length[len(answer)].append(x)
    return answer


def last_three(x):
    recent.append(x)
    return model(x)


def numbered():
    count = 0

    def ask(x):
        nonlocal count
        count += 1
        return count, model(x)

    return ask


def with_total():
    total = {"tokens": 0, "calls": 0}

    def ask(x):
        response = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": x}])
        total["tokens"] += response.usage.total_tokens
        total["calls"] += 1
        return response.choices[0].message.content, dict(total)

    return ask


def function_attribute(x):
    function_attribute.seen.append(x)
    return model(x)


function_attribute.seen = []


class Usage:
    """Tokens and cost of an OpenAI client's calls."""

    def __init__(self):
        self.prompt = self.completion = 0
        self.cost = 0.0
        self.log = []

    def ask(self, x):
        response = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": x}])
        usage = response.usage
        self.prompt += usage.prompt_tokens
        self.completion += usage.completion_tokens
        rate = PRICES["gpt-4o"]
        self.cost += usage.prompt_tokens * rate[0] / 1e6 + usage.completion_tokens * rate[1] / 1e6
        self.log.append({"prompt": x, "tokens": usage.total_tokens})
        return response.choices[0].message.content


@dataclass
class Tracker:
    calls: int = 0
    errors: int = 0
    by_type: dict = field(default_factory=dict)

    def failed(self, error):
        self.errors += 1
        name = type(error).__name__
        self.by_type[name] = self.by_type.get(name, 0) + 1


class Tracked:
    """Counts successes and failures in an object of its own."""

    def __init__(self):
        self.tracker = Tracker()

    def ask(self, x):
        self.tracker.calls += 1
        try:
            response = claude.messages.create(model="claude-s", max_tokens=9, messages=[{"role": "user", "content": x}])
        except anthropic.AnthropicError as error:
            self.tracker.failed(error)
            raise
        return response.content[0].text


class Shared:
    """One total for all instances."""

    total = 0

    def ask(self, x):
        Shared.total += len(x)
        return model(x)


class History:
    def __init__(self):
        self.prompts, self.answers = [], []

    def ask(self, x):
        self.prompts.append(x)
        answer = model(x)
        self.answers.append(answer)
        return len(self.answers), answer


class Callable:
    """An object that is called, with a count and a limit on what it remembers."""

    def __init__(self, keep):
        self.keep, self.count, self.memory = keep, 0, []

    def __call__(self, x):
        answer = model(x)
        self.count += 1
        self.memory = [*self.memory, answer][-self.keep :]
        return answer


class Chat:
    """A system prompt and settings that each call reads, and a count that each writes."""

    def __init__(self, system, **settings):
        self.system, self.settings, self.calls = system, settings, 0

    def messages(self, x):
        return [{"role": "system", "content": self.system}, {"role": "user", "content": x}]

    def ask(self, x):
        response = gpt.chat.completions.create(model="gpt-4o", messages=self.messages(x), **self.settings)
        self.calls += 1
        return response.choices[0].message.content


class Streaks:
    """What failed in a row decides what is printed, not what is called."""

    def __init__(self):
        self.streak = self.longest = 0

    def ask(self, x):
        try:
            answer = model(x)
        except ConnectionError:
            self.streak += 1
            self.longest = max(self.longest, self.streak)
            return None
        self.streak = 0
        return answer


LOCAL = {
    "global_counter": global_counter,
    "counter_of_kinds": counter_of_kinds,
    "grouped": grouped,
    "last_three": last_three,
    "numbered": numbered(),
    "function_attribute": function_attribute,
    "shared_total": Shared().ask,
    "history": History().ask,
    "callable_object": Callable(2),
    "streaks": Streaks().ask,
}
SERVER = {
    "total_in_cell": with_total(),
    "usage": Usage().ask,
    "tracked": Tracked().ask,
    "chat_with_settings": Chat("Be brief.", temperature=0.1, max_tokens=9).ask,
}
