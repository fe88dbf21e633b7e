"""What parsers of command lines are and give, where nothing runs: their code is not followed, options are plain."""

from __future__ import annotations

import argparse
import types

from ..analysis.domain.state import Env
from ..analysis.domain.values import Abstract, Bound, Fresh, Inst, Known, Plain, Value, only

PARSER, OPTIONS = argparse.ArgumentParser, argparse.Namespace
GIVE: dict[str, type | None] = {
    "parse_args": OPTIONS,
    "parse_intermixed_args": OPTIONS,
    "add_argument_group": PARSER,  # what is asked of a group is asked of a parser, too
    "add_mutually_exclusive_group": PARSER,
    "add_subparsers": PARSER,
    "add_parser": PARSER,
    "add_argument": None,
    "set_defaults": None,
}


def parsed(func: Value) -> Value | None:
    """What a call of a parser's method, or of a part of one, gives; None: it is another call."""
    if not func or not all(map(_is_method, func)):
        return None
    methods = {f.func.obj for f in func if isinstance(f, Bound) and isinstance(f.func, Known)}
    (name, *others) = {m.__name__ for m in methods if isinstance(m, types.FunctionType)}
    if others or name not in GIVE:
        return None
    given = GIVE[name]
    return only(Plain(type(None))) if given is None else only(Inst(given, None))


def _is_method(func: Abstract) -> bool:
    if not isinstance(func, Bound) or not isinstance(func.func, Known):
        return False
    method = func.func.obj
    return isinstance(method, types.FunctionType) and method.__module__ == argparse.__name__


def is_options(abstract: Abstract) -> bool:
    return isinstance(abstract, Inst | Fresh) and abstract.cls is OPTIONS


def options_in(env: Env, names: tuple[str, ...]) -> tuple[str, ...]:
    """Variables that hold what a command line was parsed to."""
    return tuple(n for n in names if any(map(is_options, env.get(n, ()))))


__all__ = ["OPTIONS", "PARSER", "is_options", "options_in", "parsed"]
