"""Runs the three fake vendors, each with the fault that it is told, until Ctrl-C.

Prints the environment that points a service at them, one `export NAME=VALUE` a line: run it in one terminal, paste its
lines in another, and start there what is to be tested.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.support.vendors import (
    FAULTS,
    VENDORS,
    Behaviour,
    Endpoint,
    Fault,
    ReceivedRequest,
    UnknownFault,
    VendorName,
    answer,
    fault,
    faulty_vendor,
    status,
)
from tests.support.vendors.authority import authority
from tests.support.vendors.faults import Address
from tests.support.vendors.faulty import FAKES

_OK = "ok"
_ANSWERS = Path(__file__).parents[1] / "fixtures" / "model_answers" / "questions.json"
_ADDRESS_NAMES = {"gemini": "GEMINI_API_ENDPOINT", "openai": "OPENAI_BASE_URL", "claude": "CLAUDE_BASE_URL"}
_EXAMPLES = """\
examples:
  python -m tests.support.fault_server --list
  python -m tests.support.fault_server --gemini 503 --openai stream-cut --pieces 60
  python -m tests.support.fault_server --gemini hang-before-headers --rate 0.3 --latency 0.2
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.fault_server",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="print the table of faults, as Markdown, and end")
    for name in VENDORS:
        kinds = "ok, a fault of the table, or a status such as 418"
        parser.add_argument(f"--{name}", default=_OK, metavar="FAULT", help=f"{kinds} (default: ok)")
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="PORT", help="default: a free one")
    parser.add_argument(
        "--answer",
        type=Path,
        metavar="FILE",
        help="JSON of the good answer, which content faults spoil (default: a set of five questions)",
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="share of the calls that are faulty, the others are answered; not for faults of the address (default: 1)",
    )
    parser.add_argument(
        "--latency", type=float, default=0.0, metavar="SECONDS", help="before anything of any answer comes (default: 0)"
    )
    parser.add_argument(
        "--pieces", type=int, default=4, metavar="N", help="how many pieces a streamed text comes in (default: 4)"
    )
    parser.add_argument(
        "--share",
        type=float,
        default=0.6,
        metavar="SHARE",
        help="how much of the text comes before a stream breaks off (default: 0.6)",
    )
    return parser


def describe(faults: Mapping[str, Fault]) -> Iterator[str]:
    """The table of faults as lines of Markdown."""
    yield "| fault | what is wrong | openai | claude | gemini |"
    yield "|---|---|---|---|---|"
    for name, row in faults.items():
        shown = ["n/a: " + row.absent if row.absent and vendor == "gemini" else row.shown_by(vendor)
                 for vendor in ("openai", "claude", "gemini")]  # fmt: skip
        about = f"{row.about}; streams only" if row.streams_only else row.about
        yield f"| `{name}` | {about} | {' | '.join(shown)} |"


def _read_answer(path: Path | None) -> dict[str, Any]:
    if path is None:
        first: dict[str, Any] = json.loads(_ANSWERS.read_text("utf-8"))[0]["answer"]
        return first
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - to whoever reads the message it is the value that is wrong
    return content


def _check(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> None:
    """Ends the program with a message where something that was asked for cannot be."""
    try:
        parsed.good = _read_answer(parsed.answer)
    except (OSError, ValueError) as error:
        parser.error(f"--answer: {error}")
    if not (0 <= parsed.rate <= 1 and 0 < parsed.share <= 1 and parsed.latency >= 0 and parsed.pieces >= 1):
        parser.error("--rate and --share are between 0 and 1, --latency is no less than 0, --pieces no less than 1")
    for vendor in VENDORS:
        name = getattr(parsed, vendor)
        if _is_address(name):
            if parsed.rate < 1:
                parser.error(f"--{vendor}: {name} is a fault of the address and cannot have a --rate")
            continue
        try:
            _behaviour(vendor, name, parsed)
        except UnknownFault:
            parser.error(f"--{vendor}: {name} is no fault of this vendor; --list prints them all")
        except ValueError as error:
            parser.error(f"--{vendor}: {name}: {error}")


def _is_address(name: str) -> bool:
    return name in FAULTS and isinstance(FAULTS[name].make, Address)


def _behaviour(vendor: VendorName, name: str, parsed: argparse.Namespace) -> Behaviour:
    if name == _OK:
        return answer(parsed.good)
    if name not in FAULTS and name.isdecimal() and 400 <= int(name) < 600:
        return status(int(name))
    return fault(name, vendor, parsed.good, share=parsed.share)


async def _start(stack: AsyncExitStack, vendor: VendorName, parsed: argparse.Namespace) -> Endpoint:
    name, port = getattr(parsed, vendor), getattr(parsed, f"{vendor}_port")
    if _is_address(name):
        return await stack.enter_async_context(faulty_vendor(vendor, name, parsed.good, port=port))
    good, faulty = answer(parsed.good), _behaviour(vendor, name, parsed)
    luck = random.Random()

    def behave(_request: ReceivedRequest) -> Behaviour:
        return faulty if luck.random() < parsed.rate else good

    fake = FAKES[vendor](port=port, default=behave, latency=parsed.latency, pieces=parsed.pieces)
    await stack.enter_async_context(fake)
    return Endpoint(vendor, fake.base_url, fake)


async def _serve(parsed: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        environment = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(authority().ca_path)}
        for vendor in VENDORS:
            endpoint = await _start(stack, vendor, parsed)
            environment[_ADDRESS_NAMES[vendor]] = endpoint.base_url
        for vendor in VENDORS:
            environment[f"{vendor.upper()}_API_KEY"] = f"fake-{vendor}-key"
        _tell(f"export {name}={value}" for name, value in environment.items())
        await stopped.wait()


def _tell(lines: Iterator[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """The program; ends with status 2 on a slip in the arguments."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.list:
        _tell(describe(FAULTS))
        return
    _check(parser, parsed)
    asyncio.run(_serve(parsed))


if __name__ == "__main__":
    main()
