"""A documentation page whose shell blocks are run as one reader would run them: in order, in one shell.

A block `sh` must succeed, one marked `sh refused` must not. The block `json` or `text` behind it is what it prints,
shortened: members may be left out, `…` stands for further entries or lines, and a text that ends in `…` for any text.
"""

import json
import os
import re
import secrets
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.resumes import ROOT

MORE = "…"
_FENCE = re.compile(r"^```(?P<kind>sh refused|sh|json|text)\n(?P<text>.*?)^```$|^## (?P<section>[^\n]*)$", re.M | re.S)
_TRACED = re.compile(r"^\++ ((?:curl|grpcurl) .*)$", re.M)
_EVENT = "data: "
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Block:
    """One shell block, the heading above it, and what is documented as its answer (kind and text)."""

    line: int
    section: str
    commands: str
    refused: bool
    answer: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a page: for each block its exit status and output, and every `curl` or `grpcurl` that was called."""

    statuses: list[int]
    outputs: list[str]
    calls: list[list[str]]


def read_blocks(page: Path) -> list[Block]:
    """The shell blocks of a page in order."""
    return list(_pair_answers(page.read_text("utf-8")))


def _pair_answers(text: str) -> Iterator[Block]:
    section, waiting = "", None
    for match in _FENCE.finditer(text):
        kind, content = match["kind"], match["text"]
        if waiting and kind in ("json", "text"):
            yield Block(*waiting, (kind, content))
            waiting = None
            continue
        if waiting:
            yield Block(*waiting, None)
            waiting = None
        if match["section"]:
            section = match["section"]
        elif kind.startswith("sh"):
            line = text.count("\n", 0, match.start()) + 1
            waiting = (line, section, content, kind == "sh refused")
    if waiting:
        yield Block(*waiting, None)


def run_blocks(blocks: list[Block], folder: Path, programs: Path, addresses: Mapping[str, str]) -> Run:
    """Runs blocks in the project's folder, with other addresses put in for those of the page.

    `programs` come first on the path. Nothing else is in the environment. Scratch files are left in `folder`.
    """
    mark, trace = secrets.token_hex(8), folder / "trace"
    script = [f"set -Eo pipefail; exec 9>{shlex.quote(str(trace))}; BASH_XTRACEFD=9; trap 'failed=$?' ERR"]
    script += [
        f"failed=0; set -x\n{block.commands}\n{{ set +x; }} 2>/dev/null; printf '%s %s\\n' {mark} $failed"
        for block in blocks
    ]
    text = "\n".join(script)
    for documented, real in addresses.items():
        text = text.replace(documented, real)
    output = _run_script(text, {"PATH": f"{programs}:{os.defpath}", "HOME": str(folder), "LC_ALL": "C.UTF-8"})
    ends = re.split(rf"{mark} (\d+)\n", output)
    calls = [shlex.split(call) for call in _TRACED.findall(trace.read_text("utf-8"))]
    return Run([int(status) for status in ends[1::2]], ends[:-1:2], calls)


def _run_script(script: str, environment: Mapping[str, str]) -> str:
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        encoding="utf-8",
    )
    try:
        return process.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired:
        # The shell's children, too.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise


def documented_commands(*beginnings: str) -> list[list[str]]:
    """The commands of the page of typed clients that begin so, one for each."""
    lines = (ROOT / "docs" / "clients.md").read_text("utf-8").splitlines()
    found = [[line for line in lines if line.startswith(beginning)] for beginning in beginnings]
    return [shlex.split(line) for (line,) in found]


def find_faults(block: Block, status: int, output: str) -> list[str]:
    """Where a block did not do what the page says; what has no documented answer must print nothing."""
    if bool(status) is not block.refused:
        return [f"ended with {status}: {output[:500]}"]
    if block.answer is None:
        return [f"prints what is not documented: {output[:500]}"] if output.strip() else []
    kind, documented = block.answer
    read = read_values if kind == "json" else read_lines
    try:
        real = read(output)
    except ValueError:
        return [f"is no JSON: {output[:500]}"]
    return list(_differences(read(documented), real, "answer"))


def read_values(text: str) -> list[Any]:
    """The JSON values that stand one after the other in a text, and `…` where it stands alone on a line."""
    text = re.sub(rf"^{MORE}$", f'"{MORE}"', text, flags=re.M)
    decoder, values, position = json.JSONDecoder(), [], 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        value, position = decoder.raw_decode(text, position)
        values.append(value)
    return values


def read_lines(text: str) -> list[Any]:
    """The lines of a text that are not empty; of a server-sent event its data."""
    lines = (line for line in text.splitlines() if line.strip())
    return [json.loads(line[len(_EVENT) :]) if line.startswith(_EVENT) else line for line in lines]


def _differences(documented: Any, real: Any, place: str) -> Iterator[str]:
    if isinstance(documented, str) and documented.endswith(MORE):
        if documented != MORE and not isinstance(real, str):
            yield f"{place}: {real!r} is no text"
    elif isinstance(documented, dict) and isinstance(real, dict):
        for name, value in documented.items():
            if name in real:
                yield from _differences(value, real[name], f"{place}.{name}")
            else:
                yield f"{place}.{name} is not there"
    elif isinstance(documented, list) and isinstance(real, list):
        yield from _entry_differences(documented, real, place)
    elif documented != real or isinstance(documented, bool) is not isinstance(real, bool):
        yield f"{place}: {real!r} instead of {documented!r}"


def _entry_differences(documented: list[Any], real: list[Any], place: str) -> Iterator[str]:
    """`…` may stand once, for any number of entries."""
    cut = documented.index(MORE) if MORE in documented else len(documented)
    head, tail = documented[:cut], documented[cut + 1 :]
    if len(real) < len(head) + len(tail) or (MORE not in documented and len(real) > len(head)):
        yield f"{place} has {len(real)} entries: {real!r}"[:500]
        return
    for position, value in enumerate(head):
        yield from _differences(value, real[position], f"{place}[{position}]")
    for position, value in enumerate(tail, len(real) - len(tail)):
        yield from _differences(value, real[position], f"{place}[{position}]")
