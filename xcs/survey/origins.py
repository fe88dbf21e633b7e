"""Where values come from: what a name or attribute stands for, by imports, assignments and annotations."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .contained import Contained
from .kinds import DATA, Built, Data, Given, Made, OfClass, OfFunction, Origin, Symbol
from .modules import Class, Function, Module, Program, assignments, shared_names
from .services import described, of_role
from .tree_walks import text

DEPTH = 20  # of names that stand for names
BUILT_IN = frozenset(dir(builtins))
PLAIN_TYPES = frozenset({
    "str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple", "frozenset", "List", "Dict", "Set", "Tuple",
    "Sequence", "Iterable", "Mapping", "Path", "Literal", "date", "datetime", "DataFrame", "Series",
})  # fmt: skip


@dataclass(eq=False, slots=True)
class Scope(Contained):
    """The names of a function, or of a module. `given`: what its parameters are given by the calls in the text."""

    program: Program
    module: Module
    function: Function | None = None
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    calls: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, program: Program, module: Module, function: Function | None, calls: dict[str, list[tuple[ast.Call, Scope]]]
    ) -> Scope:
        if function is None:
            return cls(program, module, None, module.bound, calls)
        if function.bound is None:
            shared = shared_names(function.node.body)
            assigned = assignments(function.node.body, module.names_inside)
            function.bound = {n: v for n, v in assigned.items() if n not in shared}
        return cls(program, module, function, function.bound, calls)

    def inside(self, function: Function) -> Scope:
        """The names of a function that is called here."""
        return Scope.of(self.program, function.module, function, self.calls_in(function.module))

    def calls_in(self, module: Module) -> dict[str, list[tuple[ast.Call, Scope]]]:
        """The calls that are known of a module's functions: those of its own text."""
        return self.calls if module is self.module else {}

    def is_local(self, name: str) -> bool:
        """Whether a name is a variable of this very scope."""
        if name in self.bound or (self.function is not None and name in self.function.inner):
            return True
        return self.is_parameter(name)

    # -- names

    def origin(self, node: ast.expr, depth: int = 0) -> Origin:
        """What an expression stands for."""
        if not self.within(depth, DEPTH):
            return Given(text(node))
        match node:
            case ast.Name(id=name):
                return self.named(name, depth + 1)
            case ast.Attribute(value=value, attr=name):
                return self.attribute(self.origin(value, depth + 1), name, node, depth)
            case ast.Call(func=func):
                return self.called(self.origin(func, depth + 1), node, depth)
            case ast.Await(value=value):
                return self.origin(value, depth + 1)
            case ast.Subscript(value=value):
                found = self.origin(value, depth + 1)
                if isinstance(found, Made):
                    return replace(found, chain=found.chain + "[]")
                other = self.in_table(value, depth) or Given(text(node))
                return other if not isinstance(found, Data) or isinstance(other, OfFunction | OfClass) else DATA
            case ast.IfExp(body=body, orelse=orelse):
                return self.first([body, orelse], depth)
            case ast.BoolOp(values=values):
                return self.first(list(reversed(values)), depth)
            case ast.NamedExpr(value=value):
                return self.origin(value, depth + 1)
            case ast.BinOp(op=ast.BitOr()):
                return self.joined(node, depth)
            case ast.Starred(value=value):
                return self.element(value, depth + 1)
            case ast.Lambda():
                return Given(text(node))
            case _:
                return DATA

    def first(self, values: Sequence[ast.expr | None], depth: int) -> Origin:
        """The first origin that says something."""
        found: list[Origin] = [self.origin(v, depth + 1) for v in values if v is not None]
        return next((f for f in found if not isinstance(f, Data | Given)), found[0] if found else Given("a value"))

    def named(self, name: str, depth: int) -> Origin:
        key = (id(self.function or self.module), name, bool(self.calls))
        return self.once(key, depth, Given(name), lambda: self._named(name, depth))

    def once(self, key: tuple[object, ...], depth: int, meanwhile: Origin, find: Callable[[], Origin]) -> Origin:
        """What is found for a key, once."""
        found: Origin = self.program.origins.once(key, depth, meanwhile, find)
        return found

    def within(self, depth: int, most: int) -> bool:
        """Whether a search may go on that deep down."""
        return self.program.origins.within(depth, most)

    def _named(self, name: str, depth: int) -> Origin:
        if self.function is not None and not self.is_local(name):
            dotted = self.function.imports().get(name)
            return self.imported(dotted) if dotted is not None else self.outer().named(name, depth)
        values = self.bound.get(name, [])
        known = [v for v in values if v is not None]
        if known and self.within(depth, DEPTH):
            found = self.first(known, depth)
            if isinstance(found, Given) and isinstance(known[0], ast.Starred):
                return Given(name)
            if not isinstance(found, Given) or not self.is_parameter(name):
                return found
        if self.function is None:
            return self.of_module(name, bool(values))
        if self.is_parameter(name):
            return self.parameter(name, depth)
        inner = self.function.inner.get(name)
        return OfFunction(inner) if inner is not None else Given(name)

    def is_parameter(self, name: str) -> bool:
        return self.function is not None and name in self.function.named()

    def outer(self) -> Scope:
        assert self.function is not None
        return Scope.of(self.program, self.module, self.function.outer, self.calls)

    def of_module(self, name: str, assigned: bool) -> Origin:
        module = self.module
        if name in module.functions:
            return OfFunction(module.functions[name])
        if name in module.classes:
            return OfClass(module.classes[name])
        if name in module.imports:
            return self.imported(module.imports[name])
        if assigned:
            return Given(name)
        other = self.program.starred(module, name)
        if other is not None:
            return Scope.of(self.program, other, None, {}).named(name, 1)
        return Built(name) if name in BUILT_IN else Given(name)

    def imported(self, dotted: str) -> Origin:
        """What an imported name means: something of the program, or of a package."""
        holder, _, last = dotted.rpartition(".")
        if described(dotted) and not self.own(dotted):
            return Symbol(dotted)
        other = self.program.imported(holder, self.module) if holder else None
        if other is not None and not other.binds(last):
            other = self.program.starred(other, last)
        if other is not None and other is not self.module:
            return Scope.of(self.program, other, None, {}).named(last, 1)
        if self.own(dotted) and self.program.imported(dotted, self.module) is None:
            return Given(last)
        return Symbol(dotted)

    def own(self, dotted: str) -> bool:
        """Whether a name is one of the package that the module is a part of, as far as its folders show."""
        return dotted.partition(".")[0] in self.module.tops

    def parameter(self, name: str, depth: int) -> Origin:
        """What a parameter is, by its annotation, its default, the class it is bound to, or the calls in the text."""
        function = self.function
        assert function is not None
        args = function.node.args
        arg = function.named()[name]
        receives = function.owner is not None and "staticmethod" not in function.decorators
        if receives and function.owner is not None and function.parameters and arg is function.parameters[0]:
            return OfClass(function.owner, instance="classmethod" not in function.decorators)
        if arg.annotation is not None:
            found = self.annotated(arg.annotation, depth)
            if found is not None:
                return found
        positional = [*args.posonlyargs, *args.args]
        defaults = dict(zip([p.arg for p in positional[::-1]], args.defaults[::-1], strict=False))
        defaults.update({p.arg: d for p, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None})
        if name in defaults and not isinstance(defaults[name], ast.Constant):
            return self.outer().origin(defaults[name], depth + 1)
        return self.passed(function, name, positional, depth) or Given(name)

    def passed(self, function: Function, name: str, positional: list[ast.arg], depth: int) -> Origin | None:
        """What the calls in the text give a parameter, where they agree on an object of a package or class."""
        if not self.calls.get(function.node.name) or not self.within(depth, 4):
            return None
        skip = 1 if function.owner is not None and "staticmethod" not in function.decorators else 0
        names = [p.arg for p in positional][skip:]
        for call, scope in self.calls.get(function.node.name, ())[:6]:
            value = next((k.value for k in call.keywords if k.arg == name), None)
            if value is None and name in names and names.index(name) < len(call.args):
                value = call.args[names.index(name)]
            if value is not None and not isinstance(value, ast.Starred):
                found = scope.origin(value, depth + 4)
                if isinstance(found, Made | OfClass | OfFunction):
                    return found
        return None

    def annotated(self, node: ast.expr, depth: int = 0) -> Origin | None:
        """What a value so annotated is; None where the annotation says nothing of use."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.annotated(ast.parse(node.value, mode="eval").body, depth)
            except SyntaxError:
                return None
        if isinstance(node, ast.BinOp):
            return self.either([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            name = text(node.value).rpartition(".")[2]
            inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if name in ("Optional", "Union", "Annotated"):
                return self.either(inside[:1] if name == "Annotated" else inside, depth)
            return DATA if name in PLAIN_TYPES else None
        if isinstance(node, ast.Name | ast.Attribute):
            last = text(node).rpartition(".")[2]
            if last in PLAIN_TYPES or last in ("Any", "object"):
                return DATA if last in PLAIN_TYPES else None
            found = self.outermost().origin(node, depth + 1)
            if isinstance(found, OfClass):
                return OfClass(found.cls, instance=True)
            if isinstance(found, Symbol) and not self.own(found.dotted) and not found.dotted.startswith("typing."):
                return Made(found.dotted, stated=True)
        return None

    def either(self, arms: Sequence[ast.expr], depth: int) -> Origin | None:
        """What a value of one of several types is: an object sooner than data, for only an object has methods that
        wait."""
        found = [self.annotated(arm, depth) for arm in arms]
        return next((f for f in found if f is not None and not isinstance(f, Data)), DATA if DATA in found else None)

    def defining(self, name: str) -> Scope:
        scope = self
        while scope.function is not None and not scope.is_local(name):
            scope = scope.outer()
        return scope

    def attributes(self, holder: OfClass, name: str) -> list[tuple[ast.expr | None, Contained]]:
        held, module = holder.cls.attributes.get(name, ()), holder.cls.module
        return [(stated, Scope.of(self.program, module, method, {})) for _value, stated, method in held]

    def assignments(self, holder: OfClass, name: str) -> list[tuple[ast.expr | None, Contained]]:
        held, module = holder.cls.attributes.get(name, ()), holder.cls.module
        return [(value, Scope.of(self.program, module, method, {})) for value, _stated, method in held]

    def binding(self, name: str) -> Scope:
        """The scope of the module that binds a name which is seen here."""
        scope = self.defining(name)
        dotted = scope.module.imports.get(name) if scope.function is None and name not in scope.bound else None
        holder = dotted.rpartition(".")[0] if dotted is not None else ""
        other = self.program.imported(holder, scope.module) if holder and not described(holder) else None
        return Scope.of(self.program, other, None, {}) if other is not None else scope

    def outermost(self) -> Scope:
        return Scope.of(self.program, self.module, None, self.calls)

    # -- attributes and calls

    def attribute(self, holder: Origin, name: str, node: ast.Attribute, depth: int) -> Origin:
        match holder:
            case Symbol(dotted=dotted):
                outside = described(dotted) and not self.own(dotted)
                other = None if outside else self.program.imported(dotted, self.module)
                if other is not None and (name in other.functions or name in other.classes or name in other.bound):
                    return Scope.of(self.program, other, None, {}).named(name, depth + 1)
                below = f"{dotted}.{name}"
                if self.own(dotted) and self.program.imported(below, self.module) is None:
                    return Given(name)
                return Symbol(below)
            case Made(chain=chain):
                return replace(holder, chain=f"{chain}.{name}" if chain else name)
            case OfClass(cls=cls, instance=instance):
                return self.member(cls, name, text(node.value), depth, instance)
            case Data():
                return DATA
            case Given(name=shown, chain=chain):
                return Given(shown, f"{chain}.{name}" if chain else name)
            case _:
                return Given(text(node))

    def member(self, cls: Class, name: str, receiver: str, depth: int, instance: bool) -> Origin:
        """An attribute of a class of the program or of an object of it."""
        key = (id(cls), name, receiver, instance, bool(self.calls))
        return self.once(key, depth, Given(f"{receiver}.{name}"), lambda: self._member(cls, name, receiver, depth))

    def _member(self, cls: Class, name: str, receiver: str, depth: int) -> Origin:
        seen: set[int] = set()
        todo = [cls]
        while todo:
            current = todo.pop(0)
            if id(current) in seen or len(seen) > DEPTH:
                continue
            seen.add(id(current))
            scope = Scope.of(self.program, current.module, None, self.calls if current.module is self.module else {})
            if name in current.methods:
                method = current.methods[name]
                if any(d.rpartition(".")[2] in ("property", "cached_property") for d in method.decorators):
                    return self.property(method, depth)
                return OfFunction(method, receiver)
            if name in current.attributes and self.within(depth, DEPTH):
                return self.assigned(current, name, depth)
            for base in current.node.bases:
                found = scope.origin(base, depth + 1)
                if isinstance(found, OfClass):
                    todo.append(found.cls)
                elif isinstance(found, Symbol) and found.dotted.partition(".")[0] in of_role("declaring"):
                    continue
                elif isinstance(found, Symbol) and described(found.dotted) and not self.own(found.dotted):
                    return Made(found.dotted, name)
        return Given(f"{receiver}.{name}")

    def assigned(self, cls: Class, name: str, depth: int) -> Origin:
        found: list[Origin] = []
        for value, annotation, method in cls.attributes[name]:
            scope = Scope.of(self.program, cls.module, method, self.calls if cls.module is self.module else {})
            stated = scope.annotated(annotation, depth + 1) if annotation is not None else None
            if stated is not None and not isinstance(stated, Data):
                return stated
            if value is not None and not _says_nothing(value):
                found.append(scope.origin(value, depth + 2))
        return next((f for f in found if not isinstance(f, Data | Given)), found[0] if found else Given(name))

    def property(self, method: Function, depth: int) -> Origin:
        """The value of a property: by its annotation, or by what it returns."""
        scope = Scope.of(self.program, method.module, method, {})
        return scope.returned(depth)

    def returned(self, depth: int) -> Origin:
        """What the scope's function returns."""
        return self.once((id(self.function), "@returned"), depth, DATA, lambda: self._returned(depth))

    def _returned(self, depth: int) -> Origin:
        assert self.function is not None
        if self.function.node.returns is not None:
            found = self.annotated(self.function.node.returns, depth + 1)
            if found is not None:
                return found
        from .modules import statements

        body = list(statements(self.function.node.body))
        values = [n.value for n in body if isinstance(n, ast.Return)]
        if not values:  # a context manager gives what it yields
            values = [n.value.value for n in body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Yield)]
        return self.first(values, depth + 2) if values and self.within(depth, DEPTH - 1) else DATA

    def called(self, callee: Origin, node: ast.Call, depth: int) -> Origin:
        match callee:
            case Symbol(dotted="typing.cast") if len(node.args) == 2:
                return self.annotated(node.args[0], depth) or self.origin(node.args[1], depth + 1)
            case Symbol(dotted=dotted) if dotted in of_role("importing") and node.args:
                named = node.args[0]
                plain = isinstance(named, ast.Constant) and isinstance(named.value, str)
                return Symbol(named.value) if plain else Made(dotted)  # type: ignore[attr-defined]
            case Symbol(dotted=dotted):
                return Given(text(node.func)) if self.own(dotted) else Made(dotted)
            case Made(chain=chain):
                return replace(callee, chain=chain + "()")
            case OfClass(cls=cls, instance=False):
                return OfClass(cls, instance=True)
            case OfFunction(function=function):
                if not self.within(depth, DEPTH - 1):
                    return DATA
                return Scope.of(self.program, function.module, function, {}).returned(depth + 1)
            case Built(name="getattr") if node.args:
                return Given(text(node.args[0]))
            case Built() | Data():
                return DATA
            case _:
                return Given(text(node.func))


def _says_nothing(value: ast.expr) -> bool:
    """Whether what a class's body assigns is only a default that describes a field, or None."""
    if isinstance(value, ast.Call):
        return text(value.func).rpartition(".")[2] in ("Field", "field", "PrivateAttr", "ib", "attrib")
    return isinstance(value, ast.Constant) and value.value is None
