"""The pages in `docs/remarks`, one for each code, made of the code: what it means, an example, what one can do.

    python -m tests.pages            writes them

The text is `remarks.REASONS`, the meaning `lint.findings` and `lint.meanings`, the example a golden case, which is
decided by its test.
"""

from __future__ import annotations

from pathlib import Path

from xcs.lint.findings import MEANINGS, NUMBERS
from xcs.lint.meanings import OBSTACLES
from xcs.remarks import REASONS

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "remarks"
CASES = ROOT / "tests" / "cases" / "remarks"
CODES = tuple(dict.fromkeys((*REASONS, *NUMBERS)))


def page(code: str) -> str:
    """The page of a code."""
    meaning, todo = OBSTACLES.get(code) or MEANINGS[code]
    number = f" · {NUMBERS[code]}" if code in NUMBERS else ""
    parts = [f"# {code}{number}"]
    if code in REASONS:
        parts.append("> " + REASONS[code].text.format(what="…"))
    parts.append(meaning)
    case = CASES / f"{code}.case"
    if case.exists():
        text, _, printed = case.read_text("utf-8").partition("----\n")
        parts += ["## Example", f"```python\n{text.strip()}\n```", f"    {printed.strip()}"]
    parts += ["## What you can do", todo]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of all pages."""
    said = {code: reason.text.format(what="…") for code, reason in REASONS.items()}
    rows = [f"| [{code}]({code}.md) | {NUMBERS.get(code, '')} | {said.get(code, '')} |" for code in CODES]
    head = (
        "# Remarks\n\nWhat `f.stats()`, `xcs-lint` and `xcs-transform` say of a region, by code. Made by `python -m "
        "tests.pages`.\n\n| code | lint | says |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def pages() -> dict[str, str]:
    """Each file and its text."""
    return {"README.md": index(), **{f"{code}.md": page(code) for code in CODES}}


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, "utf-8")
