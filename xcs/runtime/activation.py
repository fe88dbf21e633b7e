"""A region being executed, as its parts see it: its state, and the operations that `Region` brings together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accounts import Account
    from .nesting import Around
    from .recourse import Recourse
    from .site import Key, Site
    from .stats import Counters
    from .task import Task


class Activation:
    """What a region's parts ask of it; `Region` says what each is."""

    account: Account
    ahead: bool
    anchors: frozenset[int]
    around: Around
    asked: Task | None
    closed: bool
    counters: Counters
    counts: dict[int, int]
    on: dict[int, tuple[int, ...]]
    generator: Generator[None, None, None] | None
    looked: int
    opens: Mapping[int, tuple[Any, ...]]
    outstanding: int
    parked: deque[Any]
    places: dict[int, Site]
    recourse: Recourse
    slicing: float
    taken: int
    window: int
    won: float

    def allowed(self) -> float:
        """The seconds that the slice may compute now."""
        return self.counters.allowed(self.outstanding, self.account.slicing + self.slicing)

    def full(self) -> bool:
        raise NotImplementedError

    def slot(self, place: Site, key: Key, index: int) -> Task:
        raise NotImplementedError

    def begin(self, task: Task, place: Site, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        raise NotImplementedError

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        raise NotImplementedError

    def advance(self, loop: int, item: Any) -> Any:
        raise NotImplementedError

    def round(self, loop: int) -> bool:
        raise NotImplementedError

    def take(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        raise NotImplementedError

    def early(self, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
        raise NotImplementedError

    def variant(self, site: int, callee: Any) -> Callable[..., Any] | None:
        raise NotImplementedError

    def takes(self, site: int, callee: Any) -> Any:
        raise NotImplementedError

    def callback(self, site: int | None, loop: int, callee: Any, /, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        raise NotImplementedError

    def end_slice(self) -> None:
        raise NotImplementedError

    def leads(self) -> bool:
        raise NotImplementedError

    def outcome(
        self, task: Task, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any], gives_back: bool = False,
        data: bool = False,
    ) -> Callable[[], Any] | None:  # fmt: skip
        raise NotImplementedError

    def abandon(self, missed: int = 0) -> None:
        raise NotImplementedError

    def forked(self) -> None:
        raise NotImplementedError
