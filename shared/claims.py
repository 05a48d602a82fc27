"""Claims on doing a thing once: who asks for what, who holds it, and where that is kept."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a thing. `new_id` is what it is to be stored under.

    `retaken`: somebody began before, and it may be stored already. `done`: it is.
    """

    new_id: str
    retaken: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What is kept of a key. `record_id` and `fingerprint` are digests; times are milliseconds of the epoch."""

    record_id: str
    fingerprint: str
    unique_key: str
    new_id: str
    holder: str
    lease_until: int
    expires_at: int
    done: bool = False


class ClaimStore(Protocol):
    """Keeps records. Every change is one atomic step. Raises `DatabaseUnavailable`."""

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """Stores a record unless there is one of its id; gives the one that is there."""

    async def take(self, seen: ClaimRecord, taken: ClaimRecord) -> bool:
        """Replaces a record by one of another holder; false where it is not as it was `seen` any more."""

    async def extend(self, record: ClaimRecord, lease_until: int) -> None:
        """Sets the end of the lease, while it is this holder's and not done."""

    async def drop(self, record: ClaimRecord) -> None:
        """Forgets the key, while it is this holder's and not done."""

    async def finish(self, record: ClaimRecord) -> None:
        """Marks it as done, while it is this holder's."""

    async def erase(self, unique_key: str) -> None:
        """Drops from the records of a resume all that tells of it; their keys stay used."""

    async def sweep(self, before: int) -> int:
        """Drops the records that expired before a time; answers how many."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: its kind, the resume that it is about (empty: the id will be its key), and all it says."""

    operation: str
    unique_key: str
    content: object

    def fingerprint(self) -> str:
        """A digest of all that it says."""
        # What is left at its default does not count: a later version may know more members.
        content = msgspec.json.encode(_without_defaults(msgspec.to_builtins(self.content)), order="sorted")
        return digest(self.operation.encode(), self.unique_key.encode(), content)


def _without_defaults(content: object) -> object:
    if isinstance(content, dict):
        kept = {name: _without_defaults(value) for name, value in content.items()}
        # A zero is no default: the first item is one.
        return {name: value for name, value in kept.items() if value or (value == 0 and value is not False)}
    return [_without_defaults(value) for value in content] if isinstance(content, list) else content


def digest(*parts: bytes) -> str:
    """One digest of several texts: their lengths keep them apart."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
