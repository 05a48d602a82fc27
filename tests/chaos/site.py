"""A stack whose files are all in one place, and a look at what is left in them."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pymongo import MongoClient

from tests.chaos.traces import find_traces, list_files, processes_below
from tests.support.resumes import load_example
from tests.support.stack import Stack
from tests.support.vendors import Behaviour, FakeOpenAI, ReceivedRequest

T = TypeVar("T")

# As long as a deletion may take in all, and its traces in the files with it.
SECONDS = 60.0
PATHS = {"questions": "/interview/{key}/questions", "paths": "/learning/{key}/learning-path"}
LOCALLY = {"provider": "local", "fallback": "false"}
# Of a written text, as much as the end of a page of the database seldom cuts in two.
_PIECE = 20
_DERIVED = ("interviews", "interview_feedback", "learning_paths", "learning_feedback")


class WaitingOpenAI(FakeOpenAI):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def behave(self, request: ReceivedRequest) -> Behaviour:
        """Records the request, and waits."""
        behaviour = await super().behave(request)
        await self.may_answer.wait()
        return behaviour


@dataclass
class Site:
    """A stack whose processes write nowhere but below one folder, a client of it, and a vendor that waits."""

    folder: Path
    stack: Stack
    api: httpx.AsyncClient
    vendor: WaitingOpenAI

    async def store(self, key: str, content: Mapping[str, Any] | None = None) -> None:
        """Stores a resume."""
        content = load_example() if content is None else content
        (await self.api.post("/resumes", json={**content, "unique_key": key})).raise_for_status()

    async def derive(self, key: str, comment: str, headers: Mapping[str, str] | None = None) -> list[str]:
        """Has everything made of a resume that can be, and rated; gives the ids and texts of it."""
        made = []
        for path in PATHS.values():
            url = path.format(key=key)
            for suffix in ("", ":stream"):
                written = await self.api.post(f"{url}{suffix}", params=LOCALLY, headers=headers)
                stored = written.raise_for_status().json() if not suffix else _completed(written.text)
                answer_id = stored.get("question_set_id") or stored["learning_path_id"]
                rating = {"rating": 4, "reason": "other", "comment": comment}
                said = await self.api.post(f"{url}/{answer_id}/feedback", json=rating, headers=headers)
                made += [answer_id, said.raise_for_status().json()["feedback_id"]]
                made += [each["question"][:_PIECE] for each in stored.get("questions", [])]
        return made

    def find(self, words: Iterable[str]) -> dict[str, list[str]]:
        """Which of the words stand in any file, and where."""
        return find_traces(words, list_files(self.folder, self.pids()))

    def pids(self) -> list[int]:
        """All processes of the stack."""
        return [pid for process in self.stack.processes.values() for pid in processes_below(process.pid)]

    async def wait_until_gone(self, words: Sequence[str], since: float) -> tuple[float, dict[str, list[str]]]:
        """When no file held any of them any more, in seconds since then, and what is left where that took too long."""
        return await _until_empty(lambda: self.find(words), since)

    def documents_of(self, keys: Sequence[str]) -> dict[str, int]:
        """How many documents there are about resumes, by collection; a tombstone is one."""
        url = f"mongodb://127.0.0.1:{self.stack.settings.mongo_port}"
        with MongoClient[dict[str, Any]](url, timeoutMS=5_000) as client:
            database = client[self.stack.settings.mongodb_database]
            counts = {
                name: sum(each["unique_key"] in keys for each in database[name].find({}, {"unique_key": 1}))
                for name in ("resumes", *_DERIVED)
            }
            claims = {
                name: sum(each["resume"].removeprefix("k/") in keys for each in database[name].find({}, {"resume": 1}))
                for name in ("resume_claims", "interview_claims", "learning_claims")
            }
        return {name: count for name, count in (counts | claims).items() if count}

    async def wait_until_forgotten(self, keys: Sequence[str], since: float) -> tuple[float, dict[str, int]]:
        """When no document told of them any more, in seconds since then, and what is left where that took too long."""
        return await _until_empty(lambda: self.documents_of(keys), since)


async def _until_empty(look: Callable[[], T], since: float) -> tuple[float, T]:
    """Looks until there is nothing, seconds since then at most; gives how many they were, and what is left."""
    while True:
        left = look()
        seconds = time.monotonic() - since
        if not left or seconds >= SECONDS:
            return seconds, left
        await asyncio.sleep(0.5)


def _completed(events: str) -> dict[str, Any]:
    """What a stream of events says was stored."""
    stored: dict[str, Any] = json.loads(events.strip().splitlines()[-1].removeprefix("data: "))["completed"]
    return stored
