"""What is written: the raw figures, the table as text and as a page. No dates: nothing changes without cause."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figures
from tests.benchmarks.goals import COLUMNS, Row, rows_of

_VERDICTS = {True: "met", False: "**missed**", None: ""}

_HOW = """\
Everybody asks the same question of the same fake server on loopback, each from a process of its own in an environment
of its own, on the same event loop (uvloop), and every answer is read by the same check. Rounds are interleaved: each
one asks everybody, in a turning order; the first is for warming up. A ratio is the median over the rounds, each
round's median over that of the raw SDK in that round. Ours runs as a service runs it: streams underneath, breaker,
ledger, usage and hedge timer on; of its settings only the limits of calls a minute and of concurrency are raised,
since the benchmark would reach them. The fake sends {chunks} pieces of text in a stream unless a row says otherwise;
the raw SDK and the peers are asked without a stream, except where streams are cut.

Tuned means retries off and one second of patience. In the rows of failover and of cut streams ours has a new chain
for each call, since it would remember the failure; its connections to both providers are open, as those of the peers
are. "Later calls" are the last two thirds of the calls with a dead provider. LiteLLM leaves a dead deployment alone
in one set-up (one group, an order, retries off): those figures stand beside those of its fallbacks. The raw SDK's
column says "no" where it has nothing of the kind, and names its two variants: read as a stream, and over its aiohttp
transport. "Not measured" says that a peer could not be installed or started, or that a quick run left it out.
"""


def write(folder: Path, figures: Figures, versions: Mapping[str, str], command: str) -> list[Row]:
    """Writes `llm.json` and `llm.md` into the folder and gives the rows."""
    rows = rows_of(figures)
    content = {"command": command, "machine": machine(), "versions": dict(versions), "figures": figures}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "llm.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "llm.md").write_text(_page(rows, content), encoding="utf-8")
    return rows


def machine() -> str:
    """What it ran on."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {platform.system()}"


def as_text(rows: Sequence[Row]) -> str:
    """The table for a terminal: a block a row, since the cells are long."""
    lines: list[str] = []
    for row in rows:
        verdict = _VERDICTS[row.met].strip("*")
        lines.append(f"{row.figure}   goal: {row.goal or '-'}   {verdict.upper()}")
        lines += [f"    {name:12} {row.cells[name]}" for name in COLUMNS if name in row.cells]
    return "\n".join(lines)


def _page(rows: Sequence[Row], content: Mapping[str, Any]) -> str:
    titles = ["figure", "goal", *(f"**{name}**" if name == COLUMNS[0] else name for name in COLUMNS), "verdict"]
    table = [titles, ["---"] * len(titles)]
    table += [
        [row.figure, row.goal, *(row.cells.get(name, "") for name in COLUMNS), _VERDICTS[row.met]] for row in rows
    ]
    versions = ", ".join(f"{name} {version}" for name, version in content["versions"].items())
    return "\n".join(
        [
            "# The provider library beside its peers",
            "",
            f"Written by `{content['command']}` on {content['machine']}. Versions: {versions}.",
            "Raw figures: [llm.json](llm.json).",
            "",
            "![Ours beside the peers](llm.svg)",
            "",
            *("| " + " | ".join(line) + " |" for line in table),
            "",
            "## How it is measured",
            "",
            _HOW.format(chunks=60),
        ]
    )
