"""Logging: one event a line, dotted facts with keys; JSON but on a terminal.

Neither resume text nor prompts nor answers nor the text of an unforeseen exception are ever logged: what an exception
says may quote what a client sent, so only its type and the places it went through are.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_PLACES = 12


def configure_logging(level: str, form: Literal["auto", "console", "json"], *, service: str) -> None:
    """Sets up structlog and bends the standard library's logging to it. Call once, at the start of a process."""
    console = form == "console" or (form == "auto" and sys.stdout.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _service_adder(service),
            _describe_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_LibraryHandler(logging.WARNING)], force=True)


def _service_adder(service: str) -> Any:  # noqa: ANN401 - structlog's type of a processor
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    return add


def _describe_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces `error=<exception>` by its type, the types of its causes, and the places it went through."""
    error = event.get("error")
    if not isinstance(error, BaseException):
        return event
    event["error"] = type(error).__qualname__
    places = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    event["at"] = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _PLACES:
        causes.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    if causes:
        event["causes"] = causes
    return event


class _LibraryHandler(logging.Handler):
    """Passes on what libraries warn of: the template of the message alone, since its arguments may be personal."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning(
            "library.warning",
            library=record.name,
            template=record.msg if isinstance(record.msg, str) and record.args else type(record.msg).__name__,
            **({"error": error} if error else {}),
        )
