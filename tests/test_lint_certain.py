"""What the lint calls certain is: texts that nearly are what can wait at the same time, of none of which it says so."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from xcs.lint.check import findings
from xcs.lint.sources import text_of

pytestmark = pytest.mark.once

HEAD = """\
import json, os, subprocess, threading, time
import requests
from openai import OpenAI
client = OpenAI()
session = requests.Session()
seen = {}
lock = threading.Lock()

def ask(q):
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": q}])
    return answer.choices[0].message.content

def page(url):
    return requests.get(url, timeout=5).text

"""

NEAR = {
    "an answer ends the loop": """
        for q in qs:
            a = ask(q)
            if 'yes' in a:
                break
        """,
    "an answer decides the next question": """
        last = ''
        for q in qs:
            last = ask(q + last)
        """,
    "an answer is read back from a global": """
        for q in qs:
            seen[q] = ask(str(seen))
        """,
    "the history is what a model is asked": """
        told = []
        for q in qs:
            told.append(q)
            told.append(ask(str(told)))
        """,
    "pauses between requests": """
        for q in qs:
            print(page(q))
            time.sleep(1)
        """,
    "a post that changes something": """
        for q in qs:
            requests.post('https://a/rows', json={'q': q})
        """,
    "a get after a post": """
        for q in qs:
            requests.post('https://a/rows', json={'q': q})
            print(page('https://a/rows'))
        """,
    "a get after a program": """
        for q in qs:
            subprocess.run(['touch', q])
            print(page(q))
        """,
    "under a lock": """
        for q in qs:
            with lock:
                print(page(q))
        """,
    "the list grows by answers": """
        for q in qs:
            qs.extend(json.loads(page(q)))
        """,
    "tries of one request": """
        for i in range(3):
            try:
                return page('https://a')
            except OSError:
                pass
        """,
    "how long each takes is kept": """
        rows = []
        for q in qs:
            t = time.time()
            page(q)
            rows.append(time.time() - t)
        """,
    "a cursor": """
        token = ''
        while token is not None:
            token = json.loads(page('https://a?' + token)).get('next')
        """,
    "what the environment says": """
        for q in qs:
            os.environ['PROXY'] = q
            print(page('https://a'))
        """,
    "headers that an answer sets": """
        for q in qs:
            r = session.get(q)
            session.headers['token'] = r.text
        """,
    "what the caller gives is called": """
        for q in qs:
            print(page(given(q)))
        """,
    "answers in a generator": """
        for q in qs:
            yield page(q)
        """,
    "an attribute that an answer sets is asked by": """
        for q in qs:
            given.url = page(given.url)
        """,
    "one question for all": """
        for i in range(2):
            print(client.files.delete(str(i)))
        """,
    "what `exec` does": """
        for q in qs:
            exec(q)
            print(page(q))
        """,
    "what a global counts is asked": """
        for q in qs:
            seen[q] = len(seen)
            seen['all'] = page(f"https://a/{seen.get('all')}")
        """,
    "a file that is read again": """
        for q in qs:
            text = open('last').read()
            open('last', 'w').write(page(q + text))
        """,
    "a file that is entered again": """
        for q in qs:
            with open('last') as a:
                text = a.read()
            with open('last', mode='w') as b:
                b.write(page(q + text))
        """,
    "a connection that is talked over": """
        import sqlite3
        db = sqlite3.connect('a')
        for q in qs:
            print(db.execute(q).fetchall())
        """,
}


@pytest.mark.parametrize("name", NEAR)
def test_nearly(name: str, tmp_path: Path) -> None:
    file = tmp_path / "text.py"
    body = textwrap.indent(textwrap.dedent(NEAR[name]).strip(), "    ")
    file.write_text(f"{HEAD}def f(qs: list[str], given):\n{body}\n")
    assert not [f for f in findings(text_of(file, "text.py")) if f.certainty == "certain"]


def test_it_is(tmp_path: Path) -> None:
    file = tmp_path / "text.py"
    file.write_text(f"{HEAD}def f(qs: list[str], given):\n    for q in qs:\n        print(page(q))\n")
    assert [f.certainty for f in findings(text_of(file, "text.py"))] == ["certain"]
