"""Abstract interpretation where nothing runs: stand-ins are unwrapped, calls inside the text are observed."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Mapping

from ..analysis.domain.effects import EffectKind, Loc
from ..analysis.domain.meter import Exhausted, Meter
from ..analysis.domain.places import Path
from ..analysis.domain.state import Call, Env, Frame
from ..analysis.domain.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fresh,
    Generator,
    Inst,
    Known,
    Lazy,
    Plain,
    Top,
    Value,
    join,
    only,
    origins_of,
)
from ..analysis.interpret import Interpreter
from ..analysis.language.attributes import ANY_PLAIN
from ..analysis.language.columns import shape
from ..ir.nodes import Instr
from ..knowledge import CallFacts
from ..knowledge.load import library
from ..peek import CONTAINERS, MISSING, class_lookup
from ..remarks import Bailout, Span
from .bar_stand_ins import Bar, bars_of
from .made import EXTENDED, made, new_frame
from .parsers import PARSER, is_options, parsed
from .stand_in import Assumed
from .waived import Waived, unseen


class StaticInterpreter(Interpreter):
    """`observed`: the joined arguments of each function of the text; `reached`: variables at watched places."""

    def __init__(
        self,
        roots: Mapping[str, object] | None = None,
        shadows: set[type] | None = None,
        until: float = float("inf"),
        names: frozenset[str] | None = None,
        waived: Waived | None = None,
        exact: bool = False,
    ) -> None:
        super().__init__(roots, Meter(until=until))
        self.repeats = self.remembers = self.reads_back = self.settles = False  # in a printed file
        self.observed: dict[object, Env] = {}
        self.taken: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # parameters as plain data, as rows
        self.watched: tuple[str, list[Span]] = ("", [])
        self.reached: dict[Span, Env] = {}
        self.shadows = set() if shadows is None else shadows  # the classes of the text
        self.names = names  # all that the text mentions, where that is known
        self.waived, self.exact = waived or Waived(), exact  # as `@jit`
        self.extended = bool(names and names & EXTENDED)  # clients of AWS may run what the text gives them
        self.made: dict[object, Value] = {}  # what calls give that is known by an object
        self.bars: dict[Abstract, Bar] = {}  # the progress bars that iterators are
        self.importing = False  # module-level statements are followed: the environment is just a dictionary of texts

    def lift(self, obj: object, path: Path | None) -> Value:
        if type(obj) is Assumed:
            return obj.at(path)
        if self.importing and obj is os.environ:
            return only(Plain(dict))
        return super().lift(obj, path)

    def lift_all(self, objects: list[object], path: Path | None) -> Value:
        if not any(type(o) is Assumed for o in objects):
            return super().lift_all(objects, path)
        real = [o for o in objects if type(o) is not Assumed]
        assumed = [o.at(path) for o in objects if type(o) is Assumed]
        return join(super().lift_all(real, path) if real else NOTHING, *assumed)

    def entered(self, identity: object, env: Env) -> None:
        known = self.observed.setdefault(identity, {})
        for name, value in env.items():
            known[name] = join(known.get(name, NOTHING), value)

    def effect(
        self, kind: EffectKind, frame: Frame, instr: Instr | None, detail: str = "", loc: Loc | None = None
    ) -> None:
        if kind == "catches" and not self.exact:
            return  # printed code makes no refused call again: what a callee handles it handles in a worker, too
        if kind == "unknown" and self.waived.module(detail):
            kind, detail = "command", "log"  # it stays in its place, as output does
        super().effect(kind, frame, instr, detail, loc)

    def kept_inside(self, kind: EffectKind, frame: Frame) -> bool:
        return super().kept_inside(kind, frame) and not self.waived.memory(kind, True)

    def tries_inside(self) -> bool:
        return not self.exact and "statistics" not in (self.names or ())  # a worker makes the attempts

    def shows(self, facts: CallFacts) -> bool:
        return not self.waived.warning(facts)

    def assumes_client(self, abstract: Abstract) -> bool:
        return isinstance(abstract, Inst) and abstract.live is MISSING

    def assumes_unnamed(self, name: str) -> bool:
        return self.names is not None and name not in self.names

    def call(self, func: Value, call: Call) -> Value:
        given = parsed(func)
        if given is not None:
            self.unknown(call.frame, call.node, "a parser, which may call anything,")
            return given
        if any(map(unseen, func)) and any(map(_runs, (a for value in call.everything for a in value))):
            return self.unknown(call.frame, call.node, "code of the program that is given to what nothing is known of,")
        found = super().call(func, call)
        self.bars.update(bars_of(func, call, found))
        if all(isinstance(a, Top) for a in found):
            place = call.frame.filename, call.node and call.node.span
            known = self.made.get(place) or made(func, call, self.extended)
            if known is not None:
                self.made[place] = found = known
        return found

    def library_object(self, cls: type, call: Call) -> Value | None:
        """An object of a library that is known, made in the usual way: of plain settings and other such objects. What
        Python's own classes make of their arguments is found by their source."""
        if cls in self.shadows:
            own = class_lookup(cls, "__new__") is class_lookup(object, "__new__")
            return None if own else only(Inst(cls, None))  # a kind of built-in container
        if cls is PARSER:
            return only(Inst(cls, None))
        top = cls.__module__.partition(".")[0]
        if top == "builtins" or top in sys.stdlib_module_names or library(top) is None or cls in CONTAINERS:
            return None
        usual = all(isinstance(a, Plain | Fresh | Inst) for value in call.everything for a in value)
        self.contents(call.made)
        return only(Fresh(call.made, cls)) if usual else only(Top(f"a {cls.__name__} that calls code of the program"))

    def generator(self, name: str, frame: Frame, instr: Instr | None) -> Value:
        self.unknown(frame, instr, f"{name}, a generator or coroutine")
        return only(Lazy(NOTHING, readable=False, runs=True))

    def item(self, abstract: Abstract, key: Value, frame: Frame, node: Instr) -> Value:
        """A stand-in holds what the text shows of a container; what isn't found is some data that may be in it."""
        found = super().item(abstract, key, frame, node)
        if shape(abstract) == "frame" and all(isinstance(a, Top) for a in found):  # rows or columns that are picked out
            return self.lift(new_frame(), None)
        return found or only(Plain(None, frozenset(origins_of(abstract))))

    def attribute(self, abstract: Abstract, name: str, frame: Frame, node: Instr | None) -> Value:
        open_type = isinstance(abstract, Plain) and abstract.cls is None and abstract.origins - {*self.caught}
        if open_type and all(class_lookup(kind, name) is MISSING for kind in ANY_PLAIN):
            held = next((o for o in origins_of(abstract) if isinstance(o, Path)), None)
            what = f"`{held}`" if held is not None else "a value"
            return self.unknown(frame, node, f"what {what} holds, whose type the text doesn't tell,")
        if is_options(abstract) and not name.startswith("_"):
            return only(Plain(None, frozenset(origins_of(abstract))))
        if _names_column(abstract, name) and node is not None:
            return super().item(abstract, only(Plain(str, frozenset(), name)), frame, node)
        found = super().attribute(abstract, name, frame, node)
        if found or not self.may_get_attributes(abstract):
            return found
        return self.unknown(frame, node, f"the attribute {name}, which the text doesn't show,")

    def may_get_attributes(self, abstract: Abstract) -> bool:
        """Whether attributes may be set from outside: of an object of the text's own classes, or of a class of them."""
        match abstract:
            case Inst(cls=cls) | Fresh(cls=cls):
                return cls in self.shadows and not issubclass(cls, BaseException)
            case Known(obj=obj):
                return isinstance(obj, type) and obj in self.shadows
            case _:
                return False

    def typed(self, expr: str, call: Call) -> Value:
        """A library makes some of its parts known only when they are asked for: their modules are imported."""
        for name in expr.split("|"):
            parts = name.strip().split(".")
            if len(parts) > 2 and parts[0] in sys.modules:
                with contextlib.suppress(Exception):
                    getattr(importlib.import_module(".".join(parts[:-1])), parts[-1].partition("[")[0])
        return super().typed(expr, call)

    def instr(self, node: Instr, env: Env, frame: Frame, top: bool) -> Env | None:
        where, spans = self.watched
        place = (node.span.line, node.span.column)
        for span in spans if where == frame.filename else ():
            if (span.line, span.column) <= place < (span.end_line, span.end_column) and span not in self.reached:
                self.reached[span] = dict(env)
        if where != frame.filename or node.op != "call":
            return super().instr(node, env, frame, top)
        try:
            return super().instr(node, env, frame, top)
        except Exhausted:
            raise
        except Bailout as bailout:  # what it does may be anything; the statements behind it are followed all the same
            self.clock.oldest = 0
            return {**env, **dict.fromkeys(node.targets, only(Top(bailout.what)))}


def _runs(abstract: Abstract) -> bool:
    """Whether it is code, which who is given it may run."""
    return isinstance(abstract, Closure | Bound | Generator) or (isinstance(abstract, Known) and callable(abstract.obj))


def _names_column(abstract: Abstract, name: str) -> bool:
    """Whether an attribute of a data frame is a column, where its class has none of the name."""
    of_frame = isinstance(abstract, Inst) and shape(abstract) == "frame" and class_lookup(abstract.cls, name) is MISSING
    return of_frame and not name.startswith("_")
