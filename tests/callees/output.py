"""Callees that tell what they do: print, logging, warnings, progress."""

import io
import logging
import os
import sys
import time
import warnings

import anthropic
import httpx
import openai
import requests
from rich.console import Console
from rich.progress import Progress
from tqdm import tqdm

LATENCY = 0.002
SITE = os.environ["SITE_URL"]
log = logging.getLogger("callees.output")
gpt = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)
web = httpx.Client(trust_env=False)


def model(prompt):
    time.sleep(LATENCY)
    if "bad" in prompt or "flaky" in prompt:
        raise TimeoutError(f"no answer to {prompt}")
    return f"answer to {prompt}"


def chat(prompt):
    made = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
    return made.choices[0].message.content


def prints_progress(x):
    print(f"asking {x} ...", end=" ", flush=True)
    answer = model(x)
    print("done:", answer)
    return answer


def prints_usage(x):
    response = gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": x}])
    print(f"{response.usage.prompt_tokens} in, {response.usage.completion_tokens} out", file=sys.stderr)
    return response.choices[0].message.content


def logs_around(x):
    log.info("asking %s", x)
    text = chat(x)
    log.debug("answer %r (%d characters)", text, len(text))
    return text


def logs_failure(x):
    try:
        return chat(x)
    except openai.OpenAIError as error:
        log.warning("call failed: %s", type(error).__name__)
        return None


def logs_traceback(x):
    try:
        response = claude.messages.create(model="claude-s", max_tokens=9, messages=[{"role": "user", "content": x}])
    except anthropic.APIStatusError:
        log.exception("status of %s", x)
        raise
    log.info("stopped: %s", response.stop_reason, extra={"item": x})
    return response.content[0].text


def warns_about_length(x):
    answer = model(x)
    if len(answer) > 15:
        warnings.warn(f"a long answer: {len(answer)}", stacklevel=2)
    return answer


def warns_and_goes_on(x):
    try:
        return model(x)
    except TimeoutError as error:
        warnings.warn(f"gave up: {error}", RuntimeWarning, stacklevel=1)
        return ""


def fetches_and_prints(x):
    response = requests.get(f"{SITE}/page/1", params={"q": x})
    print(response.status_code, len(response.text) > 10)
    response.raise_for_status()
    return response.text


def httpx_logs(x):
    response = web.get(f"{SITE}/page/2", params={"q": x})
    log.info("%s -> %s", x, response.status_code)
    return response.status_code


class Bar:
    """A progress bar beside the calls."""

    def __init__(self, total):
        self.bar = tqdm(total=total, mininterval=1e9, file=sys.stdout, bar_format="{n}", leave=False)
        self.done = 0

    def ask(self, x):
        answer = model(x)
        self.done += 1
        self.bar.update(1)
        return answer


class RichBar:
    def __init__(self, total):
        self.progress = Progress(console=Console(file=io.StringIO()), auto_refresh=False)
        self.task = self.progress.add_task("asking", total=total)
        self.answers = []

    def ask(self, x):
        answer = model(x)
        self.answers.append(answer)
        self.progress.update(self.task, advance=1)
        return answer


class Reporter:
    """Counts, and prints each third time."""

    def __init__(self, every):
        self.every, self.count = every, 0

    def ask(self, x):
        self.count += 1
        if self.count % self.every == 0:
            print(f"{self.count} so far")
        return model(x)


LOCAL = {
    "prints_progress": prints_progress,
    "warns_about_length": warns_about_length,
    "warns_and_goes_on": warns_and_goes_on,
    "tqdm_bar": Bar(6).ask,
    "rich_bar": RichBar(6).ask,
    "reporter": Reporter(3).ask,
}
SERVER = {
    "prints_usage": prints_usage,
    "logs_around": logs_around,
    "logs_failure": logs_failure,
    "logs_traceback": logs_traceback,
    "fetches_and_prints": fetches_and_prints,
    "httpx_logs": httpx_logs,
}
