"""Callees around SDKs and HTTP clients: wrapped, configured, made when first needed."""

from __future__ import annotations

import functools
import json
import os
import re
from dataclasses import dataclass, field

import anthropic
import httpx
import requests
from openai import OpenAI

SITE = os.environ["SITE_URL"]
MODEL = "small"
TIMEOUT = 30.0
HEADERS = {"accept": "text/html"}
TOPICS = ["billing", "speed", "support", "price", "design"]
TITLE = re.compile(r"<title>(.*?)</title>")

client = OpenAI(timeout=TIMEOUT)


# -- a class wrapping an SDK


class Assistant:
    def __init__(self, model: str = MODEL, temperature: float = 0.2) -> None:
        self.client = OpenAI(max_retries=1)
        self.model = model
        self.temperature = temperature

    def _messages(self, prompt: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": "You are brief."}, {"role": "user", "content": prompt}]

    def ask(self, prompt: str) -> str:
        response = self.client.chat.completions.create(
            model=self.model, messages=self._messages(prompt), temperature=self.temperature
        )
        return response.choices[0].message.content.strip()


assistant = Assistant()


def loop_wrapped_sdk():
    return [assistant.ask(f"Summarise:\n{topic}") for topic in TOPICS]


# -- timeouts by call and by client


def ask_with_timeout(prompt, timeout=TIMEOUT):
    response = client.with_options(timeout=timeout).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": prompt}]
    )
    return response.choices[0].message.content


def loop_timeouts():
    answers = {}
    for topic in TOPICS:
        answers[topic] = ask_with_timeout(f"Rate:\n{topic}", timeout=10)
    return answers


# -- configuration objects


@dataclass(frozen=True)
class Config:
    model: str = MODEL
    max_tokens: int = 64
    stop: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


CONFIG = Config(stop=("END",))
claude = anthropic.Anthropic()


def describe(topic, config=CONFIG):
    message = claude.messages.create(
        model=config.model,
        max_tokens=config.max_tokens,
        stop_sequences=list(config.stop),
        messages=[{"role": "user", "content": f"Summarise:\n{topic} is good"}],
    )
    return "".join(block.text for block in message.content if block.type == "text")


def loop_configuration():
    found = []
    for topic in TOPICS:
        found.append(describe(topic))
    return found


# -- `with httpx.Client() as c`


def title(number):
    with httpx.Client(base_url=SITE, headers=HEADERS, timeout=TIMEOUT) as c:
        response = c.get(f"/page/{number}", params={"lang": "en"})
        response.raise_for_status()
    match = TITLE.search(response.text)
    return match.group(1) if match else None


def loop_client_in_with():
    return [title(n) for n in (1, 2, 3, 4)]


# -- requests, try/except with a default answer


def page(number):
    try:
        response = requests.get(f"{SITE}/page/{number}", headers=HEADERS, timeout=10)
        response.raise_for_status()
        return response.text
    except requests.RequestException:
        return ""


def loop_request_with_default():
    return [len(page(n)) for n in (5, 6, 7, 8)]


# -- a lazily made client: `global`


_client = None


def get_client():
    global _client
    if _client is None:
        _client = OpenAI()
    return _client


def ask_lazily(prompt):
    response = get_client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}])
    return response.choices[0].message.content


def loop_lazy_global():
    return [ask_lazily(f"Score:\n{topic}") for topic in TOPICS]


# -- a lazily made client: a cached property


class LazyService:
    @functools.cached_property
    def client(self):
        return OpenAI()

    def score(self, text):
        response = self.client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": f"Score this\n{text}"}]
        )
        return int(response.choices[0].message.content)


service = LazyService()


def loop_cached_property():
    return sum(service.score(topic) for topic in TOPICS)


# -- a lazily made client: a factory with `lru_cache`


@functools.cache
def make_client():
    return OpenAI(timeout=TIMEOUT)


def embed(text):
    return make_client().embeddings.create(model="e", input=text).data[0].embedding


def loop_cached_factory():
    return {topic: embed(topic)[:3] for topic in TOPICS}


# -- a lazily made client: in the instance


class Store:
    def __init__(self, url):
        self.url = url
        self._session = None

    @property
    def session(self):
        if self._session is None:
            self._session = httpx.Client(base_url=self.url)
        return self._session

    def read(self, number):
        return self.session.get(f"/page/{number}").text


store = Store(SITE)


def loop_lazy_property():
    texts = []
    for number in (12, 13, 15, 16):
        texts.append(store.read(number)[:40])
    return texts


# -- `__getattr__` delegation


class Gateway:
    def __init__(self, inner, prefix):
        self._inner = inner
        self.prefix = prefix

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def ask(self, text):
        response = self.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": self.prefix + text}])
        return response.choices[0].message.content


gateway = Gateway(client, "Classify:\n")


def loop_delegation():
    return [gateway.ask(topic) for topic in TOPICS]


# -- a module of settings


class settings:
    MODEL = "small"
    ROLE = "user"
    PROMPT = "Summarise the following text:\n{text}"


def summarise(text):
    content = settings.PROMPT.format(text=text)
    response = client.chat.completions.create(
        model=settings.MODEL, messages=[{"role": settings.ROLE, "content": content}]
    )
    return json.loads(json.dumps({"text": text, "summary": response.choices[0].message.content}))


def loop_settings():
    return [summarise(topic) for topic in TOPICS]


# -- an abstract base class with two vendors


class Vendor:
    def complete(self, prompt):
        raise NotImplementedError

    def ask(self, topic):
        return self.complete(f"Classify:\n{topic}").strip().lower()


class OpenAIVendor(Vendor):
    def __init__(self):
        self._client = OpenAI()

    def complete(self, prompt):
        response = self._client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}])
        return response.choices[0].message.content or ""


class AnthropicVendor(Vendor):
    def __init__(self):
        self._client = anthropic.Anthropic()

    def complete(self, prompt):
        message = self._client.messages.create(
            model=MODEL, max_tokens=20, messages=[{"role": "user", "content": prompt}]
        )
        return message.content[0].text


VENDORS = [OpenAIVendor(), AnthropicVendor()]


def loop_vendors():
    return [vendor.ask(topic) for topic in TOPICS for vendor in VENDORS]
