import urllib.request


def ask(url):
    return urllib.request.urlopen(url).read()


def subject(urls=["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]):
    found = []
    for url in urls:
        found.append(ask(url))
    return found
