"""Walks statements in order and notes their data flow."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ..remarks import Located
from .flow import FAILED, KEYS, RESULT, Flow, Summarising, key_of, root_of
from .origins import BUILT_IN, Scope
from .tree_walks import children, ends, names_read, of_error, walk
from .uses import is_lock


class Walker(ABC):
    """Fills a `Flow`. What calls do is said by a subclass; `summaries`: gives what a function of the program does."""

    def __init__(self, scope: Scope, summaries: Summarising, filename: str) -> None:
        self.scope, self.summaries, self.filename = scope, summaries, filename
        self.flow = Flow()
        self.conditions: frozenset[str] = frozenset()
        self.definite: set[str] = set()
        self.renamed: list[dict[str, str]] = []
        self.taken: dict[str, str] = {}  # of a name, the part of a variable that it is another name of
        self.loops = 0
        self.handling = 0  # handlers around
        self.asked: list[int] = []  # of each exit, the calls before it that may wait
        self.dropped: ast.expr | None = None  # the expression whose value nobody uses

    # -- names

    def location(self, name: str) -> str:
        for names in reversed(self.renamed):
            if name in names:
                return names[name]
        if self.scope.function is None or (not self.scope.is_local(name) and name not in BUILT_IN):
            return f"::{name}"
        return name

    def here(self, node: ast.AST, what: str) -> Located:
        return Located(what, self.filename, getattr(node, "lineno", 0))

    def read(self, name: str) -> set[str]:
        root = root_of(name)
        if name not in self.definite and root not in self.definite:
            self.flow.exposed.update((name, root))
        return {name}

    def assign(self, name: str, needs: set[str]) -> None:
        self.taken.pop(name, None)
        self.flow.assigned.add(name)
        self.flow.depends.setdefault(name, set()).update(needs, self.conditions)
        self.definite.add(name)

    def mutate(self, name: str, needs: set[str], node: ast.AST, added: bool = False) -> None:
        """Notes what is written; `added`: it is only added to, as a counter is: it decides what looks at it by name."""
        root = root_of(name)
        if root not in self.definite:
            self.flow.exposed.update((name, root))
        if added:
            self.flow.added.add(name)
        elif root != name:
            self.flow.parts.setdefault(root, set()).add(name)
        self.flow.mutated.setdefault(name, self.here(node, "written here"))
        self.flow.depends.setdefault(name, set()).update(needs, self.conditions)
        whole = self.taken.get(root)
        if whole is not None:
            self.flow.depends.setdefault(whole, set()).update(needs, self.conditions)
            if whole not in self.flow.mutated:
                self.mutate(whole, needs, node)

    def target(self, node: ast.expr, needs: set[str]) -> None:
        """What is stored to."""
        match node:
            case ast.Name(id=name):
                place = self.location(name)
                if place.startswith("::") and self.scope.function is not None:
                    self.mutate(place, needs, node)  # a global: others see it
                self.assign(place, needs)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for part in elts:
                    self.target(part, needs)
            case ast.Starred(value=value):
                self.target(value, needs)
            case ast.Attribute() | ast.Subscript():
                inside = self.expr(node.slice) if isinstance(node, ast.Subscript) else set()
                written = self.part(node)
                if written is not None:
                    self.mutate(written, needs | inside, node)
                    self.flow.depends.setdefault(root_of(written) + KEYS, set()).update(inside, self.conditions)
                else:
                    self.expr(node.value)
            case _:
                pass

    def named_again(self, target: ast.expr, value: ast.expr) -> None:
        """A name for an attribute, or for what stands under a constant key: what changes the one changes the other."""
        if not isinstance(target, ast.Name):
            return
        name = self.location(target.id)
        part = self.part(value) if isinstance(value, ast.Attribute | ast.Subscript) else None
        if part is not None and not part.endswith("[]") and root_of(part) not in (part, name):
            self.taken[name] = part

    def part(self, node: ast.expr) -> str | None:
        """The name of a variable's part that an expression is; of a deeper part, the first step."""
        steps: list[str] = []
        while isinstance(node, ast.Attribute | ast.Subscript):
            if isinstance(node, ast.Attribute):
                steps.append(f".{node.attr}" if node.attr not in ("loc", "at", "iloc", "iat") else "")
            else:
                steps.append(key_of(node.slice))
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        first = next((s for s in reversed(steps) if s), "")
        return self.location(node.id) + first

    # -- expressions: each gives the names that its value rests on

    def expr(self, node: ast.AST | None) -> set[str]:
        if node is None:
            return set()
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            return method(node)  # type: ignore[no-any-return]
        found: set[str] = set()
        for below in children(node):
            if not isinstance(below, ast.expr_context | ast.operator | ast.unaryop | ast.cmpop):
                found |= self.expr(below)
        return found

    def _name(self, node: ast.Name) -> set[str]:
        return self.read(self.location(node.id)) if node.id not in BUILT_IN or self.scope.is_local(node.id) else set()

    def _attribute(self, node: ast.Attribute) -> set[str]:
        name = self.part(node)
        return self.read(name) if name is not None else self.expr(node.value)

    def _subscript(self, node: ast.Subscript) -> set[str]:
        name = self.part(node)
        found = self.expr(node.slice)
        return found | (self.read(name) if name is not None else self.expr(node.value))

    def _namedexpr(self, node: ast.NamedExpr) -> set[str]:
        needs = self.expr(node.value)
        self.target(node.target, needs)
        return needs

    def _compare(self, node: ast.Compare) -> set[str]:
        found = self.expr(node.left)
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(right, ast.Subscript) and isinstance(right.slice, ast.Slice):
                found |= self.expr(right.slice)
                right = right.value  # some of the same elements
            name = self.part(right) if isinstance(op, ast.In | ast.NotIn) else None
            if name is not None:
                self.read(name)
                found.add(name + KEYS)
            else:
                found |= self.expr(right)
        return found

    def _boolop(self, node: ast.BoolOp) -> set[str]:
        found = self.expr(node.values[0])
        with self.under(found):
            for value in node.values[1:]:
                found = found | self.expr(value)
        return found

    def _ifexp(self, node: ast.IfExp) -> set[str]:
        test = self.expr(node.test)
        with self.under(test):
            return test | self.expr(node.body) | self.expr(node.orelse)

    def _lambda(self, node: ast.Lambda) -> set[str]:
        with self.inner(
            {a.arg: f"{a.arg}@{node.lineno}:{node.col_offset}" for a in walk(node.args) if isinstance(a, ast.arg)}
        ):
            outside, self.definite = self.definite, self.definite | set(self.renamed[-1].values())
            found = self.expr(node.body) if self.loops >= 0 else set()
            self.definite = outside
            return found

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> set[str]:
        names = {n.id for g in node.generators for n in walk(g.target) if isinstance(n, ast.Name)}
        found = self.expr(node.generators[0].iter)
        with self.inner({n: f"{n}@{node.lineno}:{node.col_offset}" for n in names}):
            before = self.conditions
            for index, generator in enumerate(node.generators):
                needs = found if index == 0 else self.expr(generator.iter)
                self.target(generator.target, set(needs))
                self.conditions = self.conditions | frozenset(needs)
                for test in generator.ifs:
                    self.conditions = self.conditions | frozenset(self.expr(test))
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            for part in parts:
                found = found | self.expr(part)
            self.conditions = before
        return found

    _setcomp = _generatorexp = _dictcomp = _listcomp

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> set[str]:
        self.flow.yields = True
        return self.expr(node.value)

    _yieldfrom = _yield

    def _await(self, node: ast.Await) -> set[str]:
        if isinstance(node.value, ast.Call):
            return self.call(node.value, awaited=True)
        return self.expr(node.value)

    def waited(self, node: ast.expr, awaits: bool) -> set[str]:
        """What `with` enters or a loop goes through; `awaits`: it waits for the call itself."""
        return self.call(node, awaited=True) if awaits and isinstance(node, ast.Call) else self.expr(node)

    def _call(self, node: ast.Call) -> set[str]:
        return self.call(node, awaited=False)

    @abstractmethod
    def call(self, node: ast.Call, awaited: bool) -> set[str]:
        """A call: its own waiting, what it changes, and what its value rests on."""

    @contextmanager
    def under(self, names: Iterable[str]) -> Iterator[None]:
        """Inside, everything happens only if a condition over names holds."""
        before, self.conditions = self.conditions, self.conditions | frozenset(names)
        try:
            yield
        finally:
            self.conditions = before

    @contextmanager
    def inner(self, names: dict[str, str]) -> Iterator[None]:
        self.renamed.append(names)
        try:
            yield
        finally:
            self.renamed.pop()

    # -- statements: each gives the conditions under which the rest of its block is not reached, or None

    def block(self, body: Sequence[ast.stmt]) -> frozenset[str] | None:
        before, left = self.conditions, None
        for statement in body:
            jumped = self.statement(statement)
            if jumped is not None:
                left = (left or frozenset()) | jumped
                self.conditions = self.conditions | jumped
        self.conditions = before
        return left

    def statement(self, node: ast.stmt) -> frozenset[str] | None:
        match node:
            case ast.Assign(targets=targets, value=value):
                needs = self.expr(value)
                for target in targets:
                    self.target(target, needs)
                    self.named_again(target, value)
            case ast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.target(target, self.expr(value))
            case ast.AugAssign(target=target, value=value):
                needs = self.expr(value) | self.expr(target)
                if isinstance(target, ast.Name):
                    self.flow.mutated.setdefault(self.location(target.id), self.here(node, "written here"))
                counter = self.part(target) if isinstance(target, ast.Attribute) else None
                if counter is not None:
                    self.mutate(counter, needs, node, added=True)
                else:
                    self.target(target, needs)
            case ast.If() | ast.Match():
                return self.branches(node)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self.loop(node)
            case ast.Try():
                return self.attempt(node)
            case ast.With() | ast.AsyncWith():
                return self.entered(node)
            case ast.Return(value=value):
                self.flow.returned |= self.expr(value) | self.conditions
                return self.leave(node, "return")
            case ast.Break() | ast.Continue():
                return self.leave(node, "break" if isinstance(node, ast.Break) else "continue")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.assign(self.location(node.name), set())
            case ast.Expr(value=value):
                if not hasattr(node, "kept"):  # the element of a comprehension is
                    self.dropped = value.value if isinstance(value, ast.Await) else value
                self.expr(value)
            case ast.Raise() | ast.Assert() | ast.Delete():
                self.expr(node)
            case _ if type(node).__name__ == "TryStar":
                return self.attempt(node)  # type: ignore[arg-type]
            case _:
                pass
        return None

    def entered(self, node: ast.With | ast.AsyncWith) -> frozenset[str] | None:
        for item in node.items:
            needs = self.waited(item.context_expr, isinstance(node, ast.AsyncWith))
            if item.optional_vars is not None:
                self.target(item.optional_vars, needs)
        before = len(self.flow.sites)
        left = self.block(node.body)
        if any(is_lock(item.context_expr) for item in node.items):
            del self.flow.sites[before:]  # what is done under a lock is done one at a time
        return left

    def leave(self, node: ast.stmt, how: str) -> frozenset[str]:
        if how == "return" or (how == "break" and self.loops == 0):
            how = "failed" if self.handling and how == "return" else how
            self.flow.exits.append((self.here(node, "leaves the loop here"), self.conditions, how))
            self.asked.append(len(self.flow.sites) + any(isinstance(n, ast.Call) for n in walk(node)))
        return self.conditions

    def branches(self, node: ast.If | ast.Match) -> frozenset[str] | None:
        if isinstance(node, ast.If):
            test, bodies = self.expr(node.test), [node.body, node.orelse]
        else:
            test, bodies = self.expr(node.subject), [case.body for case in node.cases]
            for case in node.cases:
                for below in walk(case.pattern):
                    name = getattr(below, "name", None)
                    if isinstance(name, str):
                        self.assign(self.location(name), set(test))
        left: frozenset[str] | None = None
        before, after = set(self.definite), []
        always = True
        with self.under(test):
            for body in bodies:
                self.definite = set(before)
                start = len(self.flow.sleeps)
                with self.under(
                    {FAILED} if body is bodies[0] and isinstance(node, ast.If) and of_error(node.test) else ()
                ):
                    jumped = self.block(body)
                always = always and any(when <= self.conditions for _, when in self.flow.sleeps[start:])
                if jumped is not None:
                    left = (left or frozenset()) | jumped
                if not ends(body):
                    after.append(self.definite)
        if always:  # it sleeps whatever holds
            self.flow.sleeps.append((self.flow.sleeps[-1][0], self.conditions))
        self.definite = set.intersection(*after) if after else before
        return left

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> frozenset[str] | None:
        before = set(self.definite)
        if isinstance(node, ast.While):
            needs = self.expr(node.test)
        else:
            needs = self.waited(node.iter, isinstance(node, ast.AsyncFor))
            self.target(node.target, needs)
        self.loops += 1
        with self.under(needs):
            left = self.block(node.body)
        self.loops -= 1
        self.definite = before
        other = self.block(node.orelse)
        returns = any(isinstance(n, ast.Return) for n in walk(node))
        return (left or other) if returns or other is not None else None

    def attempt(self, node: ast.Try) -> frozenset[str] | None:
        before = set(self.definite)
        sites, exits = len(self.flow.sites), len(self.flow.exits)
        left = self.block(node.body)
        after = set(self.definite)
        if any(not ends(h.body) or isinstance(h.body[-1], ast.Continue) for h in node.handlers):
            self.flow.left_unless_failed([i for i in range(exits, len(self.asked)) if self.asked[i] > sites])
        failed = {RESULT, FAILED} if len(self.flow.sites) > sites else {FAILED}
        for handler in node.handlers:
            self.definite = set(before)
            sleeps = len(self.flow.sleeps)
            with self.under(failed):
                if handler.name is not None:
                    self.assign(self.location(handler.name), set(failed))
                self.handling += 1
                jumped = self.block(handler.body)
                self.handling -= 1
                self.flow.slept_for(sleeps, map(self.location, names_read(node.body)))
                if jumped is not None:
                    left = (left or frozenset()) | jumped
                elif not ends(handler.body):
                    after &= self.definite
        self.definite = after
        for body in (node.orelse, node.finalbody):
            jumped = self.block(body)
            if jumped is not None:
                left = (left or frozenset()) | jumped
        return left
