"""One method for each thing that a caller can ask of the resume service."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from services.resume.errors import ErasureIncomplete, InvalidJsonResume, InvalidResume
from services.resume.json_resume.document import read_document
from services.resume.json_resume.intake import take_over
from services.resume.json_resume.rendition import write_document
from services.resume.model import Deletion, Resume, ResumeContent, ResumeSummary
from services.resume.ports import DatabasePing, DerivedData, ResumeRepository
from services.resume.rules import check_content
from shared.claims import Wish
from shared.clock import Clock
from shared.errors import DatabaseUnavailable, Violation
from shared.idempotency import Idempotency
from shared.pages import Page, PageRequest
from shared.resume_key import check_key

# A call that deletes has ended by then, be it by its deadline.
_PATIENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class ResumeUseCases:
    """Creates, reads, lists, replaces and deletes resumes, and exchanges them as JSON Resume documents."""

    resumes: ResumeRepository
    derived: Sequence[DerivedData]
    idempotency: Idempotency
    database: DatabasePing
    clock: Clock

    async def create(self, unique_key: str, content: ResumeContent, time_left: float | None = None) -> Resume:
        """Stores a resume under the key, or under one of ours where it is empty."""
        _refuse([*_check_choice(unique_key), *check_content(content)])
        return await self._store(Wish("CreateResume", unique_key, content), content, time_left=time_left)

    async def import_json_resume(self, unique_key: str, data: bytes, time_left: float | None = None) -> Resume:
        """Stores the resume that a document describes, and the document with it; the key is chosen as in `create`."""
        document = read_document(data)
        content, violations = take_over(document)
        if violations := [*_check_choice(unique_key), *violations]:
            raise InvalidJsonResume(violations)
        wish = Wish("ImportJsonResume", unique_key, document.text)
        return await self._store(wish, content, document.text, time_left=time_left)

    async def export_json_resume(self, unique_key: str) -> str:
        """The document that a resume was imported from; one made of its fields where there is none."""
        _refuse(check_key(unique_key))
        document = await self.resumes.get_json_resume(unique_key)
        return document or write_document(await self.resumes.get(unique_key))

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

        The resume is hidden first: nothing new is derived from it while the rest is erased. What interrupts the call
        does not end the deletion: `finish_deletions` takes it up, as does the same call.
        """
        _refuse(check_key(unique_key))
        deletion = Deletion(unique_key, self.clock.now() + _PATIENCE)
        await self.resumes.hide(unique_key, deletion.due)
        return await self._erase(deletion)

    async def finish_deletions(self) -> None:
        """Takes up the deletions that were interrupted."""
        now = self.clock.now()
        for deletion in await self.resumes.unfinished_deletions(now):
            taken = Deletion(deletion.unique_key, now + _PATIENCE)
            if await self.resumes.take_up(deletion, taken.due):
                with suppress(ErasureIncomplete):
                    await self._erase(taken)

    async def check_health(self) -> None:
        """Raises `DatabaseUnavailable` where the service cannot work."""
        if not await self.database.ping():
            raise DatabaseUnavailable

    def today(self) -> date:
        """The present day in UTC."""
        return self.clock.now().date()

    async def _erase(self, deletion: Deletion) -> int:
        """Erases all that came of a hidden resume, and frees its key."""
        unique_key = deletion.unique_key
        try:
            erased = await asyncio.gather(*(derived.erase(unique_key) for derived in self.derived))
        except ErasureIncomplete:
            # Who is away may be back in a moment, and nobody works on this any more.
            with suppress(DatabaseUnavailable):
                await self.resumes.take_up(deletion, due=self.clock.now())
            raise
        await self.idempotency.erase(unique_key)
        await self.resumes.forget(unique_key)
        return sum(erased)

    async def _store(
        self, wish: Wish, content: ResumeContent, json_resume: str = "", *, time_left: float | None
    ) -> Resume:
        """Stores what is wished for once; where it has no key, its id is one that nobody can guess."""
        async with self.idempotency.claim(wish, time_left) as claim:
            unique_key = wish.unique_key or claim.new_id
            if claim.done:
                return await self.resumes.get(unique_key)
            # The id is chosen before the write, so that one that is repeated after a broken connection finds itself.
            now = self.clock.now()
            return await self.resumes.add(Resume(claim.new_id, unique_key, content, now, now), json_resume)


def _check_choice(unique_key: str) -> list[Violation]:
    """What is wrong with a key that a client may leave to us."""
    return check_key(unique_key) if unique_key else []


def _refuse(violations: Sequence[Violation]) -> None:
    if violations:
        raise InvalidResume(violations)
