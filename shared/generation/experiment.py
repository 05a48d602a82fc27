"""Several versions of a prompt at once: which resume is given to which."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Experiment(Generic[T]):
    """Variants by version, each with its weight. One resume always has the same variant while the weights stay.

    By weighted rendezvous hashing: a change of weights moves no more resumes than it must, each to a version that
    gained. Raises `ValueError` where no weight is above zero, one is negative, or a version has no variant.
    """

    variants: Mapping[str, T]
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        if not any(self.weights.values()) or any(not 0 <= w < math.inf for w in self.weights.values()):
            raise ValueError("weights must be numbers from 0, one of them above")
        if unknown := self.weights.keys() - self.variants.keys():
            raise ValueError(f"there is no version {', '.join(sorted(unknown))}; there are {', '.join(self.variants)}")

    @classmethod
    def of(cls, version: str, variant: T) -> "Experiment[T]":
        """No experiment: everyone has this one."""
        return cls({version: variant}, {version: 1.0})

    def choose(self, unique_key: str) -> T:
        """The variant of a resume."""
        return self.variants[min(self._active, key=lambda version: self._distance(unique_key, version))]

    def shares(self) -> Mapping[str, float]:
        """Which part of all resumes each active version is given, from 0 to 1."""
        whole = sum(self.weights.values())
        return {version: self.weights[version] / whole for version in self._active}

    @property
    def _active(self) -> list[str]:
        return [version for version, weight in self.weights.items() if weight > 0]

    def _distance(self, unique_key: str, version: str) -> float:
        """Exponentially distributed with the weight as its rate: the nearest version is each in proportion."""
        digest = blake2b(f"{version}\n{unique_key}".encode(), digest_size=8).digest()
        uniform = (int.from_bytes(digest) + 1) / 2**64
        return -math.log(uniform) / self.weights[version]


def newest(versions: Mapping[str, T]) -> str:
    """The version of the greatest number, such as `questions/12` of those up to it."""
    return max(versions, key=lambda version: int(version.rpartition("/")[2]))
