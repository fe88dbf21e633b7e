"""Pydantic models whose validation and output run no code of the program's."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Literal

from ..peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    Kinds,
    arguments_of,
    class_lookup,
    class_name,
    class_qualname,
    dict_of,
    home_of,
    instance_dict,
    is_class,
    is_plain,
    mro_of,
    origin_of,
    own_enum,
    parts_of,
    peek,
    without_notes,
)
from .index import type_facts
from .model_validators import validators_of

DECORATORS = (
    "validators", "field_validators", "root_validators", "field_serializers", "model_serializers", "model_validators",
    "computed_fields",
)  # fmt: skip
HOOKS = (
    "__init__", "__new__", "model_post_init", "__get_pydantic_core_schema__", "__get_pydantic_json_schema__",
    "__repr__", "__str__", "__eq__", "__hash__", "__getattr__", "__setattr__", "model_dump", "model_dump_json",
    "model_validate", "model_validate_json", "model_json_schema", "model_construct", "__class_getitem__",
)  # fmt: skip
SHOWN = ("__repr__", "__str__", "model_construct")  # what answers may define: no dump asks for it
FACTORIES = Kinds((list, dict, set, tuple, str, int, float))
COMPOSED = Kinds((list, dict, set, tuple, frozenset, types.UnionType))
SCALARS = ("builtins", "datetime", "decimal", "uuid")
MOST_PARTS = 1_000  # of an object that are looked at


def plain_model(model: object) -> bool:
    """A model class without validators, serializers, hooks and factories, itself and below; or an object of one that
    holds what such a class lets in: its variables may have been set to anything."""
    kind = model if issubclass(type(model), type) else type(model)
    plain = is_class(kind) and (_plain(kind, set()) or (type_facts(kind) is not None and _answer(kind, set())))
    return plain and (kind is model or _holds_data(model))


def validated_model(model: object) -> bool:
    """A model class as in `plain_model`, but for validators of its fields that the program defines: what they do is for
    the caller to see (`validators_of`)."""
    return is_class(model) and _plain(model, set(), validated=True)


def keeps_objects(model: object) -> bool:
    """A model class whose objects are what they are where another model has a field of that class.

    Source: pydantic's ConfigDict, `revalidate_instances`: 'never' unless it is set.
    """
    config = peek(model, "model_config")
    return is_class(model) and _plain(model, set()) and type(config) is dict and "revalidate_instances" not in config


def dumped_model(model: object) -> bool:
    """A model as in `plain_model`, but for validators of fields: no dump runs them."""
    kind = model if issubclass(type(model), type) else type(model)
    plain = is_class(kind) and (_plain(kind, set(), validated=True) or plain_model(kind))
    return plain and (kind is model or _holds_data(model))


def sets_alone(name: str, kind: object) -> bool:
    """Whether setting a field of a model does no more than that: it is neither validated, frozen nor a property.

    BaseModel.__setattr__ (main.py): the object's `__dict__` and `__pydantic_fields_set__`.
    """
    if not is_class(kind):
        return False
    base = next((c for c in mro_of(kind) if home_of(c) == "pydantic.main" and class_qualname(c) == "BaseModel"), None)
    config, fields = peek(kind, "model_config"), peek(kind, "__pydantic_fields__")
    return (
        base is not None
        and class_lookup(kind, "__setattr__") is class_lookup(base, "__setattr__")
        and class_lookup(kind, "_setattr_handler") is class_lookup(base, "_setattr_handler")
        and type(config) is dict
        and not config.get("validate_assignment")
        and not config.get("frozen")
        and type(fields) is dict
        and name in fields
        and peek(fields[name], "frozen") in (None, False)
        and class_lookup(kind, name) is MISSING
    )


def _holds_data(model: object) -> bool:
    """Whether data, members of plain enumerations and objects of plain models are all that an object holds."""
    todo, left = [model], MOST_PARTS
    while todo:
        one = todo.pop()
        kind = type(one)
        if kind in IMMUTABLE or home_of(kind) in SCALARS[1:]:
            continue
        if kind in CONTAINERS:
            parts = parts_of(one) if len(one) <= left else None  # type: ignore[arg-type]
        elif own_enum(kind):
            parts = [] if _plain_annotation(kind, set()) else None
        else:
            parts = _variables(one) if one is model or plain_model(kind) else None
        if parts is None or len(parts) > left:
            return False
        left -= len(parts)
        todo += parts
    return True


def _variables(model: object) -> list[object] | None:
    """What an object of a model class holds; None: a method of its class is hidden, or it does not tell."""
    own = instance_dict(model)
    if own is None or any(callable(class_lookup(type(model), name)) for name in own):
        return None
    beside = [peek(model, name) for name in ("__pydantic_extra__", "__pydantic_private__")]
    return [*own.values(), *(held for held in beside if type(held) is dict)]


def _plain(kind: type, seen: set[int], validated: bool = False) -> bool:
    if id(kind) in seen:
        return True
    seen.add(id(kind))
    order = mro_of(kind)
    refused = [name for name in DECORATORS if not (validated and name == "field_validators")]
    base = next((c for c in order if home_of(c) == "pydantic.main" and class_qualname(c) == "BaseModel"), None)
    decorators = peek(kind, "__pydantic_decorators__")
    if base is None or decorators is MISSING or any(not _empty(peek(decorators, name)) for name in refused):
        return False
    if validated and validators_of(kind) is None:
        return False
    if any(class_lookup(kind, name) is not class_lookup(base, name) for name in HOOKS):
        return False
    config, fields = peek(kind, "model_config"), peek(kind, "__pydantic_fields__")
    return (
        type(config) is dict
        and is_plain({k: v for k, v in config.items() if k != "title"})
        and type(fields) is dict
        and all(_plain_field(field, seen) for field in fields.values())
    )


def _answer(kind: type, seen: set[int]) -> bool:
    """Whether a model of a service's answers is the library's alone: no field holds an object of another's class."""
    if id(kind) in seen:
        return True
    seen.add(id(kind))
    order, top = mro_of(kind), home_of(kind).partition(".")[0]
    base = next((c for c in order if home_of(c) == "pydantic.main" and class_qualname(c) == "BaseModel"), None)
    decorators, fields = peek(kind, "__pydantic_decorators__"), peek(kind, "__pydantic_fields__")
    if base is None:
        return False
    changed = [name for name in HOOKS if class_lookup(kind, name) is not class_lookup(base, name)]
    return (
        {home_of(c).partition(".")[0] for c in order} <= {top, "pydantic", "builtins"}
        and all(name in SHOWN for name in changed)
        and decorators is not MISSING
        and all(_empty(peek(decorators, name)) for name in DECORATORS)
        and type(fields) is dict
        and all(_in_answer(peek(field, "annotation"), top, seen) for field in fields.values())
    )


