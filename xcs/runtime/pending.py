"""Values that are not there yet, as slices hand them on without looking at them.

    results = {}
    for name, wanted in plan:
        given = [results[w] for w in wanted]      # what earlier calls are still to give
        results[name] = tool(*given)              # starts when all of it is there

The slice goes on meanwhile; only where a value decides what is done next does it wait.
"""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from gc import get_referents
from operator import is_
from sys import getrefcount
from threading import Lock
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any, Final

from ..peek import CONTAINERS, IMMUTABLE, Kinds, class_lookup, is_class, name_of, variables_of
from .interrupts import from_signal
from .task import DONE, DROPPED, NEW, Then, Waiter

if TYPE_CHECKING:
    from .activation import Activation

MOST_PARTS: Final = 20_000  # of containers that are looked through for what is not there yet
MOST_COPIED: Final = 1_000  # of the containers at entry that a slice has copies of
DEEPEST: Final = 50
HOLDERS: Final = Kinds((list, deque, tuple, dict))
ALONE: Final = 3  # references: of the container, of the variable that goes through it, and of the question
OTHERS: Final = Kinds((OrderedDict, Counter, defaultdict))
VIEWS: Final = Kinds((type({}.values()), type({}.items())))
_CONTAINERS: Final[tuple[Any, ...]] = ((), [], deque(), {}.values(), {}.items())
HIDING: Final = Kinds((
    type({}.values()), type({}.items()), zip, enumerate, map, filter, reversed,
    *(type(iter(one)) for one in _CONTAINERS), *(type(reversed(one)) for one in _CONTAINERS),
    *(one for one in variables_of(itertools).values() if is_class(one)),
))  # fmt: skip


class Over(Exception):
    """Ends a slice: what it would need now is not known."""


def _looked_at(*_: Any, **__: Any) -> Any:
    """A slice has taken it for its value."""
    raise Over


class Pending:
    """A value that is not there yet; what waits for it is told of it as of a call's result."""

    __slots__ = ("error", "lock", "rejected", "state", "then", "value", "waiters")
    __hash__ = __repr__ = _looked_at
    __getattr__ = __getitem__ = __setitem__ = __call__ = __iter__ = __next__ = _looked_at
    __len__ = __bool__ = __contains__ = __eq__ = __ne__ = __lt__ = _looked_at
    __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = _looked_at
    __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __mod__ = _looked_at
    __rmod__ = __and__ = __or__ = __ror__ = __neg__ = __index__ = _looked_at
    __int__ = __float__ = __str__ = __format__ = __enter__ = __exit__ = _looked_at
    __iadd__ = _looked_at  # fmt: skip

    def __init__(self) -> None:
        self.lock = Lock()
        self.state = NEW
        self.waiters: list[Waiter] | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.then: Then | None = None
        self.rejected = False

    def goes_on(self) -> bool:
        return self.state is NEW

    def there(self) -> bool:
        """Whether it is a value by now."""
        return self.state is DONE and self.error is None

    def resume(self, value: Any, error: BaseException | None = None, goes_on: bool = True) -> None:
        """Gets its value, or the error of what it should have come from."""
        todo: deque[tuple[Pending, Any, BaseException | None, bool]] = deque([(self, value, error, goes_on)])
        while todo:  # not by recursion: what rests on it may be a long chain
            pending, value, error, goes_on = todo.popleft()
            for waiter in pending.settled(value, error, goes_on):
                if isinstance(waiter, Later):
                    if waiter.counts(pending):
                        todo.append((waiter, *waiter.computed()))
                else:
                    waiter.then = pending.then
                    waiter.resume(value, error, pending.state is DONE)

    def settled(self, value: Any, error: BaseException | None, goes_on: bool) -> Iterable[Any]:
        """Who has waited for it."""
        with self.lock:
            if self.state is not NEW:
                return ()
            self.value, self.error = value, error
            self.state = DONE if goes_on else DROPPED
            waiters, self.waiters = self.waiters, None
        return waiters or ()

    def wakes(self, waiter: Any) -> bool:
        """Notes who waits for it; false if it is settled."""
        with self.lock:
            if self.state is not NEW:
                return False
            if self.waiters is None:
                self.waiters = []
            self.waiters.append(waiter)
        return True


