"""The plots of the report as SVG: readable in black and white, and without the network.

Every function gives one `<svg>` element as text. Genuine pairs are a full blue line, impostor pairs
a dashed vermilion one (Okabe & Ito's palette); text stays text. All raise MissingExtra without
matplotlib.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from html import escape
from io import StringIO
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from reid.errors import MissingExtra
from reid.evaluation.measures.metrics import (
    BANDS,
    CalibrationCurve,
    cmc,
    det,
    roc,
    tippett,
)
from reid.evaluation.measures.strata import Figures
from reid.evidence.strata import PairStratum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]
GENUINE, IMPOSTOR, GREY = "#0072B2", "#D55E00", "#666666"
COLOURS = (GENUINE, IMPOSTOR, "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 2)))
MARKS = ("o", "s", "^", "D", "v", "P", "X")
MM = 1 / 25.4  # inch
WIDE, HIGH = 165, 64  # mm: of a whole figure, of a row of panels
FINEST = 600  # points across a plot; curves are thinned to it
DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)
STYLE: dict[Any, Any] = {  # of rcParams
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Liberation Sans", "Arial", "Helvetica", "DejaVu Sans"],
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "lines.linewidth": 1.3,
    "figure.constrained_layout.h_pad": 0.09,  # inch
}


def draw_tippett(strata: Sequence[PairStratum]) -> str:
    """Tippett plots, one panel a stratum; strata without both kinds of pairs are left out."""
    usable = _usable(strata)
    with _style():
        figure, panels = _panels(len(usable), share=True)
        for panel, stratum in zip(panels, usable, strict=True):
            ends = np.abs(np.concatenate([stratum.genuine, stratum.impostor])).max()
            grid = np.linspace(-1.05, 1.05, 421) * max(ends, 0.5)
            kinds = _kinds(stratum)
            for share, (label, colour, line) in zip(
                tippett(stratum.genuine, stratum.impostor, grid), kinds, strict=True
            ):
                panel.plot(grid, share, color=colour, linestyle=line, label=label)
            panel.axvline(0, color=GREY, linewidth=0.6)
            panel.set(xlabel="llr (log10)", ylim=(-0.02, 1.02))
            _named(panel, stratum.title)
        panels[0].set_ylabel("share of pairs with at least this llr")
        return _svg(figure, "tippett", "Tippett plots: llr of genuine and impostor pairs")


def draw_calibration(strata: Sequence[PairStratum], strata_figures: Sequence[Figures]) -> str:
    """Calibration curves at even prior odds, one panel a stratum, with the pairs of each bin."""
    curves = [(s, f.curve) for s, f in zip(strata, strata_figures, strict=True) if f.curve]
    with _style():
        figure, panels = _panels(len(curves), share=True)
        for panel, (stratum, curve) in zip(panels, curves, strict=True):
            _reliability(panel, curve)
            panel.set_title(f"{stratum.title}: ECE {curve.error:.3f}", pad=26)
            panel.set_xlabel("stated posterior")
        panels[0].set_ylabel("observed share of genuine pairs")
        return _svg(figure, "calibration", "Calibration curves: stated posterior and observed")


def draw_partitions(curve: CalibrationCurve) -> str:
    """Stated probability of partitions against the share that is true."""
    with _style():
        figure, (panel,) = _panels(1, wide=85, high=78)
        _reliability(panel, curve)
        panel.set_title(f"ECE {curve.error:.3f}", pad=26)
        panel.set(
            xlabel="stated probability of a partition",
            ylabel="observed share of true partitions",
        )
        return _svg(figure, "partitions", "Calibration of partition posteriors")


def _reliability(panel: "Axes", curve: CalibrationCurve) -> None:
    """Points joined by a line beside the diagonal; above each how many are true / are not."""
    panel.plot([0, 1], [0, 1], color=GREY, linewidth=0.6)
    panel.plot(curve.stated, curve.observed, color=GENUINE, marker="o", markersize=3.5)
    for x, true, false in zip(curve.stated, curve.true, curve.false, strict=True):
        panel.plot([x, x], [1.0, 1.03], color=GREY, linewidth=0.4)
        panel.annotate(
            f"{true}/{false}",
            (x, 1.05),
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=5.5,
            annotation_clip=False,
        )
    ticks = np.linspace(0, 1, 6)
    panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xticks=ticks, yticks=ticks, aspect="equal")


def _named(panel: "Axes", title: str) -> None:
    """A title, and below it the legend: no curve runs through it."""
    panel.set_title(title, pad=15)
    panel.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 0.98),
        ncols=2,
        fontsize=6.2,
        handlelength=1.6,
        columnspacing=1.0,
        borderaxespad=0,
    )


def draw_rates(strata: Sequence[PairStratum]) -> str:
    """DET on normal deviates beside ROC; one line a stratum with both kinds of pairs."""
    usable = _usable(strata)
    reach = (DET_TICKS[0] / 2, 1 - DET_TICKS[0] / 2)
    ends = np.asarray(norm.ppf(reach))
    with _style():
        figure, (left, right) = _panels(2, high=70)
        for n, stratum in enumerate(usable):
            label = f"{stratum.title} ({len(stratum.genuine)} / {len(stratum.impostor)})"
            colour, line = COLOURS[n % len(COLOURS)], LINES[n % len(LINES)]
            false, missed = (norm.ppf(side.clip(*reach)) for side in _det(stratum))
            left.plot(*_thinned(false, missed, ends), color=colour, linestyle=line)
            false, true = _thinned(*roc(stratum.genuine, stratum.impostor), np.array([0.0, 1.0]))
            right.plot(false, true, color=colour, linestyle=line, label=label)
        ticks = norm.ppf(DET_TICKS)
        left.set_xticks(ticks, [f"{100 * t:g}" for t in DET_TICKS])
        left.set_yticks(ticks, [f"{100 * t:g}" for t in DET_TICKS])
        left.plot(ends, ends, color=GREY, linewidth=0.6)
        left.grid(visible=True, color="#dddddd", linewidth=0.4)
        left.set(
            title="DET",
            xlabel="false positive rate (%)",
            ylabel="false negative rate (%)",
            aspect="equal",
        )
        right.plot([0, 1], [0, 1], color=GREY, linewidth=0.6)
        right.set(
            title="ROC",
            xlabel="false positive rate",
            ylabel="true positive rate",
            aspect="equal",
        )
        right.legend(title="genuine / impostor pairs", loc="lower right", title_fontsize=7)
        return _svg(figure, "rates", "DET and ROC curves of the llr")


def _det(stratum: PairStratum) -> tuple[Float64, Float64]:
    return det(stratum.genuine, stratum.impostor)


def draw_bands(strata: Sequence[PairStratum], strata_figures: Sequence[Figures]) -> str:
    """Share of the pairs in each band of llr as bars, one panel a stratum; counts above them."""
    with _style():
        figure, panels = _panels(len(strata), share=True)
        places = np.arange(len(BANDS))
        for panel, stratum, figures in zip(panels, strata, strata_figures, strict=True):
            counted = (figures.genuine_bands, figures.impostor_bands)
            for shift, counts, (label, colour, _), hatch in zip(
                (-0.2, 0.2), counted, _kinds(stratum), ("", "////"), strict=True
            ):
                shares = np.array(counts) / max(1, sum(counts))
                bars = panel.bar(
                    places + shift,
                    shares,
                    0.4,
                    label=label,
                    color=colour if not hatch else "white",
                    edgecolor=colour,
                    hatch=hatch,
                    linewidth=0.6,
                )
                panel.bar_label(bars, [str(n) for n in counts], fontsize=5, padding=1, rotation=90)
            panel.set_xticks(places, BANDS, rotation=40, ha="right", fontsize=6.5)
            panel.set(ylim=(0, 1.14), yticks=np.linspace(0, 1, 6))
            _named(panel, stratum.title)
        panels[0].set_ylabel("share of pairs")
        return _svg(figure, "bands", "Pairs in each band of llr")


def draw_cmc(ranks: Mapping[str, Sequence[int]], depth: int = 20) -> str:
    """Cumulative curves of the first genuine annotation, one line a method."""
    with _style():
        figure, (panel,) = _panels(1, wide=115)
        for n, (method, places) in enumerate(ranks.items()):
            panel.plot(
                range(1, depth + 1),
                cmc(places, depth),
                color=COLOURS[n % len(COLOURS)],
                linestyle=LINES[n % len(LINES)],
                marker=MARKS[n % len(MARKS)],
                markersize=3,
                label=f"{method} ({len(places)} queries)",
            )
        panel.set(
            title="Cumulative curve",
            xlabel="annotations looked at",
            ylabel="share of queries with a genuine one",
            ylim=(0, 1.03),
            xticks=[1, *range(5, depth + 1, 5)],
        )
        panel.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
        return _svg(figure, "cmc", "Share of queries with a genuine annotation among the first k")


def _usable(strata: Sequence[PairStratum]) -> list[PairStratum]:
    return [s for s in strata if len(s.genuine) and len(s.impostor)]


def _kinds(stratum: PairStratum) -> tuple[tuple[str, str, str], ...]:
    """Label with count, colour and line of the two kinds of pairs."""
    return (
        (f"genuine, {len(stratum.genuine)}", GENUINE, "-"),
        (f"impostor, {len(stratum.impostor)}", IMPOSTOR, "--"),
    )


def _style() -> AbstractContextManager[None]:
    """The look of every plot, as a context; other users of matplotlib are left alone."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise MissingExtra(feature="a plot", needs="matplotlib", extra="report") from error
    return rc_context(STYLE)


