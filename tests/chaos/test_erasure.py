"""A deleted resume is gone from everything that the system has written, whatever dies while it is deleted."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.chaos.conftest import Recorder
from tests.chaos.site import LOCALLY, PATHS, SECONDS, Site, WaitingOpenAI
from tests.chaos.traces import Words, fill_resume, written_elsewhere
from tests.chaos.waiting import until
from tests.support.refusals import reason_of
from tests.support.resumes import ROOT, load_example
from tests.support.stack import Stack
from tests.support.vendors import answer

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON_RESUME = ROOT / "examples" / "json-resume-backend.json"
# Of the known words the end of a page of the database may cut so many in two.
_CUT_IN_TWO = 5


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The vendor lives in the loop of the tests, so that it can answer while one waits."""
    folder = tmp_path_factory.mktemp("erasure")
    async with AsyncExitStack() as opened:
        vendor = await opened.enter_async_context(WaitingOpenAI())
        for name in ("tmp", "home"):
            (folder / name).mkdir()
        extra = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home"), "LOG_LEVEL": "debug"}
        extra |= {"LLM_PROVIDERS": "openai", "OPENAI_API_KEY": "key", "OPENAI_BASE_URL": vendor.base_url}
        stack = Stack(folder, extra)
        opened.push_async_callback(asyncio.to_thread, stack.stop)
        await asyncio.to_thread(stack.start)
        url = f"{stack.base_url}/api/v1"
        api = await opened.enter_async_context(httpx.AsyncClient(base_url=url, timeout=90, trust_env=False))
        yield Site(folder, stack, api, vendor)


async def test_nothing_of_a_deleted_resume_is_left(site: Site, promise: Recorder) -> None:
    """Neither of its fields, its document, its key and all that came of it, nor of a generation that was under way."""
    words = Words()
    keys = [f"{words.latin()}-{words.hangul()}" for _ in range(3)]
    await site.store(keys[0], fill_resume(words))
    document = load_example(JSON_RESUME) | {words.latin(): {words.hangul(): [words.latin(), words.hangul()]}}
    document["basics"]["summary"] = f"{words.latin()} {words.hangul()}"
    imported = await site.api.post(f"/resumes/{keys[1]}:importJsonResume", json=document)
    imported.raise_for_status()
    comment = f"{words.latin()} {words.hangul()}"
    # Digests alone are kept of these, and an id of a request is in the logs, where its caller looks for it.
    once, trace = words.latin(), words.latin()
    headers = {"Idempotency-Key": once, "x-request-id": trace}
    ids = [each for key in keys[:2] for each in await site.derive(key, comment, headers)]
    under_way, told = await start_generation(site, keys[2], words)
    sought = [*words.made, *ids]
    there = site.find(sought)

    since = time.monotonic()
    deleted = [await site.api.delete(f"/resumes/{key}") for key in keys]
    site.vendor.may_answer.set()
    late = await under_way
    seconds, left = await site.wait_until_gone([each for each in sought if each != trace], since)

    unseen = {word for word in sought if word not in there}
    assert {once, told} <= unseen
    assert len(unseen - {once, told}) <= _CUT_IN_TWO, unseen
    assert {each.status_code for each in deleted} == {200}
    assert (late.status_code, reason_of(late)) == (404, "RESUME_NOT_FOUND")
    assert [name for name in site.find([trace]).get(trace, []) if name.startswith("data")] == []
    assert written_elsewhere(site.folder, site.pids()) == []
    promise(
        f"a resume with {len(there)} known words in every field, key, document, answer and comment is deleted",
        f"no file of any process has one of them after {SECONDS:.0f} s",
        f"0 left after {seconds:.1f} s" if not left else f"{left} after {seconds:.0f} s",
        holds=not left and seconds <= SECONDS,
    )


async def start_generation(site: Site, key: str, words: Words) -> tuple[asyncio.Task[httpx.Response], str]:
    """A generation whose vendor has been asked and has not answered, and a word of its answer."""
    await site.store(key, load_example() | {"summary": words.latin()})
    other = words.latin()
    await site.store(other)
    written = (await site.api.post(f"/interview/{other}/questions", params=LOCALLY)).raise_for_status().json()
    (await site.api.delete(f"/resumes/{other}")).raise_for_status()
    told = words.latin()
    questions = [each | {"intent": f"{each.get('intent', '')} {told}"} for each in written["questions"]]
    site.vendor.script(default=answer({"questions": questions}))
    asked = asyncio.create_task(site.api.post(f"/interview/{key}/questions"))
    assert await until(lambda: bool(site.vendor.requests), 20)
    return asked, told


