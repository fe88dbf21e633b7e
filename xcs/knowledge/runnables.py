"""Runnables of LangChain (models, prompts, parsers, what is made of them by `|`) that run no code of the program's.

`invoke` calls back whoever listens: handlers of the object, of the context, of settings and of tracing, a cache, a rate
limiter. Where nobody does, and all that a runnable is made of is the library's own, it only asks its model.
langchain-core 1.8.3: runnables/, callbacks/manager.py `_configure`, language_models/chat_models.py; langsmith 0.10:
utils.py `tracing_is_enabled`.
"""

from __future__ import annotations

import functools
import os
import sys
from contextvars import ContextVar
from typing import Any

from ..peek import (
    CONTAINERS,
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    class_name,
    function_home,
    home_of,
    instance_dict,
    is_class,
    is_module,
    is_plain,
    mro_of,
    parts_of,
    peek,
    variables_of,
)
from .conditions import at, of_library, own, own_parts, plain_httpx, plain_sdk, unset, unshadowed
from .pydantic_models import plain_model

STATELESS = (
    "langchain_core.runnables.", "langchain_core.prompts.", "langchain_core.output_parsers.",
    "langchain_core.messages.", "langchain_core.language_models.chat_models", "langchain_openai.chat_models.",
    "langchain_anthropic.chat_models",
)  # fmt: skip
LISTENING = ("callbacks", "cache", "config_factories", "custom_get_token_ids", "rate_limiter", "verbose")
TOLD = frozenset(("custom_input_type", "custom_output_type", "input_type", "input_types"))  # types, which nothing calls
VARIABLES = ("TRACING", "TRACING_V2", "HANDLER", "DEBUG", "VERBOSE")  # of the environment, of either name
ENVIRON = type(os.environ)
GIVEN: dict[str, type] = {"output_parsers.string.StrOutputParser": str, "output_parsers.json.JsonOutputParser": dict}
LAST = {"runnables.base.RunnableSequence": "last", "runnables.base.RunnableBinding": "bound",
        "language_models.chat_models._ChatModelBinding": "bound", "runnables.retry.RunnableRetry": "bound"}  # fmt: skip
DEPTH, MANY = 8, 200  # levels and objects of a runnable that are looked at


def plain_runnable(obj: object) -> bool:
    """A runnable that nobody listens to, of the library's own parts."""
    return _unheard() and _Parts().plain(obj, 0)


def gives(obj: object) -> object:
    """The class of a runnable's result; MISSING where that depends on more than the last of its steps."""
    for _ in range(DEPTH):
        name = f"{home_of(type(obj))}.{class_name(type(obj))}".removeprefix("langchain_core.")
        for attribute in ("custom_output_type", "pydantic_object"):
            if is_class(peek(obj, attribute)):
                return peek(obj, attribute)
        if name in GIVEN:
            return GIVEN[name]
        if name == "output_parsers.openai_tools.PydanticToolsParser":
            tools: Any = peek(obj, "tools")
            one = type(tools) is list and len(tools) == 1 and peek(obj, "first_tool_only") is True
            return tools[0] if one else MISSING
        if any(class_name(base) == "BaseChatModel" for base in mro_of(type(obj))):
            return _variable("langchain_core.messages.ai", "AIMessage")
        if name not in LAST:
            break
        obj = peek(obj, LAST[name])
    return MISSING


class _Parts:
    """One look at what a runnable is made of."""

    def __init__(self) -> None:
        self.left = MANY

    def plain(self, obj: Any, depth: int) -> bool:
        self.left -= 1
        kind = type(obj)
        if kind in IMMUTABLE:
            return True
        if depth > DEPTH or self.left < 0:
            return False
        if is_class(obj):
            return plain_model(obj) or (issubclass(obj, BaseException) and own(obj))
        if kind in CONTAINERS:
            return is_plain(obj) or (len(obj) <= self.left and self._all(parts_of(obj), depth))
        if kind is functools.partial:
            return self._all([obj.func, *obj.args, *obj.keywords.values()], depth)
        if kind in FUNCTIONS:
            return _own_function(obj)
        return self._object(obj, depth)

    def _all(self, parts: list[Any], depth: int) -> bool:
        return all(self.plain(part, depth + 1) for part in parts)

    def _object(self, obj: object, depth: int) -> bool:
        kind, held = type(obj), instance_dict(obj)
        home = home_of(kind)
        if home == "pydantic.types" and class_name(kind) in ("SecretStr", "SecretBytes"):
            return True
        if not of_library(kind) or held is None:
            return False
        if not home.startswith(STATELESS):
            return plain_sdk(obj) or plain_httpx(obj) or (own_parts(obj) and plain_httpx(at(obj, "_client")))
        return (
            unshadowed(obj)
            and all(unset(held.get(name, MISSING)) for name in LISTENING)
            and self._all([value for name, value in held.items() if _runs(name)], depth)
        )


def _runs(name: str) -> bool:
    """Whether `invoke` may run what an attribute holds: not a type that is told, nor what `ainvoke` asks."""
    return name not in TOLD and "async" not in name and name not in ("_atransform", "afunc")


def _own_function(function: Any) -> bool:
    """A function of the library that holds nothing of the program's."""
    home, cells = function_home(function) or "", peek(function, "__closure__")
    return home.startswith(STATELESS) and (cells is MISSING or cells is None)


def _variable(module: str, name: str) -> Any:
    found = sys.modules.get(module)
    return variables_of(found).get(name, MISSING) if found is not None and is_module(found) else MISSING


def _unheard() -> bool:
    """Whether nothing traces, caches or prints what runnables do, by settings, environment or context."""
    return (
        all(unset(_variable("langchain_core.globals", name)) for name in ("_llm_cache", "_debug", "_verbose"))
        and not any(_set(f"{of}_{name}") for of in ("LANGCHAIN", "LANGSMITH") for name in VARIABLES)
        and _empty("langchain_core.tracers.context", "tracing_v2_callback_var")
        and _empty("langchain_core.runnables.config", "var_child_runnable_config")
        and _unhooked(_variable("langchain_core.tracers.context", "_configure_hooks"))
        and _empty("langsmith._internal._context", "_PARENT_RUN_TREE_REF")
        and _empty("langsmith._internal._context", "_TRACING_ENABLED")
        and unset(_variable("langsmith._internal._context", "_GLOBAL_TRACING_ENABLED"))
        and unset(_variable("langsmith.run_trees", "_CLIENT"))  # it was on: what was read of the environment is kept
    )


def _set(name: str) -> bool:
    environ = variables_of(os).get("environ")
    if type(environ) is not ENVIRON:
        return True
    value = environ.get(name)
    return value is not None and value.strip().lower() not in ("", "0", "false")


def _empty(module: str, name: str) -> bool:
    """A variable of the context that is not set, or of a module that isn't there."""
    variable = _variable(module, name)
    return variable is MISSING or (type(variable) is ContextVar and unset(variable.get(None)))


def _unhooked(hooks: object) -> bool:
    """Whether no handler is registered that the context or the environment brings in."""
    if hooks is MISSING:
        return True
    return type(hooks) is list and all(
        type(hook) is tuple
        and type(hook[0]) is ContextVar
        and unset(hook[0].get(None))
        and (hook[3] is None or not _set(hook[3]))
        for hook in hooks
    )
