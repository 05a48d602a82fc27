"""Routes to the files that the gateway serves itself: the page, and the documentation with its assets.

Each file has a route of its own, so no path of a request is ever looked up on a disk.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.rest_routes import bypass_transcoder, refuse_other_methods

HERE = Path(__file__).resolve().parent
MAX_BYTES = 4 * 1024 * 1024
_READS = {"GET", "HEAD"}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# Nothing of another site; Swagger UI sets styles on its elements.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{inline}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

Tree = dict[str, Any]


def find_files() -> dict[str, Path]:
    """Files by the path that they are served at, without a slash at the end."""
    found: dict[str, Path] = {}
    for folder, prefix in ((HERE / "page", ""), (HERE / "docs", "/docs")):
        for file in sorted(folder.rglob("*")):
            if file.suffix in _TYPES and file.is_file():
                found[_address(file.relative_to(folder), prefix)] = file
    return found


def build_file_routes(without_limits: Tree) -> Iterator[Tree]:
    """Two routes for each file and spelling of its path, after one that refuses all but reading.

    The first answers 304 to who has the file already. With `without_limits` a page's assets are not counted.
    """
    for address, file in find_files().items():
        for path in sorted({address or "/", f"{address}/"}):
            yield refuse_other_methods({"path": path}, _READS)
            yield from _routes(path, file, without_limits)


def _address(file: Path, prefix: str) -> str:
    """`docs/resumes/index.html` and `docs/resumes.openapi.json` stand beside the paths that they describe."""
    if prefix and file.name.endswith("openapi.json"):
        service = file.name.removesuffix("openapi.json").rstrip(".")
        return "/".join(part for part in ("/api/v1", service, "openapi.json") if part)
    if file.name != "index.html":
        return f"{prefix}/{file.as_posix()}"
    folder = "" if file.parent == Path() else f"/{file.parent.as_posix()}"
    return f"/api/v1{folder}/docs" if prefix else folder


def _routes(path: str, file: Path, without_limits: Tree) -> Iterator[Tree]:
    # Weak: an answer may be compressed on its way.
    tag = f'W/"{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"'
    known = {"name": "if-none-match", "string_match": {"contains": tag.removeprefix("W/")}}
    inline = " 'unsafe-inline'" if file.is_relative_to(HERE / "docs") else ""
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": _POLICY.format(inline=inline),
        "etag": tag,
    }
    shared = {"typed_per_filter_config": bypass_transcoder() | without_limits}
    yield {
        "name": "file-known",
        "match": {"path": path, "headers": [known]},
        "direct_response": {"status": 304},
        "response_headers_to_add": _headers(headers),
        # Envoy's own idea of what belongs to a 3xx.
        "response_headers_to_remove": ["location"],
        **shared,
    }
    yield {
        "name": "file",
        "match": {"path": path},
        "direct_response": {"status": 200, "body": {"filename": str(file)}},
        "response_headers_to_add": _headers(headers | {"content-type": _TYPES[file.suffix]}),
        **shared,
    }


def _headers(headers: dict[str, str]) -> list[Tree]:
    return [
        {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        for name, value in headers.items()
    ]
