"""What deciding may cost: a little in advance, more from what a region was seen to wait, and little for nothing.

    may anything wait?   no        it stays as it is written
                         yes       it is decided at once, with FIRST seconds, while the process has such to give
                         unknown   its entries are timed; it is decided when it was seen to wait

A decision that came to no end is made again, with more, when what the region waits is worth that.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident

from ..bound import perf_counter, process_time, system, thread_time
from ..records import dataclass
from ..runtime.accounts import Total, total
from .look import UNKNOWN

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # not on every system
    getrusage = None  # type: ignore[assignment]

FIRST = 0.04  # seconds of the processor that a decision may take before anything was seen to wait
ADVANCE = 0.01  # seconds that a process gives for looks at functions before they are called
FREE, SHARE = 0.05, 0.01  # seconds, and the share of its time, that a process gives for decisions that bring nothing
EARNED = 0.05  # the share of what its early calls have saved that it gives with that
EMITTED = 0.02  # seconds that it gives, with that share, for code that is emitted when functions are decorated
PAID = 0.5  # the share of what a region was seen to wait that may be spent on deciding it
OTHERS = 0.1  # the share of what the function's regions have saved that may be spent on one of them
MOST = 0.5  # seconds that one decision may take, whatever is to be gained
AT_ONCE = 0.1  # seconds that one may take where the function has saved nothing
ELSEWHERE = 0.1  # seconds that one may take where what waited may have been outside of the region
HANDED = 0.1  # seconds, with that share, that it gives for code that is emitted where something that waits is near
VAIN = 0.15  # seconds, with that share, that a process gives for decisions of what waited that brought nothing
WAITED = 0.002  # seconds of waiting that are worth a decision (where nothing is known as many as that may take),
RATE = 0.05  # if they are this share of the time: no more is to be gained
IDLE = 2.0  # of a process that has gained nothing yet the time counts up to so many times the processor's
NOTICED = WAITED / 20  # seconds without the processor that are asked about
TURN = 0.02  # seconds after which a thread has the processor again that was taken away, where the system does not say
STEP = 25e-6  # seconds that an instruction takes to interpret, about
# Times which it may take: the count of instructions is what bounds a decision. The processor's time is a far bound, as
# a first decision reads what is known of libraries, and a busy machine is slower by several times.
NOISE = 10


def switches() -> tuple[int, int]:
    """How often this thread has given up the processor by itself, and how often it was taken away, if the system says.

    The former is a wait, the latter a busy machine.
    """
    if getrusage is None:
        return id(object()), 0
    used = getrusage(RUSAGE_THREAD)
    return used.ru_nvcsw, used.ru_nivcsw


def queued() -> float | None:
    """Seconds that this thread has been ready to run and waited for a processor, where the system says.

    Source: the kernel's documentation, scheduler/sched-stats: the second number of `/proc/<pid>/schedstat`.
    """
    try:
        file = system.open("/proc/thread-self/schedstat", system.O_RDONLY)
        try:
            return int(system.read(file, 64).split()[1]) * 1e-9
        finally:
            system.close(file)
    except (OSError, ValueError, IndexError, AttributeError):  # nothing of the kind on this system
        return None


class Effort:
    """What the decisions of a process have taken for nothing. `clock`: the thread's own; `wall`: everybody's; `used`:
    the process's own.

    wasted: by those that were made in advance, and by looks and code that is emitted for them; waited: by those of
    regions that had waited, of which no more is known; vain: by those of all regions that had waited; advance: by looks
    before a function is called; emitting: by code that is emitted when functions are decorated; handing: by code that
    is emitted at calls, where something that waits is near. total: what early calls have saved; longest: the wait of
    the region that has waited most.
    """

    def __init__(
        self, clock: Callable[[], float] = thread_time, wall: Callable[[], float] = perf_counter,
        total: Total = total, used: Callable[[], float] = process_time,
    ) -> None:  # fmt: skip
        self.clock, self.wall, self.total, self.used = clock, wall, total, used
        self.begun, self.longest = wall(), 0.0
        self.wasted = self.waited = self.vain = self.advance = self.emitting = self.handing = 0.0

    def left(self) -> float:
        """The seconds that may still be wasted."""
        return self.given() - self.wasted

    def emits(self) -> bool:
        """Whether code may still be emitted when a function is decorated."""
        return self.emitting < EMITTED + self.share()

    def emits_near(self, taken: float) -> bool:
        """The same where something that waits is near; `taken`: so far."""
        return taken < HANDED + self.share()

    def looked(self, seconds: float) -> None:
        """Notes a look at a region, which is paid in advance, or from what waited."""
        if self.left() > 0:
            self.wasted += seconds
        else:
            self.vain += seconds

    def given(self) -> float:
        return FREE + self.share()

    def patience(self) -> float:
        """The seconds that may still be spent on regions that wait, in a function that has saved nothing."""
        return min(VAIN, PAID * self.longest) + self.share() - self.vain

    def share(self) -> float:
        """The hundredth of its time that a process gives; where nothing was gained, neither a busy machine nor a wait
        makes much more of that."""
        passed = self.wall() - self.begun
        if self.total.saved <= 0.0:
            return SHARE * min(passed, IDLE * self.used())
        return SHARE * passed + EARNED * self.total.saved


effort = Effort()


@dataclass(slots=True)
class Case:
    """What is known of a region before it is decided, and what deciding it has taken.

    waited: seconds between entries in which the thread gave up the processor; ran: in which it had it; given: seconds
    of a decision that came to no end; gave, taken: see `switches`; late: what `queued` said when it was last asked.
    """

    answer: str = ""
    why: str = ""
    fixed: bool = False  # the answer would be the same with any other objects
    entries: int = 0
    waited: float = 0.0
    ran: float = 0.0
    spent: float = 0.0
    given: float = 0.0
    thread: int = 0
    gave: int = -1
    taken: int = 0
    late: float | None = None
    wall: float = 0.0
    cpu: float = 0.0

    def entered(self) -> None:
        """An entry that is not decided: the time until the next one is looked at there.

        What a busy machine makes the thread wait for is no wait of the program's.
        """
        now, cpu, thread = effort.wall(), effort.clock(), get_ident()
        gave, taken = switches()
        if thread != self.thread:
            self.late = queued()
        elif gave != self.gave and (idle := (now - self.wall) - (cpu - self.cpu)) >= NOTICED:
            before, self.late = self.late, queued()
            known = before is not None and self.late is not None
            busy = self.late - before if known else TURN * (taken - self.taken)  # type: ignore[operator]
            self.waited += max(0.0, idle - busy)
        self.ran += cpu - self.cpu if thread == self.thread else 0.0
        self.thread, self.wall, self.cpu, self.gave, self.taken = thread, now, cpu, gave, taken

    def waits(self) -> bool:
        """Whether it was seen to wait, for long enough that a decision is worth it."""
        return self.waited >= (FIRST if self.answer == UNKNOWN else WAITED) and self.waited >= RATE * self.ran

    def allowed(self, saved: float, again: bool = False) -> float:
        """The seconds that a decision may take now. `saved`: by the function's regions, so far; `again`: one with these
        objects came to no end."""
        if self.answer == UNKNOWN and not self.waits():
            return 0.0
        effort.longest = max(effort.longest, self.waited)
        advance = FIRST if not again and effort.left() > 0 else 0.0
        paid = min(MOST, max(PAID * self.waited, OTHERS * saved) - self.spent)
        if self.answer == UNKNOWN and not saved:
            # What waited may have been elsewhere, and is seen by every region around it: it is not paid for in each.
            paid = min(paid, effort.given() - effort.waited, ELSEWHERE)
            paid = paid if paid >= FIRST else 0.0  # with less it would come to no end
        elif not saved:
            paid = min(paid, AT_ONCE, max(0.0, effort.patience()))
        seconds = max(advance, paid)
        return seconds if seconds >= (2 * self.given if again else STEP) else 0.0
