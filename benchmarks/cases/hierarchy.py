"""A method of 8 objects of a class hierarchy: one latency."""

import time

from xcs import jit

LATENCY = 0.2


class Model:
    def __init__(self, weight):
        self.weight = weight

    def predict(self, x):
        time.sleep(LATENCY)
        return self.weight * x


class Doubling(Model):
    def predict(self, x):
        return 2 * super().predict(x)


class Shifted(Model):
    def __init__(self, weight, shift):
        super().__init__(weight)
        self.shift = shift

    def predict(self, x):
        time.sleep(LATENCY)
        return self.weight * x + self.shift


@jit
def predict_all(models, x):
    results = []
    for m in models:
        results.append(m.predict(x))
    return results


def main():
    models = [kind for n in range(1, 4) for kind in (Model(n), Doubling(n), Shifted(n, 5))][:8]
    return predict_all(models, 10)
