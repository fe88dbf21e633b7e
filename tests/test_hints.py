"""What the pages of `docs/remarks` say one can do: whoever does it has the gain."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.pages import CASES
from tests.printing import loaded
from xcs import jit
from xcs.plan.legality import OBSTACLES
from xcs.reasons import GENERATOR, WRAPPER

FOLLOWED = sorted((CASES.parent / "followed").glob("*.py"))
APART = {"exit"}  # nothing can be done there
FOLLOWABLE = {reason.code for reason in (*OBSTACLES, GENERATOR, WRAPPER)} - APART


@pytest.mark.once
def test_each_advice_is_followed() -> None:
    assert {path.stem.partition(".")[0] for path in FOLLOWED} == FOLLOWABLE


@pytest.mark.parametrize("path", FOLLOWED, ids=lambda path: path.stem)
def test_who_follows_an_advice_has_the_gain(path: Path, tmp_path: Path) -> None:
    """Each file is the example of its code's page, changed as the page says."""
    module = tmp_path / f"followed_{path.stem.replace('-', '_').replace('.', '_')}.py"
    module.write_text(path.read_text("utf-8"), "utf-8")
    gc.freeze()  # what the example leaves is found without going through all else
    try:
        function = jit(loaded(module))
        with suppress(OSError):  # nobody listens at the addresses
            function()
        stats = function.stats()
        assert "applied" in [region.kind for region in stats.regions], str(stats)
        assert stats.tasks >= 2
        assert stats.mispredictions == 0
    finally:
        held = vars(sys.modules.pop(module.stem)).get("STORE")
        if held is not None:
            held.close()
        gc.collect()
