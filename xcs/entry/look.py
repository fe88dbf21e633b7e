"""Looking before interpreting: whether anything that a function reaches may wait, by names alone.

The code that can be reached is scanned for the names it uses, and these are looked up in what it can see: its module,
its cells, the objects that a region is entered with, and the classes of all of them. There are no abstract values, and
nothing is proved: what runs in place is right whatever the answer is. Only what knowledge says to wait, or a user
states to be unordered, can start early, so only that counts.

    YES      such a call is reached by name, or more than is worth looking at
    NO       none is, and each method that is called by name was found
    UNKNOWN  there are methods that nothing of what was seen has
"""

from __future__ import annotations

import functools
import sys
import types
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Final

from ..bound import BUILT_INS
from ..front.source import original_code
from ..knowledge import computes, lookup
from ..knowledge.index import home, library_of, may_wait, resolve, stated_to_wait, stated_unknown, type_facts, waits
from ..marks import marked
from ..peek import (
    CONTAINERS,
    IMMUTABLE,
    MISSING,
    Kinds,
    class_lookup,
    dict_of,
    home_of,
    instance_dict,
    mro_of,
    name_of,
    receiver_of,
    slot_of,
    text,
)
from .known_services import loaded
from .plain_objects import plain_alone
from .scans import calls_given, only_yields, scan, unloaded

NO, UNKNOWN, YES = "no", "unknown", "yes"

FEW = 4  # elements of a container that are looked at
EACH = 8  # objects of a class whose attributes are followed
DEEP = 3  # containers in containers
OBJECTS = 400  # that one look sees
NEAR = 40  # the same of one that is quick
MUCH = "more than is worth looking at before it was seen to wait"

Add = Callable[[object], None]


BUILT_IN: Final[frozenset[str]] = frozenset(
    name
    for cls in (*CONTAINERS, *IMMUTABLE, BaseException, types.GeneratorType, memoryview, types.FunctionType)
    for name in dir(cls)
)
PASSIVE: Final = Kinds((
    types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType,
    types.CodeType, types.FrameType, types.GeneratorType,
))  # fmt: skip
NOTHING: Final = IMMUTABLE.ids | PASSIVE.ids
OF_C: Final = Kinds((types.BuiltinFunctionType, types.MethodDescriptorType, types.ClassMethodDescriptorType))
BARE: Final = Kinds((*IMMUTABLE, *CONTAINERS, object, type))
NOT_CALLED = frozenset({"__class__", "__getattribute__", "__subclasshook__", "__init_subclass__", "__class_getitem__"})


class Waits(Exception):
    """Something that waits was reached: there is no need to look further."""


class TooMuch(Exception):
    """More is reached than is worth looking at."""


