"""Shows what a vendor would be sent about a resume, personal data masked, and asks nobody (`make prompt-preview`).

The resume goes through the rules of the resume service and the code of the generators; nothing is stored or logged.
"""

import argparse
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
from google.protobuf import json_format

from career.resume.v1 import resume_pb2
from services.interview.task import load_tasks as load_question_tasks
from services.learning.durations import WEEKLY_HOURS
from services.learning.task import load_tasks as load_path_tasks
from services.resume.mapping import read_content, write_resume
from services.resume.model import Resume, ResumeContent
from services.resume.rules import check_content
from shared.clock import Clock
from shared.errors import InvalidInput, Violation
from shared.generation.experiment import newest
from shared.generation.generator import Task
from shared.generation.model import Language, Subject
from shared.llm.messages import Prompt
from shared.resume_profile import personal_patterns
from shared.resume_profile.model import ResumeProfile
from shared.resume_profile.profile import build_profile
from shared.rpc.messages import message_values

_SERVICES: Mapping[str, Callable[[], Mapping[str, Task[Any]]]] = {
    "interview": load_question_tasks,
    "learning": load_path_tasks,
}
_BOTH = "both"
_ADDED = ("created_at", "updated_at")  # by the resume service
_STDIN = "-"
_PLACEHOLDERS = (
    personal_patterns.NAME,
    personal_patterns.PHONE,
    personal_patterns.MAIL,
    personal_patterns.LINK,
    personal_patterns.ADDRESS,
    personal_patterns.RESIDENT_NUMBER,
    personal_patterns.BIRTH,
)
_UNKNOWN_FIELD = re.compile(r'has no field named "([^"]+)" at "Resume\.?([^"]*)"')
_FIELD = re.compile(r"Failed to parse (\w+) field")
_HANGUL = re.compile("[가-힣]")
_CHARACTERS_PER_TOKEN = 4


class PreviewFailed(Exception):
    """There is nothing to show; the text says which file or field is to blame, and quotes nothing of the resume."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A prompt as a vendor gets it, and what was taken out of the resume before."""

    service: str
    language: Language
    prompt: Prompt
    masked: Mapping[str, int]
    left_out: Sequence[str]
    warnings: Sequence[str]

    @property
    def texts(self) -> Mapping[str, str]:
        """The parts that are sent, the schema in its most compact form."""
        schema = json.dumps(self.prompt.schema, ensure_ascii=False, separators=(",", ":"))
        return {"system": self.prompt.system, "user": self.prompt.user, "schema": schema}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the prompts were shown, 2 when there was nothing to show."""
    asked = _parser().parse_args(arguments)
    try:
        previews = preview_prompts(asked)
    except PreviewFailed as error:
        print(error, file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps([_as_json(preview) for preview in previews], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join("\n".join(_as_text(preview)) for preview in previews))
    return 0


def preview_prompts(asked: argparse.Namespace) -> list[Preview]:
    """What each service would send that is asked for; raises `PreviewFailed`."""
    tasks = choose_tasks(asked.service, asked.prompt)
    if asked.weekly_hours is not None and "learning" not in tasks:
        raise PreviewFailed("--weekly-hours is for learning paths, and none is asked for")
    resume = read_resume(asked.resume)
    subject = Subject(build_profile(resume), asked.language, weekly_hours=asked.weekly_hours)
    return [_preview(service, task, subject, resume) for service, task in tasks.items()]


def choose_tasks(service: str, version: str | None) -> dict[str, Task[Any]]:
    """The task of each service with this version of its prompt, by default the newest; raises `PreviewFailed`."""
    names = tuple(_SERVICES) if service == _BOTH else (service,)
    known = {name: _SERVICES[name]() for name in names}
    if version is None:
        return {name: tasks[newest(tasks)] for name, tasks in known.items()}
    chosen = {name: tasks[version] for name, tasks in known.items() if version in tasks}
    if not chosen:
        versions = ", ".join(each for tasks in known.values() for each in tasks)
        raise PreviewFailed(f"there is no prompt {version}; there are {versions}")
    return chosen


def read_resume(source: str) -> Mapping[str, Any]:
    """The resume in a file, or on standard input for `-`, as the generators get it from the resume service.

    Raises `PreviewFailed`, which names every field that breaks a rule.
    """
    name = "standard input" if source == _STDIN else source
    written = _read_json(source, name)
    try:
        message = json_format.ParseDict(written, resume_pb2.Resume())
    except json_format.ParseError as error:
        raise PreviewFailed(f"{name}: {_misfit(written, str(error))}") from None
    try:
        content = read_content(message)
    except InvalidInput as error:
        raise PreviewFailed(_listed(name, error.violations)) from None
    if violations := check_content(content):
        raise PreviewFailed(_listed(name, violations))
    clock = Clock()
    now = clock.now()
    return message_values(write_resume(Resume(clock.new_id(), message.unique_key, content, now, now), now.date()))


def _read_json(source: str, name: str) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read() if source == _STDIN else Path(source).read_bytes()
        value = json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise PreviewFailed(f"{name}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise PreviewFailed(f"{name}: must be encoded in UTF-8") from None
    except json.JSONDecodeError as error:
        raise PreviewFailed(f"{name}: must be JSON; it is not at line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise PreviewFailed(f"{name}: must be JSON of a sensible depth and with sensible numbers") from None
    if not isinstance(value, dict):
        raise PreviewFailed(f"{name}: must hold one JSON object, the resume")
    return value


def _misfit(written: Mapping[str, Any], complaint: str) -> str:
    """Which field is not of the contract's shape; the complaint of the parser may quote values."""
    try:
        msgspec.convert(written, ResumeContent)
    except msgspec.ValidationError as error:
        return str(error)
    if unknown := _UNKNOWN_FIELD.search(complaint):
        return f"{unknown[2]}.{unknown[1]}".lstrip(".") + ": is no field of a resume"
    return ".".join(_FIELD.findall(complaint)) + ": cannot be read"


