"""Runs another project's test suite plain and with every function of the project under `@jit`, and compares.

python -m tests.suites PACKAGE[,PACKAGE...] [--root FOLDER] [--path FOLDER] [options] [PYTEST ARGUMENTS...]

    python -m tests.suites toolz --root ~/src/toolz toolz/tests
    python -m tests.suites click --root ~/src/click --path src --nested --order reverse tests

PACKAGE is what is decorated: every `def` of its modules and of their classes, `@jit` innermost. `--root` is the folder
that pytest runs in, `--path` one that goes before the import path. Both forms run in processes of their own, under
the same import hook, and find in a cache what the import before them has left.

--nested    functions within functions, too
--eager     as if every call might wait: many more calls start early
--order     the order in which calls that were started early run (see tests/permuting.py)
--strict    our own errors raise (XCS_STRICT=1)
--timeout   seconds for each run
--again     runs the plain form a second time: what differs between the two is not held against `@jit`
"""

from __future__ import annotations

import argparse
import ast
import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JIT = "__xcs_jit__"  # a built-in while this runs: nothing is added to the modules
ORDERS = ("threads", "eager", "single", "reverse", "shuffled")
Outcomes = dict[str, str]
caches = Path(tempfile.gettempdir()) / f"xcs-suites-{os.getpid()}"


class _Decorating(ast.NodeVisitor):
    """Puts `@jit` below the other decorators of each function, on the line that its code begins with."""

    def __init__(self, nested: bool) -> None:
        self.nested = nested
        self.functions = 0

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.functions += 1
        at = node.decorator_list[-1] if node.decorator_list else node
        node.decorator_list.append(ast.copy_location(ast.Name(JIT, ast.Load()), at))
        if self.nested:
            self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass


