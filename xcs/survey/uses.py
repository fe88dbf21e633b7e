"""What an unknown callable may be: by the words of its receiver, its verb, and the keywords that it is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..trees import called_name
from .flow import Summary
from .handing import STATEMENTS, sent_by
from .kinds import Made, Symbol
from .local_names import OF_DATA
from .modules import Function, Module
from .origins import Scope
from .services import (
    ASKING,
    BEFORE,
    CHANGING,
    MAPPINGS,
    SAFE,
    WaitKind,
    asks,
    creates,
    of_role,
    tables,
    tells_of_itself,
    words,
)
from .tree_walks import walk

HTTP = frozenset({
    "params", "headers", "timeout", "auth", "verify", "cookies", "allow_redirects", "follow_redirects", "proxies",
    "stream", "json",
})  # fmt: skip
LOCAL = frozenset({  # verbs that change what is here as often as what is there
    "set", "add", "close", "open", "log", "write", "init", "initialize", "configure", "register", "connect", "execute",
    "train", "sync", "push", "update", "reset", "clear", "trigger", "track", "record", "import", "build",
})  # fmt: skip
SENDS = frozenset({"make", "send", "do", "perform", "issue"})  # a request, whose answer is then used
MOST_UNKNOWN, MOST_SITES = 6, 8  # of a function that is looked into
SPELLED = re.compile(r"'[^']*'?|\"[^\"]*\"?")
CHANGES = re.compile(
    r"\s*(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+(?:into\s+)?\S+|(?:create|drop|alter|truncate)\s+(?:or\s+replace\s+)?"
    r"(?:temp\w*\s+)?(?:table|view|index|schema|database|function)|grant\s|revoke\s)",
    re.IGNORECASE,
)
READS = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
MOST_METHODS = 4  # of one name in a module's classes, any of which may be called on an unknown object
FOLLOWED = 3  # names, from one to what it is assigned


@dataclass(frozen=True, slots=True)
class Guess:
    """How a callable may wait, and the sentence that says what is assumed.

    weak: little speaks for it; sent: what it is given, or the last word of its holder, says that it is a request.
    """

    kind: WaitKind
    text: str
    weak: bool = False
    sent: bool = False


def guess(node: ast.Call, receiver: str, name: str, awaited: bool, used: bool) -> Guess | None:
    """What a call of something unknown may be; None: nothing that waits, as far as anybody can tell.

    receiver: what the method is called on, or the name of its class; used: its value is.
    """
    method = node.func.attr if isinstance(node.func, ast.Attribute) else name.rpartition(".")[2]
    holder = name.rpartition(".")[0] or receiver
    if method in ASKING | CHANGING and _is_request(node, method):
        asks = method in ASKING or (method == "request" and sent_by(node)[0] in SAFE)
        return Guess("query" if asks else "command", f"`{holder}` is an HTTP client", sent=True)
    if isinstance(node.func, ast.Name) and used and (node.args or node.keywords) and _asks_a_model(name):
        return Guess("inference", f"`{name}` asks a model and does nothing else")
    receiver = _without_arguments(SPELLED.sub("", receiver))  # what is given to a call is no word of it
    last = receiver.rpartition(".")[2]
    told = words(last)
    if method[:1].isupper() and told[-1:] not in (["client"], ["stub"], ["svc"], ["service"]):
        return None  # a class
    verb, verbs, holders = _first_word(method), tables()["verbs"], tables()["holders"]
    if method in verbs["stateful"] and told and not set(told) & holders["client"]:
        return Guess("stateful", f"`{holder}` is one conversation")
    named_one = "reader" in told and any(not isinstance(a, ast.Constant) for a in node.args)  # what it is to read
    if set(told) & (holders["shells"] | (holders["stateful"] if awaited and not named_one else frozenset())):
        return Guess("stateful", f"`{holder}` is one conversation")
    asking = _asking(method, last or holder)
    weak = (asking == "inference" and verb in verbs["weak"]) or (verb in verbs["slight"] and not awaited)
    weak = weak or verb in verbs["either"]
    named = words(receiver)
    client = method[:1].isupper() or _is_named_client(named, last)  # a stub's method, or a client's
    if client and method == "execute" and "(" in receiver:  # a request that calls of a client made
        asking = "query" if set(words(receiver.rpartition("(")[0].rpartition(".")[2])) & verbs["query"] else ""
    if method == "execute" and not client and _asks_in_chain(node.func):
        asking, client = "query", True
    if asking == "inference" and used and verb in verbs["provided"] and told[-1:] == ["provider"]:
        return Guess(asking, f"`{holder}` is a client of a model, and `{method}` does nothing else than to ask")
    if (client or _has_capitals(node)) and asking and used and (method not in OF_DATA or _is_address(node)):
        weak = weak and (asking == "query" or holder == "self")
        sent = told[-1:] in (["client"], ["api"]) or _has_capitals(node)
        return Guess(asking, f"`{holder}` is a client of a service, and `{method}` only asks", weak, sent)
    if (client or _has_capitals(node)) and verb in verbs["command"] - LOCAL and method not in OF_DATA:
        return Guess("command", f"`{holder}` is a client of a service, and `{method}` changes something")
    if verb in ("download", "fetch") and used and {"url", "urls"} & set(words(method)):
        return Guess("query", f"`{name}` only asks", sent=True)
    here = {*told, *(words(method) if verb not in ("download", "fetch") else ())} & holders["local"]
    if awaited and used and asking and not here:
        sure = asking == "inference" or verb in verbs["afar"] or _says_service(receiver, method)
        return Guess(asking, f"`{name}` only asks", weak or "." not in name or not sure)
    return None


def _is_named_client(named: list[str], last: str) -> bool:
    """Whether what holds a method is named as a client, and its last part not as data, or as what is kept here."""
    holders, told = tables()["holders"], words(last)
    if not set(named) & holders["client"] and not any(word.endswith("client") for word in named):
        return False
    if last in MAPPINGS or set(told[-1:]) & tables()["classes"]["data"]:
        return False
    return not set(told[-1:]) & (holders["database"] | holders["at_hand"]) and not set(told) & holders["kept"]


def _is_request(node: ast.Call, method: str) -> bool:
    """Whether a call has arguments that requests have; how long to wait at most is what others are told, too."""
    if method == "request" and not sent_by(node)[0]:
        return False
    given = {k.arg for k in node.keywords}
    return not given.isdisjoint(HTTP) and bool(node.args or given - {"timeout"})


def says_client(holder: str) -> bool:
    """Whether a part of a name ends in the word of a client: `self.api_client.queues`."""
    last = [(words(part) or [""])[-1] for part in _without_arguments(holder).split(".")]
    return any(word in ("api", "sdk") or word.endswith("client") for word in last)


def _without_arguments(receiver: str) -> str:
    """The text of what a method is called on, without what stands in parentheses."""
    kept, depth = [], 0
    for sign in receiver:
        depth -= sign == ")"
        if depth <= 0:
            kept.append(sign)
        depth += sign == "("
    return "".join(kept)


def _says_service(receiver: str, method: str) -> bool:
    """Whether the name of what is awaited, or of its holder, has a word of services, stores or what they answer."""
    table, holders = tables()["words"], tables()["holders"]
    known = holders["client"] | holders["afar"] | tables()["classes"]["client"]
    named = words(receiver)
    if set(named[-1:]) & holders["at_hand"]:
        return False
    if not known.isdisjoint(named) or any(word.endswith(("client", "db", "store")) for word in named):
        return True
    return not (table["models"] | table["answers"] | {"api", "request"}).isdisjoint(words(method))


def seen_in(guessed: Guess, module: Module, awaited: bool) -> Guess:
    """A guess beside what the module imports: where models run on this machine, or a browser is driven, a name says
    less."""
    doubtful = guessed.kind == "inference" or (guessed.kind == "query" and not guessed.sent)
    if doubtful and _imports_any(module, "runners"):
        return replace(guessed, weak=True)
    if awaited and guessed.weak and guessed.kind == "query" and _imports_any(module, "browsers"):
        return replace(guessed, kind="stateful")  # elements of a page
    return guessed


def _asking(method: str, last: str) -> WaitKind:
    """How a method may ask, by its name; last: that of what holds it."""
    verb, verbs = _first_word(method), tables()["verbs"]
    makes = creates(method) or (method == "create" and last[:1].isupper())
    if verb in verbs["wait"] or method in tables()["methods"]["none"] or makes or tells_of_itself(method):
        return ""
    return "query" if verb in verbs["query"] else "inference" if verb in verbs["inference"] else ""


def _asks_a_model(name: str) -> bool:
    """Whether the name of a function says that it asks a model, no class, and nothing that gives a part of one."""
    told, table, verbs = words(name), tables()["words"], tables()["verbs"]
    models = set(told) & table["models"] - (table["alone"] if len(told) > 1 else frozenset())
    if name[:1].isupper() or not models or told[0] in table["shaping"] or "to" in told:
        return False
    if told[0] not in table["models"] | verbs["query"] | verbs["inference"] | table["makers"] and (
        told[-1] not in table["models"] | table["answers"]
    ):
        return False
    return told[0] not in table["makers"] or told[-1] in table["answers"]


def _asks_in_chain(node: ast.expr) -> bool:
    """Whether `execute` sends what a chain of calls made that ends in one which asks: `jobs().list(...).execute()`."""
    made = node.value if isinstance(node, ast.Attribute) else None
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
        return False
    return isinstance(made.func.value, ast.Call) and bool(set(words(made.func.attr)) & tables()["verbs"]["query"])


def _has_capitals(node: ast.Call) -> bool:
    """Whether a call has arguments named as those of the services of Amazon are: `Key=`, `FilterExpression=`."""
    return any(k.arg is not None and k.arg[:1].isupper() and k.arg[1:2].islower() for k in node.keywords)


def _first_word(method: str) -> str:
    """The verb of a method's name; of one that is awaited, without the `a` that says so."""
    told, verbs = words(method) or [""], tables()["verbs"]
    verb = told[1] if told[0] in BEFORE and len(told) > 1 else told[0]
    if verb in SENDS and words(method)[1:] == ["request"]:
        return "ask"
    known = verbs["query"] | verbs["inference"] | verbs["command"]
    return verb[1:] if verb[:1] == "a" and verb not in known and verb[1:] in known else verb


