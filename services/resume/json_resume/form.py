"""The form that the published schema gives a document, and every place that does not have it.

It is the union of schema v1.0.0 and of the later one, which differ in two points: further members beside `basics` and
its neighbours, and the date of a certificate, which is any text in the first.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.resume.json_resume.document import Document
from shared.errors import Violation

# Month 19 and day 39 are dates to the schema.
_ISO_DATE = re.compile(r"[12][0-9]{3}(?:-[01][0-9](?:-[0-3][0-9])?)?")

TEXT = "text"
DATE = "date"

# A form is TEXT, DATE, a mapping from members to forms (others are free), or a list of one form for all entries.
Form = str | Mapping[str, "Form"] | list["Form"]

_DATES: Mapping[str, Form] = {"startDate": DATE, "endDate": DATE}


def _texts(*names: str) -> Mapping[str, Form]:
    return dict.fromkeys(names, TEXT)


_BASICS: Form = {
    **_texts("name", "label", "image", "email", "phone", "url", "summary"),
    "location": _texts("address", "postalCode", "city", "countryCode", "region"),
    "profiles": [_texts("network", "username", "url")],
}
_WORK: Form = {
    **_texts("name", "location", "description", "position", "url", "summary"),
    **_DATES,
    "highlights": [TEXT],
}
_VOLUNTEER: Form = {**_texts("organization", "position", "url", "summary"), **_DATES, "highlights": [TEXT]}
_EDUCATION: Form = {**_texts("institution", "url", "area", "studyType", "score"), **_DATES, "courses": [TEXT]}
_PROJECT: Form = {
    **_texts("name", "description", "url", "entity", "type"),
    **_DATES,
    "highlights": [TEXT],
    "keywords": [TEXT],
    "roles": [TEXT],
}
_DOCUMENT: Form = {
    "$schema": TEXT,
    "basics": _BASICS,
    "work": [_WORK],
    "volunteer": [_VOLUNTEER],
    "education": [_EDUCATION],
    "awards": [{**_texts("title", "awarder", "summary"), "date": DATE}],
    "certificates": [_texts("name", "date", "url", "issuer")],
    "publications": [{**_texts("name", "publisher", "url", "summary"), "releaseDate": DATE}],
    "skills": [{**_texts("name", "level"), "keywords": [TEXT]}],
    "languages": [_texts("language", "fluency")],
    "interests": [{**_texts("name"), "keywords": [TEXT]}],
    "references": [_texts("name", "reference")],
    "projects": [_PROJECT],
    "meta": _texts("canonical", "version", "lastModified"),
}


def check_form(document: Document) -> Iterator[Violation]:
    """Every place that does not have the form of the schema, in the order of the document."""
    return _check(_DOCUMENT, document.members, "")


def _check(form: Form, value: Any, path: str) -> Iterator[Violation]:  # noqa: ANN401 - JSON of any kind
    if isinstance(form, Mapping):
        if not isinstance(value, dict):
            yield Violation(path, "must be an object")
            return
        for name in filter(form.__contains__, value):
            yield from _check(form[name], value[name], f"{path}.{name}" if path else name)
    elif isinstance(form, list):
        if not isinstance(value, list):
            yield Violation(path, "must be a list")
            return
        for index, item in enumerate(value):
            yield from _check(form[0], item, f"{path}[{index}]")
    elif not isinstance(value, str):
        yield Violation(path, "must be text" if form == TEXT else f"must be {_A_DATE}")
    elif form == DATE and not _ISO_DATE.fullmatch(value):
        yield Violation(path, f"must be {_A_DATE}")


_A_DATE = "a date such as 2024, 2024-05 or 2024-05-31"
