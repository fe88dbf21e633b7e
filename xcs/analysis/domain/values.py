"""Abstract values: possible types with where the object comes from."""

from __future__ import annotations

from typing import Final

from ...peek import MISSING, STREAMS
from ...records import field, record
from .places import Path


@record
class Known:
    """One live object, known by identity: a function, class, module or method of C."""

    ident: int
    obj: object = field(compare=False, repr=False)


@record
class Inst:
    """An instance of exactly `cls`; `live` is an example of it as it is now, or MISSING."""

    cls: type
    path: Path | None
    ident: int = 0
    live: object = field(default=MISSING, compare=False, repr=False)

    def __eq__(self, other: object) -> bool:  # metaclasses may define what equal classes are
        return (
            type(other) is Inst and self.cls is other.cls and self.ident == other.ident and self.path == other.path
        )

    def __hash__(self) -> int:
        return hash((id(self.cls), self.path, self.ident))


FreshKey = tuple[int, ...]


@record
class Fresh:
    """An object made while the region (or callee) runs; its contents are in the heap."""

    key: FreshKey
    cls: type

    def __eq__(self, other: object) -> bool:
        return type(other) is Fresh and self.cls is other.cls and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self.cls), self.key))


@record
class Plain:
    """Recursively exact built-in data. `cls` None: any such type. `origins`: what it may be a part of.

    `endpoint`: the path of the inference endpoint that a text is the address of, or the end of one's. `clock`: the
    nodes at which clocks were read that it comes from, in pairs where it is the time between two (see `clocks`).
    """

    cls: type | None = None
    origins: frozenset[Path | FreshKey] = frozenset()
    const: object = MISSING
    endpoint: str = ""
    clock: frozenset[tuple[int, ...]] = frozenset()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Plain)
            and self.cls is other.cls
            and self.origins == other.origins
            and type(self.const) is type(other.const)
            and self.const == other.const
            and self.endpoint == other.endpoint
            and self.clock == other.clock
        )

    def __hash__(self) -> int:
        return hash((id(self.cls), self.origins))


@record
class Closure:
    """A function made in analysed code, at one place of one activation: its IR and the variables it sees.

    `env`, `defaults`: of all functions made there; `cells`: of the live function that the place is in.
    """

    key: int
    ir: object = field(compare=False, repr=False)
    env: dict[str, frozenset[Abstract]] = field(compare=False, repr=False)
    module: dict[str, object] = field(compare=False, repr=False)
    cells: dict[str, object] = field(compare=False, repr=False)
    defaults: dict[str, frozenset[Abstract]] = field(compare=False, repr=False)


@record
class Bound:
    """A method with its receiver."""

    func: Abstract
    receiver: Abstract


@record
class Lazy:
    """An iterator over `element`s, or a view of them, that is made where it stands.

    `moves`: the iterators that move on where somebody goes through it, itself among them (a view does not move);
    `asks`: the channel that is asked for each element; `shallow`: it gives what containers hold, and looks into none.
    """

    element: frozenset[Abstract]
    origins: frozenset[Path | FreshKey] = frozenset()
    readable: bool = True
    moves: frozenset[FreshKey] = frozenset()
    asks: str = ""
    runs: bool = False  # going through it runs the user's code, each time it is asked:
    function: frozenset[Abstract] = frozenset()
    given: tuple[frozenset[Abstract], ...] = ()
    key: FreshKey = ()
    shallow: bool = False


@record
class Generator:
    """A generator made in analysed code: its body runs where somebody goes through it."""

    key: FreshKey
    ir: object = field(compare=False, repr=False)
    parameters: tuple[tuple[str, frozenset[Abstract]], ...]
    frame: object = field(compare=False, repr=False)
    identity: object = field(compare=False, repr=False)
    name: str = field(default="", compare=False)


@record
class Top:
    """Anything. `why` says what made it unknown."""

    why: str = "a value of unknown type"
    origins: frozenset[Path | FreshKey] = frozenset()


@record
class Super:
    """The value of `super()` in a method of `cls`."""

    cls: type
    receiver: Abstract

    def __eq__(self, other: object) -> bool:
        return type(other) is Super and self.cls is other.cls and self.receiver == other.receiver

    def __hash__(self) -> int:
        return hash((id(self.cls), self.receiver))


Abstract = Generator | Super | Known | Inst | Fresh | Plain | Closure | Bound | Lazy | Top
Value = frozenset[Abstract]

NOTHING: Final[Value] = frozenset()
DATA: Final = Plain()
PLAIN: Final[Value] = frozenset({DATA})
NONE: Final[Value] = frozenset({Plain(type(None), frozenset(), None)})


TOO_MANY: Final = "a value of too many possible types"  # covers any other: what has been widened does not grow again


def only(abstract: Abstract) -> Value:
    return frozenset({abstract})


def join(*values: Value) -> Value:
    """The union, widened where it grows too wide."""
    if len(values) == 2:
        first, second = values
        merged = first if first is second or not second else second if not first else first | second
    else:
        merged = NOTHING.union(*values)
    if len(merged) <= 8:
        if len(merged) < 2:
            return merged
        if DATA in merged:
            merged = _absorbed(merged)
        for abstract in merged:
            if type(abstract) is Top and abstract.why is TOO_MANY:
                break
        else:
            return merged
    origins = frozenset(o for a in merged for o in origins_of(a))
    if all(isinstance(a, Plain) for a in merged):
        clock = frozenset(mark for a in merged if isinstance(a, Plain) for mark in a.clock)
        return only(Plain(None, origins, clock=clock))
    return only(Top(TOO_MANY, origins))


def _absorbed(value: Value) -> Value:
    """Without what plain data of any kind covers: a value that has been widened does not grow again."""
    return frozenset(a for a in value if type(a) is not Plain or a.origins or a.clock or a == DATA)


def origins_of(abstract: Abstract) -> frozenset[Path | FreshKey]:
    """The mutable memory that an abstract value may be, or be a part of."""
    if type(abstract) is Plain:
        return abstract.origins
    match abstract:
        case Inst(path=path):
            return frozenset({path}) if path is not None else frozenset()
        case Fresh(key=key):
            return frozenset({key})
        case Generator(key=key, parameters=parameters):
            return frozenset({key}).union(*(origins_of(a) for _, value in parameters for a in value))
        case Plain(origins=origins) | Top(origins=origins):
            return origins
        case Lazy(origins=origins, moves=moves):
            return origins | moves
        case Bound(receiver=receiver) | Super(receiver=receiver):
            return origins_of(receiver)
        case _:
            return frozenset()


def moved_by(abstract: Abstract) -> frozenset[FreshKey]:
    """The iterators that move on where somebody goes through the value."""
    match abstract:
        case Lazy(moves=moves):
            return moves
        case Generator(key=key):
            return frozenset({key})
        case Fresh(key=key, cls=cls) if cls in STREAMS:
            return frozenset({key})
        case _:
            return frozenset()
