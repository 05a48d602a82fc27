"""The catalogue of errors as a page: every reason of every service and of the gateway."""

import json
from collections.abc import Iterable, Iterator

from tools.openapi.contracts import Contracts, Reason
from tools.openapi.failures import Failure, failure_of, gateway_failures

_OPENING = """\
# Errors

Every failure has one shape. `code` is the number of the gRPC status, `message` is for people, and the details are for
programs: `ErrorInfo` (the `reason` below, the domain `career-coach` and metadata), `BadRequest` where fields are wrong,
`RetryInfo` where it may help to try again, and `RequestInfo` with the id that finds the call in the log. REST has them
in the body, gRPC in `grpc-status-details-bin`.

```json
{example}
```

Written by `make proto` from the contracts and the gateway's table of reasons.
"""
_HEAD = "| reason | HTTP | gRPC | meaning | metadata | what to do |\n|---|---|---|---|---|---|"


def write_catalogue(contracts: Contracts) -> str:
    """The page."""
    package, reasons = next(iter(contracts.reasons.items()))
    example = failure_of(package, next(iter(reasons.values()))).answer
    parts = [_OPENING.format(example=json.dumps(example, ensure_ascii=False, indent=2))]
    for package, reasons in contracts.reasons.items():
        parts.append(_section(f"The {package.split('.')[1]} service", _service_rows(package, reasons.values())))
    parts.append(_section("The gateway", _gateway_rows(gateway_failures())))
    return "\n".join(parts)


def _section(title: str, rows: Iterable[str]) -> str:
    return "\n".join((f"## {title}", "", _HEAD, *rows, ""))


def _service_rows(package: str, reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        example = f"; such as `{json.dumps(reason.example, ensure_ascii=False)}`" if reason.example else ""
        yield _row(failure_of(package, reason), f"{reason.metadata}{example}" or "none")


def _gateway_rows(failures: Iterable[Failure]) -> Iterator[str]:
    for failure in failures:
        yield _row(failure, "none")


def _row(failure: Failure, metadata: str) -> str:
    cells = (f"`{failure.reason}`", failure.status, failure.code.name, failure.meaning, metadata, failure.what_to_do)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
