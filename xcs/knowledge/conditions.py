"""The conditions that knowledge files name under `requires`, checked on the live receiver without running user code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..analysis.values import MISSING, peek


def _at(obj: object, dotted: str) -> Any:
    for part in dotted.split("."):
        obj = peek(obj, part)
        if obj is MISSING:
            return MISSING
    return obj


def _no_hooks(client: object) -> bool:
    hooks = _at(client, "_event_hooks")
    return hooks is MISSING or not any(hooks.values())


def _own_transport(client: object) -> bool:
    transport = _at(client, "_transport")
    mounts = _at(client, "_mounts")
    own = ("HTTPTransport", "SyncHttpxClientWrapper")
    return (
        type(transport).__name__ in own
        and type(transport).__module__.partition(".")[0] in ("httpx", "httpx2")
        and all(
            m is None or type(m).__module__.partition(".")[0] in ("httpx", "httpx2") for m in (mounts or {}).values()
        )
        and type(_at(client, "_auth")).__module__.partition(".")[0]
        in ("builtins", "httpx", "httpx2", "openai", "anthropic")
    )


def plain_httpx(client: object) -> bool:
    """An httpx client whose requests run no user code."""
    return _no_hooks(client) and _own_transport(client)


def plain_sdk(resource: object) -> bool:
    """A resource of an SDK on httpx (`client.chat.completions`): its httpx client is plain, its class the SDK's own."""
    holder: object = resource
    for _ in range(4):
        package = type(holder).__module__.partition(".")[0]
        if package in ("httpx", "httpx2") or type(holder).__name__ in ("SyncHttpxClientWrapper", "_DefaultHttpxClient"):
            return plain_httpx(holder)
        if package not in ("openai", "anthropic"):
            return False
        holder = _at(holder, "_client")
    return False


def own_zone(moment: object) -> bool:
    """A date or time without a time zone that a program wrote itself, whose methods would run."""
    import datetime

    for kind in (datetime.datetime, datetime.time):
        if type(moment) is kind:
            zone = kind.__dict__["tzinfo"].__get__(moment)
            own = ("datetime", "zoneinfo", "zoneinfo._zoneinfo", "_zoneinfo", "_pydatetime")
            return zone is None or type(zone).__module__ in own
    return type(moment) in (datetime.date, datetime.timedelta)


HANDLERS = frozenset(
    ("ProxyHandler", "UnknownHandler", "HTTPHandler", "HTTPDefaultErrorHandler", "HTTPRedirectHandler", "FTPHandler",
     "FileHandler", "HTTPErrorProcessor", "DataHandler", "HTTPSHandler")
)  # fmt: skip


def default_opener(_: object) -> bool:
    """`urllib.request` opens with handlers of its own that keep nothing: no opener with others has been installed."""
    module = sys.modules.get("urllib.request")
    opener = None if module is None else vars(module).get("_opener")
    if opener is None:
        return True
    handlers = peek(opener, "handlers")
    return (
        type(opener).__module__ == "urllib.request"
        and isinstance(handlers, list)
        and all(type(h).__module__ == "urllib.request" and type(h).__name__ in HANDLERS for h in handlers)
    )


CONDITIONS: dict[str, Callable[[object], bool]] = {
    "default_opener": default_opener, "own_zone": own_zone, "plain_httpx": plain_httpx, "plain_sdk": plain_sdk,
}  # fmt: skip


def check_requirement(name: str, receiver: object) -> bool:
    """Whether the condition holds; an unknown name never does."""
    check = CONDITIONS.get(name)
    return check is not None and check(receiver)
