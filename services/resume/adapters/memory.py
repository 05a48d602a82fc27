"""Resumes in memory: fit to run on, gone with the process."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from services.resume.errors import ResumeAlreadyExists, ResumeNotFound
from services.resume.model import Deletion, Resume, ResumeContent, ResumeSummary, preview_of
from shared.pages import Page, PageRequest, cut_page


class MemoryResumeRepository:
    """A `ResumeRepository` in a dictionary; None stands for a hidden resume."""

    def __init__(self) -> None:
        self._resumes: dict[str, Resume | None] = {}
        self._deletions: dict[str, Deletion] = {}
        self._documents: dict[str, str] = {}

    async def add(self, resume: Resume, json_resume: str = "") -> Resume:
        """Stores a new resume; gives what is stored under its id."""
        if resume.unique_key not in self._resumes:
            self._resumes[resume.unique_key] = resume
            self._documents[resume.unique_key] = json_resume
        stored = self._resumes[resume.unique_key]
        if stored is None or stored.resume_id != resume.resume_id:
            raise ResumeAlreadyExists(unique_key=resume.unique_key)
        return stored

    async def get(self, unique_key: str) -> Resume:
        """Reads a resume."""
        resume = self._resumes.get(unique_key)
        if resume is None:
            raise ResumeNotFound(unique_key=unique_key)
        return resume

    async def get_json_resume(self, unique_key: str) -> str:
        """The document that a resume was imported from."""
        await self.get(unique_key)
        return self._documents[unique_key]

    async def list(self, page: PageRequest) -> Page[ResumeSummary]:
        """One page, newest first."""
        newest_first = sorted((r for r in self._resumes.values() if r), key=lambda r: r.resume_id, reverse=True)
        rest = [r for r in newest_first if page.after is None or r.resume_id < page.after]
        return cut_page(rest, page.size, attrgetter("resume_id")).map(_summarize)

    async def replace(self, unique_key: str, content: ResumeContent, updated_at: datetime) -> Resume:
        """Replaces the content."""
        resume = replace(await self.get(unique_key), content=content, updated_at=updated_at)
        self._resumes[unique_key] = resume
        self._documents[unique_key] = ""
        return resume

    async def hide(self, unique_key: str, due: datetime) -> None:
        """Drops the content and hides the key."""
        if unique_key not in self._resumes:
            raise ResumeNotFound(unique_key=unique_key)
        self._resumes[unique_key] = None
        self._documents.pop(unique_key, None)
        self._deletions[unique_key] = Deletion(unique_key, due)

    async def forget(self, unique_key: str) -> None:
        """Frees a hidden key."""
        if self._deletions.pop(unique_key, None):
            del self._resumes[unique_key]

    async def unfinished_deletions(self, now: datetime) -> Sequence[Deletion]:
        """Those that are due."""
        return [deletion for deletion in self._deletions.values() if deletion.due <= now]

    async def take_up(self, deletion: Deletion, due: datetime) -> bool:
        """Puts the next try off."""
        if self._deletions.get(deletion.unique_key) != deletion:
            return False
        self._deletions[deletion.unique_key] = replace(deletion, due=due)
        return True


def _summarize(resume: Resume) -> ResumeSummary:
    return ResumeSummary(resume.unique_key, preview_of(resume.content), resume.created_at, resume.updated_at)
