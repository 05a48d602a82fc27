"""Looks for words in everything that the processes of a stack can have written, in every spelling of them."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import quote_from_bytes
from uuid import uuid4

import msgspec

from services.resume.model import Count, ResumeContent, Text

_WRITABLE = 0o3
_NO_FILES = ("/dev/", "/proc/", "/sys/", "pipe:", "socket:", "anon_inode:")


class Words:
    """Makes words that stand nowhere else, in Latin letters and in Hangul, and remembers them."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._run = uuid4().int

    def latin(self) -> str:
        """A word that any field takes: small letters and digits."""
        return self._remember(f"zq{self._run % 16**12:012x}{len(self.made):03x}")

    def hangul(self) -> str:
        """Eight syllables."""
        number = self._run + len(self.made)
        return self._remember("".join(chr(0xAC00 + (number // 11_172**place) % 11_172) for place in range(8)))

    def _remember(self, word: str) -> str:
        self.made.append(word)
        return word


def fill_resume(words: Words) -> dict[str, Any]:
    """A resume in which every field is set, each text to words of its own."""
    content: dict[str, Any] = _fill(ResumeContent, words)
    return content


def _fill(hint: Any, words: Words) -> Any:
    kinds = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is Annotated:
        inner, rule = get_args(hint)
        if isinstance(rule, Text):
            return _fill_text(rule, words)
        return [_fill(get_args(inner)[0], words)] if isinstance(rule, Count) else 36
    if kinds:
        return _fill(kinds[0], words)
    assert issubclass(hint, msgspec.Struct)
    return {name: _fill(field, words) for name, field in get_type_hints(hint, include_extras=True).items()}


def _fill_text(rule: Text, words: Words) -> str:
    if rule.form == "mail":
        return f"{words.latin()}@example.com"
    return f"https://example.com/{words.latin()}" if rule.form == "url" else f"{words.latin()} {words.hangul()}"


def find_traces(words: Iterable[str], files: Iterable[tuple[str, Path]]) -> dict[str, list[str]]:
    """The words that stand in any of the files, with the names of those."""
    contents = {name: _read(path) for name, path in files}
    found = {}
    for word in words:
        spellings = _spellings(word)
        if names := [name for name, data in contents.items() if any(each in data for each in spellings)]:
            found[word] = names
    return found


def list_files(folder: Path, pids: Sequence[int]) -> Iterator[tuple[str, Path]]:
    """All files below a folder, and those that only a process still has: deleted, and open."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path
    for pid in pids:
        for descriptor, target in _open_files(pid):
            if target.endswith("(deleted)") or target.startswith("/memfd:"):
                yield f"{pid}: {target}", descriptor


def written_elsewhere(folder: Path, pids: Sequence[int]) -> list[str]:
    """Files that processes have open for writing and that are not below the folder: `list_files` would miss them."""
    return sorted(
        {
            target
            for pid in pids
            for descriptor, target in _open_files(pid)
            if _is_writable(pid, descriptor.name)
            and not Path(target).is_relative_to(folder)
            and not target.startswith("/memfd:")
        }
    )


def processes_below(pid: int) -> list[int]:
    """A process and all that came of it."""
    children = [int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text().split()]
    return [pid, *(below for child in children for below in processes_below(child))]


def _spellings(word: str) -> set[bytes]:
    """The bytes of a word as it may stand in a file."""
    data = word.encode()
    escaped = json.dumps(word)[1:-1]
    percent = "".join(f"%{byte:02X}" for byte in data)
    texts = {escaped, escaped.upper().replace("\\U", "\\u"), percent, percent.lower(), quote_from_bytes(data)}
    texts |= {data.hex(), data.hex().upper(), repr(data)[2:-1], word.upper(), word.title()}
    texts |= {"".join(f"\\{byte:03o}" for byte in data)}
    return {data, word.encode("utf-16-le"), word.encode("utf-16-be"), *map(str.encode, texts), *_base64(data)}


def _base64(data: bytes) -> Iterator[bytes]:
    """What is sure to be there whatever stands around it, at each of the three places that it can begin."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data)
        yield encoded[4 if shift else 0 : -4]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone meanwhile
        return b""


def _open_files(pid: int) -> Iterator[tuple[Path, str]]:
    try:
        descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for descriptor in descriptors:
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if not target.startswith(_NO_FILES):
            yield descriptor, target


def _is_writable(pid: int, descriptor: str) -> bool:
    try:
        lines = Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text().splitlines()
    except OSError:
        return False
    flags = next(int(line.split()[1], 8) for line in lines if line.startswith("flags:"))
    return bool(flags & _WRITABLE)
