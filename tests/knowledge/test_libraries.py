"""Programs over the real libraries against a local stub: applied, with plain Python's result and log records."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from xcs.knowledge import requirement

from .both import same

pytestmark = pytest.mark.once

ITEMS = [f"item {n}" for n in range(6)]
SAY = "Say something about"


def chat(client: Any, items: list[str]) -> list[str]:
    answers = []
    for item in items:
        response = client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"{SAY} {item}"}])
        answers.append(response.choices[0].message.content.strip())
    return answers


def embed(client: Any, items: list[str]) -> list[float]:
    return [sum(client.embeddings.create(model="m", input=item).data[0].embedding) for item in items]


def openai(url: str) -> Any:
    return pytest.importorskip("openai").OpenAI(base_url=f"{url}/v1", api_key="k")


def groq(url: str) -> Any:
    return pytest.importorskip("groq").Groq(base_url=url, api_key="k")


def together(url: str) -> Any:
    return pytest.importorskip("together").Together(base_url=url, api_key="k")


@pytest.mark.parametrize("make", [openai, groq, together])
def test_chat(url: str, make: Callable[[str], Any]) -> None:
    assert "applied" in same(chat, make(url), ITEMS)


@pytest.mark.parametrize("make", [openai, together])
def test_embeddings(url: str, make: Callable[[str], Any]) -> None:
    assert "applied" in same(embed, make(url), ITEMS)


def test_anthropic(url: str) -> None:
    client = pytest.importorskip("anthropic").Anthropic(base_url=url, api_key="k")

    def run(client: Any, items: list[str]) -> list[str]:
        found = []
        for item in items:
            message = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": item}])
            found.append("".join(block.text for block in message.content if block.type == "text"))
        return found

    assert "applied" in same(run, client, ITEMS)


def test_a_stream_stays(url: str) -> None:
    def run(client: Any, items: list[str]) -> list[Any]:
        return [
            client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": i}], stream=True
            ).response.status_code
            for i in items
        ]

    assert "missed" in same(run, openai(url), ITEMS)


def test_mistral(url: str) -> None:
    module = pytest.importorskip("mistralai.client")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.chat.complete(model="m", messages=[{"role": "user", "content": item}])
            found.append(response.choices[0].message.content)
        return found

    assert "applied" in same(run, module.Mistral(server_url=url, api_key="k"), ITEMS)


def test_cohere(url: str) -> None:
    client = pytest.importorskip("cohere").ClientV2(base_url=url, api_key="k")

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.chat(model="m", messages=[{"role": "user", "content": item}])
            ranked = client.rerank(model="m", query=item, documents=["a", "b"])
            found.append((response.message.content[0].text, ranked.results[0].relevance_score))
        return found

    assert "applied" in same(run, client, ITEMS)


def test_ollama(url: str) -> None:
    client = pytest.importorskip("ollama").Client(host=url)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.chat(model="m", messages=[{"role": "user", "content": item}])
            text = client.generate(model="m", prompt=item)
            found.append((answer.message.content, text.response))
        return found

    assert "applied" in same(run, client, ITEMS)


def test_genai(url: str) -> None:
    genai = pytest.importorskip("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": url})

    def run(client: Any, items: list[str]) -> list[Any]:
        return [client.models.generate_content(model="m", contents=f"{SAY} {item}").text for item in items]

    assert "applied" in same(run, client, ITEMS)


def test_litellm(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        litellm = pytest.importorskip("litellm")

    def run(items: list[str], base: str) -> list[Any]:
        found = []
        for item in items:
            response = litellm.completion(
                model="openai/m", messages=[{"role": "user", "content": item}], api_base=f"{base}/v1", api_key="k"
            )
            found.append(response.choices[0].message.content)
        return found

    assert "applied" in same(run, ITEMS, url)


def test_boto3(url: str) -> None:
    boto3 = pytest.importorskip("boto3")
    options = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("bedrock-runtime", endpoint_url=url, **options)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.converse(modelId="m", messages=[{"role": "user", "content": [{"text": item}]}])
            found.append(response["output"]["message"]["content"][0]["text"])
        return found

    assert "applied" in same(run, client, ITEMS)


def test_s3(url: str) -> None:
    boto3 = pytest.importorskip("boto3")
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )

    def get(key: str) -> bytes:
        body: bytes = client.get_object(Bucket="b", Key=key)["Body"].read()
        return body

    def read(client: Any, keys: list[str]) -> list[Any]:
        return [get(key) for key in keys]

    def held(client: Any, keys: list[str]) -> list[Any]:
        """An answer whose body is not read yet holds one of the ten connections: a few are open ahead."""
        return [client.get_object(Bucket="b", Key=key)["Body"].read() for key in keys]

    def write(client: Any, keys: list[str]) -> list[Any]:
        return [client.put_object(Bucket="b", Key=key, Body=b"x")["ResponseMetadata"]["HTTPStatusCode"] for key in keys]

    many = [f"key {n}" for n in range(30)]
    assert "applied" in same(read, client, many)
    assert "applied" in same(held, client, many)
    assert "missed" in same(write, client, ITEMS)


class Bucket(BaseHTTPRequestHandler):
    """Answers of S3: objects, and listings of two pages."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        prefix, later = asked.get("prefix", [""])[0], "continuation-token" in asked
        held = "".join(f"<Contents><Key>{prefix}{later:d}{n}</Key><Size>1</Size></Contents>" for n in range(2))
        more = "" if later else "<NextContinuationToken>t</NextContinuationToken>"
        told = f"<KeyCount>2</KeyCount><IsTruncated>{str(not later).lower()}</IsTruncated>{more}"
        listing = f"<ListBucketResult>{held}{told}</ListBucketResult>"
        self.answer(listing if "list-type" in asked else self.path)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.answer("")

    def answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def test_pages_of_s3() -> None:
    """A function that goes through a paginator's pages runs early as a whole, where the operation only reads."""
    boto3 = pytest.importorskip("boto3")
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server.server_port}", **options)
        heard: list[str] = []

        def listed(client: Any, operation: str, prefix: str) -> list[str]:
            pages = client.get_paginator(operation).paginate(Bucket="b", Prefix=prefix)
            return [item["Key"] for page in pages for item in page.get("Contents", [])]

        def bodies(client: Any, prefix: str) -> list[bytes]:
            found = []
            for page in client.get_paginator("list_objects_v2").paginate(Bucket="b", Prefix=prefix):
                for item in page["Contents"]:
                    found.append(client.get_object(Bucket="b", Key=item["Key"])["Body"].read())
            return found

        def read(client: Any, prefixes: list[str]) -> list[Any]:
            return [listed(client, "list_objects_v2", prefix) for prefix in prefixes]

        def read_below(client: Any, prefixes: list[str]) -> list[Any]:
            return [bodies(client, prefix) for prefix in prefixes]

        def written_between(client: Any, prefixes: list[str]) -> list[Any]:
            found = []
            for prefix in prefixes:
                found.append(listed(client, "list_objects_v2", prefix))
                client.put_object(Bucket="b", Key=prefix, Body=b"x")
            return found

        def others(client: Any, prefixes: list[str]) -> list[Any]:
            return [listed(client, "list_multipart_uploads", prefix) for prefix in prefixes]

        def made_before(client: Any, prefixes: list[str]) -> list[Any]:
            return [[page["KeyCount"] for page in there.paginate(Bucket="b", Prefix=prefix)] for prefix in prefixes]

        there = client.get_paginator("list_objects_v2")
        assert "applied" in same(read, client, ITEMS)
        assert "applied" in same(read_below, client, ITEMS)
        assert "missed" in same(written_between, client, ITEMS)
        assert "missed" in same(others, client, ITEMS)
        assert "missed" in same(made_before, client, ITEMS)
        client.meta.events.register("before-call.s3.*", lambda **named: heard.append(named["params"]["url"]))
        assert "plain_boto" in same(read, client, ITEMS)
        server.shutdown()