async def test_a_deletion_waits_for_a_service_that_is_away(site: Site, promise: Recorder) -> None:
    """The caller is told, the resume is hidden, its key stays taken over a restart, and all ends by itself."""
    words = Words()
    key = words.latin()
    await site.store(key, load_example() | {"summary": words.latin()})
    await site.derive(key, words.hangul())
    site.stack.kill("interview")

    told = await site.api.delete(f"/resumes/{key}")
    hidden = await site.api.get(f"/resumes/{key}")
    site.stack.kill("resume")
    site.stack.launch("resume")
    taken = await wait_for(site, "POST", "/resumes", 409, json=load_example() | {"unique_key": key})
    waiting = site.documents_of([key])
    since = time.monotonic()
    site.stack.launch("interview")
    seconds, documents = await site.wait_until_forgotten([key], since)
    left = (await site.wait_until_gone(words.made, since))[1]
    await asyncio.to_thread(site.stack.wait)

    assert (told.status_code, reason_of(told)) == (503, "ERASURE_INCOMPLETE")
    assert told.headers["retry-after"]
    assert (hidden.status_code, reason_of(taken)) == (404, "RESUME_ALREADY_EXISTS")
    assert waiting["resumes"] == 1
    assert waiting["interviews"] >= 1
    promise(
        "a service that derives data is away while a resume is deleted, and the resume service is killed meanwhile",
        f"the caller is told, the key stays taken; {SECONDS:.0f} s after its return all is gone",
        f"gone and its key free after {seconds:.1f} s" if not (documents or left) else f"{documents} {left}",
        holds=not documents and not left,
    )


async def wait_for(site: Site, method: str, path: str, status: int, **options: Any) -> httpx.Response:
    """Asks until the answer has this status, half a minute at most; gives the last one."""
    ends = time.monotonic() + 30
    while True:
        reply = await site.api.request(method, path, **options)
        if reply.status_code == status or time.monotonic() > ends:
            return reply
        await asyncio.sleep(0.1)


async def test_deletions_survive_the_death_of_any_process(site: Site, full: bool, promise: Recorder) -> None:
    """Each service and the database is killed amid deletions: within a minute of the restart nothing is left."""
    if not full:
        pytest.skip("half a minute for each round: make chaos")
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    rounds = [["resume"], ["interview"], ["learning"], ["mongo"], ["resume", "interview", "learning", "mongo"]]
    slowest, deleted, interrupted = 0.0, 0, 0

    for names in rounds:
        words = Words()
        mark, said = words.latin(), words.hangul()
        keys = [f"{mark}-{number}" for number in range(16)]
        for key in keys:
            await site.store(key, load_example() | {"summary": f"{mark} {said}"})
            await site.derive(key, said)
        incomplete, since = await delete_amid_kills(site, keys, names, chance)
        seconds, documents = await site.wait_until_forgotten(keys, since)
        left = (await site.wait_until_gone(words.made, since))[1]
        slowest, deleted, interrupted = max(slowest, seconds), deleted + len(keys), interrupted + incomplete
        assert (documents, left) == ({}, {}), f"seed {seed}, {names} killed"
        await use_again(site, keys[:4])

    promise(
        f"kill -9 of the resume, interview and learning service and the database amid {deleted} deletions",
        f"all traces and tombstones gone {SECONDS:.0f} s after the restart, keys free",
        f"{interrupted} deletions interrupted, all gone {slowest:.1f} s after the restart (seed {seed})",
        holds=interrupted > 0,
    )


async def delete_amid_kills(
    site: Site, keys: Sequence[str], names: Sequence[str], chance: random.Random
) -> tuple[int, float]:
    """Deletes resumes, two at a time; when the first is gone processes are killed, and then started again.

    Gives how many deletions were not confirmed, and when the last process was started. What was not even hidden when
    its process died was never deleted: it is whole, and deleted again.
    """
    at_once, begun = asyncio.Semaphore(2), asyncio.Event()

    async def delete(key: str) -> bool:
        async with at_once:
            try:
                is_gone = (await site.api.delete(f"/resumes/{key}")).status_code == 200
            except httpx.TransportError:
                return False
            begun.set()
            return is_gone

    deleting = [asyncio.create_task(delete(key)) for key in keys]
    async with asyncio.timeout(SECONDS):
        await begun.wait()
    for name in names:
        await asyncio.sleep(chance.uniform(0.0, 0.03))
        await asyncio.to_thread(site.stack.kill, name)
    confirmed = await asyncio.gather(*deleting)
    since = time.monotonic()
    await asyncio.to_thread(site.stack.start, *names)
    for key in keys:
        found = await site.api.get(f"/resumes/{key}")
        if found.status_code == 200:
            assert found.json()["summary"]
            assert (await site.api.delete(f"/resumes/{key}")).status_code == 200
        else:
            assert found.status_code == 404, found.text
    return confirmed.count(False), since


async def use_again(site: Site, keys: Sequence[str]) -> None:
    """The keys are free: what is stored under them now has nothing of what was."""
    for key in keys:
        await site.store(key)
        for path in PATHS.values():
            lists = (await site.api.get(path.format(key=key))).raise_for_status().json()
            assert lists.pop("next_page_token") == ""
            assert not any(lists.values())
        (await site.api.delete(f"/resumes/{key}")).raise_for_status()