def _is_address(node: ast.Call, sign: str = "/") -> bool:
    """Whether what a `get` is given is an address, not the key of a dictionary; `sign`: what a constant must hold."""
    if not node.args or any(k.arg is None for k in node.keywords):
        return bool(node.keywords)
    first = node.args[0]
    if len(node.args) == 2 and not node.keywords:  # the second is given where the key is missing
        return False
    if isinstance(first, ast.JoinedStr):
        return any(isinstance(v, ast.Constant) and sign in str(v.value) for v in first.values)
    if isinstance(first, ast.Constant):
        return isinstance(first.value, str) and sign in first.value
    name = first.attr if isinstance(first, ast.Attribute) else getattr(first, "id", "")
    return bool({"url", "uri", "link", "href", "endpoint", "address"} & set(words(name)))


def tells_address(node: ast.Call) -> bool:
    """Whether a call tells addresses from other texts: `path.startswith("https://")`."""
    given = node.args[0] if node.args and called_name(node) == "startswith" else None
    told = given.elts if isinstance(given, ast.Tuple) else [given]
    return any(isinstance(v, ast.Constant) and str(v.value).startswith("http") for v in told)


def reads_address(dotted: str, node: ast.Call) -> bool:
    """Whether a call reads a table from an address, as those of pandas do, or something else."""
    top, _, last = dotted.partition(".")
    tables_of = top in of_role("tables") and last.startswith("read_")
    if any(k.arg is None for k in node.keywords):
        return tables_of and any(k.arg == "storage_options" for k in node.keywords)
    return (tables_of or dotted in tables()["readers"]["either"]) and bool(node.args) and _is_address(node, "://")


