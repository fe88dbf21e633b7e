"""What is known of library callables: data files and their look-up."""

from urllib.parse import urlsplit

from .index import compiled, extends, load, lookup, own_of, type_facts
from .load import channels
from .model import CallFacts, Effect, TypeFacts, When
from .models import plain_model
from .requirements import Requirement, requirement
from .seams import Seams

__all__ = [
    "CallFacts", "Effect", "Requirement", "Seams", "TypeFacts", "When", "blocks", "compiled", "extends",
    "is_endpoint", "lookup", "own_of", "plain_model", "preload", "requirement",
    "type_facts",
]  # fmt: skip


def preload(modules: list[str]) -> None:
    """Reads the files of top-level packages, where there are any, and looks up what they name."""
    for name in modules:
        load(name.partition(".")[0])


def blocks(command: str, query: str) -> bool:
    """Whether a command on one channel may change what a query on another (or "inference") gives."""
    row = channels()["blocks"].get(command)
    return True if row is None else "*" in row or query in row


def is_endpoint(value: object) -> bool:
    """Whether a value is the text of a URL, or the end of one, that is known as an inference endpoint."""
    if type(value) is not str or "/" not in value:
        return False
    try:
        path = urlsplit(value).path.rstrip("/")
    except ValueError:  # no URL
        return False
    return path.endswith(tuple(channels()["inference"]["paths"]))
