"""Programs that ask whether objects are the same one: arguments that are computed, callees that give them back, hold
them, keep them in an error or do something else, and `is`, `id`, keys and membership of not-a-numbers behind that."""

from __future__ import annotations

import random

HEAD = '''\
import collections
import dataclasses
import sys
import time

from xcs import jit

KEPT = []
WORDS = ["nan", "a word", "12345", "x", ""]


@dataclasses.dataclass
class Box:
    held: object
    other: object = None


Pair = collections.namedtuple("Pair", "left right")


class Plain:
    def __init__(self, held):
        self.held = held

    def method(self):
        return self.held


ONE = Plain(1)


def places(value, sought, depth=0):
    """Where in a value an object is found, the very one."""
    found = [("here", depth)] if value is sought else []
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = list(value)
    elif isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, (Box, Plain)):
        parts = list(vars(value).values())
    elif isinstance(value, BaseException):
        parts = list(value.args)
    else:
        parts = []
    for part in parts if depth < 4 else []:
        found += places(part, sought, depth + 1)
    return found
'''

# Expressions of the loop's item `x` (a text), its number `i`, and a computed text `s`.
MADE = (
    "x.strip()", "x.strip().upper()", "f'{x}'", "f'{s}'", "f'{i}: {s}'", "'<' + s", "s + ''", "x[1:]", "x[:]",
    "s[:4]", "sys.intern('i' + s)", "str(s)", "i + 1000", "(i + 7) * 1001", "i", "i % 3", "-i - 300", "float(i) / 3",
    "float('nan')", "float('inf') * 0", "number(s)", "(s, i)", "(x, 1)", "(s,)", "()", "tuple(s)", "tuple([x, s])",
    "s.encode()", "[s, x][0]", "{'a': s}['a']", "s or x", "max(s, x)", "min([i + 300, 5000])", "s.replace('q', 'r')",
    "x", "x.lower()", "s.split()[0] if s.split() else s", "complex(i, 1)", "ONE.method", "'a constant text!'",
    "123456", "1.25", "None", "bool(s)", "range(i, i + 3)", "frozenset([s])", "Pair(s, i)", "b'bytes of it'",
    "'%s' % s", "'{}'.format(s)", "s * 1", "abs(i + 400)", "round(i + 500)", "int(str(i + 600))", "sorted([s, x])[0]",
    "next(iter([s]))", "' '.join([s])", "''.join((s, ''))", "dict(a=s).get('a')", "{}.get('b', s)",
    "[w for w in (s, x)][-1]",
)  # fmt: skip
SPREAD = (
    "[s, x]", "[x]", "{'k': s}", "{'k': x, 'n': i}", "(s, [x, s])", "{s: 1}", "[(s, i), x]", "list(x)", "[[s]]",
)  # fmt: skip
# What a callee gives back of its argument.
GIVEN = (
    "a", "a", "a", "[a]", "(a, 1)", "{'a': a}", "{a: 1} if type(a) is str else a", "Box(a)", "Box('other', a)",
    "Plain(a)", "[[a], [a]]", "a if tick() else None", "[a][0]", "(a, a)[1]",
    "str(a) if isinstance(a, (str, int)) else 0", "f'{a}' if isinstance(a, str) else 1", "f'given {type(a)}'",
    "repr(type(a))", "[repr(type(a))]", "a[0] if isinstance(a, (list, tuple)) and a else a",
    "list(a) if isinstance(a, (list, tuple)) else a", "tuple(a) if isinstance(a, (list, tuple)) else a",
    "a + a if isinstance(a, (int, str)) else a", "Pair(a, 2)", "a.strip() if isinstance(a, str) else a",
    "[a.strip()] if isinstance(a, str) else []", "{'n': 1, 'of': [a]}",
    "a[:] if isinstance(a, (str, tuple, bytes)) else a", "max(a, a)", "helper(a)", "[helper(a)]",
    "b if b is not None else a", "(b, a)", "a or b", "dict(of=a)", "{**{'of': a}}", "[*[a], 3]", "lambda: a",
    "(yes for yes in [a])", "[q for q in [a]]", "Box(a).held", "Plain(a).method()", "collections.OrderedDict(of=a)",
    "int(a) if isinstance(a, int) else a", "a == a", "a is b", "[a] == [a]", "a in (b, 1)", "len(str(type(a)))",
    "json.dumps(str(type(a)))", "frozenset([a])", "{a}",
)  # fmt: skip
ERRORS = (
    "ValueError(a)", "KeyError(a, [a])", "ValueError('a text', {'of': a})", "OSError(2, 'gone', a)", "LookupError()",
)  # fmt: skip


