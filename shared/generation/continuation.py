"""Continuing what a service writes: which parts of a broken answer are good is the service's to say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from shared.generation.prompts import PromptTemplate, extend
from shared.llm.continuation import Kept
from shared.llm.errors import AnswerMalformed
from shared.llm.messages import Prompt
from shared.llm.partial_json import read_partial_object

# More than any good answer has; what lies beyond is not looked at, so that keeping takes a few milliseconds.
MAX_ENTRIES = 12
MAX_ENTRY_CHARACTERS = 6_000


@dataclass(frozen=True, slots=True)
class Selection:
    """The good parts of an answer in its own shape, and the number of items among them and of parts still missing."""

    answer: dict[str, Any]
    items: int
    missing: int


class Parts(Protocol):
    """What a service knows of the parts of its answers about one resume. An answer is JSON in the prompt's shape."""

    def accepts(self, text: str) -> bool:
        """Whether this is a whole answer that passes every check."""

    def select(self, found: Mapping[str, Any]) -> Selection | None:
        """The parts that are good and can be completed to a good answer; None where no item is."""

    def wishes(self, kept: Mapping[str, Any]) -> Mapping[str, object]:
        """Values for the continuation of the template: what is kept and what is wanted still."""

    def merge(self, kept: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        """One answer of kept parts and of those that a later answer has, whole or broken off."""

    def items(self, found: Mapping[str, Any]) -> Sequence[Any]:
        """The items of an answer, good or not, in the order in which they were written."""

    def is_sound(self, item: Any, before: Sequence[Any], found: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:  # noqa: ANN401 - its own kind
        """Whether an item passes the checks of its own and a good answer can be made with it and those `before` it.

        `found` is what there is so far of the answer that it stands in, which continues the `kept` parts.
        """


@dataclass(frozen=True, slots=True)
class AnswerContinuation:
    """The `Continuation` of the answers of a service."""

    parts: Parts
    template: PromptTemplate

    def keep(self, text: str) -> Kept | None:
        """The good parts of a broken answer; a defect of ours costs the answer and not the call."""
        try:
            return self._keep(read_partial_object(text) or {})
        except Exception as error:  # whoever asks has a failed attempt in hand and another provider to go to
            structlog.get_logger().error("continuation.keep_broke", error=type(error).__name__)
            return None

    def prompt(self, prompt: Prompt, kept: Kept, failed_checks: Sequence[str] = ()) -> Prompt:
        """The prompt with the continuation of the template, unless nothing is missing."""
        if not kept.missing:
            return prompt
        failed = ", ".join(failed_checks) or "-"
        wishes = self.parts.wishes(json.loads(kept.text))
        return extend(prompt, self.template.continuation, failed=failed, **wishes)

    def join(self, kept: Kept, text: str) -> str:
        """The new answer if it is good by itself, or else both together."""
        if self._is_good(text):
            return text
        return dump_answer(self.parts.merge(json.loads(kept.text), read_partial_object(text) or {}))

    def items(self, answer: Mapping[str, Any]) -> Sequence[Any]:
        """The items as the service knows them."""
        return self.parts.items(answer)

    def is_sound(self, item: Any, before: Sequence[Any], answer: Mapping[str, Any], kept: Kept | None) -> bool:  # noqa: ANN401 - its own kind
        """Whether an item may be shown beside those `before` it."""
        return self.parts.is_sound(item, before, answer, json.loads(kept.text) if kept is not None else {})

    def _keep(self, found: Mapping[str, Any]) -> Kept | None:
        selection = self.parts.select(found)
        if selection is None:
            return None
        return Kept(dump_answer(selection.answer), selection.items, selection.missing)

    def _is_good(self, text: str) -> bool:
        try:
            return self.parts.accepts(text)
        except AnswerMalformed:
            return False


def entries_of(answer: Mapping[str, Any], name: str) -> Sequence[dict[str, Any]]:
    """The objects of a list, as far as there is a list and they are of a size that an item may have."""
    entries = answer.get(name)
    if not isinstance(entries, list):
        return ()
    return [entry for entry in entries[:MAX_ENTRIES] if isinstance(entry, dict) and _is_small(entry)]


def dump_answer(answer: Mapping[str, Any]) -> str:
    """An answer as a model would have written it."""
    return json.dumps(answer, ensure_ascii=False)


def _is_small(entry: Mapping[str, Any]) -> bool:
    return len(dump_answer(entry)) <= MAX_ENTRY_CHARACTERS
