"""Rounds that try several states each: whether these can start together differs from one to the next."""
# ruff: noqa: B007, RUF005, RUF007, SIM113

import time

from xcs import jit


class Oops(Exception):
    pass


def grow(s):
    time.sleep(0.001)
    return "g" * (1 + len(s) * 3 % 7)


def score(s):
    time.sleep(0.001)
    return len(s) * 5 % 11


def fail(s):
    time.sleep(0.001)
    if len(s) % 3 == 0:
        raise Oops(s)
    return "f" * (len(s) % 5 + 1)


def fail2(s):
    time.sleep(0.001)
    if len(s) % 3 == 0:
        raise Oops(s)
    return "f" * (len(s) % 5 + 1)


@jit
def pairs(tasks):
    out = []
    for t in tasks:
        left = [t, t + "x", t + "yy"]
        for _ in range(3):
            won = []
            for i, (p, q) in enumerate(zip(left, left[1:], strict=False)):
                won.append(grow(p + q) + "z" * i)
            left = won + [t]
        out.append(left)
    return out


@jit
def until_long(tasks):
    out = []
    for t in tasks:
        left = [t, t + "x", t + "yy"]
        for _ in range(3):
            n = 0
            new = []
            for p in left:
                if len(p) > 5:
                    break
                n += 1
                new.append(grow(p * n))
            left = new + [t]
        out.append(left)
    return out


@jit
def grown_meanwhile(tasks):
    out = []
    for t in tasks:
        left = [t]
        for _ in range(2):
            for p in left:
                g = grow(p)
                if len(left) < 4:
                    left.append(g)
        out.append(left)
    return out


@jit
def two_steps(tasks):
    out = []
    for t in tasks:
        left = [t, t + "y"]
        for r in range(3):
            new = []
            for p in left:
                g = grow(p + "w" * r)
                s = score(g)
                new.append("x" * s + g)
            left = new
        out.append(left)
    return out


@jit
def handled_outside(tasks):
    out = []
    for t in tasks:
        left = [t, t + "y", t + "zz"]
        for r in range(3):
            new = []
            try:
                for p in left:
                    new.append(fail(p))
            except Oops as error:
                new.append(str(error) + "q")
            left = new
        out.append(left)
    return out


@jit
def handled_inside(tasks):
    out = []
    for t in tasks:
        left = [t, t + "y", t + "zz"]
        for r in range(3):
            new = []
            for p in left:
                try:
                    new.append(fail(p))
                except Oops as error:
                    new.append(str(error) + "q")
            left = new
        out.append(left)
    return out


@jit
def memo(tasks):
    out = []
    for t in tasks:
        memo, left = {}, [t, t + "y", t + "zz", t]
        for r in range(3):
            new = []
            for p in left:
                if p not in memo:
                    memo[p] = grow(p)
                new.append(memo[p] + p[:r])
            left = new
        out.append(left)
    return out


@jit
def debate(tasks):
    out = []
    for t in tasks:
        contexts = [[t], [t + "x"], [t + "yy"]]
        for r in range(2):
            for k, context in enumerate(contexts):
                others = "".join(o[-1] for j, o in enumerate(contexts) if j != k)
                context.append(grow(others + "u" * r))
        out.append(contexts)
    return out


@jit
def counted(tasks):
    out = []
    for t in tasks:
        n = len(t)
        for r in range(3):
            total = 0
            for k in range(n % 4 + 1):
                for j in range(k):
                    total += score("s" * (n + k + j))
            n = total
        out.append(n)
    return out


@jit
def fails(tasks):
    out = []
    for t in tasks:
        left = [t, t + "x"]
        for r in range(3):
            left = [fail2(p + "v" * r) for p in left]
        out.append(left)
    return out


SUBJECTS = (
    pairs, until_long, grown_meanwhile, two_steps, handled_outside, handled_inside, memo, debate, counted, fails,
)  # fmt: skip


def main():
    got = []
    for each in SUBJECTS:
        try:
            got.append(each(["a", "bb", "cccc"]))
        except Oops as error:
            got.append(("left", repr(error)))
    return got
