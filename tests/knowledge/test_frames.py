"""Loops over data frames: the same rows, cells and calls as in plain Python, early where all in the frame is data."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import xcs
from xcs import jit

pandas = pytest.importorskip("pandas")


class Asked:
    """A service that tells what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.ask = xcs.unordered(self.answer)

    def answer(self, *about: Any) -> str:
        self.calls.append(about)
        return "about " + " ".join(map(str, about))


def frame(**columns: list[Any]) -> Any:
    texts = {"text": [f"text {n}" for n in range(6)], "number": list(range(6)), "label": [None] * 6}
    return pandas.DataFrame({**texts, **columns})


def both(body: Callable[..., Any], make: Callable[[], Any] = frame, wrong: int = 0) -> str:
    """The remarks, where result, frame and calls are those of plain Python."""
    seen = []
    decorated = jit(body)
    for function in (body, decorated, decorated):
        service, table = Asked(), make()
        try:
            found = repr(function(table, service.ask))
        except Exception as error:
            found = repr(error)
        seen.append((found, repr(table.to_dict()), list(map(str, table.dtypes)), sorted(map(repr, service.calls))))
    assert seen[0] == seen[1] == seen[2]
    stats = decorated.stats()
    assert stats.mispredictions == wrong
    return "; ".join(map(str, stats.regions))


def rows(table: Any, ask: Any) -> Any:
    found = []
    for label, row in table.iterrows():
        found.append((label, ask(row["text"], row.number), row.get("nothing", 3)))
    return found


def applied_to_rows(table: Any, ask: Any) -> Any:
    table["label"] = table.apply(lambda row: ask(row["text"], row["number"]), axis=1)
    return table


def gone_through(table: Any, ask: Any) -> Any:
    table = table.copy()
    table["label"] = [ask(row["text"], row["number"]) for _, row in table.iterrows()]
    return table


def test_a_function_that_is_applied_to_rows_is_named_with_what_helps() -> None:
    assert "`iterrows()`" in both(applied_to_rows)
    assert "applied" in both(gone_through)


def tuples(table: Any, ask: Any) -> Any:
    found = {}
    for row in table.itertuples():
        found[row.Index] = ask(row.text, row[2])
    for number, (text, *_) in enumerate(table.itertuples(index=False, name=None)):
        found[text] = ask(text, number)
    return found


def unpacked(table: Any, ask: Any) -> Any:
    return [ask(text, number) for _, text, number, _ in table.itertuples()]


def columns(table: Any, ask: Any) -> Any:
    pairs = [ask(text, number) for text, number in zip(table["text"], table.number, strict=True)]
    return pairs, [ask(n, text) for n, text in enumerate(table["text"])], [ask(t) for t in table["text"].unique()]


def stored(table: Any, ask: Any) -> Any:
    for i, row in table.iterrows():
        table.at[i, "label"] = ask(row["text"])
        table.loc[i, "length"] = len(row["text"])


def located(table: Any, ask: Any) -> Any:
    for i in range(len(table)):
        answer = ask(table.loc[i, "text"], table.at[i, "text"], table.iloc[i]["number"], table["text"][i])
        table.loc[i, "label"] = answer
    return [ask(table.loc[i]["text"]) for i in table.index]


def chained(table: Any, ask: Any) -> Any:
    found = []
    for _, row in table.iterrows():
        first = ask(row["text"])
        found.append(ask(first, row["number"]))
    return found


def strings(table: Any, ask: Any) -> Any:
    found = []
    for _, row in table.iterrows():
        found.append(ask(f"{row['text']}: {row['number']:03d}"))
        if row["number"] > 3:
            break
    return found


def selected(table: Any, ask: Any) -> Any:
    found = []
    for i, row in table[table["number"] > 2].iterrows():
        found.append((i, ask(row["text"])))
    return found


def numbered(table: Any, ask: Any) -> Any:
    found = [ask(n, row.text) for n, row in enumerate(table.sort_values("number").itertuples(index=False), 1)]
    back = [ask(row["text"], table["number"][i]) for i, row in reversed(list(table.head(4).iterrows()))]
    upper = [ask(n, text) for n, text in enumerate(table["text"].str.upper().tolist())]
    return found, back, upper


@pytest.mark.parametrize("body", [selected, numbered])
def test_early_behind_a_header(body: Callable[..., Any]) -> None:
    assert both(body).count("applied") == (1 if body is selected else 3)


@pytest.mark.parametrize("body", [rows, tuples, unpacked, columns, stored, located, chained, strings])
def test_early(body: Callable[..., Any]) -> None:
    remarks = both(body)
    assert "applied" in remarks
    assert "missed" not in remarks


def carried(table: Any, ask: Any) -> Any:
    for i in range(1, len(table)):
        table.loc[i, "text"] = ask(table.loc[i - 1, "text"])


def another_row(table: Any, ask: Any) -> Any:
    for i, row in table.iterrows():
        answer = ask(row["text"])
        if i + 1 < len(table):
            table.at[i + 1, "text"] = answer


