"""Calls as a survey sees them: whether they wait, what they change, what has to be assumed of them."""

from __future__ import annotations

import ast
from dataclasses import replace

from .arguments import Arguments
from .conclusions import Assumption, Wait
from .flow import ADDRESSED, CLOCK, CONVERSED, FAILED, KEYS, LOOPED, RESULT, Summary, WaitingCall, root_of, seen
from .handing import (
    FRESH,
    as_sent,
    bound,
    enters,
    for_its_effect,
    handed,
    hands_change,
    names_action,
    runs_itself,
    runs_together,
    sent_by,
    spread,
)
from .kinds import Data, Given, Made, OfClass, OfFunction, Symbol
from .local_names import MUTATING, OF_DATA, QUIET
from .origins import Scope
from .services import (
    SAFE,
    WaitKind,
    category,
    changes_there,
    harmless,
    is_client,
    makes_client,
    of_last_use,
    of_method,
    of_method_alone,
    of_module,
    of_name,
    of_role,
    of_use,
    sets_off,
    shapes,
    words,
)  # fmt: skip
from .tree_walks import text, walk
from .uses import (
    Guess,
    guess,
    is_abstract,
    may_be_called,
    methods_named,
    out_of_sight,
    posts_question,
    reads_address,
    seen_in,
    sends_data,
    stated,
    tells_address,
)  # fmt: skip

CHAIN = 6  # calls shown on the way down to the one that waits


