"""What users do: one creates a resume, reads it twice, lists, and asks for questions and for a path."""

from collections.abc import Mapping

import httpx

from tests.load.requests import request
from tests.support.resumes import load_example
from tests.support.stack import Stack

Kinds = list[tuple[float, list[str]]]
NAMES = ("creates", "reads", "lists", "questions", "paths")
_LOCAL = {"provider": "local"}


def create_resumes(stack: Stack, count: int) -> list[str]:
    """Keys of resumes to read and write about: so many that few questions are asked about each, as of people."""
    resume = load_example()
    with httpx.Client(base_url=stack.base_url, trust_env=False) as client:
        return [
            str(client.post("/api/v1/resumes", json=resume).raise_for_status().json()["unique_key"])
            for _ in range(count)
        ]


def journey(keys: list[str]) -> Kinds:
    """The mixture, in the order of `NAMES`."""
    return [
        (1, creates()),
        (2, reads(keys)),
        (1, lists(keys)),
        (1, generations(keys)),
        (1, [_text("POST", f"/api/v1/learning/{key}/learning-path", _LOCAL) for key in keys]),
    ]


def creates() -> list[str]:
    """One resume after the other, each under a key of its own."""
    return [_text("POST", "/api/v1/resumes", load_example())]


def reads(keys: list[str], headers: Mapping[str, str] | None = None) -> list[str]:
    """Each resume."""
    return [_text("GET", f"/api/v1/resumes/{key}", headers=headers) for key in keys]


def generations(keys: list[str]) -> list[str]:
    """Questions about each resume."""
    return [_text("POST", f"/api/v1/interview/{key}/questions", _LOCAL) for key in keys]


def lists(keys: list[str]) -> list[str]:
    """The newest question sets of each resume."""
    return [_text("GET", f"/api/v1/interview/{key}/questions?page_size=5") for key in keys]


def _text(method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> str:
    return request(method, path, body, headers).decode()
