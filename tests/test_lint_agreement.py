"""One verdict everywhere: what the lint, `xcs-transform` and `@jit` say of each fixture.

Of a fixture without its decorators the lint says *certain*, *likely* or nothing; `@jit` starts calls early in it or
keeps it sequential, as its marks say (those of `attack/` have none: there it is run). Certain is never what stays
sequential, nor does transform print a plain form of it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.observe import observe
from tests.printed_texts import printed
from tests.test_fixtures import FIXTURES, marks
from xcs.lint.check import findings
from xcs.lint.sources import Text

pytestmark = pytest.mark.once

TOPICS = ("parallel", "open", "sequential", "attack")
CASES = sorted(path for path in FIXTURES.glob("*/*.py") if path.parent.name in TOPICS)
# What a process has at run time and no text shows: what is told is right of the text, and `@jit` sees what is there.
OF_THE_RUN = {
    "attack/header_evaluated_before": "the object gone through is one of a class that doesn't exist before it runs",
    "attack/notebook_stream_list": "`sys.stdout` is another object, which runs code of the program",
    "attack/notebook_stream_over_own": "`sys.stdout` is another object, which runs code of the program",
    "attack/shortened_for_ever": "a slice goes through 10,000 rounds of `while` loops at most",
    "sequential/in_handler_plain": "the function is called while an exception is handled",
    "sequential/method_of_what_is_made": "what is told is of a method by itself, not of the functions that call it",
    "sequential/mock_callee": "the callee is replaced by a mock",
    "sequential/output_runs_code": "`sys.stdout` is another object, which runs code of the program",
    "sequential/while_imported": "the function is called while its module is imported",
}
# What a plain form runs at the same time and a slice leaves: the lint says likely.
PRINTED = {
    "attack/peel_list_changed": "no agent has a client when it begins, and who makes one changes the list",
    "sequential/group_filled_meanwhile": "the first key is missing, which is seen when a slice comes to it",
}
# Of what runs in parallel as its marks say, the lint says nothing of these: one of ten.
NOT_FOUND = {
    "open/cache_get", "open/file_loaded", "open/method_of_made", "open/retry_counts", "open/retry_in_callee",
    "parallel/agent_with_tools_by_name", "parallel/alias_items", "parallel/all_consumed",
    "parallel/answer_appended_before", "parallel/bare_sleep", "parallel/callables_list",
    "parallel/callee_with_chain", "parallel/display", "parallel/fstring", "parallel/generators_of_generators",
    "parallel/item_attribute_stored", "parallel/key_reads_counts", "parallel/lambda_in_class",
    "parallel/lambda_of_class", "parallel/lazy_cached_property", "parallel/lazy_global",
    "parallel/leaves_on_item_after_rounds", "parallel/level_decides_with_sort", "parallel/levels_of_a_table",
    "parallel/limit_by_length", "parallel/map_several", "parallel/operands", "parallel/partial",
    "parallel/recursion_operands", "parallel/rounds_leave_a_value", "parallel/rounds_with_tool",
    "parallel/settled_budget", "parallel/sleeps_on_memory", "parallel/straight_line", "parallel/tickets_of_states",
    "parallel/told_once", "parallel/tool_or_none", "parallel/until_it_parses",
}  # fmt: skip
DECORATED = re.compile(r"^ *@jit\n|^from xcs import jit\n", re.MULTILINE)


def plain(text: str) -> str:
    """A fixture as it was before anybody decorated it, on the same lines."""
    return DECORATED.sub("\n", text)


@cache
def of_lint(path: Path) -> str:
    """The most certain answer about the undecorated text."""
    found = findings(Text(path, path.name, plain(path.read_text("utf-8"))))
    said = {f.certainty for f in found if f.function}
    assert "error" not in said, found
    return next((answer for answer in ("certain", "likely") if answer in said), "nothing")


def of_transform(path: Path) -> str:
    """Whether there is a plan that a plain form can show of the decorated text."""
    return "printed" if printed(path).shown else "left"


@cache
def of_jit(path: Path) -> str:
    """What `@jit` makes of it, with live objects."""
    if path.parent.name == "attack":
        return "parallel" if observe(path, plain=False).tasks else "sequential"
    return "parallel" if any(kind == "applied" for _, kind, _ in marks(path)) else "sequential"


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_agreement(path: Path) -> None:
    if of_jit(path) == "sequential":
        known = name_of(path) in OF_THE_RUN
        assert (of_lint(path) == "certain") == known
        assert of_transform(path) == "left" or known or name_of(path) in PRINTED
    elif path.parent.name != "attack":
        assert (of_lint(path) == "nothing") == (name_of(path) in NOT_FOUND)


def table() -> None:
    """Prints how many fixtures of each topic each of the three says what of: `python -m tests.test_lint_agreement`."""
    rows = Counter((path.parent.name, of_jit(path), of_transform(path), of_lint(path)) for path in CASES)
    for (topic, jit, transform, lint), count in sorted(rows.items()):
        print(f"{topic:10} @jit: {jit:10} transform: {transform:7} lint: {lint:8} {count:4}")


if __name__ == "__main__":
    table()
