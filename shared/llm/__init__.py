"""Asking large language models: one vocabulary, a client for each vendor, and a chain that answers when vendors do not.

    async with LLMRegistry(load_settings().llm) as registry:
        chain = registry.get_client_with_fallback()
        answer = await chain.answer(prompt, accept, timeout=registry.deadline)

`accept` reads and checks a completion; what it refuses is asked of the next provider. `answer.value` is what it read,
`answer.attempts` tells who was asked and how it went. A provider that is late is raced by the next one, one that fails
is left alone for a while, and with a `continuation` what arrived whole of a broken answer is kept.

    async for event in chain.follow(prompt, accept, timeout=registry.deadline, continuation=continuation):

yields what may be shown while it is written: `Started`, each `Item` that is whole and good, `Restarted` where another
request takes over and says which items stay, and the answer as the last. `LocalClient` makes
a provider of rules of one's own, `ScriptedClient` one for tests; `shared.llm.metrics` shows it all to Prometheus. A
vendor's SDK is imported when its client is made.
"""

from shared.llm.accounting import total_usage
from shared.llm.client import LLMClient
from shared.llm.continuation import Continuation, Kept, ListContinuation
from shared.llm.endpoint import EndpointStatus
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    CallsExceeded,
    LLMError,
    ProviderError,
    ProviderNotAvailable,
)
from shared.llm.fallback import FallbackClient
from shared.llm.messages import Answer, Attempt, Completion, Prompt, Usage
from shared.llm.models import DEFAULT_MODELS
from shared.llm.progress import Item, Progress, Restarted, Started
from shared.llm.providers.local import LocalClient
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import ScriptedClient
from shared.llm.settings import Limits, LLMSettings, ProviderSettings, Tariff
from shared.llm.spending import MemorySpendingCaps, SpendingCaps

__all__ = [
    "DEFAULT_MODELS",
    "AllProvidersFailed",
    "Answer",
    "AnswerMalformed",
    "AnswerRejected",
    "AnswerTruncated",
    "Attempt",
    "CallsExceeded",
    "Completion",
    "Continuation",
    "EndpointStatus",
    "FallbackClient",
    "Item",
    "Kept",
    "LLMClient",
    "LLMError",
    "LLMRegistry",
    "LLMSettings",
    "Limits",
    "ListContinuation",
    "LocalClient",
    "MemorySpendingCaps",
    "Progress",
    "Prompt",
    "ProviderError",
    "ProviderNotAvailable",
    "ProviderSettings",
    "Restarted",
    "ScriptedClient",
    "SpendingCaps",
    "Started",
    "Tariff",
    "Usage",
    "total_usage",
]
