"""Which times between two readings of a clock a region keeps: stored, returned, written, or deciding what is."""

from __future__ import annotations

from ..ir.nodes import Block, FunctionIR, If, Instr, Var, walk
from ..remarks import Located, Span
from .domain.effects import OUTPUTS, Effect
from .domain.state import Env, Frame
from .domain.values import NOTHING, Value, join
from .interpret import Interpreter
from .language.clocks import kept, spans, times
from .used_after import used_after


def kept_times(
    facts: Interpreter, block: Block, after: Env, frame: Frame, region: Span, whole: FunctionIR | None
) -> dict[tuple[int, int], Located | None]:
    """The times by the nodes of their readings, and where they are kept; `after`: the variables at the region's end."""
    kept(facts, frame.result, None, None)
    decided = [(n, v) for n in walk(block) if isinstance(n, If) and times(facts, v := _test(facts, block, n))]
    measured = {name for name, value in after.items() if times(facts, value)}
    assigned = {name for node, _ in decided for name in _assigned(node)}
    names = frozenset(name for name in measured | assigned if name.isidentifier())
    if whole is not None and names:
        names = used_after(whole, region, names, frame.module)
    for name in names & measured:
        kept(facts, after[name], None, None)
    for node, value in decided:
        below = [*walk(node.body), *walk(node.orelse)]
        if _assigned(node) & names or any(_stays(e) for n in below for e in facts.effects.get(n.id, ())):
            kept(facts, value, None, None)
    return spans(facts)


def _assigned(node: If) -> set[str]:
    """The variables that are assigned if it is so, or if it is not."""
    return {t for n in (*walk(node.body), *walk(node.orelse)) if isinstance(n, Instr) for t in n.targets}


def _test(facts: Interpreter, block: Block, node: If) -> Value:
    """What a condition is, from wherever."""
    name = node.test.name if isinstance(node.test, Var) else ""
    made = [n.id for n in walk(block) if isinstance(n, Instr) and name and name in n.targets]
    return join(NOTHING, *(facts.results.get(ident, NOTHING) for ident in made))


def _stays(effect: Effect) -> bool:
    """Whether it changes what was there before, or something outside that is no output."""
    written = effect.kind == "write" and effect.loc is not None and not isinstance(effect.loc.root, tuple)
    return written or (effect.kind == "command" and effect.detail not in OUTPUTS)
