"""Has providers write about many resumes, counts which checks their answers pass, and prints a table (`make eval`).

What `local` shows is also written to docs/eval with charts; what a vendor shows goes where `--to` says. Without
`--provider` everyone who is configured is asked, each alone; `local` where nobody is. Asking vendors costs money.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.config import Settings, SettingsInvalid, load_settings
from shared.llm.errors import ProviderNotAvailable
from shared.llm.registry import LOCAL, LLMRegistry
from tools.eval_figures import Figures, figures_of
from tools.eval_page import table, write_pages
from tools.eval_resumes import EvalResume, read_resumes
from tools.eval_runs import SERVICES, run_service
from tools.procfile import ROOT

PAGES = ROOT / "docs" / "eval"
_RUNS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every answer passed in the end, 1 when one did not, 2 when nothing could be run."""
    asked = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        providers = [asked.provider] if asked.provider else _configured(settings)
        jobs = [(name, read_resumes(asked.resumes, generated=name == LOCAL)) for name in providers]
        results = [(name, asyncio.run(_evaluate(settings, name, resumes, asked))) for name, resumes in jobs]
    except ProviderNotAvailable as error:
        print(f"{error.provider} is not configured; there is {', '.join(error.available)}", file=sys.stderr)
        return 2
    except (SettingsInvalid, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for name, figures in results:
        for each in figures:
            print(f"\n{table(each)}")
        if asked.to is not None or name == LOCAL:
            write_pages(asked.to or PAGES, figures)
    return 0 if all(each.passed == each.wanted for _, figures in results for each in figures) else 1


async def _evaluate(
    settings: Settings, provider: str, resumes: Sequence[EvalResume], asked: argparse.Namespace
) -> list[Figures]:
    services = [asked.service] if asked.service else list(SERVICES)
    sets = asked.sets or asked.runs
    return [
        figures_of(await run_service(settings.llm, service, provider, resumes, runs=min(asked.runs, sets), sets=sets))
        for service in services
    ]


def _configured(settings: Settings) -> list[str]:
    names = [name for name in LLMRegistry(settings.llm).get_available_clients() if name != LOCAL]
    return names or [LOCAL]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("--provider", default="", help="this one alone, such as gemini or local")
    parser.add_argument("--service", choices=tuple(SERVICES), help="one of them; both by default")
    parser.add_argument("--runs", type=_count, default=_RUNS, help="runs that are compared with each other")
    parser.add_argument("--sets", type=_count, help="answers about each resume over all runs; one a run by default")
    parser.add_argument(
        "--resumes", type=Path, help="a folder of resumes; examples by default, for local fifty made-up ones"
    )
    parser.add_argument("--to", type=Path, help="the folder for page and charts; docs/eval for local")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
