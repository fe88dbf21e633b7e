"""The result holds an argument that the slice makes anew: the program would find an equal object, not its own.

A result that is such an argument itself is exchanged for the program's object when it is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...analysis.domain.holding import inside, parts
from ...analysis.domain.meter import Exhausted
from ...analysis.domain.values import Abstract, Fresh, FreshKey, Inst, Plain, Top, Value, only
from ...analysis.interpret import Interpreter
from ...analysis.language.handed import is_marked, mark_of, with_mark
from ...analysis.provenance import NEW, SAME, Holding, Origins, Provenance, new_ones, stable
from ...analysis.steps import STEPS
from ...ir.nodes import Instr
from ...peek import is_container
from ...remarks import Bailout
from .candidate import Candidate

DEEPEST = 6  # containers in containers
APART, IS, HOLDS = "apart", "is", "holds"


def of_slice(candidate: Candidate) -> Bailout | None:
    """The result holds an object that the slice makes anew; notes whether it may be one."""
    if not candidate.exact:
        return None
    region, node = candidate.region, candidate.node
    if node.id in region.facts.assumed:
        candidate.gives_back = True  # the take sees whether it holds one
        return None
    others = candidate.accepted - candidate.giving_back  # what it gave itself before is the program's own, too
    new = new_ones(Origins(region, others), node)
    key = "identity", node.id, tuple(sorted(new)), tuple(new.values())
    if key not in region.known:
        region.known[key] = _result(region.facts, node, new) if new else APART
    found = region.known[key]
    if found == HOLDS:
        return candidate.obstacle("arguments", f"{candidate.name}, whose result holds an argument made in the region,")
    candidate.gives_back = found == IS
    return None


def _result(facts: Interpreter, node: Instr, new: Mapping[int, Provenance]) -> str:
    """Whether what a call gives may be one of these arguments, or hold one."""
    before = parts([facts.results.get(node.id, frozenset())], facts.contents)
    if all(map(stable, before)):
        return APART
    given = facts.operands[node.id]
    mark = mark_of(node.id)
    facts.handed = mark
    effects, current = facts.effects.get(node.id), facts.current
    facts.effects[node.id], facts.current = set(), node.id
    try:
        follow = _Follow(facts, mark)
        uses = tuple(follow.value(v, new[n]) if n in new else v for n, v in enumerate(given))
        result = STEPS["call"](facts, node, uses, facts.frames[node.id])
        return follow.seen_in(result)
    except Exhausted:
        raise
    except Bailout:
        return HOLDS
    finally:
        facts.handed, facts.current = (), current
        if effects is None:
            del facts.effects[node.id]
        else:
            facts.effects[node.id] = effects


class _Follow:
    """The arguments that are followed."""

    def __init__(self, facts: Interpreter, mark: FreshKey) -> None:
        self.facts, self.mark = facts, mark
        self.data: set[Abstract] = set()  # as they are handed over
        self.others: set[Abstract] = set()  # what can't be marked
        self.kinds: set[type] = set()  # of containers that don't change

    def value(self, value: Value, where: Provenance, depth: int = 0) -> Value:
        """An argument with marks where it is made anew."""
        if where == SAME:
            return value
        return frozenset(self.one(a, where, depth) for a in value)

    def one(self, abstract: Abstract, where: Provenance, depth: int) -> Abstract:
        if isinstance(abstract, Fresh) and is_container(abstract.cls):
            if abstract.cls is tuple or abstract.cls is frozenset:
                self.kinds.add(abstract.cls)
            return self.copied(abstract, where, depth)
        if isinstance(abstract, Plain | Top):
            if isinstance(where, Holding) and where.any_part() == SAME:
                return abstract
            marked = with_mark(abstract, self.mark)
            self.data.add(marked)
            return marked
        if not stable(abstract) and not (isinstance(abstract, Inst) and abstract.path is not None):
            self.others.add(abstract)
        return abstract

    def copied(self, container: Fresh, where: Provenance, depth: int) -> Fresh:
        """A container as a fresh object of its own, its contents marked."""
        key = (*self.mark, len(self.facts.heap))
        held, memory = self.facts.memory(container), self.facts.contents(key)
        if depth > DEEPEST:
            memory.element = memory.keys = only(Plain(None, frozenset({self.mark})))
            return Fresh(key, container.cls)
        rest = where.any_part() if isinstance(where, Holding) else where
        for name, value in list(held.entries.items()):
            memory.entries[name] = self.value(value, where.part(name) if isinstance(where, Holding) else NEW, depth + 1)
        memory.moved = held.moved
        for name, value in list(held.attrs.items()):
            memory.attrs[name] = self.value(value, rest, depth + 1)
        memory.element = self.value(held.element, rest, depth + 1)
        memory.keys = self.value(held.keys, rest, depth + 1)
        return Fresh(key, container.cls)

    def seen_in(self, result: Value) -> str:
        """Where a result shows what is followed."""
        below = parts([v for abstract in result for v in inside(abstract, self.facts.contents)], self.facts.contents)
        if any(map(self.may_be, below)) or any(map(self.hides, result)):
            return HOLDS
        return IS if any(map(self.may_be, result)) else APART

    def may_be(self, abstract: Abstract) -> bool:
        again = isinstance(abstract, Fresh) and abstract.cls in self.kinds
        return is_marked(self.facts, abstract) or abstract in self.others or again or _error(abstract)

    def hides(self, abstract: Abstract) -> bool:
        """Whether it may be a container of what is followed, as nothing says what it holds; or an error."""
        if abstract in self.data or not is_marked(self.facts, abstract):
            return _error(abstract)
        return isinstance(abstract, Plain) and (abstract.cls is None or is_container(abstract.cls))


def _error(abstract: Abstract) -> bool:
    return isinstance(abstract, Inst) and abstract.path is None and issubclass(abstract.cls, BaseException)
