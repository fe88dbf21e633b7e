"""What is read of answers: attributes by subscript and by name, models made of them, in a loop over a service."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

import xcs
from xcs.knowledge import plain_model

from .both import same

pytest.importorskip("pydantic")
from pydantic import BaseModel, ValidationError, field_validator

ITEMS = [f"item {n}" for n in range(6)]


def asked(item: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": item}]


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("litellm")


def complete(litellm: Any, items: list[str], url: str) -> list[Any]:
    found = []
    for item in items:
        answer = litellm.completion(model="openai/m", messages=asked(item), api_base=f"{url}/v1", api_key="k")
        found.append((answer["choices"][0]["message"]["content"], answer.get("usage")["total_tokens"]))
    return found


def test_subscripts_of_ollama(url: str) -> None:
    client = pytest.importorskip("ollama").Client(host=url)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.chat(model="m", messages=asked(item))
            found.append((answer["message"]["content"], answer.get("done_reason", "unsaid"), answer.get("done")))
        return found

    assert "applied" in same(run, client, ITEMS)


def test_a_key_that_is_no_field_is_not_guessed(url: str) -> None:
    client = pytest.importorskip("ollama").Client(host=url)

    def run(client: Any, items: list[str]) -> list[Any]:
        return [len(str(client.chat(model="m", messages=asked(item)).get("model_dump"))) > 3 for item in items]

    assert "missed" in same(run, client, ITEMS)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_subscripts_of_litellm(url: str, litellm: Any) -> None:
    assert "applied" in same(complete, litellm, ITEMS, url)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_litellm_prints_stands_where_plain_python_prints_it(url: str, litellm: Any) -> None:
    def run(litellm: Any, models: list[str], url: str) -> list[str]:
        found = []
        for model in models:
            try:
                answer = litellm.completion(model=model, messages=asked(model), api_base=f"{url}/v1", api_key="k")
            except litellm.BadRequestError:
                print("refused:", model)
                continue
            print("answered:", model)
            found.append(answer.choices[0].message.content)
        return found

    assert "applied" in same(run, litellm, ["openai/a", "nobody", "openai/b", "nothing", "openai/c"], url)
    assert "print" not in vars(litellm.utils)


class Judgement(BaseModel):
    score: int
    why: str


class Private(BaseModel):
    score: int
    _seen: int = 0


def _text(client: Any, item: str) -> str:
    return str(client.chat.completions.create(model="m", messages=asked(item)).choices[0].message.content)


def judge(client: Any, item: str) -> Judgement:
    text = _text(client, item)
    return Judgement(score=len(text), why=text)


def test_fields_of_a_model(url: str) -> None:
    client = pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")

    def run(client: Any, items: list[str]) -> Any:
        total, reasons = 0, []
        for item in items:
            judgement = judge(client, item)
            total += judgement.score
            reasons.append(judgement.why)
        return total, reasons

    assert "applied" in same(run, client, ITEMS)


def test_what_is_no_field_of_a_model(url: str) -> None:
    client = pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")

    def run(client: Any, items: list[str]) -> Any:
        return [getattr(Private(score=len(_text(client, item))), "_seen") for item in items]  # noqa: B009

    same(run, client, ITEMS)


def test_answers_are_dumped(url: str) -> None:
    client = pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")

    def run(client: Any, items: list[str]) -> Any:
        found = []
        for item in items:
            answer = client.chat.completions.create(model="m", messages=asked(item))
            found.append((answer.choices[0].message.model_dump(), answer.usage.model_dump_json()))
        return found

    assert "applied" in same(run, client, ITEMS)


def test_which_answers_hold_nothing_of_the_programs() -> None:
    chat = pytest.importorskip("openai.types.chat")
    assert plain_model(chat.ChatCompletion)
    assert not plain_model(chat.ParsedChatCompletion)  # its messages hold a model of the program's

    class Own(chat.ChatCompletion):  # type: ignore[misc, name-defined]
        pass

    assert not plain_model(Own)
    types = pytest.importorskip("anthropic.types")
    assert plain_model(types.Message)


def test_which_objects_of_plain_models_hold_data() -> None:
    """A field may have been set to anything, which dumps show."""
    pydantic = pytest.importorskip("pydantic")

    class Inner(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        a: int

    class Outer(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        inner: Inner
        found: list[dict[str, float]]

    class Below(Inner):
        def __repr__(self) -> str:
            return "below"

    def made(**fields: Any) -> Any:
        return Outer(**{"inner": Inner(a=1), "found": [], **fields})

    assert plain_model(made(found=[{"x": 1.0}]))
    set_to = made()
    set_to.inner.a = object()
    assert not plain_model(set_to)
    assert not plain_model(made(inner=Below(a=1)))
    hidden = made()
    hidden.__dict__["model_dump"] = int
    assert not plain_model(hidden)
    assert not plain_model(made(found=[{"x": 1.0}] * 2000))


def test_fields_of_models_are_set_and_read_again(url: str) -> None:
    """Where setting a field does no more than that: `doc.summary = ask(doc.text)`, then `judge(doc.summary)`."""
    requests = pytest.importorskip("requests")

    class Doc(BaseModel):
        text: str
        summary: str = ""
        score: int = 0

    class Checked(Doc, validate_assignment=True):
        pass

    class Told(Doc):
        def __setattr__(self, name: str, value: Any) -> None:
            print("set", name)
            super().__setattr__(name, value)

    class Frozen(Doc, frozen=True):
        pass

    def run(docs: list[Any], url: str) -> Any:
        for doc in docs:
            doc.summary = requests.get(f"{url}/{doc.text}").text[-9:]
            doc.score = len(requests.get(f"{url}/{doc.summary[-3:]}").text)
        return [doc.model_dump(exclude_unset=True) for doc in docs]

    def made(kind: Any) -> list[Any]:
        return [kind(text=item) for item in ITEMS[:4]]

    assert "applied" in same(run, made(Doc), url)
    for other in (Checked, Told):
        assert "applied" not in same(run, made(other), url)
    with pytest.raises(ValidationError):
        xcs.jit(run)(made(Frozen), url)


def test_models_hold_the_objects_of_models_that_they_are_given(url: str) -> None:
    """Those of exactly a field's class, as they are: unless that class has them validated again, or adds to that."""
    requests = pytest.importorskip("requests")
    pydantic = pytest.importorskip("pydantic")

    class Doc(BaseModel):
        text: str

    class Below(Doc):
        pass

    class Again(BaseModel, revalidate_instances="always"):
        text: str

    class Told(BaseModel):
        text: str

        @pydantic.model_validator(mode="before")  # type: ignore[untyped-decorator]
        @classmethod
        def told(cls, value: Any) -> Any:
            print("validated", value)
            return value

    def found(kind: Any) -> Any:
        class Found(BaseModel):
            doc: kind  # type: ignore[valid-type]
            before: kind | None = None  # type: ignore[valid-type]
            answer: str

        return Found

    def run(docs: list[Any], kind: Any, url: str) -> Any:
        found, last = [], None
        for doc in docs:
            answer = requests.get(f"{url}/{doc.text}").text[-9:]
            made = kind(doc=doc, before=last, answer=answer)
            found.append((made.doc is doc, made.before is last, made.answer))
            last = doc
        return found

    def made(kind: Any) -> list[Any]:
        return [kind(text=item) for item in ITEMS[:4]]

    assert "applied" in same(run, made(Doc), found(Doc), url)
    for other in (Again, Told):
        assert "applied" not in same(run, made(other), found(other), url)
    assert "applied" not in same(run, made(Below), found(Doc), url)
    wrong = [*made(Doc)[:2], *made(Again)[:2]]
    with pytest.raises(ValidationError):
        xcs.jit(run)(wrong, found(Doc), url)


