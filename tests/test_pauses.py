"""A pause that only a bad answer leads to stays in its place, and keeps no request in its own before it is taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="the demo libraries are not installed")
requests = pytest.importorskip("requests", reason="the demo libraries are not installed")

from tests.clients import Site, serve  # noqa: E402
from xcs import jit  # noqa: E402

URL = ""
NAMES = ["a", "b", "moved", "c", "moved", "d"]
PAUSE = 0.001


@pytest.fixture(scope="module", autouse=True)
def site() -> Iterator[Site]:
    global URL
    with pytest.MonkeyPatch.context() as patch, serve() as started:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        started.moves = {"moved": "/a"}
        URL = started.url("")
        yield started


def page(name: str) -> Any:
    return requests.get(f"{URL}{name}", allow_redirects=False)


def unequal(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = requests.get(f"{URL}{name}", allow_redirects=False)
        if answer.status_code != 200:
            print("pause", name)
            time.sleep(PAUSE)
            continue
        found.append(answer.json()["path"])
    return found


def among(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = page(name)
        if answer.status_code in (302, 503):
            found.append("pause")
            time.sleep(PAUSE)
        else:
            found.append(answer.json()["path"])
    return found


def otherwise(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = httpx.get(f"{URL}{name}")
        if answer.status_code == 200:
            found.append(answer.json()["path"])
        else:
            found.append("pause")
            time.sleep(PAUSE)
    return found


def not_ok(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = page(name)
        if not answer.ok:
            time.sleep(PAUSE)
            continue
        found.append(str(answer.status_code))
    return found


def good(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = page(name)
        if answer.status_code == 200:
            found.append(answer.json()["path"])
            time.sleep(PAUSE)
    return found


def again(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = page(name)
        if answer.status_code != 200:
            time.sleep(PAUSE)
            answer = page("a")
        found.append(answer.json()["path"])
    return found


def in_rounds(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        for _ in range(2):
            answer = page(name)
            if answer.status_code != 200:
                time.sleep(PAUSE)
                continue
            found.append(answer.json()["path"])
            break
    return found


def counted(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = page(name)
        if len(found) % 2:
            time.sleep(PAUSE)
        found.append(answer.json()["path"])
    return found


def fetched(name: str, tries: int = 2) -> Any:
    for attempt in range(tries):
        answer = page(name)
        if answer.status_code == 200:
            return answer.json()
        print("attempt", attempt)
        time.sleep(PAUSE * (attempt + 1))
    return None


def by_helper(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        told = fetched(name)
        if told is None:
            print("nothing", name)
            continue
        found.append(told["path"])
    return found


class Refused(Exception):
    def __init__(self, name: str, status: int) -> None:
        super().__init__(f"{name}: {status}")
        self.status = status


def fetched_or_raised(name: str) -> Any:
    for attempt in range(2):
        answer = page(name)
        if answer.status_code == 302:
            time.sleep(PAUSE * (attempt + 1))
            continue
        return answer.json()
    raise Refused(name, answer.status_code)


def by_raising_helper(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            told = fetched_or_raised(name)
        except Refused as error:
            print("nothing", error, error.status)
            continue
        found.append(told["path"])
    return found


def paused_at_last(name: str) -> Any:
    try:
        return page(name).status_code
    finally:
        time.sleep(PAUSE)


def by_paused_at_last(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        found.append(str(paused_at_last(name)))
    return found


def and_then(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        told = fetched(name)
        then = page(told["path"][1:] + "x" if told else "none")
        found.append(then.json()["path"])
    return found


def paced(name: str, tries: int = 2) -> Any:
    for _ in range(tries):
        answer = page(name)
        time.sleep(PAUSE)
        if answer.status_code == 200:
            return answer.json()
    return None


def by_paced(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        told = paced(name)
        found.append(told["path"] if told else "-")
    return found


def or_twice(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        for _ in range(2):
            answer = page(name)
            if answer.status_code == 200:
                time.sleep(PAUSE)
                break
            time.sleep(PAUSE)
        found.append(str(answer.status_code))
    return found


class Told:
    """An answer of the program's: its status says nothing of that of a request."""

    def __init__(self, name: str) -> None:
        self.status_code = 302 + len(page(name).text)


def own_status(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        answer = Told(name)
        if answer.status_code != 200:
            time.sleep(PAUSE)
            continue
        found.append(name)
    return found


def tried(name: str, tries: int = 2) -> Any:
    for attempt in range(tries):
        try:
            told = page(name).json()
            break
        except ValueError as error:
            print("attempt", attempt, type(error).__name__)
        time.sleep(PAUSE)
    else:
        return None
    return told["path"]


def by_failed(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        told = tried(name)
        print(name, told)
        found.append(told or "nothing")
    return found


def by_failed_otherwise(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        for _ in range(2):
            try:
                told = page(name).json()
            except ValueError:
                found.append("failed")
            else:
                found.append(told["path"])
                break
            time.sleep(PAUSE)
    return found


def told_or_paced(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            found.append(KEPT[page(name).json()["path"][1:]])
            continue
        except (KeyError, ValueError):
            found.append("not kept")
        time.sleep(PAUSE)
    return found


class Got(Exception):
    pass


def got(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            raise Got(page(name).status_code)
        except Got as answer:
            found.append(str(answer))
        time.sleep(PAUSE)
    return found


KEPT = {"b": "/b"}


def unless_kept(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            found.append(KEPT[name])
            continue
        except KeyError:
            pass
        found.append(str(page(name).status_code))
        time.sleep(PAUSE)
    return found


def failed_or_not(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            found.append(page(name).json()["path"])
        except ValueError:
            found.append("failed")
        time.sleep(PAUSE)
    return found


def once_more(names: list[str], found: list[str]) -> list[str]:
    for name in names:
        try:
            found.append(page(name).json()["path"])
            continue
        except ValueError:
            found.append(str(page("a").status_code))
        time.sleep(PAUSE)
    return found


EARLY = [unequal, among, otherwise, not_ok, in_rounds, by_helper, by_raising_helper, by_failed, by_failed_otherwise]


@pytest.mark.parametrize("early", EARLY)
def test_requests_run_early(early: Callable[..., Any], site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.reset()
    wanted, asked = early(NAMES, []), sorted(site.asked)
    shown = capsys.readouterr().out
    site.reset()
    decorated = jit(early)
    assert decorated(NAMES, []) == wanted
    assert capsys.readouterr().out == shown
    assert sorted(site.asked) == asked
    assert decorated.stats().tasks == len(NAMES), decorated.stats()


PACED = [good, counted, own_status, by_paced, or_twice, by_paused_at_last, unless_kept, failed_or_not, once_more, got]


@pytest.mark.parametrize("paced", [*PACED, told_or_paced])
def test_paced_requests_stay(paced: Callable[..., Any], site: Site) -> None:
    site.reset()
    wanted, asked = paced(NAMES, []), list(site.asked)
    site.reset()
    decorated = jit(paced)
    assert decorated(NAMES, []) == wanted
    assert site.asked == asked
    assert decorated.stats().tasks == 0, decorated.stats()


@pytest.mark.parametrize("behind", [again, and_then])
def test_what_comes_behind_a_pause_waits_for_it(behind: Callable[..., Any], site: Site) -> None:
    site.reset()
    wanted, asked = behind(NAMES, []), site.asked
    site.reset()
    decorated = jit(behind)
    assert decorated(NAMES, []) == wanted
    assert sorted(site.asked) == sorted(asked)
    assert decorated.stats().tasks > 0, decorated.stats()
    assert decorated.stats().mispredictions == 0, decorated.stats()