@dataclass
class Decoration:
    """What is decorated (nothing, in the plain form), and what was made of it."""

    packages: tuple[str, ...]
    plain: bool
    nested: bool
    functions: int = 0
    states: dict[int, Any] = field(default_factory=dict)
    untouched: int = 0

    def covers(self, name: str) -> bool:
        return any(name == p or name.startswith(p + ".") for p in self.packages)

    def jit(self, function: Any) -> Any:
        from xcs import jit

        made = jit(function)
        state = getattr(getattr(made, "stats", None), "__self__", None)
        if state is not None:
            self.states[id(state)] = state
        else:
            self.untouched += 1
        return made

    def report(self) -> dict[str, float]:
        states = [s for state in self.states.values() if hasattr(s := getattr(state, "found", state), "emitted")]
        return {
            "functions": self.functions,
            "regions": sum(s.emitted.count for s in states),
            "applied": sum(r.kind == "applied" for s in states for r in s.remarks.values()),
            "tasks": sum(s.counters.tasks for s in states),
            "mispredictions": sum(s.counters.mispredictions for s in states),
            "deciding": sum(account.deciding for s in states for account in s.accounts.values()),
        }


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles from the text each time, decorated or not."""

    decoration: Decoration

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        if not self.decoration.plain:
            visitor = _Decorating(self.decoration.nested)
            visitor.visit(tree)
            self.decoration.functions += visitor.functions
        return compile(tree, path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    def __init__(self, decoration: Decoration) -> None:
        self.decoration = decoration

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not self.decoration.covers(fullname):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            loader = _Loader(spec.loader.name, spec.loader.path)
            loader.decoration = self.decoration
            spec.loader = loader
        return spec


class _Recorder:
    """The outcome of each test, written as it comes: a crash leaves what was known."""

    def __init__(self, file: Path) -> None:
        self.out = file.open("w")

    def put(self, name: str, outcome: str) -> None:
        self.out.write(json.dumps([name, outcome]) + "\n")
        self.out.flush()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.put(nodeid, "begun")

    def pytest_runtest_logreport(self, report: Any) -> None:
        outcome = "xfailed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
        if report.when == "call" or outcome != "passed":
            self.put(report.nodeid, outcome if report.when == "call" else f"{report.when} {outcome}")

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.put(report.nodeid, f"not collected: {str(report.longrepr).splitlines()[-1]}")


@contextlib.contextmanager
def eager() -> Iterator[None]:
    """As if every call might wait and one such call were worth it: regions without gain run, too."""
    from xcs.analysis import dependence
    from xcs.plan import plan, sites

    for module in (plan, dependence, sites):
        module.waits = lambda effects: True  # type: ignore[attr-defined]
    plan.overlapping = lambda region, calls: True  # type: ignore[attr-defined]
    yield


def child(arguments: argparse.Namespace, pytest_arguments: list[str]) -> int:
    """One form of the suite, in this process. Writes the outcomes, and at the end the report."""
    sys.path[0] = os.getcwd()
    sys.path[:0] = arguments.path
    decoration = Decoration(tuple(arguments.packages.split(",")), arguments.plain, arguments.nested)
    setattr(builtins, JIT, decoration.jit)
    for name in [n for n in sys.modules if decoration.covers(n)]:
        del sys.modules[name]
    sys.meta_path.insert(0, Finder(decoration))
    begun = time.perf_counter()
    if arguments.importing:
        for package in decoration.packages:
            importlib.import_module(package)
        seconds, status = time.perf_counter() - begun, 0
    else:
        import pytest

        with contextlib.ExitStack() as stack:
            if not arguments.plain:
                _prepare(arguments, stack)
            begun = time.perf_counter()
            status = int(pytest.main(pytest_arguments, plugins=[_Recorder(arguments.child / "outcomes")]))
            seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    report = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "memory": memory, "status": status}
    report["python"] = sys.version_info[0] * 100 + sys.version_info[1]
    report |= decoration.report()
    (arguments.child / "report").write_text(json.dumps(report))
    return 0


def _prepare(arguments: argparse.Namespace, stack: contextlib.ExitStack) -> None:
    if arguments.eager:
        stack.enter_context(eager())
    if arguments.order != "threads":
        spec = importlib.util.spec_from_file_location("xcs_permuting", Path(__file__).with_name("permuting.py"))
        assert spec is not None and spec.loader is not None
        permuting = importlib.util.module_from_spec(spec)
        sys.modules["xcs_permuting"] = permuting
        spec.loader.exec_module(permuting)
        stack.enter_context(permuting.permuted(arguments.order))


@dataclass(frozen=True)
class Result:
    outcomes: Outcomes
    report: dict[str, float]
    ended: str  # how the process ended, if not by itself
    output: str


def caching(form: str) -> dict[str, str]:
    """What lets the processes of a form find what earlier ones have made of the text, outside of the project."""
    return {"PYTHONPYCACHEPREFIX": str(caches / form), "PYTHONDONTWRITEBYTECODE": ""}


def run(
    options: Sequence[str], root: Path, timeout: float, strict: bool, rest: Sequence[str],
    python: str = sys.executable, cached: bool = True,
) -> Result:  # fmt: skip
    """One form in a process of its own; what it started ends with it. cached: what was made of texts is found."""
    kept = caching("plain" if "--plain" in options else "made") if cached else {"PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, "PYTHONHASHSEED": "0", **kept}
    environment.pop("XCS_STRICT", None)
    if strict:
        environment["XCS_STRICT"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [python, "-X", "faulthandler", str(Path(__file__).resolve()), "--child", name, *options]
        command += ["--", *rest]
        ended = ""
        with (folder / "output").open("w") as out:
            process = subprocess.Popen(
                command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(timeout)
                ended = f"exit code {code}" if code else ""
            except subprocess.TimeoutExpired:
                ended = f"hung: killed after {timeout:.0f} s"
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        written = folder / "outcomes"
        outcomes: Outcomes = {}
        for line in written.read_text().splitlines() if written.exists() else ():
            test, outcome = json.loads(line)
            outcomes[test] = outcome if outcomes.get(test, "begun") == "begun" else f"{outcomes[test]}, {outcome}"
        report = folder / "report"
        numbers = json.loads(report.read_text()) if report.exists() else {}
        return Result(outcomes, numbers, ended, (folder / "output").read_text(errors="replace"))


def differences(plain: Outcomes, made: Outcomes) -> dict[str, tuple[str, str]]:
    """The tests whose outcomes are not the same."""
    names = dict.fromkeys([*plain, *made])
    pairs = {name: (plain.get(name, "absent"), made.get(name, "absent")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def compare(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Runs both forms and prints what there is to know. Returns how many outcomes differ."""
    common = [arguments.packages, *(f"--path={p}" for p in arguments.path)]
    form = [*common, f"--order={arguments.order}"]
    form += [f"--{name}" for name in ("nested", "eager") if getattr(arguments, name)]
    rest = ["-p", "no:cacheprovider", "-q", "-x" if arguments.first else "--maxfail=100000", *rest]

    def once(options: Sequence[str]) -> Result:
        return run(options, arguments.root, arguments.timeout, arguments.strict, rest)

    imports = [[once([*f, "--importing"]).report.get("seconds", -1.0) for _ in range(2)]
               for f in ([*common, "--plain"], form)]  # fmt: skip
    plain, made = once([*common, "--plain"]), once(form)
    found = differences(plain.outcomes, made.outcomes)
    if arguments.again:
        unsteady = differences(plain.outcomes, once([*common, "--plain"]).outcomes)
        found = {name: pair for name, pair in found.items() if name not in unsteady}
    for name, (before, after) in list(found.items())[: arguments.show]:
        print(f"  {name}: plain {before}, decorated {after}")
    for form_name, result in (("plain", plain), ("decorated", made)):
        if result.ended:
            print(f"  {form_name}: {result.ended}")
    if arguments.output is not None:
        for form_name, result in (("plain", plain), ("decorated", made)):
            (arguments.output / f"{arguments.packages.split(',')[0]}.{form_name}.txt").write_text(result.output)
    print(_table(arguments.packages, plain, made, imports, len(found)))
    return len(found) + bool(made.ended and not plain.ended)


