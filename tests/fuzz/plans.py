"""How requests are made: by the document, against it, about what is there, and with bodies that are none."""

import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from tests.fuzz.contract import AnyCase, Operation

_MEDIA_TYPES = (
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
)
_RAW_BODIES = st.one_of(
    st.binary(max_size=64),
    st.text(max_size=64).map(str.encode),
    st.sampled_from(
        [
            b"",
            b"null",
            b"[]",
            b"{",
            b'"text"',
            b"1e999",
            b"\xff\xfe",
            b'{"a":' * 90 + b"1" + b"}" * 90,
            b'{"name":"\\ud800"}',
        ]
    ),
)
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Plan:
    """One request: a case of the fuzzer, whether its ids are replaced by existing ones, and a raw body, if any."""

    case: AnyCase
    is_about_something: bool
    raw: tuple[bytes, str] | None = None

    def options(self) -> dict[str, Any]:
        """What the call is given beside the case."""
        if self.raw is None:
            return {}
        body, media_type = self.raw
        return {"data": body, "headers": {"content-type": media_type} if media_type else {}}


def plans_of(operation: Operation) -> SearchStrategy[Plan]:
    """Requests of one operation: most of them valid, some against the document, some unreadable."""
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    kinds = [_planned(valid, st.booleans()), _planned(valid.map(_without_controls), st.just(True))]
    if _can_be_wrong(operation):
        kinds.append(_planned(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), st.booleans()))
    if operation.body:
        raw = st.tuples(_RAW_BODIES, st.sampled_from(_MEDIA_TYPES))
        kinds.append(st.builds(Plan, valid, st.just(True), raw))
        kinds.append(_planned(_as_documented(operation, valid), st.just(not _makes_what_it_names(operation))))
    return st.one_of(kinds)


def _planned(cases: SearchStrategy[AnyCase], about: SearchStrategy[bool]) -> SearchStrategy[Plan]:
    return st.builds(Plan, cases, about)


def _without_controls(case: AnyCase) -> AnyCase:
    """The case with texts that a resume may hold: the document says in words alone which characters it may not."""
    case.body = _clean(case.body)
    return case


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    # Not empty: a name of control characters alone would become one.
    return _FORBIDDEN.sub("·", value) if isinstance(value, str) else value


def _as_documented(operation: Operation, cases: SearchStrategy[AnyCase]) -> SearchStrategy[AnyCase]:
    """Cases with the bodies that the document shows."""
    (content,) = operation.definition.raw["requestBody"]["content"].values()
    bodies = [example["value"] for example in content["examples"].values()]
    return st.builds(_with_body, cases, st.sampled_from(bodies))


def _with_body(case: AnyCase, body: Any) -> AnyCase:
    case.body = body
    return case


def _makes_what_it_names(operation: Operation) -> bool:
    """Whether what its path names must not be there yet."""
    conflict = operation.definition.raw["responses"].get("409", {"content": {"application/json": {"examples": {}}}})
    return "RESUME_ALREADY_EXISTS" in conflict["content"]["application/json"]["examples"]


def _can_be_wrong(operation: Operation) -> bool:
    """Whether there is anything in a request that could break the document."""
    return bool(operation.body or operation.path_parameters or operation.query)
