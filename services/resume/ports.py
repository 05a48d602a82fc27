"""What the use cases need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.resume.model import Deletion, Resume, ResumeContent, ResumeSummary
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

    async def hide(self, unique_key: str, due: datetime) -> None:
        """Drops the content and hides the key until `forget`; again is a success; raises `ResumeNotFound`.

        A deletion that has not ended is to be taken up when it is `due`.
        """

    async def forget(self, unique_key: str) -> None:
        """Frees a hidden key; a key that is not hidden stays."""

    async def unfinished_deletions(self, now: datetime) -> Sequence[Deletion]:
        """Those that are due by now."""

    async def take_up(self, deletion: Deletion, due: datetime) -> bool:
        """Puts the next try of a deletion off; false where it has ended, or another took it up."""


class DerivedData(Protocol):
    """A service that stores what it derived from resumes."""

    async def erase(self, unique_key: str) -> int:
        """Erases all of one resume and answers how many documents; raises `ErasureIncomplete`."""


class DatabasePing(Protocol):
    """Whether the database answers."""

    async def ping(self) -> bool:
        """Asks it."""
