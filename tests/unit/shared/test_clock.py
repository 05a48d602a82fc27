"""Ids and time as the services use them by default."""

from datetime import UTC

from shared.clock import Clock


def test_ids_are_unique_and_sort_by_time() -> None:
    """Ids made one after the other in different milliseconds sort in that order, and none repeats."""
    clock = Clock()

    ids = [clock.new_id() for _ in range(2_000)]

    assert len(set(ids)) == len(ids)
    assert [identifier[:12] for identifier in ids] == sorted(identifier[:12] for identifier in ids)
    assert all(len(identifier) == 32 and identifier[12] == "7" and identifier[16] in "89ab" for identifier in ids)


def test_now_is_what_the_database_keeps() -> None:
    """The time is UTC and has no more than milliseconds."""
    now = Clock().now()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
