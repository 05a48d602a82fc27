"""Has providers write about many resumes, counts which checks their answers pass, and prints a table (`make eval`).

What `local` shows is also written to docs/eval with charts; what a vendor shows goes where `--to` says. Without
`--provider` everyone who is configured is asked, each alone; `local` where nobody is. Asking vendors costs money;
with `--fakes` it is fake vendors that are asked, who get a share of their answers wrong.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from shared.config import Settings, SettingsInvalid, load_settings
from shared.llm.errors import ProviderNotAvailable
from shared.llm.registry import LOCAL, LLMRegistry
from shared.llm.settings import LLMSettings
from tools.eval_fakes import FAKE_VENDORS, fake_vendors
from tools.eval_figures import Figures, figures_of
from tools.eval_page import FAKE, table, write_pages
from tools.eval_resumes import EvalResume, read_resumes
from tools.eval_runs import SERVICES, run_service
from tools.procfile import ROOT

Results = Sequence[Sequence[Figures]]
PAGES = ROOT / "docs" / "eval"
_RUNS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every answer passed in the end, 1 when one did not, 2 when nothing could be run."""
    asked = _parser().parse_args(arguments)
    try:
        results = asyncio.run(_ask_fakes(asked) if asked.fakes else _ask_configured(asked))
    except ProviderNotAvailable as error:
        print(f"{error.provider} is not configured; there is {', '.join(error.available)}", file=sys.stderr)
        return 2
    except (SettingsInvalid, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for figures in results:
        for each in figures:
            print(f"\n{table(each)}")
        if asked.to is not None or figures[0].provider == LOCAL:
            write_pages(asked.to or PAGES, figures)
    return 0 if all(each.passed == each.wanted for figures in results for each in figures) else 1


async def _ask_configured(asked: argparse.Namespace) -> Results:
    settings = load_settings()
    providers = [asked.provider] if asked.provider else _configured(settings)
    jobs = [(name, read_resumes(asked.resumes, generated=name == LOCAL)) for name in providers]
    return [
        [await _evaluate(settings.llm, service, name, resumes, asked) for service in _services(asked)]
        for name, resumes in jobs
    ]


async def _ask_fakes(asked: argparse.Namespace) -> Results:
    """Only about the resumes of which there are answers."""
    results: list[list[Figures]] = []
    for name in [asked.provider] if asked.provider else FAKE_VENDORS:
        of_vendor: list[Figures] = []
        for service in _services(asked):
            async with fake_vendors(service, (name,)) as fakes:
                of_vendor.append(await _evaluate(fakes.settings, service, name, fakes.resumes, asked))
        results.append([replace(figures, provider=f"{FAKE}{name}") for figures in of_vendor])
    return results


async def _evaluate(
    settings: LLMSettings, service: str, provider: str, resumes: Sequence[EvalResume], asked: argparse.Namespace
) -> Figures:
    sets = asked.sets or asked.runs
    return figures_of(await run_service(settings, service, provider, resumes, runs=min(asked.runs, sets), sets=sets))


def _services(asked: argparse.Namespace) -> list[str]:
    return [asked.service] if asked.service else list(SERVICES)


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
    parser.add_argument("--fakes", action="store_true", help="fake vendors on this machine: no key, no cost")
    parser.add_argument("--to", type=Path, help="the folder for page and charts; docs/eval for local")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


if __name__ == "__main__":
    # Tables alone go to stdout; an attempt that failed is an event.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sys.exit(main())
