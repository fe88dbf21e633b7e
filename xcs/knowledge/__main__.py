"""`python -m xcs.knowledge`: how much of the standard library has a stated effect; `-v` names what has none."""

import sys
import warnings

from .coverage import MODULES, count, table


def main(args: list[str]) -> int:
    warnings.simplefilter("ignore")
    names = [a for a in args if not a.startswith("-")] or list(MODULES)
    counts = [count(name) for name in names]
    print(table(counts))
    if "-v" in args:
        print(*(name for c in counts for name in c.silent), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
