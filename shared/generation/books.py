"""What generations cost and how they went, written down as they end."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

import structlog

from shared.cancellation import finish
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.generation.ports import PromptSums, UsageLedger
from shared.generation.prompt_stats import Numbers, count_attempts
from shared.llm.messages import Attempt
from shared.llm.registry import LOCAL

log = structlog.get_logger()


def version_behind(prompt_version: str, provider: str) -> str:
    """Which version an answer is to be judged under: our own rules read no prompt."""
    return LOCAL if provider == LOCAL else prompt_version


@dataclass(frozen=True, slots=True)
class Books:
    """Adds to the usage of the day and to the sums of the prompt versions."""

    usage: UsageLedger
    sums: PromptSums
    clock: Clock

    async def record(
        self, prompt_version: str, attempts: Sequence[Attempt], result: Numbers, *, under: str | None = None
    ) -> None:
        """Adds one generation, also when its caller has left.

        `result` counts for the version `under`, by default the one behind the last attempt. That it cannot be added is
        no reason to fail an answer: then the log has what the sums lack.
        """
        await finish(self._record(prompt_version, attempts, result, under))

    async def _record(
        self, prompt_version: str, attempts: Sequence[Attempt], result: Numbers, under: str | None
    ) -> None:
        await asyncio.gather(self._add_usage(attempts), self._add_numbers(prompt_version, attempts, result, under))

    async def _add_usage(self, attempts: Sequence[Attempt]) -> None:
        try:
            await self.usage.record(self.clock.now().date(), attempts)
        except DatabaseUnavailable:
            for attempt in attempts:
                spent = asdict(attempt.usage) if attempt.usage else {}
                log.warning(
                    "usage.lost", provider=attempt.provider, model=attempt.model, outcome=attempt.outcome, **spent
                )

    async def _add_numbers(
        self, prompt_version: str, attempts: Sequence[Attempt], result: Numbers, under: str | None
    ) -> None:
        def version_of(attempt: Attempt) -> str:
            return version_behind(prompt_version, attempt.provider)

        numbers = {
            version: dict(count_attempts(group))
            for version, group in groupby(sorted(attempts, key=version_of), key=version_of)
        }
        last = under or (version_of(attempts[-1]) if attempts else prompt_version)
        numbers[last] = {**numbers.get(last, {}), **result}
        try:
            for version, of_version in numbers.items():
                if of_version:
                    await self.sums.add(version, of_version)
        except DatabaseUnavailable:
            log.warning("prompt_sums.lost", prompt_version=prompt_version, attempts=len(attempts))
