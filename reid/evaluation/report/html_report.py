"""An evaluation as a printable page, report.html, and as evaluation.json for programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reid.evaluation.measures.metrics import BANDS
from reid.evaluation.measures.strata import RATES, Figures, figures
from reid.evaluation.report import plots
from reid.evaluation.report.findings import EvaluationReport, content
from reid.evidence.certificate import Certificate
from reid.evidence.certificate_text import heads, notes, rows_of


def write_report(
    report: EvaluationReport, folder: Path, *, draws: int = 500, refits: int = 100
) -> Path:
    """Write folder/report.html and folder/evaluation.json; the path of the former.

    draws, refits: of the intervals, see `pair_intervals.by_individual`. Raises MissingExtra without
    scikit-learn and matplotlib.
    """
    strata_figures = [
        figures(s, seed=report.seed, draws=draws, refits=refits) for s in report.strata
    ]
    html = as_html(report, strata_figures)
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(content(report, strata_figures), indent=2, allow_nan=False)
    (folder / "evaluation.json").write_text(written + "\n", encoding="utf-8")
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


def as_html(report: EvaluationReport, strata_figures: Sequence[Figures]) -> str:
    """The page alone; strata_figures: the figures of `report.strata`, in order."""
    return (
        _pages()
        .get_template("report.html")
        .render(
            report=report,
            strata=list(zip(report.strata, strata_figures, strict=True)),
            strata_figures=strata_figures,
            drawn=any(figures.cllr is not None for figures in strata_figures),
            rates=RATES,
            tpr_heads=[f"TPR at FPR {rate:g}" for rate in RATES],
            bands=BANDS,
            plots=plots,
        )
    )


def write_certificate(certificate: Certificate, folder: Path) -> Path:
    """Write folder/certificate.html, which needs no other file; its path."""
    columns = [heads(certificate), *rows_of(certificate)]
    lines = list(zip(*columns, strict=True))
    html = _pages().get_template("certificate.html").render(notes=notes(certificate), lines=lines)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "certificate.html"
    path.write_text(html, encoding="utf-8")
    return path


def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
