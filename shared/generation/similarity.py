"""How much two texts have in common, over characters: Korean words change their endings too much to compare them."""

import unicodedata
from collections.abc import Sequence
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import Indel, LCSseq

_TRIGRAM = 3


class ComparedText:
    """A text that is compared more than once."""

    def __init__(self, text: str) -> None:
        self.normalized = _normalize(text)

    @cached_property
    def trigrams(self) -> set[str]:
        """Its trigrams, made when they are first needed."""
        return _trigrams(self.normalized)

    def rouge_l(self, other: "ComparedText") -> float:
        """ROUGE-L (F1 over the longest common subsequence of characters), 0 to 1; blanks and case do not count."""
        left, right = self.normalized, other.normalized
        if not left or not right:
            return 0.0
        return 2.0 * LCSseq.similarity(left, right) / (len(left) + len(right))

    def trigram_jaccard(self, other: "ComparedText") -> float:
        """Jaccard index of the sets of character trigrams, 0 to 1; blanks and case do not count."""
        return _jaccard(self.trigrams, other.trigrams)


def rouge_l(a: str, b: str) -> float:
    """ROUGE-L of two texts, as of two `ComparedText`."""
    return ComparedText(a).rouge_l(ComparedText(b))


def trigram_jaccard(a: str, b: str) -> float:
    """Jaccard index of two texts, as of two `ComparedText`."""
    return ComparedText(a).trigram_jaccard(ComparedText(b))


class EarlierTexts:
    """Texts that a new one must not be like, prepared once for many comparisons."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.texts = tuple(texts)
        self._normalized = [_normalize(text) for text in texts]
        self._trigrams = [_trigrams(text) for text in self._normalized]

    def resemble(self, text: str, *, rouge_l: float, jaccard: float) -> bool:
        """Whether one of them is at least so like the text, by one measure or the other."""
        normalized = _normalize(text)
        if not normalized or not self.texts:
            return False
        # The normalized indel similarity is ROUGE-L: twice the common subsequence over both lengths.
        scorer = Indel.normalized_similarity
        if process.extractOne(normalized, self._normalized, scorer=scorer, score_cutoff=rouge_l) is not None:
            return True
        trigrams = _trigrams(normalized)
        return any(_jaccard(trigrams, other) >= jaccard for other in self._trigrams)


def _jaccard(left: set[str], right: set[str]) -> float:
    if not left or not right:
        return 0.0
    common = len(left & right)
    return common / (len(left) + len(right) - common)


def _normalize(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _trigrams(text: str) -> set[str]:
    if len(text) < _TRIGRAM:
        return {text} if text else set()
    return {text[i : i + _TRIGRAM] for i in range(len(text) - _TRIGRAM + 1)}
