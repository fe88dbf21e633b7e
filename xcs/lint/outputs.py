"""The forms of output by the names that `--format` knows."""

from __future__ import annotations

from collections.abc import Mapping

from .formats import Form, as_json, concise, github, gitlab, json_lines, junit, sarif
from .full_form import full


def forms() -> Mapping[str, Form]:
    """What makes the lines of each."""
    return {
        "full": full, "concise": concise, "json": as_json, "json-lines": json_lines, "sarif": sarif, "github": github,
        "gitlab": gitlab, "junit": junit,
    }  # fmt: skip
