"""The evaluation: what it counts, what it draws, and that `local` stands up to it."""

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from shared.llm.messages import OK, Attempt
from tools.eval import main
from tools.eval_chart import Bar, bar_chart
from tools.eval_figures import READABLE, figures_of
from tools.eval_page import table
from tools.eval_resumes import EvalResume, read_resumes
from tools.eval_runs import Runs, Written
from tools.procfile import ROOT

_SVG = "{http://www.w3.org/2000/svg}"
ONE, OTHER = (EvalResume(name, "ko", {"name": "가나다"}) for name in ("one", "other"))


def attempt(*failed: str, outcome: str = OK, milliseconds: int = 10) -> Attempt:
    """An attempt that passed, failed checks, or brought nothing."""
    return Attempt("p", "m", "ANSWER_REJECTED" if failed else outcome, milliseconds, failed_checks=failed)


def written(run: int, resume: EvalResume, *attempts: Attempt, content: object = None) -> Written:
    """What came of one wish."""
    return Written(run, resume, attempts, content)


RUNS = Runs(
    "learning",
    "p",
    2,
    ("polite", "open"),
    (
        written(0, ONE, attempt(), content="a"),
        written(0, OTHER, attempt("polite"), attempt(), content="b"),
        written(1, ONE, attempt(), content="a"),
        written(1, OTHER, attempt("polite", "odd"), attempt("polite"), attempt("polite", milliseconds=30)),
        written(1, OTHER, attempt(outcome="TIMEOUT"), attempt(outcome="TIMEOUT")),
    ),
)


@pytest.mark.parametrize(
    ("check", "first", "final", "by_run"),
    [
        pytest.param("polite", 0.5, 0.8, (0.5, 0.5), id="repaired-once"),
        pytest.param("open", 1.0, 1.0, (1.0, 1.0), id="never-failed"),
        pytest.param("odd", 0.75, 1.0, (1.0, 0.5), id="a-check-nobody-named"),
        pytest.param(READABLE, 0.8, 0.8, (1.0, 2 / 3), id="no-answer-at-all"),
    ],
)
def test_first_sight_and_the_end_are_counted_apart(
    check: str, first: float, final: float, by_run: tuple[float, ...]
) -> None:
    """What repair mends counts in the end alone, and what never came counts for no check."""
    figures = figures_of(RUNS)

    found = {each.check: each for each in figures.checks}[check]

    assert (found.first, found.final) == pytest.approx((first, final))
    assert found.by_run == pytest.approx(by_run)


def test_whole_answers_are_counted_too() -> None:
    """How many passed as they came and in the end, which were equal, and how long attempts took."""
    figures = figures_of(RUNS)

    assert (figures.wanted, figures.first, figures.passed, figures.equal, figures.resumes) == (5, 2, 3, 1, 2)
    assert figures.median_ms == 10
    assert figures.first_by_run == pytest.approx((0.5, 1 / 3))


def test_runs_that_differ_show_in_the_table() -> None:
    """Each check is a row: first sight, the end, lowest and highest run, deviation."""
    figures = figures_of(RUNS)

    rows = table(figures).splitlines()

    assert "| odd | 75 % | 100 % | 50 % | 100 % | 25 % |" in rows
    assert "| **all checks** | 40 % | 60 % | 33.3 % | 50 % | 8.3 % |" in rows


def test_a_chart_is_an_image_of_its_shares() -> None:
    """Well-formed SVG with a bar of the right width for each share, whatever the labels hold."""
    chart = bar_chart("a < b", ("first", "final"), [Bar("R&D", (0.5, 1.0), "50 %", (0.25, 0.75))], limit=0.2)

    image = ElementTree.fromstring(chart)

    widths = [float(each.attrib["width"]) for each in image.iter(f"{_SVG}rect") if "y" in each.attrib]
    texts = [each.text for each in image.iter(f"{_SVG}text")]
    lines = [(float(each.attrib["x1"]), float(each.attrib["x2"])) for each in image.iter(f"{_SVG}line")]
    assert widths[-2:] == [210.0, 420.0]
    assert lines == [(295.0, 505.0), (295.0, 295.0), (505.0, 505.0), (274.0, 274.0)]
    assert {"a < b", "R&D", "50 %"} <= set(texts)


