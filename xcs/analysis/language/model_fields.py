"""Fields of pydantic models: what they hold, and what the program's validators make of them."""

from __future__ import annotations

import types
from typing import Literal

from ...knowledge import keeps_objects, validators_of
from ...peek import IMMUTABLE, MISSING, Kinds, arguments_of, class_name, is_a, is_class, origin_of, peek
from ..domain.machine import Machine
from ..domain.places import Path, object_path
from ..domain.state import Call
from ..domain.values import NOTHING, Abstract, Fresh, Inst, Plain, Top, Value, join, only, origins_of

SCALARS = Kinds((str, int, float, bool, bytes))
COMPOSED = Kinds((list, dict, set, tuple, frozenset, types.UnionType))
ROW = -6  # in the key of a row of problems, after that of the list


def of_annotation(annotation: object, origins: frozenset[object]) -> Value:
    """What a field holds that is validated as an annotation says."""
    if is_class(annotation) and annotation in SCALARS:
        return only(Plain(annotation))
    if _data(annotation):
        return only(Plain(None, origins))  # type: ignore[arg-type]
    return only(Inst(object, None))


def _data(annotation: object) -> bool:
    """Whether what an annotation allows is built-in data."""
    origin = origin_of(annotation)
    if origin is Literal or annotation is None:
        return True
    if origin in COMPOSED:
        return all(part is Ellipsis or _data(part) for part in arguments_of(annotation))
    return annotation in SCALARS or annotation in COMPOSED or annotation is type(None)


def kept_whole(self: Machine, cls: type, name: str, value: Value) -> bool:
    """Whether a field gets the very objects that it is given: of exactly the model that is its type, or None.

    Pydantic asks whether it is one, unless that class wants it validated again (`revalidate_instances`).
    """
    fields = peek(cls, "__pydantic_fields__")
    declared = fields.get(name, MISSING) if type(fields) is dict else MISSING
    annotation = peek(declared, "annotation")
    parts = arguments_of(annotation) if origin_of(annotation) is types.UnionType else (annotation,)
    wanted, *others = [part for part in parts if part is not type(None)] or [None]
    renamed = any(peek(declared, alias) is not None for alias in ("alias", "validation_alias"))
    if others or renamed or not is_class(wanted) or not keeps_objects(wanted):
        return False
    own = [a for a in value if not (isinstance(a, Plain) and a.cls is type(None))]
    if not all(isinstance(a, Inst | Fresh) and a.cls is wanted for a in own):
        return False
    if len(own) < len(value) and len(parts) == 1:
        return False
    self.condition(object_path(wanted, class_name(wanted)), keeps_objects, "kept_model")
    return True


def validated(self: Machine, cls: type, call: Call) -> None:
    """Runs the program's validators of a model's fields: what they do is done by the call that makes the model.

    What they give is put into the fields of what is made; it must be data that nobody else can change.
    """
    memory, declared = self.contents(call.made), peek(cls, "__pydantic_fields__")
    fields = declared if is_a(declared, dict) else {}
    given = frozenset({call.made}).union(*(origins_of(a) for value in call.everything for a in value))
    for function, after, names in validators_of(cls) or ():
        validator = self.lift(function, object_path(function, f"a validator of {class_name(cls)}"))
        for name in names:
            held = of_annotation(peek(fields[name], "annotation"), frozenset({call.made}))
            value = join(memory.attrs.get(name, NOTHING), held) if after else only(Plain(None, given))
            found = self.call(validator, Call([value], {}, call.frame, call.node))
            if not all(map(_own_data, found)):
                self.unknown(call.frame, call.node, f"a validator of {class_name(cls)} that may give what others hold")
            elif after:
                memory.attrs[name] = join(memory.attrs.get(name, NOTHING), found)


def problems(self: Machine, call: Call) -> Value:
    """What `ValidationError.errors()` gives: rows of texts. What was validated, and what a validator of the program's
    has raised, is in them as it is."""
    key = (*call.made, ROW)
    row, rows = self.contents(key), self.contents(call.made)
    for name in ("type", "msg", "url"):
        row.place(name, only(Plain(str)))
    row.place("loc", only(Plain(None, frozenset({key}))))
    row.keys = join(row.keys, only(Plain(str)))
    row.element = join(row.element, only(Plain(str)), only(Top("what a ValidationError is about")))
    rows.element = join(rows.element, only(Fresh(key, dict)))
    return only(Fresh(call.made, list))


def _own_data(abstract: Abstract) -> bool:
    """Whether a value is data that cannot be changed, or what came with the model's."""
    if not isinstance(abstract, Plain):
        return False
    return (abstract.cls is not None and abstract.cls in IMMUTABLE) or not any(
        isinstance(o, Path) for o in abstract.origins
    )


__all__ = ["of_annotation", "problems", "validated"]