def _in_answer(annotation: object, top: str, seen: set[int]) -> bool:
    """Whether what an annotation allows is data, as it came over the wire, or the library's own models."""
    annotation = without_notes(annotation)
    origin = origin_of(annotation)
    if annotation is None or annotation is Any or origin is Literal:
        return True
    if origin is None:
        if annotation is object or (is_class(annotation) and home_of(annotation) in SCALARS):
            return True
        return is_class(annotation) and home_of(annotation).partition(".")[0] == top and _answer(annotation, seen)
    composed = origin in COMPOSED or origin is Mapping or origin is Sequence
    return composed and all(part is Ellipsis or _in_answer(part, top, seen) for part in arguments_of(annotation))


def _empty(held: object) -> bool:
    return held is MISSING or (type(held) is dict and not held)


def _plain_field(field: object, seen: set[int]) -> bool:
    factory = peek(field, "default_factory")
    metadata, title = peek(field, "metadata"), peek(field, "field_title_generator")
    return (
        (factory is None or factory in FACTORIES)
        and type(metadata) is list
        and all(_plain_metadata(item) for item in metadata)
        and is_plain(peek(field, "json_schema_extra"))
        and (title is None or title is MISSING)
        and _plain_annotation(peek(field, "annotation"), seen)
    )


def _plain_metadata(item: object) -> bool:
    """A bound (`Gt`, `MaxLen`): no validator, serializer or predicate."""
    kind = type(item)
    own = home_of(kind).partition(".")[0] in ("annotated_types", "pydantic")
    name = class_name(kind)
    return own and name not in ("Predicate", "Not") and not name.endswith(("Validator", "Serializer"))


def _plain_annotation(annotation: object, seen: set[int]) -> bool:
    origin = origin_of(annotation)
    if annotation is None or origin is Literal:
        return True
    if origin is None:
        if not is_class(annotation):
            return False
        if issubclass(annotation, Enum):
            return not any(name in dict_of(annotation) for name in ("_missing_", "__str__", "__repr__", "__hash__"))
        return home_of(annotation) in SCALARS or _plain(annotation, seen)
    if origin not in COMPOSED:
        return False
    return all(part is Ellipsis or _plain_annotation(part, seen) for part in arguments_of(annotation))
