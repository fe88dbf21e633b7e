import subprocess
import urllib.request


def ask(name):
    return urllib.request.urlopen(f"http://127.0.0.1:9/{name}").read()


def subject(names=["a", "b"]):
    answers = [ask(name) for name in names]
    return [subprocess.run(["touch", answer]) for answer in answers]