class Later(Pending):
    """What is computed once all that it needs is there."""

    __slots__ = ("args", "function", "kwargs", "left", "region")

    def __init__(
        self, region: Callable[[], Activation | None], function: Callable[..., Any], args: tuple[Any, ...],
        kwargs: dict[str, Any], needed: Iterable[Pending],
    ) -> None:  # fmt: skip
        super().__init__()
        self.region, self.function, self.args, self.kwargs = region, function, args, kwargs
        waited = list(needed)
        self.left = len(waited) + 1
        for pending in waited:
            if not pending.wakes(self):
                self.counts(pending)
        if self.counts(self):
            self.resume(*self.computed())

    def counts(self, pending: Pending) -> bool:
        """One of what it needs is settled; whether that was the last."""
        with self.lock:
            self.left -= 1
            return self.left == 0

    def computed(self) -> tuple[Any, BaseException | None, bool]:
        """As it is settled: with a value, or not at all, as where the program will find an error."""
        function, args, kwargs, region = self.function, self.args, self.kwargs, self.region()
        self.args, self.kwargs = (), {}
        try:
            if region is None or region.closed or not region.around.wanted():
                return None, None, False
            args, kwargs = arguments_of(args, kwargs)
            return region.around.context.copy().run(function, *args, **kwargs), None, True
        except BaseException as error:
            if from_signal(error):
                raise
            return None, None, False


def found_in(values: Iterable[Any]) -> list[Pending]:
    """What is not there yet of values, and of what built-in containers among them hold.

    Raises:
        Over: they hold too much to be looked through.
    """
    found: list[Pending] = []
    todo, room = [values], MOST_PARTS
    seen: set[int] = set()
    while todo:
        for value in todo.pop():
            kind = type(value)
            if issubclass(kind, Pending):
                found.append(value)
            elif kind in HOLDERS and id(value) not in seen:
                seen.add(id(value))
                room -= len(value)
                if room < 0:
                    raise Over
                todo.append(value.values() if kind is dict else value)
            elif kind is BuiltinMethodType and type(value.__self__) in HOLDERS:
                todo.append((value.__self__,))
            elif (kind in OTHERS and any(map(pends, dict.values(value)))) or (kind in HIDING and _hides(value)):
                raise Over
    return found


def _hides(value: object, depth: int = 3) -> bool:
    """Whether a view or an iterator goes on to give something that is not there yet."""
    held = value if type(value) in VIEWS else get_referents(value)
    for part in held:  # type: ignore[attr-defined]
        if pends(part) or (type(part) in HOLDERS and found_in((part,))):
            return True
        if depth and type(part) in HIDING and _hides(part, depth - 1):
            return True
    return False


def pends(value: object) -> bool:
    """Whether a value is one that is not there yet; no code of the program runs."""
    return issubclass(type(value), Pending)


def arguments_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call with all that has come since; what is there twice is one."""
    made: dict[int, Any] = {}
    return tuple([filled(a, made) for a in args]), {name: filled(a, made) for name, a in kwargs.items()}


def filled(value: Any, made: dict[int, Any] | None = None, depth: int = 0) -> Any:
    """The value with all that has come since; a container that held such is made anew, all others stay what they are.

    made: what containers have become, by identity.

    Raises:
        Over: something has not come.
    """
    kind = type(value)
    if issubclass(kind, Pending):
        if not value.there():
            raise Over
        return value.value
    if kind is BuiltinMethodType:
        return of_other(value, filled(value.__self__, made, depth))
    if kind not in HOLDERS:
        return value
    made = {} if made is None else made
    if id(value) in made:
        return made[id(value)]
    if depth > DEEPEST:
        raise Over
    after = [filled(v, made, depth + 1) for v in (value.values() if kind is dict else value)]
    new: Any = value
    if any(a is not b for a, b in zip(after, value.values() if kind is dict else value, strict=True)):
        if kind is dict:
            new = dict(zip(value, after, strict=True))
        else:
            new = tuple(after) if kind is tuple else after if kind is list else deque(after, value.maxlen)
    made[id(value)] = new
    return new


def of_other(method: Any, container: Any) -> Any:
    """A method of a built-in container as that of another one of its type; every other function as it is."""
    own = method.__self__
    if container is own:
        return method
    found: Any = class_lookup(type(own), name_of(method))
    return found.__get__(container)


def fill(value: Any, depth: int = 0) -> Any:
    """The same in place: of containers that are the slice's own."""
    kind = type(value)
    if issubclass(kind, Pending):
        return filled(value)
    if kind is BuiltinMethodType:
        fill(value.__self__, depth)
    if kind in HOLDERS:
        if depth > DEEPEST:
            raise Over
        if kind is tuple:
            parts = [fill(held, depth + 1) for held in value]
            return value if all(map(is_, parts, value)) else tuple(parts)
        for key, held in list(value.items() if kind is dict else enumerate(value)):
            after = fill(held, depth + 1)
            if after is not held:
                value[key] = after
    return value


