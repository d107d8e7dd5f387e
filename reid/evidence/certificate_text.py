"""A validity certificate as rows and lines, for a terminal and a page."""

from reid.evidence.certificate import (
    BIAS,
    EXCLUDED,
    FEW_MISSED,
    MISLED,
    Certificate,
    CertifiedStratum,
)

NOT_MEASURED = "not measured"


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
    values = stratum.costs
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
        _bias(stratum),
    ]


def _cost(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return NOT_MEASURED
    span = f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else ""
    return f"{value:.3f}{span}"


def _bias(stratum: CertifiedStratum) -> str:
    if stratum.missed.share is None:
        return NOT_MEASURED
    return "cannot be told" if stratum.bias is None else f"{stratum.bias:.1f}"


def notes(certificate: Certificate) -> list[tuple[str, str]]:
    """Named lines: what made the certificate, and what was measured beside the strata."""
    tallies = (certificate.background, certificate.flanks, certificate.reviewers)
    background, flanks, reviewers = (str(tally or NOT_MEASURED) for tally in tallies)
    lines = [
        ("data", certificate.data),
        ("date", certificate.date),
        ("model", certificate.model),
        ("calibrator", certificate.calibrator),
        ("command", certificate.command),
        ("seed", str(certificate.seed)),
        ("SHA-256", certificate.digest),
    ]
    if certificate.independent is not None:
        lines.append(("genuine, decided with no llr in view", str(certificate.independent)))
    return [
        *lines,
        ("crops without an animal, |llr| > 0.1", background),
        ("left against right flank, llr not 0", flanks),
        ("errors of reviewers", reviewers),
        ("count bias", _count_bias(certificate)),
        *_cautions(certificate),
    ]


def _count_bias(certificate: Certificate) -> str:
    same = f"{certificate.same:g}"
    if certificate.whole.missed.share is None:
        return NOT_MEASURED
    if certificate.whole.bias is None:
        return (
            f"cannot be told: {certificate.whole.missed.share:.0%} of the genuine pairs lie below "
            f"{same}. They are left open, not called different; how far a count errs depends on "
            "the people who decide them, and on the other pairs of the same animal. A figure is "
            f"given up to {FEW_MISSED:.0%}"
        )
    return (
        f"{BIAS} points of population bias for each point of genuine pairs below {same} (Patton "
        "2025), as if nobody mended what the machine missed: an upper limit"
    )


def _cautions(certificate: Certificate) -> list[tuple[str, str]]:
    """What makes the certificate of a catalogue look better than it is."""
    if certificate.decisions is None:
        return []
    words = "the truth is what people decided, with the help of the machine"
    if "+" in certificate.calibrator:
        words += "; the calibrator was adjusted to decisions of this catalogue"
    return [("caution", words)]


def as_text(certificate: Certificate) -> str:
    """The certificate for a terminal: the notes, then each stratum with one figure a line."""
    lines = [f"{name}: {value}" for name, value in notes(certificate)]
    for row in rows_of(certificate):
        lines += ["", f"stratum {row[0]}"]
        pairs = zip(heads(certificate)[1:], row[1:], strict=True)
        lines += [f"  {head:24}{value}" for head, value in pairs]
    return "\n".join(lines)
