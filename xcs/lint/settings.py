"""What a project wants of `xcs-lint`: the command line over `[tool.xcs.lint]` of the nearest `pyproject.toml`."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from .findings import NUMBERS, OTHER, Finding

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT = ("XCS1", "XCS2", "XCS3", "XCS9")
FAIL_ON = ("never", "error", "warning", "certain", "likely")
LISTS = ("select", "ignore", "extend_select", "exclude")


class Wrong(Exception):
    """The command line or the configuration can't be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """select, ignore, extend_select: codes, numbers or their beginnings, or `ALL`; exclude: patterns of paths;
    per_file_ignores: pattern -> codes; fail_on: what makes the exit code 1."""

    select: tuple[str, ...] = DEFAULT
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fail_on: str = "warning"
    baseline: str = ""

    def wants(self, finding: Finding) -> bool:
        """Whether a finding is told: the longest selector that fits decides, and of two as long `ignore`."""
        chosen = max((len(s) for s in (*self.select, *self.extend_select) if fits(s, finding)), default=-1)
        refused = max((len(s) for s in self.ignore if fits(s, finding)), default=-1)
        if chosen <= refused or chosen < 0:
            return False
        ignored = (
            code
            for pattern, codes in self.per_file_ignores.items()
            if matches(finding.filename, pattern)
            for code in codes
        )
        return not any(fits(code, finding) for code in ignored)

    def excludes(self, path: str) -> bool:
        return any(matches(path, pattern) for pattern in self.exclude)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the exit code 1."""
        wanted = FAIL_ON.index(self.fail_on)
        level = {"error": 1, "warning": 2}.get(finding.severity) or (3 if finding.certainty == "certain" else 4)
        return 0 < level <= wanted


def fits(selector: str, finding: Finding) -> bool:
    if selector in ("ALL", finding.code):
        return True
    return selector.startswith("XCS") and finding.number.startswith(selector)


def matches(path: str, pattern: str) -> bool:
    """Whether a path, or a folder that it lies in, is of a pattern."""
    parts = Path(path).as_posix()
    bare = pattern.rstrip("/")
    return (
        fnmatch.fnmatch(parts, bare)
        or fnmatch.fnmatch(Path(path).name, bare)
        or fnmatch.fnmatch(parts, f"{bare}/*")
        or fnmatch.fnmatch(parts, f"*/{bare}/*")
        or fnmatch.fnmatch(parts, f"*/{bare}")
    )


def known(selectors: Sequence[str], place: object) -> None:
    """place: where they stand.

    Raises:
        Wrong: one of them selects nothing.
    """
    for selector in selectors:
        every = [*NUMBERS.values(), OTHER]
        if (
            selector != "ALL"
            and selector not in NUMBERS
            and not (selector.startswith("XCS") and any(n.startswith(selector) for n in every))
        ):
            codes = ", ".join(f"{num} {name}" for name, num in sorted(NUMBERS.items(), key=lambda item: item[1]))
            raise Wrong(f"{place}: there is no code {selector!r} (codes: {codes}, or their beginnings, or ALL)")


def nearest(folder: Path) -> Path | None:
    """The `pyproject.toml` with a table `[tool.xcs.lint]` that is nearest above a folder."""
    for above in (folder, *folder.parents):
        file = above / "pyproject.toml"
        if file.is_file() and _table(file) is not None:
            return file
    return None


def _table(file: Path) -> Mapping[str, object] | None:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Wrong(f"{file}: it can't be read as TOML ({error})") from None
    table: dict[str, object] | None = data
    for key in ("tool", "xcs", "lint"):
        table = table.get(key) if table is not None else None  # type: ignore[assignment]
        if table is not None and not isinstance(table, dict):
            raise Wrong(f"{file}: [tool.xcs.lint] is no table of settings")
    return table


def configured(file: Path | None) -> Settings:
    """The settings of a configuration file.

    Raises:
        Wrong: it has keys or values that mean nothing.
    """
    if file is None:
        return Settings()
    table = _table(file) or {}
    given: dict[str, object] = {}
    names = {f.name for f in fields(Settings)}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in names:
            settings_ = ", ".join(sorted(n.replace("_", "-") for n in names))
            raise Wrong(f"{file}: [tool.xcs.lint] has no setting {key!r} (settings: {settings_})")
        if name in LISTS:
            given[name] = _texts(file, key, value)
        elif name == "per_file_ignores":
            if not isinstance(value, dict):
                raise Wrong(f"{file}: {key} has to be a table: pattern = [codes]")
            given[name] = {pattern: _texts(file, key, codes) for pattern, codes in value.items()}
        elif not isinstance(value, str):
            raise Wrong(f"{file}: {key} has to be a text")
        else:
            given[name] = value
    settings = replace(Settings(), **given)  # type: ignore[arg-type]
    if settings.fail_on not in FAIL_ON:
        raise Wrong(f"{file}: fail-on has to be one of {', '.join(FAIL_ON)}")
    ignored = [code for codes in settings.per_file_ignores.values() for code in codes]
    known([*settings.select, *settings.ignore, *settings.extend_select, *ignored], file)
    return settings


def _texts(file: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Wrong(f"{file}: {key} has to be a list of texts")
    return tuple(value)
