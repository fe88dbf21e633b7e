"""What is known of library callables: data files and their look-up."""

from urllib.parse import urlsplit

from .index import compiled, extends, lookup, own_of, type_facts
from .load import channels, library
from .model import CallFacts, Effect, TypeFacts, When
from .models import plain_model
from .requirements import Requirement, requirement
from .seams import Seams

__all__ = [
    "CallFacts", "Effect", "Requirement", "Seams", "TypeFacts", "When", "blocks", "compiled", "extends",
    "inference_url", "lookup", "own_of", "plain_model", "preload", "requirement",
    "type_facts",
]  # fmt: skip


def preload(modules: list[str]) -> None:
    """Reads the files of top-level packages, where there are any."""
    for name in modules:
        library(name.partition(".")[0])


def blocks(command: str, query: str) -> bool:
    """Whether a command on one channel may change what a query on another (or "inference") gives."""
    row = channels()["blocks"].get(command)
    return True if row is None else "*" in row or query in row


def inference_url(url: str) -> bool:
    """Whether a URL is known as an inference endpoint."""
    path = urlsplit(url).path.rstrip("/")
    return path.endswith(tuple(channels()["inference"]["paths"]))
