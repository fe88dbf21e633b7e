"""A library's own knowledge file: named by an entry point, read without an import, left out where it is wrong."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xcs import jit
from xcs.knowledge import lookup, shipped
from xcs.knowledge.load import library

from .both import same

pytestmark = pytest.mark.once

CODE = """\
def ask(client, question):
    return client.ask(question)

class Client:
    def ask(self, question):
        raise NotImplementedError
    def tell(self, news):
        raise NotImplementedError
"""
FILE = """\
[library]
name = "{name}"
version = "1.0"
packages = {packages}
source = "its author"

[of."{name}.Client"]
'{statement}' = 'ask'
'command(net) -> any; blocks' = 'tell'
"""
QUERY = "query(net) -> str; calls nothing; blocks"


def ship(folder: Path, name: str, file: str, entry: str = "{name}:xcs.toml", code: str = "") -> Any:
    """Installs a package with a file in a folder that is on the path."""
    package, info = folder / name, folder / f"{name}-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text(code or CODE)
    (package / "xcs.toml").write_text(file)
    stated = f"[console_scripts]\nx = y:z\n\n[xcs.knowledge]\n{name} = {entry.format(name=name)}\n"
    (info / "entry_points.txt").write_text(stated)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    yield site
    shipped.named.cache_clear()


def test_it_is_found_by_its_entry_point(folder: Path) -> None:
    file = FILE.format(name="shipping_one", packages='["shipping_one"]', statement=QUERY)
    client = ship(folder, "shipping_one", file).Client
    facts = lookup(client.ask)
    assert facts is not None and facts.blocks and facts.effects[0].kind == "query"
    told = lookup(client.tell)
    assert told is not None and told.effects[0].kind == "command"


@pytest.mark.parametrize(
    ("name", "packages", "statement", "entry"),
    [
        ("shipping_others", '["shipping_others", "json"]', QUERY, "{name}:xcs.toml"),
        ("shipping_nonsense", '["shipping_nonsense"]', "query(net); waits a lot", "{name}:xcs.toml"),
        ("shipping_nowhere", '["shipping_nowhere"]', QUERY, "{name}:../xcs.toml"),
        ("shipping_nothing", '["shipping_nothing"]', QUERY, "{name}"),
        ("shipping_no_table", "[", QUERY, "{name}:xcs.toml"),
    ],
)
def test_what_is_wrong_is_left_out(folder: Path, name: str, packages: str, statement: str, entry: str) -> None:
    module = ship(folder, name, FILE.format(name=name, packages=packages, statement=statement), entry)
    assert lookup(module.Client.ask) is None
    assert library(name) is None


def test_a_file_here_goes_first(folder: Path) -> None:
    assert library("requests") is not None
    assert shipped.file_of("requests") == ""


def test_its_queries_run_early_and_its_commands_stay(folder: Path, url: str) -> None:
    code = """\
import http.client

class Client:
    def __init__(self, port):
        self.port = port
    def ask(self, question):
        return self._send("GET", question)
    def tell(self, news):
        return self._send("POST", news)
    def _send(self, verb, text):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(verb, "/" + text)
        try:
            return connection.getresponse().read().decode()
        finally:
            connection.close()
"""
    file = FILE.format(name="shipping_real", packages='["shipping_real"]', statement=QUERY)
    client = ship(folder, "shipping_real", file, code=code).Client(int(url.rpartition(":")[2]))

    def ask(client: Any, questions: list[str]) -> list[str]:
        return [client.ask(question) for question in questions]

    def tell(client: Any, news: list[str]) -> list[str]:
        return [client.tell(each) for each in news]

    items = [f"item-{n}" for n in range(6)]
    assert "applied" in same(ask, client, items)
    assert "missed" in same(tell, client, items)


def test_what_may_warn_is_made_where_it_does_not(folder: Path, url: str) -> None:
    code = """\
import http.client, warnings

class Client:
    def __init__(self, port):
        self.port = port
    def ask(self, question):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/" + question)
        try:
            return connection.getresponse().read().decode()
        finally:
            connection.close()

class Page:
    def __init__(self, text, how="plain"):
        if how != "plain" or "item" not in text or "3" in text:
            warnings.warn(text)
        self.text = text
    def link(self):
        return self.text[-6:-1].strip("/<>") + "-next"
"""
    file = """\
[library]
name = "shipping_pages"
version = "1.0"
packages = ["shipping_pages"]
source = "its author"

[of."shipping_pages.Client"]
'query(net) -> str; calls nothing; blocks' = 'ask'

[[call]]
names = ["shipping_pages.Page"]
params = ["text", "how"]
effects = ["command(stderr)"]
calls = []
result = "shipping_pages.Page"

[call.silent]
text = { has = "item", lacks = "3" }
how = { one_of = ["plain"] }

[of."shipping_pages.Page"]
'pure -> str' = 'link'

[data."shipping_pages.Page"]
"""
    module = ship(folder, "shipping_pages", file, code=code)
    client, items = module.Client(int(url.rpartition(":")[2])), [f"item-{n}" for n in range(6)]

    def follow(client: Any, names: list[str], how: str) -> list[str]:
        found = []
        for name in names:
            page = module.Page(client.ask(name), how)
            found.append(client.ask(page.link()))
        return found

    body = jit(follow)

    def shown(names: list[str], how: str) -> tuple[int, int]:
        """How many warnings there were, and how many calls have started early since the beginning."""
        with warnings.catch_warnings(record=True) as plainly:
            warnings.simplefilter("always")
            wanted = follow(client, names, how)
        with warnings.catch_warnings(record=True) as early:
            warnings.simplefilter("always")
            assert body(client, names, how) == wanted
        assert [str(warning.message) for warning in early] == [str(warning.message) for warning in plainly]
        assert body.stats().mispredictions == 0
        return len(early), body.stats().tasks

    assert shown(items, "plain") == (1, 6 + 5)  # of the one that it warns of, the link is asked for in its place
    assert shown(items, "loud") == (6, 11 + 6)


def test_importing_xcs_reads_no_entry_points() -> None:
    code = "import xcs, xcs.knowledge.shipped as shipped; print(shipped.named.cache_info().misses)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
