"""Callees with something around the call: spans, timers, semaphores, suppress, decorators, caches."""

import contextlib
import functools
import threading
import time

import anthropic
import openai

LATENCY = 0.002
gpt = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)
spans = []
durations = []
cache = {}
gate = threading.Semaphore(2)
lock = threading.Lock()


def model(prompt):
    time.sleep(LATENCY)
    if "bad" in prompt or "flaky" in prompt:
        raise ValueError(f"no answer to {prompt}")
    return f"answer to {prompt}"


def chat(prompt):
    made = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
    return made.choices[0].message.content


@contextlib.contextmanager
def span(name):
    spans.append(("begin", name))
    try:
        yield name
    except Exception as error:
        spans.append(("failed", name, type(error).__name__))
        raise
    finally:
        spans.append(("end", name))


@contextlib.contextmanager
def timer(into):
    begin = time.perf_counter()
    yield
    into.append(time.perf_counter() - begin > 0)


@contextlib.contextmanager
def ignoring(*kinds):
    try:
        yield
    except kinds as error:
        print("ignored", type(error).__name__)


class Clock:
    """A timer as a class."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.begin = time.monotonic()
        return self

    def __exit__(self, *details):
        print(self.name, "took time:", time.monotonic() - self.begin >= 0)


def in_span(x):
    with span(x):
        return chat(x)


def in_timer(x):
    with timer(durations):
        answer = model(x)
    print("timed", len(durations))
    return answer


def in_clock(x):
    with Clock(x):
        response = claude.messages.create(model="claude-s", max_tokens=9, messages=[{"role": "user", "content": x}])
    return response.content[0].text


def ignoring_failures(x):
    answer = None
    with ignoring(ValueError):
        answer = model(x)
    return answer


def suppressing(x):
    with contextlib.suppress(ValueError):
        answer = model(x)
        spans.append(x)
        return answer
    return "nothing"


def in_semaphore(x):
    with gate:
        answer = model(x)
    spans.append(answer)
    return answer


def under_a_lock(x):
    answer = chat(x)
    with lock:
        spans.append(len(answer))
    return answer


def timed_by_hand(x):
    begin = time.time()
    try:
        return model(x)
    finally:
        durations.append(time.time() - begin >= 0)


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        spans.append((function.__name__, args))
        result = function(*args, **kwargs)
        spans.append("returned")
        return result

    return wrapper


@traced
def with_tracing(x):
    return chat(x)


class Count:
    """A decorator that is a class."""

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function, self.calls = function, 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.function(*args, **kwargs)


@Count
def counted(x):
    return model(x)


def cached_by_hand(x):
    if x in cache:
        print("hit", x)
        return cache[x]
    answer = cache[x] = chat(x)
    return answer


@functools.lru_cache(maxsize=1000)
def remembered(x):
    print("asked", x)
    return model(x)


@functools.cache
def embedding(x):
    return tuple(gpt.embeddings.create(model="e", input=x, encoding_format="float").data[0].embedding[:2])


def with_cached_leaf(x):
    found = embedding(x)
    spans.append(x)
    return found


class Cache:
    def __init__(self):
        self.answers, self.hits, self.misses = {}, 0, 0

    def ask(self, x):
        found = self.answers.get(x)
        if found is not None:
            self.hits += 1
            return found
        self.misses += 1
        answer = model(x)
        self.answers[x] = answer
        return answer


class Nested:
    """Two managers, and a note of how deep one is."""

    def __init__(self):
        self.depth = 0

    def __enter__(self):
        self.depth += 1
        return self

    def __exit__(self, kind, error, lines):
        self.depth -= 1
        return False

    def ask(self, x):
        with self, Clock(f"depth {self.depth}"):
            return model(x)


LOCAL = {
    "in_timer": in_timer,
    "ignoring_failures": ignoring_failures,
    "suppressing": suppressing,
    "in_semaphore": in_semaphore,
    "timed_by_hand": timed_by_hand,
    "counted": counted,
    "lru_cache": remembered,
    "cache_object": Cache().ask,
    "nested_managers": Nested().ask,
}
SERVER = {
    "in_span": in_span,
    "in_clock": in_clock,
    "under_a_lock": under_a_lock,
    "with_tracing": with_tracing,
    "cached_by_hand": cached_by_hand,
    "with_cached_leaf": with_cached_leaf,
}
CACHED = ("cached_by_hand", "lru_cache", "with_cached_leaf", "cache_object")
