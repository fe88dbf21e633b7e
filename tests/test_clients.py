"""Clients that remember cookies: each request carries what plain Python's does, and the jar ends as plain Python's."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="the demo libraries are not installed")
requests = pytest.importorskip("requests", reason="the demo libraries are not installed")

from tests.anew import fresh  # noqa: E402
from tests.clients import Site, serve  # noqa: E402
from xcs import jit  # noqa: E402
from xcs.runtime import admission, limits  # noqa: E402
from xcs.runtime.limits import FIRST  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Make = Callable[[], Any]
PAGES = list(range(1, 13))


@pytest.fixture(scope="module")
def started() -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, serve() as site:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield site


@pytest.fixture
def site(started: Site) -> Site:
    admission.forget()
    limits.forget()  # what others have learned of this host
    started.sets, started.moves, started.crowd = lambda path, carried: [], {}, frozenset()
    started.reset()
    return started


@pytest.fixture(params=["httpx", "requests"])
def make(request: pytest.FixtureRequest) -> Make:
    return httpx.Client if request.param == "httpx" else requests.Session


def jar_of(client: Any) -> Any:
    return getattr(client.cookies, "jar", client.cookies)


def cookies(jar: Any) -> list[tuple[Any, ...]]:
    return [(c.domain, c.path, c.name, c.value, c.discard) for c in jar]


class Both:
    """Runs a function plainly, then decorated, each with a client of its own, and compares results and jars."""

    def __init__(self, site: Site, make: Make, body: Callable[..., Any], used: bool = False) -> None:
        self.site, self.make, self.body, self.used = site, make, body, used
        self.jitted = fresh(body)
        self.asked: list[list[tuple[str, str, str]]] = []

    def __call__(self, *args: Any) -> Any:
        outcomes = [self.run(function, args) for function in (self.body, self.jitted)]
        assert outcomes[0] == outcomes[1]
        assert self.jitted.stats().mispredictions == 0
        assert not self.site.alone
        return outcomes[0]

    def run(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        crowd, self.site.crowd = self.site.crowd, frozenset()
        self.site.reset()
        with self.make() as client:
            if self.used:
                client.get(self.site.url("login"))
            if function is self.jitted:
                self.site.crowd = crowd
            try:
                result = function(client, *args)
            except Exception as error:
                result = (type(error), str(error))
            self.site.crowd = crowd
            self.asked.append(list(self.site.asked))
            state = getattr(client, "_state", None)
            return result, cookies(jar_of(client)), state

    @property
    def remark(self) -> str:
        return "; ".join(map(str, self.jitted.stats().regions))

    @property
    def extra(self) -> Counter[tuple[str, str, str]]:
        """The requests that plain Python doesn't make."""
        return Counter(self.asked[1]) - Counter(self.asked[0])


def pages(client: Any, site: Site, numbers: list[int]) -> list[Any]:
    return [client.get(site.url(f"page/{n}")).json() for n in numbers]


def fetched(client: Any, site: Site, n: int) -> Any:
    answer = client.get(site.url(f"page/{n}"))
    answer.raise_for_status()
    return answer.json()


def pages_of_callee(client: Any, site: Site, numbers: list[int]) -> list[Any]:
    found = []
    for n in numbers:
        found.append(fetched(client, site, n))
    return found


