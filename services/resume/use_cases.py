"""One method for each thing that a caller can ask of the resume service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.resume.errors import InvalidResume
from services.resume.model import Resume, ResumeContent, ResumeSummary
from services.resume.ports import DatabasePing, DerivedData, ResumeRepository
from services.resume.rules import check_content
from shared.clock import Clock
from shared.errors import DatabaseUnavailable, Violation
from shared.pages import Page, PageRequest
from shared.resume_key import check_key


@dataclass(frozen=True, slots=True)
class ResumeUseCases:
    """Creates, reads, lists, replaces and deletes resumes."""

    resumes: ResumeRepository
    derived: Sequence[DerivedData]
    database: DatabasePing
    clock: Clock

    async def create(self, unique_key: str, content: ResumeContent) -> Resume:
        """Stores a resume under the key, or under one of ours where it is empty."""
        _refuse([*(check_key(unique_key) if unique_key else []), *check_content(content)])
        now = self.clock.now()
        # The ids are chosen before the write, so that one that is repeated after a broken connection finds itself.
        resume = Resume(self.clock.new_id(), unique_key or self.clock.new_id(), content, now, now)
        await self.resumes.add(resume)
        return resume

    async def get(self, unique_key: str) -> Resume:
        """Reads a resume."""
        _refuse(check_key(unique_key))
        return await self.resumes.get(unique_key)

    async def list(self, page: PageRequest) -> Page[ResumeSummary]:
        """One page of summaries, newest first."""
        return await self.resumes.list(page)

    async def update(self, unique_key: str, content: ResumeContent) -> Resume:
        """Replaces a resume."""
        _refuse([*check_key(unique_key), *check_content(content)])
        return await self.resumes.replace(unique_key, content, self.clock.now())

    async def delete(self, unique_key: str) -> int:
        """Deletes a resume and what was derived from it; answers how many derived documents are gone.

        The resume is hidden first: nothing new is derived from it while the rest is erased, and a call that was
        interrupted can be taken up again.
        """
        _refuse(check_key(unique_key))
        await self.resumes.hide(unique_key)
        erased = await asyncio.gather(*(derived.erase(unique_key) for derived in self.derived))
        await self.resumes.forget(unique_key)
        return sum(erased)

    async def check_health(self) -> None:
        """Raises `DatabaseUnavailable` where the service cannot work."""
        if not await self.database.ping():
            raise DatabaseUnavailable


def _refuse(violations: Sequence[Violation]) -> None:
    if violations:
        raise InvalidResume(violations)
