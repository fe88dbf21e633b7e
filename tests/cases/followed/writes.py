import urllib.request

LAST = {}


def ask(url):
    return urllib.request.urlopen(url).read()


def subject(urls=["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]):
    found = []
    for url in urls:
        LAST["answer"] = ask(url)
        found.append(LAST["answer"] + b"!")
    return found
