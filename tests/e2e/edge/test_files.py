"""The files that the gateway serves itself: the page, and each service's reference."""

import pytest

from gateway.static_files import find_files
from tests.support.edge import Edge
from tests.support.refusals import reason_of

FILES = find_files()

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_and_every_reference_have_their_paths() -> None:
    """Where people look for them."""
    services = ("/resumes", "/interview", "/learning")
    references = {f"/api/v1{service}/{name}" for service in services for name in ("docs", "openapi.json")}

    assert references | {"", "/api/v1/openapi.json"} <= set(FILES)


@pytest.mark.parametrize("slash", ["", "/"], ids=["without slash", "with slash"])
@pytest.mark.parametrize("path", FILES)
async def test_a_file_is_served_whole(edge: Edge, path: str, slash: str) -> None:
    """With its type, and only its headers to who asks for those."""
    async with edge.client(base_url=edge.origin) as client:
        answer, head = await client.get(path + slash), await client.head(path + slash)

    assert (answer.status_code, head.status_code) == (200, 200)
    assert answer.content == FILES[path].read_bytes()
    assert head.content == b""
    assert answer.headers["content-type"] == head.headers["content-type"]
    assert answer.headers["content-type"].split(";")[0] in EXPECTED[FILES[path].suffix]


EXPECTED = {
    ".css": {"text/css"},
    ".html": {"text/html"},
    ".ico": {"image/x-icon"},
    ".js": {"text/javascript"},
    ".json": {"application/json"},
    ".png": {"image/png"},
    ".svg": {"image/svg+xml"},
    ".txt": {"text/plain"},
    ".woff2": {"font/woff2"},
}


@pytest.mark.parametrize("path", ["/", "/api/v1/resumes/docs", "/api/v1/openapi.json"])
async def test_who_has_a_file_is_not_sent_it_again(edge: Edge, path: str) -> None:
    """By its tag; a browser asks each time, so that a new file is seen at once."""
    async with edge.client(base_url=edge.origin) as client:
        first = await client.get(path)
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        other = await client.get(path, headers={"if-none-match": 'W/"0123456789abcdef"'})

    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content, "location" in again.headers) == (304, b"", False)
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("path", ["/", "/api/v1/resumes/docs"])
async def test_a_page_may_load_nothing_from_elsewhere(edge: Edge, path: str) -> None:
    """Nor run what stands in the page itself, nor be framed."""
    async with edge.client(base_url=edge.origin) as client:
        policy = (await client.get(path)).headers["content-security-policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("path", ["/", "/api/v1/interview/docs", "/api/v1/learning/openapi.json/"])
async def test_a_file_can_only_be_read(edge: Edge, path: str) -> None:
    """405 for the rest."""
    async with edge.client(base_url=edge.origin) as client:
        answer = await client.post(path)

    assert (reason_of(answer), answer.headers["allow"]) == ("METHOD_NOT_ALLOWED", "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/docs/",
        "/docs/swagger/",
        "/docs/../envoy.yaml",
        "/docs/%2e%2e/rest.lua",
        "/index.html/..%2f..",
        "/.env",
    ],
)
async def test_there_is_no_way_to_other_files(edge: Edge, path: str) -> None:
    """Neither folders nor what stands beside them."""
    async with edge.client(base_url=edge.origin) as client:
        answer = await client.get(path)

    assert reason_of(answer) == "NO_SUCH_PATH"
