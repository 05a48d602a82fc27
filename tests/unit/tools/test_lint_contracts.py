"""The check of the contracts can fail."""

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from tools.lint_contracts import RELEASED, find_problems
from tools.protos import write_descriptors


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The present contracts with their comments."""
    file = tmp_path / "image.binpb"
    write_descriptors(file, comments=True)
    return file


def changed(image: Path, change_of: str) -> Path:
    """A copy of an image in which `change_of` a resume's contract is made."""
    files = FileDescriptorSet.FromString(image.read_bytes())
    resume = next(file for file in files.file if file.name == "career/resume/v1/resume.proto")
    CHANGES[change_of](resume)
    copy = image.with_name(f"{change_of}.binpb")
    copy.write_bytes(files.SerializeToString())
    return copy


def rename_field(file: FileDescriptorProto) -> None:
    """`name` of a resume gets another name."""
    field = file.message_type[0].field[1]
    field.name = field.json_name = "full"


def remove_comments(file: FileDescriptorProto) -> None:
    """Nothing is said about anything."""
    for location in file.source_code_info.location:
        location.ClearField("leading_comments")


CHANGES = {"rename": rename_field, "silence": remove_comments}


def test_the_present_contracts_are_fine(image: Path) -> None:
    """By every rule, and for clients of the released ones."""
    assert not find_problems(image, RELEASED)


@pytest.mark.parametrize("change", CHANGES)
def test_a_break_and_a_gap_are_found(image: Path, change: str) -> None:
    """A renamed field breaks clients; an element without a comment breaks a rule."""
    assert find_problems(changed(image, change), RELEASED)