class Lazy:
    """A service whose client is made when it is first asked."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.made: Any = None

    @property
    def client(self) -> Any:
        if self.made is None:
            self.made = self.make()
        return self.made

    @property
    def cookies(self) -> Any:
        return self.client.cookies

    def page(self, site: Site, n: int) -> Any:
        return self.client.get(site.url(f"page/{n}")).json()

    def __enter__(self) -> Lazy:
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()


def pages_of_lazy(service: Lazy, site: Site, numbers: list[int]) -> list[Any]:
    found = []
    for n in numbers:
        found.append(service.page(site, n))
    return found


def session_cookie(path: str, carried: str) -> list[str]:
    return [] if "sid=" in carried else ["sid=1; Path=/"]


def crowd(numbers: list[int]) -> frozenset[str]:
    return frozenset(f"page/{n}" for n in numbers)


# -- what is early, and what goes out


@pytest.mark.parametrize("body", [pages, pages_of_callee])
@pytest.mark.parametrize("sets", [lambda path, carried: [], session_cookie], ids=["none", "session"])
def test_a_client_in_use_asks_at_once(site: Site, make: Make, body: Any, sets: Any) -> None:
    site.sets, site.crowd = sets, crowd(PAGES)
    both = Both(site, make, body, used=True)
    both(site, PAGES)
    assert "applied" in both.remark
    assert not both.extra


@pytest.mark.parametrize("body", [pages, pages_of_callee])
@pytest.mark.parametrize("sets", [lambda path, carried: [], session_cookie], ids=["none", "session"])
def test_a_fresh_client_asks_first_in_place(site: Site, make: Make, body: Any, sets: Any) -> None:
    site.sets, site.crowd = sets, crowd(PAGES[1:])
    both = Both(site, make, body)
    both(site, PAGES)
    assert "applied" in both.remark
    assert not both.extra
    assert both.asked[1][0][1] == "page/1"


@pytest.mark.parametrize("sets", [lambda path, carried: [], session_cookie], ids=["none", "session"])
def test_a_client_that_is_made_on_the_way_asks_first_in_place(site: Site, make: Make, sets: Any) -> None:
    """The region makes its first request as it is written, and the others after that answer."""
    site.sets, site.crowd = sets, crowd(PAGES[1:])
    both = Both(site, lambda: Lazy(make), pages_of_lazy)
    both(site, PAGES)
    assert "applied" in both.remark
    assert not both.extra


@pytest.mark.parametrize("used", [False, True])
def test_each_answer_sets_a_cookie(site: Site, make: Make, used: bool) -> None:
    site.sets = lambda path, carried: [f"last={path}; Path=/"]
    both = Both(site, make, pages, used)
    result = both(site, PAGES)[0]
    assert [answer["carried"] for answer in result[1:]] == [f"last=page/{n}" for n in PAGES[:-1]]
    assert sum(both.extra.values()) < len(PAGES)  # once each at most: afterwards it is made in place


@pytest.mark.parametrize("used", [False, True])
def test_no_more_than_is_under_way_is_lost(site: Site, make: Make, used: bool) -> None:
    """The first answer that is there tells; what waits for a slot goes on waiting."""
    numbers = list(range(3 * FIRST))
    limits.forget()
    site.sets = lambda path, carried: [f"last={path}; Path=/"]
    both = Both(site, make, pages, used)
    both(site, numbers)
    assert sum(both.extra.values()) <= FIRST


def test_a_host_that_changes_what_is_carried_is_known(site: Site, make: Make) -> None:
    """Clients that are made anew each time lose nothing after the first; until answers leave the jar as it is."""
    site.sets, site.crowd = lambda path, carried: [f"last={path}; Path=/"], crowd(PAGES[1:])
    function = fresh(pages)
    asked = []
    for turn in range(4):
        if turn == 2:
            site.sets = session_cookie
        site.reset()
        with make() as client:
            function(client, site, PAGES)
        asked.append(len(site.asked))
        assert not site.alone
        site.crowd = frozenset()
    assert len(PAGES) < asked[0] < 2 * len(PAGES)
    assert asked[1:] == [len(PAGES)] * 3
    site.reset()
    site.crowd = crowd(PAGES[1:])
    with make() as client:
        function(client, site, PAGES)
    assert not site.alone


def test_changes_now_and_then(site: Site, make: Make) -> None:
    """Each disappointment makes it more careful."""
    site.sets = lambda path, carried: [f"seen={path}; Path=/"] if path.endswith("0") else []
    both = Both(site, make, pages)
    both(site, list(range(1, 60)))
    assert sum(both.extra.values()) < 3 * 59


def test_one_change(site: Site, make: Make) -> None:
    site.sets = lambda path, carried: ["mid=1; Path=/"] if path == "page/6" else []
    both = Both(site, make, pages, used=True)
    result = both(site, PAGES)[0]
    assert [answer["carried"] for answer in result] == [""] * 6 + ["mid=1"] * 6


def test_for_another_path(site: Site, make: Make) -> None:
    """A cookie that no later request would carry."""
    site.sets, site.crowd = lambda path, carried: [f"a={path}; Path=/elsewhere/{path}"], crowd(PAGES[1:])
    both = Both(site, make, pages)
    both(site, PAGES)
    assert not both.extra


def test_renewed(site: Site, make: Make) -> None:
    """A cookie that is set again as it was, but lasts longer."""
    site.sets, site.crowd = lambda path, carried: ["sid=1; Path=/; Max-Age=600"], crowd(PAGES[1:])
    both = Both(site, make, pages)
    both(site, PAGES)
    assert not both.extra


def test_deleted(site: Site, make: Make) -> None:
    site.sets = lambda path, carried: (
        ["sid=1; Path=/"] if path == "login" else ["sid=; Path=/; Max-Age=0"] if path == "page/4" else []
    )
    result = Both(site, make, pages, used=True)(site, PAGES)[0]
    assert [answer["carried"] for answer in result] == ["sid=1"] * 4 + [""] * 8


def test_two_hosts(site: Site, make: Make) -> None:
    """What one host sets is no other's."""

    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        return [client.get(site.url(f"page/{n}", "localhost" if n % 2 else "127.0.0.1")).json() for n in numbers]

    site.sets = lambda path, carried: [f"last={path}; Path=/"] if path in ("page/1", "page/2") else []
    both = Both(site, make, run, used=True)
    both(site, PAGES)
    assert "applied" in both.remark


