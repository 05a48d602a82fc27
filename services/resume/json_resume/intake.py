"""From a JSON Resume document to our fields, with the place in the document that each value came from."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from services.resume.json_resume.document import Document, check_text
from services.resume.json_resume.draft import MAX_ENTRIES, Draft, Entry
from services.resume.json_resume.form import check_form
from services.resume.json_resume.periods import write_date
from services.resume.json_resume.terms import ACTIVITY, NETWORKS, PAGES_OF_NETWORKS, kind_of_skills
from services.resume.model import ResumeContent
from services.resume.rules import check_content, is_mail, is_url
from shared.errors import Violation

_USERNAME = re.compile(r"[\w.-]{1,100}")


def take_over(document: Document) -> tuple[ResumeContent, list[Violation]]:
    """The resume that a document describes, and in the words of the document every rule that it breaks."""
    draft = _draft_of(document)
    content = msgspec.convert(draft.values, ResumeContent)
    violations = [
        violation
        for check in (check_form, check_text, _check_counts)
        for violation in islice(check(document), MAX_ENTRIES)
    ]
    named = {violation.field for violation in violations}
    for violation in check_content(content):
        places = draft.sources.get(violation.field) or (f"basics.{violation.field}",)
        if named.isdisjoint(places):
            violations.append(Violation(", ".join(places), violation.description))
    return content, violations


def _check_counts(document: Document) -> Iterator[Violation]:
    """Lists whose entries may be worth nothing to our fields, which would take any number of those."""
    root = Entry(document.members, "")
    for entry, name in ((root, "skills"), (root.entry("basics"), "profiles")):
        if entry.count(name) > MAX_ENTRIES:
            yield Violation(entry.at(name), f"must have at most {MAX_ENTRIES} entries")


def _draft_of(document: Document) -> Draft:
    root = Entry(document.members, "")
    basics, draft = root.entry("basics"), Draft()
    draft.copy(basics, name="name", summary="summary", target_position="label")
    draft.put_part("contact_info", _contact(basics))
    draft.put_parts("work_experiences", [_work(entry) for entry in root.entries("work")], "work")
    projects = [entry for entry in root.entries("projects") if entry.text("type") != ACTIVITY]
    draft.put_parts("personal_projects", [_project(entry) for entry in projects], "projects")
    draft.put_part("technical_skills", _skills(root.entries("skills")))
    months = basics.members.get("total_experience_months")
    if isinstance(months, float) and months.is_integer():
        months = int(months)
    if isinstance(months, int) and not isinstance(months, bool):
        draft.put("total_experience_months", months, basics.at("total_experience_months"))
    draft.put_parts("education", [_education(entry) for entry in root.entries("education")], "education")
    draft.put_parts("certifications", [_certificate(entry) for entry in root.entries("certificates")], "certificates")
    _put_activities(draft, root)
    draft.put_parts("languages", [_language(entry) for entry in root.entries("languages")], "languages")
    sections = basics.entries("sections")
    draft.put_parts("sections", [_section(entry) for entry in sections], basics.at("sections"))
    return draft


def _contact(basics: Entry) -> Draft:
    draft = Draft()
    if is_mail(basics.text("email")):
        draft.copy(basics, email="email")
    draft.copy(basics, phone="phone")
    location = basics.entry("location")
    draft.join("address", location, "address", "city", "region", "postalCode", "countryCode", separator=", ")
    draft.copy_url(basics, "website")
    links = []
    for profile in basics.entries("profiles"):
        page, source = _page_of(profile)
        name = NETWORKS.get(profile.text("network").strip().casefold(), "")
        if page and name and name not in draft.values:
            draft.put(name, page, source)
        elif page:
            links.append((page, source))
    draft.put_texts("links", links, basics.at("profiles"))
    return draft


def _page_of(profile: Entry) -> tuple[str, str]:
    """Address of a profile and its source: with a name alone, where such names make an address; else empty."""
    if is_url(profile.text("url")):
        return profile.text("url"), profile.at("url")
    folder = PAGES_OF_NETWORKS.get(profile.text("network").strip().casefold())
    username = profile.text("username")
    page = f"{folder}{username}" if folder and not profile.text("url") and _USERNAME.fullmatch(username) else ""
    return page, profile.at("username")


def _work(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, company="name", position="position", location="location", project_name="project_name")
    draft.copy(entry, department="department", employment_type="employment_type")
    draft.copy_lists(entry, achievements="highlights", tech_stack="keywords", responsibilities="responsibilities")
    draft.join("description", entry, "description", "summary")
    draft.put_duration(entry)
    return draft


def _project(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="name", description="description")
    draft.copy_lists(entry, key_achievements="highlights", tech_stack="keywords")
    draft.join("role", entry, "roles", separator=", ")
    draft.copy_url(entry, "url")
    draft.put_duration(entry)
    return draft


def _skills(entries: Sequence[Entry]) -> Draft:
    lists: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        kind = kind_of_skills(entry.text("name"))
        # A heading says of what kind its keywords are; any other name is a skill itself.
        own = [(entry.text("name"), entry.at("name"))] if kind is None and entry.text("name") else []
        lists.setdefault(kind or "others", []).extend([*own, *entry.located("keywords")])
    draft = Draft()
    for kind, skills in lists.items():
        draft.put_texts(kind, skills, "skills")
    return draft


def _education(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, institution="institution", degree="studyType", major="area", grade="score")
    draft.join("description", entry, "description", "courses")
    draft.put_duration(entry)
    return draft


def _certificate(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="name", issuer="issuer", score="score")
    written = entry.text("written_date")
    date = write_date(entry.text("date"), written)
    draft.put("date", date, entry.at("written_date" if date == written else "date"))
    return draft


def _put_activities(draft: Draft, root: Entry) -> None:
    kinds = {
        "volunteer": _volunteering,
        "awards": _award,
        "publications": _publication,
        "projects": _activity,
    }
    entries = {name: root.entries(name) for name in kinds}
    entries["projects"] = [entry for entry in entries["projects"] if entry.text("type") == ACTIVITY]
    activities = [kinds[name](entry) for name in kinds for entry in entries[name]]
    draft.put_parts("activities", activities, *(name for name in kinds if entries[name]))


def _volunteering(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, organization="organization", role="position")
    draft.join("description", entry, "summary", "highlights")
    draft.copy_url(entry, "url")
    draft.put_duration(entry)
    return draft


def _award(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="title", organization="awarder", duration="date", description="summary")
    return draft


def _publication(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="name", organization="publisher", duration="releaseDate", description="summary")
    draft.copy_url(entry, "url")
    return draft


def _activity(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="name", organization="entity", description="description")
    draft.join("role", entry, "roles", separator=", ")
    draft.copy_url(entry, "url")
    draft.put_duration(entry)
    return draft


def _language(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, name="language", level="fluency", test="test")
    return draft


def _section(entry: Entry) -> Draft:
    draft = Draft()
    draft.copy(entry, title="title", text="text")
    return draft
