"""Asking large language models: one vocabulary, one client a vendor, and a chain that falls back from one to the next.

    registry = LLMRegistry(settings.llm)
    registry.register("local", lambda _: LocalClient(write))
    chain = registry.get_client_with_fallback("claude")
    answer = await chain.answer(prompt, accept, timeout=registry.deadline)

`accept` reads and checks a completion; what it refuses is asked of the next provider. `answer.attempts` tells who was
asked and how it went. A vendor's SDK is imported when its client is made and not before.
"""

from shared.llm.client import LLMClient
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    LLMError,
    ProviderError,
    ProviderNotAvailable,
)
from shared.llm.fallback import FallbackClient
from shared.llm.messages import Answer, Attempt, Completion, Prompt, Usage, total_usage
from shared.llm.models import DEFAULT_MODELS
from shared.llm.providers.local import LocalClient
from shared.llm.registry import LLMRegistry
from shared.llm.settings import LLMSettings, ProviderSettings

__all__ = [
    "DEFAULT_MODELS",
    "AllProvidersFailed",
    "Answer",
    "AnswerMalformed",
    "AnswerRejected",
    "AnswerTruncated",
    "Attempt",
    "Completion",
    "FallbackClient",
    "LLMClient",
    "LLMError",
    "LLMRegistry",
    "LLMSettings",
    "LocalClient",
    "Prompt",
    "ProviderError",
    "ProviderNotAvailable",
    "ProviderSettings",
    "Usage",
    "total_usage",
]
