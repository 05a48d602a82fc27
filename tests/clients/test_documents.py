"""What makes a documentation page wrong: the tests of the pages can fail."""

from pathlib import Path

import pytest

from tests.clients.documents import Block, find_faults, read_blocks, run_blocks

PAGE = """
```sh
KEY=kim
```

## First

```sh
printf '{"key": "%s"}' $KEY; echo problem >&2
```

```text
{"key": "kim"}problem
```

```sh refused
false; echo after
```

```json
{"a": 1}
```

```
not run
```
"""

RIGHT = {
    "same": ('{"a": [1, true]}', '{"a": [1, true]}'),
    "member-left-out": ('{"a": 1}', '{"a": 1, "b": 2}'),
    "any-text": ('{"a": "for example…"}', '{"a": "another"}'),
    "anything": ('{"a": "…"}', '{"a": {"b": [1]}}'),
    "entries-left-out": ('[1, "…", 5]', "[1, 2, 3, 4, 5]"),
    "none-left-out": ('[1, "…"]', "[1]"),
    "several": ('{"a": 1}\n…\n{"a": 9}', '{"a": 1}{"a": 2}\n{"a": 9}'),
}
WRONG = {
    "value": ('{"a": 1}', '{"a": 2}', "answer[0].a: 2 instead of 1"),
    "true-is-not-one": ('{"a": 1}', '{"a": true}', "answer[0].a: True instead of 1"),
    "no-text": ('{"a": "for example…"}', '{"a": 1}', "answer[0].a: 1 is no text"),
    "no-member": ('{"a": {"b": 1}}', '{"a": {"c": 1}}', "answer[0].a.b is not there"),
    "more-entries": ("[1]", "[1, 2]", "answer[0] has 2 entries: [1, 2]"),
    "fewer-entries": ('[1, "…", 2]', "[1]", "answer[0] has 1 entries: [1]"),
    "last-entry": ('["…", 2]', "[1, 3]", "answer[0][1]: 3 instead of 2"),
    "more-values": ("1", "1 2", "answer has 2 entries: [1, 2]"),
    "no-json": ("{}", "curl: (7) refused", "is no JSON: curl: (7) refused"),
}


def answered(documented: str, kind: str = "json") -> Block:
    """A block with this answer."""
    return Block(1, "", "true", refused=False, answer=(kind, documented))


@pytest.fixture
def blocks(tmp_path: Path) -> list[Block]:
    """The blocks of the page above."""
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    return read_blocks(page)


def test_blocks_are_read_with_their_answers(blocks: list[Block]) -> None:
    """Only those that are marked so, each with its heading and whether it is to fail."""
    assert [(block.line, block.section, block.refused) for block in blocks] == [
        (2, "", False),
        (8, "First", False),
        (16, "First", True),
    ]
    assert [block.answer for block in blocks] == [
        None,
        ("text", '{"key": "kim"}problem\n'),
        ("json", '{"a": 1}\n'),
    ]


def test_blocks_run_in_one_shell(blocks: list[Block], tmp_path: Path) -> None:
    """What one sets the next one has; a failure inside a block counts, and both outputs are kept."""
    run = run_blocks(blocks, tmp_path, tmp_path, {"=kim": "=lee"})

    assert run.statuses == [0, 0, 1]
    assert run.outputs == ["", '{"key": "lee"}problem\n', "after\n"]


def test_calls_are_noted_as_they_were_made(tmp_path: Path) -> None:
    """With what stood in variables, within others, too."""
    commands = 'U=http://127.0.0.1:9; A=$(curl -sS $U/a -d \'{"b": "가"}\' | cat) || true'
    run = run_blocks([Block(1, "", commands, refused=False, answer=None)], tmp_path, tmp_path, {})

    assert run.calls == [["curl", "-sS", "http://127.0.0.1:9/a", "-d", '{"b": "가"}']]


@pytest.mark.parametrize(("documented", "real"), RIGHT.values(), ids=RIGHT)
def test_a_shortened_answer_is_right(documented: str, real: str) -> None:
    """What it leaves out may be anything."""
    assert find_faults(answered(documented), 0, real) == []


@pytest.mark.parametrize(("documented", "real", "fault"), WRONG.values(), ids=WRONG)
def test_another_answer_is_wrong(documented: str, real: str, fault: str) -> None:
    """What it shows must be so."""
    assert find_faults(answered(documented), 0, real) == [fault]


@pytest.mark.parametrize(
    ("block", "status", "output"),
    [
        pytest.param(answered("{}"), 1, "{}", id="failed"),
        pytest.param(Block(1, "", "true", refused=True, answer=None), 0, "", id="not-refused"),
        pytest.param(Block(1, "", "true", refused=False, answer=None), 0, "hm", id="undocumented"),
        pytest.param(answered('data: {"a": 1}', "text"), 0, 'data: {"a": 2}', id="event"),
    ],
)
def test_what_else_is_wrong(block: Block, status: int, output: str) -> None:
    """A status other than the documented, and what is printed though nothing is documented."""
    assert len(find_faults(block, status, output)) == 1
