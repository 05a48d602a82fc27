"""What Prometheus sees of the providers."""

from prometheus_client import CollectorRegistry

from shared.llm.errors import Overloaded
from shared.llm.messages import Attempt, Usage
from shared.llm.metrics import AttemptCollector, EndpointCollector
from shared.llm.scripted import HANG
from tests.unit.llm.chains import PacedClient, client, race, read
from tests.unit.llm.conftest import PROMPT

A = {"gen_ai_provider_name": "a", "gen_ai_request_model": "a-1"}
B = {"gen_ai_provider_name": "b", "gen_ai_request_model": "b-1"}
CHAT = {"gen_ai_operation_name": "chat"}


def scraped(*collectors: AttemptCollector | EndpointCollector) -> CollectorRegistry:
    """What a scrape would read."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return registry


async def test_attempts_are_counted_by_the_conventions() -> None:
    """Time, time to the first chunk, tokens and cost, with the error where there was one; hedges beside."""
    attempts = AttemptCollector()
    chain, _ = race(PacedClient("a", [HANG]), client("b", "2"), on_attempt=attempts.note)

    await chain.answer(PROMPT, read, timeout=60)

    seen = scraped(attempts).get_sample_value
    duration = "gen_ai_client_operation_duration_seconds_count"
    assert seen(duration, CHAT | A | {"error_type": "OVERTAKEN"}) == 1
    assert seen(duration, CHAT | B | {"error_type": ""}) == 1
    assert seen("gen_ai_client_operation_time_to_first_chunk_seconds_count", CHAT | B) == 1
    assert seen("gen_ai_client_token_usage_sum", CHAT | B | {"gen_ai_token_type": "input"}) == 10
    assert seen("llm_hedges_total", B | {"outcome": "OK"}) == 1
    assert seen("llm_cost_usd_total", B) == 0.001


def test_output_includes_thinking_and_passing_over_is_no_request() -> None:
    """Billed tokens are what is counted; who was not asked took no time."""
    attempts = AttemptCollector()

    attempts.note(Attempt("a", "a-1", "OK", 5, usage=Usage(1, 0, 20, 30, None)))
    attempts.note(Attempt("a", "a-1", "CIRCUIT_OPEN", 0))

    seen = scraped(attempts).get_sample_value
    assert seen("gen_ai_client_token_usage_sum", CHAT | A | {"gen_ai_token_type": "output"}) == 50
    assert seen("llm_passed_over_total", A | {"reason": "CIRCUIT_OPEN"}) == 1
    assert seen("gen_ai_client_operation_duration_seconds_count", CHAT | A | {"error_type": "CIRCUIT_OPEN"}) is None


async def test_circuits_and_latencies_are_read_when_they_are_scraped() -> None:
    """The state is the one of that moment; what is not known has no series."""
    chain, _ = race(client("a", *[Overloaded()] * 3), client("b", *["2"] * 3))
    registry = scraped(EndpointCollector(chain.status))
    before = registry.get_sample_value("llm_circuit_state", A | {"state": "open"})

    for _ in range(3):
        await chain.answer(PROMPT, read, timeout=60)

    seen = registry.get_sample_value
    assert (before, seen("llm_circuit_state", A | {"state": "open"})) == (0, 1)
    assert seen("llm_circuit_state", B | {"state": "closed"}) == 1
    assert seen("llm_p95_seconds", A) is None
    assert seen("llm_p95_seconds", B) is not None
    assert seen("llm_requests_in_flight", B) == 0
