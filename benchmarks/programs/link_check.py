"""Checks links with one shared client, and counts the answers by status. httpx."""

import os
from collections import Counter

import httpx

from xcs import jit

SITE = os.environ.get("SITE_URL", "http://127.0.0.1:8000")


class LinkChecker:
    def __init__(self, site):
        self.site = site
        self.client = httpx.Client(timeout=30)

    def status(self, path):
        return self.client.get(self.site + path).status_code

    @jit
    def check(self, paths):
        counts = Counter()
        broken = []
        for path in paths:
            status = self.status(path)
            counts[status] += 1
            if status >= 400:
                print(f"broken: {path} ({status})")
                broken.append(path)
        return counts, broken


def main():
    checker = LinkChecker(SITE)
    counts, broken = checker.check([f"/page/{n}" for n in range(5, 29)])
    print(", ".join(f"{count} x {status}" for status, count in sorted(counts.items())))
    return dict(counts), broken


if __name__ == "__main__":
    main()
