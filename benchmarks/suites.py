"""Runs the test suites of other projects plain and with every function decorated, and compares them test by test.

python -m benchmarks.suites NAME... [--python PYTHON] [--times N] [options] [-- PYTEST ARGUMENTS...]

The source distribution of each project comes from the package index, into an environment of its own below
`.venvs/suites`; what it doesn't tell of itself stands in `suites.toml`. Both forms run in processes of their own. What
is printed: the outcomes that differ, the processor's time of each form (the least of `--times` runs, which take turns),
and the time that was spent deciding. NAME==VERSION asks for a version. The exit code is how many outcomes differ.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.suites import Result, caches, differences, run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TREE = Path(__file__).resolve().parent.parent
PLACES = TREE / ".venvs" / "suites"
COLUMNS = "project version Python tests pass differ plain_CPU_s decorated ratio deciding_s applied early"
HEADER = "| " + " | ".join(COLUMNS.split()).replace("_", " ") + " |\n" + "|---" * len(COLUMNS.split()) + "|"


@dataclass(frozen=True)
class Project:
    """A project that was unpacked, and the environment in which its tests run."""

    name: str
    version: str
    python: Path
    folder: Path
    packages: tuple[str, ...]
    paths: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What both forms of a suite gave."""

    project: Project
    plain: Result
    made: Result
    differ: dict[str, tuple[str, str]]
    cpu: tuple[float, float]

    def row(self) -> str:
        outcomes, report = self.plain.outcomes.values(), self.made.report
        version = f"{report['python'] // 100:.0f}.{report['python'] % 100:.0f}" if "python" in report else "?"
        cells = [self.project.name, self.project.version, version, len(outcomes), sum(o == "passed" for o in outcomes)]
        cells += [len(self.differ), f"{self.cpu[0]:.1f}", f"{self.cpu[1]:.1f}", f"{self.cpu[1] / self.cpu[0]:.2f}"]
        cells += [f"{report.get('deciding', -1):.2f}", f"{report.get('applied', -1):.0f}"]
        return "| " + " | ".join(map(str, [*cells, f"{report.get('tasks', -1):.0f}"])) + " |"


def facts(name: str) -> dict[str, Any]:
    """What `suites.toml` has of a project."""
    found: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).get(name, {})
    return found


def several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def prepare(asked: str, python: str, below: Path) -> Project:
    """A project with its environment, made below that folder at the first time.

    Raises:
        subprocess.CalledProcessError: the index has no such source distribution, or it can't be installed.
    """
    name = asked.partition("==")[0]
    known = facts(name)
    tag = subprocess.check_output([python, "-c", "import sys; print(sys.implementation.cache_tag)"], text=True).strip()
    place = below / f"{asked}-{tag}"
    there = place / "venv" / "bin" / "python"
    if not (place / "made").exists():
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(place / "venv")], check=True)
        pip = [str(there), "-m", "pip", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "download", "--no-deps", f"--no-binary={name}", "--dest", str(place), asked], check=True)
        with tarfile.open(next(place.glob("*.tar.gz"))) as archive:
            archive.extractall(place / "text", filter="data")
        text = next((place / "text").iterdir())
        wanted = ["pytest", "libcst", "tomli; python_version < '3.11'", *known.get("needs", ())]
        subprocess.run([*pip, "install", str(text), *wanted], check=True)
        (place / "made").touch()
    ours = next((place / "venv" / "lib").iterdir()) / "site-packages" / "xcs"
    ours.unlink(missing_ok=True)
    ours.symlink_to(TREE / "xcs")
    subprocess.run([str(there), "-m", "compileall", "-q", str(TREE / "xcs")], check=True)  # as what is installed is
    text = next((place / "text").iterdir())
    paths = several(known.get("path", "src" if (text / "src").is_dir() else "."))
    tests = several(known.get("tests", next((t for t in ("tests", "test") if (text / t).exists()), ".")))
    tests += tuple(f"--deselect={t}" for t in known.get("deselect", ()))
    packages = several(known.get("package", name.replace("-", "_")))
    version = text.name.rpartition("-")[2]
    return Project(name, version, there, text, packages, tuple(str(text / p) for p in paths), tests)


def compare(project: Project, arguments: argparse.Namespace) -> Comparison:
    """Both forms of a suite, in turns."""
    options = [",".join(project.packages), *(f"--path={p}" for p in project.paths)]
    rest = ["-p", "no:cacheprovider", "-q", "--maxfail=100000", "--continue-on-collection-errors"]
    rest += arguments.rest or project.tests

    def once(more: Sequence[str]) -> Result:
        python = str(project.python)
        return run([*options, *more], project.folder, arguments.timeout, False, rest, python, arguments.cached)

    plain, made = [], []
    if arguments.cached:
        for form in (["--plain"], []):
            once([*form, "--importing"])
    for _ in range(arguments.times):
        plain.append(once(["--plain"]))
        made.append(once(["--nested"] if arguments.nested else []))
    found = differences(plain[0].outcomes, made[0].outcomes)
    if found:  # what differs between two plain runs is not held against the decorated one
        unsteady = differences(plain[0].outcomes, (plain[1] if len(plain) > 1 else once(["--plain"])).outcomes)
        found = {test: pair for test, pair in found.items() if test not in unsteady}
    least = tuple(min(r.report.get("cpu", float("inf")) for r in results) for results in (plain, made))
    return Comparison(project, plain[0], made[0], found, (least[0], least[1]))


def tell(comparison: Comparison, arguments: argparse.Namespace) -> None:
    """What there is to know beside the row."""
    for test, (before, after) in list(comparison.differ.items())[: arguments.show]:
        print(f"  {test}: plain {before}, decorated {after}")
    for form, result in (("plain", comparison.plain), ("decorated", comparison.made)):
        if result.ended:
            print(f"  {form}: {result.ended}")
        if not result.outcomes:
            print("    " + "\n    ".join(result.output.splitlines()[-12:]))
        if arguments.output is not None:
            arguments.output.mkdir(parents=True, exist_ok=True)
            (arguments.output / f"{comparison.project.name}.{form}.txt").write_text(result.output)


def main() -> int:
    given = sys.argv[1:]
    own = given[: given.index("--")] if "--" in given else given
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose environments are made")
    parser.add_argument("--below", type=Path, default=PLACES, help="the folder of the environments")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--show", type=int, default=20, help="how many of the tests that differ are named")
    parser.add_argument("--nested", action="store_true", help="functions within functions, too")
    parser.add_argument("--cached", action="store_true", help="what was made of the texts before is found")
    parser.add_argument("--output", type=Path, help="a folder for what pytest printed")
    arguments = parser.parse_args(own)
    arguments.rest = given[len(own) + 1 :]
    differ, rows = 0, []
    try:
        for name in arguments.names:
            try:
                found = compare(prepare(name, arguments.python, arguments.below), arguments)
            except subprocess.CalledProcessError as error:
                print(f"{name}: {error}")
                continue
            tell(found, arguments)
            rows.append(found.row())
            print(rows[-1], flush=True)
            differ += len(found.differ) + bool(found.made.ended and not found.plain.ended)
    finally:
        shutil.rmtree(caches, ignore_errors=True)
    print("\n".join([HEADER, *rows]))
    return min(differ, 99)


if __name__ == "__main__":
    sys.exit(main())
