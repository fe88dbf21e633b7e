"""Runnables of LangChain ask early where nobody listens to them, and stay in place where somebody does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from .both import same

pytest.importorskip("langchain_openai")
from langchain_core.callbacks import BaseCallbackHandler, get_usage_metadata_callback
from langchain_core.globals import set_llm_cache
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from xcs.knowledge.runnables import gives, plain_runnable

ITEMS = [f"item {n}" for n in range(6)]
PROMPT = ChatPromptTemplate.from_messages([("system", "Be short."), ("user", "Tell me about {topic}")])


class Judgement(BaseModel):
    score: int


class Counting(BaseCallbackHandler):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **more: Any) -> None:
        self.seen.append(messages[0][0].content)


@pytest.fixture
def model(url: str) -> Any:
    return ChatOpenAI(model="m", base_url=f"{url}/v1", api_key="k")


def texts(model: Any, items: list[str]) -> list[Any]:
    return [model.invoke(item).content for item in items]


def told(chain: Any, items: list[str]) -> list[Any]:
    found = []
    for item in items:
        answer = chain.invoke({"topic": item})
        print(item, answer)
        found.append(answer)
    return found


def test_models_and_chains(model: Any) -> None:
    assert "applied" in same(texts, model, ITEMS)
    assert "applied" in same(told, PROMPT | model | StrOutputParser(), ITEMS)
    assert "applied" in same(told, {"topic": RunnablePassthrough()} | PROMPT | model | StrOutputParser(), ITEMS)


def test_the_type_is_the_one_of_the_last_step(model: Any) -> None:
    parser = PydanticOutputParser(pydantic_object=Judgement)
    assert gives(PROMPT | model | StrOutputParser()) is str
    assert gives(PROMPT | model | JsonOutputParser()) is dict
    assert gives(PROMPT | model | parser) is Judgement
    assert gives(model.with_structured_output(Judgement)) is Judgement
    assert gives(PROMPT | model.bind(stop=["x"])).__name__ == "AIMessage"

    def run(chain: Any, items: list[str]) -> list[Any]:
        return [chain.invoke({"topic": item}) for item in items]

    chains: list[Any] = [PROMPT | model | StrOutputParser(), PROMPT | model]
    seen = []

    def both(chains: list[Any]) -> list[Any]:
        found = []
        for chain in chains:
            for item in ITEMS:
                found.append(str(chain.invoke({"topic": item}))[:20])
        return found

    same(both, chains)
    seen.append(same(run, chains[0], ITEMS))
    assert "applied" in seen[0]


def test_what_is_made_of_the_librarys_parts_is_plain(model: Any) -> None:
    made: list[Any] = [
        model, model.bind(stop=["x"]), model.bind_tools([Judgement]), model.with_structured_output(Judgement),
        model.with_retry(), model.with_fallbacks([model]), PromptTemplate.from_template("{topic}") | model,
        RunnablePassthrough.assign(said=PROMPT | model),
    ]  # fmt: skip
    assert [plain_runnable(one) for one in made] == [True] * len(made)
    model.invoke("once")
    assert [plain_runnable(one) for one in made] == [True] * len(made)


Listening = Callable[[Any, pytest.MonkeyPatch, ExitStack], Any]


def by_callbacks(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    return model.model_copy(update={"callbacks": [Counting()]})


def by_configuration(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    return model.with_config(callbacks=[Counting()])


def by_context(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    stack.enter_context(get_usage_metadata_callback())
    return model


def by_the_environment(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    patch.setenv("LANGSMITH_TRACING", "true")
    stack.callback(patch.undo)
    return model


def by_a_cache(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    set_llm_cache(object())  # type: ignore[arg-type]
    stack.callback(set_llm_cache, None)
    return model


def by_a_limiter(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    return model.model_copy(update={"rate_limiter": InMemoryRateLimiter()})


def by_a_function(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    return RunnableLambda(lambda text: text) | model


def by_a_method_of_its_own(model: Any, patch: pytest.MonkeyPatch, stack: ExitStack) -> Any:
    class Mine(ChatOpenAI):
        def _generate(self, *args: Any, **named: Any) -> Any:
            return super()._generate(*args, **named)

    return Mine(model="m", base_url=model.openai_api_base, api_key="k")

WAYS: list[Listening] = [
    by_callbacks, by_configuration, by_context, by_the_environment, by_a_cache, by_a_limiter, by_a_function,
    by_a_method_of_its_own,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_where_somebody_listens_it_is_not_plain(way: Listening, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        assert not plain_runnable(way(model, monkeypatch, stack))
    assert plain_runnable(model)


def test_a_handler_is_called_in_order(model: Any) -> None:
    handler = Counting()
    heard = model.model_copy(update={"callbacks": [handler]})
    assert "plain_runnable" in same(texts, heard, ITEMS)
    assert handler.seen == ITEMS * 2
