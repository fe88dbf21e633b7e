"""Programs in which variables may have no value where they are read: bound in some iterations, attempts or branches.

Plain Python raises an error there, handled or not, and goes on with an earlier iteration's value where there is one.
"""

from __future__ import annotations

import random
import re
import textwrap

from tests.programs import Program

NAMES = frozenset({"ask", "rate", "send"})
HEAD = '''
import contextlib
import time
from xcs import jit

def ask(x):
    time.sleep(0.001)
    if x % 7 == BAD:
        raise ValueError(x)
    return x * 3 + 1

def rate(x):
    time.sleep(0.001)
    return x + 2

def send(x):
    time.sleep(0.001)
    return {"n": x, "type": "even" if x % 2 else "odd"}
'''
TRIES = "for i in range(2):\n    try:\n        V = ask(x + i)\n        break\n"
HANDLED = "try:\n    try:\n        V = ask(x)\n"
BINDS = (
    "V = ask(x)",
    "V = x + 1",
    "if x % 3 == K:\n    V = ask(x)",
    "if x % 3 != K:\n    V = x",
    "try:\n    V = ask(x)\nexcept ValueError as e:\n    out.append(str(e))",
    "try:\n    V = ask(x)\nexcept ValueError:\n    pass\nelse:\n    out.append(V)",
    f"{TRIES}    except ValueError as e:\n        out.append(i)",
    f"{TRIES}    except Exception:\n        time.sleep(0.001)",
    "for V in range(x % 3):\n    out.append(rate(V))",
    "for i in range(x % 3):\n    V = rate(i)",
    "while True:\n    V = rate(x)\n    if V % 3 == K:\n        break\n    x += 1",
    "with contextlib.suppress(ValueError):\n    V = ask(x)",
    "with contextlib.nullcontext(x) as V:\n    out.append(rate(V))",
    "match send(x):\n    case {'type': 'even', 'n': V}:\n        out.append('even')\n    case _:\n        pass",
    "match x % 3:\n    case 0:\n        V = rate(x)\n    case 1 as V:\n        pass",
    "if x % 5 == K:\n    with contextlib.suppress(NameError):\n        del V",
    "(V, w) = (rate(x), x)",
    "if (V := rate(x)) % 2:\n    out.append(V)",
    "import math as V\nV = V.floor(x)",
    "try:\n    V = ask(x)\nexcept ValueError:\n    out.append(rate(V))",
    f"{HANDLED}    except ValueError:\n        out.append(rate(V))\nexcept NameError as e:\n    out.append(rate(x))",
    f"{HANDLED}    finally:\n        out.append(rate(V))\nexcept Exception as e:\n    out.append(rate(x))",
    "try:\n    V: int\n    out.append(rate(V))\nexcept NameError:\n    V = rate(x)",
)
USES = (
    "out.append(V)",
    "out.append(rate(V))",
    "out.append(send(V)['n'])",
    "if x > 1:\n    out.append(rate(V))",
    "try:\n    out.append(rate(V))\nexcept NameError as e:\n    out.append(type(e).__name__)",
    "try:\n    b = rate(V)\n    out.append(b)\nexcept Exception as e:\n    out.append(str(e))",
    "W = V",
    "late.append(lambda: V)",
    "V += 1\nout.append(V)",
    "out.append([rate(y) for y in range(V % 3)])",
    "out.append(f'{V} {rate(x)}')",
    "for y in range(2):\n    out.append(rate(V + y))",
)
AROUND = (
    "{}",
    "{}",
    "{}",
    "for n in range(2):\n    {}",
    "try:\n    {}\nexcept NameError as e:\n    out.append('no value')",
    "with contextlib.suppress(Exception):\n    {}",
)
SUBJECT = '''
@jit
def subject(items):
    out, late = [], []
    {before}
    {loop}
    return out, [f() for f in late]


def main():
    return subject([3, 5, 0, 4, 1, 6, 2])
'''


def program(seed: int) -> Program:
    """The program of a seed."""
    choice = random.Random(seed)
    variables = ("a", "b", "c")[: choice.choice((1, 1, 2, 3))]
    body = []
    for _ in range(choice.randint(1, 3)):
        body += [choice.choice(BINDS), choice.choice(USES)]
    if choice.random() < 0.2:
        body.insert(0, choice.choice(USES))
    lines = "\n".join(_filled(part, choice, variables) for part in body)
    loop = _under("for x in items:\n    {}", lines)
    before = f"{choice.choice(variables)} = 0" if choice.random() < 0.3 else "pass"
    text = SUBJECT.format(before=before, loop=textwrap.indent(_under(choice.choice(AROUND), loop), "    ").strip())
    return Program((HEAD + text).replace("BAD", str(choice.choice((3, 5, 9)))), NAMES, NAMES)


def _under(frame: str, lines: str) -> str:
    return frame.replace("{}", lines.replace("\n", "\n    "))


def _filled(part: str, choice: random.Random, variables: tuple[str, ...]) -> str:
    """A part with one variable for each letter, and with a number."""
    for letter, names in (("V", variables), ("W", variables), ("K", "012")):
        part = re.sub(rf"\b{letter}\b", choice.choice(names), part)
    return part
