"""What a program's own methods of a name say of a call that is only guessed to wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from xcs.survey.loops import survey
from xcs.survey.modules import Program

pytestmark = pytest.mark.once

CALLS = """
def f(store, items):
    return [store.get_item(i) for i in items]
def g(storage_client, items):
    return [storage_client.get_item(i) for i in items]
async def h(service, items):
    return [await service.get_item(i) for i in items]
"""


def told(tmp_path: Path, calls: str = CALLS, **modules: str) -> dict[int, bool]:
    """The lines of loops whose calls wait, and whether that is doubted, in a package of those modules."""
    package = tmp_path / "app"
    (package / "below").mkdir(parents=True)
    for folder in (package, package / "below"):
        (folder / "__init__.py").write_text("")
    for name, text in modules.items():
        (package / "below" / f"{name}.py").write_text(text)
    (package / "calls.py").write_text(calls)
    program = Program()
    found = survey(program, program.load(package / "calls.py"))
    return {loop.span.line: loop.doubtful for loop in found if loop.certainty == "likely"}


def test_nobody_defines_it(tmp_path: Path) -> None:
    assert told(tmp_path, stores="class Store:\n    def get_other(self, i):\n        return 1\n") == {
        3: False,
        5: False,
        7: False,
    }


def test_it_is_known_here_and_asks_nobody(tmp_path: Path) -> None:
    """All that the program has of that name is in memory; what is named a client is one for all that."""
    store = "class Store:\n    def get_item(self, i):\n        return self.items[i]\n"
    other = "class Other:\n    async def get_item(self, i):\n        raise NotImplementedError\n"
    assert told(tmp_path, stores=store, others=other) == {3: True, 5: False, 7: True}


def test_one_of_them_asks(tmp_path: Path) -> None:
    store = "class Store:\n    def get_item(self, i):\n        return self.items[i]\n"
    other = (
        "import requests\nclass Other:\n    def get_item(self, i):\n        return self._one(i)\n"
        "    def _one(self, i):\n        return requests.get(i)\n"
    )
    assert told(tmp_path, stores=store, others=other) == {3: False, 5: False, 7: False}


def test_one_of_them_has_a_thread_do_it(tmp_path: Path) -> None:
    other = (
        "import asyncio\nclass Other:\n    async def get_item(self, i):\n"
        "        return await asyncio.to_thread(self.store.item, i)\n"
    )
    assert told(tmp_path, others=other) == {3: False, 5: False, 7: False}


def test_a_connection_of_others(tmp_path: Path) -> None:
    """A database that an object of the program talks to waits; in its own class its statements are in order."""
    rows = (
        "import sqlalchemy\nclass Rows:\n    def __init__(self):\n"
        "        self.db = sqlalchemy.create_engine('a').connect()\n"
        "    def get_item(self, i):\n        return self.db.execute(i)\n"
    )
    assert told(tmp_path, rows=rows) == {3: False, 5: False, 7: False}


def test_one_guess_rests_on_the_next(tmp_path: Path) -> None:
    """A method hands on what it is asked to one of the same name, or of another that asks nobody."""
    store = (
        "class Front:\n    def get_item(self, i):\n        return self.store.get_item(i)\n"
        "class Back:\n    def get_item(self, i):\n        return self.store.get_row(i)\n"
        "class Rows:\n    def get_row(self, i):\n        return self.rows[i]\n"
    )
    assert told(tmp_path, stores=store) == {3: True, 5: False, 7: True}


def test_one_guess_rests_on_one_that_nobody_defines(tmp_path: Path) -> None:
    store = "class Front:\n    def get_item(self, i):\n        return self.store.get_row(i)\n"
    assert told(tmp_path, stores=store) == {3: False, 5: False, 7: False}


def test_a_name_that_says_what_it_does_afar(tmp_path: Path) -> None:
    store = "class Store:\n    def fetch_item(self, i):\n        return self.items[i]\n"
    calls = CALLS.replace("get_item", "fetch_item")
    assert told(tmp_path, calls, stores=store) == {3: False, 5: False, 7: False}


def test_definitions_of_tests_count_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "app" / "tests").mkdir(parents=True)
    fake = "class Fake:\n    def get_item(self, i):\n        return 1\n"
    (tmp_path / "app" / "tests" / "fakes.py").write_text(fake)
    assert told(tmp_path) == {3: False, 5: False, 7: False}


def test_a_folder_without_packages(tmp_path: Path) -> None:
    """Scripts that stand beside each other are one program, not what lies below them."""
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "store.py").write_text("class Store:\n    def get_item(self, i):\n        return 1\n")
    script = tmp_path / "script.py"
    script.write_text(CALLS)

    def lines() -> dict[int, bool]:
        program = Program()
        return {loop.span.line: loop.doubtful for loop in survey(program, program.load(script))}

    assert lines() == {3: False, 5: False, 7: False}
    (tmp_path / "store.py").write_text("class Store:\n    def get_item(self, i):\n        return 1\n")
    assert lines() == {3: True, 5: False, 7: True}


def test_a_request_that_calls_made_is_sent(tmp_path: Path) -> None:
    """What `execute` sends was made by calls of a client; that other classes have one says nothing."""
    calls = (
        "class Keys:\n    def all(self, rings):\n        for ring in rings:\n"
        "            request = self.client.projects().keys().list(parent=ring.name)\n"
        "            print(request.execute(num_retries=2))\n"
    )
    check = "class Check:\n    def execute(self, findings):\n        return self.findings\n"
    assert told(tmp_path, calls, checks=check) == {3: False}


STORED = """
async def f(service, items):
    return [await service.search_items(i) for i in items]
async def g(self, items):
    return [await self._sqlite.search_items(i) for i in items]
"""


def test_a_store_that_is_a_file_here(tmp_path: Path) -> None:
    """What reaches out by its name reaches a file of this machine, through one connection."""
    rows = (
        "import aiosqlite\nclass Rows:\n    async def search_items(self, i):\n"
        "        cursor = await self.conn.execute('select', (i,))\n        return await cursor.fetchall()\n"
    )
    assert told(tmp_path, STORED, rows=rows) == {3: True}


def test_a_store_that_may_be_elsewhere(tmp_path: Path) -> None:
    rows = "class Rows:\n    async def search_items(self, i):\n        return self.rows[i]\n"
    assert told(tmp_path, STORED, rows=rows) == {3: False}


SEEN = """
def f(clients):
    return [client.get_status(1) for client in clients]
"""


def test_a_client_of_the_program_that_asks_nobody(tmp_path: Path) -> None:
    client = "class TestClient:\n    def get_status(self, i):\n        return self.states[i]\n"
    assert told(tmp_path, SEEN, client=client) == {3: True}


def test_a_client_of_the_program_that_hands_on(tmp_path: Path) -> None:
    client = "class TestClient:\n    def get_status(self, i):\n        return self.server.state(i)\n"
    assert told(tmp_path, SEEN, client=client) == {3: False}


def test_clients_of_the_program_of_which_one_is_no_client(tmp_path: Path) -> None:
    client = "class TestClient:\n    def get_status(self, i):\n        return self.states[i]\n"
    assert told(tmp_path, SEEN, client=client, rows=client.replace("TestClient", "Rows")) == {3: False}
