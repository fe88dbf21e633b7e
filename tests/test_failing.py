"""What fails in a `try` body decides which calls are made behind it, whatever it is that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare import compare
from tests.failing import CONTEXTS, HANDLED, WAYS, written
from tests.permuting import ORDERS

OFTEN = ("key", "gen_comp", "raise")  # in each context; what else fails, in one of them


def _cases() -> list[tuple[str, str]]:
    contexts = sorted(CONTEXTS)
    rare = [w for w in sorted(WAYS) if w not in OFTEN]
    some = [(contexts[number * 7 % len(contexts)], way) for number, way in enumerate(rare)]
    return [(context, way) for context in contexts for way in OFTEN] + some


@pytest.mark.once
@pytest.mark.parametrize(("context", "way"), _cases())
def test_calls_behind_what_fails(context: str, way: str, tmp_path: Path) -> None:
    number = len(context) + len(way)
    made = written(context, way, HANDLED[number % len(HANDLED)])
    path = tmp_path / "failing.py"
    path.write_text(made.text)
    assert compare(path, made.names, made.quiet, ORDERS[number % len(ORDERS)]).differences == ()
