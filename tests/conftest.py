"""Every test runs strict: an error inside the pipeline is raised, not made a remark. Decisions are unhurried."""

import atexit
import gc
import os
import re
import shutil
import signal
import tempfile
from collections import Counter
from zlib import crc32

import pytest

os.environ["XCS_STRICT"] = "1"
os.environ["XCS_CACHE_DIR"] = tempfile.mkdtemp(prefix="xcs-cache-")  # what xcs-lint keeps from run to run
atexit.register(shutil.rmtree, os.environ["XCS_CACHE_DIR"], ignore_errors=True)

# A shell that starts the tests in the background has Ctrl-C ignored, by them and by the programs that they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="golden cases: write what is printed now")
    parser.addoption("--share", metavar="K/N", help="every Nth case of each parametrized test, from the Kth on")
    parser.addoption("--part", metavar="K/N", help="the Kth of N parts of the suite, which are run side by side")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves this run its part of the suite, and its share of each test's cases."""
    for option, chosen in (("--share", share), ("--part", part)):
        if given := config.getoption(option):
            mine = chosen(items, *map(int, given.split("/")))
            kept = set(mine)
            config.hook.pytest_deselected(items=[item for item in items if item not in kept])
            items[:] = mine


def share(items: list[pytest.Item], which: int, of: int) -> list[pytest.Item]:
    """Several runs, on several Pythons, do all cases; tests without cases are run by each."""
    cases: Counter[str] = Counter()
    mine: list[pytest.Item] = []
    for item in items:
        if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
            mine.append(item)
            continue
        test = f"{item.path}::{item.originalname}"
        if cases[test] % of == which:
            mine.append(item)
        cases[test] += 1
    return mine


def part(items: list[pytest.Item], which: int, of: int) -> list[pytest.Item]:
    """Each test is in one part. The cases of one fixture are in the same one, whatever the test: what is made of a
    fixture is made once in a process."""
    return [item for item in items if crc32(subject(item).encode()) % of == which]


def subject(item: pytest.Item) -> str:
    """What a case is about (`nests` of `parallel/nests-eager`), or the test, or what is run as a whole: a module, or
    the cases that the marker names."""
    if whole := item.get_closest_marker("whole"):
        return str(whole.args[0]) if whole.args else item.path.name
    spec = getattr(item, "callspec", None)
    return item.nodeid if spec is None else re.split(r"-(?:eager|reverse|threads)\b", spec.id)[0].rpartition("/")[2]


def pytest_collection_finish() -> None:
    """Thousands of tests with their parameters are there to the end: no collection goes through them each time, nor
    through the trees of a text, which are many and gone soon, before they are."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionstart(session: pytest.Session) -> None:
    import tests.unhurried  # noqa: F401  # not before typeguard has set its import hook

    if session.config.getoption("typeguard_packages", None):
        from tests.typeguarded import install

        install()


@pytest.fixture(autouse=True)
def by_no_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a region's calls have cost and brought by the clock decides nothing here, but in the tests of that."""
    if "accounted" in request.keywords:
        from xcs.entry import rest

        monkeypatch.setattr(rest, "AT_FIRST", float("inf"))
    else:
        from tests.unhurried import unaccounted

        unaccounted(monkeypatch.setattr)
