"""Golden cases: what each stage makes of a function, as text.

`tests/cases/STAGE/NAME.case` holds a module, a line of dashes, and what `tests.printing` prints of its last function.
`pytest tests/test_cases.py --rewrite` writes what is printed now; read the difference before you keep it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.printing import STAGES, loaded

CASES = Path(__file__).parent / "cases"
PATHS = sorted(CASES.glob("*/*.case"))
LINE = "----"


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_stage_prints(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text, _, expected = path.read_text("utf-8").partition(f"{LINE}\n")
    module = tmp_path / f"case_{path.parent.name}_{path.stem}.py"
    module.write_text(text, "utf-8")
    try:
        printed = STAGES[path.parent.name](loaded(module)) + "\n"
    finally:
        sys.modules.pop(module.stem, None)
    if request.config.getoption("--rewrite"):
        path.write_text(f"{text}{LINE}\n{printed}", "utf-8")
        return
    assert printed == expected, f"what {path.parent.name} prints has changed; see --rewrite"


@pytest.mark.once
def test_each_stage_has_its_cases() -> None:
    assert {path.parent.name for path in PATHS} == STAGES.keys()
    for stage in STAGES:
        assert sum(path.parent.name == stage for path in PATHS) >= 15
