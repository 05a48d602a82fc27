"""Resumes. What a field may hold is said by its type; `rules.py` checks it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

MAX_RESUME_BYTES = 262_144
SUMMARY_PREVIEW = 200


@dataclass(frozen=True, slots=True)
class Text:
    """Rule of a text: at most `limit` characters, of the given form, `required` where it may not be empty."""

    limit: int
    required: bool = False
    form: str = "text"  # text, mail or url


@dataclass(frozen=True, slots=True)
class Count:
    """Rule of a list: at most `limit` entries."""

    limit: int


@dataclass(frozen=True, slots=True)
class Range:
    """Rule of a number: `low` to `high`, both included."""

    low: int
    high: int


Label = Annotated[str, Text(100)]
Title = Annotated[str, Text(200)]
Line = Annotated[str, Text(500)]
Sentence = Annotated[str, Text(1_000)]
Paragraph = Annotated[str, Text(5_000)]
Url = Annotated[str, Text(2_048, form="url")]
Labels = Annotated[tuple[Label, ...], Count(50)]
Skills = Annotated[tuple[Label, ...], Count(100)]
Sentences = Annotated[tuple[Sentence, ...], Count(50)]
_LIST = Count(50)


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a resume: frozen, and stored without what was left out."""


class ContactInfo(Part, frozen=True, omit_defaults=True):
    """Ways to reach a candidate."""

    email: Annotated[str, Text(254, form="mail")] = ""
    phone: Annotated[str, Text(40)] = ""
    address: Line = ""
    github: Url = ""
    linkedin: Url = ""
    blog: Url = ""
    website: Url = ""
    portfolio: Url = ""
    links: Annotated[tuple[Url, ...], _LIST] = ()


class WorkExperience(Part, frozen=True, omit_defaults=True):
    """A position held, or one project of it."""

    company: Line = ""
    position: Line = ""
    duration: Label = ""
    project_name: Line = ""
    description: Paragraph = ""
    tech_stack: Labels = ()
    achievements: Sentences = ()
    responsibilities: Sentences = ()
    department: Line = ""
    employment_type: Line = ""
    location: Line = ""


class PersonalProject(Part, frozen=True, omit_defaults=True):
    """A project outside of work."""

    name: Line = ""
    description: Paragraph = ""
    tech_stack: Labels = ()
    key_achievements: Sentences = ()
    duration: Label = ""
    role: Line = ""
    url: Url = ""


class TechnicalSkills(Part, frozen=True, omit_defaults=True):
    """Skills by kind."""

    programming_languages: Skills = ()
    frameworks: Skills = ()
    databases: Skills = ()
    cloud_platforms: Skills = ()
    devops_tools: Skills = ()
    tools: Skills = ()
    others: Skills = ()


class Education(Part, frozen=True, omit_defaults=True):
    """A school or course."""

    institution: Line = ""
    degree: Line = ""
    major: Line = ""
    duration: Label = ""
    grade: Label = ""
    description: Paragraph = ""


class Certification(Part, frozen=True, omit_defaults=True):
    """A certificate."""

    name: Line = ""
    issuer: Line = ""
    date: Label = ""
    score: Label = ""


class Activity(Part, frozen=True, omit_defaults=True):
    """Something done beside work."""

    name: Line = ""
    organization: Line = ""
    role: Line = ""
    duration: Label = ""
    description: Paragraph = ""
    url: Url = ""


class SpokenLanguage(Part, frozen=True, omit_defaults=True):
    """A spoken language."""

    name: Line = ""
    level: Line = ""
    test: Line = ""


class Section(Part, frozen=True, omit_defaults=True):
    """Free text under a title."""

    title: Title = ""
    text: Annotated[str, Text(10_000)] = ""


class ResumeContent(Part, frozen=True, omit_defaults=True):
    """What a candidate wrote. `total_experience_months` of None is unknown, which is not zero."""

    name: Annotated[str, Text(100, required=True)] = ""
    summary: Paragraph = ""
    target_position: Line = ""
    contact_info: ContactInfo | None = None
    work_experiences: Annotated[tuple[WorkExperience, ...], _LIST] = ()
    personal_projects: Annotated[tuple[PersonalProject, ...], _LIST] = ()
    technical_skills: TechnicalSkills | None = None
    total_experience_months: Annotated[int, Range(0, 720)] | None = None
    education: Annotated[tuple[Education, ...], _LIST] = ()
    certifications: Annotated[tuple[Certification, ...], _LIST] = ()
    activities: Annotated[tuple[Activity, ...], _LIST] = ()
    languages: Annotated[tuple[SpokenLanguage, ...], _LIST] = ()
    sections: Annotated[tuple[Section, ...], _LIST] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """A stored resume. `resume_id` orders resumes by age and never leaves the service."""

    resume_id: str
    unique_key: str
    content: ResumeContent
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list shows of the content; `summary` is the beginning of it."""

    name: str
    summary: str
    total_experience_months: int | None


@dataclass(frozen=True, slots=True)
class ResumeSummary:
    """What a list shows of a resume."""

    unique_key: str
    preview: Preview
    created_at: datetime
    updated_at: datetime


def preview_of(content: ResumeContent) -> Preview:
    """What a list shows of the content."""
    return Preview(content.name, content.summary[:SUMMARY_PREVIEW], content.total_experience_months)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion that has not ended: its key is hidden. Who takes it up at `due` is the only one who does."""

    unique_key: str
    due: datetime
