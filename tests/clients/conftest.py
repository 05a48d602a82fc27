"""One real stack for all tests here, as in the end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack without any provider's key, and without a limit to the requests of one address."""
    with running_stack(tmp_path_factory.mktemp("stack"), {"GATEWAY_REQUESTS_PER_MINUTE": "0"}) as stack:
        yield stack
