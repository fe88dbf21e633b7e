"""What each verdict on a region means, and what one can do: for `xcs-lint --explain` and the pages of the remarks."""

from __future__ import annotations

# By code: what it means, what one can do.
OBSTACLES: dict[str, tuple[str, str]] = {
    "parallel": (
        "The named calls of this region start early, at the same time, and are taken where they stand. A call named "
        "\"in `f`\" stands in a function that runs in place, with what keeps it there behind it.",
        "Nothing. `f.stats()` tells how many calls ran early and what that saved.",
    ),
    "plain-form": (
        "`@jit` runs these calls at the same time, but no plain Python that a reviewer would accept does the same: "
        "`xcs-transform` leaves the place as it is.",
        "Use `@xcs.jit` there.",
    ),
    "no-gain": (
        "Fewer than two calls that wait can be under way at once: there is one call only, or what is called computes "
        "under the GIL, where threads bring nothing. The function keeps its own byte code.",
        "Nothing here. If a function that it calls has a loop of slow calls of its own, decorate that one.",
    ),
    "carried": (
        "The call is given something that the same call returned in an earlier round: a conversation, a running "
        "summary, a page token. Such calls can only be made one after the other.",
        "Nothing, where that is meant. Where only a part of the work rests on the earlier answer, put the other part "
        "into a call of its own: that one can start early.",
    ),
    "conflict": (
        "The call, or what its arguments are computed from, reads a place that the region writes, so the answer may "
        "depend on when it is read. Both places are named.",
        "Hand the value over as an argument, or write to a place of each iteration's own.",
    ),
    "not-entered": (
        "The region could run its calls early, but not with the objects of its last entry: two things that must be "
        "different objects are the same, for instance, or a class was changed since.",
        "Look at what is named; often a copy of one of the two objects is what was meant.",
    ),
    "unknown": (
        "The analysis doesn't know what this calls or does, so it stays in its place, and nothing moves across it.",
        "If the calls don't depend on their order, say so: `xcs.unordered(callable)`. A library that is missing can be "
        "described in a knowledge file.",
    ),
    "writes": (
        "The callee changes something that others can see, such as a global, an attribute or an argument. It runs in "
        "its place; only slow calls inside it may start early.",
        "Return the value instead of storing it, and store it in the loop.",
    ),
    "command": (
        "The callee changes the world outside the process, or draws from something ordered (a file, a POST, a row, "
        "a random number), or a query would be moved across something that may change its answer.",
        "Nothing, where the order is part of the meaning. Where it is not, say so: `xcs.unordered(callable)`. Queries "
        "before the first command of a loop can stand in a loop of their own.",
    ),
    "thread-bound": (
        "The callee depends on the thread that runs it, or may wait for another: locks, `threading.local`, event "
        "loops, SQLite connections.",
        "Wait for other threads before the loop or after it. What belongs to a thread, such as a connection of "
        "`sqlite3`, can be used in the loop itself, beside calls that are given what was read.",
    ),
    "memoised": (
        "Answers are kept by argument, as by `functools.lru_cache`: of two equal calls the second must find the answer "
        "of the first, so they can't be under way together.",
        "Read what is kept before the loop, in one of its own, and hand the calls what was read.",
    ),
    "pacing": (
        "A sleep beside requests or commands keeps a rate: what it paces stays in order, at its speed. A sleep behind "
        "a bad answer only, as in a retry, paces nothing before it is taken.",
        "Nothing, where a rate must be kept. Services' own limits are respected without it.",
    ),
    "duration": (
        "The time that the call takes is measured and kept: started early, it would seem to take none.",
        "Measure around the loop; or, where only the sum matters, print the duration instead of keeping it.",
    ),
    "exit": (
        "An answer decides whether the loop goes on (`break`, `return`, an exception), so that later calls might never "
        "have been made. Nothing is started on suspicion.",
        "Nothing, where that is meant: each call that isn't needed costs money.",
    ),
    "handled": (
        "A failure of the call would be handled, and the program would go on in another way: whether later calls are "
        "made depends on it.",
        "Put the `try` into the loop's body, or into the function that makes the call: there each iteration has its "
        "own.",
    ),
    "iterable": (
        "What the loop goes through can't be read ahead: an iterator, a generator or an object with code of its own "
        "gives its items once.",
        "Make a list of it before the loop, if it ends.",
    ),
    "while": (
        "Nobody can say how many rounds a `while` loop has whose end rests on what its calls give. The calls of one "
        "round may still run at the same time. Rounds that the loop's own variables decide (a count, a queue, what is "
        "left of a list) run ahead under `@jit`, not in the plain form.",
        "Use a `for` loop, where what it goes through is known before.",
    ),
    "syntax": (
        "The call stands in, or needs, a statement that can't be followed ahead yet.",
        "Move the call, or what its arguments are made of, out of that statement.",
    ),
    "arguments": (
        "The arguments of the call can't be computed ahead: making them needs something whose place matters, or the "
        "object that is handed over is one that the program keeps and that would be there twice.",
        "Put the call and what makes its arguments into one function: that runs as a whole.",
    ),
    "value": (
        "The call is given a value that the region computes and whose type isn't known: comparing or copying it might "
        "run code.",
        "Compute it before the loop, where its type can be looked at.",
    ),
    "open": (
        "The call gives an open connection or file, which the region reads: what is read early would be read twice.",
        "Read it in the function that makes the call, and return what was read.",
    ),
    "wrapper": (
        "A decorator that isn't known stands below `@jit`: what it does around the function isn't looked into.",
        "Write `@jit` below the other decorators, next to the `def`.",
    ),
    "async": (
        "An `async def` runs as it is written: its caller's event loop decides when it goes on.",
        "`asyncio.gather`, or an `asyncio.TaskGroup`, awaits several things at the same time.",
    ),
    "generator": (
        "A generator runs as it is written: its caller decides when it goes on.",
        "Make a list of the answers in a function that returns it, and go through that.",
    ),
    "disabled": ("`XCS_DISABLE=1` is set: every function runs as it is written.", "Unset it."),
}
