"""Callees that handle failures: defaults, retries by hand, tenacity, backoff, jitter."""

import functools
import json
import logging
import os
import random
import time

import backoff
import httpx
import openai
import requests
import tenacity

LATENCY = 0.002
SITE = os.environ["SITE_URL"]
log = logging.getLogger("callees.failures")
gpt = openai.OpenAI(max_retries=0)
web = httpx.Client(trust_env=False)
failed = []
dice = random.Random(7)


def model(prompt):
    time.sleep(LATENCY)
    if "bad" in prompt or "flaky" in prompt:
        raise ConnectionError(f"no answer to {prompt}")
    return f"answer to {prompt}"


def chat(prompt):
    made = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
    return made.choices[0].message.content


def default_on_error(x):
    try:
        return chat(x)
    except openai.APIStatusError as error:
        failed.append((x, error.status_code))
        return ""


def ok_flag(x):
    try:
        return {"ok": True, "answer": model(x)}
    except Exception as error:
        print("error:", error)
        return {"ok": False, "answer": str(error)}


def translated_error(x):
    print("asking", x)
    try:
        return model(x)
    except ConnectionError as error:
        raise RuntimeError(f"item {x}") from error


def retries(x):
    for attempt in range(3):
        try:
            return chat(x)
        except openai.InternalServerError:
            log.warning("attempt %d of %s failed", attempt + 1, x)
    raise RuntimeError(f"gave up on {x}")


def retries_while(x):
    attempt = 0
    while True:
        attempt += 1
        try:
            return attempt, model(x)
        except ConnectionError:
            if attempt >= 2:
                raise
            print("again", x)


def retries_with_backoff(x):
    delay = 0.0005
    last = None
    for attempt in range(3):
        try:
            return chat(x)
        except openai.OpenAIError as error:
            last = error
            print(f"attempt {attempt}: {type(error).__name__}; waiting")
            time.sleep(delay)
            delay *= 2
    raise last


def retries_with_jitter(x):
    for attempt in range(2):
        try:
            return model(x)
        except ConnectionError as error:
            time.sleep(0.0005 * dice.random())
            failed.append((attempt, str(error)))
    return None


class Retrying:
    """Counts tries and failures over all calls."""

    def __init__(self, most):
        self.most, self.tries, self.failures = most, 0, 0

    def ask(self, x):
        for attempt in range(self.most):
            self.tries += 1
            try:
                response = web.get(f"{SITE}/page/3", params={"q": x})
                response.raise_for_status()
                return response.status_code
            except httpx.HTTPStatusError:
                self.failures += 1
                if attempt == self.most - 1:
                    raise


class Fallback:
    """Asks a second model where the first fails."""

    def __init__(self):
        self.used = []

    def ask(self, x):
        try:
            answer = chat(x)
            self.used.append("first")
        except openai.OpenAIError:
            answer = model("second choice")
            self.used.append("second")
        return answer


def retry(times):
    """A decorator as people write it."""

    def around(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    log.info("%s failed (%s), attempt %d", function.__name__, error, attempt)
                    if attempt + 1 == times:
                        raise

        return wrapper

    return around


@retry(2)
def decorated(x):
    return chat(x)


@retry(times=2)
def decorated_twice(x, shout=False):
    answer = model(x)
    print(answer)
    return answer.upper() if shout else answer


@tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none())
def by_tenacity(x):
    log.info("asking %s", x)
    return chat(x)


@tenacity.retry(
    stop=tenacity.stop_after_attempt(2),
    wait=tenacity.wait_exponential(multiplier=0.0001, max=0.001),
    retry=tenacity.retry_if_exception_type(ConnectionError),
    before_sleep=tenacity.before_sleep_log(log, logging.INFO),
    reraise=True,
)
def by_tenacity_logged(x):
    return model(x)


@backoff.on_exception(backoff.expo, openai.OpenAIError, max_tries=3, factor=0.0001, jitter=None)
def by_backoff(x):
    failed.append(x)
    return chat(x)


@backoff.on_exception(backoff.constant, (ConnectionError, TimeoutError), max_tries=2, interval=0.0005)
def by_backoff_with_jitter(x):
    return model(x)


def status_handled(x):
    response = requests.get(f"{SITE}/page/4", params={"q": x})
    if response.status_code != 200:
        log.error("%s: %s", x, response.status_code)
        return None
    return len(response.text)


def parses_or_not(x):
    text = chat(x)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        failed.append(str(error))
        return {"raw": text}


LOCAL = {
    "ok_flag": ok_flag,
    "translated_error": translated_error,
    "retries_while": retries_while,
    "retries_with_jitter": retries_with_jitter,
    "decorated_twice": decorated_twice,
    "by_tenacity_logged": by_tenacity_logged,
    "by_backoff_with_jitter": by_backoff_with_jitter,
}
SERVER = {
    "default_on_error": default_on_error,
    "retries": retries,
    "retries_with_backoff": retries_with_backoff,
    "retrying_object": Retrying(2).ask,
    "fallback": Fallback().ask,
    "decorated": decorated,
    "by_tenacity": by_tenacity,
    "by_backoff": by_backoff,
    "status_handled": status_handled,
    "parses_or_not": parses_or_not,
}
