"""What the knowledge files state beside calls; and that no code names a library that they could tell of."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xcs import jit, unordered
from xcs.knowledge.sections import malformed
from xcs.knowledge.stated import refusing, wrappers

load = importlib.import_module("xcs.knowledge.load")  # the package has a function of this name
pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[2] / "xcs"
FOLDERS = ("stdlib", "libraries", "partial")
LIBRARIES = {path.stem for path in (ROOT / "knowledge").glob("libraries/*.toml")} | {
    path.stem for path in (ROOT / "knowledge").glob("partial/*.toml")
}
WORDS = frozenset({"github", "gitlab", "requests", "parallel", "together"})  # of the tool's own texts and codes too

# Code that names libraries: it reads how their objects are built, which no table of names could say.
ALLOWED = {
    "analysis/language/columns.py": "how pandas finds rows and columns",
    "analysis/language/iteration.py": "the elements of an array have no items",
    "analysis/library/run_code.py": "what numpy's arrays do with an operator",
    "knowledge/conditions.py": "each condition is a procedure that looks into one library's objects",
    "knowledge/data_frames.py": "how pandas keeps its columns",
    "knowledge/draft.py": "which condition a drafted file proposes for a client",
    "knowledge/index.py": "modules of C that stand for those in which their names are documented",
    "knowledge/model_validators.py": "how pydantic keeps the validators of a class",
    "knowledge/pydantic_models.py": "how pydantic builds classes",
    "knowledge/runnables.py": "what the runnables of LangChain are made of, and who listens to them",
    "knowledge/wrapped_clients.py": "what instructor keeps of the client that it wraps, and who listens to it",
    "plain/hoisting.py": "what goes through its first argument, in a text",
    "static/models.py": "how a text defines the fields of pydantic's models",
    "static/made.py": "what stands for a client or a data frame that a text makes",
    "peek.py": "whether an array of numpy's holds objects",
}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[library]\nname = 'acme'\n\n[refusals]\nerrors = 1\n", 5),
        ("[refusals]\nerrors = true\n\n[streams]\nerrors = true\n", 5),
        ("source = 'acme'\n[pools]\n'acme.Client' = 0\n", 3),
        ("[retries]\n'Trying.wraps' = ['f']\n", 2),
        ("[library]\nname = 'acme'\n[refusal]\nerrors = true\n", 3),
        ("[refusals]\nanswers = 'acme.Answer'\n", 2),
    ],
)
def test_a_wrong_section_is_placed(text: str, line: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "partial").mkdir()
    (tmp_path / "partial" / "acme.toml").write_text(text)
    monkeypatch.setattr(load, "HERE", str(tmp_path))
    with pytest.raises(ValueError, match=rf"acme\.toml, line {line}: "):
        load.data_of.__wrapped__("acme")


def test_every_file_keeps_the_grammar() -> None:
    for path in (path for folder in FOLDERS for path in (ROOT / "knowledge" / folder).glob("*.toml")):
        data = load.loads(path.read_text("utf-8"))
        assert malformed(data) is None, path
        assert data.get("source") or data["library"]["source"], f"{path}: where was it read?"


def test_a_library_is_added_in_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its refusals and its wrappers are known by its file alone."""
    (tmp_path / "libraries").mkdir()
    file = tmp_path / "libraries" / "acme_added.toml"
    file.write_text("[refusals]\nerrors = true\nexhausted = ['NoneFree']\n\n[retries]\n'tried' = 'function'\n")
    monkeypatch.setattr(load, "HERE", str(tmp_path))
    stated = refusing.__wrapped__("acme_added")
    assert stated.errors and stated.exhausted == {"NoneFree"} and not stated.answers
    assert wrappers("acme_added") == {"tried": "function"}
    load.data_of.cache_clear()


KEPT = """\
class kept(property):
    def __get__(self, obj, kind=None):
        if obj is None:
            return self
        if self.fget.__name__ not in obj.__dict__:
            obj.__dict__[self.fget.__name__] = self.fget(obj)
        return obj.__dict__[self.fget.__name__]
    def __set__(self, obj, value):
        obj.__dict__[self.fget.__name__] = value
"""


def test_properties_that_keep_their_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = tmp_path / "knowledge"  # with what is known of others, which is kept for later tests
    shutil.copytree(load.HERE, known, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (known / "partial" / "acme_kept.toml").write_text("[keeping]\nproperties = ['acme_kept.kept']\n")
    monkeypatch.setattr(load, "HERE", str(known))
    load.data_of.cache_clear()
    space: dict[str, Any] = {"__name__": "acme_kept"}
    exec(KEPT, space)
    ask, tell, made = unordered(lambda text: f"<{text}>"), unordered(lambda text: f"({text})"), []

    class App:
        @space["kept"]  # type: ignore[untyped-decorator, unused-ignore]
        def tool(self) -> Any:
            made.append("tool")
            return ask

    def asked(app: Any, texts: list[str]) -> list[str]:
        return [app.tool(text) for text in texts]

    early, app, texts = jit(asked), App(), ["a", "b", "c"]
    assert early(app, texts) == ["<a>", "<b>", "<c>"] and made == ["tool"]
    before = early.stats().tasks
    assert early(app, texts) == ["<a>", "<b>", "<c>"] and made == ["tool"]
    assert early.stats().tasks == before + 3
    app.tool = tell
    assert early(app, texts) == ["(a)", "(b)", "(c)"]
    assert early(App(), texts) == ["<a>", "<b>", "<c>"] and made == ["tool", "tool"]
    assert early.stats().mispredictions == 0
    load.data_of.cache_clear()


def named(path: Path) -> Iterator[str]:
    """The libraries that texts in a module's code name; docstrings aside."""
    tree = ast.parse(path.read_text("utf-8"))
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is str and id(node) not in explained:
            yield from (set(re.split(r"\W+", node.value)) & LIBRARIES) - WORDS


def test_code_names_no_library() -> None:
    naming = {path.relative_to(ROOT).as_posix(): found for path in ROOT.rglob("*.py") if (found := set(named(path)))}
    assert {path: found for path, found in naming.items() if path not in ALLOWED} == {}
    assert ALLOWED.keys() - naming.keys() == set(), "these name none any more"
