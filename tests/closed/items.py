"""Ways of going through many objects, whose slow calls can start early, and objects of other kinds among them."""

from __future__ import annotations

import time
from typing import Any

SEEN: list[object] = []


class Doc:
    def __init__(self, number: int) -> None:
        self.number = number
        self.tags = ["a", "b"]

    def fetch(self) -> str:
        time.sleep(1e-6)
        return f"text {self.number} {len(self.tags)}"

    def title(self) -> str:
        return f"title {self.number}"


class Counting(Doc):
    """What it does has an order."""

    def fetch(self) -> str:
        SEEN.append(self.number)
        return f"counted {self.number}, {len(SEEN)}"

    def title(self) -> str:
        SEEN.append(f"title {self.number}")
        return "counted"


class Failing(Doc):
    def fetch(self) -> str:
        raise ValueError(self.number)


class Number(int):
    def __add__(self, other: int) -> int:
        SEEN.append(f"add {int(self)}")
        return int(self) + other

    def __format__(self, spec: str) -> str:
        SEEN.append(f"format {int(self)}")
        return str(len(SEEN))


def numbered(number: int) -> Doc:
    made = Doc(number)
    made.number = Number(number)
    return made


def replaced(number: int) -> Doc:
    """One with a method of its own."""
    made = Doc(number)
    made.fetch = lambda: f"own {number}, {SEEN.append(number)}, {len(SEEN)}"  # type: ignore[method-assign]
    return made


class Tags(list[str]):
    def __len__(self) -> int:
        SEEN.append("len")
        return len(SEEN)


def tagged(number: int) -> Doc:
    made = Doc(number)
    made.tags = Tags(made.tags)
    return made


OTHERS: dict[str, Any] = {
    "counting": Counting, "numbered": numbered, "replaced": replaced, "tagged": tagged,
}  # fmt: skip
IN_PLACE = ("by_callee", "by_extending", "by_lambda", "by_sum", "by_two_indexes")  # too many to be looked at


def by_loop(docs: list[Doc]) -> list[str]:
    out = []
    for doc in docs:
        out.append(doc.fetch())
    return out


def by_slice(docs: list[Doc]) -> list[str]:
    out = []
    for doc in docs[:8]:
        out.append(doc.fetch())
    return out


def by_comprehension(docs: list[Doc]) -> list[str]:
    return [doc.fetch() for doc in docs[:8]]


def by_enumerating(docs: list[Doc]) -> list[str]:
    out = []
    for index, doc in enumerate(docs[:9]):
        out.append(f"{index} {doc.fetch()}")
    return out


def by_pairs(docs: list[Doc]) -> list[str]:
    out = []
    for name, doc in zip("abcdefgh", docs, strict=False):
        out.append(name + doc.fetch())
    return out


def by_index(docs: list[Doc]) -> list[str]:
    return [docs[i].fetch() for i in range(8)]


def by_two_indexes(docs: list[Doc]) -> list[str]:
    out = []
    for i in range(8):
        out.append(docs[i].fetch())
        out.append(docs[-1].title())
    return out


def over_pairs(table: dict[str, Doc]) -> list[str]:
    out = []
    for name, doc in table.items():
        out.append(name + doc.fetch())
    return out


def over_values(table: dict[str, Doc]) -> list[str]:
    return [doc.fetch() for doc in table.values()]


def over_keys(table: dict[str, Doc]) -> list[str]:
    out = []
    for name in ["k0", "k1", "k3", "k7", "k519"]:
        out.append(table[name].fetch())
    return out


def over_got(table: dict[str, Doc]) -> list[str]:
    out = []
    for name in ["k0", "k1", "none", "k7", "k519"]:
        doc = table.get(name)
        if doc is not None:
            out.append(doc.fetch())
    return out


def by_titles(docs: list[Doc]) -> list[str]:
    """What is done between the calls has an order for some."""
    out = []
    for doc in docs[:8]:
        out.append(doc.title())
        out.append(doc.fetch())
    return out


def by_rest(docs: list[Doc]) -> list[str]:
    """A loop before goes through all of them."""
    out = []
    for doc in docs:
        out.append(doc.title())
    for doc in docs[:8]:
        out.append(doc.fetch())
    return out[-8:]


def by_callee(docs: list[Doc]) -> list[str]:
    out = []
    for doc in docs[:8]:
        out.append(f"{total(docs)} {doc.fetch()}")
    return out


def total(docs: list[Doc]) -> int:
    return sum(doc.number + 0 for doc in docs)


def by_extending(docs: list[Doc]) -> list[str]:
    batch: list[Doc] = []
    batch.extend(docs[:8])
    return [doc.fetch() for doc in batch]


def by_lambda(docs: list[Doc]) -> list[str]:
    last = lambda: docs[-1].title()  # noqa: E731
    out = []
    for doc in docs[:8]:
        out.append(last())
        out.append(doc.fetch())
    return out


def by_sum(docs: list[Doc]) -> list[str]:
    out = []
    for doc in docs[:4]:
        out.append(doc.fetch())
    out.append(str(sum(doc.number + 0 for doc in docs[5:])))
    for doc in docs[4:8]:
        out.append(doc.fetch())
    return out


def by_nesting(docs: list[Doc]) -> list[str]:
    out = []
    for doc in docs[:4]:
        for other in docs[:4]:
            out.append(other.title())
            out.append(doc.fetch())
    return out


def by_results(docs: list[Doc]) -> list[str]:
    """The second call needs what the first one gave."""
    out = []
    for doc in docs[:8]:
        found = doc.fetch()
        out.append(again(doc, found))
    return out


def again(doc: Doc, found: str) -> str:
    time.sleep(1e-6)
    return f"{found} {doc.number + 1}"


def fills(rows: list[dict[str, Any]], table: dict[str, Any]) -> list[str]:
    out = []
    for row in rows[:6]:
        table["text"] = 6
        out.append(marked(row["text"]))
    return out


def marked(text: object) -> str:
    time.sleep(1e-6)
    return f"{text}!"


def keeps(docs: list[Doc], sink: list[object] | None) -> list[str]:
    out: list[str] = []
    if sink is not None:
        sink.append(out)
    for doc in docs:
        out.append(doc.fetch())
    return out
