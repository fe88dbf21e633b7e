"""When early calls of a client that remembers may go out.

A client that has had no answer makes its first call in place: that is where sessions begin. Where an early call turns
out to have gone without a cookie that it would have carried, calls to that host are made in place until an answer has
left the jar as it was; after each further disappointment, until twice as many have. An answer that changes what is
carried says so as soon as it is there: what waits for a slot then goes on waiting. A host that has disappointed one
client does not find the next one unprepared.
"""

from __future__ import annotations

from collections import deque
from threading import RLock
from typing import Any, Protocol
from weakref import ref

from ..bound import time
from .cookies import Apart, Asked, Remembers, client_of, cookies_in, in_use, jar_of, place_of, sent

MOST_WAITING = 4096  # calls that wait, before it is looked for such as need not any more; hosts that are remembered
ANY = ""  # the host of addresses that do not name one


class Early(Protocol):
    """An early call, as far as it is looked at here (a `task.Task`)."""

    apart: Apart | None
    rejected: bool
    value: Any

    def waiting(self) -> bool: ...

    def send(self) -> None: ...

    def forget(self) -> None: ...


class Host:
    """What early calls to one host have shown. `needed`: so many answers must leave the jar as it is."""

    __slots__ = ("closed", "doubt", "needed", "seen", "stable", "turn")

    def __init__(self, closed: bool = False) -> None:
        self.closed = closed
        self.doubt: ref[Apart] | None = None  # an early answer that will change the jar, until it has been taken
        self.needed = 1
        self.stable = 0
        self.seen: list[tuple[Any, ...]] | None = None  # what was carried when it was looked at last
        self.turn = 0  # how often it has been opened again

    def close(self, seen: list[tuple[Any, ...]], doubt: ref[Apart] | None = None) -> None:
        if self.turn:
            self.needed *= 2
        self.closed, self.stable, self.seen, self.doubt = True, 0, seen, doubt

    def doubted(self) -> bool:
        return self.doubt is not None and self.doubt() is not None


class Admission:
    """Who may go out with the cookies of one jar."""

    __slots__ = ("answered", "come", "hosts", "jar", "waiting")

    def __init__(self, jar: ref[Any], answered: bool) -> None:
        self.jar = jar
        self.answered = answered
        self.come = False  # the program has come to a call
        self.hosts: dict[str, Host] = {}
        self.waiting: deque[tuple[Early, str]] = deque()

    def host(self, host: str) -> Host | None:
        """What is known of a host, if anything."""
        found = self.hosts.get(host)
        if found is None and host in _changing:
            found = self.hosts[host] = Host(closed=True)
        return found

    def open(self, host: str) -> bool:
        known = self.host(host)
        return self.answered and (known is None or not known.closed)

    def ready(self) -> list[Early]:
        """The calls that may go out by now."""
        if not self.waiting:
            return []
        held = [(task, host) for task, host in self.waiting if task.waiting()]
        self.waiting = deque(pair for pair in held if not self.open(pair[1]))
        return [task for task, host in held if self.open(host)]


_lock = RLock()  # a finalizer may come in between
_known: dict[int, Admission] = {}  # by jar, which need not be hashable
_changing: set[str] = set()  # hosts whose answers changed what is carried, and have not stopped since


def _of(rule: Remembers, client: Any) -> Admission | None:
    jar = jar_of(rule, client)
    found = _known.get(id(jar))
    if found is not None and found.jar() is jar:
        return found
    try:
        number = id(jar)
        made = Admission(ref(jar, lambda gone: _gone(number, gone)), in_use(rule, client, jar))
    except (AttributeError, TypeError):  # it is no jar
        return None
    _known[number] = made
    return made


def _gone(number: int, gone: ref[Any]) -> None:
    with _lock:
        found = _known.get(number)
        if found is not None and found.jar is gone:
            del _known[number]


