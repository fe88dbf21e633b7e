"""The modules of a program as a survey sees them: trees, and what their names are bound to."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from ..front.texts import module_name
from ..remarks import Bailout
from .found_before import FoundBefore
from .services import described
from .tree_walks import walk

Stored = tuple[ast.expr, ast.expr | None, ast.expr | None]  # target, value, annotation
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKLESS = frozenset({  # statements without blocks, and those whose blocks are scopes of their own
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return,
    ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal,
    ast.Delete,
})  # fmt: skip
FOLDERS_UP = 6  # above a file, in which the modules of its program are looked for
STARS = 2  # modules all of whose names are imported, from one to the next
STAR = "* "  # before the name of a module of which all names are imported
MOST_TEXT = 8_000_000  # characters that one survey reads: their trees take some thirty times as much


@dataclass(eq=False, slots=True)
class Function:
    """A function of a text. `outer`: the function around it; `owner`: the class that it is a method of."""

    node: FunctionNode
    module: Module
    qualname: str
    owner: Class | None
    outer: Function | None
    bound: dict[str, list[ast.expr | None]] | None = None  # what its names are assigned, found when first asked
    imported: dict[str, str] | None = None
    inner: dict[str, Function] = field(default_factory=dict)  # functions defined in it
    every: dict[str, ast.arg] | None = None  # its parameters by name, found when first asked

    def named(self) -> dict[str, ast.arg]:
        """Its parameters by name, those of `*args` and `**kwargs` too."""
        if self.every is None:
            args = self.node.args
            more = (a for a in (args.vararg, args.kwarg) if a is not None)
            self.every = {p.arg: p for p in (*self.parameters, *more)}
        return self.every

    def imports(self) -> dict[str, str]:
        """The names that import statements in it bind, with the dotted names that they stand for."""
        if self.imported is None:
            self.imported = _imports(self.node.body, self.module.package)
        return self.imported

    @property
    def parameters(self) -> list[ast.arg]:
        args = self.node.args
        return [*args.posonlyargs, *args.args, *args.kwonlyargs]

    @property
    def decorators(self) -> list[str]:
        return [ast.unparse(d) for d in self.node.decorator_list]


@dataclass(eq=False, slots=True)
class Class:
    """A class of a text; `attributes`: what `self.x = ...` and its body assign, with the function that does."""

    node: ast.ClassDef
    module: Module
    qualname: str
    methods: dict[str, Function] = field(default_factory=dict)
    attributes: dict[str, list[tuple[ast.expr | None, ast.expr | None, Function | None]]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Module:
    """`imports`: name -> dotted name; `bound`: name -> what the module assigns it."""

    file: File
    name: str
    package: str
    tree: ast.Module
    imports: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    every: list[Function] = field(default_factory=list)  # all functions, nested ones and methods too
    tops: frozenset[str] = frozenset()  # names that the packages around it may begin with
    folder: File = File()
    names_inside: bool = True  # whether its text may name values in expressions, by `:=`
    breaks: frozenset[int] = frozenset()  # lines before which it may be left: the cells of a notebook run one by one

    def binds(self, name: str) -> bool:
        return name in self.functions or name in self.classes or name in self.bound or name in self.imports


class Program:
    """Modules by file, each read once; those of a program find each other by their names."""

    def __init__(self) -> None:
        self.modules: dict[File, Module | None] = {}
        self.found: dict[File, dict[str, Module | None]] = {}  # of a folder, what its imports mean
        self.starts: dict[File, tuple[File, ...]] = {}  # of a folder, those that its imports may start from
        self.names: dict[File, frozenset[str]] = {}  # of a folder, those of what it holds
        self.origins = FoundBefore()  # what names stand for, as far as asked
        self.summaries: dict[Function, Any] = {}  # what functions do, seen from other modules
        self.talking: dict[File, bool] = {}  # whether anything in a module waits
        self.defined: dict[File, dict[bytes, list[File]]] = {}  # of a package's folder: which files define what
        self.size = 0  # of the texts that were read, in characters

    def clear(self) -> None:
        """Lets go of all that was read: modules, classes and functions name each other, and a collection is slow."""
        for module in self.modules.values():
            if module is not None:
                for cls in module.classes.values():
                    cls.methods.clear()
                    cls.attributes.clear()
                for function in module.every:
                    function.inner.clear()
                for held in (module.functions, module.classes, module.bound, module.every):
                    held.clear()
        for known in (self.modules, self.found, self.origins, self.summaries, self.talking, self.defined):
            known.clear()

    def load(self, file: File, text: str | None = None) -> Module:
        """The module of a file.

        Raises:
            Bailout: it can't be read or parsed.
        """
        from ..front.texts import read, tree_of

        file = file.resolve()
        known = self.modules.get(file)
        if known is not None:
            return known
        self.modules[file] = None
        text = read(file) if text is None else text
        self.size += len(text)
        tree = tree_of(text, str(file))
        made = self.modules[file] = build(file, tree, ":=" in text)
        return made

    def imported(self, dotted: str, near: Module) -> Module | None:
        """The module of that dotted name, if it is one of the program that `near` belongs to."""
        found = self.reached(near)
        if dotted not in found:
            found[dotted] = self._imported(dotted, near)
        return found[dotted]

    def reached(self, near: Module) -> dict[str, Module | None]:
        """The modules that were looked for from a module's folder, by their names."""
        known = self.found.get(near.folder)
        if known is None:
            known = self.found[near.folder] = {}
        return known

    def _imported(self, dotted: str, near: Module) -> Module | None:
        if self.size > MOST_TEXT:
            return None
        parts = dotted.split(".")
        if not all(parts):
            return None
        for base in self.bases(near.file.parent):
            if self.holds(base).isdisjoint((parts[0], f"{parts[0]}.py")):
                continue
            for file in (base.joinpath(*parts).with_suffix(".py"), base.joinpath(*parts, "__init__.py")):
                if file.is_file():
                    try:
                        return self.load(file)
                    except (Bailout, RecursionError):
                        return None
        return None

    def holds(self, folder: File) -> frozenset[str]:
        """The names of what a folder holds."""
        known = self.names.get(folder)
        if known is None:
            try:
                known = frozenset(os.listdir(folder))
            except OSError:
                known = frozenset()
            self.names[folder] = known
        return known

    def starred(self, module: Module, name: str, depth: int = 0) -> Module | None:
        """The module that binds a name which another has from it, as one from which all names are imported."""
        for star in (dotted for key, dotted in module.imports.items() if key.startswith(STAR)):
            other = self.imported(star, module)
            if other is not None and other is not module:
                found = other if other.binds(name) else self.starred(other, name, depth + 1) if depth < STARS else None
                if found is not None:
                    return found
        return None

    def bases(self, folder: File) -> tuple[File, ...]:
        """The folders that a file's imports may start from: those above it, and a `src` beside any of them."""
        found = self.starts.get(folder)
        if found is None:
            above = (folder, *folder.parents[:FOLDERS_UP])
            found = tuple(b for base in above for b in (base, base / "src") if b is base or b.is_dir())
            self.starts[folder] = found
        return found


