"""The log: one line an event, and nothing of what an exception says."""

import json
import subprocess
import sys

from tests.support.resumes import ROOT

SCRIPT = """
import logging
import structlog
from shared.log import configure_logging

configure_logging("info", "json", service="test")
log = structlog.get_logger()
log.info("one.event", count=1)
log.debug("not.shown")
try:
    raise ValueError("010-1234-5678")
except ValueError as error:
    log.error("defect", error=error)
logging.getLogger("library").warning("failed for %s", "kim@example.com")
logging.getLogger("library").warning("failed for kim@example.com")
logging.getLogger("library").setLevel("DEBUG")
logging.getLogger("library").debug("sent %s", "body")
"""


def test_what_reaches_the_log() -> None:
    """Events with their keys are logged as JSON; texts of exceptions and of libraries' arguments are not."""
    process = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=ROOT)

    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["one.event", "defect", "library.warning", "library.warning"]
    assert (lines[0]["count"], lines[0]["service"]) == (1, "test")
    assert lines[1]["error"] == "ValueError"
    assert "1234" not in process.stdout
    assert "kim@" not in process.stdout
