"""Callees with ordered effects: a loop over each runs its slow calls at the same time, and nobody can tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.llm_server import Server, serve
from tests import callees
from tests.callees import MODES, TOPICS, Ran
from tests.compare import first_difference

for needed in ("openai", "anthropic", "httpx", "requests", "rich", "tqdm", "tenacity", "backoff"):
    pytest.importorskip(needed, reason="the demo libraries are not installed")

# Those that stay sequential, by what keeps them so.
SEQUENTIAL = {
    "rich_bar": "its display writes to a file",
    "lru_cache": "a table that C code keeps",
    "with_cached_leaf": "a table that C code keeps",
    "in_timer": "the time that its call takes is measured and kept",
    "timed_by_hand": "the time that its call takes is measured and kept",
}
if sys.version_info >= (3, 12):
    SEQUENTIAL["suppressing"] = "`contextlib.suppress` looks into groups of exceptions there"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(latency=0.002, poison="bad", flaky="flaky") as running:
        yield running


def all_of(topic: str, server: Server, folder: Path, *, plain: bool) -> dict[tuple[str, str], Ran]:
    """Every case of a topic in every mode, from one loaded module: what one leaves behind the next one finds."""
    before = Path.cwd()
    folder.mkdir()
    os.chdir(folder)
    try:
        found = {}
        with callees.topic(topic, server, plain=plain) as module:
            for name in callees.cases(module):
                for mode in MODES:
                    if mode != "repeated" or name in getattr(module, "CACHED", ()):
                        found[name, mode] = callees.run(module, name, mode, server, plain=plain)
        return found
    finally:
        os.chdir(before)


@pytest.mark.parametrize("topic", TOPICS)
def test_callees(topic: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = all_of(topic, server, tmp_path / "plain", plain=True)
    made = all_of(topic, server, tmp_path / "made", plain=False)
    problems = []
    for (name, mode), run in made.items():
        expected = plain[name, mode]
        where = f"{topic}.{name} ({mode})"
        for field in run.seen.__dataclass_fields__:
            mine, theirs = getattr(expected.seen, field), getattr(run.seen, field)
            if mine != theirs:
                problems.append(f"{where}: {field}: {first_difference(mine, theirs)}")
        # What a loop that failed has sent in vain may arrive later, in the next one.
        made_here = {call: run.calls[call] for call in expected.calls}
        if mode != "failing" and made_here != expected.calls:
            problems.append(f"{where}: calls {expected.calls}, made {made_here}")
        if run.mispredictions:
            problems.append(f"{where}: {run.mispredictions} mispredictions")
        if mode == "smooth" and (run.tasks == 0) != (name in SEQUENTIAL):
            problems.append(f"{where}: {run.tasks} tasks; " + " ".join(map(str, run.remarks)))
    assert not problems, "\n".join(problems)
