"""What the survey says of loops: the verdict stands in a comment on the line where the loop begins.

`# likely` (with `: N` for the number of assumptions, `module` or `async` where it is meant) or `# sequential: code`; a
loop without a comment is one in which nothing waits. What is found and not expected fails, too.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from xcs.survey.loops import survey
from xcs.survey.modules import Program

pytestmark = pytest.mark.once

HEAD = """
import asyncio, json, os, subprocess, time
import requests, httpx, boto3
from concurrent.futures import ThreadPoolExecutor
from openai import OpenAI, AsyncOpenAI
from tqdm import tqdm
from diffusers.utils import load_image
from pinecone import Pinecone
client = OpenAI()
session = requests.Session()

def ask(q):
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": q}])
    return answer.choices[0].message.content

def fetch(url):
    r = requests.get(url, timeout=5)
    r.raise_for_status()
    return r.json()

def slow(x):
    time.sleep(0.1)
    return x
"""

CASES = {
    "files that are read and written": """
        from pathlib import Path
        def f(urls, place: Path):
            for url in urls:  # sequential: carried
                known = place.read_text()
                place.write_text(known + str(fetch(url + known)))
            for url in urls:  # likely
                file = place / url
                if not file.exists():
                    file.write_text(str(fetch(url)))
                print(file.read_text())
            for url in urls:  # likely
                text = str(fetch(url))
                open("last", "w").write(text)
            for url in urls:  # likely
                print(open("names").read(), fetch(url))
                open("last", "a").write(url)
        """,
    "stubs, providers and factories": """
        import redis.asyncio as redis
        class Checks:
            async def found(self, keys):
                store = await redis.from_url("redis://store")
                found = []
                for key in keys:  # likely async: 1
                    found.append(await store.get(f"doc:{key}"))
                return found
            def answers(self, questions, provider, names):
                found = []
                for q in questions:  # likely: 1
                    found.append(provider.generate(q))
                for name in names:
                    found.append(provider.is_available(name))
                for q in questions:  # likely: 1
                    found.append(self.inventory_svc.GetAnswer(q))
                for q in questions:
                    found.append(self.kinds.GetAnswer(q))
                return found
        """,
    "what is changed at another service": """
        from google.cloud import bigquery
        store, s3 = bigquery.Client(), boto3.client("s3")
        def f(urls, names):
            pages = []
            for url in urls:  # likely
                pages.append(fetch(url))
                s3.put_object(Bucket="b", Key=url, Body="")
            for name in names:  # sequential: command
                pages.append(s3.get_object(Bucket="b", Key=name))
                s3.put_object(Bucket="b", Key=name, Body="")
            for name in names:  # likely: 1
                try:
                    store.query(f"SELECT count(*) FROM {name}")
                except ValueError as error:
                    print(error)
            for name in names:
                store.query(name)
            return pages
        """,
    "methods of texts": """
        from src.models import Base
        import sqlalchemy
        rows = sqlalchemy.create_engine("x")
        def f(questions):
            found = []
            for q in questions:  # likely
                found.append(ask(rows.name.strip() + q))
            return found
        """,
    "pauses that a function makes": """
        import random
        def pause():
            time.sleep(random.uniform(1, 3))
        class Panel:
            def __init__(self, name):
                self.name = name
                time.sleep(0.1)
        def f(urls, names):
            for url in urls:  # sequential: pacing
                pause()
                print(fetch(url))
            panels = [Panel(name) for name in names]
            pages = []
            for url in urls:  # likely
                pages.append(slow(url))
            return panels, pages
        """,
    "statements that say that they change something": """
        from google.cloud import bigquery
        store = bigquery.Client()
        def f(rows, parts):
            for part in parts:
                merge = f"MERGE `table` T USING {part} S ON T.id = S.id"
                try:
                    job = store.query(merge).result()
                    print("merged", len(part))
                except ValueError as error:
                    print(error)
            for row in rows:
                job = store.load_table_from_json(row, "table")
                print(job.job_id)
            for part in parts:  # likely: 1
                text = f"SELECT count(*) FROM {part}"
                print(list(store.query(text)))
        """,
    "what is posted says that it asks": """
        def f(url, questions, rows):
            out = []
            for q in questions:  # likely: 1
                body = {"model": "m", "messages": [{"role": "user", "content": q}]}
                out.append(requests.post(url, json=body).json())
            for q in questions:  # likely: 1
                out.append(requests.post(url, data=json.dumps({"prompt": q})).json())
            for row in rows:
                out.append(requests.post(url, json={"name": row}).json())
            return out
        """,
    "clients that are named as their package": """
        from langfuse import Langfuse
        import ccxt
        class Sets:
            def __init__(self, service: Langfuse, name):
                self.service = service
                self.rows = self.service.get_dataset(name)
        def f(service: Langfuse, names, places):
            sets = {}
            for name in names:  # likely: 1
                sets[name] = Sets(service, name)
            return sets
        def g(exchanges: list, place: ccxt.Exchange):
            for symbol in exchanges:  # likely: 1
                print(place.fetch_ticker(symbol))
        """,
    "memo tables": """
        CACHE = {}
        SEEN = {}
        def page(url):
            known = CACHE.get(url)
            if known and known[0] > 3:
                return known[1]
            text = requests.get(url).text
            CACHE[url] = (len(text), text)
            return text
        def next_page(url):
            known = SEEN.get("last")
            text = requests.get(f"{url}/{known}").text
            SEEN["last"] = text
            return text
        def f(urls):
            pages = []
            for url in urls:  # likely
                pages.append(page(url))
            for url in urls:  # sequential: carried
                pages.append(next_page(url))
            return pages
        """,
    "attributes of elements": """
        def f(rows, links):
            found = []
            for row in rows:
                found.append(links[0].get_attribute(row))
                found.append(row.query_selector("a"))
            return found
        """,
    "what is granted beside what is asked": """
        def f(self, filters):
            for name in filters:  # sequential: command
                known = self.lf_client.list_permissions(Resource=name)
                if not known:
                    self.lf_client.batch_grant_permissions(Entries=[name])
            for name in filters:  # likely: 1
                print(self.lf_client.batch_get_permissions(Resource=name))
        """,
    "a sleep beside what nobody knows": """
        def f(steps, post, rows):
            for step in steps:
                post(step)
                time.sleep(step.pause)
            for step in steps:  # likely
                time.sleep(step.pause)
                rows.append(step.name)
        """,
    "what an answer knows of itself": """
        from botocore.validate import ParamValidator
        def f(rows, shape):
            for row in rows:
                if ParamValidator().validate(row, shape).has_errors():
                    print(row)
        """,
    "a shell of another machine": """
        def f(names, ssh_client, git_client):
            for n in names:
                print(ssh_client.run(["dpkg", "-s", n]))
            for n in names:  # likely: 1
                print(git_client.fetch(n))
        """,
    "what samples frames asks nobody": """
        def f(videos, frame_sampler, sampler):
            for v in videos:
                print(frame_sampler(v))
            for v in videos:  # likely: 1
                print(sampler(v))
        """,
    "a function that is given when it began computes how long it took": """
        def took(started):
            return time.time() - started
        def row(answer, began):
            return {"answer": answer, "took": took(started=began)}
        def noted(answer, began):
            return {"answer": answer, "at": began}
        def f(qs, rows):
            for q in qs:  # sequential: duration
                began = time.time()
                rows.append(row(ask(q), began))
            for q in qs:  # likely
                began = time.time()
                rows.append(noted(ask(q), began))
        """,
    "a request with data whose texts are no address": """
        import urllib.request, urllib.parse
        def warn_person(text):
            data = urllib.parse.urlencode({"chat_id": 1, "text": text}).encode()
            request = urllib.request.Request("https://api.example.org/sendMessage", data=data)
            with urllib.request.urlopen(request) as answer:
                return answer.status == 200
        def search(text):
            request = urllib.request.Request("https://api.example.org/search", data=text.encode())
            with urllib.request.urlopen(request) as answer:
                return answer.read()
        def f(texts):
            for t in texts:
                print(warn_person(t))
            for t in texts:  # likely: 1
                print(search(t))
        """,
    "a query that is made, and added to, before it is asked": """
        from google.cloud import datastore
        store = datastore.Client()
        def f(ids):
            found = []
            for i in ids:  # likely: 1
                query = store.query(kind="Row")
                query.add_filter("id", "=", i)
                found.append(list(query.fetch()))
            for i in ids:  # sequential: same
                query = store.query(kind="Row")
                query.add_filter("id", "=", 1)
                found.append(list(query.fetch()))
            return found
        def g(ids):
            for i in ids:  # sequential: command
                store.add_row(i)
                print(store.get_row(i))
        """,
    "tables of functions": """
        def double(x):
            return 2 * x
        KINDS = {"a": ask, "f": fetch}
        HERE = {"d": double}
        class Checks:
            def __init__(self):
                self.kinds = {"a": self.of_model, "d": self.of_page}
                self.here = {"d": double}
            def of_model(self, x):
                return ask(x)
            def of_page(self, x):
                return fetch(x)
            def f(self, rows):
                for row in rows:  # likely
                    print(self.kinds[row["kind"]](row["x"]))
                for row in rows:
                    print(self.here[row["kind"]](row["x"]))
        def f(rows, x):
            for row in rows:  # likely
                print(KINDS[row["kind"]](row["x"]))
            for name, check in KINDS.items():  # likely
                print(name, check(x))
            for row in rows:
                print(HERE[row["kind"]](row["x"]))
        """,
    "a crew for each item": """
        from crewai import Crew
        def f(topics):
            for t in topics:  # likely: 1
                print(Crew(agents=[t], tasks=[]).kickoff())
        """,
    "what it goes through is changed by answers": """
        def f(session, paths, more):
            for p in paths:  # sequential: carried
                for found in session.get(p, timeout=3).json():
                    if found["folder"]:
                        paths.append(found["path"])
            for p in paths:  # likely: 2
                for found in session.get(p, timeout=3).json():
                    more.append(found["path"])
            for p in list(paths):  # likely: 2
                paths.append(session.get(p, timeout=3).json()["path"])
        """,
    "it sleeps until something is so": """
        def f(delays, fetcher, done):
            for d in delays:
                time.sleep(d)
                found = fetcher()
                if done(found):
                    return found
            for d in delays:  # likely
                time.sleep(d)
        """,
    "how long an answer is waited for is no sign of a request": """
        def f(results, session, pools):
            print([r.get(timeout=0.05) for r in results])
            print([r.get(timeout=0.05, params={}) for r in results])  # likely: 1
            print([session.get(r, timeout=5) for r in results])  # likely: 1
        """,
    "it sleeps until it is time": """
        def f(rounds, start_one):
            for r in range(rounds):
                began = time.time()
                start_one(r)
                time.sleep(max(0, 1 - (time.time() - began)))
            for r in range(rounds):  # likely
                time.sleep(r)
        """,
    "what was started before is waited for": """
        def f(urls, pool, together):
            if together:
                started = {u: pool.submit(fetch, u) for u in urls}
            out = []
            for u in urls:  # sequential: together
                if together:
                    out.append(started[u].result())
                else:
                    out.append(fetch(u))
            for u in urls:  # likely
                if together:
                    out.append(u)
                else:
                    out.append(fetch(u))
            return out
        """,
    "what is given to a call is no word of what it is called on": """
        def f(agents, kept_path, get_client):
            for a in agents:
                print(kept_path(agent_name=a, client=a).resolve(strict=True))
            for a in agents:  # likely: 2
                print(get_client(path=a).resolve(a))
        """,
    "a coroutine is run for each item": """
        class Servers:
            def _run_async(self, coro):
                return asyncio.new_event_loop().run_until_complete(coro)
            def f(self, servers, loop, texts, client, table):
                for name, server in servers.items():  # likely: 2
                    async def tools():
                        found = await server.list_tools()
                        return len(found)
                    table.add_row(name, self._run_async(tools()))
                for s in servers.values():  # likely: 2
                    print(loop.run_until_complete(s.list_tools()))
                for s in servers.values():
                    print(asyncio.run(asyncio.gather(*[t.list_tools() for t in s])))
                last = None
                for t in texts:  # sequential: carried
                    last = asyncio.run(client.complete(t, last))
        """,
    "what a function inside changes of the one around it": """
        def f(questions):
            history, told = [], []
            def asked(q):
                answer = client.chat.completions.create(model="m", messages=[*history, q])
                history.append(answer)
                return answer
            def alone(q):
                told.append(client.chat.completions.create(model="m", messages=[q]))
            for q in questions:  # sequential: carried
                print(asked(q))
            for q in questions:  # likely
                alone(q)
            return history, told
        """,
    "a client of another module, by its methods": """
        from agentverse.llms.openai import DEFAULT_CLIENT
        def f(questions):
            return [DEFAULT_CLIENT.chat.completions.create(model="m", messages=q) for q in questions]  # likely: 1
        """,
    "counters are added to, and nobody looks": """
        class Model:
            def __init__(self):
                self.failed, self.tokens = 0, 0
            def ask(self, q):
                try:
                    r = client.chat.completions.create(model="m", messages=q)
                except Exception as error:
                    if "policy" in str(error):
                        self.failed += 1
                        return ""
                    raise
                self.tokens += r.usage.tokens
                return self.shown(self, r)
            def f(self, questions):
                return [self.ask(q) for q in questions]  # likely: 1
            def g(self, questions):
                for q in questions:  # sequential: carried
                    if self.tokens < 1000:
                        print(self.ask(q))
        """,
    "a singleton that is made when it is first needed": """
        class Settings:
            made = None
            @classmethod
            def get(cls):
                if cls.made is None:
                    cls.made = dict(os.environ)
                return cls.made
        def describe(info):
            model = Settings.get()["MODEL"]
            return client.chat.completions.create(model=model, messages=[info["code"]])
        def f(infos):
            for info in infos:  # likely
                info["doc"] = describe(info)
        """,
    "a branch that ends in an error leaves nothing open": """
        def f(items, mode):
            for item in items:  # likely
                first = ask(item)
                if mode == "a":
                    shown = [first]
                elif mode == "b":
                    shown = [first, item]
                else:
                    raise ValueError(mode)
                print(ask(shown))
            for item in items:  # likely
                if mode == "a":
                    shown = [item]
                else:
                    raise ValueError(mode)
                shown = ask(shown)
            for item in items:  # sequential: carried
                if mode == "a":
                    shown = [item]
                elif mode == "b":
                    pass
                shown = ask(shown)
        """,
    "over the one session that each call is given": """
        async def f(messages, db, table):
            for m in messages:  # sequential async: thread-bound
                print(await table.get_message_by_id(m.reply, db=db))
            for m in messages:  # likely async: 1
                print(await table.get_message_by_id(m.reply, user=db.user))
        """,
    "either of two requests": """
        def f(url, own):
            return own.get(url, timeout=1) if own is not None else requests.get(url, timeout=1)
        """,
    "one conversation that each call is given": """
        async def f(prompts, agent, session):
            from agents import Runner
            for p in prompts:  # sequential async: thread-bound
                print(await Runner.run(agent, p, session=session))
            for p in prompts:  # likely async: 1
                print(await Runner.run(agent, p, session=Session(p)))
        """,
    "one item alone": """
        def f(qs):
            for q in qs[:1]:
                print(ask(q))
            for q in [*qs]:  # likely
                print(ask(q))
            for i, q in enumerate(qs[:1]):
                print(i, ask(q))
            for i, q in enumerate(qs[:2]):  # likely
                print(i, ask(q))
        """,
    "scrapers by their verb": """
        from scrapfly import ScrapflyClient, ScrapeConfig
        crawler = ScrapflyClient(key="")
        async def one(url):
            return (await crawler.async_scrape(ScrapeConfig(url))).selector
        async def f(urls):
            return [await one(url) for url in urls]  # likely async: 1
        """,
    "settings, by a key that may be missing, and a class of descriptions": """
        class AgentMapper:
            def f(self, parts):
                return [self.resolve(p) for p in parts]
        def f(items, api_configs, api_table):
            for i in items:
                print(api_configs.get(i, {}), api_table.get(i.url, {}))
        """,
    "a text is looked for in an answer, before it is asked again": """
        def f(url):
            for new in (1, 0):  # sequential: exit
                r = requests.get(url, params={"new": new})
                if "Timeout" not in r.text:
                    break
            return r
        def g(urls):
            out = {}
            for url in urls:  # likely
                if url in out:
                    continue
                out[url] = requests.get(url)
            return out
        """,
    "requests that are sent again as they were": """
        def f(rows):
            for row in rows:
                url = row["url"] + "?" + row["parsed"].query
                requests.request(method=row["method"], url=url, data=row["body"])
        """,
    "what only makes an address, and files of this machine": """
        async def f(items, storage):
            from langchain_community.document_loaders import TextLoader, UnstructuredFileLoader
            for item in items:
                item["url"] = await storage.get_read_url(object_key=item["key"])
            return [UnstructuredFileLoader(item).load() for item in items]
        """,
    "the other branch runs the same calls together": """
        def f(qs, workers):
            if workers == 1:
                for q in qs:  # sequential: together
                    print(ask(q))
            else:
                with ThreadPoolExecutor(workers) as pool:
                    list(pool.map(ask, qs))
            if workers > 2:
                return [ask(q) for q in qs]  # likely
            else:
                return list(ThreadPoolExecutor(2).map(len, qs))
        """,
    "the other branch says by its name that it runs them together": """
        def f(urls, threads):
            if threads == 1:
                for url in urls:  # sequential: together
                    print(requests.get(url))
            else:
                print(network.multithread_request(urls))
            if threads > 2:
                return [requests.get(url) for url in urls]  # likely
            else:
                return network.batch_request(urls)
        """,
    "what is mostly at hand": """
        async def f(names, client, agents):
            for name in names:
                print(client.user_cache.get_user(name), agents.plugin_registry.resolve(name))
            return [await client.user_cache.get_user(name) for name in names]  # likely async: 1
        """,
    "what is called for what it does, by the function's name": """
        def f(guids, client):
            def purge_by_guid(guid):
                return client.call_endpoint(guid)
            def find_by_guid(guid):
                return client.call_endpoint(guid)
            for guid in guids:
                print(purge_by_guid(guid))
            return [find_by_guid(guid) for guid in guids]  # likely: 1
        """,
    "what is called for what it does, by what it is given": """
        def f(rows):
            session = requests.Session()
            def ask(action, url, method=None):
                method = method or session.get
                return method(url, params={"action": action})
            for row in rows:
                ask("DeleteRow", row)
            for row in rows:
                print(ask("rows", row, method=session.put))
            return [ask("Rows", row) for row in rows]  # likely
        """,
    "what is sent and taken later": """
        def f(urls):
            from requests_futures.sessions import FuturesSession
            session = FuturesSession()
            return [session.get(url, timeout=3) for url in urls]
        """,
    "what is asked again where an answer is an error": """
        async def f(workers, qs, client):
            answers = await asyncio.gather(*(w.search(1) for w in workers), return_exceptions=True)
            for worker, answer in zip(workers, answers):
                if isinstance(answer, (TypeError, OSError)):
                    answer = await worker.search(2)
                print(answer)
            for q in qs:  # likely async: 1
                if isinstance(q, str):
                    print(await client.search(q))
        """,
    "elements of a page": """
        async def f(elements):
            from playwright.async_api import Page
            for e in elements:
                print(await e.get_attribute("src"))
        """,
    "append": """
        def f(qs):
            out = []
            for q in qs:  # likely
                out.append(ask(q))
            return out
        """,
    "comprehension": """
        def f(qs):
            return [ask(q) for q in qs if q]  # likely
        """,
    "module": """
        for q in ["a", "b"]:  # likely module
            print(ask(q))
        if __name__ == "__main__":
            answers = {q: ask(q) for q in os.listdir(".")}  # likely module: 1
        """,
    "method": """
        class Judge:
            def __init__(self):
                self.client = OpenAI()
            def one(self, q):
                return self.client.chat.completions.create(model="m", messages=q)
            def all(self, qs):
                return {q: self.one(q) for q in qs}  # likely
        """,
    "progress, logs, counters, files": """
        import logging
        log = logging.getLogger(__name__)
        def f(qs, path):
            done = 0
            with open(path, "w") as out:
                for q in tqdm(qs):  # likely
                    a = ask(q)
                    done += 1
                    log.info("%s of %s", done, len(qs))
                    out.write(json.dumps({"q": q, "a": a}) + "\\n")
        """,
    "handled per item": """
        def f(urls):
            bad = []
            for url in urls:  # likely
                try:
                    data = fetch(url)
                except requests.RequestException as e:
                    bad.append((url, e))
                    continue
                print(data)
            return bad
        """,
    "chain per item": """
        def f(qs):
            for q in qs:  # likely
                draft = ask(q)
                for _ in range(3):
                    critique = ask(draft)
                    if "fine" in critique:
                        break
                    draft = ask(draft + critique)
                print(draft)
        """,
    "private history": """
        def f(tasks):
            for task in tasks:  # likely
                messages = [task]
                while len(messages) < 9:
                    messages.append(client.chat.completions.create(model="m", messages=messages))
                print(messages[-1])
        """,
    "shared history": """
        def f(qs):
            messages = []
            for q in qs:  # sequential: carried
                messages.append(q)
                messages.append(client.chat.completions.create(model="m", messages=messages))
            return messages
        """,
    "running value": """
        def f(parts):
            summary = ""
            for part in parts:  # sequential: carried
                summary = ask(summary + part)
            return summary
        """,
    "accumulated beside": """
        def f(parts):
            text = ""
            for part in parts:  # likely
                text += ask(part)
            return text
        """,
    "early exit": """
        def f(urls):
            for url in urls:  # sequential: exit
                if requests.get(url).ok:
                    return url
        """,
    "exit on what is known": """
        def f(urls):
            for n, url in enumerate(urls):  # likely
                if n > 10:
                    break
                print(fetch(url))
        """,
    "budget": """
        def f(qs):
            used = 0
            for q in qs:  # sequential: exit
                used += len(ask(q))
                if used > 1000:
                    break
        """,
    "retry": """
        def f(q):
            for attempt in range(3):  # sequential: exit
                try:
                    return ask(q)
                except Exception:
                    time.sleep(2 ** attempt)
        """,
    "retry in a callee": """
        def patient(q):
            for attempt in range(3):  # sequential: exit
                try:
                    return ask(q)
                except Exception:
                    time.sleep(1)
        def f(qs):
            return [patient(q) for q in qs]  # likely
        """,
    "pacing": """
        def f(urls):
            for url in urls:  # sequential: pacing
                print(fetch(url))
                time.sleep(1)
        """,
    "pause after a bad status": """
        def f(urls):
            for url in urls:  # likely
                r = requests.get(url)
                if r.status_code == 429:
                    time.sleep(5)
                print(r.text)
        """,
    "slow callee": """
        def f(xs):
            return [slow(x) for x in xs]  # likely
        """,
    "seen set": """
        def f(urls):
            seen = set()
            for url in urls:  # likely
                if url in seen:
                    continue
                seen.add(url)
                print(fetch(url))
        """,
    "cache by key": """
        def f(qs):
            cache = {}
            for q in qs:  # likely
                if q not in cache:
                    cache[q] = ask(q)
                print(cache[q])
        """,
    "crawl": """
        def f(start):
            todo = [start]
            while todo:
                todo += fetch(todo.pop())["links"]
        """,
    "pages": """
        def f(url):
            while url:
                url = fetch(url)["next"]
        """,
    "commands": """
        def f(rows):
            for row in rows:
                requests.post("https://example.org/rows", json=row)
        """,
    "a command between": """
        def f(rows):
            for row in rows:  # sequential: command
                now = requests.get(f"https://example.org/rows/{row}").json()
                requests.put(f"https://example.org/rows/{row}", json=now)
        """,
    "a question that is posted": """
        def f(texts):
            return [requests.post("https://example.org/embed", json={"input": t}).json() for t in texts]  # likely: 1
        """,
    "clouds": """
        s3 = boto3.client("s3")
        def f(keys):
            for key in keys:  # likely: 1
                print(s3.get_object(Bucket="b", Key=key)["Body"])
        def g(keys):
            for key in keys:
                s3.delete_object(Bucket="b", Key=key)
        """,
    "data of answers is no service": """
        def f(keys):
            found = boto3.client("s3").list_objects_v2(Bucket="b")
            for item in found.get("Contents", []):
                print(item.get("Key"))
        """,
    "parameter by its calls": """
        def one(api, q):
            return api.chat.completions.create(model="m", messages=q)
        def f(qs):
            api = OpenAI()
            return [one(api, q) for q in qs]  # likely
        """,
    "parameter by its use": """
        def f(api, qs):
            return [api.chat.completions.create(model="m", messages=q) for q in qs]  # likely: 1
        """,
    "parameter by its annotation": """
        def f(api: OpenAI, web: "httpx.Client", qs):
            for q in qs:  # likely
                print(api.embeddings.create(input=q), web.get(q))
        """,
    "unknown callable": """
        from elsewhere import clean
        def f(qs):
            return [ask(clean(q)) for q in qs]  # likely: 1
        """,
    "unknown items": """
        def f(db):
            for row in db.rows():  # likely: 1
                print(ask(row))
        """,
    "threads already": """
        def f(qs):
            with ThreadPoolExecutor(8) as pool:
                futures = [pool.submit(ask, q) for q in qs]
                more = list(pool.map(ask, qs))
            return [g.result() for g in futures] + more
        """,
    "awaits": """
        api = AsyncOpenAI()
        async def one(q):
            return await api.chat.completions.create(model="m", messages=q)
        async def f(qs):
            out = []
            for q in qs:  # likely async
                out.append(await one(q))
            return out
        async def g(qs):
            return await asyncio.gather(*[one(q) for q in qs])
        async def h(batches):
            for batch in batches:
                await asyncio.gather(*[one(q) for q in batch])
        """,
    "one connection": """
        from selenium import webdriver
        def f(urls):
            driver = webdriver.Chrome()
            for url in urls:
                driver.get(url)
                print(driver.title, fetch(url))
        """,
    "nest": """
        def f(questions, models):
            for q in questions:  # likely
                for m in models:
                    print(client.chat.completions.create(model=m, messages=q))
        """,
    "inner loop where the outer can't": """
        def f(rounds, models):
            state = ""
            for r in rounds:  # sequential: carried
                votes = [ask(state + m) for m in models]  # likely
                state = "".join(votes)
            return state
        """,
    "store in the item": """
        def f(rows):
            for row in rows:  # likely
                row["answer"] = ask(row["question"])
        """,
    "other column": """
        def f(df):
            for i in range(100):  # likely
                df.loc[i, "answer"] = ask(df.loc[i, "question"])
        """,
    "same column": """
        def f(df):
            for i in range(100):  # sequential: carried
                df.loc[i, "text"] = ask(df.loc[i - 1, "text"])
        """,
    "state of self": """
        class Chat:
            def __init__(self):
                self.history = []
            def say(self, q):
                answer = client.chat.completions.create(model="m", messages=self.history + [q])
                self.history.append(answer)
                return answer
            def all(self, qs):
                return [self.say(q) for q in qs]  # sequential: carried
        """,
    "counter of self": """
        class Asker:
            def __init__(self):
                self.calls = 0
            def ask(self, q):
                self.calls += 1
                return ask(q)
            def all(self, qs):
                return [self.ask(q) for q in qs]  # likely
        """,
    "global state": """
        last = ""
        def step(q):
            global last
            last = ask(last + q)
            return last
        def f(qs):
            return [step(q) for q in qs]  # sequential: carried
        """,
    "key function": """
        def score(q, d):
            return float(ask(q + d))
        def f(q, docs):
            ranked = [sorted(docs, key=lambda d: score(q, d)) for q in docs]  # likely
            return ranked
        """,
    "mapped": """
        def f(urls):
            return list(map(fetch, urls))  # likely
        """,
    "any": """
        def f(urls):
            return any(requests.get(u).ok for u in urls)
        """,
    "block": """
        def f(a, b):
            left = fetch(a)  # likely
            right = fetch(b)
            return left, right
        """,
    "operands": """
        def f(a, b):
            return ask(a) + ask(b)  # likely
        """,
    "needs the one before": """
        def f(a):
            left = fetch(a)
            right = fetch(left["next"])
            return right
        """,
    "processes": """
        def f(names):
            for name in names:  # likely: 1
                print(subprocess.check_output(["dig", name]))
        """,
    "generator": """
        def f(urls):
            for url in urls:
                yield fetch(url)
        """,
    "nothing waits": """
        def f(xs):
            out = {}
            for x in xs:
                out.setdefault(x.get("k"), []).append(json.dumps(x))
            return out
        """,
    "polling": """
        def f(job):
            for _ in range(100):  # sequential: exit
                if fetch(job)["done"]:
                    break
                time.sleep(5)
        """,
    "closures": """
        def f(qs, base):
            def one(q):
                return fetch(base + q)
            return [one(q) for q in qs]  # likely
        """,
    "the same in each iteration": """
        from functools import lru_cache
        def whose(name):
            return boto3.client("sts").get_caller_identity()["Account"]
        @lru_cache
        def masks():
            return requests.get("https://masks.example").json()
        def secret(name):
            if name.startswith("_"):
                return name in masks()
            return False
        def f(names):
            owners = [whose(name) for name in names]  # sequential: same
            for name in names:
                print(secret(name))
            for _ in range(9):  # likely
                print(ask("the same, but a model answers otherwise"))
            for _ in range(9):  # sequential: same
                subprocess.run(["./measure"], check=True)
            return list(map(fetch, names)), owners  # likely
        """,
    "pauses between tries, in a function of their own": """
        def pause(seconds):
            time.sleep(seconds)
        def patiently(call):
            for seconds in (1, 2, 4):
                try:
                    return call()
                except ConnectionError:
                    pause(seconds)
        def f(stored, rows):
            for row in rows:
                patiently(lambda: stored.put_row(row))
        """,
    "a sleep in either branch": """
        def f(urls):
            for url in urls:  # sequential: pacing
                if fetch(url):
                    time.sleep(1)
                else:
                    time.sleep(5)
            for url in urls:  # likely
                if fetch(url) is None:
                    time.sleep(5)
        """,
    "called for what it does": """
        def f(base):
            session.get(base + "/login")
            return session.get(base + "/mine")
        def g(base):
            found = session.get(base + "/a")  # likely
            return found, session.get(base + "/b")
        async def told(hook, event):
            return await asyncio.to_thread(hook, event)
        async def all_told(hooks, event):
            for hook in hooks:
                await told(hook, event)
        """,
    "only where the first gave nothing": """
        def f(name):
            return fetch("a" + name) or fetch("b" + name)
        """,
    "files of this machine": """
        import aiofiles
        async def read(name):
            async with aiofiles.open(name) as f:
                return await f.read()
        async def f(names):
            return [await read(name) for name in names]
        """,
    "a few that run together": """
        other = AsyncOpenAI()
        async def ask_other(q):
            return await other.chat.completions.create(model="m", messages=q)
        async def f(qs):
            for q in qs:  # likely async
                a, b = await asyncio.gather(ask_other(q), ask_other(q + "?"))
                print(a, b)
            for batch in qs:
                print(await asyncio.gather(*[ask_other(q) for q in batch]))
            return await asyncio.gather(ask_other("a"), ask_other("b"))
        """,
    "a name of its own": """
        def stored(url, name):
            r = requests.get(url)
            name += r.headers["kind"]
            return name
        def f(urls, prefix):
            for url in urls:  # likely
                print(stored(url, f"{prefix}{url}"))
        """,
    "objects that are called, functions in a table": """
        import dspy
        class Summary(dspy.Module):
            def __init__(self):
                self.predict = dspy.Predict("text -> summary")
            def forward(self, text):
                return self.predict(text=text)
        def f(texts, way):
            summary, ways = Summary(), {"ask": ask, "fetch": fetch}
            chosen = ways[way]
            for text in texts:  # likely: 1
                print(summary(text=text))
            return [chosen(text) for text in texts]  # likely
        """,
    "jobs": """
        from together import Together
        jobs = Together()
        def f(files):
            for file in files:
                print(jobs.fine_tuning.create(training_file=file))
            for file in files:  # likely
                print(jobs.images.generate(prompt=file))
        """,
    "how long each takes": """
        def f(qs, rows):
            for q in qs:  # sequential: duration
                start = time.perf_counter()
                answer = ask(q)
                rows.append((answer, time.perf_counter() - start))
            for q in qs:  # likely
                start = time.time()
                rows.append(ask(q))
                print(time.time() - start)
            for q in qs:  # sequential: duration
                start = time.time()
                answer = ask(q)
                took = time.time() - start
                rows.append({"answer": answer, "took": took})
            start = time.time()
            for q in qs:  # likely
                rows.append(ask(q))
                print("so far", time.time() - start)
            return rows
        """,
    "functions that make what asks": """
        from made import get_llm, build_retriever, get_completion
        def f(settings):
            made = [get_llm(one) for one in settings]
            made += [build_retriever(one) for one in settings]
            return made, [get_completion(one) for one in settings]  # likely: 1
        """,
    "only where something is missing": """
        import nltk
        def present(name):
            try:
                nltk.data.find(name)
            except LookupError:
                nltk.download(name)
        def f(names):
            for name in names:
                present(name)
        """,
    "messages of a thread": """
        def f(thread, texts):
            for text in texts:
                print(client.beta.threads.messages.create(thread_id=thread, content=text))
        """,
    "classes of a module": """
        from messages import embeddings_pb
        def f(rows):
            return [embeddings_pb.Embed(embed=row) for row in rows]
        """,
    "methods of some class": """
        class A:
            def solve(self, q):
                return ask(q)
        class B:
            def solve(self, q):
                return ask(q + q)
        def f(models, q):
            return [m.solve(q) for m in models]  # likely: 1
        """,
    "imported in the function": """
        def f(urls):
            import urllib.request
            return [urllib.request.urlopen(u).read() for u in urls]  # likely
        """,
    "decorated by retrying": """
        from tenacity import retry
        @retry()
        def tried(q):
            return ask(q)
        def f(qs):
            return [tried(q) for q in qs]  # likely
        """,
    "already decorated": """
        from xcs import jit
        @jit
        def inner(qs):
            return [ask(q) for q in qs]  # likely
        def f(batches):
            for batch in batches:
                print(inner(batch))
        """,
    "awaited, not known": """
        async def f(self, names, service, page):
            for name in names:  # likely async: 1
                print((await service.fetch_one(name)).text)
            for name in names:
                await service.fetch_one(name)
            for _ in names:
                print(await service.fetch_next())
            for name in names:
                print(await page.read_text(name))
        """,
    "entered and awaited": """
        async def f(urls, session: "aiohttp.ClientSession"):
            for url in urls:  # likely async: 2
                async with session.get(url, timeout=3) as answer:
                    print(await answer.text())
        """,
    "unknown objects by their names and verbs": """
        def f(names, client, things, vector_store):
            a = [client.list_parts(name) for name in names]  # likely: 1
            b = [things.list_parts(name) for name in names]
            c = [vector_store.get(name) for name in names]
            d = [client.get(f"/parts/{name}") for name in names]  # likely: 1
            for name in names:
                client.list_parts(name)
                client.remove_part(name)
            return a, b, c, d
        """,
    "http by its keywords": """
        def f(urls, thing):
            for url in urls:  # likely: 1
                print(thing.get(url, timeout=3))
            for url in urls:
                thing.put(url, timeout=3)
        """,
    "a request that calls of a client made": """
        def f(names, client):
            for name in names:  # likely: 2
                print(client.projects().parts().list(name=name).execute())
            for name in names:
                print(client.projects().parts().delete(name=name).execute())
        """,
    "abstract methods": """
        class BaseLLM:
            def generate(self, text):
                raise NotImplementedError
            def prepare(self, text):
                pass
        def f(texts, llm: BaseLLM):
            a = [llm.generate(text) for text in texts]  # likely: 1
            b = [llm.prepare(text) for text in texts]
            return a, b
        """,
    "an element is no attribute": """
        class Facade:
            def all(self, names):
                for name in names:  # likely
                    self[name] = requests.get(self.base + name)
            def each(self, names):
                for name in names:  # sequential: carried
                    self[name] = requests.get(self["last"] + name)
                    self["last"] = self[name].url
        """,
    "a sleep after a failure": """
        def tried(function, x):
            for delay in (1, 2):
                try:
                    return function(x)
                except OSError:
                    time.sleep(delay)
        def f(xs):
            return [tried(len, x) for x in xs]
        """,
    "a client that is yielded": """
        from contextlib import contextmanager
        @contextmanager
        def opened():
            with httpx.Client() as made:
                yield made
        def f(urls):
            with opened() as got:
                return [got.get(url) for url in urls]  # likely
        """,
    "a name or a client": """
        from typing import Annotated, Optional, Union
        class Judge:
            def __init__(self, model: Optional[Union[str, OpenAI]] = "m", other: "str | OpenAI | None" = None):
                self.model = model
                self.other = other
            def all(self, qs):
                for q in qs:  # likely
                    print(self.model.chat.completions.create(model="m", messages=q))
                for q in qs:  # likely
                    print(self.other.chat.completions.create(model="m", messages=q))
        def each(client: Annotated[OpenAI, "shared"], qs):
            return [client.models.retrieve(q) for q in qs]  # likely: 1
        def plain(text: Union[str, bytes, None], qs):
            return [text.find(q) for q in qs]
        """,
    "the awaited twin of a method": """
        from deepeval.models import DeepEvalBaseLLM
        async def f(model: DeepEvalBaseLLM, qs):
            for q in qs:  # likely async: 1
                print(await model.a_generate(q))
            for q in qs:
                print(model.a_field(q))
        """,
    "a client of what is data elsewhere": """
        from azure.ai.formrecognizer import DocumentAnalysisClient, DocumentField
        def f(files):
            client = DocumentAnalysisClient("x", None)
            for file in files:  # likely: 1
                print(client.begin_analyze_document("m", file).result())
            for file in files:
                client.begin_delete_model(file).wait()
            return [DocumentField(file).get_text() for file in files]
        """,
    "a function of a module": """
        def saved(url, path):
            if os.path.exists(path):
                return
            try:
                with open(path, "wb") as out:
                    out.write(requests.get(url).content)
            except OSError:
                os.remove(path)
                raise
        def f(urls):
            for url in urls:  # likely
                saved(url, url.rpartition("/")[2])
            left = set(urls)
            for url in urls:  # sequential: carried
                left.remove(requests.get(url + min(left)).text)
        """,
    "a request that is made": """
        from abc import ABC, abstractmethod
        class Client(ABC):
            @abstractmethod
            def make_request(self, request):
                pass
            @abstractmethod
            def make_request_body(self, request):
                pass
        def f(client: Client, qs):
            for q in qs:  # likely: 1
                print(client.make_request(q))
            for q in qs:
                client.make_request(q)
            return [client.make_request_body(q) for q in qs]
        """,
    "the tries of one request": """
        from tenacity import Retrying, stop_after_attempt
        def f(url):
            for attempt in Retrying(stop=stop_after_attempt(3)):  # sequential: exit
                with attempt:
                    return_value = fetch(url)
            return return_value
        """,
    "clients that a session makes": """
        def f(session, regions, iamclient, names):
            session = boto3.session.Session()
            for region in regions:  # likely: 1
                made = session.create_client("kms", region_name=region)
                print(made.list_keys())
            for name in names:  # likely: 1
                print(iamclient.list_access_keys(UserName=name))
            for name in names:
                iamclient.delete_access_key(UserName=name)
            for region in regions:
                session.create_bucket("kms", region_name=region)
        def moved(n):
            for i in range(n):
                os.system(f"mv {i} {i}.old")
            return [os.system(f"test -f {i}") for i in range(n)]  # likely: 1
        """,
    "a request that a context manager sends": """
        from contextlib import contextmanager
        class Drive:
            @contextmanager
            def stream(self, url):
                with httpx.stream("GET", url) as answer:
                    yield answer
            def pages(self, url):
                with httpx.stream("GET", url) as answer:
                    yield answer
            @contextmanager
            def opened(self, path):
                with open(path) as file:
                    yield file
        def f(urls):
            drive = Drive()
            for url in urls:  # likely
                with drive.stream(url) as answer:
                    print(answer.status_code)
            for url in urls:
                drive.pages(url)
            for url in urls:
                with drive.opened(url) as file:
                    print(file.read())
        """,
    "a method that only one kind of client has": """
        from vertexai.preview.prompts import Prompt
        def f(rows):
            prompt = Prompt(prompt_data="{a}", variables=rows)
            a = [prompt.generate_content(contents=row) for row in rows]  # likely: 1
            b = [prompt.get_variables(row) for row in rows]
            return a, b
        """,
    "models on this machine": """
        from vllm import LLM
        from openai import OpenAI as Remote
        def f(prompts, path):
            llm = LLM(model=path)
            for prompt in prompts:
                print(llm.generate(prompt))
        def each(prompts, llm):
            return [llm.generate(prompt) for prompt in prompts]  # likely: 1
        """,
    "statements, and what has been started": """
        from google.cloud import bigquery, pubsub_v1
        def f(texts):
            client = bigquery.Client()
            for text in texts:
                client.query(text).result()
            for text in texts:
                client.query(text)
            return [list(client.query(text).result()) for text in texts]  # likely: 1
        def send(rows):
            publisher = pubsub_v1.PublisherClient()
            futures = [publisher.publish("topic", data=row) for row in rows]
            for future in futures:
                future.result()
        """,
    "a person answers in between": """
        def f(names):
            for name in names:  # sequential: exit
                print(fetch(name))
                name = input("next? ")
        def each(names, input):
            for name in names:  # likely: 1
                print(fetch(name), input(name))
        """,
    "steps of a script": """
        def f(folder):
            commands = [["pdflatex", "paper.tex"], ["bibtex", "paper"], ["pdflatex", "paper.tex"]]
            for command in commands:  # sequential: command
                print(subprocess.run(command, cwd=folder, capture_output=True).stdout)
            for command in ("git fetch", f"git checkout {folder}"):  # sequential: command
                print(run(command))
        def run(command):
            return subprocess.run(command, shell=True, capture_output=True).stdout
        def each(hosts, given):
            for host in ["a", "b"]:  # likely: 1
                print(subprocess.run(["ping", host], capture_output=True).stdout)
            for command in given:  # likely: 1
                print(subprocess.run(command, capture_output=True).stdout)
        """,
    "the same is asked until it fails": """
        class Done(Exception): ...
        def next_one():
            answer = requests.get("http://x/next")
            if answer.status_code == 204:
                raise Done
            return answer.json()
        def f(n):
            found = []
            for _ in range(n):  # sequential: exit
                try:
                    found.append(next_one())
                except Done:
                    return found
            return found
        def each(urls):
            found = []
            for url in urls:  # likely
                try:
                    found.append(fetch(url))
                except requests.HTTPError:
                    return None
            return found
        def samples(n):
            return [ask("a joke") for _ in range(n)]  # likely
        """,
    "another name for a part": """
        def f(n):
            ideas = [{"text": "a"}]
            for _ in range(n):  # sequential: carried
                ideas = ideas + [{"text": "b"}]
                idea = ideas[-1]
                idea["score"] = ask(ideas)
        class Board:
            def all(self, qs):
                for q in qs:  # sequential: carried
                    kept = self.kept
                    kept.append(ask(q + str(self.kept)))
        def each(rows):
            for row in rows:  # likely
                first = row["first"]
                first["answer"] = ask(first["text"])
        def apart(rows, out):
            for n in range(len(rows)):  # likely
                row = rows[n]
                out[n]["answer"] = ask(row["text"])
        """,
    "pictures from their addresses, and a model behind a store": """
        def f(image_urls, names):
            for image_url in image_urls:  # likely
                print(load_image(image_url).size)
            for name in names:
                print(load_image(name).size)
        def g(texts):
            store = Pinecone(api_key="x")
            return [store.inference.embed(model="m", inputs=text) for text in texts]  # likely: 1
        """,
    "what is left at the first that works": """
        def first(urls):
            for url in urls:  # sequential: exit
                try:
                    return fetch(url)
                except requests.HTTPError:
                    continue
        def listed(kinds, name):
            for kind in kinds:  # sequential: exit
                page = fetch(kind)
                names = []
                for row in page:
                    names.append(row["name"])
                if name in names[5:]:
                    return kind
        def stops(urls, last):
            for url in urls:  # likely
                try:
                    if url == last:
                        return
                    print(fetch(url))
                except requests.HTTPError:
                    continue
        """,
    "what an answer holds decides on the pause": """
        def of_all(teams):
            found = {}
            for team in teams:  # likely: 1
                for attempt in range(3):
                    answer = requests.post("http://x/api", json={"query": "query($t) {team(t: $t) {repos}}", "t": team})
                    try:
                        found[team] = [row["url"] for row in answer.json()["nodes"]]
                        break
                    except TypeError:
                        time.sleep(attempt)
            return found
        def changed(teams):
            for team in teams:
                requests.post("http://x/api", json={"query": "mutation($t) {drop(t: $t) {id}}", "t": team})
        def paced(urls, given):
            for url in urls:  # sequential: pacing
                fetch(url)
                try:
                    given[url]
                except KeyError:
                    time.sleep(1)
        """,
    "arguments as a service of Amazon names them": """
        def f(table, accounts, Key):
            for account in accounts:  # likely: 2
                print(table.query(KeyConditionExpression=Key("id").eq(account))["Items"])
            for account in accounts:
                print(table.query(key=account))
        """,
    "commands that show what they do": """
        def f(commands, folder):
            for command in commands:
                subprocess.run(command, cwd=folder)
            for command in commands:  # likely: 1
                print(subprocess.run(command, cwd=folder, capture_output=True).stdout)
        """,
    "what is not worth telling of": """
        from filelock import FileLock
        from langchain_core.utils import guard_import

        def read(path):
            found = json.loads(path)
            if found is None:
                time.sleep(0.1)
                return read(path)
            return found

        def again(rows):
            for attempt in range(3):
                if not rows.write(attempt):
                    time.sleep(attempt)

        class Jobs:
            def __init__(self, store, llm):
                self.store, self.llm, self.lock = store, llm, FileLock("x")

            def started(self, ids):
                for i in ids:
                    with self.lock:
                        subprocess.run(["start", i], check=True)
                for i in ids:
                    with open(i) as file:
                        self.store.get_job(file)

            def rules(self, names):
                made = [self.store.create_rule(n) for n in names]
                return made, [self.llm.create_completion(n) for n in names]  # likely: 1

            def parts(self, names):
                self.made = [self.store.get_or_create_rule(n) for n in names]
                own = [get_llm_provider(n) for n in names], [ChatMessage(n) for n in names]
                return own, [get_completion(n) for n in names]  # likely: 1

            def kinds(self, names):
                own = [self.store.get_kind_type(n) for n in names]
                return own, [self.store.get_kind(n) for n in names]  # likely: 1

        def of_files(paths):
            return [read(p) for p in paths]

        def of_rows(many):
            return [again(r) for r in many]

        def wanted(urls, name):
            for url in urls:
                if url == name:
                    return requests.get(url)
            for url in urls:  # likely: 0
                if url == name:
                    return None
                requests.get(url)

        def spoken(texts):
            nlp = guard_import("spacy").load("en")
            return [nlp(t) for t in texts]
    """,
    "how a wrapper sends a request is what it is given": """
        class Wiki:
            def __init__(self, url):
                self.url, self.session = url, requests.Session()

            def send(self, path, method="GET", json=None):
                answer = self.session.request(method.upper(), self.url + path, json=json)
                return answer.json()

            def get(self, path):
                return self.send(path)

            def put(self, path, json):
                return self.send(path, "PUT", json)

        def pages(wiki: Wiki, names):
            return [wiki.get("page/" + n) for n in names]  # likely: 0

        def written(wiki: Wiki, names):
            return [wiki.put("page/" + n, {}) for n in names]

        def jobs(service, names):
            return [service.projects().jobs().get(name=n).execute() for n in names]  # likely: 2

        def stopped(service, names):
            return [service.projects().jobs().cancel(name=n).execute() for n in names]

        async def texts(reader, files):
            return [await reader.read(f) for f in files]  # likely async: 1
    """,
    "a pause in handlers of either branch, a class by its last word": """
        from langgraph.graph import StateGraph
        from llama_index.core import VectorStoreIndex
        import voyageai

        def one(q):
            for _ in range(3):
                try:
                    return ask(q)
                except ValueError:
                    time.sleep(5)

        def other(q):
            for _ in range(3):
                try:
                    return fetch(q)
                except ValueError:
                    time.sleep(5)

        def either(qs, kind):
            for q in qs:  # likely
                if kind == "one":
                    print(one(q))
                else:
                    print(other(q))

        def paced(qs, kind):
            for q in qs:  # sequential: pacing
                print(ask(q))
                if kind == "one":
                    time.sleep(1)
                else:
                    time.sleep(2)

        engine = VectorStoreIndex.from_documents([1]).as_query_engine()
        app = StateGraph(dict).compile()
        vo = voyageai.Client()

        def f(qs):
            for q in qs:  # likely: 1
                print(engine.query(q))
            for q in qs:  # likely: 1
                print(app.invoke({"q": q}))
            return [vo.multimodal_embed([[q]]) for q in qs]  # likely: 1
    """,
    "what is ended beside, what is asked only after a failure": """
        def f(tables, store):
            for table in tables:  # sequential: command
                info = store.client.describe_table(table)
                if info["old"]:
                    store.drop_table(table)

        def kept(urls, store):
            for url in urls:  # likely: 1
                store.keep(requests.get(url))

        def again(urls, journal):
            for url in urls:
                try:
                    requests.post(url)
                except IOError:
                    print(requests.get(url))
    """,
    "what is asked over one page, what is killed": """
        async def texts(self, page, selectors):
            return [await self.adapter.evaluate(page, s) for s in selectors]

        async def of_pages(self, pages):
            return [await self.reader.analyze(page) for page in pages]  # likely async: 1

        def kill_one(pid):
            found = subprocess.check_output(["ps", str(pid)])
            if found:
                os.kill(pid, 9)

        def all(pids):
            for pid in pids:
                kill_one(pid)
    """,
    "an answer decides whether something is changed": """
        async def ensured(graph, names):
            for name in names:  # sequential async: command
                if not await graph.has_node(name):
                    await graph.upsert_node(name, {"id": name})

        async def pushed(self, calls):
            for call in calls:  # sequential async: command
                found = await self.find_dataset(call.name)
                await found.push_data(call.rows)

        async def copied(self, names):
            for name in names:  # likely async: 2
                found = await self.find_dataset(name)
                if found:
                    await self.other.save_rows(found.rows)

        async def hashed(self, paths):
            return [await get_file_metadata(path) for path in paths]
    """,
    "requests that hold data, functions that only shape, texts in a receiver": """
        import urllib.request

        def publish(url, event):
            request = urllib.request.Request(url, data=json.dumps(event).encode(), method="POST")
            return urllib.request.urlopen(request, timeout=60)

        def all(url, events):
            for event in events:
                publish(url, event)

        def answers(prompts):
            out = []
            for prompt in prompts:  # likely: 1
                request = urllib.request.Request("http://localhost/v1/chat/completions", data=prompt.encode())
                out.append(urllib.request.urlopen(request).read())
            return out

        async def shaped(items, indexes):
            for item in items:
                print(await convert_chat_content(item))
            for index in indexes:
                print(await VectorIndex.create(index))
            for index in indexes:
                print(await self.get_provider_impl(index))

        def states(names):
            return [State("s3_client").of("api").get_object(name) for name in names]
    """,
    "what is made when first needed, tries that wait longer, attributes of answers": """
        class Api:
            _one = None
            @staticmethod
            def instance():
                if not Api._one:
                    Api._one = Api()
                return Api._one
            def __init__(self):
                self.ec2 = boto3.client("ec2")

        def sizes(names, held):
            for name in names:
                ids = held.get(name)
                if ids:
                    print(name, Api.instance().ec2.describe_regions())

        def removed(path):
            for attempt in range(5):
                try:
                    if attempt > 0:
                        time.sleep(2 * 2 ** attempt)
                    os.rmdir(path)
                    return True
                except OSError:
                    print(attempt)

        def own(session):
            return {k: v for k, v in session.headers.items() if requests.utils.default_headers().get(k) != v}
    """,
    "names that only hold a model's, statements, steps of a recursion": """
        def shown(tasks):
            return [deal_with_judge_model_abbr(t) for t in tasks]

        def judged(tasks):
            return [llm_judge(t) for t in tasks]  # likely: 1

        def views(client, names):
            for name in names:
                client.query("CREATE VIEW " + name).result()

        def halves(embeddings):
            return [embeddings.view(e) for e in embeddings]  # likely: 1

        def read(paths, **options):
            import pandas as pd
            return [pd.read_json(p, **options) for p in paths]
    """,
    "elements of lists, joined models, a package that is the client": """
        import openai
        from langchain_openai import ChatOpenAI
        from langchain_core.prompts import PromptTemplate
        from langchain_core.output_parsers import StrOutputParser
        from github import Github

        chain = PromptTemplate.from_template("{q}") | ChatOpenAI() | StrOutputParser()
        parsed = PromptTemplate.from_template("{q}") | StrOutputParser()

        class Agent:
            def __init__(self, row):
                self.row = row
            def run(self):
                return client.chat.completions.create(model="m", messages=[self.row])
            def name(self):
                return self.row

        def f(rows, docs, others: list[Agent]):
            agents = [Agent(row) for row in rows]
            for agent in [a for a in agents if a.name()]:  # likely
                agent.run()
            for agent in others:  # likely
                print(agent.run())
            for number, agent in enumerate(agents):
                print(number, agent.name())
            return [chain.invoke({"q": d}) for d in docs], [parsed.invoke({"q": d}) for d in docs]  # likely: 1

        def of_package(texts):
            out = []
            for text in texts:  # likely
                out.append(openai.embeddings.create(input=text, model="m"))
            return out

        def of_answers(name):
            for repo in Github().get_user(name).get_repos():  # likely: 2
                print(repo.get_commits())
    """,
}

MARK = re.compile(r"#\s*(likely|sequential)(?: (module|async))?(?:: ([\w-]+))?")


@pytest.mark.parametrize("name", CASES)
def test_loops(name: str, tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(CASES[name])
    file = tmp_path / "program.py"
    file.write_text(text)
    expected = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = MARK.search(line)
        if match:
            mode = match[2] or ""
            expected[number] = (match[1], mode, match[3] or ("0" if match[1] == "likely" else ""))
    program = Program()
    found = {}
    for loop in survey(program, program.load(file)):
        detail = loop.code if loop.certainty == "sequential" else str(len(loop.assumes))
        found[loop.span.line] = (loop.certainty, "" if loop.mode == "jit" else loop.mode, detail)
    quiet = {line: what for line, what in found.items() if what[0] == "sequential" and line not in expected}
    assert {line: what for line, what in found.items() if line not in quiet} == expected


def test_a_callee_in_another_module(tmp_path: Path) -> None:
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "web.py").write_text("import requests\n\ndef fetch(url):\n    return requests.get(url)\n")
    main = package / "main.py"
    main.write_text(
        "from .web import fetch\nfrom app import web\n\ndef f(urls):\n"
        "    return [fetch(u) for u in urls], [web.fetch(u) for u in urls]\n"
    )
    program = Program()
    loops = list(survey(program, program.load(main)))
    assert [loop.certainty for loop in loops] == ["likely", "likely"]
    assert all(loop.waits[0].chain[0].text == "calls `fetch`" for loop in loops)


def test_a_table_of_another_module(tmp_path: Path) -> None:
    table = (
        "import requests\ndef page(x):\n    return requests.get(x).text\nKINDS = {'page': page}\nPLAIN = {'s': str}\n"
    )
    (tmp_path / "kinds.py").write_text(table)
    calls = "from kinds import KINDS, PLAIN\ndef f(rows):\n    for r in rows:\n        print(KINDS[r[0]](r[1]))\n"
    calls += "    for r in rows:\n        print(PLAIN[r[0]](r[1]))\n"
    (tmp_path / "calls.py").write_text(calls)
    program = Program()
    found = list(survey(program, program.load(tmp_path / "calls.py")))
    assert [(loop.certainty, loop.span.line) for loop in found] == [("likely", 3)]


def test_all_names_of_a_module_are_imported(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("from openai import OpenAI\nclient = OpenAI()\n")
    main = tmp_path / "main.py"
    main.write_text("from helpers import *\n\ndef f(qs):\n    return [client.responses.create(input=q) for q in qs]\n")
    program = Program()
    assert [loop.certainty for loop in survey(program, program.load(main))] == ["likely"]


def test_a_callee_in_a_package_under_src(tmp_path: Path) -> None:
    package = tmp_path / "src" / "app"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "web.py").write_text("import requests\n\ndef fetch(url):\n    return requests.get(url)\n")
    script = tmp_path / "scripts" / "run.py"
    script.parent.mkdir()
    script.write_text("from app.web import fetch\n\ndef f(urls):\n    return [fetch(u) for u in urls]\n")
    program = Program()
    assert [loop.certainty for loop in survey(program, program.load(script))] == ["likely"]


def test_names_that_mean_each_other_end(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(
        "import requests\na = b\nb = a\nclass A(B): pass\nclass B(A): pass\nx = A()\n"
        "def f(n):\n    return [g(i) for i in n]\ndef g(n):\n"
        "    return [f(i) for i in n] or [a.b(), x.y(), requests.get(n)]\n"
    )
    program = Program()
    list(survey(program, program.load(file)))


def doubtful(tmp_path: Path, text: str) -> dict[int, bool]:
    """By its line, whether a loop of a program is told less surely."""
    file = tmp_path / "program.py"
    file.write_text(text)
    program = Program()
    return {loop.span.line: loop.doubtful for loop in survey(program, program.load(file))}


def test_what_a_recursion_asks_is_told_less_surely(tmp_path: Path) -> None:
    text = (
        "import requests\ndef walk(tree):\n    if isinstance(tree, dict):\n"
        "        return {k: walk(v) for k, v in tree.items()}\n    return requests.get(tree)\n"
        "def all(trees):\n    return [walk(t) for t in trees]\n"
    )
    assert doubtful(tmp_path, text) == {4: True, 7: False}


def test_what_is_told_less_surely(tmp_path: Path) -> None:
    text = (
        "import subprocess\nasync def f(things, client):\n    for t in things:\n        print(await t.run())\n"
        "    for t in things:\n        print(await client.run(t))\n"
        "    for t in things:\n        print(await t.get_info())\n"
        "    for t in things:\n        print(await t.search(1))\n"
        "def g(names):\n    return [subprocess.check_output(['ls', n]) for n in names]\n"
        "import requests\nfor run in g([1]):\n    print(requests.get(run.url), LlmWrapper.call(run.name))\n"
        "from backends import LlmWrapper\n"
        "def h(steps):\n    for s in steps:\n        if s.kind == 1:\n            pause(s)\n        else:\n"
        "            print(subprocess.check_output(['ls', s]))\n"
        "import time\ndef pause(s):\n    time.sleep(s.n)\n"
    )
    assert doubtful(tmp_path, text) == {3: True, 5: False, 7: True, 9: False, 12: True, 14: False, 18: True}


def test_an_address_among_paths_and_what_sleeps_far_down_are_told_less_surely(tmp_path: Path) -> None:
    text = (
        "import requests, time\n"
        "def read(path, old):\n    if path.startswith(('http://', 'https://')):\n"
        "        return requests.get(path).text + old()\n    return open(path).read()\n"
        "def page(url, old):\n    return requests.get(url.removesuffix('/')).text + old()\n"
        "def nap(n):\n    time.sleep(n)\n    return n\n"
        "def work(n, old):\n    return nap(n) + old()\n"
        "def f(names, old):\n    for name in names:\n        print(read(name, old))\n"
        "    for name in names:\n        print(page(name, old))\n"
        "    for name in names:\n        print(nap(name), old())\n"
        "    for name in names:\n        print(work(name, old))\n"
    )
    assert doubtful(tmp_path, text) == {14: True, 16: False, 18: False, 20: True}


def test_a_method_of_a_class_that_an_object_is_not_named_after(tmp_path: Path) -> None:
    text = (
        "import requests\nclass BaseFrame:\n    def sql(self):\n        return requests.get(self.url)\n"
        "    def f(self, columns, frames):\n        print([column.sql() for column in columns])\n"
        "        print([frame.sql() for frame in frames])\n        return [f.sql() for f in frames]\n"
    )
    assert doubtful(tmp_path, text) == {6: True, 7: False, 8: False}


def test_what_a_recursion_or_a_model_here_comes_to(tmp_path: Path) -> None:
    """A loop whose own function is called again, by way of another; a name beside a library that runs models."""
    file = tmp_path / "program.py"
    file.write_text(
        "import boto3\ndef outer(node, client):\n    return inner(node, client)\ndef inner(node, client):\n"
        "    for part in node:\n        print(outer(part, client))\n    return client.get_parameter(Name=node)\n"
        "def start(nodes, client):\n    def one(node):\n        return client.get_parameter(Name=node)\n"
        "    return [inner(n, client) for n in nodes], [one(n) for n in nodes]\n"
    )
    other = tmp_path / "model.py"
    other.write_text(
        "def f(reads, store, client):\n    import torch\n    for r in reads:\n        print(store.read(r))\n"
        "    for r in reads:\n        print(client.get(r.url, timeout=3))\n"
    )
    far = tmp_path / "far.py"
    far.write_text(
        "import requests\ndef a(part):\n    return requests.get(part['url']) if part['kind'] == 'link' else part\n"
        "def b(part):\n    return a(part)\ndef c(part):\n    return b(part)\ndef d(part):\n    return c(part)\n"
        "def f(parts):\n    print([c(p) for p in parts])\n    return [d(p) for p in parts]\n"
    )
    found = {loop.span.line: loop.doubtful for loop in survey(Program(), Program().load(far))}
    assert found == {11: False, 12: True}
    found = {loop.span.line: loop.doubtful for loop in survey(Program(), Program().load(file))}
    assert found == {5: True, 11: False}
    found = {loop.span.line: loop.doubtful for loop in survey(Program(), Program().load(other))}
    assert found == {3: True, 5: False}


def test_what_is_found_does_not_depend_on_the_files_before(tmp_path: Path) -> None:
    """Calls are followed so far down from each loop, whoever asked for the same functions before."""
    (tmp_path / "far.py").write_text(
        "import requests\ndef last(x):\n    return requests.get(x)\ndef d(x):\n    return last(x)\n"
        "def c(x):\n    return d(x)\ndef b(x):\n    return c(x)\ndef a(x):\n    return b(x)\n"
        "def all(xs):\n    return [d(x) for x in xs]\n"
    )
    near = tmp_path / "near.py"
    near.write_text(
        "from far import a, b, c\ndef f(xs):\n    return [a(x) for x in xs]\n"
        "def g(xs):\n    return [b(x) for x in xs]\ndef h(xs):\n    return [c(x) for x in xs]\n"
    )

    def told(*before: str) -> dict[int, bool]:
        program = Program()
        for name in before:
            list(survey(program, program.load(tmp_path / name)))
        return {loop.span.line: loop.doubtful for loop in survey(program, program.load(near))}

    assert told() == told("far.py") == {5: False, 7: False}
