"""Which results and errors prove that a call was turned away because of too much at once, and what they ask for.

Nothing raises here, and nothing of the program runs: what an object holds is read where it is stored, and only
properties and methods that a known library has written are called. Which libraries those are, and how each tells of a
refusal, is stated in the knowledge files.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import repeat
from types import FunctionType, GetSetDescriptorType
from typing import Any

from ..peek import MISSING, cause_of, class_name, context_of, dict_of, home_of, is_a, mro_of, peek
from ..records import dataclass

TOO_MANY, UNAVAILABLE = 429, 503
REJECTED = frozenset((TOO_MANY, UNAVAILABLE))
STATUS = ("status_code", "code", "status", "http_status", "http_status_code")  # where a status is kept
CODES = {"RESOURCE_EXHAUSTED": TOO_MANY, "UNAVAILABLE": UNAVAILABLE}  # of gRPC
USED_UP = frozenset((errno.ENFILE, errno.EMFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS))  # descriptors, ports, buffers
BUILT_IN = frozenset(map(id, (str, bytes, int, float, bool, list, tuple, dict, set, type(None))))  # most results
COMPUTED = frozenset(map(id, (property, cached_property, GetSetDescriptorType)))
MOST_CAUSES = 8


@dataclass(frozen=True, slots=True)
class Refusing:
    """How a library tells that a call was turned away. `errors`: its exceptions tell by their status; `exhausted`: the
    names of those that tell of no free connection; `answers`: classes of answers that tell by their status; `headers`:
    packages beside it whose mappings hold an answer's headers."""

    errors: bool = False
    exhausted: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()


SILENT = Refusing()  # it tells nothing
_stated: Callable[[str], Refusing] = lambda _: SILENT  # noqa: E731


def learn(stated: Callable[[str], Refusing]) -> None:
    """States how each package refuses; what is known of libraries lies above the runtime."""
    global _stated
    _stated = stated


_of_errors: Mapping[str, Any] = dict_of(OSError)
_errno = _of_errors["errno"].__get__


def rejected(error: BaseException) -> bool:
    """Whether an error proves that the call was turned away because of too much at once, not made.

    Proofs: the status 429 or 503 in an exception of an HTTP library, no connection left in a client's pool, no file
    descriptor or port left, as the error itself or as what was handled when it was raised.
    """
    return any(_turned_away(cause) for cause in _chain(error))


def refusal(value: object) -> bool:
    """Whether what a call gave is the answer of an HTTP library that it was turned away because of too much at once."""
    kind = type(value)
    if id(kind) in BUILT_IN:
        return False
    for base in mro_of(kind):
        if _refusing(base).answers:
            return _status(value) in REJECTED
    return False


def patience(value: object, error: BaseException | None) -> float | None:
    """Seconds that a refusal asks to wait (its `Retry-After`); 0: it may do so (429); None: waiting may be in vain."""
    told = value if error is None else next(filter(_turned_away, _chain(error)), None)
    for holder in (told, _told(told, "response")):
        seconds = _seconds(_header(holder, "retry-after"))
        if seconds is not None:
            return seconds
    return 0.0 if _status(told) == TOO_MANY else None


def _chain(error: BaseException) -> Iterator[Exception]:
    """An error, and what was handled when it was raised."""
    cause: BaseException | None = error
    for _ in repeat(None, MOST_CAUSES):
        if not is_a(cause, Exception):
            return
        yield cause
        below = cause_of(cause)
        cause = below if below is not None else context_of(cause)


def _turned_away(error: Exception) -> bool:
    kind = type(error)
    if issubclass(kind, OSError) and _number(_errno(error)) in USED_UP:
        return True
    told = [refusing for base in mro_of(kind) if (refusing := _refusing(base)).errors]
    if not told:
        return False
    return any(class_name(kind) in refusing.exhausted for refusing in told) or _status(error) in REJECTED


def _refusing(cls: type) -> Refusing:
    """How the library refuses that a class is of."""
    try:
        return _stated(home_of(cls).partition(".")[0])
    except OSError:  # no file can be read now: no proof
        return SILENT


def _of_library(kind: type) -> bool:
    """Whether a class is one of a library that tells of refusals, or made from one."""
    return any(_refusing(base).errors for base in mro_of(kind))


def _number(value: object) -> int | None:
    return int.__index__(value) if issubclass(type(value), int) else None  # type: ignore[arg-type]


def _told(holder: object, name: str) -> Any:
    """An attribute as it is stored, or as a property of a library's gives it; None: there is none, or it fails."""
    stored = peek(holder, name)
    if id(type(stored)) not in COMPUTED:
        return None if stored is MISSING else stored
    owner = next(base for base in mro_of(type(holder)) if name in dict_of(base))
    if not _refusing(owner).errors:
        return None
    try:
        return stored.__get__(holder, type(holder))  # type: ignore[attr-defined]
    except Exception:  # it does not want to be read: no proof
        return None


def _status(told: object) -> int | None:
    """The HTTP status that an exception or answer of a library tells."""
    response = _told(told, "response")
    if issubclass(type(response), dict):  # botocore
        metadata: Any = dict.get(response, "ResponseMetadata")
        return _number(dict.get(metadata, "HTTPStatusCode")) if issubclass(type(metadata), dict) else None
    for holder in (told, response):
        for name in STATUS:
            status = _told(holder, name)
            number = _number(status)
            if number is not None:
                return number
            if name == "code" and type(status) is FunctionType and _of_library(type(holder)):
                return _code(status, holder)
    return None


def _code(method: FunctionType, error: object) -> int | None:
    """The status that a method of gRPC's tells."""
    try:
        found = method(error)
    except Exception:  # it fails: no proof
        return None
    names = (peek(found, "_name_"), peek(found, "name"))  # of an enumeration's member, or of what is like one
    return next((CODES.get(name) for name in names if type(name) is str), None)


def _header(holder: object, name: str) -> object:
    """What a header of an answer says, whatever its case in a plain dictionary."""
    headers = _told(holder, "headers")
    if type(headers) is dict:
        return next((v for k, v in list(headers.items()) if type(k) is str and k.lower() == name), None)
    home = home_of(type(headers)).partition(".")[0]
    beside = any(home in _refusing(base).headers for base in mro_of(type(holder)))
    if not beside and not _refusing(type(headers)).errors:
        return None
    try:
        return headers.get(name)
    except Exception:
        return None


def _seconds(told: object) -> float | None:
    """The seconds that a header states; None: none, or a date."""
    if type(told) is not str and type(told) is not bytes and type(told) is not int:
        return None
    try:
        seconds = float(told)
    except ValueError:
        return None
    return max(0.0, seconds) if seconds == seconds else 0.0
