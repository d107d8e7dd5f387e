"""What the calibration of a catalogue says in words, for its page and for the command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from reid.evidence.local import ANIMALS, GENUINE, IMPOSTOR, Rate, Shift, Study, Supply
from service.calibration.study import CalibrationState
from service.calibration.tested_view import TestRow, of_all, test_rows
from service.store.calibration import Studied
from service.web.languages import N_, ngettext, npgettext, pgettext
from service.web.languages import gettext as _
from service.web.words import MINUS, count, day, decimal, general, number, percents, signed

Row = tuple[str, ...]

CAUTION = N_(
    "Decisions are taken with the help of the machine: a pair that people "
    "confirmed because its weight of evidence said so proves little. Weights may "
    "therefore grow only by pairs that were decided with no weight in view; they "
    "become smaller by any."
)
SHIFTS = {
    Shift.AS_CALIBRATED: N_("no more agreement among strangers than in the calibration"),
    Shift.MORE: N_("more agreement among strangers than in the calibration"),
    Shift.TOO_FEW: N_("too few pairs to tell"),
    Shift.UNTESTED: N_("no test of the calibrator to compare with"),
}


@dataclass(frozen=True, slots=True)
class StudyView:
    """The latest study. tone: CSS class; rows: at, impostor, in the test, genuine, allowed.

    suspects: two encounters, and words.
    """

    made: str
    pairs: str
    shift: str
    tone: str
    rows: tuple[Row, ...]
    result: str
    suspects: tuple[tuple[tuple[int, int], str], ...]


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """Everything on the page, as sentences and rows."""

    facts: tuple[tuple[str, str], ...]
    warning: str
    tested: tuple[TestRow, ...]
    available: str
    missing: str
    study: StudyView | None


def calibration_view(state: CalibrationState) -> CalibrationView:
    """The page of a calibration."""
    local = state.local
    return CalibrationView(
        facts=tuple(_facts(state)),
        warning=(
            _(
                "A local calibration of %(calibrator)s is ignored, because %(fitted)s speaks now: "
                "study the catalogue again."
            )
            % {"calibrator": local.applied.calibrator, "fitted": state.fitted.id}
            if local.applied and not state.in_force
            else ""
        ),
        tested=test_rows(state.tested),
        available=_("This catalogue has %(pairs)s.") % {"pairs": supplied(state.available)},
        missing=_missing(state.available),
        study=_study(local.studied, state) if local.studied else None,
    )


def as_text(state: CalibrationState) -> str:
    """The page for a terminal."""
    view = calibration_view(state)
    lines = [f"{name:12} {value}" for name, value in view.facts]
    pairs = f"{'decided':12} {supplied(state.available)}"
    lines += [line for line in (view.warning, pairs) if line]
    if view.missing:
        lines.append(f"{'missing':12} {view.missing}")
    if view.study:
        lines += ["", view.study.made, view.study.pairs, ""]
        head = ("llr", "impostor pairs", "in the test", "genuine pairs", "at most")
        lines += [_columns(row) for row in (head, *view.study.rows)]
        lines += ["", view.study.shift, view.study.result]
        lines += [
            f"look at encounters {encounters[0]} and {encounters[1]}: two identities, {words}"
            for encounters, words in view.study.suspects
        ]
    return "\n".join([*lines, "", CAUTION])


def supplied(of: Supply) -> str:
    """Pairs and individuals: "41 genuine pairs of 17 individuals (...), 2,000 impostor pairs"."""
    return _(
        "%(genuine)s of %(owners)s (%(alone)s decided with no weight of evidence in "
        "view), %(impostor)s of %(others)s"
    ) % {
        "genuine": count(of.genuine, "genuine pair"),
        "owners": of_individuals(of.genuine_animals),
        "alone": number(of.independent),
        "impostor": count(of.impostor, "impostor pair"),
        "others": of_individuals(of.impostor_animals),
    }


def of_individuals(how_many: int) -> str:
    """A number of individuals whose something is: in many languages another case."""
    words = npgettext("of", "%(num)s individual", "%(num)s individuals", how_many)
    return words % {"num": number(how_many)}


def _facts(state: CalibrationState) -> Iterator[tuple[str, str]]:
    used = state.used
    yield (
        _("Calibrator"),
        _("%(calibrator)s, for %(model)s") % {"calibrator": used.id, "model": used.model},
    )
    yield (
        _("Strongest claim"),
        _("Weight of evidence ±%(bound)s, log10 of %(individuals)s")
        % {
            "bound": decimal(used.bound, 2),
            "individuals": of_individuals(used.individuals),
        },
    )
    yield (
        _("Verdict"),
        _("same from +%(same)s, different from %(minus)s%(same)s")
        % {"same": general(used.same), "minus": MINUS},
    )
    applied = state.local.applied
    if applied is None or not state.in_force:
        yield _("Local"), _("none: weights of evidence are as the calibrator was fitted")
        return
    words = ngettext(
        "every weight of evidence times %(factor)s, after %(num)s decision, %(day)s; "
        "%(since)s since",
        "every weight of evidence times %(factor)s, after %(num)s decisions, "
        "%(day)s; %(since)s since",
        applied.decisions,
    )
    yield (
        _("Local"),
        words
        % {
            "factor": decimal(applied.factor, 2),
            "num": number(applied.decisions),
            "day": day(applied.made_at),
            "since": count(state.decisions - applied.decisions, "decision"),
        },
    )


def _missing(of: Supply) -> str:
    """What a scale of its own lacks; see `reid.evidence.local.Supply.missing` for the keys."""
    nouns = {
        "genuine pairs": lambda n: count(n, "genuine pair"),
        "individuals with a genuine pair": lambda n: count(
            n, "individual with a genuine pair", "individuals with a genuine pair"
        ),
        "impostor pairs": lambda n: count(n, "impostor pair"),
        "individuals with an impostor pair": lambda n: count(
            n, "individual with an impostor pair", "individuals with an impostor pair"
        ),
    }
    short = ", ".join(nouns[what](how_many) for what, how_many in of.missing.items())
    needed = _(
        "Needed are %(genuine)s genuine and %(impostor)s impostor pairs of encounters, each of "
        "%(animals)s individuals or more."
    ) % {"genuine": number(GENUINE), "impostor": number(IMPOSTOR), "animals": number(ANIMALS)}
    return f"{short}. {needed}" if short else ""


def _study(studied: Studied, state: CalibrationState) -> StudyView:
    study, since = studied.study, state.decisions - studied.decisions
    words = (
        _("Studied %(day)s; %(since)s since.")
        if studied.calibrator == state.fitted.id
        else _("Studied %(day)s, of another calibrator (%(calibrator)s); %(since)s since.")
    )
    rates = zip(study.impostor, study.genuine, strict=False)
    return StudyView(
        made=words
        % {
            "day": day(studied.made_at),
            "calibrator": studied.calibrator,
            "since": count(since, "decision"),
        },
        pairs=f"{supplied(study.supply)}.",
        shift=_("Domain shift: %(shift)s.") % {"shift": _(SHIFTS[study.shift])},
        tone=_tone(study),
        rows=tuple(_row(misled, missed) for misled, missed in rates),
        result=_result(study),
        suspects=tuple((pair.encounters, signed(state.llr(pair))) for pair in study.suspects),
    )


def _tone(study: Study) -> str:
    if study.shift is Shift.MORE or study.factor < 1:
        return "error"
    return "done" if study.shift is Shift.AS_CALIBRATED else ""


def _row(misled: Rate, missed: Rate) -> Row:
    known = _("not known") if misled.calibration is None else _percent(misled.calibration)
    return (
        general(misled.at),
        _found(misled),
        known,
        _found(missed),
        _percent(min(misled.allowed, missed.allowed))
        if misled.allowed == missed.allowed
        else f"{_percent(misled.allowed)} / {_percent(missed.allowed)}",
    )


def _found(rate: Rate) -> str:
    if not rate.of:
        return pgettext("pairs", "none")
    mark = "✕ " if rate.too_often else ""
    return f"{mark}{_percent(rate.share)} ({of_all(rate.misleading, rate.of)})"


def _result(study: Study) -> str:
    if study.supply.missing and study.factor == 1:
        return _("No scale is fitted: there are too few pairs.")
    if study.factor == 1:
        return _("The catalogue gives no reason to adjust the calibrator.")
    return _(
        "Adjusted to this catalogue, every weight of evidence is multiplied by "
        "%(factor)s (scale %(scale)s, widening %(widening)s)."
    ) % {
        "factor": decimal(study.factor, 2),
        "scale": decimal(study.scale, 2),
        "widening": decimal(study.shrinkage, 2),
    }


def _percent(share: float) -> str:
    return percents(share, 1)


def _columns(row: Row) -> str:
    first, *rest = row
    return f"{first:>5}" + "".join(f"  {cell:>24}" for cell in rest)
