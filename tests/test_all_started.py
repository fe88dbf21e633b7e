"""Where a fixture says that a loop runs early, all of its calls do: for the mark, one would do."""

from __future__ import annotations

import pytest

from tests.observe import observe
from tests.test_fixtures import FIXTURES

STARTED = {
    "answer_appended_behind": 4 + 4 + 8,
    "counted_by_missing_keys": 4 + 4,
    "files_others_written": 4 + 3 + 4 + 4 + 4 + 4,
    "grouped_by_missing_keys": 4 + 4 + 3,
    "rows_kept_in_sqlite": 4 + 4 + 4,
}


@pytest.mark.parametrize("name", STARTED)
def test_all_calls_start_early(name: str) -> None:
    run = observe(FIXTURES / "parallel" / f"{name}.py", plain=False)
    assert run.tasks == STARTED[name], run.remarks
