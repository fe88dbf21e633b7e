"""From a callable to its `Source`: text and tree, proved to belong to the code object, or a `Bailout` that says why."""

from __future__ import annotations

import ast
import linecache
import types
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec

from .. import trees
from ..bound import BUILT_INS, contextmanager, own
from ..peek import MISSING, class_lookup, instance_dict, is_function
from ..records import dataclass, field, replace
from ..remarks import Bailout
from .by_code import ByCode
from .excerpts import LONG, cut_out, imports_of
from .lower import FunctionNode, below

getlines = own(linecache.getlines)
MAX_TEXT = 4_000_000  # characters; a larger file is generated data, not a program somebody waits for


@dataclass(frozen=True, slots=True)
class Source:
    """A function's syntax tree with what compiling it again needs."""

    node: FunctionNode
    code: types.CodeType
    filename: str
    class_name: str | None
    imports: tuple[ast.stmt, ...] = ()
    lines: Sequence[str] = field(default=(), compare=False, repr=False)  # of the whole text


@contextmanager
def quiet() -> Iterator[None]:
    """Parsing again must not warn again. Not `catch_warnings`: it resets the once-per-place registries."""
    entry: tuple[str, None, type[Warning], None, int] = ("ignore", None, SyntaxWarning, None, 0)
    other: tuple[str, None, type[Warning], None, int] = ("ignore", None, DeprecationWarning, None, 0)
    filters: list[object] = warnings.filters  # type: ignore[assignment]
    filters[:0] = [entry, other]
    try:
        yield
    finally:
        for added in (entry, other):
            if added in filters:
                filters.remove(added)


@dataclass(slots=True)
class _File:
    """A parsed file: functions by first line with the class around them, and the module's own import statements.

    `codes`: what it compiles to, by first line and name; None: it is large, and few of its functions were asked for.
    """

    lines: list[str]
    functions: dict[int, list[tuple[FunctionNode, str | None]]]
    imports: list[ast.stmt]
    tree: ast.Module
    lambdas: dict[int, list[tuple[FunctionNode, str | None]]] | None = None
    asked: int = 0
    codes: dict[tuple[int, str], list[types.CodeType]] | None = None

    def begun(self, line: int, name: str) -> list[tuple[FunctionNode, str | None]]:
        """The functions that begin in a line; or the lambdas, which stand anywhere."""
        if name != "<lambda>":
            return self.functions.get(line, [])
        if self.lambdas is None:
            self.lambdas = _functions(self.tree, lambdas=True)
        return self.lambdas.get(line, [])

    def compiled(self, filename: str, line: int, name: str) -> types.CodeType | None:
        """The only code with this name and first line, if the file has been compiled as a whole.

        That takes about as long as compiling ten functions by themselves.
        """
        if self.codes is None:
            self.asked += 1
            if len(self.lines) > WHOLE * self.asked:
                return None
            self.codes = {}
            try:
                with quiet():
                    whole = compile("".join(self.lines), filename, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
            for code in _nested(whole):
                self.codes.setdefault((code.co_firstlineno, code.co_name), []).append(code)
        found = self.codes.get((line, name), [])
        return found[0] if len(found) == 1 else None


WHOLE = 500  # lines for each function asked for
# Of files whose trees are kept, so that they needn't be parsed again. Not more: each collection goes through them.
LINES = 2_000
SOURCES = 30  # functions whose trees are kept beside
SHORT, EACH = 50, 50  # lines of a text, and for each of its functions, up to which it is parsed as a whole
_files: dict[str, _File] = {}
_asked: dict[str, int] = {}  # of texts that were not parsed as a whole, how often functions were asked for


def make_room(lines: int) -> None:
    """Lets go of the trees that were made first, for a file with so many lines."""
    for name in list(_files):
        if lines + sum(len(p.lines) for p in list(_files.values())) <= LINES:
            break
        _files.pop(name, None)


def _imports(tree: ast.Module) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    todo: list[ast.AST] = [*tree.body]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            todo.extend(trees.iter_child_nodes(node))
    return [
        n for n in found if not (isinstance(n, ast.ImportFrom) and (n.module == "__future__" or n.names[0].name == "*"))
    ]


BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)  # what functions stand in


def _functions(tree: ast.AST, lambdas: bool = False) -> dict[int, list[tuple[FunctionNode, str | None]]]:
    """Every function by its first line (its first decorator's, as in `co_firstlineno`); or every lambda."""
    found: dict[int, list[tuple[FunctionNode, str | None]]] = {}
    todo: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while todo:
        node, owner = todo.pop()
        if isinstance(node, ast.ClassDef):
            owner = node.name
        elif isinstance(node, ast.Lambda if lambdas else ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(d.lineno for d in decorators)])
            found.setdefault(first, []).append((node, owner))
        if lambdas:
            todo.extend([(child, owner) for child in below(node)])
            continue
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, ())
            todo.extend([(child, owner) for child in inner if isinstance(child, BLOCKS)])
    return found


