"""Whether a stack answers: each service's Health, asked through the gateway."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus

from tools.procfile import PREFIXES

INTERVAL_SECONDS = 0.1
_ANSWER_SECONDS = 2.0


def find_missing(base_url: str) -> list[str]:
    """Names of the services that do not answer with success yet; all of them as long as the gateway is away."""
    return [name for name, prefix in PREFIXES.items() if not _is_serving(f"{base_url}/api/v1/{prefix}/health")]


def wait_until_ready(
    base_url: str, *, seconds: float, give_up: Callable[[], bool], tell: Callable[[list[str]], None]
) -> bool:
    """Asks again and again; `tell` hears of every change of what is missing. False after `seconds`, or on `give_up`."""
    end = time.monotonic() + seconds
    told: list[str] | None = None
    while not give_up() and time.monotonic() < end:
        missing = find_missing(base_url)
        if missing != told:
            tell(told := missing)
        if not missing:
            return True
        time.sleep(INTERVAL_SECONDS)
    return False


def _is_serving(url: str) -> bool:
    # No proxy of the environment between us and our own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.status == HTTPStatus.OK)
    # Something else may listen there, which speaks otherwise.
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
        return False
