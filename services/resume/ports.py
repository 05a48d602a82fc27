"""What the use cases need from outside."""

from datetime import datetime
from typing import Protocol

from services.resume.model import Resume, ResumeContent, ResumeSummary
from shared.pages import Page, PageRequest


class ResumeRepository(Protocol):
    """Keeps resumes. What it has answered survives the end of any process. Raises `DatabaseUnavailable`."""

    async def add(self, resume: Resume, json_resume: str = "") -> Resume:
        """Stores a new resume, with the JSON Resume document that it was imported from, if any.

        Gives what is stored: the resume, or the one that has its id already. Raises `ResumeAlreadyExists` where the
        key is another one's.
        """

    async def get(self, unique_key: str) -> Resume:
        """Reads a resume; raises `ResumeNotFound`."""

    async def get_json_resume(self, unique_key: str) -> str:
        """The document that a resume was imported from, empty where there is none; raises `ResumeNotFound`."""

    async def list(self, page: PageRequest) -> Page[ResumeSummary]:
        """One page, newest first."""

    async def replace(self, unique_key: str, content: ResumeContent, updated_at: datetime) -> Resume:
        """Replaces the content and answers with the whole; an imported document is gone. Raises `ResumeNotFound`."""

    async def hide(self, unique_key: str) -> None:
        """Drops the content and hides the key until `forget`; again is a success; raises `ResumeNotFound`."""

    async def forget(self, unique_key: str) -> None:
        """Frees a hidden key; a key that is not hidden stays."""


class DerivedData(Protocol):
    """A service that stores what it derived from resumes."""

    async def erase(self, unique_key: str) -> int:
        """Erases all of one resume and answers how many documents; raises `ErasureIncomplete`."""


class DatabasePing(Protocol):
    """Whether the database answers."""

    async def ping(self) -> bool:
        """Asks it."""