def build(file: File, tree: ast.Module, names_inside: bool = True) -> Module:
    """The names of a module; `names_inside`: its text may name values in expressions."""
    name, package = module_name(file)
    module = Module(file, name, package, tree, folder=file.parent, names_inside=names_inside)
    _definitions(module, tree.body, "", None, None)
    module.bound = assignments(tree.body, names_inside)
    module.imports = _imports(tree.body, package)
    module.tops = _tops(module)
    return module


def _tops(module: Module) -> frozenset[str]:
    """The names that the packages around a module may begin with. A folder may be called as a package is that it uses;
    one without `__init__.py` is a package where what is imported from it is there."""
    folders = module.file.parents[: FOLDERS_UP + 1]
    above = [f.name for f in folders if (f / "__init__.py").exists()]
    top = module.name.partition(".")[0]
    found = {above[-1]} if above else {top}
    if not described(top):
        found.add(top)
    for top, _, rest in {tuple(dotted.partition(".")) for dotted in module.imports.values()}:
        part = rest.partition(".")[0]
        for folder in folders if part and top not in found else ():
            if folder.name != top or (folder / "__init__.py").exists():
                continue
            if (folder / part).is_dir() or (folder / f"{part}.py").is_file():
                found.add(top)
    return frozenset(found)


def _imports(body: Sequence[ast.stmt], package: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in _statements(body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(imported_names(node, package))
    return found


def imported_names(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """The names that an import statement binds, with the dotted names that they stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        return
    base = node.module or ""
    if node.level:
        above = package.split(".")
        kept = above[: len(above) - node.level + 1]
        base = ".".join([*kept, *([node.module] if node.module else [])])
    for alias in node.names:
        if alias.name == "*":
            yield STAR + base, base
        else:
            yield alias.asname or alias.name, f"{base}.{alias.name}" if base else alias.name


def _statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements of a scope, those in its blocks too, not those of scopes inside it."""
    found: list[ast.stmt] = []
    _gather(body, found)
    return found


def _gather(body: Sequence[ast.stmt], found: list[ast.stmt]) -> None:
    for node in body:
        found.append(node)
        kind = node.__class__
        if kind in BLOCKLESS:
            continue
        for name in ("body", "orelse", "finalbody"):
            inside = getattr(node, name, None)
            if inside:
                _gather(inside, found)
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            _gather(part.body, found)


def _definitions(
    module: Module, body: Sequence[ast.stmt], prefix: str, owner: Class | None, outer: Function | None
) -> None:
    for node in _statements(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            made = Function(node, module, prefix + node.name, owner, outer)
            module.every.append(made)
            if owner is not None:
                owner.methods[node.name] = made
                _attributes_set(made, owner)
            elif outer is None:
                module.functions[node.name] = made
            else:
                outer.inner[node.name] = made
            _definitions(module, node.body, f"{made.qualname}.<locals>.", None, made)
        elif isinstance(node, ast.ClassDef):
            cls = Class(node, module, prefix + node.name)
            if outer is None and owner is None:
                module.classes[node.name] = cls
            for name, values in assignments(node.body, module.names_inside).items():
                cls.attributes.setdefault(name, []).extend((value, None, None) for value in values)
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    entry = (statement.value, statement.annotation, None)
                    cls.attributes.setdefault(statement.target.id, []).append(entry)
            _definitions(module, node.body, f"{cls.qualname}.", cls, outer)


def _attributes_set(method: Function, owner: Class) -> None:
    """What a method assigns to attributes of its first parameter."""
    first = method.parameters[0].arg if method.parameters else ""
    for node in _statements(method.node.body):
        if isinstance(node, ast.Assign):
            stored: list[Stored] = [(t, v, None) for target in node.targets for t, v in _paired(target, node.value)]
        elif isinstance(node, ast.AnnAssign):
            stored = [(node.target, node.value, node.annotation)]
        else:
            continue
        for target, value, annotation in stored:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == first:
                owner.attributes.setdefault(target.attr, []).append((value, annotation, method))


def _paired(target: ast.expr, value: ast.expr) -> Sequence[tuple[ast.expr, ast.expr]]:
    """A target with its value; of a spelled-out tuple, each with its own."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def shared_names(body: Sequence[ast.stmt]) -> set[str]:
    """The names that a scope declares to be of a scope around it."""
    return {name for node in _statements(body) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}


def assignments(body: Sequence[ast.stmt], names_inside: bool = True) -> dict[str, list[ast.expr | None]]:
    """What the names of a scope are assigned, inside of expressions too; None where it is a part of something."""
    found: dict[str, list[ast.expr | None]] = {}
    for node in _statements(body):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _bind(found, target, value)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                _bind(found, target, value)
            case ast.AugAssign(target=target):
                _bind(found, target, None)
            case ast.For(target=target, iter=held) | ast.AsyncFor(target=target, iter=held):
                if not isinstance(target, ast.Name):
                    _bind(found, target, None)
                for name, value in elements(target, held):
                    _bind(found, name, value)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        _bind(found, item.optional_vars, item.context_expr)
            case _:
                pass
        tested = node.test if isinstance(node, ast.If | ast.While) else getattr(node, "value", None)
        plain = not names_inside or isinstance(tested, ast.Name | ast.Constant | ast.Attribute)
        if isinstance(tested, ast.expr) and not plain:
            for below in walk(tested):
                if isinstance(below, ast.NamedExpr):
                    _bind(found, below.target, below.value)
    return found


def elements(target: ast.expr, iterable: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The names that a loop gives the elements of something, each with that, marked by a star."""
    called = iterable.func if isinstance(iterable, ast.Call) else None
    if isinstance(target, ast.Name):
        return [(target, ast.copy_location(ast.Starred(iterable, ast.Load()), iterable))]
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or not isinstance(iterable, ast.Call):
        return []
    if isinstance(called, ast.Name) and called.id == "enumerate" and iterable.args:
        return elements(target.elts[1], iterable.args[0])
    if isinstance(called, ast.Attribute) and called.attr == "items" and not iterable.args:
        return elements(target.elts[1], iterable)
    return []


def _bind(found: dict[str, list[ast.expr | None]], target: ast.expr, value: ast.expr | None) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple | ast.List):
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
        for index, part in enumerate(target.elts):
            _bind(found, part, parts[index] if parts is not None else None)
    elif isinstance(target, ast.Starred):
        _bind(found, target.value, None)


statements = _statements