def _loaded_by(module_globals: Mapping[str, object]) -> dict[str, object] | None:
    """What tells `linecache` who has loaded a module and may have its text. It asks whatever stands there, in the
    ordinary way: so only what the import system puts there."""
    spec, loader, name = (module_globals.get(f"__{part}__") for part in ("spec", "loader", "name"))
    if type(spec) is ModuleSpec:
        loader = spec.loader if loader is None else loader
        name = spec.name if type(spec.name) is str else name
    kind = type(loader) if type(loader) is not type else loader  # the loaders of built-in modules are classes
    if type(name) is not str or class_lookup(kind, "get_source") is MISSING:
        return None
    if class_lookup(kind, "__getattribute__") is not object.__getattribute__:
        return None
    return {"__name__": name, "__loader__": loader, "__spec__": ModuleSpec(name, loader)}  # type: ignore[arg-type]


def _lines(filename: str, module_globals: dict[str, object]) -> list[str]:
    lines = getlines(filename, _loaded_by(module_globals))
    beside = module_globals.get("__file__")
    if not lines and filename.startswith("<frozen ") and isinstance(beside, str):
        lines = getlines(beside)  # frozen into the interpreter, from the text that is installed beside it
    if not lines:
        raise Bailout("source", "there is no source text")
    return lines


def _parsed(filename: str, lines: list[str]) -> _File:
    known = _files.get(filename)
    if known is not None and known.lines is lines:
        return known
    text = "".join(lines)
    if len(text) > MAX_TEXT:
        raise Bailout("source", "the file is too large")
    try:
        with quiet():
            tree = trees.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Bailout("source", f"the text can't be parsed ({type(error).__name__})") from None
    make_room(len(lines))
    _files[filename] = parsed = _File(lines, _functions(tree), _imports(tree), tree)
    return parsed


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _nested(constant)


def _belongs(node: FunctionNode, code: types.CodeType) -> bool:
    """Whether this text compiles to this code: names, constants, nested functions, as far as import hooks keep them."""
    name = getattr(node, "name", "<lambda>")
    args = node.args
    every = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    every += [a.arg for a in (args.vararg, args.kwarg) if a is not None]
    return name == code.co_name and len(every) == len(every) and _mangled(every, code.co_varnames[: len(every)])


def _mangled(names: list[str], found: tuple[str, ...]) -> bool:
    return len(names) == len(found) and all(
        f == n or (n.startswith("__") and f.endswith(n)) for n, f in zip(names, found, strict=True)
    )


def compile_as(source: Source, node: FunctionNode) -> types.CodeType:
    """Compiles `node` in the place of the source's function: same free variables, class name and future flags."""
    code = source.code
    holder = ast.Name("@held", ast.Store())
    held: ast.stmt = ast.Assign([holder], node) if isinstance(node, ast.Lambda) else node
    inner = held
    if source.class_name is not None:
        inner = ast.ClassDef(source.class_name, [], [], [held], [])
        if hasattr(inner, "type_params"):
            inner.type_params = []
    args = ast.arguments(
        [],
        [ast.arg(n) for n in code.co_freevars if n != "__class__" or source.class_name is None],
        None,
        [],
        [],
        None,
        [],
    )
    # Around the function these names are bound by our wrapping alone: they must stay global in it.
    wrapped = {source.class_name, node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None}
    shadowed = sorted(n for n in wrapped if n is not None and n not in code.co_freevars)
    body: list[ast.stmt] = [ast.Global(shadowed), inner] if shadowed and source.class_name is not None else [inner]
    if source.class_name is None and shadowed:
        body = [ast.Global(shadowed), inner]
    outer = ast.FunctionDef("@outer", args, body, [], None)
    if hasattr(outer, "type_params"):
        outer.type_params = []
    # Never run: up to 3.12 a call on an imported module compiles differently, and the code must be the same.
    module = ast.Module([*source.imports, outer], [])
    # Only the wrapping has no positions: what is compiled in it has been given its own.
    wrapping: list[ast.stmt | ast.expr | ast.arg] = [outer, inner, held, holder, *body, *args.args]
    for made in wrapping:
        if not hasattr(made, "lineno"):
            made.lineno = made.end_lineno = 1
            made.col_offset = made.end_col_offset = 0
    flags = code.co_flags & 0x1FF0000  # the __future__ features
    with quiet():
        compiled = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    for found in _nested(compiled):
        if found.co_name == code.co_name and found.co_firstlineno in (code.co_firstlineno, node.lineno):
            return found
    raise Bailout("source", "the function can't be compiled again")


def shape(code: types.CodeType) -> tuple[object, ...]:
    """What two compilations of one text share, and what distinguishes two texts."""
    constants = tuple(map(_shape_of_constant, code.co_consts))
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, constants


def _shape_of_constant(constant: object) -> object:
    if isinstance(constant, str) and ".<locals>." in constant:
        # Up to 3.10 the qualified names of inner functions are constants; those depend on the place of compilation.
        return ""
    if isinstance(constant, types.CodeType):
        return shape(constant)
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else repr(constant)


