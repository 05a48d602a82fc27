"""Idempotency over memory."""

from shared.adapters.memory import MemoryClaimStore
from shared.clock import Clock
from shared.idempotency import Idempotency


def memory_idempotency() -> Idempotency:
    """Of a process of its own, by the real clock."""
    return Idempotency(MemoryClaimStore(), Clock())
