"""Runs Envoy in front of a local stack, with the configuration that `gateway.render` makes, and ends it gracefully.

Told to stop, it takes no new connections, waits for the requests that are open, and then ends Envoy.
"""

import ctypes
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from gateway.render import render
from shared.config import Settings, load_settings

_PROGRAM = Path(sys.executable).parent / "envoy"
# Linux: a child is told when its parent is gone, even if that was killed.
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 1.0
# Of the grace, what Envoy needs for itself at the end.
_ENDING_SECONDS = 1.0


def main() -> int:
    """Writes `DATA_DIR/envoy.yaml`, runs Envoy until SIGTERM or SIGINT, and gives its exit status; 0 after a signal."""
    settings = load_settings()
    folder = settings.data_dir.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "envoy.yaml").write_text(render(settings), encoding="utf-8")
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    envoy = _start(folder)
    while envoy.poll() is None and not told.wait(_POLL_SECONDS):
        pass
    if envoy.poll() is None:
        drain(settings)
        envoy.terminate()
    status = envoy.wait()
    return 0 if told.is_set() else status


def drain(settings: Settings) -> None:
    """Closes the doors and waits until nobody is inside, the grace is over, or Envoy does not answer."""
    end = time.monotonic() + max(0.0, settings.shutdown_grace_seconds - _ENDING_SECONDS)
    try:
        _ask(settings, "POST", "/healthcheck/fail")
        _ask(settings, "POST", "/drain_listeners?inboundonly")
        while time.monotonic() < end and _count_open(settings):
            time.sleep(_POLL_SECONDS)
    except (OSError, http.client.HTTPException):
        return


def _start(folder: Path) -> subprocess.Popen[bytes]:
    # No shared memory for hot restarts: several stacks run on one machine. Two threads are plenty for one developer.
    options = ["--disable-hot-restart", "--concurrency", "2", "--log-level", "warning"]
    return subprocess.Popen(
        [str(_PROGRAM), "-c", "envoy.yaml", *options],
        cwd=folder,
        # Whoever signals our group means us: Envoy itself would cut its requests off.
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)


def _count_open(settings: Settings) -> int:
    counts = _ask(settings, "GET", "/stats?filter=^http.api.downstream_rq_active")
    return sum(int(count) for count in re.findall(r": (\d+)", counts))


def _ask(settings: Settings, method: str, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", settings.envoy_admin_port, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, path, headers={"x-operator": "local"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
