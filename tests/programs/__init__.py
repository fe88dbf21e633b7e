"""Generated programs: small functions over slow, failing, mutating and printing callees; one integer is one program."""

from __future__ import annotations

from dataclasses import dataclass

from tests.programs.callees import TEMPLATES
from tests.programs.expressions import Callee, Scope
from tests.programs.frame import PRELUDE, main
from tests.programs.identities import Writer as Identities
from tests.programs.opened import Writer
from tests.programs.statements import Statements


@dataclass(frozen=True)
class Program:
    """Its source, the callees whose calls are counted, and those of them that are free of effects."""

    text: str
    names: frozenset[str]
    quiet: frozenset[str]


def program(seed: int) -> Program:
    """The program of a seed."""
    writer = Statements(seed)
    callees = palette(writer)
    scope = Scope()
    writer.statements(scope, writer.random.randint(2, 6))
    writer.write(f"return {', '.join([*scope.ints, *scope.items, *scope.lists, *scope.dicts])}")
    body = "\n".join(writer.lines)
    subject = f"\n\n@jit\ndef subject(items, numbers, table, n):\n{body}\n"
    # Slow ones only: a slice may evaluate an effect-free quick callee twice.
    slow = {callee.name for callee in writer.callees if callee.slow}
    names = slow | {f"{name}_inner" for name in slow} | {"ask", "grow", "check", "__call__"}
    loud = {callee.name for callee in writer.callees if not callee.quiet} | {"grow"}
    text = PRELUDE + callees + subject + main(writer.random)
    return Program(text, frozenset(names), frozenset(names - loud))


def opened(seed: int) -> Program:
    """The program of a seed whose callees have ordered effects around slow calls."""
    leaves = frozenset({"model", "other", "level"})
    return Program(Writer(seed).text(), leaves, leaves)


def identities(seed: int) -> Program:
    """The program of a seed that asks whether objects are the same."""
    slow = frozenset({"f0", "f1"})
    return Program(Identities(seed).text(), slow, slow)


def palette(writer: Statements) -> str:
    """Defines the callees: mostly quiet ones, as loud as this program is."""
    texts = []
    for number in range(writer.random.randint(2, 5)):
        quiet = not writer.chance(writer.loud)
        fitting = [template for template in TEMPLATES if template.quiet == quiet]
        template = writer.random.choices(fitting, [each.weight for each in fitting])[0]
        name = f"f{number}"
        texts.append(template.filled(name, writer.random))
        writer.callees.append(Callee(name, template.kinds, template.quiet, template.slow))
    return "".join(f"\n\n{text}\n" for text in texts)


__all__ = ["Program", "identities", "opened", "program"]