def _listed(name: str, violations: Sequence[Violation]) -> str:
    return "\n".join(f"{name}: {each.field}: {each.description}" for each in violations)


def _preview(service: str, task: Task[Any], subject: Subject, resume: Mapping[str, Any]) -> Preview:
    profile = subject.profile
    return Preview(
        service=service,
        language=subject.language,
        prompt=task.prompt(subject),
        masked=_count_masked(profile),
        left_out=[name for name in resume if name not in profile.resume and name not in _ADDED],
        warnings=profile.warnings,
    )


def _count_masked(profile: ResumeProfile) -> dict[str, int]:
    text = json.dumps(profile.resume, ensure_ascii=False)
    return {placeholder: text.count(placeholder) for placeholder in _PLACEHOLDERS if placeholder in text}


def _tokens(text: str) -> int:
    """Roughly: a token for a Korean syllable, and one for four characters of anything else. Vendors differ."""
    korean = len(_HANGUL.findall(text))
    return korean + (len(text) - korean) // _CHARACTERS_PER_TOKEN


def _as_json(preview: Preview) -> dict[str, Any]:
    prompt = preview.prompt
    return {
        "service": preview.service,
        "version": prompt.version,
        "language": preview.language,
        "complexity": prompt.complexity,
        "system": prompt.system,
        "user": prompt.user,
        "schema_name": prompt.schema_name,
        "schema": prompt.schema,
        "characters": {part: len(text) for part, text in preview.texts.items()},
        "estimated_tokens": {part: _tokens(text) for part, text in preview.texts.items()},
        "masked": preview.masked,
        "left_out": preview.left_out,
        "warnings": preview.warnings,
    }


def _as_text(preview: Preview) -> Iterator[str]:
    prompt, texts = preview.prompt, preview.texts
    yield f"=== {preview.service}: {prompt.version}, language {preview.language}, {prompt.complexity} resume ==="
    yield f"\n--- system ({_size(texts['system'])}) ---\n{prompt.system.rstrip()}"
    yield f"\n--- user ({_size(texts['user'])}) ---\n{prompt.user.rstrip()}"
    schema = json.dumps(prompt.schema, ensure_ascii=False, indent=1)
    yield f"\n--- schema {prompt.schema_name} ({_size(texts['schema'])}) ---\n{schema}"
    masked = ", ".join(f"{placeholder} {count}" for placeholder, count in preview.masked.items())
    yield f"\n--- masked in the resume: {masked or 'nothing'}; left out: {', '.join(preview.left_out) or 'nothing'} ---"
    if preview.warnings:
        yield f"--- warnings: {', '.join(preview.warnings)} ---"
    yield f"--- all together: {_size(''.join(texts.values()))} ---"


def _size(text: str) -> str:
    return f"{len(text):,} characters, about {_tokens(text):,} tokens"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make prompt-preview", description=__doc__)
    parser.add_argument("resume", help="a resume in JSON, as in examples/; - reads standard input")
    parser.add_argument("--service", choices=(*_SERVICES, _BOTH), default=_BOTH, help="whose prompt (both)")
    parser.add_argument("--language", choices=get_args(Language), default="ko", help="of the answer (ko)")
    parser.add_argument("--prompt", metavar="VERSION", help="such as questions/1; the newest by default")
    parser.add_argument("--weekly-hours", type=_hours, metavar="HOURS", help="for learning, 1 to 80 (not said)")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of text")
    return parser


def _hours(text: str) -> int:
    fewest, most = WEEKLY_HOURS
    if not text.isdecimal() or not fewest <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"must be {fewest} to {most}")
    return int(text)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads no further, as `head` does, has seen enough
    sys.exit(main())
