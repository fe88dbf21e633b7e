"""IR, regions and numbers of sites as plain tuples that `marshal` writes, and back: reading them is far quicker than
lowering again."""

from __future__ import annotations

import ast
import marshal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..bound import BUILT_INS
from ..records import assert_never
from ..remarks import Span
from .nodes import (
    ROUNDS,
    Block,
    Const,
    For,
    ForKind,
    FunctionIR,
    Handler,
    If,
    Inline,
    Instr,
    Jump,
    JumpKind,
    Node,
    Operand,
    Try,
    Var,
    While,
    With,
)
from .regions import RegionCode

ABSTRACT: Mapping[str, object] = {"Mapping": Mapping, "Sequence": Sequence}  # that patterns ask for
Numbers = tuple[dict[Span, int], dict[tuple[object, str], int]]


def pack_function(ir: FunctionIR) -> bytes:
    """
    Raises:
        ValueError: something in it can't be written.
    """
    return marshal.dumps(_function(ir))


def unpack_function(data: bytes) -> FunctionIR:
    return _read_function(marshal.loads(data))


def pack_regions(regions: tuple[RegionCode, ...]) -> bytes:
    """
    Raises:
        ValueError: something in one can't be written.
    """
    return marshal.dumps(
        [
            (r.number, _span(r.span), _block(r.block), r.values, r.cells, _numbers(r.sites, r.loops), r.handled,
             _block(r.around), r.inside, r.shared, r.rounds, r.interrupts, r.header)
            for r in regions
        ]
    )  # fmt: skip


def unpack_regions(data: bytes) -> tuple[RegionCode, ...]:
    return tuple(
        RegionCode(
            number, Span(*span), _read_block(block), values, cells, *_read_numbers(numbers), handled,
            inside, shared, _read_block(around), *rest,
        )
        for number, span, block, values, cells, numbers, handled, around, inside, shared, *rest in marshal.loads(data)
    )  # fmt: skip


def pack_numbers(sites: Mapping[Span, int], loops: Mapping[tuple[object, str], int]) -> bytes:
    return marshal.dumps(_numbers(sites, loops))


def unpack_numbers(data: bytes) -> Numbers:
    return _read_numbers(marshal.loads(data))


NO_MORE = (), (), None, (), ""  # what most instructions have beside operands


# -- writing


