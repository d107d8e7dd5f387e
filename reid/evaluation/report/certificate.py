"""The validity certificate: what the llrs of one calibrator were worth on named photos."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reid.evaluation.measures.strata import Figures, PairStratum, figures

EXCLUDED = (-1.0, -2.0)  # llr up to which a genuine pair counts as wrongly excluded
MISLED = (1.0, 2.0)  # llr from which an impostor pair counts as misleading
BIAS = 2.56  # points of population bias for a point of missed matches (Patton 2025)
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class PairTally:
    """How many of how many pairs."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """[0, 1]; None of no pairs."""
        return self.count / self.of if self.of else None

    def __str__(self) -> str:
        return f"{self.count} of {self.of} ({self.share:.2%})" if self.of else NOT_MEASURED


@dataclass(frozen=True, slots=True)
class CertifiedStratum:
    """The figures of one kind of pairs.

    name: "all" or the worse grade. genuine, impostor: pairs. animals: in them. figures: Cllr and
    its parts in bits, with 95 % intervals over individuals. excluded: genuine pairs by `EXCLUDED`;
    misled: impostor pairs by `MISLED`. missed: genuine pairs below the threshold of `same`.
    """

    name: str
    genuine: int
    impostor: int
    animals: int
    figures: Figures
    excluded: Mapping[float, PairTally]
    misled: Mapping[float, PairTally]
    missed: PairTally

    @property
    def bias(self) -> float | None:
        """Points of population bias that the missed genuine pairs stand for; None of no pairs."""
        return None if self.missed.share is None else BIAS * 100 * self.missed.share


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was measured, on what, by what.

    date: ISO 8601. same: llr from which the machine says `same`. strata: the first is of all pairs
    that can be compared. background: crops without an animal whose |llr| is above 0.1, flanks:
    pairs of left with right flank whose llr is not 0; None where it was not measured.
    """

    data: str
    date: str
    model: str
    calibrator: str
    command: str
    seed: int
    same: float
    strata: tuple[CertifiedStratum, ...]
    background: PairTally | None = None
    flanks: PairTally | None = None
    reviewers: PairTally | None = None


def certified_stratum(
    stratum: PairStratum, *, same: float, seed: int, draws: int = 500, refits: int = 100
) -> CertifiedStratum:
    """The figures of one stratum. draws, refits: of the intervals. Raises MissingExtra."""
    ours, theirs = np.asarray(stratum.genuine), np.asarray(stratum.impostor)
    return CertifiedStratum(
        name=stratum.title,
        genuine=len(ours),
        impostor=len(theirs),
        animals=stratum.individuals or 0,
        figures=figures(stratum, seed=seed, draws=draws, refits=refits),
        excluded={at: PairTally(int((ours <= at).sum()), len(ours)) for at in EXCLUDED},
        misled={at: PairTally(int((theirs >= at).sum()), len(theirs)) for at in MISLED},
        missed=PairTally(int((ours < same).sum()), len(ours)),
    )


def rows_of(certificate: Certificate) -> list[list[str]]:
    """A row a stratum: name, pairs, animals, Cllr, Cllr_min, Cllr_cal, errors, count bias."""
    return [_row(stratum) for stratum in certificate.strata]


def heads(certificate: Certificate) -> list[str]:
    """The heads of `rows_of`."""
    return [
        "stratum",
        "genuine",
        "impostor",
        "animals",
        "Cllr",
        "Cllr_min",
        "Cllr_cal",
        *(f"genuine, llr <= {at:g}" for at in EXCLUDED),
        *(f"impostor, llr >= {at:g}" for at in MISLED),
        f"genuine, llr < {certificate.same:g}",
        "count bias, points",
    ]


def _row(stratum: CertifiedStratum) -> list[str]:
    values = stratum.figures
    costs = (
        _cost(getattr(values, key), values.intervals.get(key))
        for key in ("cllr", "cllr_min", "cllr_cal")
    )
    tallies = (*stratum.excluded.values(), *stratum.misled.values(), stratum.missed)
    return [
        stratum.name,
        *(str(number) for number in (stratum.genuine, stratum.impostor, stratum.animals)),
        *costs,
        *(str(tally) for tally in tallies),
        NOT_MEASURED if stratum.bias is None else f"{stratum.bias:.1f}",
    ]


def _cost(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return NOT_MEASURED
    span = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    return f"{value:.3f}{span}"


def notes(certificate: Certificate) -> list[tuple[str, str]]:
    """Named lines: what was measured beside the strata, and what made the certificate."""
    others = (certificate.background, certificate.flanks, certificate.reviewers)
    background, flanks, reviewers = (str(tally or NOT_MEASURED) for tally in others)
    return [
        ("data", certificate.data),
        ("date", certificate.date),
        ("model", certificate.model),
        ("calibrator", certificate.calibrator),
        ("command", certificate.command),
        ("seed", str(certificate.seed)),
        ("crops without an animal, |llr| > 0.1", background),
        ("left against right flank, llr not 0", flanks),
        ("errors of reviewers", reviewers),
        (
            "count bias",
            f"{BIAS} points of population bias for each point of genuine pairs below "
            f"{certificate.same:g} (Patton 2025); it supposes that nobody mends what is missed",
        ),
    ]


def as_text(certificate: Certificate) -> str:
    """The certificate for a terminal: the notes, then each stratum with one figure a line."""
    lines = [f"{name}: {value}" for name, value in notes(certificate)]
    for row in rows_of(certificate):
        lines += ["", f"stratum {row[0]}"]
        pairs = zip(heads(certificate)[1:], row[1:], strict=True)
        lines += [f"  {head:24}{value}" for head, value in pairs]
    return "\n".join(lines)


def content(certificate: Certificate) -> dict[str, Any]:
    """The certificate as JSON knows it; what was not measured is null. Shares lie in [0, 1]."""
    return {
        **{
            name: getattr(certificate, name)
            for name in ("data", "date", "model", "calibrator", "command", "seed", "same")
        },
        "background": _tally(certificate.background),
        "flanks": _tally(certificate.flanks),
        "reviewers": _tally(certificate.reviewers),
        "strata": [_stratum(stratum) for stratum in certificate.strata],
    }


def _stratum(stratum: CertifiedStratum) -> dict[str, Any]:
    values = stratum.figures
    return {
        "name": stratum.name,
        "genuine": stratum.genuine,
        "impostor": stratum.impostor,
        "animals": stratum.animals,
        **{key: getattr(values, key) for key in ("cllr", "cllr_min", "cllr_cal")},
        "intervals": {key: list(interval) for key, interval in values.intervals.items()},
        "excluded": {f"{at:g}": _tally(tally) for at, tally in stratum.excluded.items()},
        "misled": {f"{at:g}": _tally(tally) for at, tally in stratum.misled.items()},
        "missed": _tally(stratum.missed),
        "bias": stratum.bias,
    }


def _tally(tally: PairTally | None) -> dict[str, Any] | None:
    return {"count": tally.count, "of": tally.of, "share": tally.share} if tally else None


def write_json(certificate: Certificate, path: Path) -> None:
    """Write the certificate as JSON."""
    written = json.dumps(content(certificate), indent=2, allow_nan=False)
    path.write_text(written + "\n", encoding="utf-8")


def graded(strata: Sequence[PairStratum], names: Sequence[str]) -> list[PairStratum]:
    """The strata of these names, in their order."""
    return [stratum for stratum in strata if stratum.name in names]
