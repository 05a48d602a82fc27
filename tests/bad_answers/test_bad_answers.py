"""Vendors that answer badly, in short: each check is broken once, and the answer is good in the end."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from shared.generation.continuation import dump_answer
from shared.llm.messages import Rejection
from tests.bad_answers.cases import ALWAYS, KINDS, Case, Kind, short_cases
from tests.bad_answers.trial import Bench, open_bench
from tests.support.vendors.authority import trusted

Change = Callable[[Case], Case]


@cache
def cases() -> list[Case]:
    """The trials, made once."""
    return list(short_cases())


@pytest.fixture(scope="module", autouse=True)
def _trusted_authority() -> Iterator[None]:
    """Before the first channel over TLS."""
    with trusted():
        yield


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """The fakes, and clients for them."""
    async with open_bench() as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_check_can_be_broken_alone(kind: Kind) -> None:
    """A check that nothing breaks, or that nothing breaks without another, would never be missed."""
    alone = {case.checks[0] for case in cases() if case.kind.name == kind.name}

    assert alone == kind.checks


async def test_every_bad_answer_ends_in_a_good_one(bench: Bench) -> None:
    """Whoever answers badly, what is answered passes all checks, and the ledger says why each entry fell."""
    complaints = {str(case): found for case in cases() if (found := await bench.run(case))}

    assert complaints == {}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(
            lambda case: replace(case, bad_answers=(ALWAYS, ALWAYS, ALWAYS)), "no answer: ", id="nobody-answers-well"
        ),
        pytest.param(lambda case: replace(case, checks=("polite",)), "the ledger names pii", id="another-check"),
        pytest.param(
            lambda case: replace(case, bad=replace(case.bad, named=(Rejection("pii", 4),))),
            "the ledger does not name",
            id="another-entry",
        ),
        pytest.param(
            lambda case: replace(case, bad=replace(case.bad, text=dump_answer(case.bad.base.answer))),
            "the ledger",
            id="nothing-broken",
        ),
    ],
)
async def test_what_ends_badly_is_told(bench: Bench, change: Change, complaint: str) -> None:
    """The judge sees an answer that never comes, and a ledger that says something else."""
    case = next(case for case in cases() if case.checks == ("pii",) and case.kind.name == "questions")

    complaints = await bench.run(change(case))

    assert any(each.startswith(complaint) for each in complaints)
