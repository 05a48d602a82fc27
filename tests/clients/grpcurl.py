"""Takes the command line of grpcurl, which pip cannot install, and has `buf curl` make the call.

What grpcurl would not understand is an error (2). A failed call ends with 64 and the code added. Names are printed as
grpcurl prints them where it learnt them by reflection: as the contracts have them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from typing import Any

_CODES = {3: "InvalidArgument", 5: "NotFound", 6: "AlreadyExists", 12: "Unimplemented", 14: "Unavailable"}
_OWN_FAILURES = 8
_OPTIONS = ("-plaintext", "-protoset", "-H", "-d")


def main(arguments: list[str]) -> int:
    """Makes the call and prints the answer."""
    call = _read(arguments)
    command = [os.environ.get("BUF", "buf"), "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
    command += ["--schema", f"{call.protoset}#format=binpb"] if call.protoset else []
    for header in call.H:
        command += ["-H", header]
    if call.what[0] == "list":
        return _list(command, call)
    if call.d:
        command += ["-d", "@-" if call.d == "@" else call.d]
    process = subprocess.run([*command, f"http://{call.address}/{call.what[0]}"], capture_output=True, check=False)
    return _print(process)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("grpcurl")
    for option in (argument for argument in arguments if argument.startswith("-")):
        # The parser itself would take a part of an option's name.
        if option not in _OPTIONS:
            parser.error(f"unknown option {option}")
    parser.add_argument("-plaintext", action="store_true", required=True)
    parser.add_argument("-protoset", default="")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d", default="")
    parser.add_argument("address")
    parser.add_argument("what", nargs="+")
    return parser.parse_args(arguments)


def _list(command: list[str], call: argparse.Namespace) -> int:
    """Services, or with a service named its methods."""
    of_service = call.what[1:]
    option = "--list-methods" if of_service else "--list-services"
    listed = subprocess.run([*command, f"http://{call.address}", option], stdout=subprocess.PIPE, text=True, check=True)
    for line in listed.stdout.splitlines():
        if not of_service or line.startswith(f"{of_service[0]}/"):
            sys.stdout.write(line.replace("/", ".") + "\n")
    return 0


def _print(process: subprocess.CompletedProcess[bytes]) -> int:
    decoder, left = json.JSONDecoder(), process.stdout.decode().strip()
    while left:
        value, end = decoder.raw_decode(left)
        left = left[end:].lstrip()
        sys.stdout.write(json.dumps(_rename(value), ensure_ascii=False, indent=2) + "\n")
    if process.returncode < _OWN_FAILURES:
        sys.stderr.write(process.stderr.decode())
        return process.returncode
    code, message = process.returncode >> 3, json.loads(process.stderr)["message"]
    sys.stderr.write(f"ERROR:\n  Code: {_CODES.get(code, code)}\n  Message: {message}\n")
    return 64 + code


def _rename(value: Any) -> Any:
    """`questionSetId` becomes `question_set_id`, at any depth."""
    if isinstance(value, dict):
        return {re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", name): _rename(item) for name, item in value.items()}
    return [_rename(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
