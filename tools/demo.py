"""Takes the three documented steps against a running gateway and shows what comes out (`make demo`)."""

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared.config import load_settings
from tools.procfile import ROOT

_ANSWER_SECONDS = 90.0


class CallFailed(Exception):
    """The gateway refused a call or cannot be reached; the text is for the reader."""


def main() -> int:
    """0 when all three steps answered."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--resume", type=Path, default=ROOT / "examples" / "resume-backend-36m.json")
    parser.add_argument("--language", choices=("ko", "en"), default="ko")
    parser.add_argument("--provider", default="", help="the provider to ask first, such as gemini or local")
    parser.add_argument("--url", default=f"http://127.0.0.1:{load_settings().gateway_port}", help="of the gateway")
    arguments = parser.parse_args()
    try:
        run(arguments.url, arguments.resume, arguments.language, arguments.provider)
    except CallFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(url: str, file: Path, language: str, provider: str) -> None:
    """Stores the resume under a new key, has questions and a path written, prints both; raises `CallFailed`."""
    try:
        resume = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CallFailed(f"{file} is not a resume in JSON: {error}") from None
    key = f"demo-{uuid4().hex[:8]}"
    api = f"{url}/api/v1"
    query = urllib.parse.urlencode({"language": language, **({"provider": provider} if provider else {})})
    stored = _post(f"{api}/resumes", {**resume, "unique_key": key})
    print(f"1. {file.name} is stored as {stored['unique_key']}.\n")
    print("2. Questions\n")
    print(format_questions(_post(f"{api}/interview/{key}/questions?{query}")))
    print("3. Learning path\n")
    print(format_path(_post(f"{api}/learning/{key}/learning-path?{query}")))
    print(f"All of it again: curl {api}/interview/{key}/questions and curl {api}/learning/{key}/learning-path")


def format_questions(answer: dict[str, Any]) -> str:
    """A set of questions as text."""
    lines = []
    for number, question in enumerate(answer["questions"], 1):
        lines += [
            f"   {number}. {question['question']}",
            f"      {question['category']} · {question['difficulty']} · {question['type']} · {question['topic']}",
            f"      {question['reason']}",
            "",
        ]
    return "\n".join([*lines, _author(answer)])


def format_path(answer: dict[str, Any]) -> str:
    """A learning path as text."""
    lines = [f"   {answer['summary']}", ""]
    for number, step in enumerate(answer["learning_paths"], 1):
        lines += [
            f"   {number}. {step['title']} ({step['type']}, {step['priority']}, {step['estimated_duration']})",
            f"      {step['description']}",
            *(f"      - {item['title']} {item['link']}".rstrip() for item in step["resources"]),
            "",
        ]
    return "\n".join([*lines, _author(answer)])


def _author(answer: dict[str, Any]) -> str:
    return f"   Written by {answer['provider']} ({answer['model']}).\n"


def _post(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {} if body is None else {"content-type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers, method="POST")  # noqa: S310 - http, as configured
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_ANSWER_SECONDS) as answer:
            result: dict[str, Any] = json.load(answer)
            return result
    except urllib.error.HTTPError as error:
        raise CallFailed(f"{url} answered {error.code}: {error.read().decode(errors='replace').strip()}") from None
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        raise CallFailed(f"Nothing answers at {url}: start it with `make run`.") from None


if __name__ == "__main__":
    raise SystemExit(main())
