"""The conditions that knowledge files name under `requires`: each looks at a live value without running user code."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

from ..memos import Memo
from ..peek import (
    CONTAINERS,
    FUNCTIONS,
    IMMUTABLE,
    MISSING,
    class_lookup,
    class_name,
    content_of,
    dict_of,
    function_home,
    home_of,
    instance_dict,
    is_a,
    is_class,
    is_function,
    is_plain,
    mro_of,
    parts_of,
    peek,
    variables_of,
)
from .index import ALIASES
from .load import library
from .pydantic_models import dumped_model, plain_model, validated_model

NOT_GIVEN = frozenset(("NotGiven", "Omit", "Unset", "UseClientDefault", "NotGivenType", "_DefaultType"))
Holder = Any  # a live object of unknown type


def at(obj: object, dotted: str) -> Holder:
    """What stands at a path of attributes, as it is stored."""
    for part in dotted.split("."):
        obj = peek(obj, part)
    return obj


def top(obj: object) -> str:
    """The top-level package of an object's class."""
    return home_of(type(obj)).partition(".")[0]


def known(module: str) -> bool:
    """Whether a module belongs to a library that has a knowledge file."""
    package = module.partition(".")[0]
    return library(ALIASES.get(package, package)) is not None


def of_library(cls: type) -> bool:
    """Whether a class belongs to a library that has a knowledge file."""
    return home_of(cls) != "builtins" and known(home_of(cls))


_methods: Memo[type, frozenset[str]] = Memo(512)


def methods(cls: type) -> frozenset[str]:
    known = _methods.get(cls)
    if known is not None:
        return known
    named = (name for base in mro_of(cls) for name, held in dict_of(base).items() if callable(held))
    return _methods.put(cls, frozenset(named))


def unshadowed(obj: object) -> bool:
    """No method of the object's class is hidden by an attribute of its own, as tests do it (`client.send = fake`)."""
    below, kind = instance_dict(obj), type(obj)
    return not below or below.keys().isdisjoint(methods(kind))


def of_class(obj: object, name: str, *packages: str) -> bool:
    """Whether an object's class has exactly this name and stands in one of the packages."""
    return class_name(type(obj)) == name and top(obj) in packages


# -- values


def unset(value: object) -> bool:
    """Nothing is there: no attribute, None, False, an empty container, or the library's own mark for that."""
    if value is MISSING or value is None or value is False:
        return True
    kind = type(value)
    return (kind in CONTAINERS and not value) or (class_name(kind) in NOT_GIVEN and of_library(kind))


def on(value: object) -> bool:
    """True, or left at its default, which is true."""
    return value is True or value is MISSING


def data(value: object) -> bool:
    """Exact built-in data all the way down: nothing that can be called."""
    return unset(value) or is_plain(value)


def own(value: object, depth: int = 6) -> bool:
    """Nothing, data, or an object of a library's class: no function, class or object of the program's."""
    kind = type(value)
    if kind in IMMUTABLE or value is MISSING:
        return True
    if depth == 0 or kind is functools.partial:
        return False
    if is_class(value):
        return home_of(value) == "builtins" or known(home_of(value))
    if is_a(value, types.MethodType):
        return own(value.__self__, depth - 1) and own(value.__func__, depth - 1)
    if kind in FUNCTIONS:
        cells = (value.__closure__ or ()) if is_function(value) else ()
        return known(function_home(value) or "builtins") and all(own(content_of(c), depth - 1) for c in cells)
    if kind in CONTAINERS:
        parts = parts_of(value)
        return len(parts) < MANY and all(own(part, depth - 1) for part in parts)
    return of_library(kind) or silent_tracer(value)


MANY = 512  # parts of a container that are looked at


def silent_tracer(value: object) -> bool:
    """OpenTelemetry's stand-in for a tracer, while the program has set up none."""
    if not of_class(value, "ProxyTracer", "opentelemetry") or peek(value, "_real_tracer") is not None:
        return False
    module = sys.modules.get("opentelemetry.trace")
    return module is not None and variables_of(module).get("_TRACER_PROVIDER") is None


def own_parts(obj: object) -> bool:
    """Whether what an object of a library holds is the library's own too: no callback, no hook."""
    below = instance_dict(obj)
    return below is not None and of_library(type(obj)) and unshadowed(obj) and all(own(v) for v in below.values())


def own_zone(moment: object) -> bool:
    """A date or time without a time zone that a program wrote itself, whose methods would run."""
    import datetime

    for kind in (datetime.datetime, datetime.time):
        if type(moment) is kind:
            if type(slot := class_lookup(kind, "tzinfo")) is not types.GetSetDescriptorType:
                return False  # a class that stands for the real one, as in tests that stop the clock
            zone = slot.__get__(moment)
            zones = ("datetime", "zoneinfo", "zoneinfo._zoneinfo", "_zoneinfo", "_pydatetime")
            return zone is None or home_of(type(zone)) in zones
    return type(moment) is datetime.date or type(moment) is datetime.timedelta


# -- HTTP clients


