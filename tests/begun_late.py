"""Programs whose first iteration makes what the others need: clients that are made when first asked for, by a global,
an attribute, a property or a cache, with what else the first iteration leaves to the later ones, before its first
slow call and behind it.
"""

from __future__ import annotations

import random

from tests.programs import Program

NAMES = frozenset({"slow"})
HEAD = """
import functools
import time
from xcs import jit

def slow(*given):
    time.sleep(0.001)
    if BAD in given:
        raise ValueError(given)
    return sum(g for g in given if isinstance(g, int))

class Client:
    made = 0
    def __init__(self, style=1):
        self.style, self.calls, self.log = style, 0, []
    def ask(self, x):
        return slow(x, self.style)
    def counted(self, x):
        self.calls += 1
        return slow(x, self.calls)
    def count(self, x):
        a = slow(x, self.style)
        self.calls += 1
        return a + self.calls

class Service:
    def __init__(self):
        self._client = self.token = self.other = None
        self.style, self.n, self.seen = 1, 0, []
    @property
    def client(self):
        if self._client is None:
            self._client = Client(self.style)
        return self._client
    def get(self):
        if not self._client:
            self._client = Client(self.style)
            MADE
        return self._client
    def login(self):
        if self.token is None:
            self.token = slow(100)
        return self.token
    @functools.cached_property
    def late(self):
        return Client(self.style)

_client = None
_style = 1
count = 0

def get_client():
    global _client, _style, count
    if _client is None:
        _client = Client(_style)
        MADE2
    return _client

@functools.lru_cache(maxsize=None)
def cached_client(style=1):
    return Client(style)

"""
GETS = (
    "c = get_client()",
    "c = s.get()",
    "c = s.client",
    "c = s.late",
    "c = cached_client()",
    "c = cached_client(s.style)",
    "if s._client is None:\n    s._client = Client(s.style)\nc = s._client",
    "if not s._client:\n    s._client = Client(x)\nc = s._client",
    "s._client = s._client or Client(s.style)\nc = s._client",
    "c = s._client if s._client is not None else Client(s.style)\ns._client = c",
    "if s.other is not None:\n    c = s.other\nelse:\n    c = s.other = Client(x)",
    "c = getattr(s, 'extra', None)\nif c is None:\n    c = s.extra = Client()",
    "try:\n    c = s.extra\nexcept AttributeError:\n    c = s.extra = Client(x)",
    "c = s.get()\nt = s.login()",
    "if 'c' not in table:\n    table['c'] = Client()\nc = table['c']",
    "c = table.setdefault('c', Client())",
    "global _client\nif _client is None:\n    _client = Client(_style)\nc = _client",
    "first = s._client is None\nc = s.get()",
    "c = s.get() if x % 2 else get_client()",
)
# What notes in a variable of its own whether it is the iteration that makes the client; and what then is done.
NOTES = (
    "fresh = 0\nif s._client is None:\n    s._client = Client(s.style)\n    fresh = 1\nc = s._client",
    "fresh = []\nif not s._client:\n    s._client = Client()\n    fresh.append(x)\nc = s._client",
    "fresh = not hasattr(s, 'extra')\nif fresh:\n    s.extra = Client(x)\nc = s.extra",
    "fresh = 'extra' not in vars(s)\nif fresh:\n    s.extra = Client(x)\nc = s.extra",
    "fresh = isinstance(s._client, Client) is False\nc = s.get()",
    "fresh = False\nwhile s._client is None:\n    s._client, fresh = Client(s.style), True\nc = s._client",
    "fresh = s.n == 0\nif s._client is None:\n    s._client = Client(s.style)\n    s.n = 1\nc = s._client",
    "fresh = int\nif s._client is None:\n    s._client = Client(s.style)\n    fresh = s.seen.append\nc = s._client",
    "fresh = False\ntry:\n    c = s.extra\nexcept AttributeError:\n    c, fresh = Client(x), True\n    s.extra = c",
    "fresh = get_client.__globals__['_client'] is None\nc = get_client()",
)
THEN = (
    "if fresh:\n    s.style = 7",
    "if fresh:\n    c.style += a",
    "s.n = 5 if fresh else s.n",
    "fresh and s.seen.append(x)",
    "for y in [x] * bool(fresh):\n    s.style += y",
    "fresh(x) if callable(fresh) else None",
    "if fresh:\n    global _style\n    _style = 4",
    "s.style = {True: 3}.get(bool(fresh), s.style)",
)
ASKS = (
    "a = c.ask(x)",
    "a = c.counted(x)",
    "a = c.count(x)",
    "a = slow(x, s.style)",
    "a = c.ask(x) + c.ask(x + 10)",
    "a = slow(x, c.style)",
    "try:\n    a = c.ask(x)\nexcept ValueError as e:\n    a = -1",
    "a = c.ask(c.ask(x))",
    "a = slow(x, s.n)",
    "a = slow(x, len(s.seen))",
    "a = c.ask(x) if s._client else 0",
    "a = slow(x, _style, count)",
)
LEAVES = (
    "pass",
    "pass",
    "s.style = a",
    "s.n += 1",
    "s.seen.append(x)",
    "if x == 1:\n    s.style = 5",
    "c.style += 1",
    "if s.n == 0:\n    s.n = a",
    "s._client = None",
    "if x == 2:\n    s._client = None",
    "global _style\n_style = 3",
    "global count\ncount += 1",
    "if a > 4:\n    break",
    "if x == 3:\n    c = s._client = Client(7)",
    "s.token = None",
    "out.append(s.n)",
    "print(x, s.n)",
    "c.log.append(x)",
    "if not s.seen:\n    s.seen = [a]",
    "if x == 1:\n    continue",
    "s.other = None",
    "s.extra = Client(9)",
    "table.clear()",
    "cached_client.cache_clear()",
    "s.style = len(s.seen) + 2",
    "Client.made += 1",
    "s.__dict__['style'] = 4",
    "if s.token is None:\n    s.token = 2\n    s.style = 8",
)
MADE = (
    "pass",
    "pass",
    "self.n += 1",
    "self.style = 2",
    "print('made')",
    "self.token = None",
    "self.style = slow(200)",
    "self.seen.append('made')",
)
MADE2 = ("pass", "pass", "print('made')", "_style = 2", "count = 9")
SUBJECT = """
@jit
def subject(items, s, table):
    {declared}
    out, a, c = [], 0, None
    for x in items:
        {body}
        out.append(a)
    return out, s.style, s.n, s.seen, s.token, None if c is None else (c.style, c.calls, c.log)


def main():
    global _client, _style, count
    _client, _style, count, Client.made = None, 1, 0, 0
    cached_client.cache_clear()
    s, table = Service(), {{}}
    found = [subject([1, 2, 3, 4], s, table), subject([5, 6, 7], s, table), subject([1, 2, 3], Service(), {{}})]
    return found, _style, count, Client.made
"""


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    parts = [choice.choice(GETS), choice.choice(ASKS)]
    if choice.random() < 0.3:
        parts = [choice.choice(NOTES), choice.choice(ASKS), choice.choice(THEN)]
    for _ in range(choice.choice((0, 1, 1, 2))):
        parts.insert(choice.randrange(len(parts) + 1), choice.choice(LEAVES))
    if choice.random() < 0.2:
        parts.append(choice.choice(ASKS))
    body = "\n".join(parts)
    names = [n for n in ("_client", "_style", "count") if f"global {n}\n" in body]
    for name in names:
        body = body.replace(f"global {name}\n", "")
    declared = f"global {', '.join(names)}" if names else "pass"
    text = HEAD.replace("MADE2", choice.choice(MADE2)).replace("MADE", choice.choice(MADE))
    text = text.replace("BAD", str(choice.choice((-5, -5, 2, 4))))
    return Program(text + SUBJECT.format(declared=declared, body=body.replace("\n", "\n        ")), NAMES, NAMES)