def strings(node: ast.expr, scope: Scope, depth: int = 0) -> Iterator[str]:
    """The texts in an expression, and in what its names are assigned, with those names."""
    for below in walk(node):
        if isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below.value
        elif isinstance(below, ast.Name | ast.Attribute) and depth < FOLLOWED:
            yield below.id if isinstance(below, ast.Name) else below.attr
            name = below.id if isinstance(below, ast.Name) else ""
            for value in scope.bound.get(name, []) or scope.module.bound.get(name, []):
                if value is not None and not isinstance(value, ast.Starred):
                    yield from strings(value, scope, depth + 1)


def sends_data(node: ast.Call, scope: Scope) -> bool:
    """Whether `urlopen` is given data to send, or a request that holds some or is no GET."""
    if len(node.args) > 1 or any(k.arg == "data" for k in node.keywords):
        return True
    given = node.args[0] if node.args else None
    values = scope.bound.get(given.id, []) if isinstance(given, ast.Name) else [given]
    made = [k for v in values if isinstance(v, ast.Call) for k in v.keywords]
    return any(
        (k.arg == "data" and not (isinstance(k.value, ast.Constant) and k.value.value is None))
        or (k.arg == "method" and isinstance(k.value, ast.Constant) and k.value.value not in SAFE)
        for k in made
    )


def graph_query(node: ast.Call) -> ast.expr | None:
    """The query in the document that a POST sends, as GraphQL has it: `post(url, json={"query": text})`."""
    sent = next((k.value for k in node.keywords if k.arg in ("json", "data")), None)
    if not isinstance(sent, ast.Dict):
        return None
    named = zip(sent.keys, sent.values, strict=True)
    return next((v for k, v in named if isinstance(k, ast.Constant) and k.value == "query"), None)


