"""Whether what fails in a `try` block can be what its handlers are for: by the classes of exceptions.

    class Denied(Exception): ...

    try:
        page = fetch(account)                           # raises Denied
        rows = [detail(item) for item in page.items]    # does not, nor does what it calls: it decides nothing here
    except Denied:
        failed.append(account)

Who raises such a class has it from the program: a `raise` of a function of the program's, as far as these are known.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator

from ..ir.nodes import Block, For, FunctionIR, Handler, Instr, Try, Var, With, walk
from ..peek import CONTAINERS, MISSING, home_of, is_class, is_module, mro_of, peek
from .domain.effects import STATED
from .domain.memory import Body
from .domain.values import NOTHING, Abstract, Fresh, Inst, Known, Lazy, Plain, Value
from .observed import Observed

NONE: tuple[Value, ...] = (NOTHING,)
OF_ITEMS: dict[str, tuple[type[BaseException], ...]] = {
    "item": (KeyError, IndexError, TypeError),
    "setitem": (IndexError, TypeError),
}


def may_be_handled(region: Observed, block: Try, ident: int) -> bool:
    """Whether a handler of the block may be for what a node in it raises."""
    wanted = _wanted(region, block)
    if isinstance(region.nodes[ident], With):  # what runs there is taken to raise by its own `raise` alone
        return _raises(region, ident, wanted or (BaseException,))
    if wanted is None:
        return True
    of_data = _of_data(region, ident)
    if of_data and not region.facts.bodies.get(ident):
        return any(w in mro_of(error) for error in of_data for w in wanted)
    own = all(home_of(w) in region.facts.modules for w in wanted)
    return not own or _raises(region, ident, wanted)


def _wanted(region: Observed, block: Try) -> tuple[type, ...] | None:
    """The classes that the handlers are for, if they are known."""
    key = ("wanted", block.id)
    if key not in region.known:
        found = [_classes(region, handler) for handler in block.handlers]
        region.known[key] = None if None in found or not found else tuple(c for several in found for c in several or ())
    return region.known[key]  # type: ignore[no-any-return]


def _of_data(region: Observed, ident: int) -> tuple[type[BaseException], ...]:
    """What an item of built-in data, or going through that, may raise; nothing: it is something else."""
    node = region.nodes[ident]
    if isinstance(node, For):
        return (TypeError,) if all(isinstance(a, Plain) for a in region.facts.operands.get(ident, NONE)[0]) else ()
    if not isinstance(node, Instr) or node.op not in OF_ITEMS:
        return ()
    container, key = region.facts.operands.get(ident, (frozenset(), frozenset()))[:2]
    built_in = all(isinstance(a, Plain) or (isinstance(a, Fresh | Inst) and a.cls in CONTAINERS) for a in container)
    return OF_ITEMS[node.op] if container and built_in and all(isinstance(a, Plain) for a in key) else ()


def _classes(region: Observed, handler: Handler) -> tuple[type, ...] | None:
    if not isinstance(handler.type, Var):
        return None
    made = [n for n in walk(handler.types) if isinstance(n, Instr) and n.target == handler.type.name]
    values = [a for n in made for a in region.facts.results.get(n.id, ())]
    found = [a.obj for a in values if isinstance(a, Known) and is_class(a.obj)]
    return tuple(found) if found and len(found) == len(values) else None


def _raises(region: Observed, ident: int, wanted: tuple[type, ...]) -> bool:
    """Whether a node may raise one of the program's classes."""
    node = region.nodes[ident]
    if isinstance(node, Instr) and node.op == "raise":
        return True
    if any(_goes_on(a) for value in region.facts.operands.get(ident, ()) for a in value):
        return True
    for effect in region.facts.effects.get(ident, ()):
        if effect.kind == "unknown" or (effect.kind, effect.detail) == ("blocks", STATED):
            return True
    return not all(_passes(region, body, wanted) for body in region.facts.bodies.get(ident, {}).values())


def _goes_on(abstract: Abstract) -> bool:
    """Whether an iterator goes on with another one, or a generator expression, whose code ran where that was made."""
    if isinstance(abstract, Lazy):
        return len(abstract.moves) > 1 or bool(abstract.asks)
    return isinstance(abstract, Fresh) and abstract.cls is types.GeneratorType


def _passes(region: Observed, body: Body, wanted: tuple[type, ...]) -> bool:
    """Whether no `raise` of a function is of one of these classes; what it calls is asked by itself."""
    key = ("passes", id(body[0]), *map(id, wanted))
    if key not in region.known:
        raised = list(_raised(*body))
        region.known[key] = all(c is not None and not any(w in mro_of(c) for w in wanted) for c in raised)
    return region.known[key]  # type: ignore[no-any-return]


def _raised(ir: FunctionIR, module: dict[str, object]) -> Iterator[type | None]:
    """The classes of what a function raises, and functions made in it do; None: not known."""
    made = {n.target: n for n in walk(ir.body) if isinstance(n, Instr) and n.target is not None}
    several = _bound_twice(ir.body)
    for node in walk(ir.body):
        if not isinstance(node, Instr):
            continue
        if node.op == "function":
            inner = node.payload[0]  # type: ignore[index]
            yield from _raised(inner, module) if isinstance(inner, FunctionIR) else (None,)
        elif node.op == "raise" and node.uses:
            yield _class_of(node.uses[0], made, several, module)


def _class_of(operand: object, made: dict[str, Instr], several: set[str], module: dict[str, object]) -> type | None:
    """The class that is raised, or of which an instance is."""
    while isinstance(operand, Var) and operand.name in made and operand.name not in several:
        node = made[operand.name]
        if node.op in ("copy", "call"):
            operand = node.uses[0]
            continue
        found: object = MISSING
        if node.op == "global":
            names = module if node.name in module else module.get("__builtins__", MISSING)
            found = names.get(node.name, MISSING) if type(names) is dict else peek(names, node.name)
        elif node.op == "attr" and isinstance(node.uses[0], Var) and (of := made.get(node.uses[0].name)) is not None:
            held = module.get(of.name, MISSING) if of.op == "global" else MISSING
            found = peek(held, node.name) if is_module(held) else MISSING
        return found if is_class(found) and BaseException in mro_of(found) else None
    return None


def _bound_twice(block: Block) -> set[str]:
    seen: set[str] = set()
    names: Iterable[str] = (t for n in walk(block) if isinstance(n, Instr) for t in n.targets)
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