class Look:
    """What is reached from a piece of code and the objects it is run on, as far as it has been followed."""

    def __init__(self, objects: int = OBJECTS) -> None:
        self.objects = objects  # that it sees at most
        self.seen: dict[int, object] = {}
        self.todo: deque[object] = deque()  # what is near comes first
        self.wanted: set[str] = set()  # attributes
        self.called: set[str] = set()  # methods
        self.met: set[str] = set()  # attributes that modules have
        self.offered: list[Mapping[str, object]] = []  # what classes have
        self.slots: dict[str, list[types.MemberDescriptorType]] = {}  # of them, by name
        self.classes: dict[int, type] = {}
        self.instances: list[object] = []
        self.numbers: dict[int, int] = {}  # of them, by class
        self.answer = UNKNOWN
        self.why = self.unloaded = ""  # it is not known, as a module is not there yet
        self.fixed = True  # the answer would be the same with any other objects
        self.modules: list[dict[str, object]] = []  # of the functions that were reached

    # -- what is reached

    def add(self, obj: object, depth: int = 0) -> None:
        """Something is reached: a value that may be called, or asked for its attributes."""
        kind = type(obj)
        if id(kind) in NOTHING or id(obj) in self.seen:
            return
        self.seen[id(obj)] = obj
        if len(self.seen) > self.objects:
            raise TooMuch
        if kind in CONTAINERS:
            if depth < DEEP:
                self.sample(obj, depth + 1)
            return
        self.todo.append(obj)

    def sample(self, container: object, depth: int) -> None:
        """A few of the elements of an exact built-in container."""
        try:
            if issubclass(type(container), dict):
                values: Iterable[object] = dict.values(container)  # type: ignore[arg-type]
                for value in islice(values, FEW):
                    self.add(value, depth)
            for value in islice(container, FEW):  # type: ignore[call-overload]
                self.add(value, depth)
        except RuntimeError:  # another thread is changing it
            pass

    def follow(self) -> None:
        """
        Raises:
            Waits, TooMuch
        """
        while self.todo:
            obj = self.todo.popleft()
            kind = type(obj)
            if kind is types.FunctionType:
                self.function(obj)  # type: ignore[arg-type]
            elif issubclass(kind, types.ModuleType):
                self.instances.append(obj)
                self.held(obj, self.wanted)
            elif issubclass(kind, type):
                self.fact(obj)
                self.offer(obj)  # type: ignore[arg-type]
                self.offer(kind)
            elif kind is types.MethodType:
                self.add(obj.__func__)  # type: ignore[attr-defined]
                self.add(obj.__self__)  # type: ignore[attr-defined]
            elif kind is staticmethod or kind is classmethod:
                self.add(obj.__func__)  # type: ignore[attr-defined]
            elif kind is property:
                self.add(obj.fget)  # type: ignore[attr-defined]
            elif kind is functools.partial:
                self.fact(obj)
                self.add(obj.func)  # type: ignore[attr-defined]
                for value in (*obj.args, *obj.keywords.values()):  # type: ignore[attr-defined]
                    self.add(value)
            elif kind in OF_C:
                self.fact(obj)
                receiver = receiver_of(obj)
                if not issubclass(type(receiver), types.ModuleType | types.NoneType):
                    self.add(receiver)
            else:
                self.instance(obj)

    def fact(self, obj: object) -> bool:
        """Whether there are facts about a callable.

        Raises:
            Waits: they say that it waits.
        """
        if marked(obj) == "unordered":
            raise Waits
        facts = lookup(obj)
        if facts is None:
            if type(obj) in OF_C and not self.why and waits(library_of(obj)):
                self.why = name_of(obj)
            return False
        if may_wait(facts):
            raise Waits
        if not self.why and stated_unknown(facts) and waits(facts.library):
            self.why = facts.name
        if "." in facts.result and "(" not in facts.result:
            for name in facts.result.replace("[", "|").replace("]", "").split("|"):
                self.add(resolve(name.strip()) if "." in name else None)
        return True

    def function(self, function: types.FunctionType) -> None:
        if marked(function) is not None or lookup(function) is not None:
            self.fact(function)
            return
        if function.__globals__.get("__builtins__") is BUILT_INS:  # ours, as where functions are decorated: none waits
            return
        if waits(home(text(function.__globals__.get("__name__")))):
            self.code(original_code(function.__code__), function.__globals__)
        for cell in function.__closure__ or ():
            try:
                self.add(cell.cell_contents)
            except ValueError:
                continue
        for value in function.__defaults__ or ():
            self.add(value)
        for value in (function.__kwdefaults__ or {}).values():
            self.add(value)
        wrapped = (instance_dict(function) or {}).get("__wrapped__")
        if wrapped is not None:
            self.add(wrapped)

    def code(self, code: types.CodeType, module: dict[str, object]) -> None:
        """A piece of code runs, with these globals."""
        found = scan(code)
        holders: list[Mapping[str, object]] = []
        built_in = module.get("__builtins__")
        names = built_in if type(built_in) is dict else instance_dict(built_in) or {}

        def meet(value: object) -> None:
            if issubclass(type(value), types.ModuleType):
                below = instance_dict(value)
                if below is not None and id(value) not in held:
                    held.add(id(value))
                    holders.append(below)
            elif value is not MISSING and not only_yields(value, code):
                self.add(value)

        held: set[int] = set()
        for name in found.names:
            meet(module.get(name, names.get(name, MISSING)))
        self.unloaded = self.unloaded or unloaded(found, module)
        for name in found.modules:
            meet(sys.modules.get(name, MISSING))
            meet(sys.modules.get(name.partition(".")[0], MISSING))
        while holders:
            below = holders.pop()
            for name in found.attributes:
                if name in below:
                    self.met.add(name)
                    meet(below[name])
        if not any(module is known for known in self.modules):
            self.modules.append(module)
        self.called |= found.methods
        self.want(found.attributes)

    def want(self, names: Iterable[str]) -> None:
        """These attributes are asked for, of whatever is reached."""
        fresh = set(names) - self.wanted
        if not fresh:
            return
        self.wanted |= fresh
        for below in self.offered:
            for name in below.keys() & fresh:
                self.add(below.get(name))
        for obj in self.instances:
            self.held(obj, fresh)

    def offer(self, cls: type) -> None:
        """A class is reached: what of it is asked for, its special methods, and what it redefines of a library's."""
        order = mro_of(cls)
        for index, base in enumerate(order):
            if id(base) in self.classes or base in BARE:
                continue
            self.classes[id(base)] = base
            facts = type_facts(base)
            for expression in facts.attributes.values() if facts is not None else ():
                self.add(resolve(expression) if "." in expression else None)
            own = dict_of(base)
            self.offered.append(own)
            for name in own.keys() & self.wanted:
                self.add(own.get(name))
            called: set[str] = set()
            if waits(home(home_of(base))):
                called = {name for name in own if name[:2] == "__"}
                theirs = [dict_of(b).keys() for b in order[index + 1 :] if not waits(home(home_of(b)))]
                called.update(*[own.keys() & names for names in theirs])
            for name in called - NOT_CALLED:
                if type(own.get(name)) is types.FunctionType:
                    self.add(own.get(name))
            for name, slot in [(n, v) for n, v in own.items() if type(v) is types.MemberDescriptorType]:
                self.slots.setdefault(name, []).append(slot)

    def instance(self, obj: object) -> None:
        """An object is reached: its class, and what it holds of what is asked for."""
        if marked(obj) == "unordered":
            raise Waits
        number = self.numbers.get(id(type(obj)), 0)
        self.numbers[id(type(obj))] = number + 1
        if number >= EACH:
            return
        self.offer(type(obj))
        if plain_alone(obj) and not _forwards(obj):
            return
        self.instances.append(obj)
        self.held(obj, self.wanted)
        below = instance_dict(obj)
        if below is not None and computes(home(home_of(type(obj)))):  # its own code is not followed: it may call these
            for value in [held for held in list(below.values()) if type(held) is types.FunctionType]:
                self.add(value)
        if below is not None and "__wrapped__" in below:
            self.add(below["__wrapped__"])
        elif class_lookup(type(obj), "func") is not MISSING:
            self.held(obj, ("func",))

    def held(self, obj: object, names: Iterable[str]) -> None:
        below = instance_dict(obj)
        if below is not None:
            for name in names if len(below) > 8 or type(names) is not set else names & below.keys():
                if name in below:
                    self.add(below[name])
        for name in self.slots.keys() & names:
            for slot in self.slots[name]:
                self.add(slot_of(slot, obj))

    # -- what is not

    def missing(self) -> set[str]:
        """The methods that are called and that nothing has which was reached."""
        left = self.called - BUILT_IN - self.met
        for below in self.offered if left else ():
            left = {name for name in left if name not in below}
        if left:
            for obj in self.instances:
                left -= (instance_dict(obj) or {}).keys()
        return left

    def beyond(self) -> bool:
        """Whether classes that the modules know have more of the methods that are called; they are reached, too."""
        left, before = self.missing(), len(self.seen)
        if not left:
            return False
        for module in self.modules:
            for value in list(module.values()):
                cls = value if issubclass(type(value), type) else type(value)
                if id(cls) not in self.classes and any(not left.isdisjoint(dict_of(b)) for b in mro_of(cls)):  # type: ignore[arg-type]
                    self.add(value)
        return len(self.seen) > before


