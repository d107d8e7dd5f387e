"""An evaluation as a printable page, report.html, and as evaluation.json for programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from reid.evaluation.measures.intervals import Interval
from reid.evaluation.measures.metrics import BANDS
from reid.evaluation.measures.strata import RATES, Figures, figures
from reid.evaluation.report import plots
from reid.evaluation.report.findings import EvaluationReport, content
from reid.evaluation.report.page import facts, figure, heading, page, paragraph, table

HUMANS = "eight observers of 16 snow leopards: +35 % (Johansson et al. 2020)"


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
    parts = [_about(report)]
    if report.strata:
        parts += _evidence(report, strata_figures)
    for make in (_retrieval, _cumulative, _open_set, _partitions, _clustering):
        parts += make(report)
    return page(report.title, [*parts, *_not_run(report)])


def _about(report: EvaluationReport) -> str:
    pairs = (
        ("Data", report.dataset),
        ("Described", report.description),
        ("Model", report.model),
        ("Calibrator", report.calibrator),
        ("Command", report.command),
        ("Date", report.date),
        ("Seed", str(report.seed)),
    )
    return facts(pairs, code=("Command",))


def _evidence(report: EvaluationReport, strata_figures: Sequence[Figures]) -> list[str]:
    parts = [
        heading("Evidence of pairs"),
        paragraph(
            "The llr is log10 of the likelihood ratio: how many times as probable a comparison is "
            "for one animal as for two. Cllr is its cost in bits: 0 for perfect evidence, 1 for an "
            "llr of 0 throughout. Cllr_min is what the order of the pairs costs after the best "
            "monotone recalibration, Cllr_cal the rest: what a wrong scale costs. That "
            "recalibration is fitted on the very pairs it is judged by, so that few pairs make "
            "Cllr_min too small and Cllr_cal too large. Evidence is misleading where a genuine "
            "pair has -1 or less, or an impostor pair 1 or more."
        ),
        _costs(report, strata_figures),
        _discrimination(report, strata_figures),
    ]
    if any(f.cllr is not None for f in strata_figures):
        parts += _curves(report, strata_figures)
    return [
        *parts,
        _bands(report, strata_figures),
        figure(
            "Pairs in each band of llr, as a share of the genuine (filled) and of the impostor "
            "pairs (hatched); counts above the bars.",
            plots.draw_bands(report.strata, strata_figures),
        ),
    ]


def _curves(report: EvaluationReport, strata_figures: Sequence[Figures]) -> list[str]:
    return [
        figure(
            "Tippett plots: share of the pairs whose llr is at least the value on the axis. The "
            "genuine line should stay high up to the right of 0, the impostor line fall left of 0.",
            plots.draw_tippett(report.strata),
        ),
        figure(
            "Calibration: posterior at even prior odds against the share of genuine pairs, both "
            "kinds weighed alike. On the diagonal the stated is what was observed. Above each "
            "point: genuine/impostor pairs in the bin. ECE: expected calibration error.",
            plots.draw_calibration(report.strata, strata_figures),
        ),
        figure(
            "Errors at every threshold of the llr: DET curve on normal deviates, and ROC curve.",
            plots.draw_rates(report.strata),
        ),
    ]


def _costs(report: EvaluationReport, strata_figures: Sequence[Figures]) -> str:
    rows = []
    for stratum, values in zip(report.strata, strata_figures, strict=True):
        spans = values.intervals
        animals = stratum.individuals
        rows.append(
            (
                stratum.title,
                "-" if animals is None else str(animals),
                str(len(stratum.genuine)),
                str(len(stratum.impostor)),
                _number(values.cllr) + _span(spans.get("cllr")),
                _number(values.cllr_min) + _span(spans.get("cllr_min")),
                _number(values.cllr_cal) + _span(spans.get("cllr_cal")),
                _of(values.misleading_genuine),
                _of(values.misleading_impostor),
                _share(values.misleading) + _span(spans.get("misleading")),
            )
        )
    head = ("stratum", "animals", "genuine", "impostor", "Cllr", "Cllr_min", "Cllr_cal")
    return table(
        "Cost and misleading evidence. Small: 95 % intervals over individuals; a dash where the "
        "pairs do not allow the figure.",
        (*head, "misleading\ngenuine", "misleading\nimpostor", "misleading\nshare"),
        rows,
    )


def _discrimination(report: EvaluationReport, strata_figures: Sequence[Figures]) -> str:
    rows = [
        (
            stratum.title,
            _number(values.auc),
            _number(values.eer),
            *(_number(values.tpr[rate]) for rate in RATES),
            _number(values.curve.error if values.curve else None),
        )
        for stratum, values in zip(report.strata, strata_figures, strict=True)
    ]
    return table(
        "Discrimination and calibration. TPR: share of genuine pairs found at this false positive "
        "rate (FPR); a dash where there are too few impostors to see such a rate.",
        ("stratum", "AUC", "EER", *(f"TPR at FPR {rate:g}" for rate in RATES), "ECE"),
        rows,
    )


def _bands(report: EvaluationReport, strata_figures: Sequence[Figures]) -> str:
    rows = []
    for stratum, values in zip(report.strata, strata_figures, strict=True):
        kinds = (("genuine", values.genuine_bands), ("impostor", values.impostor_bands))
        rows += [(f"{stratum.title}, {kind}", *map(str, counts)) for kind, counts in kinds]
    return table(
        "Pairs in each band of llr. An edge belongs to the band farther from 0.",
        ("pairs", *BANDS),
        rows,
    )


def _retrieval(report: EvaluationReport) -> list[str]:
    if not report.rows:
        return []
    rows = []
    for row in report.rows:
        r, spans = row.result, row.result.intervals
        rows.append(
            (
                row.method,
                str(row.level),
                row.crop,
                _of(r.top1) + _span(spans.get("top1")),
                _of(r.top5) + _span(spans.get("top5")),
                _number(r.mean_average_precision) + _span(spans.get("map")),
                _number(r.auc) + _span(spans.get("auc")),
                _of(r.genuine_above) + _span(spans.get("genuine_above_impostors")),
            )
        )
    head = ("method", "level", "crop", "top-1", "top-5", "mAP", "AUC")
    return [
        heading("Retrieval"),
        table(
            "Order of the gallery for every query. Level: of degradation of the query, 0 as taken. "
            "Last column: genuine pairs above every impostor. Small: 95 % intervals over animals.",
            (*head, "above all impostors"),
            rows,
        ),
    ]


def _cumulative(report: EvaluationReport) -> list[str]:
    if not report.ranks:
        return []
    caption = "Share of the queries with a genuine annotation among the first looked at (CMC)."
    return [
        heading("Cumulative ranks"),
        figure(caption, plots.draw_cmc(report.ranks)),
    ]


def _open_set(report: EvaluationReport) -> list[str]:
    if not (queries := report.open_set):
        return []
    kinds = (
        ("in the catalogue", queries.known_animals, queries.known, queries.baks),
        ("not in the catalogue", queries.unknown_animals, queries.unknown, queries.baus),
    )
    rows = [(name, str(n), _of(right), _number(share)) for name, n, right, share in kinds]
    return [
        heading("Animals that are not in the catalogue"),
        paragraph(
            "Balanced accuracy: the share of right answers of each animal, averaged over animals, "
            "on known (BAKS) and unknown animals (BAUS). For an unknown animal the right answer is "
            f"that it is new. √(BAKS·BAUS) = {_number(queries.geometric)}."
        ),
        table(
            "Queries by whether the catalogue holds their animal.",
            ("animal", "animals", "right", "balanced accuracy"),
            rows,
        ),
    ]


def _partitions(report: EvaluationReport) -> list[str]:
    if not (cases := report.partitions):
        return []
    return [
        heading("Partitions of simulated cases"),
        paragraph(
            f"{cases.cases} cases of {cases.encounters} encounters each with a known answer. The "
            f"most probable partition was right in {_of(cases.first)} cases "
            f"({_share(cases.first)}), its mean stated probability was {cases.stated:.3f}. The "
            f"true partition cost {cases.bits:.3f} bits a case."
        ),
        figure(
            "Stated probability of each partition of each case against how often it was true. "
            "Above each point: true/false partitions in the bin.",
            plots.draw_partitions(cases.curve),
        ),
    ]


def _clustering(report: EvaluationReport) -> list[str]:
    if not (sorting := report.clustering):
        return []
    rows = (
        ("encounters sorted", str(sorting.encounters)),
        ("encounters left out", str(sorting.excluded)),
        ("animals", str(sorting.animals)),
        ("groups", str(sorting.groups)),
        ("error of the population count", f"{100 * sorting.count_error:+.1f} %"),
        ("split: encounters outside the largest group of their animal", _of(sorting.split)),
        ("combined: encounters outside the largest animal of their group", _of(sorting.combined)),
        ("adjusted Rand index (ARI)", _number(sorting.ari)),
        ("adjusted mutual information (AMI)", _number(sorting.ami)),
    )
    return [
        heading("Encounters sorted into animals"),
        table("Groups against animals.", ("figure", "value"), rows),
        paragraph(f"For comparison, the error of the population count of {HUMANS}."),
    ]


def _not_run(report: EvaluationReport) -> list[str]:
    if not (missing := report.not_run()):
        return []
    pairs = [(name, f"not run, by {command}") for name, command in missing.items()]
    return [heading("Not run"), facts(pairs)]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]}/{counts[1]}"


def _share(counts: tuple[int, int]) -> str:
    return f"{counts[0] / counts[1]:.3f}" if counts[1] else "-"


def _span(interval: Interval | None) -> str:
    """A second line in a cell, see `page.table`."""
    return f"\n{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