def _panels(
    count: int, *, wide: float = WIDE, high: float = HIGH, share: bool = False
) -> tuple["Figure", list["Axes"]]:
    """A figure with so many panels, at most three beside each other; sizes in mm."""
    from matplotlib.figure import Figure

    if not count:
        raise ValueError("nothing to draw: no stratum has both genuine and impostor pairs")
    beside = min(count, 3)
    below = ceil(count / beside)
    wide = min(wide, 100) if count == 1 and share else wide
    figure = Figure(figsize=(wide * MM, high * below * MM), layout="constrained")
    axes = figure.subplots(below, beside, sharey=share, squeeze=False).ravel().tolist()
    for spare in axes[count:]:
        spare.remove()
    return figure, axes[:count]


def _thinned(x: Float64, y: Float64, ends: Float64) -> tuple[Float64, Float64]:
    """The points of a curve without those that would fall on the same dot of the plot."""
    cells = np.round(np.stack([x, y]) * FINEST / (ends[1] - ends[0]))
    moved = np.any(np.diff(cells, axis=1) != 0, axis=0)
    keep = np.concatenate([[True], moved])
    keep[-1] = True
    return x[keep], y[keep]


def _svg(figure: "Figure", name: str, says: str) -> str:
    """The figure as one element with ids of its own, so that many stand in one page."""
    from matplotlib import rc_context

    written = StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(written, format="svg", metadata=nothing)
    text = written.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(says)}" ', 1)