def nearby(code: types.CodeType, module: dict[str, object]) -> str:
    """Whether something that waits is among the first things that this code reaches, before it is called.

    Not known where it uses names that mean nothing yet, or calls what it is given.
    """
    seen = examine(code, module, (), NEAR)
    if len(seen.seen) > NEAR:
        return UNKNOWN
    if seen.answer == NO and (calls_given(code) or meaningless(code, module)):
        return UNKNOWN
    return seen.answer


def meaningless(code: types.CodeType, module: dict[str, object]) -> bool:
    """Whether a piece of code uses a global name that means nothing yet, beside its own."""
    return any(name not in module and name not in BUILT_INS and name != code.co_name for name in scan(code).names)


def examine(
    code: types.CodeType, module: dict[str, object], values: Iterable[object], objects: int = OBJECTS
) -> Look:
    """Looks whether anything that this code reaches may wait, run on these values. objects: that it sees at most."""
    seen = Look(objects)
    try:
        for value in values:
            seen.add(value)
            seen.fixed &= type(value) in IMMUTABLE
        seen.code(code, module)
        seen.follow()
        while seen.beyond():
            seen.follow()
    except Waits:
        seen.answer = YES
    except TooMuch:  # among so much there may well be something, if the process has anything that waits
        seen.answer, seen.why = (YES, "") if loaded() else (UNKNOWN, MUCH)
    except (RecursionError, RuntimeError):  # too deep, or another thread changes what is gone through
        seen.why = MUCH
    else:
        missing = seen.missing()
        if missing:
            seen.why = f"`.{min(missing)}(...)`, a method of something that can't be foreseen"
        if seen.unloaded:  # its functions are met where it is there
            seen.why = f"import of {seen.unloaded}"
        forwards = any(map(_forwards, seen.instances))
        seen.answer = YES if forwards else UNKNOWN if seen.why else NO
    return seen


def _forwards(obj: object) -> bool:
    """Whether an object of a library that waits gives attributes of another one, which is made when it is asked for."""
    found = class_lookup(type(obj), "__getattr__")
    package = library_of(found) if type(found) is types.FunctionType else ""
    return package not in sys.stdlib_module_names and stated_to_wait(package)