class Calls(Arguments):
    """A walker that knows what calls do."""

    def call(self, node: ast.Call, awaited: bool) -> set[str]:
        origin = self.scope.origin(node.func) if not self._is_renamed(node.func) else Data()
        if not isinstance(origin, OfFunction) and runs_together(node, origin):
            if awaited and node.args and all(isinstance(a, ast.Call) for a in node.args):
                return self.few(node)
            self.flow.batches = self.flow.batches or awaited
            return self.others(node)
        needs = self.arguments(node, origin)
        name = text(node.func)
        match origin:
            case Symbol(dotted=dotted):
                return needs | self.symbol(node, dotted, name, needs, awaited)
            case Made():
                return needs | self.method(node, origin, name, needs, awaited)
            case OfFunction(function=function, receiver=receiver):
                if isinstance(function.node, ast.AsyncFunctionDef) != awaited:
                    return needs
                if function.owner is not None and is_abstract(function):
                    return needs | self.by_use(node, function.owner.node.name, name, needs, awaited)
                scope = self.scope.inside(function)
                if receiver and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                    needs = needs - {self.location(node.func.value.id)}  # its summary tells which parts of it count
                return needs | self.own(node, scope, receiver, needs)
            case OfClass(called=init, instance=False):
                return needs | (self.own(node, self.scope.inside(init), "@new", needs) if init is not None else set())
            case OfClass(called=method, instance=True) if method is not None:
                return needs | self.own(node, self.scope.inside(method), name, needs)
            case Given():
                found = needs | self.unknown(node, origin, name, needs, awaited)
                return found | ({ADDRESSED} if tells_address(node) else set())
            case _:
                self.changes(node, needs)
                return needs | ({ADDRESSED} if tells_address(node) else set())

    # -- what waits

    def site(self, node: ast.Call, wait: Wait, needs: set[str]) -> set[str]:
        """Notes a waiting call; gives what its value rests on."""
        if wait.kind == "sleep":
            self.flow.sleeps.append((wait.where, self.conditions | ({LOOPED} if self.loops else frozenset())))
            longer = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) for n in walk(node))
            self.flow.slept |= set() if longer else needs  # each time longer: between tries
            return set()
        if wait.kind in ("command", "process"):
            self.flow.commands.append(wait)
        if wait.kind != "command":
            self.flow.sites.append(WaitingCall(wait, frozenset(needs), self.conditions, id(node)))
        return {RESULT, CONVERSED} if wait.kind == "stateful" else {RESULT}

    def symbol(self, node: ast.Call, dotted: str, name: str, needs: set[str], awaited: bool) -> set[str]:
        """A callable of a package."""
        dotted = "time.sleep" if dotted == "asyncio.sleep" else dotted
        kind, sure = of_name(dotted)
        if kind == "" and reads_address(dotted, node):
            kind, sure = "query", True
        if dotted.endswith(".urlopen") and sends_data(node, self.scope):
            kind = "command"
        if kind:
            return self.found(node, kind, sure, name, dotted, needs, awaited)
        if not of_module(dotted):  # `os.remove` takes nothing out of `os`
            self.changes(node, needs)
        if dotted in of_role("clocks"):
            return {CLOCK}
        if harmless(dotted) or category(dotted) or dotted.rpartition(".")[2][:1].isupper():
            return set()
        if words(dotted.rpartition(".")[2])[:1] in (["fetch"], ["download"]):
            where = self.here(node, f"`{name}` waits")
            assumed = Assumption(f"`{name}` only asks", where)
            return self.site(node, Wait("query", name, where, (), (assumed,), "", awaited, guessed=True), needs)
        use = of_last_use(dotted)
        if use:  # a client that another module made
            return self.found(node, use, False, name, dotted, needs, awaited)
        cls = next((part for part in dotted.split(".")[-2:-1] if part[:1].isupper()), "")
        if awaited or isinstance(node.func, ast.Name) or cls:
            return self.by_use(node, cls, name, needs, awaited)
        self.assume(node, name)
        return set()

    def method(self, node: ast.Call, holder: Made, name: str, needs: set[str], awaited: bool) -> set[str]:
        """A method of an object that a package made."""
        origin, chain = holder.origin, holder.chain
        method = chain.rpartition(".")[2].removesuffix("()").removesuffix("[]")
        function = origin.rpartition(".")[2][:1].islower() and not makes_client(origin)
        made = "()" in chain.rpartition(".")[0] or (function and category(origin) != "http") or of_name(origin)[0] != ""
        if not chain and category(origin) == "inference" and is_client(origin, annotated=False) and not function:
            return self.found(node, "inference", False, name, origin, needs, awaited)  # `dspy.Predict(...)(question)`
        if shapes(method) and "()" in chain:  # a query that a client made, before it is asked
            return self.shaped(node, needs)
        kind, sure = of_method(origin, method, made, chain)
        if kind and chain and (of_method_alone(method) or is_client(origin, holder.stated and not sure)):
            return self.found(node, kind, sure, name, origin, needs, awaited)
        if not harmless(origin) and not category(origin):
            return self.by_use(node, self.receiver(node.func), name, needs, awaited)
        self.changes(node, needs)
        return set()

    def shaped(self, node: ast.Call, needs: set[str]) -> set[str]:
        """A method that adds something to what the object will ask for."""
        name = self.part(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if name is not None:
            self.mutate(name, needs, node)
        return set()

    def found(
        self, node: ast.Call, kind: WaitKind, sure: bool, name: str, dotted: str, needs: set[str], awaited: bool
    ) -> set[str]:
        assumes: list[Assumption] = []
        where = self.here(node, f"`{name}` waits")
        package = dotted.partition(".")[0]
        sent, verb = sent_by(node, self.given) if kind == "command" else ("", "")
        if kind == "command" and (sent in SAFE or (node is not self.dropped and posts_question(node, self.scope))):
            kind, sure = "query", sent in SAFE
        if self.changes_by_text(node, kind, dotted):
            kind, sure = "command", False  # whoever only wants it to be done wants what it changes
        if kind == "process":
            assumes.append(Assumption(f"what `{name}` starts changes nothing that the next one reads", where))
        elif kind in ("query", "inference") and not sure:
            what = "only asks" if kind == "query" else "asks a model and does nothing else"
            assumes.append(Assumption(f"`{name}` (of {package}) {what}", where))
        verb = verb if kind == "command" else ""
        return self.site(node, Wait(kind, name, where, (), tuple(assumes), package, awaited, verb=verb), needs)

    def changes_by_text(self, node: ast.Call, kind: WaitKind, dotted: str) -> bool:
        """Whether what seems to ask is called for what it changes: its statement says so, or nobody uses its answer."""
        said = stated(node, self.scope) if kind == "query" else ""
        return said == "change" or (said != "read" and for_its_effect(node, self.dropped, kind, dotted))

    def unknown(self, node: ast.Call, origin: Given, name: str, needs: set[str], awaited: bool) -> set[str]:
        """A callable that isn't known: by its use it may be a client's method."""
        if isinstance(node.func, ast.Name) and node.func.id in self.given:
            self.flow.called.add(node.func.id)
        kind = of_use(origin.chain) if "." in origin.chain else ""
        if kind:
            where = self.here(node, f"`{name}` waits")
            holder = name[: -len(origin.chain) - 1] or origin.name
            assumed = Assumption(f"`{holder}` is a client of a model", where)
            return self.site(node, Wait(kind, name, where, (), (assumed,), "", awaited), needs)
        methods = methods_named(self.scope, name.rpartition(".")[2]) if isinstance(node.func, ast.Attribute) else []
        receiver = self.receiver(node.func)
        if not methods or guess(node, receiver, name, False, node is not self.dropped) is not None:
            return self.by_use(node, receiver, name, needs, awaited)
        self.changes(node, needs)
        last = name.rpartition(".")[2]
        if last in OF_DATA or last in MUTATING or last in QUIET:
            return set()
        found: set[str] = set()
        before = len(self.flow.sites)
        receiver = text(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        for method in methods:
            if isinstance(method.node, ast.AsyncFunctionDef) == awaited:
                scope = self.scope.inside(method)
                found |= self.own(node, scope, receiver, needs)
        owners = ", ".join(m.owner.node.name for m in methods if m.owner is not None)
        named = may_be_called(receiver.rpartition(".")[2], owners)
        assumed = Assumption(f"`{name}` is that of {owners}", self.here(node, f"`{name}` is called"))
        for index in range(before, len(self.flow.sites)):
            site = self.flow.sites[index]
            weak = site.wait.weak or not named
            wait = replace(site.wait, assumes=(assumed, *site.wait.assumes), weak=weak)
            self.flow.sites[index] = replace(site, wait=wait)
        return found

    def by_use(self, node: ast.Call, receiver: str, name: str, needs: set[str], awaited: bool) -> set[str]:
        """A callable of which only its name and its use are known."""
        guessed = guess(node, receiver, name, awaited, used=node is not self.dropped)
        alone = of_method_alone(name.rpartition(".")[2]) if "." in name and guessed is None else ""
        if alone:
            guessed = Guess(alone, f"`{name.rpartition('.')[0]}` is a client of a service")
        if guessed is not None:
            guessed = seen_in(guessed, self.scope.module, awaited)
            where = self.here(node, f"`{name}` waits")
            asks = guessed.kind == "command" and node is not self.dropped and posts_question(node, self.scope)
            kind = "query" if asks else guessed.kind
            assumes = (Assumption(guessed.text, where),)
            if self.changes_by_text(node, kind, name):
                kind = "command"
            wait = Wait(kind, name, where, (), assumes, "", awaited, guessed=True, weak=guessed.weak)
            return self.site(node, wait, needs)
        self.changes(node, needs)
        last = name.rpartition(".")[2]
        if last not in OF_DATA and last not in MUTATING and last not in QUIET:
            self.assume(node, name)
        return set()

    def receiver(self, node: ast.expr) -> str:
        """What a method is called on: the name of its class where the text shows it."""
        if not isinstance(node, ast.Attribute):
            return ""
        origin = self.scope.origin(node.value)
        if isinstance(origin, Given) and "(" in origin.name:
            return origin.name  # the calls that made it
        return origin.cls.node.name if isinstance(origin, OfClass) else text(node.value)

    def made_here(self, node: ast.expr) -> bool:
        """Whether a method is called on (a part of) what has been assigned here: of each round its own."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
            if isinstance(node, ast.Name):
                name = self.location(node.id)
                return name in self.definite and name not in self.given
        return False

    def assume(self, node: ast.Call, name: str) -> None:
        self.ends(node, name)
        if not self.made_here(node.func):
            self.flow.unknown.setdefault(name, self.here(node, f"`{name}` is called"))

    def ends(self, node: ast.Call, name: str) -> bool:
        """Notes what by its name ends something, or sets it off, and gives nothing that anybody uses."""
        last = name.rpartition(".")[2]
        does = sets_off(last) or names_action(node) or (changes_there(last) and self.decided(node))
        if node is self.dropped and does:
            self.flow.commands.append(Wait("command", name, self.here(node, f"`{name}` is called")))
        return node is self.dropped and does

    def decided(self, node: ast.Call) -> bool:
        """Whether answers only decide that a call is made, or on what: it isn't given any."""
        given = [self.values.get(id(value), set()) for value in (*node.args, *(k.value for k in node.keywords))]
        holder = self.expr(node.func.value) if isinstance(node.func, ast.Attribute) else set()
        rests = self.flow.rests_on_results
        return rests({*self.conditions, *holder}) and not rests(set().union(*given))

    def changes(self, node: ast.Call, needs: set[str]) -> None:
        """Methods that change what they are called on."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
            name = self.part(node.func.value)
            if name is not None:
                keys = node.func.attr in ("add", "append", "discard", "remove", "update", "setdefault")
                self.mutate(name, needs, node)
                if keys:
                    self.flow.depends.setdefault(name + KEYS, set()).update(needs - {name, root_of(name)})

    # -- the program's own functions

    def own(self, node: ast.Call, scope: Scope, receiver: str, needs: set[str]) -> set[str]:
        """A function of the program: its flow, seen from here."""
        summary = self.summaries.of(scope)
        function = scope.function
        assert function is not None
        if (summary.yields and not enters(function)) or runs_itself(function):
            return set()
        if out_of_sight(scope, summary):
            owner = function.owner.node.name if function.owner is not None else receiver
            awaited = isinstance(function.node, ast.AsyncFunctionDef)
            return self.by_use(node, owner, text(node.func), needs, awaited)
        if self.ends(node, function.node.name):
            return set()
        names = self.names(node, scope, receiver)
        for value in handed(node, function, summary.called):
            needs = needs | self.handed_over(node, value)
        here = self.here(node, f"calls `{function.node.name}`")
        for where, conditions in summary.sleeps:
            self.flow.sleeps.append((where, frozenset(seen(conditions, names)) | self.conditions))
        for command in summary.commands:
            sent = as_sent(replace(command, chain=(here, *command.chain)[:CHAIN]), node, function, self.given)
            if sent.kind == "query":
                self.flow.sites.append(WaitingCall(sent, frozenset(needs), self.conditions, id(node)))
            else:
                self.flow.commands.append(sent)
        for name, where in summary.unknown:
            self.flow.unknown.setdefault(name, where)
        fresh = {name for name, value in bound(node, function).items() if isinstance(value, FRESH)}
        more = needs if spread(node, function) else set()
        for name, where, rests in summary.written:
            for outside in seen({name}, names) - {RESULT} if root_of(name) not in fresh else ():
                self.mutate(outside, seen(rests, names) | more, node, name in summary.added)
                self.flow.mutated[outside] = where
        for wait, inner, rests in summary.sites:
            known, when = (seen(some, names) - {CONVERSED} for some in (inner, rests))
            if wait.kind == "sleep" and self.pauses(node, receiver, needs, summary):
                self.site(node, wait, known)
                continue
            unused = node is self.dropped and RESULT in summary.returned
            if wait.guessed and (unused or sets_off(function.node.name)):
                continue  # it is called for what it does
            if hands_change(node):
                self.flow.commands.append(replace(wait, kind="command", chain=(here, *wait.chain)[:CHAIN]))
                continue
            for name in known | when:
                self.read(name)
            weak = wait.weak or function is self.scope.function  # what a recursion comes to
            chained = replace(wait, chain=(here, *wait.chain)[:CHAIN], weak=weak)
            self.flow.sites.append(WaitingCall(chained, frozenset(known | more), self.conditions | when, id(node)))
        return seen(summary.returned, names) - {CONVERSED} | ({RESULT} if summary.sites else set())

    def pauses(self, node: ast.Call, receiver: str, needs: set[str], summary: Summary) -> bool:
        """Whether a call that sleeps is a pause, no slow work: between tries, for no item, or in a constructor."""
        between = bool(self.loops) or FAILED in self.conditions
        return between or receiver == "@new" or (node is self.dropped and not needs and not summary.returned)

    def handed_over(self, node: ast.Call, value: ast.expr) -> set[str]:
        """A callable that the function which gets it calls: with what else it is given, as far as anybody can tell."""
        if isinstance(value, ast.Lambda):
            return self.expr(value.body)
        made = ast.copy_location(ast.Call(value, [a for a in node.args if a is not value], node.keywords), node)
        return self.call(made, awaited=False)

    def names(self, node: ast.Call, scope: Scope, receiver: str) -> dict[str, set[str]]:
        """What the parameters of a function stand for in a call."""
        function = scope.function
        assert function is not None
        parameters = [p.arg for p in function.parameters]
        found = {name: self.values.get(id(value), set()) for name, value in bound(node, function).items()}
        if function.owner is not None and parameters and "staticmethod" not in function.decorators:
            first = parameters.pop(0)
            plain = receiver.replace(".", "").replace("_", "").isalnum() and not receiver.startswith("@")
            head, _, rest = receiver.partition(".")
            found[first] = (
                {self.location(head) + (f".{rest.partition('.')[0]}" if rest else "")} if plain and head else set()
            )
        if function.outer is not None and function.outer is self.scope.function:
            found.update({f"::{name}": {self.location(name)} for name in (*self.scope.bound, *function.outer.named())})
        return found
