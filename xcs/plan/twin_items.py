"""Objects that were there before, of which each iteration changes its own: its slice goes on with a twin of that.

    for agent in agents:         # in the slice, `agent` is a new object of the class with what the item holds, and with
        answer = agent.run()     # lists and dictionaries of its own where the iteration changes those

What an iteration changes is known from an interpretation that takes the item for what it is. A second one is made of
the region with such twins, which are like objects that the iteration makes; that nobody else reads what is changed is
asked of it (`legality.conflict`), and that no item comes twice by the slice, as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MemberDescriptorType

from ..analysis.dependence import LinkedRegion
from ..analysis.domain.effects import Effect
from ..analysis.domain.places import MANY, SAME, Path, examples_at
from ..analysis.domain.values import NOTHING, Abstract, Inst
from ..analysis.twins import is_twin
from ..ir.nodes import For, Instr, Node, Twin, Var, walk
from ..peek import IMMUTABLE, MISSING, class_lookup, dict_of, instance_dict, mro_of
from ..records import replace
from .callees import Callee, callees_of
from .opening import Numbered

MOST = 32  # attributes of an object
BUILT = frozenset((list, dict))  # what an iteration may have of its own
# What classes may say of themselves that makes of a twin another one, or runs code where one is made or ends.
OWN = ("__getattribute__", "__setattr__", "__new__")
NONE = ("__getattr__", "__del__")


def twins_of(region: LinkedRegion) -> dict[int, Twin]:
    """By the nodes that set the variables of loops: the items of which each iteration may have a twin."""
    found = {}
    for loop in region.block:
        if not isinstance(loop, For) or loop.kind != "for" or loop.id in region.cut:
            continue
        if any(isinstance(node, Instr) and node.op == "twin" for node in loop.body):
            continue
        for node in loop.body:
            if not isinstance(node, Instr) or node.op not in ("copy", "unpack"):
                break
            held = region.facts.results.get(node.id, NOTHING)
            if node.op == "copy" and len(held) == 1 and (twin := _twin(region, *held)) is not None:
                found[node.id] = twin
    return found


def _twin(region: LinkedRegion, item: Abstract) -> Twin | None:
    if not isinstance(item, Inst) or item.path is None or not any(kind in MANY for kind, _ in item.path.steps):
        return None
    cls, path = item.cls, item.path
    own = instance_dict(item.live)
    if type(item.live) is not cls or not own or len(own) > MOST or not _plain(cls, own):
        return None
    writes, held = [], {}
    for ident in region.nodes:
        for effect in region.effects(ident):
            if effect.kind != "write" or effect.loc is None or not _begins(effect.loc.root, path):
                continue
            name = _changed(effect, path)
            if name is None:
                return None
            if name:
                kinds = {type(one) for one in examples_at(path.step("attr", name), region.facts.roots)}
                if len(kinds) != 1 or not kinds <= BUILT:
                    return None
                held[name] = kinds.pop()
            writes.append(effect)
    return Twin(cls, tuple(own), held, tuple(dict.fromkeys(writes))) if writes else None


def _plain(cls: type, own: Mapping[str, object]) -> bool:
    """Whether objects of a class are what their attributes hold, and nothing else."""
    if any(class_lookup(cls, name) is not class_lookup(object, name) for name in OWN):
        return False
    if any(class_lookup(cls, name) is not MISSING for name in NONE):
        return False
    if any(type(held) is MemberDescriptorType for base in mro_of(cls) for held in dict_of(base).values()):
        return False  # slots hold something as well
    found = [class_lookup(cls, name) for name in own]
    return all(name.isidentifier() for name in own) and all(f is MISSING or type(f) in IMMUTABLE for f in found)


def _begins(root: object, path: Path) -> bool:
    if not isinstance(root, Path):
        return False
    same = (root.kind, root.name, root.holder_id) == (path.kind, path.name, path.holder_id)
    return same and root.steps[: len(path.steps)] == path.steps


def _changed(effect: Effect, path: Path) -> str | None:
    """The attribute whose list or dictionary is changed; "": the attribute itself; None: something else is."""
    loc = effect.loc
    assert loc is not None and isinstance(loc.root, Path)
    steps = [step for step in loc.root.steps[len(path.steps) :] if step[0] not in SAME]
    attribute = loc.slot.startswith(".")
    if loc.deep or len(steps) > 1 or attribute != (not steps) or loc.slot[:1] == "=":
        return None
    if not steps:
        return ""
    kind, name = steps[0]
    return str(name) if kind == "attr" else None


def with_twins(numbered: Numbered, twins: Mapping[int, Twin]) -> Numbered:
    """The region in which iterations go on with twins of their items."""
    if not twins:
        return numbered
    last = max(node.id for node in walk(numbered.block))
    done: list[Node] = []
    for node in numbered.block:
        if isinstance(node, For) and any(inner.id in twins for inner in node.body):
            body: list[Node] = []
            for inner in node.body:
                body.append(inner)
                if isinstance(inner, Instr) and inner.id in twins:
                    made = _made(inner, twins[inner.id], last)
                    body += made
                    last = made[-1].id
            node = replace(node, body=tuple(body))
        done.append(node)
    return replace(numbered, block=tuple(done))


def _made(copied: Instr, twin: Twin, last: int) -> list[Instr]:
    """The instructions that make a twin of what a variable is set to."""
    span, item, variable = copied.span, copied.uses[0], copied.target
    assert variable is not None
    count = 1 + 2 * len(twin.names) + len(twin.held)
    given = replace(twin, readers=frozenset(range(last + 1, last + 1 + count)))
    made = [Instr(last + 1, "twin", span, variable, (item,), payload=given)]

    def step(op: str, name: str, target: bool, *uses: object, **more: object) -> Var:
        ident = made[-1].id + 1
        result = Var(f"%t{ident}")
        made.append(Instr(ident, op, span, result.name if target else None, uses, name, **more))  # type: ignore[arg-type]
        return result

    for name in twin.names:
        value = step("attr", name, True, item)
        if (kind := twin.held.get(name)) is not None:
            uses = (value, value) if kind is dict else (value,)
            value = step("build", "list" if kind is list else "dict", True, *uses, stars=(True,))
        step("setattr", name, False, Var(variable), value)
    return made


def given_twins(region: LinkedRegion) -> dict[int, tuple[Callee, ...]]:
    """The calls that get a twin, with what they run: open, it is seen what they ask of it."""
    if not any(isinstance(node, Instr) and node.op == "twin" for node in region.nodes.values()):
        return {}
    found = {}
    for ident, node in region.nodes.items():
        if isinstance(node, Instr) and node.op == "call":
            operands = region.facts.operands.get(ident, ())
            if any(is_twin(region, abstract) for value in operands for abstract in value):
                found[ident] = callees_of(operands[0])
    return found