def _own_transport(transport: object) -> bool:
    pool = peek(transport, "_pool")
    return (
        of_class(transport, "HTTPTransport", "httpx", "httpx2")
        and unshadowed(transport)
        and top(pool) in ("httpcore", "httpcore2")
        and unshadowed(pool)
    )


def plain_httpx(client: object) -> bool:
    """An httpx client whose requests run no user code: no hooks, transports of its own, plain authentication."""
    mounts, hooks, auth = at(client, "_mounts"), at(client, "_event_hooks"), at(client, "_auth")
    return (
        of_library(type(client))
        and unshadowed(client)
        and type(hooks) is dict
        and all(type(held) is list and not held for held in hooks.values())
        and _own_transport(at(client, "_transport"))
        and type(mounts) is dict
        and all(mount is None or _own_transport(mount) for mount in mounts.values())
        and (auth is None or class_name(type(auth)) in ("BasicAuth", "NetRCAuth"))
        and (auth is None or top(auth) in ("httpx", "httpx2"))
        and type(at(client, "_default_encoding")) is str
        and top(at(client, "_cookies.jar")) in ("http", "httpx", "httpx2")
    )


def copied(client: object) -> bool:
    """An object of a library that a second one can stand for: of plain variables, with no end of its own."""
    kind = type(client)
    slots = (type(found) is types.MemberDescriptorType for base in mro_of(kind) for found in dict_of(base).values())
    return (
        of_library(kind)
        and instance_dict(client) is not None
        and unshadowed(client)
        and class_lookup(kind, "__del__") is MISSING
        and not any(slots)
    )


JARS = ("http.cookiejar.CookieJar", "http.cookiejar.MozillaCookieJar", "http.cookiejar.LWPCookieJar",
        "httpx2._cookies.IndexedCookieJar", "requests.cookies.RequestsCookieJar")  # fmt: skip


def own_jar(jar: object) -> bool:
    """A jar of cookies, of the standard library or of a client's, with the usual policy."""
    policy = peek(jar, "_policy")
    return (
        f"{home_of(type(jar))}.{class_name(type(jar))}" in JARS
        and unshadowed(jar)
        and of_class(policy, "DefaultCookiePolicy", "http")
        and unshadowed(policy)
    )


PLAIN_SETTINGS = ("params", "proxies", "verify", "cert", "max_redirects", "trust_env")


def plain_session(session: object) -> bool:
    """A session of requests that runs no user code: no hooks, adapters of its own, plain settings."""
    hooks, auth, adapters = (at(session, name) for name in ("hooks", "auth", "adapters"))
    headers = at(session, "headers")
    if _called_in(headers, "requests.structures", "CaseInsensitiveDict"):
        headers = at(headers, "_store")
    return (
        of_library(type(session))
        and unshadowed(session)
        and type(hooks) is dict
        and not any(hooks.values())
        and (data(auth) or _called_in(auth, "requests.auth", "HTTPBasicAuth", "HTTPProxyAuth"))
        and type(adapters) in CONTAINERS
        and all(map(plain_adapter, dict.values(adapters)))
        and all(map(data, (headers, *(at(session, name) for name in PLAIN_SETTINGS))))
        and unset(at(session, "stream"))
    )


def _called_in(obj: object, module: str, *names: str) -> bool:
    return home_of(type(obj)) == module and class_name(type(obj)) in names and unshadowed(obj)


def plain_adapter(adapter: object) -> bool:
    """An adapter of requests itself, with what it makes."""
    pools = [at(adapter, "poolmanager"), *_values(at(adapter, "proxy_manager"))]
    return (
        _called_in(adapter, "requests.adapters", "HTTPAdapter")
        and _called_in(at(adapter, "max_retries"), "urllib3.util.retry", "Retry")
        and all(_called_in(pool, "urllib3.poolmanager", "PoolManager", "ProxyManager") for pool in pools)
    )


def _values(held: object) -> list[object]:
    return list(held.values()) if type(held) is dict else []


def plain_sdk(resource: object) -> bool:
    """A resource of an SDK (`client.chat.completions`): its client holds nothing of the program's, on plain httpx."""
    client = at(resource, "_client")
    return own_parts(resource) and own_parts(client) and plain_httpx(_asking(client))


def _asking(client: object) -> object:
    """The httpx client of an SDK's; that of `openai.chat` and the like is a variable of the module."""
    kind = type(client)
    if home_of(kind) != "openai" or class_name(kind) not in ("_ModuleClient", "_AzureModuleClient"):
        return at(client, "_client")
    return variables_of(sys.modules["openai"]).get("http_client", MISSING)


def plain_rows(holder: object) -> bool:
    """A connection or cursor of SQLite whose rows are made by the library itself: tuples, or its own `Row`."""
    made = at(holder, "row_factory")
    return made is None or (is_class(made) and home_of(made) == "sqlite3" and class_name(made) == "Row")


def data_row(row: Any) -> bool:
    """A `Row` of SQLite of texts, numbers and bytes: converters of the program's may have made anything."""
    own = home_of(type(row)) == "sqlite3" and class_name(type(row)) == "Row"
    return own and all(type(held) in IMMUTABLE for held in tuple(row))


