"""How many threads a printed executor gets, and why, where what is known of a client says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..knowledge.stated import kept_connections
from ..plan.plan import SitePlan

WORKERS = 32
WHY = "  # threads that mostly wait"


@dataclass(frozen=True, slots=True)
class Threads:
    count: int
    why: str = ""  # a comment to follow

    def made(self, pool: str, name: str) -> str:
        """`executor = ThreadPoolExecutor(max_workers=32)`"""
        return f"{name} = {pool}(max_workers={self.count}){self.why}"

    def opened(self, pool: str, name: str) -> str:
        """`with ThreadPoolExecutor(max_workers=32) as executor:`"""
        return f"with {pool}(max_workers={self.count}) as {name}:{self.why}"


def threads(sites: Iterable[SitePlan], wanted: int = WORKERS) -> Threads:
    """As many as are wanted, and no more than a client does with."""
    clients = [client for site in sites for client in site.clients]
    kept = [count for client in clients if (count := kept_connections(client)) is not None]
    limits = [site.limit for site in sites if site.limit is not None]
    least = min([wanted, *kept, *limits])
    if least == wanted:
        return Threads(wanted)
    why = "connections that a session keeps" if least in kept else "connections that the client makes"
    return Threads(least, f"  # {why}")


def explained(text: str, pool: str, width: int) -> str:
    """A text with a comment at the first executor that has more threads than there are processors."""
    for line in re.finditer(rf"^.*\b{pool}\(max_workers=(\d+)\)( as \w+:)?(?=\r?$)", text, re.MULTILINE):
        if int(line[1]) >= WORKERS:
            fits = len(line[0] + WHY) <= width
            return f"{text[: line.end()]}{WHY}{text[line.end() :]}" if fits else text
    return text


__all__ = ["WORKERS", "Threads", "explained", "threads"]
