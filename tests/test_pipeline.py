"""The stages of `xcs.pipeline` are those that run, in that order."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xcs.pipeline import PIPELINE, Stage

ROOT = Path(__file__).parent.parent
PROGRAM = """\
import time

from xcs import jit


def ask(x):
    time.sleep(0.01)
    return len(x)


@jit
def subject(docs):
    found = []
    for doc in docs:
        found.append(ask(doc))
    return found
"""
# Notes which functions of xcs are called, each when it is first.
NOTING = """\
import json, os, sys, threading
from xcs import modes
modes.watched = lambda: False  # a profiled program runs as it is
noted = {}


def profile(frame, event, argument):
    if event == "call" and f"{os.sep}xcs{os.sep}" in frame.f_code.co_filename:
        code = frame.f_code
        noted.setdefault((code.co_filename, code.co_firstlineno), len(noted))


threading.setprofile(profile)  # the command runs in a thread with a deep stack
sys.setprofile(profile)
"""
JIT = "import app; app.subject(['a', 'bb', 'ccc'])\n"
FILE = "from xcs.cli.transform import main; main(['app.py'])\n"
SHOWN = "sys.setprofile(None); json.dump([[*k, v] for k, v in noted.items()], open('noted.json', 'w'))\n"


def function_of(stage: Stage) -> object:
    module, _, name = stage.function.partition(":")
    found: object = importlib.import_module(f"xcs.{module}")
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    return getattr(found, "__func__", found)


@pytest.mark.once
@pytest.mark.parametrize("phases", [("decoration", "entry", "region"), ("file",)], ids="-".join)
def test_the_stages_run_in_this_order(phases: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROGRAM)
    program = NOTING + (FILE if phases == ("file",) else JIT) + SHOWN
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "XCS_STRICT": "1"}
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=120
    )
    noted = {(name, line): at for name, line, at in json.loads((tmp_path / "noted.json").read_text())}
    for phase in phases:
        order = []
        for stage in PIPELINE[phase]:
            code = inspect.unwrap(function_of(stage)).__code__  # type: ignore[arg-type]
            at = noted.get((code.co_filename, code.co_firstlineno))
            assert at is not None, f"{stage.function} was not called"
            order.append((at, stage.function))
        assert order == sorted(order), phase


@pytest.mark.once
@pytest.mark.parametrize("stage", [s for stages in PIPELINE.values() for s in stages], ids=lambda s: s.function)
def test_a_stage_gives_what_is_said(stage: Stage) -> None:
    assert inspect.signature(inspect.unwrap(function_of(stage))).return_annotation == stage.gives  # type: ignore[arg-type]
