"""From our fields to a JSON Resume document that is valid under schema v1.0.0.

Nothing of them is lost; an address that is none by the schema comes out percent-encoded.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from services.resume.json_resume.periods import read_date, read_dates
from services.resume.json_resume.terms import ACTIVITY, HEADINGS, TITLES_OF_PAGES
from services.resume.model import (
    Activity,
    Certification,
    ContactInfo,
    Education,
    PersonalProject,
    Resume,
    ResumeContent,
    SpokenLanguage,
    TechnicalSkills,
    WorkExperience,
)

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
VERSION = "v1.0.0"
# Of RFC 3986: reserved characters, the sign of coded ones, and what has its place once or in the host alone.
_KEPT = ":/?#[]@!$&'()*+,;=%"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_BRACKETS = str.maketrans({"[": "%5B", "]": "%5D"})


def write_document(resume: Resume) -> str:
    """A resume as the text of a document; the same for the same resume."""
    content = resume.content
    projects = [*map(_project, content.personal_projects), *map(_activity, content.activities)]
    members = _present(
        {
            "$schema": SCHEMA,
            "basics": _basics(content),
            "work": [_work(entry) for entry in content.work_experiences],
            "education": [_education(entry) for entry in content.education],
            "certificates": [_certificate(entry) for entry in content.certifications],
            "skills": _skills(content.technical_skills or TechnicalSkills()),
            "languages": [_language(entry) for entry in content.languages],
            "projects": projects,
            "meta": {"version": VERSION, "lastModified": f"{resume.updated_at:%Y-%m-%dT%H:%M:%S}"},
        }
    )
    return json.dumps(members, ensure_ascii=False, indent=2)


def _basics(content: ResumeContent) -> Mapping[str, Any]:
    contact = content.contact_info or ContactInfo()
    members = _present(
        {
            "name": content.name,
            "label": content.target_position,
            "email": contact.email,
            "phone": contact.phone,
            "url": _uri(contact.website),
            "summary": content.summary,
            "location": _present({"address": contact.address}),
            "profiles": _profiles(contact),
            "sections": [msgspec.to_builtins(section) for section in content.sections],
        }
    )
    # Zero months are not none.
    months = content.total_experience_months
    return members if months is None else {**members, "total_experience_months": months}


def _profiles(contact: ContactInfo) -> Sequence[Mapping[str, str]]:
    named = [
        {"network": title, "url": _uri(getattr(contact, field))}
        for field, title in TITLES_OF_PAGES.items()
        if getattr(contact, field)
    ]
    return [*named, *({"url": _uri(link)} for link in contact.links)]


def _work(entry: WorkExperience) -> Mapping[str, Any]:
    return _present(
        {
            "name": entry.company,
            "position": entry.position,
            "location": entry.location,
            **read_dates(entry.duration),
            "summary": entry.description,
            "highlights": entry.achievements,
            "project_name": entry.project_name,
            "keywords": entry.tech_stack,
            "responsibilities": entry.responsibilities,
            "department": entry.department,
            "employment_type": entry.employment_type,
        }
    )


def _project(entry: PersonalProject) -> Mapping[str, Any]:
    return _present(
        {
            "name": entry.name,
            "description": entry.description,
            "highlights": entry.key_achievements,
            "keywords": entry.tech_stack,
            **read_dates(entry.duration),
            "url": _uri(entry.url),
            "roles": _one(entry.role),
        }
    )


def _activity(entry: Activity) -> Mapping[str, Any]:
    return _present(
        {
            "name": entry.name,
            "description": entry.description,
            **read_dates(entry.duration),
            "url": _uri(entry.url),
            "roles": _one(entry.role),
            "entity": entry.organization,
            "type": ACTIVITY,
        }
    )


def _skills(skills: TechnicalSkills) -> Sequence[Mapping[str, Any]]:
    lists = {heading: getattr(skills, kind) for kind, heading in HEADINGS.items()}
    return [{"name": heading, "keywords": keywords} for heading, keywords in lists.items() if keywords]


def _education(entry: Education) -> Mapping[str, Any]:
    return _present(
        {
            "institution": entry.institution,
            "area": entry.major,
            "studyType": entry.degree,
            **read_dates(entry.duration),
            "score": entry.grade,
            "description": entry.description,
        }
    )


def _certificate(entry: Certification) -> Mapping[str, Any]:
    return _present({"name": entry.name, **read_date(entry.date), "issuer": entry.issuer, "score": entry.score})


def _language(entry: SpokenLanguage) -> Mapping[str, Any]:
    return _present({"language": entry.name, "fluency": entry.level, "test": entry.test})


def _present(members: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in members.items() if value}


def _one(text: str) -> Iterable[str]:
    return (text,) if text else ()


def _uri(url: str) -> str:
    """An address of ours as a URI of RFC 3986, which has no character beyond ASCII."""
    coded = _STRAY_PERCENT.sub("%25", quote(url, safe=_KEPT))
    host = _HOST.match(coded)
    if host is None:
        return coded
    page, mark, fragment = coded[host.end() :].translate(_BRACKETS).partition("#")
    return f"{host.group()}{page}{mark}{fragment.replace('#', '%23')}"
