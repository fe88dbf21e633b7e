"""Each callee behaves decorated as it does plain, its requests are made once, and it runs early where it is to."""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from benchmarks.llm_server import Server, environment, serve
from tests.observe import Portrait, load, state
from xcs import jit

# The connections of clients that live as long as their module end with it.
pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = Path(__file__).parent
FILES = ("clients", "shapes", "functions")
NAMES = [
    (file, line.removeprefix("def ").partition("(")[0])
    for file in FILES
    for line in (HERE / f"{file}.py").read_text().splitlines()
    if line.startswith("def loop_")
]
STAYS: dict[str, str] = {  # not yet, with a part of the remark
    "loop_timeouts": "in synccopy",
    "loop_client_in_with": "a callee too large to analyse",
}


@dataclass(frozen=True)
class Seen:
    """What one run showed."""

    value: object
    state: object
    output: str
    requests: Counter[tuple[str, str, str]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("openai")
    with pytest.MonkeyPatch.context() as patch, serve(latency=0.002) as server:
        for name, value in environment(server.url).items():
            patch.setenv(name, value)
        yield server


def run(module: types.ModuleType, function: Any, server: Server) -> Seen:
    """Calls the function twice: the second call finds what the first has left behind."""
    server.reset()
    with redirect_stdout(StringIO()) as out, redirect_stderr(out):
        values = [function(), function()]
    portrait = Portrait()
    return Seen(portrait(values), state(module, portrait), out.getvalue(), Counter(server.seen.made))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("file, name", NAMES, ids=[name for _, name in NAMES])
def test_callee(server: Server, file: str, name: str) -> None:
    path = HERE / f"{file}.py"
    module = load(path)
    plain = run(module, vars(module)[name], server)
    module = load(path)
    function = jit(vars(module)[name])
    assert run(module, function, server) == plain
    stats = function.stats()
    assert stats.mispredictions == 0
    remarks = "\n".join(map(str, stats.regions))
    if name in STAYS:
        assert stats.tasks == 0, "it runs early now"
        assert STAYS[name] in remarks
    else:
        assert stats.tasks > 0, remarks
