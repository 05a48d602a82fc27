"""Prompts as versioned YAML files: what they hold and how they become a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any

from shared.generation.complexity import complexity_of
from shared.generation.model import Subject
from shared.generation.text_checks import register_prompt
from shared.llm.messages import Prompt
from shared.yaml_file import read_yaml

_LANGUAGES = {"ko": "한국어", "en": "English"}


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One version of a prompt.

    `system` and `user` hold `${...}` placeholders: `${resume}`, `${language}`, `${months}`, `${level}`, `${role}`,
    `${skills}`, `${examples}`, and what the caller of `render` adds. A `$` of the text itself is written `$$`.
    Parts that follow the user text where there is need: `continuation` asks for what is missing of an answer that broke
    off, `earlier` names what must not be repeated. Their placeholders are those of `extend`.
    """

    version: str
    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    examples: str = ""
    continuation: str = ""
    earlier: str = ""

    def render(self, subject: Subject, **values: object) -> Prompt:
        """The prompt for one resume and language; raises KeyError for a placeholder without a value."""
        profile = subject.profile
        known: dict[str, object] = {
            "resume": fence_json(profile.resume),
            "language": _LANGUAGES[subject.language],
            "months": profile.months,
            "level": profile.level.value,
            "role": profile.role,
            "skills": fence_json([skill.name for skill in profile.skills], indent=None),
            "examples": self.examples,
            **values,
        }
        return Prompt(
            system=Template(self.system).substitute(known),
            user=Template(self.user).substitute(known),
            schema_name=self.schema_name,
            schema=self.schema,
            version=self.version,
            subject=subject,
            complexity=complexity_of(profile),
        )


def extend(prompt: Prompt, part: str, **values: object) -> Prompt:
    """A rendered prompt with one more part behind it; raises KeyError for a placeholder without a value."""
    return replace(prompt, user=f"{prompt.user}\n{Template(part).substitute(values)}")


def load_template(path: Path) -> PromptTemplate:
    """Reads a template, which no answer may repeat from then on; raises KeyError where a part is missing."""
    content = read_yaml(path)
    template = PromptTemplate(
        version=content["version"],
        system=content["system"],
        user=content["user"],
        schema_name=content["schema_name"],
        schema=content["schema"],
        examples=content.get("examples", ""),
        continuation=content.get("continuation", ""),
        earlier=content.get("earlier", ""),
    )
    # Not the examples: they are there to be followed.
    register_prompt((template.system, template.user, template.continuation, template.earlier), template.schema)
    return template


def load_templates(folder: Path) -> dict[str, PromptTemplate]:
    """All templates of a folder, by version. Raises `ValueError` where two have the same."""
    templates = [load_template(path) for path in sorted(folder.glob("*.yaml"))]
    by_version = {template.version: template for template in templates}
    if len(by_version) < len(templates):
        raise ValueError(f"two prompts in {folder.name} have the same version")
    return by_version


def fence_json(value: object, *, indent: int | None = 1) -> str:
    """JSON without any `<`, `>` or `&`: no text within can close the tags that a template puts around it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
