"""What a program's own classes say of a call that is only guessed to wait: all their methods of that name."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as File

from ..front.texts import packages_around
from ..remarks import Bailout
from ..trees import called_name
from .conclusions import Wait
from .flow import Summary
from .modules import Function, Module, Program
from .origins import Scope
from .services import ASKING as VERBS
from .services import of_role, tables, words
from .summaries import Summaries
from .tree_walks import walk
from .uses import is_abstract, says_client

MOST_FILES = 3_000  # of a program, whose definitions are looked for
MOST_TEXT = 30_000_000  # bytes of them
MOST_DEFINING = 12  # files that define a method of one name: beyond them it says nothing
MOST_READ = 400_000  # bytes of those, which are parsed
DEEPEST = 3  # methods, of which each is called by the one before
ASKING = frozenset({"inference", "query", "process", "sleep"})


def with_own_methods(waits: tuple[Wait, ...], summaries: Summaries, program: Program) -> tuple[Wait, ...]:
    """Waiting calls, weak where a name alone says that they wait and the program's own methods of that name don't."""
    return tuple(
        replace(wait, weak=True) if wait.guessed and not wait.weak and _refuted(wait, summaries, program) else wait
        for wait in waits
    )


def _refuted(wait: Wait, summaries: Summaries, program: Program, within: tuple[str, ...] = ()) -> bool:
    """Whether the program has methods of that name, and none is seen to ask for anything. A `get` is no sign: many
    objects have one; nor is what sends a request that calls made. within: the names of the methods that this is asked
    for."""
    holder, _, method = wait.name.rpartition(".")
    if not holder or method in (*VERBS, "execute"):
        return False
    if method in within or len(within) >= DEEPEST:
        return method in within
    near = program.modules.get(File(wait.where.filename).resolve())
    found = [f for f in _methods(program, near, method) if not is_abstract(f)] if near is not None else []
    if says_client(holder):
        return _is_plain_client(holder, found, summaries, program)
    within = (*within, method)
    own = holder in ("self", "cls")
    if not tables()["verbs"]["afar"].isdisjoint(words(method)[:1]):  # it reaches out, but for what is kept here
        found = found if any(_is_kept_here(function) for function in found) else []
    return bool(found) and not any(_asks(function, summaries, program, own, within) for function in found)


def _asks(function: Function, summaries: Summaries, program: Program, own: bool, within: tuple[str, ...]) -> bool:
    """Whether a method asks for something; own: it is called by others of its class, and one connection is no sign."""
    if isinstance(function.node, ast.AsyncFunctionDef) and any(map(_hands_to_thread, walk(function.node))):
        return True
    summary = summaries.of(Scope.of(program, function.module, function, {}))
    for wait, _, _ in summary.sites:
        if wait.kind == "stateful" and not own and not _is_kept_here(function):
            return True
        said = wait.kind in ASKING and not wait.weak
        if said and not (wait.guessed and _refuted(wait, summaries, program, within)):
            return True
    return False


def _is_plain_client(holder: str, found: list[Function], summaries: Summaries, program: Program) -> bool:
    """Whether the program's own clients are meant, by the last word of their class, and all that their methods do is
    seen and is done here."""
    last = words(holder)[-1:]
    named = [f for f in found if f.owner is not None and words(f.owner.node.name)[-1:] == last]
    if not last or not named or len(named) < len(found):
        return False
    return all(_is_plain(summaries.of(Scope.of(program, f.module, f, {})), f) for f in named)


def _is_plain(summary: Summary, function: Function) -> bool:
    asks = summary.sites or summary.sleeps or summary.commands or summary.unknown
    return not asks and not isinstance(function.node, ast.AsyncFunctionDef)


def _is_kept_here(function: Function) -> bool:
    """Whether a method stands in a module that imports a store that is a file here, or is named after one."""
    owner = function.owner.node.name if function.owner is not None else ""
    names = (owner.lower(), function.module.file.stem.lower())
    if any(store in name for name in names for store in of_role("named_embedded")):
        return True
    imported = (function.module.imports, function.imports())
    return any(dotted.partition(".")[0] in of_role("embedded") for names in imported for dotted in names.values())


def _hands_to_thread(node: ast.AST) -> bool:
    """Whether a call has a thread do what would wait."""
    return isinstance(node, ast.Call) and called_name(node) in ("to_thread", "run_in_executor", "run_sync")


def _methods(program: Program, near: Module, name: str) -> list[Function]:
    """The methods of a name in a program's classes; none where they are too many to be looked at."""
    files = _defined(program, near).get(name.encode(), [])
    if len(files) > MOST_DEFINING or sum(file.stat().st_size for file in files) > MOST_READ:
        return []
    found: list[Function] = []
    for file in files:
        try:
            module = program.load(file)
        except (Bailout, RecursionError, OSError):
            continue
        program.reached(near)[f"def {module.name}"] = module  # what is found rests on it
        found += [f for f in module.every if f.owner is not None and f.node.name == name]
    return found


def _defined(program: Program, near: Module) -> dict[bytes, list[File]]:
    """The files of the package around a module, or of its folder, by the names that they define."""
    folder = near.file.resolve().parent
    packages = packages_around(folder)
    top = packages[0] if packages else folder
    known = program.defined.get(top)
    if known is not None:
        return known
    found: dict[bytes, list[File]] = {}
    size = 0
    for file in _files(top, bool(packages)):
        try:
            content = file.read_bytes()
        except OSError:
            continue
        size += len(content)
        if size > MOST_TEXT:
            break
        for name in {part[: part.find(b"(")] for part in content.split(b"def ")[1:]}:
            found.setdefault(name, []).append(file)
    program.defined[top] = found
    return found


def _files(top: File, below: bool) -> Iterator[File]:
    """The files of a folder that hold no tests; below: of those in it, too."""
    count = 0
    for folder, inside, names in os.walk(top):
        inside[:] = sorted(n for n in inside if below and n not in ("tests", "test") and not n.startswith("."))
        for name in sorted(names):
            count += name.endswith(".py")
            if count > MOST_FILES:
                return
            if name.endswith(".py"):
                yield File(folder, name)