def _table(name: str, plain: Result, made: Result, imports: Sequence[Sequence[float]], found: int) -> str:
    both = plain.report, made.report
    seconds, cpu, memory = ([r.get(key, -1.0) for r in both] for key in ("seconds", "cpu", "memory"))
    passed = sum(outcome == "passed" for outcome in plain.outcomes.values())
    count = {key: int(made.report.get(key, -1)) for key in ("functions", "regions", "applied", "tasks")}
    missed = int(made.report.get("mispredictions", -1))
    return (
        f"{name}: {len(plain.outcomes)} tests ({passed} pass), {found} differ; "
        f"import {min(imports[0]):.2f} -> {imports[1][0]:.2f} s, {imports[1][1]:.2f} s from the cache, "
        f"run {seconds[0]:.1f} -> {seconds[1]:.1f} s "
        f"(CPU {cpu[0]:.1f} -> {cpu[1]:.1f} s), {memory[0]:.0f} -> {memory[1]:.0f} MB; "
        f"{count['functions']} functions, {count['regions']} regions, {count['applied']} applied, "
        f"{count['tasks']} tasks, {missed} mispredictions, deciding {made.report.get('deciding', -1.0):.1f} s"
    )


def main() -> int:
    given = sys.argv[1:]
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0], usage=(__doc__ or "").split("\n\n")[1]
    )
    parser.add_argument("packages")
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--order", choices=ORDERS, default="threads")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--show", type=int, default=20, help="how many of the tests that differ are named")
    parser.add_argument("--output", type=Path, help="a folder for what pytest printed")
    for name in ("nested", "eager", "strict", "again", "first", "plain", "importing"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments, rest = parser.parse_known_args(given)
    rest = [r for r in rest if r != "--"]
    if arguments.child is not None:
        return child(arguments, rest)
    try:
        return min(compare(arguments, rest), 99)
    finally:
        shutil.rmtree(caches, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