def _span(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column


def _numbers(sites: Mapping[Span, int], loops: Mapping[tuple[object, str], int]) -> Any:
    return (
        [(_span(span), number) for span, number in sites.items()],
        [(_span(cast("Span", span)), kind, number) for (span, kind), number in loops.items()],
    )


def _operand(use: Operand | None) -> object:
    """A variable as its name, a constant as a tuple of one."""
    if isinstance(use, Const):
        return () if use is ROUNDS else (use.value,)
    return None if use is None else use.name


def _block(block: Block) -> tuple[object, ...]:
    return tuple(map(_node, block))


def _node(node: Node) -> tuple[object, ...]:
    match node:
        case Instr():
            row = node.id, node.op, *_span(node.span), node.target, node.name
            uses = tuple(map(_operand, node.uses))
            more = node.stars, node.keywords, _payload(node), node.more, node.text
            return (0, *row, *uses) if more == NO_MORE else (1, *row, uses, *more)
        case If():
            return 7, node.id, _span(node.span), _operand(node.test), _block(node.body), _block(node.orelse)
        case For():
            body, orelse = _block(node.body), _block(node.orelse)
            iterable = _operand(node.iterable)
            return 2, node.id, _span(node.span), node.target, iterable, body, orelse, node.kind, node.callback
        case While():
            header, body, orelse = _block(node.header), _block(node.body), _block(node.orelse)
            return 3, node.id, _span(node.span), header, _operand(node.test), body, orelse
        case Try():
            handlers = [(_block(h.types), _operand(h.type), h.name, _block(h.body)) for h in node.handlers]
            return 4, node.id, _span(node.span), _block(node.body), handlers, _block(node.orelse), _block(node.final)
        case With():
            return 5, node.id, _span(node.span), _operand(node.manager), node.target, _block(node.body)
        case Jump():
            return 6, node.id, _span(node.span), node.kind, _operand(node.value)
        case Inline():
            raise ValueError("an open callee is of one process")
        case _:
            assert_never(node)


def _payload(node: Instr) -> object:
    """None, numbers and texts as they are; `...` is the place of the instruction itself."""
    payload = node.payload
    if payload is None or type(payload) in (int, str):
        return payload
    if payload == node.span:
        return ...
    if isinstance(payload, tuple) and isinstance(payload[0], FunctionIR):
        return ("function", _function(payload[0]), *payload[1:])
    if isinstance(payload, tuple):
        return ("plain", payload)
    name = getattr(payload, "__name__", "")
    if ABSTRACT.get(name) is payload:
        return ("abstract", name)
    if BUILT_INS.get(name) is not payload:
        raise ValueError(f"{type(payload).__name__} can't be written")
    return ("builtin", name)


def _function(ir: FunctionIR) -> Any:
    return (
        ir.name, ir.filename, ir.line, ir.args, ir.kwonly, ir.vararg, ir.kwarg, _block(ir.body), ir.generator,
        ir.yields, ir.cells, None if ir.node is None else _tree(ir.node),
    )  # fmt: skip


def _tree(value: object) -> object:
    """A syntax tree, each part marked with what it is."""
    if isinstance(value, ast.AST):
        names = (*value._fields, *value._attributes)
        return type(value).__name__, {name: _tree(getattr(value, name)) for name in names if hasattr(value, name)}
    return ("list", *map(_tree, value)) if isinstance(value, list) else ("value", value)


# -- reading


def _read_numbers(raw: Any) -> Numbers:
    sites, loops = raw
    return {Span(*span): n for span, n in sites}, {(Span(*span), kind): n for span, kind, n in loops}


def _read_operand(raw: Any) -> Any:
    if raw.__class__ is str:
        return Var(raw)
    if raw == ():
        return ROUNDS
    return None if raw is None else Const(raw[0])


def _read_block(raw: Any) -> Block:
    # Most of reading is this loop.
    done: list[Node] = []
    for row in raw:
        kind = row[0]
        if kind == 0:
            _, ident, op, line, column, end_line, end_column, target, name, *given = row
            uses = tuple([Var(use) if use.__class__ is str else Const(use[0]) for use in given])
            done.append(Instr(ident, op, Span(line, column, end_line, end_column), target, uses, name))
        elif kind == 1:
            _, ident, op, line, column, end_line, end_column, target, name, given, stars, keywords, payload, *more = row
            uses = tuple([Var(use) if use.__class__ is str else Const(use[0]) for use in given])
            span = Span(line, column, end_line, end_column)
            if payload is ...:
                payload = span
            elif payload.__class__ is tuple:
                payload = _read_payload(*payload)
            done.append(Instr(ident, op, span, target, uses, name, stars, keywords, payload, *more))
        else:
            done.append(READERS[kind](*row[1:]))
    return tuple(done)


def _read_payload(kind: str, *raw: Any) -> object:
    match kind:
        case "function":
            return (_read_function(raw[0]), *raw[1:])
        case "builtin":
            return BUILT_INS[raw[0]]
        case "abstract":
            return ABSTRACT[raw[0]]
        case _:
            return raw[0]


def _read_if(ident: int, span: Any, test: Any, body: Any, orelse: Any) -> Node:
    return If(ident, Span(*span), _read_operand(test), _read_block(body), _read_block(orelse))


def _read_for(
    ident: int, span: Any, target: str, iterable: Any, body: Any, orelse: Any, kind: ForKind, callback: bool
) -> Node:
    inside, after = _read_block(body), _read_block(orelse)
    return For(ident, Span(*span), target, _read_operand(iterable), inside, after, kind, callback)


def _read_while(ident: int, span: Any, header: Any, test: Any, body: Any, orelse: Any) -> Node:
    first = _read_block(header)
    return While(ident, Span(*span), first, _read_operand(test), _read_block(body), _read_block(orelse))


def _read_try(ident: int, span: Any, body: Any, handlers: Any, orelse: Any, final: Any) -> Node:
    handled = tuple(Handler(_read_block(t), _read_operand(kind), name, _read_block(b)) for t, kind, name, b in handlers)
    return Try(ident, Span(*span), _read_block(body), handled, _read_block(orelse), _read_block(final))


def _read_with(ident: int, span: Any, manager: Any, target: str, body: Any) -> Node:
    return With(ident, Span(*span), _read_operand(manager), target, _read_block(body))


def _read_jump(ident: int, span: Any, kind: JumpKind, value: Any) -> Node:
    return Jump(ident, Span(*span), kind, _read_operand(value))


READERS: dict[int, Callable[..., Node]] = {
    2: _read_for, 3: _read_while, 4: _read_try, 5: _read_with, 6: _read_jump, 7: _read_if,
}  # fmt: skip


def _read_function(raw: Any) -> FunctionIR:
    name, filename, line, args, kwonly, vararg, kwarg, body, generator, yields, cells, node = raw
    tree = None if node is None else cast("ast.Lambda", _read_tree(node))
    return FunctionIR(
        name, filename, line, args, kwonly, vararg, kwarg, _read_block(body), generator, yields, cells, tree
    )  # fmt: skip


def _read_tree(raw: Any) -> object:
    kind, *parts = raw
    if kind == "value":
        return parts[0]
    if kind == "list":
        return [_read_tree(part) for part in parts]
    return getattr(ast, kind)(**{name: _read_tree(part) for name, part in parts[0].items()})


__all__ = ["pack_function", "pack_numbers", "pack_regions", "unpack_function", "unpack_numbers", "unpack_regions"]
