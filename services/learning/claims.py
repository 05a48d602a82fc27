"""What a step claims to be new: words of a text that speak neither of the resume nor of learning itself."""

import re

from services.learning.model import LearningStep
from shared.resume_profile.model import ResumeProfile, Term
from shared.resume_profile.vocabulary import default_vocabulary

# What a title says of learning and not of what is learned; also what stands there for a particle or an ending.
PLAIN_WORDS = frozenset(
    (
        *(
            "학습",
            "공부",
            "기초",
            "기본",
            "심화",
            "입문",
            "이해",
            "이해하기",
            "배우기",
            "익히기",
            "강화",
            "보완",
            "향상",
        ),
        *(
            "역량",
            "실력",
            "능력",
            "경험",
            "활용",
            "실습",
            "다지기",
            "넓히기",
            "시작하기",
            "능숙하게",
            "위한",
            "통한",
            "대한",
        ),
        *("the", "an", "of", "in", "for", "to", "and", "with", "learn", "learning", "study", "basic", "basics"),
        *(
            "advanced",
            "skill",
            "skills",
            "improve",
            "improving",
            "deepen",
            "master",
            "mastering",
            "practice",
            "practise",
        ),
        *("understanding", "introduction", "more", "better"),
    )
)

# Longer particles first: what is left of a noun must not end in a piece of one.
_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:에서는|으로|에서|에게|까지|부터|이나|하고|은|는|이|가|을|를|와|과|의|에|로|도|만)$"
)
_WORD = re.compile(r"[^\W_]+(?:[+#]+)?")


def names_something_new(title: str, profile: ResumeProfile) -> bool:
    """Whether a title names a term that the resume lacks, or a facet of a listed one that its texts do not mention."""
    vocabulary = default_vocabulary()
    known = {name for skill in profile.skills if skill.term for name in vocabulary.implied(skill.term)}
    named = vocabulary.find(title)
    if any(term.name not in known for term in named):
        return True
    said = " ".join([skill.name for skill in profile.skills] + [text.text for text in profile.texts]).casefold()
    facets = (_PARTICLE.sub("", word) for word in _WORD.findall(_without_terms(title, named).casefold()))
    return any(len(facet) > 1 and facet not in PLAIN_WORDS and facet not in said for facet in facets)


def without_taught(step: LearningStep) -> str:
    """The reason of a step without the terms that the step is there to teach."""
    taught = default_vocabulary().find(f"{step.title}\n{step.analysis_point}\n{step.description}")
    return _without_terms(step.reason, taught)


def _without_terms(text: str, terms: tuple[Term, ...]) -> str:
    kept, at = [], 0
    for mention in default_vocabulary().scan(text):
        if mention.term in terms:
            kept.append(text[at : mention.start])
            at = mention.end
    return "".join((*kept, text[at:]))
