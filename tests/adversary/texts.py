"""Reads the parts of adversarial programs out of text files.

A section begins with `# name`; its lines are program text, except those marked `> ` and `! `.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Section:
    """A part: definitions or a body, and its marked lines."""

    name: str
    text: str
    reads: tuple[str, ...]  # marked `>`
    writes: tuple[str, ...]  # marked `!`

    @property
    def value(self) -> str:
        """Of a trigger: the expression, or a constant."""
        return self.reads[0] if self.reads else "0"

    @property
    def statement(self) -> str:
        """Of a trigger: the statement."""
        return "\n".join(self.writes) or f"noted = {self.value}"


def sections(name: str) -> tuple[Section, ...]:
    """The sections of a file beside this one."""
    _, *parts = ("\n" + (Path(__file__).parent / name).read_text()).split("\n# ")
    return tuple(section(part) for part in parts)


def section(part: str) -> Section:
    title, *lines = part.split("\n")
    text = "\n".join(line for line in lines if not line.startswith(("> ", "! "))).strip("\n")
    reads, writes = (tuple(line[2:] for line in lines if line.startswith(mark)) for mark in ("> ", "! "))
    return Section(title, text, reads, writes)
