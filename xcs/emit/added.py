"""What emission adds to a function's tree: where it stands, and the forms of statements that are there once more."""

from __future__ import annotations

import ast

from .. import trees


def alone(block: ast.With) -> ast.With:
    """A `with` statement in which nothing stands."""
    items = [ast.withitem(item.context_expr, None) for item in block.items]
    return trees.copy_location(ast.With(items, [trees.copy_location(ast.Pass(), block)]), block)


def peel(loop: ast.stmt, name: str, first: list[ast.stmt]) -> None:
    """Lets a rewritten loop choose its body in each iteration."""
    assert isinstance(loop, ast.For)
    test = ast.Attribute(ast.Name(name, ast.Load()), "ahead", ast.Load())
    choice = ast.If(test, loop.body, first)
    locate(choice, first[0])
    loop.body = [choice]


def entering(entry: str, name: str, number: int, values: ast.expr) -> ast.stmt:
    """The entry itself; values: of the region's variables, of which one may have none."""

    def asked(method: str, given: list[ast.expr]) -> ast.stmt:
        call = ast.Call(ast.Attribute(ast.Constant(entry), method, ast.Load()), [ast.Constant(number), *given], [])
        return ast.Assign([ast.Name(name, ast.Store())], call)

    def handler(error: str, statement: ast.stmt) -> ast.ExceptHandler:
        return ast.ExceptHandler(ast.Attribute(ast.Constant(entry), error, ast.Load()), None, [statement])

    none = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None))
    entered = ast.Try([asked("enter", [ast.Name(name, ast.Load())])], [handler("too_deep", none)], [], [])
    held = ast.Assign([ast.Name(name, ast.Store())], values)
    # Not around the entry itself: a signal handler may raise a NameError there, which is the program's.
    return ast.Try([held], [handler("unbound", asked("valueless", []))], [entered], [])


def switched(entry: str, name: str, number: int, test: ast.stmt) -> list[ast.stmt]:
    """An entry test behind a region's switch: while the region rests, nothing but the switch is looked at."""
    switches = ast.Attribute(ast.Constant(entry), "on", ast.Load())
    switch = ast.Subscript(switches, ast.Constant(number), ast.Load())
    on = ast.Compare(ast.Name(name, ast.Load()), [ast.IsNot()], [ast.Constant(None)])
    return [ast.Assign([ast.Name(name, ast.Store())], switch), ast.If(on, [test], [])]


def lane(entry: str, number: int, body: list[ast.stmt], new: list[ast.stmt]) -> ast.stmt:
    """A loop's body as it is written where no region in it is left, and else with them."""
    switch = ast.Subscript(ast.Attribute(ast.Constant(entry), "lanes", ast.Load()), ast.Constant(number), ast.Load())
    choice = ast.If(ast.Compare(switch, [ast.Is()], [ast.Constant(None)]), body, new)
    locate(choice, body[0])
    return choice


def ticking(entry: str, at: ast.stmt) -> ast.stmt:
    """The step with which a function begins: no call, which would fail where the stack has room for nothing more. One
    of many steps looks at something, and has no room for that there."""
    ticks = ast.Attribute(ast.Constant(entry), "ticks", ast.Load())
    tick = ast.Expr(ast.Compare(ast.Constant(None), [ast.In()], [ticks]))
    handler = ast.ExceptHandler(ast.Attribute(ast.Constant(entry), "too_deep", ast.Load()), None, [ast.Pass()])
    guarded = ast.Try([tick], [handler], [], [])
    locate(guarded, at)
    return guarded


def locate(tree: ast.AST, at: ast.stmt) -> None:
    """Gives nodes that have no position the line of `at`; below one that has, all have."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if hasattr(node, "lineno"):
            continue
        if "lineno" in node._attributes:
            node.lineno, node.col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
            node.end_lineno, node.end_col_offset = at.lineno, at.col_offset  # type: ignore[attr-defined]
        todo.extend(trees.children(node))