def whole_row(table: Any, ask: Any) -> Any:
    for i, row in table.iterrows():
        row["text"] = "changed"
        table.at[i, "label"] = ask(row["text"])


def whole_column(table: Any, ask: Any) -> Any:
    for i in range(len(table)):
        table["text"] = ask(table.loc[i, "text"])


def by_mask(table: Any, ask: Any) -> Any:
    for n in range(len(table)):
        table.loc[table["number"] == n, "label"] = ask(n, table.loc[n, "label"])


def helper(table: Any, i: int) -> str:
    return str(table.loc[i, "text"])


def in_a_callee(table: Any, ask: Any) -> Any:
    return [ask(helper(table, i)) for i in range(len(table))]


def given_whole(table: Any, ask: Any) -> Any:
    return [len(ask(len(row))) for _, row in table.iterrows()]


@pytest.mark.parametrize("body", [carried, another_row, whole_row, whole_column, by_mask, in_a_callee, given_whole])
def test_what_stays_or_goes_on_is_the_same(body: Callable[..., Any]) -> None:
    both(body)


class Loud:
    """An object whose code would be heard."""

    def __str__(self) -> str:
        raise AssertionError("asked")

    def __repr__(self) -> str:
        return "Loud"


def spoken(table: Any, ask: Any) -> Any:
    return [ask(str(row["label"])) for _, row in table.iterrows()]


def test_objects_of_the_program_stay() -> None:
    assert "applied" not in both(spoken, lambda: frame(label=[1, 2, Loud(), 4, 5, 6]))


class Below(pandas.DataFrame):  # type: ignore[misc,name-defined]
    def iterrows(self) -> Any:
        return iter([(n, {"text": str(n), "number": n}) for n in range(3)])


def applied(table: Any, ask: Any) -> Any:
    table["answer"] = table["text"].apply(ask)
    return table["answer"].tolist()


def by_lambda(table: Any, ask: Any) -> Any:
    table["answer"] = table["text"].map(lambda text: ask("Classify: " + text).upper())
    table["again"] = table.number.apply(lambda n: ask(n))
    return table.answer.tolist()


def of_a_column(table: Any, ask: Any) -> Any:
    texts = table["text"]
    return texts.apply(ask).tolist(), texts.map(ask).str.len().tolist()


def per_word(table: Any, ask: Any) -> Any:
    found = []
    for word in ("good", "bad"):
        print(word)
        found.append(table["text"].apply(lambda text: ask(word, text)).tolist())  # noqa: B023
    return found


def asked_by(table: Any, ask: Any) -> Any:
    def helper(column: Any) -> Any:
        return column.apply(ask)

    return helper(table["text"]).tolist()


@pytest.mark.parametrize("body", [applied, by_lambda, of_a_column, per_word])
def test_a_column_calls_early(body: Callable[..., Any]) -> None:
    assert "applied" in both(body)


@pytest.mark.parametrize("cells", [
    [1.5, float("nan"), 2.0, 3.0, 4.0, 5.0], list(pandas.date_range("2024-01-01", periods=6)),
    [[1], [2], [3], [4], [5], [6]],
    pandas.Categorical(list("aabbcc")), pandas.Categorical(list("ababab")), [True, None, 3, "x", 2.5, b"y"],
    pandas.array([1, None, 3, 4, 5, 6], dtype="Int64"), pandas.array(["a", None, "c", "a", "a", "b"], dtype="string"),
    pandas.array([True, None] * 3, dtype="boolean"), pandas.array([0.0, -0.0, 1e300, 1, 2, 3]),
    pandas.Series([1, 2, 3, 4, 5, 6], dtype="int8"), pandas.Series(list("aabbcc"), dtype=object),
    pandas.arrays.SparseArray([0, 0, 1, 0, 2, 0]), pandas.interval_range(0, 6),
    pandas.period_range("2024-01", periods=6, freq="M"), pandas.to_timedelta(range(6), unit="h"), [1 + 2j] * 6,
])  # fmt: skip
def test_cells_that_a_column_calls_with(cells: Any) -> None:
    def run(table: Any, ask: Any) -> Any:
        cells = table["label"]
        whole = [cells.apply(ask).tolist(), cells.map(ask).tolist()]
        return whole, cells.apply(lambda cell: ask(cell)).tolist(), cells.map(lambda cell: ask(cell)).tolist()

    both(run, lambda: frame(label=cells))


def test_what_is_none_of_a_column_is_called_as_it_stands() -> None:
    class Thing:
        def __init__(self, *values: Any) -> None:
            self.values = values

        def apply(self, function: Any) -> Any:
            return [function(value) for value in self.values]

        map = apply

    class Column(pandas.Series):  # type: ignore[misc,name-defined]
        def apply(self, function: Any) -> Any:  # type: ignore[override]
            return [function(1), function(2)]

    def things(table: Any, ask: Any) -> Any:
        found = [Thing(1, 2).apply(ask), Thing(3).map(lambda n: ask(n)), Thing(*table.number).apply(lambda n: ask(n))]
        for thing in (Thing("a", "b"), table["text"], Column([1, 2, 3])):
            found += [list(thing.apply(ask)), list(thing.map(lambda n: ask(n)))]
        texts = table["text"]
        return found, texts.map({"text 1": 3}).tolist(), texts.apply(len).tolist(), texts.apply("count")

    both(things)
    both(lambda table, ask: table["text"].apply(3), frame)
    both(lambda table, ask: table.apply(lambda row: ask(row["text"]), axis=1).tolist())
    both(lambda table, ask: table["text"].apply(ask, args=("more",)).tolist())
    both(asked_by)


