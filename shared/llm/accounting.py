"""What attempts cost together, where some of it is not known."""

from collections.abc import Sequence
from dataclasses import replace

from shared.llm.messages import ABANDONED, OK, OVERTAKEN, Attempt, Usage
from shared.llm.policies import POLICIES

# Outcomes that a vendor charges for, or may.
_MAY_COST = frozenset(
    {OK, ABANDONED, OVERTAKEN, *(kind.reason for kind, policy in POLICIES.items() if policy.may_cost)}
)


def cost_is_unknown(attempt: Attempt) -> bool:
    """Whether the vendor may charge for it and nobody knows how much: unknown is not zero."""
    if attempt.usage is not None:
        return attempt.usage.cost_usd is None
    return attempt.outcome in _MAY_COST or attempt.first_token_ms is not None


def total_usage(attempts: Sequence[Attempt]) -> Usage | None:
    """Sum over all attempts of which usage is known, refused ones included: they are paid for. None where none is.

    The cost is unknown where that of one attempt is.
    """
    known = [attempt.usage for attempt in attempts if attempt.usage is not None]
    if not known:
        return None
    total = sum(known[1:], start=known[0])
    return replace(total, cost_usd=None) if any(cost_is_unknown(attempt) for attempt in attempts) else total
