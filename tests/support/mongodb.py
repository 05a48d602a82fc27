"""A database to test against: the embedded one, or the one that MONGODB_TEST_URL names."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port
from tests.support.resumes import ROOT

START_SECONDS = 20


@contextmanager
def embedded_mongodb(folder: Path) -> Iterator[str]:
    """The embedded database with its data below `folder`; gives its URL and ends it."""
    port = free_port()
    environment = os.environ | {"MONGO_PORT": str(port), "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "tools.embedded_mongo"], env=environment, cwd=folder) as process:
        try:
            _wait_for(port, process)
            yield f"mongodb://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the embedded database ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the embedded database does not answer")
