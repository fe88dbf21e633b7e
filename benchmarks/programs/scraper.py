"""Fetches pages, some of which fail; every failure is handled where it happens. requests."""

import logging
import os
import re

import requests

from xcs import jit

log = logging.getLogger("scraper")

SITE = os.environ.get("SITE_URL", "http://127.0.0.1:8000")


def fetch(number):
    response = requests.get(f"{SITE}/page/{number}", timeout=30)
    response.raise_for_status()
    return response.text


@jit
def scrape(numbers):
    titles = {}
    failed = []
    for number in numbers:
        try:
            html = fetch(number)
            titles[number] = re.search(r"<title>(.*?)</title>", html).group(1)
            print(f"{number}: {titles[number]}")
        except requests.HTTPError as error:
            log.warning("page %d: %s", number, error.response.status_code)
            print(f"{number}: failed, {error.response.reason}")
            failed.append(number)
    return titles, failed


def main():
    titles, failed = scrape(range(1, 25))
    print(f"{len(titles)} pages, {len(failed)} failed")
    return titles, failed


if __name__ == "__main__":
    main()