def test_requests(url: str) -> None:
    requests = pytest.importorskip("requests")

    def run(base: str, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = requests.get(f"{base}/{item}", params={"q": item}, timeout=9)
            response.raise_for_status()
            found.append((response.status_code, response.text, response.headers["content-type"]))
        return found

    def post(base: str, items: list[str]) -> list[Any]:
        return [requests.post(f"{base}/orders", json={"prompt": item}, timeout=9).status_code for item in items]

    assert "applied" in same(run, url, ITEMS)
    assert "missed" in same(post, url, ITEMS)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_httpx(url: str, name: str) -> None:
    module = pytest.importorskip(name)

    def run(client: Any, base: str, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            response = client.get(f"{base}/{item}").raise_for_status()
            found.append((response.status_code, response.text, response.headers.get("content-type")))
        return found

    with module.Client() as client:
        assert "applied" in same(run, client, url, ITEMS)


def test_urllib3(url: str) -> None:
    """A pool keeps one connection a host and logs when it has to drop others."""
    pool = pytest.importorskip("urllib3").PoolManager()

    def run(pool: Any, base: str, items: list[str]) -> list[Any]:
        return [pool.request("GET", f"{base}/{item.replace(' ', '-')}").data.decode() for item in items]

    assert "missed" in same(run, pool, url, ITEMS)


def test_elasticsearch(url: str) -> None:
    client = pytest.importorskip("elasticsearch").Elasticsearch(url)

    def run(client: Any, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            answer = client.search(index="i", query={"match": {"text": item}})
            found.append(answer["hits"]["hits"][0]["_source"]["text"])
        return found

    def write(client: Any, items: list[str]) -> list[Any]:
        return [client.index(index="i", document={"text": item}) for item in items]

    assert "applied" in same(run, client, ITEMS)
    assert "missed" in same(write, client, ITEMS)


def test_qdrant(url: str) -> None:
    module = pytest.importorskip("qdrant_client")
    client = module.QdrantClient(url=url, check_compatibility=False)

    def run(client: Any, vectors: list[list[float]]) -> list[Any]:
        found = []
        for vector in vectors:
            answer = client.query_points("docs", query=vector, limit=1)
            found.append((answer.points[0].score, answer.points[0].payload))
        return found

    vectors = [[float(n), 0.5] for n in range(6)]
    assert "applied" in same(run, client, vectors)
    local = module.QdrantClient(":memory:")
    local.create_collection("docs", vectors_config=module.models.VectorParams(size=2, distance="Cosine"))
    points = [module.models.PointStruct(id=1, vector=[0.5, 0.5], payload={"a": 1})]
    local.upsert("docs", points=points)
    assert "missed" in same(run, local, vectors)


def test_redis_clients() -> None:
    redis = pytest.importorskip("redis")
    holds = requirement("plain_redis").holds
    client = redis.Redis()
    assert holds(client)
    client.set_response_callback("GET", lambda answer, **named: answer)
    assert not holds(client)
    assert not holds(redis.Redis().pipeline())
    assert not holds(redis.Redis(credential_provider=object()))


def test_calls_between_requests(url: str) -> None:
    """What is computed from an answer, with libraries that only compute, keeps no request waiting."""
    requests = pytest.importorskip("requests")
    yaml, numpy = pytest.importorskip("yaml"), pytest.importorskip("numpy")
    bs4, tiktoken = pytest.importorskip("bs4"), pytest.importorskip("tiktoken")
    orjson = pytest.importorskip("orjson")
    fuzz = pytest.importorskip("rapidfuzz.fuzz")
    ranks = {bytes([n]): n for n in range(256)}
    encoding = tiktoken.Encoding("e", pat_str=r"\w+|\W", mergeable_ranks=ranks, special_tokens={})

    def run(base: str, items: list[str]) -> list[Any]:
        found = []
        for item in items:
            page = requests.get(f"{base}/{item}").text
            soup = bs4.BeautifulSoup(page, "html.parser")
            links = [link["href"] for link in soup.find_all("a")]
            tokens = len(encoding.encode(page))
            score = fuzz.ratio(page, item)
            found.append((soup.title.get_text(), links, tokens, score, yaml.safe_load("a: 1"), orjson.loads("[1]")))
            found.append(float(numpy.dot([1.0, 2.0], [3.0, 4.0])))
        return found

    assert "applied" in same(run, url, ITEMS)


def test_arrays_of_answers(url: str) -> None:
    """Arrays are made of answers, computed with and gone through, while the requests run early."""
    requests, numpy = pytest.importorskip("requests"), pytest.importorskip("numpy")
    index = numpy.eye(3)

    def run(base: str, items: list[str]) -> list[Any]:
        found, vectors = [], []
        for item in items:
            page = requests.get(f"{base}/{item}").text
            vector = numpy.array([float(len(page)), 1.0, 2.0], dtype=numpy.float32)
            vector = vector / numpy.linalg.norm(vector)
            scores = index @ vector
            vectors.append(vector)
            found.append([items[int(i) % 2] for i in numpy.argsort(-scores)[:2]])
            found.append(round(float(scores.mean()), 3))
            best = int(numpy.argmax(scores))
            page = requests.get(f"{base}/{best}?{float(scores[best]):.2f}&{scores[0]:.1f}").text if scores[best] else ""
            found.append((page, [f"{score:.2f}" for score in scores if score > 0.1]))
        matrix = numpy.vstack(vectors)
        return [*found, matrix.shape, matrix.tolist()]

    assert "applied" in same(run, url, ITEMS)


@pytest.mark.parametrize("what", ["sum", "float", "bool", "text", "element"])
def test_arrays_of_objects_run_code(url: str, what: str) -> None:
    """An array whose elements are objects of the program calls their methods: nothing is moved across that."""
    requests, numpy = pytest.importorskip("requests"), pytest.importorskip("numpy")
    seen: list[str] = []

    class Noted:
        def __add__(self, other: object) -> int:
            seen.append("added")
            return 1

        __radd__ = __add__

        def __float__(self) -> float:
            seen.append("number")
            return 1.0

        def __bool__(self) -> bool:
            seen.append("asked")
            return True

        def __repr__(self) -> str:
            seen.append("told")
            return "noted"

    objects = numpy.array([Noted(), Noted()], dtype=object)
    one = numpy.array(Noted(), dtype=object)
    asked: dict[str, Callable[[], object]] = {
        "sum": lambda: int(numpy.sum(objects)), "float": lambda: float(one), "bool": lambda: bool(one),
        "text": lambda: f"{one}", "element": lambda: float(objects[0]),
    }  # fmt: skip
    ask = asked[what]

    def run(base: str, items: list[str]) -> list[Any]:
        found = []
        seen.clear()
        for item in items:
            page = requests.get(f"{base}/{item}?{len(seen)}").text
            found.append((len(page), ask()))
        return found

    assert "missed" in same(run, url, ITEMS)


def test_a_session_made_in_the_function(url: str) -> None:
    """A session is made, and given headers, before the loop: understood at once, not by following its constructor."""
    requests = pytest.importorskip("requests")

    def run(base: str, items: list[str]) -> list[str]:
        session = requests.Session()
        session.headers.update({"User-Agent": "reader"})
        found = []
        for item in items:
            response = session.get(f"{base}/{item}", timeout=10)
            found.append(response.text)
        session.close()
        return found

    assert "applied" in same(run, url, ITEMS)


def test_a_session_with_a_hook_made_in_the_function(url: str) -> None:
    requests = pytest.importorskip("requests")
    seen: list[int] = []

    def run(base: str, items: list[str]) -> list[str]:
        session = requests.Session()
        session.hooks["response"] = [lambda response, **named: seen.append(response.status_code)]
        seen.clear()
        found = []
        for item in items:
            found.append((len(seen), session.get(f"{base}/{item}").text))
        return found

    assert "applied" not in same(run, url, ITEMS)
