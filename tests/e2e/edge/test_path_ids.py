"""The path alone says what is meant: what a service reads is what the path says, on each route of the contracts."""

import json

import pytest

from tests.support.edge import Edge
from tests.support.routes import Route, rest_routes

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINE, THEIRS = "mine", "theirs"
# Each variable of each route.
BOUND = [
    pytest.param(route, name, id=f"{route.service.split('.')[1]}-{route.method}-{name}")
    for route in rest_routes()
    for name in route.variables
]


def spellings(name: str) -> list[str]:
    """A field's names and ways to hide them in JSON or in a query."""
    first, *rest = name.split("_")
    camel = first + "".join(word.title() for word in rest)
    return [
        name,
        camel,
        name.replace("_", "%5F"),
        name.replace("_", "\\u005f"),
        name.replace("_", "\\_"),
        f"%{ord(name[0]):x}{name[1:]}",
    ]


def bodies(name: str, spelling: str) -> list[str]:
    """Bodies that name an id: alone, after the right one, before it, and beside a text that looks like the end."""
    right = f"{json.dumps(name)}: {json.dumps(MINE)}"
    wrong = f'"{spelling}": {json.dumps(THEIRS)}'
    single = wrong.replace('"', "'")
    return [
        f"{{{wrong}}}",
        f"{{{right}, {wrong}}}",
        f"{{{wrong}, {right}}}",
        f"{{{single}}}",
        f'{{"comment": "a\\"b", {wrong}}}',
        f"{{{spelling}: {json.dumps(THEIRS)}}}",
        f'{{"{spelling}"\n:{json.dumps(THEIRS)}}}',
    ]


@pytest.mark.parametrize(("route", "name"), BOUND)
async def test_no_query_replaces_an_id_of_a_path(edge: Edge, route: Route, name: str) -> None:
    """By any spelling of the parameter: it is refused, or the service reads what the path says."""
    edge.upstream.requests.clear()
    path = route.path(**dict.fromkeys(route.variables, MINE))

    async with edge.client(base_url=edge.origin) as client:
        for spelling in spellings(name):
            edge.upstream.events.put_nowait(None)
            await client.request(route.verb, f"{path}?{spelling}={THEIRS}&{spelling}={THEIRS}")
            edge.upstream.forget_events()

    assert {getattr(request, name) for request in edge.upstream.requests} <= {MINE}
    assert THEIRS not in str(edge.upstream.requests)


@pytest.mark.parametrize(("route", "name"), BOUND)
async def test_no_body_replaces_an_id_of_a_path(edge: Edge, route: Route, name: str) -> None:
    """By any spelling of the field, in any place: it is refused, or the service reads what the path says."""
    edge.upstream.requests.clear()
    path = route.path(**dict.fromkeys(route.variables, MINE))
    headers = {"content-type": "application/json"}

    async with edge.client(base_url=edge.origin) as client:
        for body in [body for spelling in spellings(name) for body in bodies(name, spelling)]:
            edge.upstream.events.put_nowait(None)
            await client.request(route.verb, path, content=body, headers=headers)
            edge.upstream.forget_events()

    assert {getattr(request, name) for request in edge.upstream.requests} <= {MINE}


TEXTS = [
    pytest.param('좋은\n질문\t"인용" \\ 끝', id="escapes"),
    pytest.param("unique_key, uniqueKey: 'x'", id="names of ids"),
    pytest.param('{"unique_key": "x"}', id="JSON in JSON"),
    pytest.param("it's", id="one quote of the other kind"),
]


@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_may_hold_anything(edge: Edge, text: str) -> None:
    """What looks like an id in the words of a person is none."""
    edge.upstream.requests.clear()
    feedback = {"rating": 5, "comment": text}

    async with edge.client() as client:
        answer = await client.post("/interview/mine/questions/set/feedback", json=feedback)

    (request,) = edge.upstream.requests
    assert answer.status_code == 200
    assert (request.unique_key, request.question_set_id, request.comment) == (MINE, "set", text)