HANDLERS = frozenset(
    ("ProxyHandler", "UnknownHandler", "HTTPHandler", "HTTPDefaultErrorHandler", "HTTPRedirectHandler", "FTPHandler",
     "FileHandler", "HTTPErrorProcessor", "DataHandler", "HTTPSHandler")
)  # fmt: skip


def default_opener(opener: object) -> bool:
    """`urllib.request` opens with handlers of its own that keep nothing: no opener with others has been installed."""
    if opener is None or opener is MISSING:
        return True
    handlers = peek(opener, "handlers")
    return (
        home_of(type(opener)) == "urllib.request"
        and type(handlers) is list
        and all(home_of(type(h)) == "urllib.request" and class_name(type(h)) in HANDLERS for h in handlers)
    )


def get_request(request: object) -> bool:
    """A `urllib.request.Request` as it was made, without data and with the method that goes without saying."""
    below = instance_dict(request)
    return (
        home_of(type(request)) == "urllib.request"
        and class_name(type(request)) == "Request"
        and below is not None
        and below.get("_data", MISSING) is None
        and below.get("method", "GET") in ("GET", "HEAD")
        and unshadowed(request)
    )


# -- databases


def plain_redis(client: object) -> bool:
    """A redis client on a pool of the library's own connections: nothing is cached, listened to, or computed."""
    pool, callbacks = at(client, "connection_pool"), at(client, "response_callbacks")
    options = at(
        pool, "_connection_kwargs" if "_connection_kwargs" in (instance_dict(pool) or ()) else "connection_kwargs"
    )
    return (
        of_class(client, "Redis", "redis")
        and unshadowed(client)
        and unset(at(client, "connection"))
        and class_name(type(pool)) in ("ConnectionPool", "BlockingConnectionPool")
        and top(pool) == "redis"
        and unshadowed(pool)
        and peek(at(pool, "connection_class"), "__module__") == "redis.connection"
        and unset(at(pool, "cache"))
        and type(options) is dict
        and all(unset(options.get(name)) for name in ("credential_provider", "redis_connect_func", "command_packer"))
        and of_class(callbacks, "CaseInsensitiveDict", "redis")
        and all(own(callback) for callback in dict.values(callbacks))
        and own_parts(at(client, "_event_dispatcher"))
    )


def plain_elastic(client: object) -> bool:
    """An Elasticsearch client on the transport's own urllib3 nodes."""
    transport = at(client, "_transport")
    nodes = at(transport, "node_pool._all_nodes")
    return (
        of_class(client, "Elasticsearch", "elasticsearch")
        and unshadowed(client)
        and of_class(transport, "Transport", "elastic_transport")
        and unshadowed(transport)
        and type(nodes) is dict
        and all(of_class(n, "Urllib3HttpNode", "elastic_transport") and unshadowed(n) for n in nodes.values())
    )


# -- AWS

AMAZON = ("botocore", "boto3", "s3transfer")


def plain_boto(client: object) -> bool:
    """A botocore client whose event handlers are botocore's, boto3's or s3transfer's: no stub, no mock, no tracing."""
    endpoint = at(client, "_endpoint")
    root = at(client, "meta.events._emitter._handlers._root")
    return (
        root is not MISSING
        and unshadowed(client)
        and of_class(endpoint, "Endpoint", "botocore")
        and unshadowed(endpoint)
        and of_class(at(endpoint, "http_session"), "URLLib3Session", "botocore")
        and unshadowed(at(endpoint, "http_session"))
        and _own_handlers(root)
    )


def _own_handlers(node: object) -> bool:
    if node is None or type(node) is str:
        return True
    if type(node) is dict:
        return all(map(_own_handlers, node.values()))
    if issubclass(type(node), (list, tuple)):  # of botocore's own making
        return all(map(_own_handlers, list.__iter__(node) if is_a(node, list) else tuple.__iter__(node)))  # type: ignore[arg-type]
    while type(node) is functools.partial:
        node = node.func
    if type(node) is types.MethodType:
        return _amazon(type(node.__self__)) and _own_handlers(node.__func__)
    return _amazon(node if type(node) is types.FunctionType else type(node))


def _amazon(obj: types.FunctionType | type) -> bool:
    module = home_of(obj) if is_class(obj) else function_home(obj)
    return module.partition(".")[0] in AMAZON and module != "botocore.stub"


CONDITIONS: dict[str, Callable[[object], bool]] = {
    "copied": copied, "data": data, "data_row": data_row, "default_opener": default_opener,
    "dumped_model": dumped_model, "validated_model": validated_model,
    "get_request": get_request, "on": on, "own": own, "own_jar": own_jar, "own_parts": own_parts,
    "own_zone": own_zone, "plain_boto": plain_boto, "plain_elastic": plain_elastic, "plain_httpx": plain_httpx,
    "plain_adapter": plain_adapter, "plain_model": plain_model, "plain_redis": plain_redis, "plain_rows": plain_rows,
    "plain_sdk": plain_sdk, "plain_session": plain_session, "unset": unset, "given": lambda _: False,
}  # fmt: skip
