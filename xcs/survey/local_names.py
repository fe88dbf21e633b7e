"""Names of methods and built-in functions that wait for nothing: what they do, they do here."""

from __future__ import annotations

# What methods of data are called.
OF_DATA = frozenset(name for kind in (str, bytes, list, dict, set, tuple, int, float) for name in dir(kind))
# What methods are called that change what they are called on.
MUTATING = frozenset({
    "append", "extend", "add", "update", "insert", "pop", "remove", "discard", "clear", "setdefault", "popitem",
    "sort", "reverse", "appendleft", "popleft", "extendleft", "put", "put_nowait", "write", "writelines",
    "writerow", "writerows", "write_text", "write_bytes", "difference_update", "intersection_update",
    "symmetric_difference_update", "subtract", "push",
})  # fmt: skip
# What is called that shows or notes something, or only looks whether an answer is an error.
QUIET = frozenset({
    "print", "log", "debug", "info", "warning", "warn", "error", "exception", "critical", "echo", "secho",
    "set_description", "set_postfix", "set_postfix_str", "refresh", "success", "raise_for_status", "tick",
    "advance",
})  # fmt: skip
# Built-in functions that call what they are given, if it can be called.
APPLYING = frozenset({
    "sorted", "map", "filter", "max", "min", "sum", "any", "all", "list", "tuple", "set", "dict", "next", "reduce",
})  # fmt: skip
# Calls that give the elements of what they are given, and those that give a list.
WRAPPERS = frozenset({
    "enumerate", "zip", "reversed", "sorted", "list", "tuple", "set", "range", "islice",
    "chain", "product", "map", "filter",
})  # fmt: skip
LISTING = frozenset({
    "items", "values", "keys", "split", "splitlines", "iterrows", "itertuples", "tolist", "to_dict", "glob", "rglob",
    "iterdir", "readlines",
})  # fmt: skip
