"""The intermediate representation: structured control over numbered three-address instructions."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, cast, get_args

from .. import trees
from ..bound import BUILT_INS
from ..records import assert_never, dataclass, field, record, replace
from ..remarks import Span


@record
class Var:
    """A local variable or temporary of the function (`%n` temporaries, `x.n` comprehension variables)."""

    name: str


@record
class Const:
    """A literal; immutable."""

    value: object


Operand = Var | Const
CERTAIN = "?"  # the end of a temporary that tells which of two forms a call has
ROUNDS: Final = Const(range(1 << 62))  # what a `while` loop goes through, where its rounds are counted like items


Op = Literal[
    "copy", "global", "cell", "store_global", "store_cell", "attr", "setattr", "delattr", "item", "setitem", "delitem",
    "unary", "binary", "inplace", "compare", "chain", "build", "collect", "format", "call", "yield", "yield_from",
    "function", "unpack", "import", "import_from", "raise", "delete", "expect", "keyed", "opaque",
    "applies", "applied",
    "receiver", "default", "runs", "narrow", "part", "twin",
]  # fmt: skip
OPS: Final[frozenset[Op]] = frozenset(get_args(Op))
JumpKind = Literal["return", "break", "continue", "leave"]
ForKind = Literal["for", "list", "set", "dict", "generator"]


@record
class Twin:
    """What stands for an item that an iteration changes: a new object of its class, whose attributes are set next.

    names: its attributes; held: those that get a list or dictionary of their own; writes: the effects that the
    iteration has on the item itself; readers: the instructions that read the item for its twin.
    """

    cls: type
    names: tuple[str, ...]
    held: Mapping[str, type]
    writes: tuple[object, ...]
    readers: frozenset[int] = frozenset()


@record
class Instr:
    """One step. `op` says which; `uses` are read, `target` is defined.

    copy | global NAME | cell NAME | store_global NAME | store_cell NAME | attr NAME | setattr NAME | delattr NAME |
    item | setitem | delitem | unary OP | binary OP | inplace OP | compare OP | build KIND | collect KIND |
    format CONV | call | yield | yield_from | function | unpack | import NAME | import_from NAME | raise | delete |
    chain OPS (`a < b < c`) | opaque WHAT |
    expect NAME (what is called is the built-in function, the payload) |
    keyed NAME (`sorted`, `max` or `min` of elements, by keys that are there) |
    applies NAME (whether it is a column, whose method calls the function for each element) |
    applied (what a column's method makes of what was given for its elements)

    Only where a callee's body stands in the place of its call: receiver (the object of a bound method) |
    default NAME (of a parameter; the payload is the object) | runs (whether what is called runs the payload, a
    function) | narrow (what is called, where it does) |
    part (what a parameter is given by a mapping or sequence that is unpacked; the payload gets it).

    Only where an iteration goes on with an object of its own: twin (a new object of an item's class, see `Twin`).
    """

    id: int
    op: Op
    span: Span
    target: str | None = None
    uses: tuple[Operand, ...] = ()
    name: str = ""
    stars: tuple[bool, ...] = ()
    keywords: tuple[str | None, ...] = ()  # names of the last len(keywords) uses of a call; None: ** mapping
    payload: object = None
    more: tuple[str, ...] = ()  # further targets (unpack)
    text: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        return ((self.target,) if self.target is not None else ()) + self.more


@record
class If:
    id: int
    span: Span
    test: Operand
    body: Block
    orelse: Block


@record
class For:
    """`kind`: for (statement), list/set/dict (comprehension) or generator (expression).

    `callback`: goes through what a built-in function like `map` makes of the items; its body begins with that.
    """

    id: int
    span: Span
    target: str
    iterable: Operand
    body: Block
    orelse: Block
    kind: ForKind
    callback: bool = False


@record
class While:
    id: int
    span: Span
    header: Block
    test: Operand
    body: Block
    orelse: Block


@record
class Handler:
    types: Block
    type: Operand | None
    name: str | None
    body: Block


@record
class Try:
    id: int
    span: Span
    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block

    @property
    def ends_failures(self) -> bool:
        """Whether the program may go on behind a failure in the body: a handler is for it, or `finally` jumps."""
        return bool(self.handlers) or any(isinstance(n, Jump) for n in walk(self.final))


@record
class With:
    id: int
    span: Span
    manager: Operand
    target: str
    body: Block


@record
class Jump:
    """return (with a value) | break | continue | leave (the callee whose body stands here)"""

    id: int
    span: Span
    kind: JumpKind
    value: Operand | None = None


@dataclass(frozen=True, slots=True)  # a function as a field would be a method to `record`
class Inline:
    """A call of a function of the user's as its body, in the place of the call (an open callee).

    Its variables begin with `prefix`; the parameters are bound in `binding`; `leave` jumps end it.
    """

    id: int
    span: Span
    function: types.FunctionType
    callee: Operand  # what is called: the function, a method of it, or an object with it
    prefix: str
    binding: Block
    body: Block

    @property
    def result(self) -> str:
        """The variable that holds what the callee returns."""
        return f"{self.prefix}%"


Node = Instr | If | For | While | Try | With | Jump | Inline
Block = tuple[Node, ...]


@record
class FunctionIR:
    """A lowered function: parameters as in its code object, and its body."""

    name: str
    filename: str
    line: int
    args: tuple[str, ...]
    kwonly: tuple[str, ...]
    vararg: str | None
    kwarg: str | None
    body: Block
    generator: bool  # or a coroutine
    yields: bool  # a generator whose every `yield` is understood
    cells: frozenset[str]
    node: ast.Lambda | None = field(default=None, compare=False, repr=False)  # of a lambda: its text


def children(node: Node) -> tuple[Block, ...]:
    """The blocks directly below a node."""
    match node:
        case If(body=body, orelse=orelse) | For(body=body, orelse=orelse):
            return (body, orelse)
        case While(header=header, body=body, orelse=orelse):
            return (header, body, orelse)
        case Try(body=body, handlers=handlers, orelse=orelse, final=final):
            below = tuple(block for handler in handlers for block in (handler.types, handler.body))
            return (body, *below, orelse, final)
        case With(body=body):
            return (body,)
        case Inline(binding=binding, body=body):
            return (binding, body)
        case Instr() | Jump():
            return ()
        case _:
            assert_never(node)


def walk(block: Block) -> Iterator[Node]:
    """Every node of a block, outer before inner, in program order."""
    for node in block:
        yield node
        if not isinstance(node, Instr | Jump):
            for below in children(node):
                yield from walk(below)


def with_blocks(node: Node, change: Callable[[Block], Block]) -> Node:
    """The node with the blocks below it changed."""
    match node:
        case If():
            return replace(node, body=change(node.body), orelse=change(node.orelse))
        case For():
            return replace(node, body=change(node.body), orelse=change(node.orelse))
        case While():
            return replace(node, header=change(node.header), body=change(node.body), orelse=change(node.orelse))
        case Try():
            handlers = tuple(Handler(change(h.types), h.type, h.name, change(h.body)) for h in node.handlers)
            body, orelse, final = change(node.body), change(node.orelse), change(node.final)
            return replace(node, body=body, handlers=handlers, orelse=orelse, final=final)
        case With():
            return replace(node, body=change(node.body))
        case Inline():
            return replace(node, body=change(node.body))
        case Instr() | Jump():
            return node
        case _:
            assert_never(node)


def lambda_of(made: Instr) -> FunctionIR | None:
    """The lambda that an instruction makes, if it is one that can be written elsewhere as it stands."""
    built, defaults, named = cast("tuple[FunctionIR, int, int]", made.payload)
    if built.node is None or defaults or named:
        return None
    inside = [n for n in trees.walk(built.node) if n is not built.node]
    nested = any(isinstance(n, (ast.Lambda, ast.comprehension, ast.NamedExpr, ast.Await, ast.Yield)) for n in inside)
    # It runs twice, for each element: what calls functions of the program may take its time.
    calls = [n.func.id for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    if any(name not in BUILT_INS for name in calls):
        return None
    return None if nested else built
