"""What is there before a request is made, so that ids in paths are those of something."""

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import cycle

import httpx

from tests.support.resumes import EXAMPLES, load_example

# After so many calls a resume is left alone: each answer about it makes the next one dearer.
_CALLS_PER_RESUME = 12
_KEPT = 6


class Seeds:
    """Resumes, each with a question set, a learning path and feedback on both."""

    def __init__(self, api: httpx.Client) -> None:
        self._api = api
        self._examples = cycle(EXAMPLES)
        self._ready: deque[dict[str, str]] = deque(maxlen=_KEPT)
        self._turn = 0

    def existing(self, names: Mapping[str, object], *, deleted: bool) -> dict[str, str]:
        """Ids of something that is there for these parameters; `deleted` says that it will not be afterwards."""
        if deleted:
            return {"unique_key": self._resume()}
        self._turn += 1
        if len(self._ready) < _KEPT or not self._turn % _CALLS_PER_RESUME:
            self._ready.append(self._write())
        ids = self._ready[self._turn % len(self._ready)]
        return {name: ids[name] for name in names}

    def _resume(self) -> str:
        answer = self._api.post("/resumes", json=load_example(next(self._examples))).raise_for_status()
        key: str = answer.json()["unique_key"]
        return key

    def _write(self) -> dict[str, str]:
        key = self._resume()
        return {"unique_key": key} | dict(self._answers(key))

    def _answers(self, key: str) -> Iterator[tuple[str, str]]:
        for address, id_field in (
            (f"/interview/{key}/questions", "question_set_id"),
            (f"/learning/{key}/learning-path", "learning_path_id"),
        ):
            answer = self._api.post(address).raise_for_status().json()
            self._api.post(f"{address}/{answer[id_field]}/feedback", json={"rating": 4}).raise_for_status()
            yield id_field, answer[id_field]
