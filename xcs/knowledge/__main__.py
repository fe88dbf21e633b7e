"""`python -m xcs.knowledge`: how much of the standard library has a stated effect; `-v` names what has none.

`check [LIBRARY ...]`: what has moved of the libraries, in the versions that are installed. `distributions`: what to
install for that. `draft PACKAGE ...`: a proposal for the file of an installed package.
"""

import sys
import warnings
from importlib.util import find_spec

from .coverage import MODULES, count, table


def main(args: list[str]) -> int:
    warnings.simplefilter("ignore")
    if args[:1] == ["check"]:
        return moved(args[1:])
    if args[:1] == ["draft"]:
        from .draft import draft

        missing = [name for name in args[1:] if find_spec(name) is None]
        for name in missing:
            print(f"{name} can't be imported here: install it first", file=sys.stderr)
        for name in args[1:]:
            if name not in missing:
                print(draft(name))
        return int(bool(missing))
    if args == ["distributions"]:
        from .drift import LIBRARIES, distributions_of

        print(*sorted(each for name in LIBRARIES for each in distributions_of(name)), sep="\n")
        return 0
    names = [a for a in args if not a.startswith("-")] or list(MODULES)
    counts = [count(name) for name in names]
    print(table(counts))
    if "-v" in args:
        print(*(name for c in counts for name in c.silent), sep="\n")
    return 0


def moved(names: list[str]) -> int:
    """Prints what has moved. 1: something has."""
    from .drift import LIBRARIES, check

    checked = [check(name) for name in names or LIBRARIES]
    for one in checked:
        print(one, flush=True)
    there = [one for one in checked if one.installed]
    count = sum(len(one.moved) for one in there)
    entries = sum(one.entries for one in there)
    newer = sum(one.stated != one.installed for one in there)
    print(f"\n{len(there)} of {len(checked)} libraries, {entries} entries: {count} moved; {newer} of another version")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
