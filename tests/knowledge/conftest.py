"""The stub's address, and an end for connections."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest

from .stub import serve


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, serve() as address:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield address


@pytest.fixture(autouse=True)
def collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """The connections of a test's clients, which not every library can close, end with it."""
    yield
    if "url" not in request.fixturenames:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
