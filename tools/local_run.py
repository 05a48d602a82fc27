"""Runs the whole stack on this machine (`make run`): database, three services and gateway, until Ctrl-C.

When one process ends, all are stopped, so that a stack is either whole or not there; stored data stay.
"""

import os
import signal
import sys
import threading
from functools import partial

from honcho.manager import Manager
from honcho.process import Popen, Process

from shared.config import Settings, SettingsInvalid, load_settings
from tools.procfile import build_environment, find_taken_ports, read_commands
from tools.readiness import wait_until_ready

START_SECONDS = 60.0
_RETRY_SECONDS = 0.1


class StackProcess(Process):  # type: ignore[misc] # honcho ships no types
    """honcho's process, in our session: by those Linux shares out its time, and `nice` counts within one alone."""

    def __init__(self, command: str, **options: object) -> None:
        super().__init__(command, **options)
        self._child_ctor = partial(Popen, start_new_session=False, process_group=0)


class StackManager(Manager):  # type: ignore[misc] # honcho ships no types
    """honcho's manager, which remembers who ended first, and can be told to stop while it still starts."""

    def __init__(self) -> None:
        super().__init__()
        self._process_ctor = StackProcess
        self.ended_first: dict[str, int] = {}
        self.stopping = threading.Event()

    def terminate(self) -> None:
        """Stops every process once. honcho itself fails where a process has no number yet."""
        if not self._all_started():
            threading.Timer(_RETRY_SECONDS, self.terminate).start()
            return
        if not self.stopping.is_set():
            self.ended_first = {
                name: state["returncode"] for name, state in self._processes.items() if "returncode" in state
            }
            self.stopping.set()
        super().terminate()


def main() -> int:
    """0 after Ctrl-C or SIGTERM; 1 when a process ended by itself or the stack did not come up; 2 before any start."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        print(f"The configuration is not valid: {error}", file=sys.stderr)
        return 2
    taken = find_taken_ports(settings)
    for port in taken:
        print(f"Port {port.number} ({port.owner}) is taken: set {port.variable} to another one.", file=sys.stderr)
    if taken:
        return 2
    return run(settings)


def run(settings: Settings) -> int:
    """Starts everything and blocks until everything has stopped."""
    environment = build_environment(os.environ)
    if "log_level" not in settings.model_fields_set:
        # A terminal is for what needs attention; LOG_LEVEL=info shows each call.
        environment["LOG_LEVEL"] = "warning"
    if "shutdown_grace_seconds" not in settings.model_fields_set:
        # honcho kills what is still there five seconds after Ctrl-C.
        environment["SHUTDOWN_GRACE_SECONDS"] = "4"
    manager = StackManager()
    for name, command in read_commands(settings).items():
        manager.add_process(name, command, env=environment)
    failed = threading.Event()
    watcher = threading.Thread(target=_watch, args=(manager, settings, failed), daemon=True)
    watcher.start()
    # A terminal that is closed, or an ssh that is dropped, must not leave the processes behind.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    for name, status in manager.ended_first.items():
        print(f"{name} ended by itself (status {status}), so everything was stopped. Stored data stay.", flush=True)
        if name == "mongo":
            print(f"What it said is in {settings.data_dir / 'mongo' / 'log'}.", flush=True)
    return 1 if manager.ended_first or failed.is_set() else 0


def _watch(manager: StackManager, settings: Settings, failed: threading.Event) -> None:
    base_url = f"http://127.0.0.1:{settings.gateway_port}"
    ready = wait_until_ready(
        base_url,
        seconds=START_SECONDS,
        give_up=manager.stopping.is_set,
        tell=lambda missing: print(f"Waiting for {', '.join(missing)} ..." if missing else "Ready.", flush=True),
    )
    if ready:
        print(_welcome(settings.gateway_port), flush=True)
    elif not manager.stopping.is_set():
        print(f"The stack did not come up within {START_SECONDS:.0f} seconds.", file=sys.stderr, flush=True)
        failed.set()
        manager.terminate()


def _welcome(port: int) -> str:
    base = f"http://localhost:{port}/api/v1"
    return f"""
Open http://localhost:{port}/ to try it in a browser. The API is at {base}:
in another terminal, `make demo` takes these three steps, or paste them:

  sed '1s/{{/{{"unique_key": "kim-dev",/' examples/resume-backend-36m.json |
    curl -sS {base}/resumes -H 'Content-Type: application/json' -d @-
  curl -sS -X POST {base}/interview/kim-dev/questions
  curl -sS -X POST {base}/learning/kim-dev/learning-path

Ctrl-C stops everything; stored data stay.
"""


if __name__ == "__main__":
    raise SystemExit(main())
