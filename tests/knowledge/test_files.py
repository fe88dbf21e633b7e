"""A request is moved across what the loop stores in an SQLite file; what asks a database is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .both import same

requests = pytest.importorskip("requests")


def test_rows_are_stored_as_pages_come(url: str, tmp_path: Path) -> None:
    def run(items: list[str], url: str) -> Any:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("create table pages(name text, status integer)")
            for item in items:
                status = requests.get(f"{url}/{item}").status_code
                connection.execute("insert into pages values (?, ?)", (item, status))
                connection.commit()
            return connection.execute("select * from pages").fetchall()

    assert "applied" in same(run, ["a", "b", "c", "d"], url)
