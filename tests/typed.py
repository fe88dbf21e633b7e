"""What type checkers know of decorated functions: read by mypy --strict (`make lint`), not run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from xcs import Remark, Stats, jit


@jit
def function(items: list[str], *, n: int = 3) -> list[int]:
    return [len(x) * n for x in items]


@jit()
async def coroutine(x: int) -> str:
    return str(x)


@jit
class Whole:
    x: int = 1


class Methods:
    @jit
    def method(self, x: int) -> str:
        return str(x)

    @classmethod
    @jit
    def by_class(cls, x: int) -> str:
        return str(x)

    @jit
    @classmethod
    def over_class(cls, x: int) -> str:
        return str(x)

    @staticmethod
    @jit
    def static(x: int) -> str:
        return str(x)

    @property
    @jit
    def all(self) -> int:
        return 1

    def used(self) -> str:
        return self.method(1) + self.by_class(1) + self.over_class(1) + self.static(2) + str(self.all + 1)


one = Methods()
texts: list[str] = [one.method(1), Methods.method(one, 1), Methods.by_class(2), one.by_class(2), Methods.static(3)]
numbers: list[int] = function(["a"], n=2) + function.sequential(["a"]) + [Whole().x, one.all]
waiting: Coroutine[Any, Any, str] = coroutine(1)
reports: list[Stats] = [
    function.stats(), coroutine.stats(), one.method.stats(), Methods.by_class.stats(), Methods.static.stats()
]  # fmt: skip
remarks: list[Remark] = [remark for report in reports for remark in report.regions]
lines: list[int] = [remark.line for remark in remarks]
saved: float = function.stats().saved + function.stats().waited + function.stats().tasks
given: Callable[[list[str]], list[int]] = function
shorter: functools.partial[list[int]] = functools.partial(function, n=3)
with ThreadPoolExecutor() as executor:
    texts.append(executor.submit(one.method, 3).result())

function(1)  # type: ignore[arg-type]
one.method("x")  # type: ignore[call-overload]
Methods.static("x")  # type: ignore[arg-type]
