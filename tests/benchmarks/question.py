"""The one question that everybody asks, and what a good answer is. Plain Python: it runs in every environment."""

import json
from collections.abc import Mapping
from typing import Any

ITEMS = 5
SYSTEM = "You write interview questions. Answer with one JSON object. " * 30
USER = "이력서: 백엔드 개발자, 3년차, Spring Boot와 Kafka로 주문 시스템을 운영했습니다. " * 40
# Stands in a request that asks only for the rest of an answer; the fake reads the number behind it.
ONLY = "ONLY-THE-LAST-"
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "questions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"question": {"type": "string"}, "reason": {"type": "string"}},
                "required": ["question", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["questions"],
    "additionalProperties": False,
}
RESPONSE_FORMAT: Mapping[str, Any] = {
    "type": "json_schema",
    "json_schema": {"name": "questions", "schema": SCHEMA, "strict": True},
}
MESSAGES = ({"role": "system", "content": SYSTEM}, {"role": "user", "content": USER})


class Unusable(Exception):
    """The text is not a whole answer."""


def answer_of(author: str, first: int = 0) -> str:
    """The answer of a fake, from the item `first` on; each item names its author."""
    items = [
        {
            "question": f"{author}-{number}: " + "주문 지연을 어떻게 찾았습니까? " * 6,
            "reason": "경험의 깊이를 본다. " * 8,
        }
        for number in range(first, ITEMS)
    ]
    return json.dumps({"questions": items}, ensure_ascii=False)


def read(text: str | None) -> list[str]:
    """The authors of the items of a whole answer; raises `Unusable`. Every contestant has its answers read by this."""
    try:
        content = json.loads(text or "")
        authors = [str(item["question"]).split("-", 1)[0] for item in content["questions"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unusable from None
    if len(authors) != ITEMS:
        raise Unusable
    return authors
