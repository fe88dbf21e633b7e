"""What the draft of a library's file says of a package that is written here."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from xcs.knowledge.__main__ import main

pytestmark = pytest.mark.once
tomllib = pytest.importorskip("tomllib")
pytest.importorskip("requests")

CODE = {
    "__init__.py": "from .client import Client\n",
    "client.py": """\
import logging
import time
import requests
from .parts import Shapes

log = logging.getLogger(__name__)
LAST = None

class Base:
    def _call(self, verb, path, **kwargs):
        log.info("%s %s", verb, path)
        return self._request(verb, path, kwargs)

class Mixed(Base):
    def __init__(self, key):
        self.session = requests.Session()
        self.key = key
        self.count = 0

    def _request(self, verb, path, kwargs):
        answer = self.session.request(verb, path, **kwargs)
        if answer.status_code != 200:
            raise ValueError(path)
        return answer.json()

class Client(Mixed):
    @property
    def shapes(self) -> Shapes:
        return Shapes(self)

    def find(self, text):
        return self._call("GET", "/find", params={"q": text})

    def save(self, text):
        return self._call("POST", "/save", json={"q": text})

    def counted(self, text):
        self.count += 1
        return self._call("GET", "/find", params={"q": text})

    def paced(self, text):
        global LAST
        LAST = time.time()
        return self._call("GET", "/find")

    def name(self):
        return self.key.upper()

    async def later(self):
        return self._call("GET", "/find")
""",
    "parts.py": """\
from __future__ import annotations
import requests

class Shapes:
    def __init__(self, client):
        self.client = client

    def round(self, callback):
        return callback(2)

    def sent(self, url):
        return self.send(requests.get, url)

    def send(self, how, url):
        return how(url).text

    def area(self, session: requests.Session, base: str = ""):
        return session.get(base).text

def alone(url):
    import requests
    return requests.get(url).text
""",
    "test_client.py": "raise SystemExit('not to be imported')\n",
}


@pytest.fixture
def drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    package = tmp_path / "drafted_lib"
    package.mkdir()
    for name, text in CODE.items():
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert main(["draft", "drafted_lib"]) == 0
    return capsys.readouterr().out


def stated(text: str) -> dict[str, str]:
    """The statement of each name."""
    data: dict[str, Any] = tomllib.loads(text)
    return {
        f"{holder.rpartition('.')[2]}.{name}": statement
        for holder, group in data["of"].items()
        for statement, names in group.items()
        for name in names.split()
    }


def test_a_draft_is_a_file_of_the_grammar(drafted: str) -> None:
    found = stated(drafted)
    assert found["Client.find"] == "query(net) -> any; requires plain_session(self.session); blocks"
    assert found["Client.save"] == "command(net) -> any; blocks"
    assert found["Client.counted"] == "unknown: keeps what it did (self.count)"
    assert found["Client.paced"] == "unknown: keeps what it did (LAST)"
    assert found["Shapes.sent"] == "query(net) -> any; blocks"
    assert found["Shapes.area"] == found["parts.alone"] == "query(net) -> any; blocks"
    assert not {"Client.name", "Client.later", "Shapes.round"} & set(found)
    assert tomllib.loads(drafted)["library"]["loggers"] == ["drafted_lib.client"]


def test_a_draft_tells_the_way(drafted: str) -> None:
    assert "Client.find > Base._call > Mixed._request > requests.sessions.Session.request" in drafted
    assert "client.py:" in drafted
    assert "writes self.count in Client.counted" in drafted
