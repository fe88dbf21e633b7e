"""`python -m xcs lint ...` and `python -m xcs transform ...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """The command that the first word names. Returns its exit code; 2 on wrong usage."""
    given = list(sys.argv[1:] if argv is None else argv)
    name, rest = (given[0], given[1:]) if given else ("", [])
    if name == "lint":
        from .cli import lint

        return lint.main(rest)
    if name == "transform":
        from .cli import transform

        return transform.main(rest)
    print("usage: python -m xcs {lint,transform} ...", file=sys.stderr)
    return 0 if name in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main())