class Writer:
    """Writes the program of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def text(self) -> str:
        callees = "".join(self.callee(f"f{n}") for n in range(2))
        helpers = "\n\ndef tick():\n    return True\n\n\ndef helper(a):\n    return HELPED\n"
        helpers += "\n\ndef number(s):\n    return NUMBER\n"
        helpers = helpers.replace("HELPED", self.random.choice(("a", "a", "(a, 1)", "str(type(a))", "[a]")))
        helpers = helpers.replace("NUMBER", "float(s) if s.replace('.', '').isdigit() or s == 'nan' else float(len(s))")
        head = HEAD.replace("import sys\n", "import json\nimport sys\n")
        return f"{head}{helpers}{callees}\n\n@jit\n{self.subject()}{self.main()}"

    def callee(self, name: str) -> str:
        lines = [f"\n\ndef {name}(a, b=None):", "    time.sleep(0.0004)"]
        if self.chance(0.12):
            error = self.random.choice(ERRORS)
            lines += ["    if len(str(type(a)) + str(b)) % 3 == 0:", f"        raise {error}"]
        if self.chance(0.1):
            lines.append("    print('asked')")
        if self.chance(0.1):
            lines += ["    if a == 1.25:", "        return {1.25: a}[a]"]
        if self.chance(0.1):
            lines += ["    if isinstance(a, float):", "        return {1.25: 'quarter'}[a]"]
        lines.append(f"    return {self.random.choice(GIVEN)}")
        return "\n".join(lines) + "\n"

    def argument(self) -> str:
        return self.random.choice(SPREAD if self.chance(0.2) else MADE)

    def probe(self, result: str, value: str) -> str:
        kind = self.random.choice((
            "places({r}, {v})", "places({r}, {v})", "{r} is {v}", "id({r}) == id({v})", "[{r}] == [{v}]",
            "places({r}, x)", "{r} in [{v}]", "places({r}, s)", "({r} is {v}, {r})", "{r}", "type({r}).__name__",
            "places(({r}, {v}), {v})",
        ))  # fmt: skip
        return kind.format(r=result, v=value)

    def subject(self) -> str:
        lines = ["def subject(items, kept):", "    out = []"]
        header = self.random.choice(("for i, x in enumerate(items, 300):", "for i, x in zip(range(990, 999), items):"))
        lines += [f"    {header}", f"        s = {self.random.choice(('x.strip()', 'x.strip()', 'x', 'x + str(i)'))}"]
        body: list[str] = []
        for n in range(self.random.randint(1, 3)):
            self.step(n, body)
        lines += [f"        {line}" for line in body]
        return "\n".join([*lines, "    return out"]) + "\n"

    def step(self, n: int, body: list[str]) -> None:
        call, v, r = self.random.choice(("f0", "f1")), f"v{n}", f"r{n}"
        body.append(f"{v} = {self.argument()}")
        if self.chance(0.2):
            body.append(f"kept.append({v})")
        shape = self.random.randrange(8)
        more = f", {self.random.choice(('x', v, 's', 'i'))}" if self.chance(0.3) else ""
        if shape == 0:
            body.append(f"out.append(places({call}({v}{more}), {v}))")
            return
        if shape == 1:
            body.append(f"out.append([{call}(w) is w for w in ({v}, x, s)])")
            return
        if shape == 2:
            body.append(f"out.append(sum({call}(w) is w for w in [{v}, s]))")
            return
        body.append(f"{r} = {call}({v}{more})")
        if shape == 3:
            body.append(f"if {r} is not {v}:\n            out.append(('another', f0(x)))")
        if shape == 4:
            body.append(f"t{n} = f1({r}, {v})")
            body.append(f"out.append((places(t{n}, {v}), places(t{n}, {r})))")
        body.append(f"out.append({self.probe(r, v)})")

    def main(self) -> str:
        items = self.random.choice((
            "[' a ', 'nan', '12', ' 7']", "['1.5', 'nan ', ' nan', '2']", "WORDS", "['' , ' ', 'x', '\\u4e2d\\u6587 ']",
            "[w + '!' for w in WORDS]", "['long ' * 9, ' long' * 9, 'nan', 'nan']",
        ))  # fmt: skip
        return f'''

def main():
    items = {items}
    kept, seen = [], []
    for turn in range(2):
        try:
            seen.append(subject(items, kept))
        except Exception as error:
            parts = [error.args, getattr(error, "filename", None), str(type(error))]
            seen.append(("left", parts, [places(parts, one) for one in kept[-3:]]))
    return [shown(one) for one in seen], len(kept)


def shown(value, depth=0):
    """A value without what differs from run to run."""
    if isinstance(value, (list, tuple)):
        return type(value)(shown(v, depth + 1) for v in value) if type(value) in (list, tuple) else ("pair", *value)
    if isinstance(value, str):
        return value[:60]
    if callable(value) or hasattr(value, "send"):
        return type(value).__name__
    return repr(value).partition(" at 0x")[0][:60] if not isinstance(value, Plain) else ("plain", repr(value.held)[:60])
'''
