"""Idempotency over memory."""

from shared.adapters.memory import MemoryClaimStore
from shared.clock import Clock
from shared.idempotency import Idempotency


def memory_idempotency(clock: Clock | None = None) -> Idempotency:
    """Of a process of its own, by the real clock where none is given."""
    return Idempotency(MemoryClaimStore(), clock or Clock())
