"""Runs the learning service until it is told to stop."""

from services.learning.app import NAME, build_service
from shared.rpc.process import run_process

if __name__ == "__main__":
    raise SystemExit(run_process(NAME, build_service))
