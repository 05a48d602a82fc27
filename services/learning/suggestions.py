"""Which resources of the catalogue a model is offered to choose from for one resume."""

from collections.abc import Iterator
from itertools import chain, zip_longest

from services.learning.catalogue import CatalogueEntry, default_catalogue
from services.learning.gaps import find_gap_topics
from shared.generation.model import Subject

MAX_TITLES = 80
_PER_TOPIC = 3


def suggest_titles(subject: Subject) -> tuple[str, ...]:
    """At most 80 titles, the nearest first: by turns of what the resume names and of what it lacks, then of the role.

    The same for the same resume, so that prompts can be compared and cached.
    """
    profile = subject.profile
    skills = [skill.term.name for skill in profile.skills if skill.term is not None]
    turns = chain.from_iterable(zip_longest(skills, find_gap_topics(subject)))
    families = [skill.term.family for skill in profile.skills if skill.term is not None]
    topics = [*(topic for topic in turns if topic), profile.role, *families, *default_catalogue().soft_topics]
    titles = dict.fromkeys(entry.title_in(subject.language) for entry in _entries(topics, subject))
    return tuple(titles)[:MAX_TITLES]


def _entries(topics: list[str], subject: Subject) -> Iterator[CatalogueEntry]:
    for topic in dict.fromkeys(topics):
        entries = [entry for entry in default_catalogue().for_topic(topic) if entry.suits(subject.profile.role)]
        readable = [entry for entry in entries if entry.readable_in(subject.language)]
        yield from (readable or entries)[:_PER_TOPIC]
