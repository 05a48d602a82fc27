"""A backup while clients create and generate, and what a restore makes of it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.conftest import Recorder
from tests.chaos.operations import QUESTIONS, Clients, Item, clients
from tests.chaos.stored import compare, read_everything
from tests.chaos.waiting import until
from tests.support.stack import Stack, python

_CLIENTS = 16
_AFTERWARDS = 20
_WORK_SECONDS = 120.0
_ERASED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    text: str


async def test_a_restored_backup_has_all_that_was_acknowledged_before_it(
    full: bool, promise: Recorder, start_stack: Callable[..., Stack]
) -> None:
    """Taken in the middle of the work; a restore waits for the stack to stop, and leaves deleted resumes deleted."""
    portion = 2_000 if full else 150
    stack = await asyncio.to_thread(start_stack, LOG_LEVEL="warning")
    backup = stack.folder / "backups" / "backup.db"

    async with clients(stack.settings.gateway_port, _CLIENTS, seed=1) as every:
        await _let_work(every, portion)
        before = every.books.snapshot()
        for _ in range(2 * portion):
            every.permits.release()
        taken = await _run(stack, "tools.backup", str(backup))
        meanwhile = every.books.count - portion
        assert await until(lambda: every.books.count == 3 * portion, _WORK_SECONDS)
        await _let_work(every, _AFTERWARDS)
        asked = every.books
    refused = await _run(stack, "tools.restore", str(backup))
    deleted = _delete_one(stack, before)
    await asyncio.to_thread(stack.stop)
    undecided = await _run(stack, "tools.restore", str(backup))
    restored = await _run(stack, "tools.restore", str(backup), "--without-deleted")
    verdict = _check(stack.settings.data_dir / "mongo" / "career-coach.db")
    await asyncio.to_thread(stack.start)
    gone = await until(lambda: not _documents_about(stack, deleted), _ERASED_SECONDS)
    stored = await read_everything(stack.settings.gateway_port)

    kept = {
        kind: {key: item for key, item in items.items() if item["unique_key"] != deleted}
        for kind, items in before.items()
    }
    count = sum(map(len, kept.values()))
    result = compare(kept, stored)
    nobodys = compare(asked.acknowledged, stored).surplus
    total = sum(map(len, stored.values()))
    promise(
        "a backup while creates and generations are under way, then stop, restore, start",
        "nothing acknowledged before the backup began is missing or changed, and the database is sound",
        f"{len(result.lost)} lost, {len(result.changed)} changed of {count}; {total} in it, {meanwhile} acknowledged "
        f"while it was taken; integrity check {verdict}; {len(nobodys)} that nobody asked for",
        holds=taken.status == restored.status == 0
        and not (result.lost or result.changed or nobodys)
        and verdict == "ok"
        # It was in the middle of the work, and it is the backup that is there now.
        and meanwhile > 0
        and total <= asked.count - _AFTERWARDS,
    )
    promise(
        "a restore while the stack works",
        "it is refused, and says to stop the stack",
        f"status {refused.status}",
        holds=refused.status == 1 and "stop the stack first" in refused.text,
    )
    promise(
        "a restore of a backup that holds a resume deleted since",
        "it asks first, and on demand leaves the resume and all that was written from it out",
        f"status {undecided.status} without a word on it; then {'nothing' if gone else 'something'} of it is left",
        holds=undecided.status == 2 and "--without-deleted" in undecided.text and gone,
    )
    files = [each for each in stack.folder.rglob("*.db*") if each.is_file()]
    assert [oct(each.stat().st_mode & 0o077) for each in files] == ["0o0"] * len(files)


async def _let_work(every: Clients, operations: int) -> None:
    due = every.books.count + operations
    for _ in range(operations):
        every.permits.release()
    assert await until(lambda: every.books.count == due, _WORK_SECONDS)


async def _run(stack: Stack, module: str, *arguments: str) -> Said:
    process = python(module, *arguments, stack_folder=stack.folder, environment=stack.environment)
    try:
        text, _ = await asyncio.to_thread(process.communicate, timeout=_WORK_SECONDS)
    finally:
        process.kill()
    return Said(process.returncode, text)


def _delete_one(stack: Stack, before: dict[str, dict[str, Item]]) -> str:
    """Deletes a resume of which questions were written before the backup; answers its key."""
    key: str = next(iter(before[QUESTIONS].values()))["unique_key"]
    httpx.delete(stack.url("resume", key), timeout=30, trust_env=False).raise_for_status()
    return key


def _check(file: Path) -> str:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        verdict: Any = database.execute("PRAGMA integrity_check").fetchone()[0]
    return str(verdict)


def _documents_about(stack: Stack, key: str) -> int:
    file = stack.settings.data_dir / "mongo" / "career-coach.db"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        tables = ("resumes", "interviews", "learning_paths")
        queries = [f"SELECT count(*) FROM {table} WHERE json_extract(data, '$.unique_key') = ?" for table in tables]
        return sum(database.execute(query, (key,)).fetchone()[0] for query in queries)