def test_a_column_that_is_written_meanwhile() -> None:
    def at(table: Any, ask: Any) -> Any:
        def note(text: str) -> Any:
            table.loc[len(text) - 1, "text"] = text + "!"
            return ask(text)

        return table["text"].apply(note).tolist(), table["text"].tolist()

    def counts(table: Any, ask: Any) -> Any:
        seen: list[str] = []
        found = table["text"].apply(lambda text: (seen.append(text), ask(len(seen), text))[1]).tolist()
        return found, seen

    both(at)
    both(counts)


def test_a_method_of_columns_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    decorated, service = jit(applied), Asked()
    assert decorated(frame(), service.ask)[0] == "about text 0"
    monkeypatch.setattr(pandas.Series, "apply", lambda self, function: [function("other")] * len(self))
    assert decorated(frame(), service.ask) == ["about other"] * 6


def test_what_a_column_calls_fails_where_it_stands() -> None:
    def fails(table: Any, ask: Any) -> Any:
        def judged(text: str) -> Any:
            answer = ask(text)
            if "3" in answer:
                raise StopIteration(answer)
            return answer

        return table["text"].apply(judged)

    def refused(text: str) -> Any:
        time.sleep(0.01)
        raise KeyError(text)

    def refuses(table: Any, ask: Any) -> Any:
        return table["text"].apply(refused)

    def told(function: Any) -> Any:
        try:
            function(frame(), Asked().ask)
        except Exception as error:
            lines = traceback.extract_tb(error.__traceback__)
            return type(error), error.args, [(line.name, line.lineno) for line in lines[1:]]

    for body in (fails, refuses):
        assert told(body) == told(jit(body)) is not None


def by_name(table: Any, ask: Any) -> Any:
    return [ask(row["text"]) for _, row in table.iterrows()]


def test_a_class_below_stays() -> None:
    assert "applied" not in both(by_name, lambda: Below({"text": ["a", "b", "c"]}))


def test_a_method_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    decorated, service = jit(by_name), Asked()
    assert decorated(frame(), service.ask)[0] == "about text 0"
    monkeypatch.setattr(pandas.DataFrame, "iterrows", lambda self: iter([(0, {"text": "other"})]))
    assert decorated(frame(), service.ask) == ["about other"]


@pytest.mark.parametrize("cells", [
    [1.5, float("nan"), 2.0, 3.0, 4.0, 5.0], list(pandas.date_range("2024-01-01", periods=6)),
    [[1], [2], [3], [4], [5], [6]],
    list(pandas.Categorical(list("aabbcc"))), [True, None, 3, "x", 2.5, b"y"],
])  # fmt: skip
def test_cells_of_other_kinds(cells: list[Any]) -> None:
    def run(table: Any, ask: Any) -> Any:
        found = [ask(str(row["label"])) for _, row in table.iterrows()]
        found += [ask(f"{value}") for value in table["label"]]
        return found, [ask(str(table.loc[i, "label"])) for i in range(len(table))]

    both(run, lambda: frame(label=cells))


def test_other_labels_and_few_rows() -> None:
    both(rows, lambda: frame().set_index(pandas.Index(list("abcdef"))))
    both(rows, lambda: frame().set_index(pandas.Index(list("aabbcc"))))
    both(rows, lambda: frame().iloc[:0])
    both(rows, lambda: frame().iloc[:1])
    both(tuples, lambda: frame().set_index(pandas.MultiIndex.from_product([["a", "b"], [1, 2, 3]])))
    both(located, lambda: frame().set_index(pandas.Index([0, 1, 2, 2, 1, 0])))


def test_numbers_alone() -> None:
    def run(table: Any, ask: Any) -> Any:
        for i, row in table.iterrows():
            table.at[i, "b"] = len(ask(row["a"]))
        return [ask(row.a) for row in table.itertuples()]

    both(run, lambda: pandas.DataFrame({"a": [1, 2, 3, 4], "b": [0, 0, 0, 0]}))


def test_an_error_in_the_middle() -> None:
    def run(table: Any, ask: Any) -> Any:
        for i, row in table.iterrows():
            table.at[i, "label"] = ask(row["text"])
            if row["number"] == 2:
                raise KeyError(i)

    seen = []
    for function in (run, jit(run)):
        table = frame()
        with pytest.raises(KeyError, match="2"):
            function(table, Asked().ask)
        seen.append(table.to_dict())
    assert repr(seen[0]) == repr(seen[1])


def test_rows_that_are_added_meanwhile() -> None:
    def run(table: Any, ask: Any) -> Any:
        for _, row in table.iterrows():
            table.loc[len(table), "text"] = ask(row["text"])

    both(run)