def test_two_clients_share_only_defaults(url: str) -> None:
    """Cookies of the one are no part of the other, though the policies of both hold the same tuple."""
    openai, httpx = pytest.importorskip("openai"), pytest.importorskip("httpx")
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="k")

    class Desk:
        def __init__(self, url: str) -> None:
            self.http = httpx.Client(base_url=url)

        def answer(self, item: str) -> Any:
            page = self.http.get(f"/{item}").text[-9:]
            return client.chat.completions.create(model="m", messages=asked(page)).choices[0].message.content

    def run(items: list[str], url: str) -> Any:
        desk = Desk(url)
        found = [desk.answer(item) for item in items]
        desk.http.close()
        return found

    assert "applied" in same(run, ITEMS, url)
    client.close()


def test_bodies_are_read_where_they_are_asked_for_or_in_turn(url: str) -> None:
    boto3 = pytest.importorskip("boto3")
    options = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("bedrock-runtime", endpoint_url=url, **options)

    def said(client: Any, item: str) -> Any:
        return client.invoke_model(modelId="m", body=json.dumps({"q": item}))["body"].read()

    def in_the_loop(client: Any, items: list[str]) -> Any:
        found = []
        for item in items:
            answer = client.invoke_model(modelId="m", body=json.dumps({"q": item}))
            found.append(answer["body"].read())
        return found

    def in_one_function(client: Any, items: list[str]) -> Any:
        return [said(client, item) for item in items]

    assert "applied" in same(in_the_loop, client, ITEMS)
    assert "applied" in same(in_one_function, client, ITEMS)