@pytest.mark.parametrize("service", ["interview", "learning"])
def test_local_passes_every_check_about_the_examples(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is printed, progress goes to stderr, page and charts are written, and the exit code is 0."""
    resumes = tmp_path / "resumes"
    resumes.mkdir()
    for name in ("backend-36m", "marketer-48m"):
        shutil.copy(ROOT / "examples" / f"resume-{name}.json", resumes)
    arguments = ["--provider", "local", "--service", service, "--runs", "2", "--resumes", str(resumes)]

    code = main([*arguments, "--to", str(tmp_path)])

    said = capsys.readouterr()
    page = (tmp_path / "local.md").read_text(encoding="utf-8")
    charts = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert code == 0
    assert "| **all checks** | 100 % | 100 % | 100 % | 100 % | 0 % |" in said.out
    assert f"local, {service}: 4 of 4" in said.err
    assert said.out.strip() in page
    assert all(f"]({chart})" in page and ElementTree.parse(tmp_path / chart) for chart in charts)
    assert f"local-{service}.svg" in charts


def test_every_text_of_a_chart_is_within_it() -> None:
    """The longest label and the longest remark end before the image does, at seven points a letter."""
    remark = "99.9 % / 99.9 %"

    image = ElementTree.fromstring(bar_chart("title", (), [Bar("one-known-skill-senior", (0.5,), remark)]))

    label, told = (each for each in image.iter(f"{_SVG}text") if each.text in {"one-known-skill-senior", remark})
    assert float(label.attrib["x"]) - 7 * len(label.text or "") > 0
    assert float(told.attrib["x"]) + 7 * len(remark) < float(image.attrib["width"])


@pytest.mark.parametrize("service", ["interview", "learning"])
def test_fake_vendors_are_evaluated_as_configured_ones_are(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over real sockets: some answers fail at first sight, each by a check, and are good in the end; runs differ."""
    arguments = ["--fakes", "--provider", "openai", "--service", service, "--runs", "3", "--to", str(tmp_path)]

    code = main(arguments)

    said = capsys.readouterr().out
    whole = next(line for line in said.splitlines() if line.startswith("| **all checks**"))
    first, final, lowest, highest, deviation = (float(cell.strip(" %")) for cell in whole.split("|")[2:-1])
    assert code == 0
    assert 0 < lowest < first < highest <= final == 100
    assert deviation > 0
    assert "`fake-openai`" in (tmp_path / "fake-openai.md").read_text(encoding="utf-8")
    assert ElementTree.parse(tmp_path / f"fake-openai-{service}.svg").find(f"{_SVG}line") is not None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(["--provider", "nobody"], "nobody", id="unknown-provider"),
        pytest.param(["--fakes", "--provider", "nobody"], "nobody", id="unknown-fake"),
        pytest.param(["--provider", "local", "--resumes", "{folder}"], "no resume", id="empty-folder"),
    ],
)
def test_what_cannot_be_run_is_said(
    arguments: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 with the reason, and nothing is written."""
    code = main([*(argument.format(folder=tmp_path) for argument in arguments), "--to", str(tmp_path / "out")])

    assert code == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_made_up_resumes_are_fifty_of_both_languages() -> None:
    """`local` is tried on resumes of every kind, each with a name of its own."""
    resumes = read_resumes(None, generated=True)

    months = [resume.resume.get("total_experience_months", 0) for resume in resumes]

    assert len({resume.name for resume in resumes}) == len(resumes) == 50
    assert {resume.language for resume in resumes} == {"ko", "en"}
    assert (min(months), max(months)) == (0, 240)
