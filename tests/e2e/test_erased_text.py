"""What is left of a deleted resume in the files of a local run."""

import time
from pathlib import Path
from uuid import uuid4

import httpx

from tests.e2e.conftest import Store
from tests.support.stack import Stack

# As long as a deletion may take in all.
SECONDS = 60


def files_with(text: str, folder: Path) -> list[str]:
    """Names of the files below a folder that hold a text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def test_nothing_of_a_deleted_resume_is_left_in_any_file(stack: Stack, api: httpx.Client, store: Store) -> None:
    """Neither of the resume nor of what was written from it, said of it or asked with a key: within a minute."""
    # No Hangul: the database writes it in another way.
    marker = f"M{uuid4().hex}"
    project = {"name": f"{marker} 설계", "description": f"{marker}를 만들었습니다.", "tech_stack": ["Redis"]}
    key = store(name=marker, summary=f"{marker}를 요약합니다.", personal_projects=[project])
    once = {"Idempotency-Key": uuid4().hex}
    written = api.post(f"/interview/{key}/questions", headers=once).raise_for_status().json()
    api.post(f"/learning/{key}/learning-path").raise_for_status()
    rated = {"rating": 5, "comment": marker}
    api.post(f"/interview/{key}/questions/{written['question_set_id']}/feedback", json=rated).raise_for_status()
    there = files_with(marker, stack.folder)

    api.delete(f"/resumes/{key}").raise_for_status()

    ends = time.monotonic() + SECONDS
    while (left := files_with(marker, stack.folder)) and time.monotonic() < ends:
        time.sleep(0.5)
    assert there
    assert left == []