def plain(function: Callable[..., object]) -> types.FunctionType:
    """The function, if it is a plain one.

    Raises:
        Bailout: it is something else.
    """
    if not is_function(function):
        raise Bailout("source", "not a plain Python function")
    if "__wrapped__" in (instance_dict(function) or {}):
        raise Bailout("wrapper", function.__code__.co_name)
    return function


def _compiles(source: Source) -> bool:
    """Whether a source compiles to its code."""
    try:
        return shape(compile_as(source, undecorated(source.node))) == shape(source.code)
    except (Bailout, SyntaxError, ValueError, RecursionError):
        return False


_located: ByCode[Source] = ByCode(SOURCES)


def locate_code(code: types.CodeType, module_globals: dict[str, object]) -> Source:
    """The source of a function, by its code object.

    Raises:
        Bailout: no text, not this function's text, or code that another tool has rewritten.
    """
    return _located.of(code, lambda: _locate(code, module_globals))


def _locate(code: types.CodeType, module_globals: dict[str, object]) -> Source:
    lines = _lines(code.co_filename, module_globals)
    if code.co_filename not in _files and _few(code.co_filename, lines) and (cut := _cut_out(code, lines)) is not None:
        return cut
    parsed = _parsed(code.co_filename, lines)
    candidates = parsed.begun(code.co_firstlineno, code.co_name)
    matching = [pair for pair in candidates if _belongs(pair[0], code)]
    compiled = parsed.compiled(code.co_filename, code.co_firstlineno, code.co_name)
    same = compiled is not None and (compiled == code or shape(compiled) == shape(code))
    proved = len(matching) == 1 and same
    for node, owner in matching:
        class_name = owner if owner is not None and "." in getattr(code, "co_qualname", owner + ".") else None
        source = Source(node, code, code.co_filename, class_name, tuple(parsed.imports), parsed.lines)
        # A notebook compiles each statement of a cell by itself: without the imports that stand beside it.
        sources = (source, replace(source, imports=())) if parsed.imports else (source,)
        found = source if proved else next(filter(_compiles, sources), None)
        if found is not None:
            return found
    raise Bailout("source", "the text is not this function's (changed since import, or rewritten by another tool)")


def _few(filename: str, lines: Sequence[str]) -> bool:
    """Whether so few functions of a text were asked for that it takes longer to parse and compile all of it."""
    _asked[filename] = asked = _asked.get(filename, 0) + 1
    return len(lines) > max(SHORT, min(LONG, EACH * asked))


def _cut_out(code: types.CodeType, lines: list[str]) -> Source | None:
    """The source of a function in a long file, where what is cut out of the text is proved to be it."""
    with quiet():
        cut = cut_out(lines, code)
    for node, _ in _functions(cut[0]).get(code.co_firstlineno, ()) if cut is not None else ():
        class_name = cut[1] if cut is not None and "." in getattr(code, "co_qualname", ".") else None
        imports = tuple(imports_of(code.co_filename, lines, code))
        source = Source(node, code, code.co_filename, class_name, imports, lines)
        if _belongs(node, code) and _compiles(source):
            return source
    return None


def names_of(source: Source) -> set[str]:
    """The names that a function's text has."""
    return {n.id for n in trees.walk(source.node) if isinstance(n, ast.Name)}


def built_in(code: types.CodeType, module: Mapping[str, object]) -> frozenset[str]:
    """The names that mean built-in functions where a function reads them as global ones."""
    names = set(code.co_names).union(*(inner.co_names for inner in _nested(code)))
    own = {*code.co_varnames, *code.co_freevars, *code.co_cellvars}
    return frozenset(n for n in names if n in BUILT_INS and n not in own and n not in module)


def undecorated(node: FunctionNode) -> FunctionNode:
    """The same definition without decorators: they have been applied already."""
    if isinstance(node, ast.Lambda):
        return node
    copy = type(node)(**{field: getattr(node, field) for field in node._fields if hasattr(node, field)})
    trees.copy_location(copy, node)
    copy.decorator_list = []
    if node.decorator_list:
        # Code counts its lines from the first decorator; what stands there is compiled and never run.
        first = node.decorator_list[0]
        copy.decorator_list = [trees.copy_location(ast.Constant(None), first)]
    return copy


_originals: dict[int, tuple[weakref.ref[types.CodeType], types.CodeType]] = {}


def original_code(code: types.CodeType) -> types.CodeType:
    """The user's code behind code that `jit` emitted, else the code itself."""
    found = _originals.get(id(code))
    return found[1] if found is not None and found[0]() is code else code


def remember_original(emitted: types.CodeType, code: types.CodeType) -> None:
    """Notes which code an emitted code object stands for."""
    key = id(emitted)
    _originals[key] = (weakref.ref(emitted, lambda _: _originals.pop(key, None)), code)
