"""The decorated loops that the callees are called from."""

from xcs import jit


@jit
def each(ask, items):
    results = []
    for x in items:
        results.append(ask(x))
    return results


@jit
def handled(ask, items):
    results = []
    for x in items:
        try:
            results.append(ask(x))
        except Exception as error:
            results.append((type(error).__name__, str(error)))
    return results
