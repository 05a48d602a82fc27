"""How much two texts have in common, over characters: Korean words change their endings too much to compare them."""

import unicodedata

from rapidfuzz.distance import LCSseq

_TRIGRAM = 3


def rouge_l(a: str, b: str) -> float:
    """ROUGE-L (F1 over the longest common subsequence of characters), 0 to 1; blanks and case do not count."""
    left, right = _normalize(a), _normalize(b)
    if not left or not right:
        return 0.0
    return 2.0 * LCSseq.similarity(left, right) / (len(left) + len(right))


def trigram_jaccard(a: str, b: str) -> float:
    """Jaccard index of the sets of character trigrams, 0 to 1; blanks and case do not count."""
    left, right = _trigrams(_normalize(a)), _trigrams(_normalize(b))
    if not left or not right:
        return 0.0
    return len(left & right) / len(left | right)


def _normalize(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _trigrams(text: str) -> set[str]:
    if len(text) < _TRIGRAM:
        return {text} if text else set()
    return {text[i : i + _TRIGRAM] for i in range(len(text) - _TRIGRAM + 1)}
