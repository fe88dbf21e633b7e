"""Programs plain, decorated and printed: the same output, end and requests; how fast printed ones are beside `@jit`.

    python -m benchmarks.printed FILE... [--times N] [--latency SECONDS] [--keep FOLDER]

A program has `@jit` on what it is about; printed is its text without (`xcs-transform --all`). Each form runs in
processes of its own, in turns; a time is the least of `--times`, without what importing takes. A program that sleeps
(`time.sleep(0.005)`) sleeps for the latency. Where a program ends with the definition of `main`, lines that call it are
added.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xcs.cli.printed import Choice, printed
from xcs.static.plans import plan_file

from .llm_server import environment, serve

ROOT = Path(__file__).parent.parent
RUN = """
import builtins, sys, time, types
real, depth, spent = builtins.__import__, 0, 0.0
def importing(*args, **kwargs):
    global depth, spent
    depth += 1
    begun = time.perf_counter()
    try:
        return real(*args, **kwargs)
    finally:
        depth -= 1
        if depth == 0:
            spent += time.perf_counter() - begun
sys.argv = sys.argv[1:]
sys.path[0] = sys.argv[0].rpartition("/")[0]
module = types.ModuleType("__main__")
module.__file__ = sys.argv[0]
sys.modules["__main__"] = module
text = open(sys.argv[0]).read()
builtins.__import__ = importing
begun = time.perf_counter()
try:
    exec(compile(text, sys.argv[0], "exec"), vars(module))
finally:
    builtins.__import__ = real
    print("TOOK", time.perf_counter() - begun - spent, file=sys.__stderr__)
"""
CALLED = '\n\nif __name__ == "__main__":\n    print(repr(main()))\n'


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run showed: what it wrote, how it ended, its files and requests."""

    took: float
    output: str
    errors: str
    code: int
    files: tuple[tuple[str, bytes], ...]
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """Servers that programs ask, by variables; `reset` forgets what was asked, `made` tells it."""

    variables: Mapping[str, str]
    reset: Callable[[], None]
    made: Callable[[], Sequence[str]]


def undecorated(text: str) -> str:
    """A program without `@jit`."""
    text = re.sub(r"^[ \t]*@jit[ \t]*\n", "", text, flags=re.MULTILINE)
    used = any(isinstance(n, ast.Name) and n.id == "jit" for n in ast.walk(ast.parse(text)))
    text = re.sub(r"[ \t]*#! (applied|missed).*", "", text)
    return text if used else re.sub(r"^from xcs import jit\n", "", text, flags=re.MULTILINE)


def runnable(text: str, latency: float) -> str:
    """A program that does something when it is run, and waits for so long."""
    text = text.replace("time.sleep(0.005)", f"time.sleep({latency})")
    last = ast.parse(text).body[-1]
    return text + CALLED if isinstance(last, ast.FunctionDef) and last.name == "main" else text


def run(path: Path, services: Services, plain: bool = False) -> Ran:
    services.reset()
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, **services.variables, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
        variables.pop("XCS_STRICT", None)
        variables |= {"XCS_DISABLE": "1"} if plain else {}
        command = [sys.executable, "-c", RUN, str(path)]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=180)
        found = [f for f in sorted(Path(folder).rglob("*")) if f.is_file() and f.suffix not in (".db", ".sqlite")]
        files = tuple((str(f.relative_to(folder)), f.read_bytes()) for f in found)
    took = re.findall(r"^TOOK (\S+)$", done.stderr, re.MULTILINE)
    errors = re.sub(r"TOOK \S+\n|[^\n]*(it/s|s/it|\d%\|)[^\n]*|0x[0-9a-f]+", "", done.stderr)
    errors = errors if done.returncode == 0 else errors.strip().rpartition("\n")[2]  # the exception, not where
    output = re.sub(r"0x[0-9a-f]+", "0x", done.stdout)
    seconds = float(took[-1]) if took else -1.0
    return Ran(seconds, output, errors, done.returncode, files, tuple(sorted(services.made())))


def differences(one: Ran, other: Ran) -> list[str]:
    kinds = ("output", "errors", "code", "files", "requests")
    return [kind for kind in kinds if getattr(one, kind) != getattr(other, kind)]


def measured(path: Path, services: Services, times: int, latency: float, keep: Path) -> str:
    """A row: the program's name, whether it has a printed form, what differs, the times."""
    keep = keep.resolve()
    text = runnable(path.read_text(), latency)
    plain, made = keep / f"{path.stem}.plain.py", keep / f"{path.stem}.py"
    decorated = keep / f"{path.stem}.jit.py"
    bare = undecorated(text)
    plain.write_text(bare)
    decorated.write_text(text)
    done = printed(bare, plan_file(plain, text=bare), Choice(every=True))
    made.write_text(done.text)
    has = sum(r.kind == "applied" for r in done.remarks) if done.text != bare else 0
    (keep / f"{path.stem}.txt").write_text("".join(f"{r}\n" for r in done.remarks))
    runs: dict[str, list[Ran]] = {"plain": [run(plain, services, plain=True)], "jit": [], "printed": []}
    for _ in range(times):
        runs["jit"].append(run(decorated, services))
        if has:
            runs["printed"].append(run(made, services))
    first = runs["plain"][0]
    least = {form: min((r.took for r in ran), default=0.0) for form, ran in runs.items()}
    again = differences(first, run(plain, services, plain=True))
    said = []
    for form in ("jit", "printed"):
        found = {kind for r in runs[form] for kind in differences(first, r)}.difference(again)
        said += [f"{form} DIFFERS {kind}" for kind in sorted(found)]
    gains = least["jit"] < 0.8 * first.took
    share = least["jit"] / least["printed"] if has else 0.0
    form = "printed" if has else "gains" if gains else "-"
    row = f"{path.stem:34} {form:8} plain {first.took:5.2f} jit {least['jit']:5.2f}"
    row += f" printed {least['printed']:5.2f} ratio {share:4.2f}" if has else ""
    said += ["SLOW"] if has and share < 0.8 else []
    return "; ".join([row, *said, *([f"code {first.code}"] if first.code else [])])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--keep", type=Path, help="a folder for the texts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serve(given.latency, spread=0.0) as server:
        keep = given.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        services = Services(environment(server.url), server.reset, lambda: [str(m) for m in server.seen.made.items()])
        for path in given.files:
            try:
                print(measured(path, services, given.times, given.latency, keep), flush=True)
            except Exception as error:
                print(f"{path.stem:34} FAILED {type(error).__name__}: {error}", flush=True)


if __name__ == "__main__":
    main()
