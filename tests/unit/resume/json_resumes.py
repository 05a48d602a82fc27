"""JSON Resume documents to test with: the published schemas, and documents of every shape that they allow."""

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

SCHEMAS = {
    version: json.loads((Path(__file__).parent / "schemas" / f"json_resume_{version}.json").read_text("utf-8"))
    for version in ("1.0.0", "1.3.1")
}
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "json-resume-backend.json"
# RFC 3986, without the forms that no address of a page has.
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:\[[0-9A-Fa-f:.]+\](?::\d*)?|(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)(?=[/?#]|$))?"
    r"(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_FORMATS = FormatChecker(formats=("email", "date"))
_FORMATS.checks("uri")(lambda value: not isinstance(value, str) or _URI.fullmatch(value) is not None)

_OVERRIDES = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Text that any resume may hold.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=_OVERRIDES),
    max_size=12,
)
DATES = st.from_regex(r"[12][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?", fullmatch=True)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ANYTHING = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)
_FURTHER_NAMES = st.sampled_from(["duration", "keywords", "x-theme", "한글", "", "$ref", "a.b", "score", "test"])


def is_valid(document: Any, version: str, *, formats: bool = False) -> bool:
    """Whether a document is valid under a published schema; `formats` holds its addresses and dates to theirs, too."""
    checker = _FORMATS if formats else None
    return Draft7Validator(SCHEMAS[version], format_checker=checker).is_valid(document)


def documents(version: str = "1.3.1", *, name: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Documents that are valid under a published schema; each has a `name` of these where some are given."""
    schema = SCHEMAS[version]
    whole = _values(schema, schema)
    return whole if name is None else st.builds(_with_name, whole, name)


def _with_name(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document | {"basics": document.get("basics", {}) | {"name": name}}


def _values(form: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in form:
        return DATES
    if form["type"] == "string":
        return TEXTS
    if form["type"] == "array":
        return st.lists(_values(form["items"], schema), max_size=2)
    known = {name: _values(inner, schema) for name, inner in form["properties"].items()}
    objects = st.fixed_dictionaries({}, optional=known)
    if not form.get("additionalProperties", True):
        return objects
    further = st.dictionaries(_FURTHER_NAMES.filter(lambda name: name not in known), ANYTHING, max_size=1)
    return st.builds(lambda left, right: left | right, objects, further)