def test_what_a_method_marked_as_unordered_is_stated_to_return(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xcs.marks._marks", {})  # the mark is on the library's method
    langchain = pytest.importorskip("langchain_openai")
    client = langchain.ChatOpenAI(model="m", base_url=f"{url}/v1", api_key="k")
    invoke = xcs.unordered(client.invoke)

    def plain(invoke: Any, items: list[str]) -> Any:
        return [invoke(item).content for item in items]

    run = xcs.jit(plain)
    assert run(invoke, ITEMS) == plain(invoke, ITEMS)
    assert "applied" in str(run.stats())


def test_a_value_that_is_computed_before_the_loop(url: str) -> None:
    pandas = pytest.importorskip("pandas")
    client = pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")
    ask = xcs.unordered(lambda text: _text(client, text))

    def in_the_loop(frame: Any) -> Any:
        return [ask(text) for text in frame["text"].tolist()]

    def before(frame: Any) -> Any:
        texts = frame["text"].tolist()
        return [ask(text) for text in texts]

    frame = pandas.DataFrame({"text": ITEMS})
    results = []
    for function in (in_the_loop, before):
        run = xcs.jit(function)
        results.append(run(frame))
    assert results[0] == results[1]
    assert "applied" in str(run.stats())


def test_a_conversation_is_kept_in_order(url: str) -> None:
    client = pytest.importorskip("cohere").Client(base_url=url, api_key="k")

    def alone(client: Any, items: list[str]) -> Any:
        return [client.chat(message=item).text for item in items]

    def together(client: Any, items: list[str]) -> Any:
        return [client.chat(message=item, conversation_id="c").text for item in items]

    assert "applied" in same(alone, client, ITEMS)
    assert "missed" in same(together, client, ITEMS)


def test_validators_of_the_programs_that_only_compute(url: str) -> None:
    """They run with the model that is made early; what one does beside computing stays in its place."""
    requests = pytest.importorskip("requests")
    told: list[str] = []
    shared = ["a", "b"]

    class Reply(BaseModel):
        text: str
        words: int = 0
        found: list[str] = []

    class Computed(Reply):
        @field_validator("words", mode="before")
        @classmethod
        def of_any_kind(cls, value: Any) -> Any:
            return len(value) if isinstance(value, list) else value

        @field_validator("text")
        @classmethod
        def long_enough(cls, value: str) -> str:
            if value.endswith(("3", "5")):
                raise ValueError("too odd")
            return value.strip().lower()

    class Counted(Computed):
        @field_validator("text")
        @classmethod
        def told_of(cls, value: str) -> str:
            told.append(value)
            return f"{value} {len(told)}"

    class Sharing(Computed):
        @field_validator("found")
        @classmethod
        def of_all(cls, value: list[str]) -> list[str]:
            return shared

    class Wrapped(Computed):
        @field_validator("text", mode="wrap")
        @classmethod
        def tried(cls, value: Any, handler: Any) -> Any:
            return handler(value)

    class Odd(ValueError):
        def __str__(self) -> str:
            told.append("shown")
            return "odd"

    class Raising(Computed):
        @field_validator("words")
        @classmethod
        def some(cls, value: int) -> int:
            if value > 1:
                raise Odd
            return value

    def read(model: Any, item: str, url: str, tries: int = 3) -> Any:
        asked, problems = f"{url}/{item}", []
        for n in range(tries):
            answer = requests.get(asked)
            try:
                fields = {"text": f"{item} {n}", "words": ["x"] * len(answer.text[:3])}
                made = model.model_validate_json(json.dumps(fields))
            except ValidationError as error:
                problems.append([problem["type"] + problem["msg"] for problem in error.errors()])
                asked = f"{url}/{item}{len(problems)}"
                continue
            made.found.append(item)
            return made.model_dump(), problems
        return None, problems

    def run(model: Any, items: list[str], url: str) -> Any:
        told.clear()
        del shared[2:]
        found = [read(model, item, url) for item in items]
        return found, list(told), list(shared)

    assert "applied" in same(run, Computed, ITEMS, url)
    assert "told_of" in same(run, Counted, ITEMS[:4], url)
    for other in (Sharing, Wrapped, Raising):
        assert "applied" not in same(run, other, ITEMS[:4], url), other
