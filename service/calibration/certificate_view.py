"""The certificate of a catalogue for people: the part of the calibration page, and its quotation.

Of a count nothing is said in figures where many genuine pairs stay open: they are not missed, and
what becomes of them is for people to decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from reid.evidence.certificate import BIAS, FEW_MISSED, Certificate, CertifiedStratum
from reid.evidence.strata import PairTally
from service.calibration.certification import CertificateState
from service.calibration.tested_view import of_all, stratum_name
from service.calibration.view import of_individuals
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.words import MINUS, count, day, decimal, general, number, percents

Line = tuple[str, str]
SHORT = 12  # digits of a digest in a sentence; the JSON has all


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One kind of pairs: its name, its pairs, Cllr with its interval, what Cllr would be at best.

    excluded: genuine pairs at -1 and less; misled: impostor pairs at 1 and more; open_pairs:
    genuine ones below the threshold of the verdict.
    """

    name: str
    pairs: str
    cost: str
    least: str
    excluded: str
    misled: str
    open_pairs: str


@dataclass(frozen=True, slots=True)
class CertificateView:
    """The certificate as sentences and rows. warning: why it no longer holds, or nothing."""

    warning: str
    facts: tuple[Line, ...]
    rows: tuple[CertificateRow, ...]
    bias: str
    cautions: tuple[str, ...]


def certificate_view(state: CertificateState) -> CertificateView:
    """All of a certificate that the page shows."""
    certificate = state.certificate
    return CertificateView(
        warning=out_of_date(state),
        facts=tuple(_facts(state)),
        rows=tuple(map(_row, certificate.strata)),
        bias=_bias(certificate),
        cautions=tuple(_cautions(certificate)),
    )


def quotation(state: CertificateState | None) -> str:
    """A certificate in two sentences, for a dossier; what its absence means where there is none."""
    if state is None:
        return _(
            "There is no certificate of this catalogue: how often its weights of "
            "evidence mislead here was not measured."
        )
    certificate, whole = state.certificate, state.certificate.whole
    words = _(
        "The certificate of this catalogue of %(day)s (%(calibrator)s, digest "
        "%(digest)s) gives a Cllr of %(cost)s on %(genuine)s and %(impostor)s of "
        "%(animals)s, as people decided them. Of the genuine pairs %(excluded)s have "
        "a weight of evidence of %(minus)s1 or less, of the impostor pairs "
        "%(misled)s one of +1 or more."
    ) % {
        "day": _day(certificate),
        "calibrator": certificate.calibrator,
        "digest": certificate.digest[:SHORT],
        "cost": _cost(whole),
        "genuine": count(whole.genuine, "genuine pair"),
        "impostor": count(whole.impostor, "impostor pair"),
        "animals": of_individuals(whole.animals),
        "excluded": number(whole.excluded[-1.0].count),
        "misled": number(whole.misled[1.0].count),
        "minus": MINUS,
    }
    return f"{words} {out_of_date(state)}".strip()


def out_of_date(state: CertificateState) -> str:
    """That another model or calibrator speaks now; else nothing."""
    if not state.out_of_date:
        return ""
    words = _(
        "The certificate is out of date: it is of %(calibrator)s for %(model)s, and %(now)s for "
        "%(network)s speaks now."
    )
    return words % {
        "calibrator": state.certificate.calibrator,
        "model": state.certificate.model,
        "now": state.calibrator,
        "network": state.model,
    }


def _facts(state: CertificateState) -> Iterator[Line]:
    certificate = state.certificate
    since = count(state.since, "decision")
    yield _("Made"), _("%(day)s; %(since)s since") % {"day": _day(certificate), "since": since}
    made = {"calibrator": certificate.calibrator, "model": certificate.model}
    yield _("Calibrator"), _("%(calibrator)s, for %(model)s") % made
    yield _("Compared"), count(certificate.encounters, "encounter")
    if certificate.independent:
        yield _("Decided with no weight of evidence in view"), _tally(certificate.independent)
    yield (
        _("Crops without an animal, weight of evidence beyond ±0.1"),
        _tally(certificate.background),
    )
    yield _("Left against right flank, weight of evidence not 0"), _tally(certificate.flanks)
    yield _("Wrong answers of observers on hidden known pairs"), _tally(certificate.reviewers)
    yield _("SHA-256"), certificate.digest


def _day(certificate: Certificate) -> str:
    return day(datetime.combine(date.fromisoformat(certificate.date), datetime.min.time()))


def _row(stratum: CertifiedStratum) -> CertificateRow:
    least = stratum.costs.cllr_min
    return CertificateRow(
        name=stratum_name(stratum.name),
        pairs=_("%(genuine)s and %(impostor)s")
        % {"genuine": number(stratum.genuine), "impostor": number(stratum.impostor)},
        cost=_cost(stratum),
        least=_unmeasured() if least is None else decimal(least, 3),
        excluded=_tally(stratum.excluded[-1.0]),
        misled=_tally(stratum.misled[1.0]),
        open_pairs=_tally(stratum.missed),
    )


def _cost(stratum: CertifiedStratum) -> str:
    """Cllr with its interval: "0.210 [0.15, 0.30]"."""
    if stratum.costs.cllr is None:
        return _unmeasured()
    ends = stratum.costs.intervals.get("cllr")
    span = f" [{decimal(ends[0], 2)}, {decimal(ends[1], 2)}]" if ends else ""
    return decimal(stratum.costs.cllr, 3) + span


def _tally(tally: PairTally | None) -> str:
    return of_all(tally.count, tally.of) if tally and tally.of else _unmeasured()


def _unmeasured() -> str:
    return pgettext("certificate", "not measured")


def _bias(certificate: Certificate) -> str:
    """What the pairs that stay open do to a count, as a figure only where it says something."""
    whole, same = certificate.whole, general(certificate.same)
    share = whole.missed.share or 0.0
    if whole.bias is None:
        return _(
            "What this does to a count cannot be told in a figure: %(share)s of the "
            "genuine pairs lie below a weight of evidence of %(same)s. They are left "
            "open and not called different, so the count depends on the people who "
            "decide them, and on the other pairs of the same animal. A figure is given "
            "up to %(few)s."
        ) % {"share": percents(share), "same": same, "few": percents(FEW_MISSED)}
    return _(
        "%(share)s of the genuine pairs lie below a weight of evidence of %(same)s. "
        "If nobody mended what the machine missed, a count of animals would be too "
        "high by up to %(bias)s points of a hundred (%(each)s for each point of "
        "missed matches, Patton 2025)."
    ) % {
        "share": percents(share, 1),
        "same": same,
        "bias": decimal(whole.bias, 1),
        "each": general(BIAS),
    }


def _cautions(certificate: Certificate) -> Iterator[str]:
    """What makes a certificate look better than it is."""
    yield _(
        "The truth of these pairs is what people decided with the help of the machine. An error "
        "that both share is not seen here."
    )
    if "+" in certificate.calibrator:
        yield _(
            "The calibrator was adjusted to decisions of this very catalogue, which "
            "makes its weights of evidence look better here than on new photos."
        )
    if certificate.whole.animals < certificate.whole.genuine:
        words = ngettext(
            "Pairs share animals: the figures rest on %(num)s individual.",
            "Pairs share animals: the figures rest on %(num)s individuals.",
            certificate.whole.animals,
        )
        yield words % {"num": number(certificate.whole.animals)}
