"""What waits, by name: packages that talk to services, their verbs, callables by qualified name."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from .local_names import OF_DATA

Category = Literal["inference", "http", "client", "database", "stateful", ""]
WaitKind = Literal["inference", "query", "command", "process", "sleep", "stateful", ""]

# Before a verb: `a_generate` is the one that is awaited, of `begin_analyze` the answer is asked for later, and
# `batch_grant` does it for several at once.
BEFORE = frozenset({"a", "async", "begin", "batch"})
ASKING = frozenset({"get", "head", "options", "stream", "urlopen"})
CHANGING = frozenset({"post", "put", "patch", "delete", "request", "send"})
# Methods of texts that nothing else has.
OF_TEXT = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "title", "startswith", "endswith", "splitlines"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAPPINGS = frozenset(
    {"headers", "cookies", "params", "data", "json", "meta", "proxies", "extensions", "hooks", "adapters"}
)


@cache
def tables() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """The data file: section -> key -> words."""
    raw = tomllib.loads(Path(__file__).with_name("services.toml").read_text("utf-8"))
    return {section: {key: frozenset(words.split()) for key, words in rows.items()} for section, rows in raw.items()}


def of_role(role: str) -> frozenset[str]:
    """The packages, names and callables that play a part in a loop beside waiting for a service."""
    return tables()["roles"][role]


@cache
def _packages() -> Mapping[str, Category]:
    return {name: category for category, names in tables()["packages"].items() for name in names}  # type: ignore[misc]


@cache
def _names() -> Mapping[str, WaitKind]:
    return {name: kind for kind, names in tables()["names"].items() for name in names}  # type: ignore[misc]


@cache
def category(dotted: str) -> Category:
    """What kind of service the package of a dotted name talks to; the longest entry counts."""
    if dotted.startswith(("urllib.parse", "requests.utils", "requests.structures", "requests.exceptions")):
        return ""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        found = _packages().get(".".join(parts[:cut]))
        if found is not None:
            return found
    if parts[0].startswith(tuple(of_role("families"))):
        return "inference"
    return "client" if _says_client(parts) else ""


def _says_client(parts: Sequence[str]) -> bool:
    """Whether the name of a package that no table has says that it is a client of something: `olclient`, `x.api.Y`."""
    top = parts[0].lower()
    if top in sys.stdlib_module_names or top in _described():
        return False
    last = words(parts[-1])[-1:]
    return top.endswith(("client", "sdk", "_api")) or last in (["client"], ["api"])


def words(name: str) -> list[str]:
    """The words of a snake_case or camelCase name, in lower case."""
    return [w.lower() for w in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]


@cache
def of_name(dotted: str) -> tuple[WaitKind, bool]:
    """How a callable of a package waits, by its qualified name, and whether that is known for certain."""
    known = _names().get(dotted)
    if known is not None:
        return known, True
    kind = category(dotted)
    last = dotted.rpartition(".")[2]
    if "." not in dotted or last[:1].isupper():
        return "", False
    if kind == "inference":  # the package is the client, as `openai.embeddings.create` has it
        used = of_use(dotted.partition(".")[2])
        return used, bool(used)
    if kind == "http":
        return of_method(dotted, last, made=False)
    if (
        kind in ("client", "stateful", "database")
        and words(last)[:1]
        and words(last)[0] in tables()["verbs"]["function"]
    ):
        return ("query", False) if kind == "client" else ("stateful", False)
    return "", False


@cache
def of_method(origin: str, method: str, made: bool, chain: str = "") -> tuple[WaitKind, bool]:
    """How a method of an object waits that came from a package.

    origin: the qualified name that made the object; made: it is (a part of) an answer; chain: attributes to the method.
    """
    kind = category(origin)
    known = of_method_alone(method)
    if known or method in tables()["methods"]["none"]:
        return known, False
    if chain.endswith((f"[].{method}", f"().{method}")) and words(method)[:1] in (["has"], ["is"], ["to"], ["as"]):
        return "", False  # an answer, or an element that it held: what it knows of itself
    if not tables()["holders"]["at_hand"].isdisjoint(words(chain.rpartition(".")[0].rpartition(".")[2])[-1:]):
        return "", False
    if method in OF_DATA and (made or (kind != "http" and "." in chain)):
        return "", False
    told = words(method) or [""]
    verb = told[1] if told[0] in BEFORE and len(told) > 1 else told[0]
    verbs = tables()["verbs"]
    if kind == "inference":
        if chain in tables()["uses"]["inference"]:
            return "inference", True
        if chain in tables()["uses"]["query"]:
            return "query", True
        if method in verbs["stateful"]:
            return "stateful", False
        if method[:1].isupper() or method.startswith(("from_", "with_", "bind", "_")):
            return "", False
        if creates(method, chain.rpartition(".")[0]):
            return "command", False
        if verb in verbs["inference"] or not verbs["model"].isdisjoint(told):
            return "inference", False
        return _of_verb(method, verb), False
    if kind == "http":
        if made or (method in OF_DATA and chain.rpartition(".")[0].rpartition(".")[2] in MAPPINGS):
            return "", False
        return ("query", True) if method in ASKING else ("command", True) if method in CHANGING else ("", False)
    if method in OF_TEXT:
        return "", False
    if kind == "stateful":
        return "stateful", False
    if kind == "database" and origin.partition(".")[0] not in of_role("key_value"):
        return "stateful", False
    if origin.partition(".")[0] in of_role("built"):
        return _of_built(chain)
    if kind in ("client", "database"):
        if method[:1].isupper() or method.startswith("_") or method in verbs["stateful"]:
            return "", False
        return _of_verb(method, verb) or ("inference" if verb in verbs["model"] else ""), False
    return "", False


def creates(method: str, holder: str = "") -> bool:
    """Whether a method makes something that stays, as `create_user` and `users.create` do, and `create_completion`
    doesn't; holder: the attributes that it is called on."""
    told = words(method)
    if told == ["create"]:
        told += words(holder.rpartition(".")[2])
        if not tables()["words"]["in_order"].isdisjoint(holder.split(".")):
            return True
    if told[:3] == ["get", "or", "create"]:
        return True
    return told[:1] == ["create"] and len(told) > 1 and not set(told) & tables()["words"]["answers"]


