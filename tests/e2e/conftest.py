"""One real stack for all tests here: embedded database, three services, Envoy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.resumes import DOCUMENTED, load_example
from tests.support.stack import Stack, running_stack

Store = Callable[..., str]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack without any provider's key: `local` writes."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """A REST client of the gateway."""
    with httpx.Client(base_url=f"{stack.base_url}/api/v1", timeout=90, trust_env=False) as client:
        yield client


@pytest.fixture
def store(api: httpx.Client) -> Store:
    """Stores an example resume under a new key, or the given one, and gives the key."""

    def store_resume(path: Path = DOCUMENTED, key: str = "", **changes: Any) -> str:
        resume = load_example(path) | {"unique_key": key or f"key-{uuid4().hex}"} | changes
        answer = api.post("/resumes", json=resume)
        assert answer.status_code == 200, answer.text
        unique_key: str = answer.json()["unique_key"]
        return unique_key

    return store_resume
