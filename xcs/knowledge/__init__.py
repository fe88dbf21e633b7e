"""What is known of library callables: data files and their look-up."""

from collections.abc import Collection

from .facts import CallFacts, Effect, Memory, TypeFacts, When
from .index import compiled, computes, extends, load, lookup, own_of, type_facts
from .load import channels, clients_with_memory
from .model_validators import validators_of
from .pydantic_models import keeps_objects, plain_model, sets_alone, validated_model
from .requirements import MODELS, Requirement, requirement
from .seams import Seams

__all__ = [
    "MODELS", "CallFacts", "Effect", "Memory", "Requirement", "Seams", "TypeFacts", "When", "asks_model", "blocks",
    "clients_with_memory", "compiled", "computes",
    "endpoint", "extends", "keeps_objects", "lookup", "own_of", "plain_model", "preload", "requirement", "sets_alone",
    "type_facts", "validated_model", "validators_of",
]  # fmt: skip


def preload(modules: list[str]) -> None:
    """Reads the files of top-level packages, where there are any, and looks up what they name."""
    for name in modules:
        load(name.partition(".")[0])


def blocks(command: str, query: str) -> bool:
    """Whether a command on one channel may change the answer of a query on another (or of "inference")."""
    row = channels()["blocks"].get(command)
    return True if row is None else "*" in row or query in row


def endpoint(value: object) -> str:
    """The path of an inference endpoint that a text is the URL of, or the end of one; else nothing."""
    if type(value) is not str or "/" not in value:
        return ""
    url = value.partition("#")[0].partition("?")[0]
    _, host, beyond = url.partition("://")
    path = (f"/{beyond.partition('/')[2]}" if host else url).rstrip("/")
    return max((known for known in channels()["inference"]["paths"] if path.endswith(known)), key=len, default="")


def asks_model(path: str, entries: Collection[str] | None) -> bool:
    """Whether a POST to an inference endpoint's path asks a model and does nothing else.

    `entries`: the names in the JSON of the request; None: not known.
    """
    inference = channels()["inference"]
    needed = [frozenset(names.split("|")) for names in inference["paths"][path].split()]
    if not needed:
        return True
    given = frozenset(entries or ())
    return not any(map(given.isdisjoint, needed)) and given <= frozenset(inference["options"]["names"].split())
