"""The plain form of each fixture does what the fixture does, without xcs; some are compared with an expected text."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.observe import Portrait, call, load, plain_xcs, state
from tests.plain_form import plain_form, recorded
from tests.printed_texts import decorated, printed

pytestmark = pytest.mark.once

FIXTURES = Path(__file__).parent.parent / "fixtures"
# A built-in function makes the calls, which has no plain form where it isn't `map`, or a key: some stay as they are.
CALLED_BACK = {
    "filter_kept", "key_compared_after", "key_reads_counts", "map_lambda_counts", "key_max", "key_sorted",
    "key_then", "key_traceback",
}  # fmt: skip
# What the loop has kept so far says which calls it makes: they stay, too.
KEPT = {"already_done", "seen_list", "seen_set"}
# Results hold what the loop makes for the call: `@jit` runs the callee in its place and only the call inside it early.
# Or what they do in their place has no plain form, or asking for a bar's length would use up what it goes through.
OPENED = {
    "header_of_all_rows", "map_in_helper", "rows_held_once", "methods_apply_and_map", "command_line_before",
    "duration_shown_by_manager", "environment_subscripted", "files_others_written", "rows_kept_in_sqlite",
    "keyword_arguments", "method_of_what_is_made", "ordered_dict_argument", "positional_only_name", "unpacking",
}  # fmt: skip
# Ask whether objects are the same ones, which a printed file can't (docs/assumptions.md).
IDENTITY = {"identity_answers", "identity_error", "identity_held", "identity_in_strand", "identity_item_held"}
# Iterations whose calls rest on each other: `@jit` suspends their slices, which a printed file doesn't.
ROUNDS = {
    "answer_appended_before", "answer_appended_behind", "leaves_on_item_after_rounds", "pages_by_token",
    "rounds_fan_out", "rounds_leave_a_value", "rounds_with_tool", "until_it_parses",
    "answers_used_again", "argument_changed_after", "levels_of_a_table", "list_slots_written", "plan_by_keys",
    "rounds_of_speakers", "answers_cut_in_levels", "seen_forgotten", "seen_other_key", "already_done_renamed",
    "iterators_stepping", "dict_view_written", "callee_with_chain", "callee_with_loop", "kept_beside_keys",
    "own_errors_handled", "attributes_read_back", "maker_of_what_is_changed", "fed_by_generator", "tools_unpacked",
    "attribute_was_a_list", "tool_or_none", "sleeps_on_memory", "first_found", "while_rounds",
    "matched_cases", "registry_of_pairs", "links_followed", "generators_of_generators",
    "seen_before_chain", "history_of_an_item", "days_stepped", "beam_ends_early", "counted_before_more_comes",
    "level_decides_with_sort", "population_of_slices", "told_once", "answer_without_value_before",
    "header_in_first_row", "limit_by_length", "shortened_as_it_goes", "agent_with_tools_by_name",
    "agents_made_before", "generator_reads_file", "tickets_of_states", "history_of_a_new_object",
    "decorated_calls_decorated", "pages_of_one_list", "pages_whose_items_may_fail",
}  # fmt: skip
# What `@jit` looks at again at each entry settles what a printed file has to ask.
SETTLED = {"settled_budget", "settled_when_asked"}
LEFT_OUT = CALLED_BACK | KEPT | OPENED | IDENTITY | ROUNDS | SETTLED
CASES = sorted(path for path in (FIXTURES / "parallel").glob("*.py") if path.stem not in LEFT_OUT)
GOLDEN = sorted((FIXTURES / "plain").glob("*.after.py"))
UPDATE = os.environ.get("XCS_UPDATE") == "1"
ADDED = ("ThreadPoolExecutor", "wait", "deque", "copy_context", "unordered", "ordered")  # or taken away
# Print tracebacks: with frames of `concurrent.futures` in the plain form.
TRACES = {"handled_error_asked", "key_traceback", "map_traceback", "traceback_printed"}
OWN_TEXT = {"file_read", "logging_in_loop"}  # read their own text or its line numbers


@dataclass(frozen=True)
class Seen:
    """What a run showed, without the frames of its exceptions."""

    value: object
    error: object
    stdout: str
    stderr: str
    state: object


def links(error: BaseException | None, portrait: Portrait, depth: int = 0) -> object:
    if error is None or depth > 5:
        return None
    below = [links(e, portrait, depth + 1) for e in (error.__cause__, error.__context__)]
    return type(error).__qualname__, str(error), portrait(error.args), below


def without_added(function: types.FunctionType) -> None:
    """Takes away the default of a parameter that was added."""
    code = function.__code__
    if {"future", "say"}.intersection(code.co_varnames[code.co_argcount - 1 : code.co_argcount]):
        function.__defaults__ = (function.__defaults__ or ())[:-1] or None
    for name in {"future", "say"}.intersection(function.__kwdefaults__ or ()):
        del function.__kwdefaults__[name]


def run(path: Path) -> Seen:
    """Runs a file's `main()` with `jit` as the identity."""
    out, err = io.StringIO(), io.StringIO()
    with plain_xcs(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        module = load(path)
        value, error = call(module.main)
    for name in ADDED:
        vars(module).pop(name, None)
    for held in list(vars(module).values()):
        for function in [held, *(vars(held).values() if isinstance(held, type) else ())]:
            if isinstance(function, types.FunctionType):
                without_added(function)
    portrait = Portrait()
    seen = Seen(portrait(value), links(error, portrait), out.getvalue(), err.getvalue(), state(module, portrait))
    del sys.modules[module.__name__]
    return seen


def transformed(path: Path) -> Any:
    """The plain form of a file, with the plans of a run of it."""
    out, err = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with recorded() as plans, out, err:
        module = load(path)
        call(module.main)
    made = plain_form(path.read_text(), module, plans)
    del sys.modules[module.__name__]
    return made


def written(tmp_path: Path, path: Path, text: str) -> Path:
    """A file of the same module name with another text."""
    other = tmp_path / path.parent.name / path.name
    other.parent.mkdir()
    other.write_text(text)
    return other


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_fixture(path: Path, tmp_path: Path) -> None:
    made = transformed(path)
    assert made.remarks, "no plan"
    assert all(r is None or r.kind == "applied" for r in made.remarks), made.remarks
    assert not made.needs_xcs
    assert "ThreadPoolExecutor" in made.text
    if path.stem not in TRACES | OWN_TEXT:
        assert run(written(tmp_path, path, made.text)) == run(path)


@pytest.mark.parametrize("name", sorted(OPENED | ROUNDS))
def test_opened(name: str) -> None:
    path = FIXTURES / "parallel" / f"{name}.py"
    assert any(r is not None and r.kind == "missed" for r in transformed(path).remarks)


@pytest.mark.parametrize("name", sorted(CALLED_BACK | KEPT))
def test_called_back(name: str) -> None:
    path = FIXTURES / "parallel" / f"{name}.py"
    remarks = [r for r in transformed(path).remarks if r is not None]
    assert any(r.code == "plain-form" for r in remarks), remarks


# Replace a function, a class or `sys.stdout` between calls: `@jit` looks at its entry, a printed file can't.
UNGUARDED = {"dispatch_table_changed", "getattribute_added", "mock_callee", "output_runs_code"}
# What else `@jit` sees only at the entry: that an exception is being handled, that the module is still being imported.
AT_ENTRY = {"in_handler_plain", "while_imported"}
# `log_in_callee` gives the line numbers of its log records.
EVERY = [p for p in sorted(FIXTURES.glob("*/*.py")) if p.parent.name not in ("plain", "printed", "transform")]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_printed_from_the_text_alone(path: Path, tmp_path: Path) -> None:
    """What the command prints for a fixture, hostile ones included, does what the fixture does.

    Equal output may be luck: which of the sequential ones the text alone makes parallel is known by name.
    """
    text = printed(path).all
    if path.parent.name == "sequential":
        pooled = "ThreadPoolExecutor(" in decorated(path)
        assert pooled == (path.stem in UNGUARDED | AT_ENTRY)
    if path.stem in TRACES | OWN_TEXT | {"log_in_callee"}:
        return
    compile(text, str(path), "exec")
    if path.parent.name != "attack":  # replaces functions and classes between calls, which a printed file can't see
        same = run(written(tmp_path, path, text)) == run(path)
        assert same or path.stem in UNGUARDED | IDENTITY  # whether they differ depends on the threads


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.removesuffix(".after.py"))
def test_expected_text(path: Path) -> None:
    name = path.name.replace(".after.py", ".py")
    before = next(p for p in (path.parent / name, FIXTURES / "parallel" / name) if p.exists())
    text = transformed(before).text
    if UPDATE:
        path.write_text(text)
    assert text == path.read_text()