def test_heads_and_options(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            found.append((client.head(site.url(n)).status_code, client.options(site.url(n)).json()))
        return found

    site.sets = lambda path, carried: [f"n={path}; Path=/"] if path in ("3", "7") else []
    both = Both(site, make, run, used=True)
    both(site, PAGES)
    assert "applied" in both.remark


# -- within a request


def test_redirects_that_set_cookies(site: Site, make: Make) -> None:
    """A door sets a cookie without which the page behind is not shown."""

    def run_requests(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            answer = client.get(site.url(f"door/{n}"))
            found.append((answer.json(), len(answer.history), answer.cookies.get("key")))
        return found

    def run_httpx(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            answer = client.get(site.url(f"door/{n}"), follow_redirects=True)
            found.append((answer.json(), len(answer.history), answer.cookies.get("key")))
        return found

    site.moves = {f"door/{n}": f"/page/{n}" for n in PAGES}
    site.sets = lambda path, carried: [f"key={path}; Path=/"] if path in ("door/1", "door/5") else []
    both = Both(site, make, run_httpx if make is httpx.Client else run_requests)
    result = both(site, PAGES)[0]
    assert "applied" in both.remark
    assert [found[0]["carried"] for found in result] == ["key=door/1"] * 4 + ["key=door/5"] * 8


def test_an_error_keeps_what_was_set_before(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            try:
                found.append(client.get(site.url(f"page/{n}"), timeout=20).json())
            except Exception as error:
                found.append(type(error).__name__)
        return found

    site.moves = {"page/5": "/page/5"}
    site.sets = lambda path, carried: ["turning=1; Path=/"] if path == "page/5" else []
    both = Both(site, make, run, used=True)
    both(site, PAGES)


# -- what the program does between


def test_the_jar_is_read_between(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            answer = client.get(site.url(f"page/{n}"))
            found.append((answer.json(), client.cookies.get(f"c{n}"), client.cookies.get("none")))
        return found

    site.sets = lambda path, carried: [f"c{path[5:]}=1; Path=/{path}"]
    both = Both(site, make, run)
    both(site, PAGES)
    assert "applied" in both.remark


def test_an_argument_of_the_jar(site: Site, make: Make) -> None:
    """What an answer sets decides the next address."""

    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            found.append(client.get(site.url(f"page/{n}/{client.cookies.get('token', 'none')}")).json())
        return found

    site.sets = lambda path, carried: [f"token={path.split('/')[1]}; Path=/"]
    both = Both(site, make, run)
    both(site, PAGES)
    assert "missed" in both.remark


def test_the_jar_is_emptied(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            found.append(client.get(site.url(f"page/{n}")).json())
            if n == 5:
                client.cookies.clear()
        return found

    site.sets = session_cookie
    Both(site, make, run)(site, PAGES)


def test_the_jar_is_replaced(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int], jars: list[Any]) -> list[Any]:
        found = []
        for n in numbers:
            found.append(client.get(site.url(f"page/{n}")).json())
            if n == 5:
                client.cookies = jars.pop()
        return found

    jars = [requests.cookies.RequestsCookieJar() for _ in range(2)]
    for jar in jars:
        jar.set("own", "1")
    site.sets = session_cookie
    Both(site, make, run)(site, PAGES, jars)


def test_headers_change(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            client.headers["Cookie"] = f"own={n}"
            found.append(client.get(site.url(f"page/{n}")).json())
        return found

    Both(site, make, run)(site, PAGES)


def test_cookies_of_one_request(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        return [client.get(site.url(f"page/{n}"), cookies={"n": str(n)}).json() for n in numbers]

    site.sets = lambda path, carried: [f"last={path}; Path=/"] if path == "page/3" else []
    if make is httpx.Client:
        with pytest.warns(DeprecationWarning):
            both = Both(site, make, run)
            both(site, PAGES)
        assert "missed" in both.remark
    else:
        both = Both(site, make, run)
        both(site, PAGES)
        assert "applied" in both.remark


def test_a_login_in_the_loop(site: Site, make: Make) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            if n % 4 == 0:
                client.post(site.url(f"login/{n}"))
            found.append(client.get(site.url(f"page/{n}")).json())
        return found

    site.sets = lambda path, carried: [f"user={path[6:]}; Path=/"] if path.startswith("login/") else []
    both = Both(site, make, run)
    both(site, PAGES)
    assert not both.extra


# -- clients of other kinds


class Logging(DefaultCookiePolicy):
    pass


class OwnJar(CookieJar):
    pass


@pytest.mark.parametrize("jar", [OwnJar, lambda: CookieJar(Logging())], ids=["jar", "policy"])
def test_jars_of_the_program(site: Site, make: Make, jar: Any) -> None:
    def made() -> Any:
        client = make()
        if make is httpx.Client:
            client.cookies.jar = jar()
        else:
            client.cookies = jar()
        return client

    site.sets = session_cookie
    both = Both(site, made, pages)
    both(site, PAGES)
    assert "missed" in both.remark


def test_one_jar_of_two_clients(site: Site, make: Make) -> None:
    def shared(client: Any, other: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            found.append(client.get(site.url(f"page/{n}")).json())
            found.append(other.get(site.url(f"other/{n}")).json())
        return found

    site.sets = lambda path, carried: [f"last={path}; Path=/"] if path in ("other/3", "page/7") else []
    outcomes = []
    for function in (shared, jit(shared)):
        with make() as one, make() as two:
            if make is httpx.Client:
                two.cookies.jar = one.cookies.jar
            else:
                two.cookies = one.cookies
            outcomes.append((function(one, two, site, PAGES), cookies(jar_of(one)), cookies(jar_of(two))))
    assert outcomes[0] == outcomes[1]


def hooked(session: Any) -> None:
    session.hooks["response"].append(lambda answer, **kwargs: None)


def digest(session: Any) -> None:
    session.auth = requests.auth.HTTPDigestAuth("a", "b")


def mounted(session: Any) -> None:
    session.mount("http://", type("Own", (requests.adapters.HTTPAdapter,), {})())


def streaming(session: Any) -> None:
    session.stream = True


@pytest.mark.parametrize("change", [hooked, digest, mounted, streaming])
def test_sessions_that_run_code_of_the_program(site: Site, change: Callable[[Any], None]) -> None:
    def made() -> Any:
        session = requests.Session()
        change(session)
        return session

    both = Both(site, made, pages)
    both(site, PAGES)
    assert "missed" in both.remark


def test_settings_of_a_session(site: Site) -> None:
    def made() -> Any:
        session = requests.Session()
        session.headers = {"User-Agent": "a"}
        session.auth = ("a", "b")
        session.params = {"q": "1"}
        retry = requests.adapters.Retry(total=2, backoff_factor=0.1)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry, pool_maxsize=20))
        return session

    both = Both(site, made, pages)
    both(site, PAGES)
    assert "applied" in both.remark


# -- models, logs, threads


@pytest.mark.parametrize("sets", [session_cookie, lambda path, carried: [f"n={path}; Path=/"]], ids=["session", "each"])
def test_a_model_is_asked_once(site: Site, make: Make, sets: Any) -> None:
    def run(client: Any, site: Site, numbers: list[int]) -> list[Any]:
        found = []
        for n in numbers:
            body = {"model": "m", "messages": [{"role": "user", "content": str(n)}]}
            found.append(client.post(f"http://127.0.0.1:{site.port}/v1/chat/completions", json=body).json()["body"])
        return found

    site.sets = sets
    both = Both(site, make, run)
    both(site, PAGES)
    assert "applied" in both.remark
    assert [len(asked) for asked in both.asked] == [len(PAGES)] * 2


def test_a_pool_that_is_too_small_is_not_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.crowd = crowd(list(range(1, 31)))
    with caplog.at_level(logging.INFO):
        both = Both(site, requests.Session, pages, used=True)
        both(site, list(range(1, 31)))
    assert [r.getMessage() for r in caplog.records if "full" in r.getMessage()] == []


def test_several_threads(site: Site, make: Make) -> None:
    """One client in many threads: each gets its own answers, and all cookies are there in the end."""
    site.sets = lambda path, carried: [f"{path.replace('/', '-')}=1; Path=/{path}"]
    function = fresh(pages)
    found: dict[int, Any] = {}
    with make() as client:

        def run(n: int) -> None:
            found[n] = function(client, site, list(range(n, n + 10)))

        threads = [threading.Thread(target=run, args=(100 * n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for n, answers in found.items():
            assert [answer["path"] for answer in answers] == [f"page/{k}" for k in range(n, n + 10)]
        assert len(cookies(jar_of(client))) == 60


# -- generated


def mixed(client: Any, base: str, plan: list[tuple[str, str]], follow: dict[str, bool]) -> list[Any]:
    found = []
    for method, path in plan:
        if method == "post":
            found.append(client.post(f"{base}/{path}", **follow).json())
        elif method == "head":
            found.append(client.head(f"{base}/{path}").status_code)
        else:
            found.append(client.get(f"{base}/{path}", **follow).json())
    return found


def mixed_in_callees(client: Any, base: str, plan: list[tuple[str, str]], follow: dict[str, bool]) -> list[Any]:
    def one(path: str) -> Any:
        answer = client.get(f"{base}/{path}", **follow)
        if answer.status_code >= 400:
            return None
        return answer.json()

    return [one(path) for _, path in plan]


def drawn(random: Random, paths: list[str]) -> Callable[[str, str], list[str]]:
    """What answers set, by path and by what was carried."""
    names = ["a", "b", "sid"]
    rate = random.choice([0.0, 0.05, 0.2, 1.0])
    table = {
        path: [
            f"{random.choice(names)}={random.choice(['1', path, ''])}"
            f"; Path={random.choice(['/', '/x', '/y', '/' + path])}"
            + random.choice(["", "; Max-Age=0", "; Max-Age=900", "; HttpOnly", "; Secure"])
            for _ in range(random.randint(1, 2))
            if random.random() < rate
        ]
        for path in paths
    }
    session = random.random() < 0.5

    def sets(path: str, carried: str) -> list[str]:
        return table.get(path, []) + (session_cookie(path, carried) if session else [])

    return sets


@pytest.mark.parametrize("seed", range(25))
def test_generated(site: Site, make: Make, seed: int) -> None:
    random = Random(seed)
    paths = [f"{random.choice('xyz')}/{n}" for n in range(12)]
    site.sets = drawn(random, [*paths, "login"])
    if random.random() < 0.4:
        site.moves = {path: f"/{random.choice(paths[index:])}" for index, path in enumerate(paths) if index % 5 == 0}
        site.moves = {path: to for path, to in site.moves.items() if to.lstrip("/") != path}
    methods = ["get"] * random.choice([4, 20]) + ["head", "post"]
    plan = [(random.choice(methods), random.choice(paths)) for _ in range(random.choice([5, 30]))]
    follow = {"follow_redirects": True} if make is httpx.Client else {"allow_redirects": True}
    body = random.choice([mixed, mixed_in_callees])
    both = Both(site, make, body, used=random.random() < 0.5)
    both(f"http://127.0.0.1:{site.port}", plan, follow)