def _keys_sent(node: ast.Call, scope: Scope) -> Iterator[str]:
    """The constant keys of the document that a POST sends, also of one that `json.dumps` writes."""
    for sent in (k.value for k in node.keywords if k.arg in ("json", "data")):
        if isinstance(sent, ast.Call) and called_name(sent) == "dumps" and sent.args:
            sent = sent.args[0]
        for value in scope.bound.get(sent.id, []) if isinstance(sent, ast.Name) else [sent]:
            keys = value.keys if isinstance(value, ast.Dict) else ()
            yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))


def stated(node: ast.Call, scope: Scope) -> str:
    """What a store's statement says that it does: a `change`, as `query("DELETE FROM ...")`, a `read`, or nothing."""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method not in STATEMENTS or not node.args:
        return ""
    given = list(strings(node.args[0], scope))
    if any(map(READS.match, given)):
        return "read"
    return "change" if any(map(CHANGES.match, given)) else ""


def posts_question(node: ast.Call, scope: Scope) -> bool:
    """Whether the address that a POST goes to says that it asks, or the function that does nothing else."""
    if isinstance(node.func, ast.Attribute) and node.func.attr not in ("post", "request", "urlopen"):
        return False
    if not node.args and not node.keywords:
        return False
    told = graph_query(node)
    if told is not None:
        return not any("mutation" in text for text in strings(told, scope))
    if not tables()["words"]["questions"].isdisjoint(_keys_sent(node, scope)):
        return True
    address = node.args[-1] if node.args else next((k.value for k in node.keywords if k.arg == "url"), None)
    if isinstance(node.func, ast.Attribute | ast.Name) and called_name(node) == "urlopen":
        address = _address_of(node.args[0] if node.args else address, scope)
    function = scope.function.node.name if scope.function is not None else ""
    if words(function)[:1] and words(function)[0] in tables()["words"]["functions"]:
        return True
    return address is not None and asks(" ".join((function, *strings(address, scope))))


def _address_of(given: ast.expr | None, scope: Scope) -> ast.expr | None:
    """What `urlopen` goes to: the address, or that of the request that it is given."""
    values = scope.bound.get(given.id, []) if isinstance(given, ast.Name) else [given]
    made = next((v for v in values if isinstance(v, ast.Call)), None)
    if made is None:
        return given
    return made.args[0] if made.args else next((k.value for k in made.keywords if k.arg == "url"), given)


def is_lock(node: ast.expr) -> bool:
    """Whether what `with` enters is a lock, by its name: what is done under it is done one at a time."""
    named = node.func if isinstance(node, ast.Call) else node
    last = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
    return bool(set(words(last)) & tables()["words"]["locks"])


def is_abstract(function: Function) -> bool:
    """Whether a method is there to be overridden: it does nothing, or raises `NotImplementedError`."""
    for node in function.node.body:
        if isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        if isinstance(node, ast.Raise) and "NotImplemented" in ast.dump(node):
            continue
        return False
    return True


def out_of_sight(scope: Scope, summary: Summary) -> bool:
    """Whether a function does more than can be told of it, or awaits something that wasn't found."""
    if len(summary.unknown) > MOST_UNKNOWN or len(summary.sites) > MOST_SITES:
        return True
    node = scope.function.node if scope.function is not None else None
    if summary.sites or summary.sleeps or summary.commands or not isinstance(node, ast.AsyncFunctionDef):
        return False
    return any(isinstance(n, ast.Await) and not _is_near(n.value, scope) for n in walk(node))


def methods_named(scope: Scope, name: str) -> list[Function]:
    """The methods of that name in classes of the module, where there are few: one of them may be meant."""
    named = (c.methods[name] for c in scope.module.classes.values() if name in c.methods)
    found = [method for method in named if method is not scope.function]
    return found if len(found) <= MOST_METHODS else []


def may_be_called(name: str, owners: str) -> bool:
    """Whether a variable may be named after one of some classes: by a word, or by the first letter of one."""
    told = words(owners)
    return any(word in told if len(word) > 2 else word[0] in {t[0] for t in told} for word in words(name))


def _imports_any(module: Module, role: str) -> bool:
    """Whether a module, or a function of it, imports one of the packages that play a part."""
    imported = (module.imports, *(function.imports() for function in module.every))
    return any(dotted.partition(".")[0] in of_role(role) for names in imported for dotted in names.values())


def _is_near(node: ast.expr, scope: Scope) -> bool:
    """Whether what is awaited is of a package that does its work on this machine."""
    origin = scope.origin(node.func) if isinstance(node, ast.Call) else None
    name = origin.origin if isinstance(origin, Made) else origin.dotted if isinstance(origin, Symbol) else ""
    return name.partition(".")[0] in tables()["local"]["packages"]
