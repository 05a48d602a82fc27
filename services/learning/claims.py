"""What a step claims: what is new in it, and what it says of the candidate."""

import re

from services.learning.model import LearningStep
from shared.generation.text_patterns import SENTENCE_END
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
# A sentence that speaks of what was done before, and not of what to do.
_TOLD = re.compile(
    r"셨|(?:했|었|았|였|됐|켰)(?:습니다|고|으며|지만|는데|으므로|으니|던)|던\s|이미(?!지)|(?:운영|사용)\s?중인|"
    r"경험(?:을\s(?:살려|바탕|토대)|이\s있|한\s|하신)|(?:운영|사용|활용|구축|개발|도입)\s경험|"
    r"(?:줄인|높인|늘린|낮춘|올린)\s|(?:개선|단축|절감|달성|운영|사용|활용)한\s(?!뒤|후|다음)|"
    r"\b(?:already|experience (?:with|in|of|running)|you(?:['’]ve| used| built| ran| worked))\b",
    re.IGNORECASE,
)
# What is called the candidate's own.
_OWN = re.compile(r"(?:기존|지금)(?:의)?\s+(\S+)|\b(?:your|existing)\s+(\S+)", re.IGNORECASE)
_ASKED = re.compile(r"(?:세요|십시오)[.!]?$")


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


def past_claims(step: LearningStep) -> str:
    """What a strength step says the candidate has: title, reason, and of the description what is past or theirs."""
    told = (sentence for sentence in SENTENCE_END.split(step.description) if _TOLD.search(sentence))
    own = (match[1] or match[2] for match in _OWN.finditer(step.description))
    return "\n".join((step.title, step.reason, *told, *own))


def without_targets(description: str) -> str:
    """A description without the sentences that ask for something, and so state nothing."""
    sentences = SENTENCE_END.split(description)
    return " ".join(s for s in sentences if not _ASKED.search(s.strip()) or _TOLD.search(s))


def _without_terms(text: str, terms: tuple[Term, ...]) -> str:
    kept, at = [], 0
    for mention in default_vocabulary().scan(text):
        if mention.term in terms:
            kept.append(text[at : mention.start])
            at = mention.end
    return "".join((*kept, text[at:]))
