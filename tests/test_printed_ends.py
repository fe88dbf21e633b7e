"""How printed loops end: a failure, Ctrl-C, no items, one, very many: as the plain loop, no call for nothing."""

from __future__ import annotations

import _thread
import time
from pathlib import Path
from typing import Any

import pytest

from xcs.cli.printed import Choice, printed
from xcs.static.plans import plan_file

HEAD = """
def ask(x):
    TIME.sleep(0.0005)
    return SEEN(x)
"""
FORMS = {
    "listed": """
def run(xs: list[int], out: list[int]):
    out += [ask(x) for x in xs]
""",
    "mapped": """
def run(xs: list[int], out: list[int]):
    for x in xs:
        out.append(ask(x))
        print(x)
""",
    "process": """
def run(xs: list[int], out: list[int]):
    for x in xs:
        first = ask(x)
        second = ask(first)
        out.append(second)
""",
    "futures": """
def run(xs: list[int], out: list[int]):
    for x in xs:
        try:
            out.append(ask(x))
        except KeyError:
            out.append(0)
""",
    "window": """
def run(xs: list[int], out: list[int]):
    for x in xs:
        print(ask(x))
""",
    "opened": """
def told(x):
    print(x)
    return ask(x)


def run(xs: list[int], out: list[int]):
    for x in xs:
        out.append(told(x))
""",
    "columns": """
def run(xs: list[int], out: list[int]):
    for x in xs:
        a = ask(x)
        b = ask(x)
        out.append(a + b)
""",
}
TEXT = "import time\nimport time as TIME\n\n\ndef SEEN(x):\n    return x\n" + HEAD


def both(form: str, tmp_path: Path) -> tuple[str, str]:
    """The plain and the printed text of a form, without what the test puts in the place of `SEEN`."""
    text = TEXT + FORMS[form]
    path = tmp_path / "program.py"
    path.write_text(text)
    made = printed(text, plan_file(path), Choice(every=True)).text
    assert "ThreadPoolExecutor(" in made
    return text, made


def ends(text: str, items: list[int], seen: Any) -> tuple[list[int], str, list[int]]:
    """(what was kept, how it ended, the items that were asked for)."""
    calls: list[int] = []
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(text, "<printed>", "exec"), names)

    def noted(x: int) -> int:
        calls.append(x)
        return int(seen(x))

    names["SEEN"] = noted
    out: list[int] = []
    try:
        names["run"](items, out)
        ended = "returned"
    except BaseException as error:
        ended = f"{type(error).__name__}: {error}"
    return out, ended, calls


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 50])
def test_all_is_well(form: str, count: int, tmp_path: Path) -> None:
    plain, made = (ends(text, list(range(count)), abs) for text in both(form, tmp_path))
    assert made[:2] == plain[:2]
    assert sorted(made[2]) == sorted(plain[2])


def failing(x: int) -> int:
    if x == 7:
        raise ValueError("seven")
    if x > 300:
        time.sleep(0.05)  # a call that is far from its turn takes its time
    return x


@pytest.mark.parametrize("form", FORMS)
def test_a_failure(form: str, tmp_path: Path) -> None:
    """The same is kept, the same is raised, and what has not begun is not asked for."""
    plain, made = (ends(text, list(range(3000)), failing) for text in both(form, tmp_path))
    assert made[:2] == plain[:2]
    assert len(made[2]) < 3000


@pytest.mark.parametrize("form", FORMS)
def test_an_interrupt(form: str, tmp_path: Path) -> None:
    sent: list[int] = []

    def interrupting(x: int) -> int:
        if x == 7 and not sent:
            sent.append(x)
            _thread.interrupt_main()
        return failing(x) if x > 7 else x

    _, text = both(form, tmp_path)
    _, ended, calls = ends(text, list(range(3000)), interrupting)
    assert ended == "KeyboardInterrupt: "
    assert len(calls) < 3000


def test_very_many_items(tmp_path: Path) -> None:
    """Where nothing is kept, calls stay within a window of the loop."""
    _, text = both("window", tmp_path)
    names: dict[str, Any] = {}
    exec(compile(text, "<printed>", "exec"), names)
    started, taken, most = 0, 0, 0

    def seen(x: int) -> int:
        nonlocal started, most
        started += 1
        most = max(most, started - taken)
        return x

    def took(*_: object) -> None:
        nonlocal taken
        taken += 1

    names["SEEN"], names["print"] = seen, took
    names["TIME"] = type("Nothing", (), {"sleep": staticmethod(lambda _: None)})
    names["run"](range(10_000), [])
    assert started == taken == 10_000
    assert most <= 256 + 32
