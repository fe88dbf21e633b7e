"""`make demo`: programs as users write them, plain and decorated, against the local LLM server.

Each run is the first one of a fresh process. Exits with 1 if the two runs of a program differ in anything but time, a
call was started that the program did not make, or `stats()` tells of more seconds saved than the clock does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from .llm_server import Server, environment, serve
from .measure import ProgramFailed, Report, measure

MORE = 1.1
PROGRAMS = {
    "document_analysis": "sentiment and summary of 20 documents (openai)",
    "ensemble": "5 models vote on 5 questions (openai, anthropic)",
    "evaluation": "16 answers judged by a model (openai, anthropic)",
    "rag": "embed, search, rerank each, answer (openai)",
    "scraper": "24 pages, failures handled per item (requests)",
    "link_check": "24 links over one client (httpx)",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A program's two runs, and the requests that the server got from each."""

    name: str
    plain: Report
    decorated: Report
    requests: tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str, str]]]

    @property
    def differences(self) -> list[str]:
        plain, decorated = self.plain.run, self.decorated.run
        found = {
            "result": plain.result != decorated.result,
            "output": plain.output != decorated.output,
            "requests": self.requests[0] != self.requests[1],
        }
        return [name for name, differs in found.items() if differs]

    @property
    def boasts(self) -> bool:
        """Whether more is told to be saved than by the clock, of which a tenth is chance."""
        return self.decorated.saved > MORE * (self.plain.run.seconds - self.decorated.run.seconds)

    @property
    def speedup(self) -> float:
        return self.plain.run.seconds / self.decorated.run.seconds


def compare(name: str, server: Server) -> Outcome:
    """Runs a program plain, then decorated, with the logs switched on."""
    reports, requests = [], []
    for options in (["--log", "--plain"], ["--log"]):
        server.reset()
        reports.append(measure(f"benchmarks.programs.{name}", *options, environment=environment(server.url)))
        requests.append(server.seen.made)
    return Outcome(name, reports[0], reports[1], (requests[0], requests[1]))


def run_all(names: Sequence[str], latency: float, console: Console) -> tuple[list[Outcome], list[str]]:
    """The outcomes, and the messages of programs that failed to run."""
    outcomes, failures = [], []
    progress = Progress(
        SpinnerColumn(), TextColumn("{task.description:42}"), BarColumn(), TimeElapsedColumn(), console=console
    )
    with serve(latency) as server, progress:
        whole = progress.add_task("starting", total=len(names))
        for name in names:
            progress.update(whole, description=f"{name}: plain, then decorated")
            try:
                outcome = compare(name, server)
            except ProgramFailed as error:
                failures.append(str(error))
            else:
                outcomes.append(outcome)
                progress.console.print(_line(outcome))
            progress.advance(whole)
        progress.update(whole, description="done")
    return outcomes, failures


def _line(outcome: Outcome) -> Text:
    same = not outcome.differences
    return Text.assemble(
        (f"{outcome.name:18}", "bold"),
        f" {outcome.plain.run.seconds:6.2f} s -> {outcome.decorated.run.seconds:5.2f} s  ",
        (f"{outcome.speedup:5.1f} x  ", "bold green" if outcome.speedup > 1.5 else "yellow"),
        ("identical", "green") if same else (f"DIFFERENT: {', '.join(outcome.differences)}", "bold red"),
    )


def _table(outcomes: Sequence[Outcome]) -> Table:
    title = "plain Python and @jit, first call in a fresh process"
    caption = "seconds; saved: as stats() tells; compared: result, output and log lines, requests"
    table = Table(title=title, caption=caption, box=box.SIMPLE_HEAD, collapse_padding=True)
    table.add_column("program", no_wrap=True)
    for header in ("plain", "@jit", "speed-up", "saved", "mispredicted"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("compared")
    for o in outcomes:
        table.add_row(
            o.name,
            f"{o.plain.run.seconds:.2f}",
            f"{o.decorated.run.seconds:.2f}",
            f"{o.speedup:.1f} x",
            f"{o.decorated.saved:.2f}" + (" (too much)" if o.boasts else ""),
            str(o.decorated.mispredictions),
            "identical" if not o.differences else f"different: {', '.join(o.differences)}",
        )
    return table


def _show(outcome: Outcome, console: Console) -> None:
    console.rule(f"{outcome.name}: {PROGRAMS[outcome.name]}", align="left")
    for text in outcome.decorated.stats:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    for what in outcome.differences:
        if what == "requests":
            continue
        for kind, report in (("plain", outcome.plain), ("decorated", outcome.decorated)):
            console.print(f"--- {what}, {kind}", style="red")
            console.print(getattr(report.run, what), markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"any of {', '.join(PROGRAMS)}; default: all")
    parser.add_argument("--latency", type=float, default=0.3, help="mean seconds per request (default %(default)s)")
    given = parser.parse_args()
    if unknown := set(given.programs) - set(PROGRAMS):
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    console = Console()
    outcomes, failures = run_all(given.programs or list(PROGRAMS), given.latency, console)
    console.print()
    for outcome in outcomes:
        _show(outcome, console)
    console.print()
    console.print(_table(outcomes))
    for text in failures:
        console.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    return 1 if failures or any(o.differences or o.decorated.mispredictions or o.boasts for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
