"""Functions that await, planned as if they called: the same analysis tells which of their calls need each other.

The text that is planned has every call at the same place as the file:

    async def load(client, names):            def       load(client, names):
        async with AsyncClient() as client:       with       Client     () as client:
            got = await client.get(name)              got =       client.get(name)
"""

from __future__ import annotations

import ast
import io
import linecache
import tokenize
from collections.abc import Iterator
from pathlib import Path as File

from ..remarks import Bailout
from .plans import FunctionPlan, plan_file

# Classes whose methods await what the methods of others wait for.
CLIENTS = {
    "AsyncAnthropic": "Anthropic",
    "AsyncAzureOpenAI": "AzureOpenAI",
    "AsyncClient": "Client",
    "AsyncGroq": "Groq",
    "AsyncInferenceClient": "InferenceClient",
    "AsyncOpenAI": "OpenAI",
    "AsyncTogether": "Together",
}
BEGIN = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})
BEGINNINGS = frozenset({";", ":"})
SLEEP = ("asyncio", ".", "sleep")

Token = tokenize.TokenInfo


def as_calls(text: str) -> str | None:
    """The text with calls in place of what is awaited; None: it can't be written so."""
    if not text.isascii() or "await" not in text:
        return None  # columns of bytes and of characters differ
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    names = {t.string for t in tokens if t.type == tokenize.NAME}
    if any(new in names for old, new in CLIENTS.items() if old in names):
        return None
    lines = text.split("\n")
    for row, start, end, new in reversed(list(_changes(tokens))):
        line = lines[row - 1]
        lines[row - 1] = line[:start] + new.ljust(end - start) + line[end:]
    made = "\n".join(lines)
    if "time.sleep" in made and "import time" not in made:
        made = made.replace("import asyncio\n", "import asyncio; import time\n", 1)
    try:
        ast.parse(made)
    except SyntaxError:
        return None
    return made


def _changes(tokens: list[Token]) -> Iterator[tuple[int, int, int, str]]:
    """(line, start, end, what stands there) of each change, in the order of the text."""
    for index, token in enumerate(tokens):
        (row, start), (_, end) = token.start, token.end
        if token.type != tokenize.NAME:
            continue
        following = tokens[index + 1 : index + 3]
        if token.string == "async" and following[0].start[0] == row:
            yield row, start, following[0].end[1], following[0].string
        elif token.string == "await":
            before = tokens[index - 1]
            begins = before.type in BEGIN or (before.type == tokenize.OP and before.string in BEGINNINGS)
            yield row, start, end, "_ =" if begins else ""
        elif token.string in CLIENTS:
            yield row, start, end, CLIENTS[token.string]
        elif (token.string, *(t.string for t in following)) == SLEEP and following[1].start[0] == row:
            yield row, start, following[1].end[1], "time.sleep"


def plan_awaited(file: File, text: str) -> dict[int, FunctionPlan]:
    """By line, the plans of the functions that await, as if they called."""
    made = as_calls(text)
    if made is None:
        return {}
    lines = {n.lineno for n in ast.walk(ast.parse(text)) if isinstance(n, ast.AsyncFunctionDef)}
    name = str(file.resolve())
    known = linecache.cache.get(name)
    try:
        return {p.span.line: p for p in plan_file(file, text=made) if p.span.line in lines}
    except Bailout:
        return {}
    finally:  # planning notes the text for those who look up callees
        linecache.cache.pop(name, None)
        if known is not None:
            linecache.cache[name] = known


__all__ = ["as_calls", "plan_awaited"]
