"""The pages in `docs/remarks`, one for each code, made of the code: what it means, an example, what one can do.

    python -m tests.pages            writes them

What is told of a code is its `Reason`; the example is a golden case, whose test compares what is printed.
"""

from __future__ import annotations

from pathlib import Path

from xcs.lint.findings import EXPLAINED

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "remarks"
CASES = ROOT / "tests" / "cases" / "remarks"


def page(code: str) -> str:
    """The page of a code."""
    reason = EXPLAINED[code]
    parts = [f"# {code} · {reason.number}" if reason.number else f"# {code}"]
    if reason.text:
        parts.append("> " + reason.sentence("…"))
    parts.append(reason.meaning)
    case = CASES / f"{code}.case"
    if case.exists():
        text, _, printed = case.read_text("utf-8").partition("----\n")
        parts += ["## Example", f"```python\n{text.strip()}\n```", f"    {printed.strip()}"]
    parts += ["## What you can do", reason.what_to_do]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of all pages."""
    rows = [f"| [{r.code}]({r.code}.md) | {r.number} | {r.sentence('…')} |" for r in EXPLAINED.values()]
    head = (
        "# Remarks\n\nWhat `f.stats()`, `xcs-lint` and `xcs-transform` say of a region, by code. Made by `python -m "
        "tests.pages`.\n\n| code | lint | says |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def pages() -> dict[str, str]:
    """Each file and its text."""
    return {"README.md": index(), **{f"{code}.md": page(code) for code in EXPLAINED}}


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, "utf-8")
