"""Runs Envoy in front of a local stack, with the configuration that `gateway.render` makes, and ends it gracefully.

Told to stop, it takes no new connections, waits for the requests that are open, and then ends Envoy. Envoy's listeners
share their ports, so the next gateway may be started before this one is told to stop.
"""

import ctypes
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from gateway.render import render
from shared.config import Settings, SettingsInvalid, load_settings

_PROGRAM = Path(sys.executable).parent / "envoy"
# Linux: a child is told when its parent is gone, even if that was killed.
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 1.0
# Of the grace, what Envoy needs for itself at the end.
_ENDING_SECONDS = 1.0
# For clients that are between two requests: the answer to the next one tells them to connect anew.
_PARTING_SECONDS = 0.5


def main() -> int:
    """The exit status of `run`; 2 where a setting makes no sense."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        print(f"gateway: the configuration is not valid: {error}", file=sys.stderr)
        return 2
    return run(settings)


def run(settings: Settings) -> int:
    """Writes `DATA_DIR/envoy.yaml`, runs Envoy until SIGTERM or SIGINT, and gives its exit status; 0 after a signal."""
    folder = settings.data_dir.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The name of a socket must be short.
    os.chdir(folder)
    _remove_leftovers()
    # Of its own: the next gateway may be there already while this one ends.
    admin = Path(f"admin-{os.getpid()}.sock")
    Path("envoy.yaml").write_text(render(settings, admin=str(admin)), encoding="utf-8")
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    envoy = _start()
    while envoy.poll() is None and not told.wait(_POLL_SECONDS):
        pass
    if envoy.poll() is None:
        drain(admin, settings.shutdown_grace_seconds)
        envoy.terminate()
    status = envoy.wait()
    admin.unlink(missing_ok=True)
    return 0 if told.is_set() else status


def _remove_leftovers() -> None:
    """Of gateways that were killed."""
    for socket_file in Path().glob("admin-*.sock"):
        number = socket_file.stem.removeprefix("admin-")
        if number.isdecimal() and not Path("/proc", number).exists() and Path("/proc/self").exists():
            socket_file.unlink(missing_ok=True)


def drain(admin: Path, grace: float) -> None:
    """Closes the doors and waits until nobody is inside, the grace is over, or Envoy does not answer."""
    end = time.monotonic() + max(0.0, grace - _ENDING_SECONDS)
    try:
        # In this order: told to connect anew, nobody comes back to a door that is about to be closed.
        _ask(admin, "POST", "/drain_listeners?inboundonly")
        _ask(admin, "POST", "/healthcheck/fail")
        parted = time.monotonic() + _PARTING_SECONDS
        while time.monotonic() < end and _somebody_is_inside(admin, parted):
            time.sleep(_POLL_SECONDS)
    except (OSError, http.client.HTTPException):
        return


def _somebody_is_inside(admin: Path, parted: float) -> bool:
    """Until `parted` whoever is connected, perhaps between two requests; later only who waits for an answer."""
    return _read_count(admin, "downstream_rq_active" if time.monotonic() >= parted else "downstream_cx_active") > 0


def _start() -> subprocess.Popen[bytes]:
    # No shared memory for hot restarts: several stacks run on one machine. Two threads are plenty for one developer.
    options = ["--disable-hot-restart", "--concurrency", "2", "--log-level", "warning"]
    return subprocess.Popen(
        [str(_PROGRAM), "-c", "envoy.yaml", *options],
        # Whoever signals our group means us: Envoy itself would cut its requests off.
        process_group=0,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)


def _read_count(admin: Path, name: str) -> int:
    counts = _ask(admin, "GET", f"/stats?filter=^http.api.{name}")
    return sum(int(count) for count in re.findall(r": (\d+)", counts))


def _ask(admin: Path, method: str, path: str) -> str:
    connection = http.client.HTTPConnection("localhost")
    with socket.socket(socket.AF_UNIX) as connection.sock:
        connection.sock.settimeout(_ANSWER_SECONDS)
        connection.sock.connect(str(admin))
        connection.request(method, path)
        return connection.getresponse().read().decode()


if __name__ == "__main__":
    raise SystemExit(main())
