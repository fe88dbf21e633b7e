import functools
import time


class Client:
    @functools.cached_property
    def name(self):
        time.sleep(0.01)
        return "a"


def ask(client):
    time.sleep(0.01)
    return client


def subject(clients=[Client(), Client()]):
    names = [client.name for client in clients]
    return [ask(name) for name in names]
