"""Early calls of clients that remember: what answers set (cookies) is kept apart, and given to the client at the take.

    session.get(a)     made early with a copy of the session, which has a copy of its jar
    session.get(b)     likewise; if the first answer sets a cookie that this one would have carried, it is not used

A copy shares everything but the jar with its client: connections, headers, settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import MethodType
from typing import Any

from ..bound import suppress, time
from ..memos import Memo
from ..peek import MISSING, class_name, home_of, mro_of, peek
from ..records import dataclass

Change = tuple[Any, ...]  # a cookie that was set; or domain, path and name of one that was deleted
Asked = tuple[tuple[str, ...], str]  # names of a host, a path
KINDS = 100  # of jars


@dataclass(frozen=True, slots=True)
class Remembers:
    """A class of clients that remember: where its jar is, and parts that are not empty when one has been in use."""

    kind: str
    jar: tuple[str, ...]
    used: tuple[tuple[str, ...], ...] = ()


def client_of(rules: tuple[Remembers, ...], callee: Any) -> tuple[Remembers, Any] | None:
    """The client that a callable is a method of, if it is one that remembers."""
    while type(callee) is partial:
        callee = callee.func
    if type(callee) is not MethodType:
        return None
    client = callee.__self__
    kinds = {f"{home_of(base)}.{class_name(base)}" for base in mro_of(type(client))}
    return next(((rule, client) for rule in rules if rule.kind in kinds), None)


def jar_of(rule: Remembers, client: Any) -> Any:
    """The jar that a client has now, or MISSING."""
    found = client
    for name in rule.jar:
        found = peek(found, name)
    return found


def cookies_in(jar: Any) -> list[Any]:
    """The cookies of a jar, in its order."""
    with jar._cookies_lock:
        return [c for paths in jar._cookies.values() for names in paths.values() for c in names.values()]


def in_use(rule: Remembers, client: Any, jar: Any) -> bool:
    """Whether a client shows that it has had an answer: there are connections, or a cookie for a domain."""
    if any(cookie.domain for cookie in cookies_in(jar)):
        return True
    return any(_holds_any([client], way) for way in rule.used)


def _holds_any(found: list[Any], way: tuple[str, ...]) -> bool:
    """Whether something stands at the end of a way; `*` stands for each value of a dictionary."""
    for name in way:
        if name == "*":
            found = [value for held in found if isinstance(held, dict) for value in held.values()]
        else:
            found = [value for held in found if (value := peek(held, name)) is not MISSING]
    return any(isinstance(held, dict | list) and len(held) > 0 for held in found)


_recording: Memo[type, type] = Memo(KINDS)


def recording(kind: Any) -> type:
    """A kind of jar that notes what is done to it."""
    found = _recording.get(kind)
    return found if found is not None else _recording.put(kind, _recording_of(kind))


def _recording_of(kind: Any) -> type:

    def set_cookie(self: Any, cookie: Any, *args: Any, **kwargs: Any) -> None:
        self._changes.append((cookie,))
        kind.set_cookie(self, cookie, *args, **kwargs)

    def clear(self: Any, domain: Any = None, path: Any = None, name: Any = None) -> None:
        self._changes.append((domain, path, name))
        kind.clear(self, domain, path, name)

    return type(kind.__name__, (kind,), {"set_cookie": set_cookie, "clear": clear})


def copy_of(obj: Any, kind: type | None = None, **changed: Any) -> Any:
    """A second object with the same variables but for these."""
    made: Any = object.__new__(kind or type(obj))
    made.__dict__.update(obj.__dict__)
    made.__dict__.update(changed)
    return made


class Apart:
    """One early call, made with a copy of its client.

    callee: to be called; jar: the copy's, whose `_changes` are what the answer does; carried: the cookies at the start.
    """

    __slots__ = (
        "__weakref__", "before", "callee", "carried", "client", "copy", "ends", "jar", "rule", "started", "turn",
    )  # fmt: skip

    def __init__(self, rule: Remembers, client: Any, callee: Any, turn: int) -> None:
        self.rule, self.client, self.turn = rule, client, turn
        self.started = time()
        self.before = dict(client.__dict__)
        theirs = jar_of(rule, client)
        with theirs._cookies_lock:
            held = {
                domain: {path: dict(names) for path, names in paths.items()}
                for domain, paths in theirs._cookies.items()
            }
        self.jar = copy_of(
            theirs,
            recording(type(theirs)),
            _cookies=held,
            _cookies_lock=type(theirs._cookies_lock)(),
            _policy=copy_of(theirs._policy),
            _changes=[],
        )
        self.carried = [c for paths in held.values() for names in paths.values() for c in names.values()]
        self.ends = min((c.expires for c in self.carried if c.expires is not None), default=None)
        self.copy = _with(client, rule.jar, self.jar)
        self.callee = _rebound(callee, client, self.copy)

    def right(self, answer: Any) -> bool:
        """Whether it carried what it would carry now; `answer` tells whom it asked (an exception does not: anybody)."""
        jar = jar_of(self.rule, self.client)
        now = cookies_in(jar)
        moment = time()
        unchanged = len(now) == len(self.carried) and all(map(_same, now, self.carried))
        if unchanged and (self.ends is None or moment < self.ends):
            return True
        asked = asked_by(answer)
        return sent(self.carried, asked, self.started) == sent(now, asked, moment)

    def merge(self) -> None:
        """Gives the client what the answer has set."""
        jar = jar_of(self.rule, self.client)
        for change in self.jar._changes:
            if len(change) == 1:
                jar.set_cookie(*change)
            else:
                with suppress(KeyError):  # it wasn't there
                    jar.clear(*change)
        now = self.client.__dict__
        for name, value in self.copy.__dict__.items():
            before = self.before.get(name, MISSING)
            if value is not before and name != self.rule.jar[0] and now.get(name, MISSING) is before:
                now[name] = value


def _same(one: object, other: object) -> bool:
    return one is other


def _with(holder: Any, way: tuple[str, ...], jar: Any) -> Any:
    """A copy of an object, and of what is on the way, with another jar at its end."""
    name, *rest = way
    return copy_of(holder, **{name: _with(holder.__dict__[name], tuple(rest), jar) if rest else jar})


def _rebound(callee: Any, client: Any, copy: Any) -> Callable[..., Any]:
    if type(callee) is partial:
        return partial(_rebound(callee.func, client, copy), *callee.args, **callee.keywords)
    return MethodType(callee.__func__, copy)


# -- what a request carries


def sent(cookies: Iterable[Any], asked: list[Asked] | None, moment: float) -> list[tuple[Any, ...]]:
    """What of the cookies may go to whom is asked (None: to anybody), at a moment."""
    return [
        (c.domain, c.path, c.name, c.value, c.port, c.secure, c.version, c.domain_initial_dot, c.path_specified)
        for c in cookies
        if (c.expires is None or c.expires > moment) and (asked is None or any(_may_go(c, a) for a in asked))
    ]


def _may_go(cookie: Any, asked: Asked) -> bool:
    """Whether a cookie may be sent with a request, or would be under a laxer policy."""
    hosts, path = asked
    domain = cookie.domain.lstrip(".").lower()
    return any(host.endswith(domain) for host in hosts) and ("%" in path + cookie.path or path.startswith(cookie.path))


def asked_by(answer: Any) -> list[Asked] | None:
    """Whom the requests asked that led to an answer; None: it doesn't tell."""
    try:
        return list(_asked(answer))
    except Exception:  # no answer of a client
        return None


def _asked(answer: Any) -> Iterator[Asked]:
    for response in (*answer.history, answer):
        request = response.request
        named = request.headers.get("host")
        yield place_of(str(request.url), named if isinstance(named, str) else "")


def place_of(address: str, named: str = "") -> Asked:
    """The names of a URL's host, and its path; `named`: what a request says the host is."""
    rest = address.partition("//")[2].partition("#")[0].partition("?")[0]
    authority, _, path = rest.partition("/")
    hosts = {host_in(authority), host_in(named)} - {""}
    return (*hosts, *(f"{host}.local" for host in hosts if "." not in host)), f"/{path}"


def host_in(authority: str) -> str:
    """The host of `user@host:port`."""
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):  # of IPv6
        return host.partition("]")[0][1:]
    return host.partition(":")[0]


__all__ = ["Apart", "Asked", "Remembers", "client_of", "cookies_in", "in_use", "jar_of", "place_of", "sent"]
