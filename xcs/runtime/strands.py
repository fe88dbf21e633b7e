"""Strands: parts of the slice that need results, suspended until these are there.

A strand may be a whole iteration of a loop: it goes through inner loops, branches and handlers as the program will, on
copies of what the iteration makes itself. An error that a call of it ends with is thrown into it, wrapped: the error is
the program's, which raises it; a slice never does, as that would leave traces in it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from ..peek import is_a, is_class, mro_of
from .exchange import own
from .interrupts import from_signal
from .iterators import SEQUENCES
from .pending import Over
from .task import DONE, Task, Then

if TYPE_CHECKING:
    from .activation import Activation
    from .site import Key, Site

MOST_ROUNDS: Final = 10_000  # of `while` loops without a call that is waited for, at most


Keys = dict[object, set[object]]  # for which slices have asked tables, by who asks


def asked_before(keys: Keys, table: object, key: object) -> bool:
    """Whether a table has been asked for the key before; from now on it has."""
    asked = keys.setdefault(table, set())
    if key in asked:
        return True
    asked.add(key)
    return False


class Failed(Exception):
    """What a strand waited for ended with an error of the program's."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Strand:
    """A part of the slice that needs results: resumed by whoever finishes the call it waits for.

    It does not keep its region alive, nor does it need to: who drives it has it.
    """

    __slots__ = ("answered", "counts", "generator", "keys", "region", "rounds", "seen", "then")

    def __init__(
        self, region: ref[Activation], counts: dict[int, int], answered: bool = False, keys: Keys | None = None
    ) -> None:
        self.region, self.counts, self.answered = region, counts, answered  # answered: who began it had an answer
        self.keys: Keys = {} if keys is None else keys
        self.seen: dict[int, tuple[Key, int]] = {}  # by site: the iteration, and so many instances of it
        self.rounds = 0
        self.generator: Generator[Task | None, Any, None]
        self.then: Then | None = None  # the call whose result it got last, as it was started

    # -- what slices call

    def enter(self, loop: int) -> None:
        self.counts[loop] = 0

    def step(self, loop: int) -> None:
        self.counts[loop] += 1

    def so_far(self, loop: int) -> int:
        """How far a loop is counted on in the rounds of a `while` loop."""
        return self.counts[loop]

    def since(self, count: int, loop: int) -> None:
        """Goes through a loop again from there."""
        self.counts[loop] = count

    def round(self) -> None:
        """Another iteration of a `while` loop; the slice may not have what would end it."""
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise Over

    def start(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> None:
        self.call(site, callee, *args, **kwargs)

    def call(self, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Task:
        """Starts a call whose result is needed next."""
        region = self.region()
        assert region is not None
        place = region.places[site]
        task = self.slot(region, place)
        task.later = self.answered or self.then is not None
        region.begin(task, place, callee, args, kwargs)
        return task

    def strand(self, function: Callable[..., Generator[Task | None, Any, None]], /, *values: Any) -> None:
        """Begins another one, for an iteration of a loop in this one's."""
        strand = Strand(self.region, dict(self.counts), self.answered or self.then is not None)
        strand.generator = function(strand, *values)
        strand.resume(None)

    @staticmethod
    def again(iterable: Iterable[Any]) -> Iterable[Any]:
        """What can be gone through twice."""
        return iterable if type(iterable) in SEQUENCES else list(iterable)

    def asked(self, table: int, strand: str, key: object) -> bool:
        """Whether a strand of this name, begun before, has asked a table for the key."""
        return asked_before(self.keys, (table, strand), key)

    def result(self, site: int) -> Task:
        region = self.region()
        assert region is not None
        return self.slot(region, region.places[site])

    def own(self, value: Any, /, *args: Any, **kwargs: Any) -> Any:
        """The result that it got last; where that is an argument as it was started, its own."""
        return value if self.then is None else own(value, self.then, args, kwargs)

    @staticmethod
    def error(caught: Exception) -> BaseException:
        """What the program would have caught."""
        if type(caught) is Failed:
            return caught.error
        if from_signal(caught):  # of a signal handler that interrupted the slice: for the program
            raise caught
        return caught

    @staticmethod
    def catches(error: BaseException, wanted: Any) -> bool:
        """Whether an `except` block is for an error; no code of a metaclass runs."""
        wanted = wanted if type(wanted) is tuple else (wanted,)
        if not all(map(is_class, wanted)):
            raise Over  # Python raises a TypeError
        return any(each is base for each in wanted for base in mro_of(type(error)))

    @staticmethod
    def raised(error: Any) -> Failed:
        """What to raise where the program raises `error`."""
        if not is_a(error, BaseException):
            raise Over
        return Failed(error)

    # -- what the runtime calls

    def slot(self, region: Activation, place: Site) -> Task:
        key = place.at(self.counts)
        before, index = self.seen.get(place.number, (key, 0))
        index = index if before == key else 0
        self.seen[place.number] = key, index + 1
        return region.slot(place, key, index)

    def resume(self, value: Any, error: BaseException | None = None, goes_on: bool = True) -> None:
        """Goes on with what it waited for, a result or an error, up to the next one, the end, or a full window."""
        region = self.region()
        try:
            if region is None or region.closed or not goes_on or not region.around.wanted():
                self.generator.close()
                return
            run = region.around.context.copy().run  # the slice sees what the program does, in whatever thread
            while True:
                if error is None:
                    task = run(self.generator.send, value)
                elif issubclass(type(error), Exception):
                    task = run(self.generator.throw, Failed(error))
                else:
                    self.generator.close()
                    return
                value = error = None
                if task is None:
                    if region.full():
                        region.parked.append(self)
                        return
                    continue
                self.rounds = 0
                with task.lock:  # the program may take the answer just now, and then it is not there any more
                    if task.goes_on():
                        if task.waiters is None:
                            task.waiters = []
                        task.waiters.append(self)
                        return
                    there = task.state is DONE and not task.rejected
                    value, error, self.then = task.value, task.error, task.then
                if not there:
                    self.generator.close()
                    return
        except BaseException as end:  # at its end, or it failed: the program will fail by itself, in its place
            if from_signal(end):
                raise
