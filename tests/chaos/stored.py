"""What is stored, as clients are shown it, held against what was acknowledged."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tests.chaos.operations import ID_OF, PATH, QUESTIONS, RESUME, Item, KeepingConnection

_PAGE = 100
_LIST_OF = {
    QUESTIONS: ("/api/v1/interview/{}/questions", "question_sets"),
    PATH: ("/api/v1/learning/{}/learning-path", "learning_paths"),
}


async def read_everything(port: int, readers: int = 8) -> dict[str, list[Item]]:
    """All that is stored, as clients are shown it: every resume, and every set and path of each."""
    connection = KeepingConnection(port)
    try:
        keys = [each["unique_key"] for each in await _read_list(connection, "/api/v1/resumes", "resumes")]
    finally:
        connection.close()
    stored: dict[str, list[Item]] = {RESUME: [], QUESTIONS: [], PATH: []}
    waiting = iter(keys)

    async def read() -> None:
        own = KeepingConnection(port)
        for key in waiting:
            name = quote(key, safe="")
            stored[RESUME].append(await own.get(f"/api/v1/resumes/{name}"))
            for kind, (path, member) in _LIST_OF.items():
                stored[kind] += await _read_list(own, path.format(name), member)
        own.close()

    await asyncio.gather(*(read() for _ in range(readers)))
    return stored


async def _read_list(connection: KeepingConnection, path: str, member: str) -> list[Item]:
    items: list[Item] = []
    token = ""
    while True:
        page = await connection.get(f"{path}?page_size={_PAGE}&page_token={quote(token, safe='')}")
        items += page[member]
        if not (token := page.get("next_page_token", "")):
            return items


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is wrong with what is stored, by kind and id."""

    lost: Sequence[str]
    changed: Sequence[str]
    # Stored twice, or asked for by nobody.
    surplus: Sequence[str]


def compare(acknowledged: dict[str, dict[str, Item]], stored: dict[str, list[Item]]) -> Comparison:
    """Holds what is stored against what was acknowledged."""
    lost, changed, surplus = list[str](), list[str](), list[str]()
    for kind, items in acknowledged.items():
        found = {item[ID_OF[kind]]: item for item in stored[kind]}
        times = Counter(item[ID_OF[kind]] for item in stored[kind])
        lost += [f"{kind} {item_id}" for item_id in items.keys() - found.keys()]
        changed += [f"{kind} {each}" for each in items.keys() & found.keys() if items[each] != found[each]]
        surplus += [f"{kind} {each}" for each, number in times.items() if number > 1 or each not in items]
    return Comparison(sorted(lost), sorted(changed), sorted(surplus))
