"""Answers of five numbered items, how they are read, and how they are continued."""

import json
from collections.abc import Sequence
from typing import Any

from shared.llm.continuation import ListContinuation
from shared.llm.errors import AnswerMalformed, AnswerRejected
from shared.llm.messages import Completion, Prompt

COUNT = 5


def ask(prompt: Prompt, kept: Any, failed_checks: Sequence[str]) -> Prompt:
    """Asks for so many more, and says what was refused."""
    return Prompt(
        prompt.system,
        " ".join([f"{COUNT - kept.items} more", *failed_checks]),
        prompt.schema_name,
        prompt.schema,
        prompt.version,
    )


CONTINUATION = ListContinuation("items", COUNT, ask)
# By which 13 is no good item.
CHOOSY = ListContinuation("items", COUNT, ask, is_good=lambda item: item != {"n": 13})


def items(*numbers: int) -> str:
    """An answer with these."""
    return json.dumps({"items": [{"n": number} for number in numbers]})


def cut(text: str, share: float) -> str:
    """The first part of a text."""
    return text[: int(len(text) * share)]


def read(completion: Completion) -> list[int]:
    """Five different numbers, and not 13."""
    try:
        numbers = [item["n"] for item in json.loads(completion.text)["items"]]
    except ValueError:
        raise AnswerMalformed from None
    if len(numbers) != COUNT or len(set(numbers)) != COUNT or 13 in numbers:
        raise AnswerRejected(["count"])
    return numbers


WHOLE = items(1, 2, 3, 4, 5)
HALF = cut(WHOLE, 0.65)  # three are whole, the fourth is not
