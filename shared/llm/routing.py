"""In which order the providers of a chain are asked.

Rules of our own cost nothing and take no time: every policy but the fixed order asks them last.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from shared.clock import Clock
from shared.llm.endpoint import Endpoint
from shared.llm.messages import Prompt, Usage
from shared.llm.models import price
from shared.llm.settings import Routing

Route = Callable[[Sequence[Endpoint], Prompt], Sequence[Endpoint]]

# Prices are compared by what one answer takes: about as much as a resume with its prompt, and five questions.
_TYPICAL = Usage(input_tokens=6_000, output_tokens=3_000)


def in_fixed_order(endpoints: Sequence[Endpoint], _prompt: Prompt) -> Sequence[Endpoint]:
    """As the operator wrote it."""
    return endpoints


def cheapest_first(endpoints: Sequence[Endpoint], _prompt: Prompt) -> Sequence[Endpoint]:
    """By what a typical answer costs today; those of unknown price come last, equals as the operator wrote it."""
    return sorted(endpoints, key=lambda endpoint: (not endpoint.metered, _cost(endpoint)))


def fastest_first(endpoints: Sequence[Endpoint], _prompt: Prompt) -> Sequence[Endpoint]:
    """By the median time of the latest answers. One of which nothing is known comes first, so that it becomes known."""
    return sorted(endpoints, key=lambda endpoint: (not endpoint.metered, endpoint.latencies.seconds))


def by_complexity(endpoints: Sequence[Endpoint], prompt: Prompt) -> Sequence[Endpoint]:
    """A simple subject goes to the cheapest, a hard one to the dearest, as the strongest of known price.

    An ordinary one goes as the operator wrote it.
    """
    if prompt.complexity == "simple":
        return cheapest_first(endpoints, prompt)
    if prompt.complexity == "hard":
        return sorted(endpoints, key=lambda endpoint: (not endpoint.metered, _unknown_last(-_cost(endpoint))))
    return endpoints


ROUTES: Mapping[Routing, Route] = {
    "fixed": in_fixed_order,
    "cheapest": cheapest_first,
    "fastest": fastest_first,
    "complexity": by_complexity,
}


def pinned(first: str, route: Route) -> Route:
    """A route that puts one provider in front, whatever it would do with the others."""

    def order(endpoints: Sequence[Endpoint], prompt: Prompt) -> Sequence[Endpoint]:
        front = [endpoint for endpoint in endpoints if endpoint.provider == first]
        return [*front, *route([endpoint for endpoint in endpoints if endpoint.provider != first], prompt)]

    return order


def _unknown_last(cost: float) -> float:
    return abs(cost) if math.isinf(cost) else cost


def _cost(endpoint: Endpoint) -> float:
    today = Clock().now().date()
    cost = price(endpoint.provider, endpoint.model, _TYPICAL, today, endpoint.settings.tariff)
    return math.inf if cost is None else cost
