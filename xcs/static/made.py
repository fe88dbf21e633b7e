"""What libraries make that the analysis knows by the object: a client of AWS, a data frame. One stands for it here.

Making either asks nobody: a client comes out of the description of its service, a frame is empty.
"""

from __future__ import annotations

import ast
import functools
import sys
import types
from typing import Any

from ..analysis.domain.state import Call, Env
from ..analysis.domain.values import Abstract, Bound, Inst, Known, Plain, Value, only
from ..front.lower import FunctionNode
from ..knowledge.data_frames import class_named, is_frame
from ..peek import MISSING, class_lookup, peek

# They log what they send below INFO.
QUIET = frozenset((
    "requests", "urllib3", "botocore", "boto3", "s3transfer", "anthropic", "openai", "httpcore", "httpcore2",
))  # fmt: skip
READERS = frozenset((
    "DataFrame", "read_csv", "read_table", "read_json", "read_excel", "read_parquet", "read_feather", "read_pickle",
    "read_sql", "read_sql_query", "concat", "merge",
))  # fmt: skip
FRAME_METHODS = frozenset((
    "head", "tail", "sample", "sort_values", "sort_index", "drop", "dropna", "fillna", "drop_duplicates", "copy",
    "merge", "join", "assign", "query", "rename", "reset_index", "set_index", "astype",
))  # fmt: skip
# Ways into a client.
EXTENDED = frozenset({"register", "register_first", "register_last", "Stubber", "mock_aws", "moto"})


def made(func: Value, call: Call, extended: bool) -> Value | None:
    """What a call gives that is known by an object; None: it is another call. extended: clients may run more here."""
    (called,) = func if len(func) == 1 else (None,)
    match called:
        case Known(obj=type() as cls) if cls is class_in("boto3.session", "Session"):
            return only(Inst(cls, None))
        case Known(obj=obj) if obj is peek(sys.modules.get("boto3", MISSING), "client"):
            return _client(call) if not extended else None
        case Bound(func=Known(obj=obj), receiver=Inst(cls=cls)) if cls is class_in("boto3.session", "Session"):
            return _client(call) if obj is class_lookup(cls, "client") and not extended else None
        case Known(obj=obj) if any(obj is peek(sys.modules.get("pandas", MISSING), name) for name in READERS):
            return _frame()
        case Bound(func=Known(obj=obj), receiver=Inst(live=live)) if is_frame(live):
            return _of_frame(obj, call)
        case _:
            return None


def class_in(module: str, name: str) -> type | None:
    """A class of a module that is loaded."""
    found = peek(sys.modules.get(module, MISSING), name)
    return found if isinstance(found, type) else None


def _client(call: Call) -> Value | None:
    given = call.args[0] if call.args else call.named.get("service_name", frozenset())
    (service,) = given if len(given) == 1 else (None,)
    if not isinstance(service, Plain) or type(service.const) is not str:
        return None
    client = client_of(service.const)
    return None if client is None else only(Inst(type(client), None, id(client), client))


@functools.cache
def client_of(service: str) -> object | None:
    """A client of a service of AWS, which nobody calls."""
    session: Any = class_in("boto3.session", "Session")
    try:
        return session("-", "-", region_name="us-east-1").client(service) if session is not None else None
    except Exception:  # no such service, or settings of this machine that botocore refuses
        return None


def new_frame() -> object:
    """A data frame; `MISSING` where pandas isn't loaded."""
    cls: Any = class_named("DataFrame")
    return MISSING if cls is None else cls()


def _frame() -> Value | None:
    live = new_frame()
    return None if live is MISSING else only(Inst(type(live), None, id(live), live))


def gone_through(node: FunctionNode, name: str) -> bool:
    """Whether a variable's use shows that it holds a data frame: `for i, row in df.iterrows()`."""
    for below in ast.walk(node):
        match below:
            case ast.Attribute(value=ast.Name(id=held), attr="iterrows" | "itertuples" | "iloc") if held == name:
                return True
            case _:
                pass
    return False


def _of_frame(method: object, call: Call) -> Value | None:
    name = method.__name__ if isinstance(method, types.FunctionType) else ""
    if "inplace" in call.named:
        return None
    if name == "to_dict":
        (orient,) = [*call.args, *call.named.values()] or [frozenset[Abstract]()]
        return only(Plain(list)) if orient == only(Plain(str, frozenset(), "records")) else None
    return _frame() if name in FRAME_METHODS else None


def frames_in(env: Env, names: tuple[str, ...]) -> tuple[str, ...]:
    """Variables that hold data frames."""
    return tuple(n for n in names if any(isinstance(a, Inst) and is_frame(a.live) for a in env.get(n, ())))


__all__ = ["EXTENDED", "QUIET", "frames_in", "gone_through", "made", "new_frame"]
