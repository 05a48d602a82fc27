"""Writes everything that is made from the contracts: the package `career` and the gateway's descriptors.

`python -m tools.protos` writes them in place; `generate` writes them anywhere, so that a test can compare what is
checked in with what the contracts say.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.api import annotations_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
STUBS = PROTOS / "gen"
DESCRIPTORS = ROOT / "gateway" / "descriptors.pb"

# Types that errors carry; no contract imports them, yet the gateway must know them to write them as JSON.
_ERROR_DETAILS = "google/rpc/error_details.proto"
_PACKAGE_DOC = '"""Typed messages and clients of career-coach, made from the contracts by `make proto`."""\n'


class ProtocFailed(Exception):
    """The compiler refused the contracts; it has said why on standard error."""


def sources() -> list[str]:
    """Paths of all contracts relative to `protos/`, sorted."""
    return sorted(str(path.relative_to(PROTOS)) for path in (PROTOS / "career").rglob("*.proto"))


def include_paths() -> list[str]:
    """Where imports are looked up: ours, protobuf's own, and the `google/api` of googleapis-common-protos."""
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    common = Path(annotations_pb2.__file__).parents[2]
    return [f"-I{path}" for path in (PROTOS, well_known, common)]


def _protoc(*arguments: str) -> None:
    if protoc.main(["protoc", *include_paths(), *arguments]) != 0:
        raise ProtocFailed


def write_descriptors(target: Path, *, comments: bool = False) -> None:
    """Writes one self-contained descriptor set of all contracts; `comments` adds their text and positions."""
    extra = ["--include_source_info"] if comments else []
    _protoc("--include_imports", *extra, f"--descriptor_set_out={target}", *sources(), _ERROR_DETAILS)


def generate(stubs: Path, descriptors: Path) -> None:
    """Writes the package `career` below `stubs` and the descriptor set to `descriptors`, replacing what is there."""
    scripts = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        _protoc(
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            *(f"--plugin=protoc-gen-{plugin}={scripts}/protoc-gen-{plugin}" for plugin in ("mypy", "mypy_grpc")),
            f"--mypy_out=quiet:{out}",
            f"--mypy_grpc_out=quiet:{out}",
            *sources(),
        )
        package = out / "career"
        for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
            (folder / "__init__.py").write_text(_PACKAGE_DOC if folder == package else "")
        (package / "py.typed").write_text("")
        shutil.rmtree(stubs / "career", ignore_errors=True)
        shutil.copytree(package, stubs / "career")
    write_descriptors(descriptors)


def main() -> int:
    """Generates in place; 1 when the compiler refused."""
    try:
        generate(STUBS, DESCRIPTORS)
    except ProtocFailed:
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
