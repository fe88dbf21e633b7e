"""Every test runs strict: an error inside the pipeline is raised, not made a remark. Decisions are unhurried."""

import os
import signal
import tempfile
from collections import Counter

import pytest

os.environ["XCS_STRICT"] = "1"
os.environ["XCS_CACHE_DIR"] = tempfile.mkdtemp(prefix="xcs-cache-")  # what xcs-lint keeps from run to run

# A shell that starts the tests in the background has Ctrl-C ignored, by them and by the programs that they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="golden cases: write what is printed now")
    parser.addoption("--share", metavar="K/N", help="every Nth case of each parametrized test, from the Kth on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves this run its share of each test's cases: several runs, on several Pythons, do them all."""
    if not (share := config.getoption("--share")):
        return
    which, of = map(int, share.split("/"))
    cases: Counter[str] = Counter()
    mine: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
            mine.append(item)
            continue
        test = f"{item.path}::{item.originalname}"
        (mine if cases[test] % of == which else others).append(item)
        cases[test] += 1
    config.hook.pytest_deselected(items=others)
    items[:] = mine


def pytest_sessionstart() -> None:
    import tests.unhurried  # noqa: F401  # not before typeguard has set its import hook


@pytest.fixture(autouse=True)
def by_no_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a region's calls have cost and brought by the clock decides nothing here, but in the tests of that."""
    from xcs.entry import rest, state
    from xcs.runtime import accounts

    if "accounted" not in request.keywords:
        monkeypatch.setattr(accounts, "LOSSES", 1 << 60)
        monkeypatch.setattr(accounts, "ENOUGH", 1 << 60)
        monkeypatch.setattr(accounts, "MUCH", float("inf"))
        monkeypatch.setattr(accounts, "FIRST", float("inf"))
        monkeypatch.setattr(state, "IN_VAIN", float("inf"))
    monkeypatch.setattr(rest, "AT_FIRST", float("inf"))
