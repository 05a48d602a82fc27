"""Holds what is stored in the end against the books."""

import asyncio
import json
from collections.abc import Sequence

from tests.soak.books import KINDS, Books, Kept, Verdict, note_summary
from tests.soak.people import Person

_AT_ONCE = 8


async def audit(everybody: Sequence[Person], books: Books) -> Verdict:
    """Reads everything back, as callers would."""
    verdict = Verdict()
    reader = everybody[0]
    keys = [each["unique_key"] for each in await reader.read_list("/api/v1/resumes", "resumes")]
    # One that was being stored when its client left and deleted it may have been stored after that.
    verdict.compare("resume", books.kept, [key for key in keys if key not in books.maybe])
    verdict.surplus += [f"deleted resume {key}" for key in keys if key in books.deleted]
    waiting = iter(list(books.kept.values()))

    async def read(person: Person) -> None:
        for kept in waiting:
            await _audit_resume(person, kept, verdict)

    await asyncio.gather(*(read(person) for person in everybody[:_AT_ONCE]))
    return verdict


async def _audit_resume(person: Person, kept: Kept, verdict: Verdict) -> None:
    reply = await person.settle("audit", "GET", f"/api/v1/resumes/{kept.key}", good=(200, 404))
    note_summary(verdict, kept, json.loads(reply.body) if reply and reply.status == 200 else None)
    for name, kind in KINDS.items():
        path, answers = kind.path.format(kept.key), kept.answers[name]
        found = [each[kind.id_name] for each in await person.read_list(path, kind.list_name)]
        verdict.compare(f"{name} of {kept.key}", answers, found, kept.maybe[name])
        for answer_id, said in answers.items():
            stored = await person.read_list(f"{path}/{answer_id}/feedback", "feedback")
            verdict.compare(f"feedback on {answer_id}", said, [each["feedback_id"] for each in stored])