def copied_in(value: Any, depth: int) -> Any:
    """What a slice has in place of a variable's value at entry: containers of its own, so many levels of them.

    A value that never comes, where there is too much, or something else than such containers; or where others have
    the containers in it, too.
    """
    try:
        if not _exact(value, depth) or not alone(value, depth):
            return Pending()
        return _copied(value, depth, {}, [MOST_COPIED], True)
    except (Over, RuntimeError):
        return Pending()


def alone(value: Any, depth: int, room: list[int] | None = None) -> bool:
    """Whether nobody else has the containers in a container, so many levels of them; false where there are too many."""
    if depth < 2 or type(value) not in HOLDERS:
        return True
    room = [MOST_COPIED] if room is None else room
    room[0] -= len(value)
    if room[0] < 0:
        return False
    for held in value.values() if type(value) is dict else value:
        if type(held) in CONTAINERS and (getrefcount(held) > ALONE or not alone(held, depth - 1, room)):
            return False
    return True


def _exact(value: Any, depth: int) -> bool:
    """Whether so many levels of a value are built-in containers, and data that never changes."""
    if depth <= 0 or type(value) in IMMUTABLE:
        return True
    if type(value) not in HOLDERS and type(value) is not set:
        return False
    if len(value) > MOST_COPIED:
        raise Over
    return depth < 2 or all(_exact(v, depth - 1) for v in (value.values() if type(value) is dict else value))


Made = dict[int, tuple[Any, int]]  # copies of containers by identity, with how many levels of each are


def copied(value: Any, depth: int, made: Made | None = None) -> Any:
    """A container with the containers in it, so many levels of them, made anew; one that is there twice is once, also
    in several for which `made` is one.

    Raises:
        Over: it is too large, or a copy of a set in it goes through the elements in another order.
    """
    return _copied(value, depth, {} if made is None else made, [MOST_PARTS], False)


def _copied(value: Any, depth: int, made: Made, room: list[int], looked_up: bool) -> Any:
    """looked_up: nobody goes through its sets."""
    kind = type(value)
    if kind is BuiltinMethodType and type(value.__self__) in HOLDERS:
        return of_other(value, _copied(value.__self__, depth, made, room, looked_up))
    if depth <= 0 or (kind not in HOLDERS and kind is not set):
        return value
    new, levels = made.get(id(value), (None, 0))
    if levels >= depth:
        return new
    room[0] -= len(value)
    if room[0] < 0:
        raise Over
    if kind is tuple:
        return tuple([_copied(held, depth - 1, made, room, looked_up) for held in value])
    if new is None:
        new = deque(maxlen=value.maxlen) if kind is deque else kind()
    made[id(value)] = new, depth
    if kind is dict:
        for key, held in value.items():
            new[key] = _copied(held, depth - 1, made, room, looked_up)
    elif kind is set:
        new |= value
        if not looked_up and not all(map(is_, new, value)):
            raise Over
    else:
        parts = [_copied(held, depth - 1, made, room, looked_up) for held in value]
        new.clear()  # it may have been copied with fewer levels
        new.extend(parts)
    return new
