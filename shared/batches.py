"""Gathers single questions into batches, so that what a trip costs is shared by all who wait for one.

A question that comes alone is asked at once. Those that come while others are under way wait together for the next
trip: the more there is to do, the less each costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_LARGEST = 64


class Batches(Generic[Question, Answer]):
    """Asks `trip` with one batch at a time; it answers in the order of the questions, perhaps with errors.

    What `trip` raises is raised to all of the batch. Whoever is cancelled while waiting is not asked for.
    """

    def __init__(
        self,
        trip: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        largest: int = _LARGEST,
    ) -> None:
        self._trip = trip
        self._largest = largest
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._under_way: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer to one question; raises the error that came in its place."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._under_way is None or self._under_way.done():
            # Nobody's own: neither ends it with its caller, nor does it log under one caller's id.
            self._under_way = asyncio.create_task(self._run(), context=Context())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            # Whoever is about to ask comes along.
            await asyncio.sleep(0)
            if batch := self._next():
                await self._answer(batch)

    async def _answer(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        answers: Sequence[Answer | Exception]
        try:
            answers = await self._trip([question for question, _ in batch])
            if len(answers) != len(batch):
                raise ValueError("a trip answers every question")  # noqa: TRY301 - nobody may wait forever
        except Exception as error:
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _next(self) -> list[tuple[Question, asyncio.Future[Answer]]]:
        wanted = [entry for entry in self._waiting if not entry[1].done()]
        self._waiting = wanted[self._largest :]
        return wanted[: self._largest]
