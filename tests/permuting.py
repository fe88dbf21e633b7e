"""Orders in which started calls run: real threads, or one after another as an order says."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Literal

Order = Literal["threads"]
ORDERS: tuple[Order, ...] = ("threads",)


@contextlib.contextmanager
def permuted(order: Order) -> Iterator[None]:
    yield
