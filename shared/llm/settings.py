"""What the provider library needs to know. `shared/config.py` reads it from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How one provider is reached.

    `base_url` is None for the vendor's own address; for gemini it is `host:port`. `temperature` None leaves the choice
    to the vendor. `timeout` caps one attempt, in seconds.
    """

    name: str
    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    temperature: float | None = None
    max_output_tokens: int = 8192
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class LLMSettings:
    """Who is asked, and in which order.

    `providers` holds what is configured; `order` may name others, which are skipped. `deadline` bounds one answer over
    all its attempts, in seconds.
    """

    order: tuple[str, ...]
    providers: Mapping[str, ProviderSettings]
    deadline: float = 60.0
