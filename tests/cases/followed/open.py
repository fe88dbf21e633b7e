import urllib.request


def text_of(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def subject(urls=["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]):
    found = []
    for url in urls:
        found.append(text_of(url))
    return found