def sets_off(name: str) -> bool:
    """Whether the name of a callable says that it ends something, or sets it off."""
    return bool(tables()["words"]["effects"] & set(words(name)[:1]))


def changes_there(name: str) -> bool:
    """Whether the name of a callable says that it changes something that stays."""
    return bool(tables()["words"]["changing"] & set(words(name)[:1]))


def shapes(method: str) -> bool:
    """Whether a method adds something to a request or query that is to be sent: `add_filter`, `set_header`."""
    told = words(method)
    return told[:1] in (["add"], ["set"]) and len(told) > 1 and told[-1] in tables()["words"]["asked_by"]


def tells_of_itself(method: str) -> bool:
    """Whether a method gives what the object knows: its name, its settings, what it has used so far."""
    told = words(method)
    if "local" in told:
        return True
    known = tables()["words"]["own"]
    return told[:1] in (["get"], ["is"], ["has"]) and (told[-1] in known or "usage" in told)


def _of_verb(method: str, verb: str) -> WaitKind:
    """How a method of a client waits, by its first word; else by one that says that it asks."""
    verbs = tables()["verbs"]
    if words(method)[:2] == ["load", "table"]:  # of what is given into a store
        return "command"
    if verb in verbs["query"]:
        return "query"
    if verb in verbs["command"]:
        return "command"
    return "query" if not verbs["within"].isdisjoint(words(method)) else ""


@cache
def of_method_alone(method: str) -> WaitKind:
    """How a method waits that only one kind of client has, whatever holds it."""
    methods = tables()["methods"]
    return "inference" if method in methods["inference"] else "query" if method in methods["query"] else ""


def _of_built(chain: str) -> tuple[WaitKind, bool]:
    """How a request waits that is made by a chain of calls and sent by `execute`: by the last call that made it."""
    made, _, last = chain.rpartition(".")
    if last != "execute":
        return "", False
    told = words(made.rpartition(".")[2])
    return ("query" if tables()["verbs"]["query"] & set(told) else "command"), False


# Last words of names of classes of what asks, whatever else the name says: a graph of states, an index of documents.
ASKERS = frozenset({"client", "api", "agent", "graph", "chain", "llm", "engine", "retriever", "index", "crew"})


@cache
def is_client(dotted: str, annotated: bool) -> bool:
    """Whether objects of a class may be clients of a service; of one that only an annotation names, by its words."""
    parts = dotted.split(".")
    last = next((p for p in reversed(parts[1:]) if p[:1].isupper()), parts[-1])  # `Index.from_documents` makes one
    told = {*words(last), *(name for name in of_role("several_words") if name in last.lower())}
    kinds = tables()["classes"]
    if not ASKERS.isdisjoint(words(last)[-1:]) or _named_after_package(last, parts[0]) or makes_client(dotted):
        return True
    if annotated:
        return bool(told & kinds["client"]) and not told & kinds["data"]
    return not told & kinds["data"]


def makes_client(dotted: str) -> bool:
    """Whether a function of a package makes a client, as `redis.asyncio.from_url` does."""
    last = dotted.rpartition(".")[2]
    named = words(last)[-1:] == ["client"] or last in tables()["factories"]["named"]
    return named or dotted in tables()["factories"]["client"]


def _named_after_package(cls: str, package: str) -> bool:
    """Whether a class has the name of its package, as the main class of a client often has: `langfuse.Langfuse`."""
    return cls[:1].isupper() and cls.lower().removeprefix("async") == package.replace("_", "").lower()


def of_use(chain: str) -> WaitKind:
    """How a chain of attributes waits that only one kind of client has, whoever holds it."""
    uses = tables()["uses"]
    return "inference" if chain in uses["inference"] else "query" if chain in uses["query"] else ""


def of_last_use(dotted: str) -> WaitKind:
    """How a callable of a module waits that ends as one of such chains does."""
    ends = (of_use(dotted.split(".", at)[at]) for at in range(1, dotted.count(".")))
    return next((kind for kind in ends if kind), "")


def asks(address: str) -> bool:
    """Whether an address says that what is posted to it is a question."""
    lowered = address.lower()
    return any(word in lowered for word in tables()["words"]["asking"])


def harmless(dotted: str) -> bool:
    """Whether a package's callables are known to compute, or to be described in the knowledge files."""
    top = dotted.partition(".")[0]
    return top in sys.stdlib_module_names or top in _described() or top in tables()["local"]["packages"]


def of_module(dotted: str) -> bool:
    """Whether a name is of something that a module of the standard library holds, not of a part of an object."""
    return dotted.rpartition(".")[0] in sys.stdlib_module_names


@cache
def described(dotted: str) -> bool:
    """Whether a name is of a package that the tables or the knowledge files know: none of the program's own."""
    return bool(category(dotted)) or harmless(dotted)


@cache
def waits_by_import(dotted: str) -> bool:
    """Whether something of what is so imported may wait."""
    return bool(category(dotted)) or dotted in _names() or any(name.startswith(f"{dotted}.") for name in _names())


@cache
def _described() -> frozenset[str]:
    from ..knowledge.load import HERE

    return frozenset(path.stem for folder in ("stdlib", "libraries") for path in Path(HERE, folder).glob("*.toml"))