def host_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """The host that a call's address names, or `ANY`."""
    for value in (*args, *kwargs.values()):
        if type(value) is str and "://" in value:
            return next(iter(place_of(value)[0]), ANY)
    return ANY


def admits(
    rules: tuple[Remembers, ...], task: Early, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> bool:
    """Whether a call may go out now. If not it waits here, where its taker can withdraw it."""
    found = client_of(rules, callee)
    if found is None:
        return True
    with _lock:
        known = _of(*found)
        if known is None:
            return True
        host = host_of(args, kwargs)
        if known.open(host):
            return True
        if len(known.waiting) > MOST_WAITING:
            known.waiting = deque(pair for pair in known.waiting if pair[0].waiting())
        known.waiting.append((task, host))
        return False


def arrive(rules: tuple[Remembers, ...], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Early]:
    """The program has come to a call, and has what earlier ones set. The calls that may go out from now on."""
    found = client_of(rules, callee)
    if found is None:
        return []
    with _lock:
        known = _of(*found)
        if known is None:
            return []
        # It may have been in use meanwhile, by a call that the region made as it is written.
        known.answered = known.answered or known.come or in_use(*found, jar_of(*found))
        known.come = True
        host = host_of(args, kwargs)
        state = known.host(host)
        if state is not None and state.closed and not state.doubted():
            now = _carried(*found, host)
            state.stable = state.stable + 1 if now == state.seen else 0
            state.seen = now
            if state.stable >= state.needed:
                state.closed = False
                state.turn += 1
                _changing.discard(host)
        return known.ready()


def apart(rules: tuple[Remembers, ...], callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Apart | None:
    """A call that is about to be made, with a copy of its client; None: it is of no client that remembers."""
    found = client_of(rules, callee)
    if found is None:
        return None
    with _lock:
        known = _of(*found)
        if known is None:
            return None
        state = known.host(host_of(args, kwargs))
    return Apart(*found, callee, state.turn if state is not None else 0)


def carried(again: bool, task: Early, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a call that is over is of use as it went out: it carried what its client has now, or (`again` is false)
    asked for what rests on no cookie, and is not to be paid twice."""
    call = task.apart
    if call is None or task.rejected or call.right(task.value):
        return True
    distrust(call, args, kwargs)
    if again:
        task.forget()
    return not again


def distrust(call: Apart, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """A call went out without what its client carries now: others to its host are made in place for a while."""
    with _lock:
        known = _of(call.rule, call.client)
        if known is None:
            return
        host = host_of(args, kwargs)
        state = known.hosts.setdefault(host, Host())
        if state.closed or call.turn != state.turn:
            return  # it went out before the others stayed
        state.close(_carried(call.rule, call.client, host))
        _remember(host)


def heard(call: Apart, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """An early call is over: where it has changed what is carried to its host, those that come after it in the program
    go out without that, until it is taken."""
    if not call.jar._changes:
        return
    with _lock:
        known = _of(call.rule, call.client)
        if known is None:
            return
        host = host_of(args, kwargs)
        before, after = (sent(held, _any_path(host), call.started) for held in (call.carried, cookies_in(call.jar)))
        state = known.hosts.setdefault(host, Host())
        if before != after and not state.closed and call.turn == state.turn:
            state.close(before, ref(call))
            _remember(host)


def _remember(host: str) -> None:
    if host != ANY and len(_changing) < MOST_WAITING:
        _changing.add(host)


def _carried(rule: Remembers, client: Any, host: str) -> list[tuple[Any, ...]]:
    return sent(cookies_in(jar_of(rule, client)), _any_path(host), time())


def _any_path(host: str) -> list[Asked] | None:
    return None if host == ANY else [(place_of(f"//{host}")[0], "%")]


def forget() -> None:
    """In the child of a fork, where none of the calls is made."""
    global _lock
    _lock = RLock()
    _changing.clear()
    for known in _known.values():
        known.waiting.clear()
