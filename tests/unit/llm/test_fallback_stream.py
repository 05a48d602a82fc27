"""The chain of providers asked for a stream: whole answers alone are passed on."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.llm.errors import (
    AllProvidersFailed,
    ConnectionFailed,
    ContentFiltered,
)
from shared.llm.messages import Completion
from shared.llm.scripted import ScriptedClient
from tests.unit.llm.chains import USAGE, chain, client
from tests.unit.llm.conftest import PROMPT


class BreakingStream(ScriptedClient):
    """Yields some text and then breaks, or ends in peace without a completion."""

    def __init__(self, failure: Exception | None) -> None:
        super().__init__((), provider="a")
        self._failure = failure

    async def stream(self, prompt: Any, *, timeout: float) -> Any:  # noqa: ARG002 - the protocol's signature
        """Never comes to its end."""
        yield "text that must not be seen"
        if self._failure is not None:
            raise self._failure


@pytest.mark.parametrize("failure", [ConnectionFailed(), ZeroDivisionError(), None], ids=["broken", "defect", "cut"])
async def test_a_stream_that_breaks_leaves_no_trace(failure: Exception | None) -> None:
    """Only the text of the attempt that came to its end is yielded, with its completion at the end."""
    with capture_logs():
        items = [item async for item in chain(BreakingStream(failure), client("b", "whole")).stream(PROMPT, timeout=60)]

    assert "".join(str(item) for item in items[:-1]) == "whole"
    assert items[-1] == Completion("whole", "b", "b-1", USAGE)


async def test_a_stream_of_failures_fails() -> None:
    """Streams end in the same error as whole answers do."""
    with pytest.raises(AllProvidersFailed):
        _ = [item async for item in chain(client("a", ContentFiltered())).stream(PROMPT, timeout=60)]
