"""Strands that do not wait for a result before something rests on what it is: they hand it on as a `Pending`.

A call whose arguments, or parts of them, are still to come starts when they are there; what is computed from them is
computed then. So calls that need each other through lists and dictionaries run as their data allow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from functools import partial
from threading import local
from typing import TYPE_CHECKING, Any, Final

from ..peek import IMMUTABLE, Kinds, is_class
from .exchange import own
from .interrupts import from_signal
from .pending import HOLDERS, Later, Made, Over, Pending, copied, fill, found_in, pends
from .strands import Keys, Strand

if TYPE_CHECKING:
    from .begun import Begun
    from .task import Task, Then

ATOMS: Final = Kinds(IMMUTABLE)


class Result(Pending):
    """The result of a call that starts early."""

    __slots__ = ("args", "kwargs")

    def __init__(self, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.args, self.kwargs = args, kwargs  # of a call that may give one of them back

    def settled(self, value: Any, error: BaseException | None, goes_on: bool) -> Iterable[Any]:
        if self.kwargs is not None and error is None and self.then is not None:
            try:
                value = given_back(value, self.then, self.args, self.kwargs)
            except Exception as end:  # what it is can't be told: what rests on it is the program's to do
                if from_signal(end):
                    raise
                goes_on = False
        return super().settled(value, error, goes_on)


def given_back(value: Any, then: Then, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The slice's own argument, where that is what a call gave as it was started."""
    found = own(value, then, args, kwargs)
    return value if pends(found) else found


class Flow(Strand):
    """A strand that goes on while what it has started is under way."""

    __slots__ = ("begun",)

    def __init__(
        self, region: Any, counts: dict[int, int], begun: Begun | None = None, keys: Keys | None = None
    ) -> None:  # fmt: skip
        super().__init__(region, counts, keys=keys)
        self.begun = begun

    def items(self, loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
        """What there is of the outermost loop: what the program has still to come to."""
        from .begun import still

        return still(self.begun, loop, iterable)

    def launch(self, site: int, gives_back: bool, callee: Any, /, *args: Any, **kwargs: Any) -> Pending:
        """Starts a call as soon as its arguments are there; what it is to give."""
        region = self.region()
        assert region is not None
        place = region.places[site]
        task = self.slot(region, place)
        result = promised(task, args if gives_back else (), kwargs if gives_back else None)
        needed = found_in((callee, args, kwargs))
        task.later = bool(needed) or self.then is not None
        if needed:
            Start(self.region, partial(region_begins, self.region, task, place), (callee, args, kwargs), needed, task)
        else:
            region.begin(task, place, callee, args, kwargs)
        return result

    def promise(self, site: int) -> Pending:
        """What a call of another strand is to give."""
        region = self.region()
        assert region is not None
        return promised(self.slot(region, region.places[site]))

    @staticmethod
    def copied(value: Any, depth: int, made: Made | None = None) -> Any:
        """What the slice goes on to change, as it is now."""
        return copied(value, depth, made)

    @staticmethod
    def holds(*values: Any) -> bool:
        """Whether something is still to come, also in containers."""
        return bool(found_in(values))

    @staticmethod
    def keeps(container: Any) -> bool:
        """Whether what is still to come may stand in a container."""
        return type(container) in HOLDERS

    def whole(self, value: Any) -> Generator[Pending, Any, Any]:
        """The value with all that is in it, once it is there."""
        while found := found_in((value,)):
            for pending in found:
                _ = yield pending
            value = fill(value)
        return value

    def later(self, function: Callable[..., Any], /, *args: Any) -> Generator[Pending, Any, Any]:
        """The result of an operator for operands of which some are still to come: computed then, if nothing else can
        change meanwhile."""
        if all(map(lasting, args)):
            return Later(self.region, function, args, {}, list(filter(pends, args)))
        return (yield from self.waited(function, *args))

    @staticmethod
    def waited(function: Callable[..., Any], /, *args: Any) -> Generator[Pending, Any, Any]:
        """The result of an operator, once its operands are there."""
        given = []
        for value in args:
            given.append((yield value) if pends(value) else value)
        return function(*given)

    def whole_later(
        self, apart: bool, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Generator[Pending, Any, Any]:
        """The same of what looks into containers; `apart`: what it gives is no part of what it is given, which it does
        not change."""
        values = (function, *args, *kwargs.values())
        if apart or all(map(lasting, values)):
            made: Made = {}
            taken = tuple([copied(a, 50, made) for a in args])
            named = {name: copied(a, 50, made) for name, a in kwargs.items()}
            function = copied(function, 50, made)
            needed = found_in((function, taken, named))
            if needed:
                return Later(self.region, called, (function, *taken), named, needed)
        for pending in found_in(values):
            _ = yield pending
        return fill(function)(*[fill(a) for a in args], **{name: fill(a) for name, a in kwargs.items()})

    def parts(self, value: Any, count: int) -> list[Any]:
        """What a value that is still to come is unpacked to."""
        unpacked = Later(self.region, partial(unpack, count), (value,), {}, [value])
        return [Later(self.region, getitem, (unpacked, n), {}, [unpacked]) for n in range(count)]


class Start(Later):
    """A call that starts once its arguments are there."""

    __slots__ = ("task",)

    def __init__(
        self, region: Any, function: Callable[..., Any], args: tuple[Any, ...], needed: list[Pending], task: Task
    ) -> None:
        self.task = task
        super().__init__(region, function, args, {}, needed)

    def computed(self) -> tuple[Any, BaseException | None, bool]:
        ended = super().computed()
        if not ended[2]:
            drop(self.task)
        return ended


class _Dropping(local):
    """The calls that this thread is dropping: what waits for one comes behind it, as it may be a long chain."""

    tasks: deque[Task] | None = None


_dropping = _Dropping()


def drop(task: Task) -> None:
    """Drops a call, and those that wait for it, not by recursion."""
    if _dropping.tasks is not None:
        _dropping.tasks.append(task)
        return
    todo = _dropping.tasks = deque((task,))
    try:
        while todo:
            todo.popleft().drop()
    finally:
        _dropping.tasks = None


def region_begins(
    region: Any, task: Task, place: Any, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    region().begin(task, place, callee, args, kwargs)


def promised(task: Task, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Pending:
    """What a call is to give, as it is handed on."""
    result = Result(args, kwargs)
    with task.lock:
        if task.goes_on():
            if task.waiters is None:
                task.waiters = []
            task.waiters.append(result)
            return result
    done = task.state == "done" and not task.rejected
    result.then = task.then
    result.resume(task.value, task.error, done)
    return result


def called(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def getitem(values: Any, index: int) -> Any:
    return values[index]


def unpack(count: int, value: Any) -> list[Any]:
    """So many parts of a value, or what Python says to that."""
    values = [*value]
    if len(values) != count:
        raise Over
    return values


def lasting(value: Any) -> bool:
    """Whether nobody can change a value meanwhile, as far as it is there."""
    kind = type(value)
    if kind is slice:
        return lasting(value.start) and lasting(value.stop) and lasting(value.step)
    return issubclass(kind, Pending) or kind in ATOMS or is_class(value)
