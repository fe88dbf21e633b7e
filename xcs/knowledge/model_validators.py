"""The program's validators of the fields of pydantic models, as the classes hold them."""

from __future__ import annotations

import types
from inspect import CO_VARARGS, CO_VARKEYWORDS

from ..peek import MISSING, class_lookup, content_of, home_of, is_a, is_class, mro_of, peek, unwrapped

MOST_FUNCTIONS = 32  # that validators are seen to name
KNOWN = ("builtins", "pydantic", "pydantic_core")


def validators_of(kind: type) -> list[tuple[types.MethodType, bool, tuple[str, ...]]] | None:
    """The program's validators of fields: class methods of the value alone; whether each runs after pydantic's own
    validation; of which fields. None: there are others."""
    found = []
    held, fields = peek(peek(kind, "__pydantic_decorators__"), "field_validators"), peek(kind, "__pydantic_fields__")
    if type(held) is not dict or type(fields) is not dict:
        return [] if held is MISSING else None
    for decorator in held.values():
        function, info = peek(decorator, "func"), peek(decorator, "info")
        mode, names = peek(info, "mode"), peek(info, "fields")
        if type(function) is not types.MethodType or type(function.__func__) is not types.FunctionType:
            return None
        code = function.__func__.__code__
        if code.co_argcount != 2 or code.co_kwonlyargcount or code.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
            return None
        if mode not in ("before", "after") or type(names) is not tuple:
            return None
        every = tuple(fields) if names == ("*",) else names
        if not all(name in fields for name in every):
            return None
        if _raises_its_own(function.__func__, kind):
            return None  # asked for its text wherever problems are told
        found.append((function, mode == "after", every))
    return found


def _raises_its_own(validator: types.FunctionType, kind: type) -> bool:
    """Whether a validator, or a function that it names, names an exception of the program's, or too many to be told."""
    todo, seen = [validator], {id(validator)}
    while todo:
        function = todo.pop()
        for held in _named(function, kind):
            if is_class(held) and BaseException in mro_of(held):
                if home_of(held).partition(".")[0] not in KNOWN:
                    return True
            elif is_a(held, types.FunctionType) and id(held) not in seen:
                seen.add(id(held))
                todo.append(held)
        if len(seen) > MOST_FUNCTIONS:
            return True
    return False


def _named(function: types.FunctionType, kind: type) -> list[object]:
    """What the names in a function's code mean: globals, attributes of the model's class, variables around it."""
    codes, names = [function.__code__], set[str]()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [const for const in code.co_consts if type(const) is types.CodeType]
    means = [function.__globals__.get(name, MISSING) for name in names]
    around = [content_of(cell) for cell in function.__closure__ or ()]
    return [*means, *around, *(unwrapped(class_lookup(kind, name)) for name in names)]


__all__ = ["validators_of"]
