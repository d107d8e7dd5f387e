"""What the calibration of a catalogue says in words, for its page and for the command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from reid.local import ANIMALS, GENUINE, IMPOSTOR, Shift
from service.calibration_schemas import CalibrationOut, RateOut, StudyOut, SupplyOut
from service.views.words import count, day, signed

Row = tuple[str, ...]

CAUTION = (
    "Decisions are taken with the help of the machine: a pair that people confirmed because the "
    "llr said so proves little. Llrs may therefore grow only by pairs that were decided with no "
    "llr in view; they become smaller by any."
)
NEEDED = (
    f"Needed are {GENUINE} genuine and {IMPOSTOR} impostor pairs of encounters, each of {ANIMALS} "
    "individuals or more."
)


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
    """Everything on the page, as sentences and rows. tested: name, pairs, Cllr, misleading."""

    facts: tuple[tuple[str, str], ...]
    warning: str
    tested: tuple[Row, ...]
    available: str
    missing: str
    study: StudyView | None


def calibration_view(of: CalibrationOut) -> CalibrationView:
    """The page of a calibration."""
    applied = of.applied
    ignored = applied is not None and not applied.in_force
    return CalibrationView(
        facts=tuple(_facts(of)),
        warning=(
            f"A local calibration of {applied.calibrator} is ignored, because {of.fitted} speaks "
            "now: study the catalogue again."
            if applied and ignored
            else ""
        ),
        tested=tuple(
            (
                one.name,
                f"{one.pairs[0]:,} and {one.pairs[1]:,}",
                f"{one.cllr:.3f}",
                f"{one.cllr_min:.3f}",
                f"{one.misleading[0]:,} of {one.misleading[1]:,}",
            )
            for one in of.tested
        ),
        available=supplied(of.available),
        missing=_missing(of.available),
        study=_study(of.study, of) if of.study else None,
    )


def as_text(of: CalibrationOut) -> str:
    """The same for a terminal."""
    view = calibration_view(of)
    lines = [f"{name:12} {value}" for name, value in view.facts]
    lines += [line for line in (view.warning, f"{'decided':12} {view.available}") if line]
    if view.missing:
        lines.append(f"{'missing':12} {view.missing}")
    if view.study:
        lines += ["", view.study.made, view.study.pairs, ""]
        head = ("llr", "impostor pairs", "in the test", "genuine pairs", "at most")
        lines += [_columns(row) for row in (head, *view.study.rows)]
        lines += ["", view.study.shift, view.study.result]
        lines += [
            f"look at encounters {one} and {other}: two identities, {words}"
            for (one, other), words in view.study.suspects
        ]
    return "\n".join([*lines, "", CAUTION])


def supplied(of: SupplyOut) -> str:
    """Pairs and individuals: "41 genuine pairs of 17 individuals (...), 2,000 impostor pairs"."""
    alone = f"{of.independent:,} decided with no llr in view"
    return (
        f"{count(of.genuine, 'genuine pair')} of {count(of.genuine_animals, 'individual')} "
        f"({alone}), {count(of.impostor, 'impostor pair')} of "
        f"{count(of.impostor_animals, 'individual')}"
    )


def _facts(of: CalibrationOut) -> Iterator[tuple[str, str]]:
    yield "Calibrator", f"{of.calibrator}, for {of.model}"
    yield "Bound", f"llr ±{of.bound:.2f}, log10 of {count(of.individuals, 'individual')}"
    yield "Verdict", f"same from {of.same:+g}, different from {-of.same:g}".replace("-", "−")  # noqa: RUF001
    applied = of.applied
    if applied is None or not applied.in_force:
        yield "Local", "none: llrs are as the calibrator was fitted"
        return
    since = count(of.decisions - applied.decisions, "decision")
    yield (
        "Local",
        f"every llr times {applied.factor:.2f}, after {count(applied.decisions, 'decision')}, "
        f"{day(applied.made_at)}; {since} since",
    )


def _missing(of: SupplyOut) -> str:
    short = [f"{number:,} {what}" for what, number in of.missing.items()]
    return ", ".join(short) + f". {NEEDED}" if short else ""


def _study(study: StudyOut, of: CalibrationOut) -> StudyView:
    since = of.decisions - study.decisions
    other = f", of another calibrator ({study.calibrator})" if study.calibrator != of.fitted else ""
    rates = list(zip(study.impostor, study.genuine, strict=False))
    return StudyView(
        made=f"Studied {day(study.made_at)}{other}; {count(since, 'decision')} since.",
        pairs=f"{supplied(study.supply)}.",
        shift=f"Domain shift: {study.shift.value}.",
        tone=_tone(study),
        rows=tuple(_row(misled, missed) for misled, missed in rates),
        result=_result(study),
        suspects=tuple((one.encounters, f"llr {signed(one.llr)}") for one in study.suspects),
    )


def _tone(study: StudyOut) -> str:
    if study.shift is Shift.MORE or study.factor < 1:
        return "error"
    return "done" if study.shift is Shift.AS_CALIBRATED else ""


def _row(misled: RateOut, missed: RateOut) -> Row:
    known = "not known" if misled.calibration is None else _percent(misled.calibration)
    return (
        f"{misled.at:g}",
        _found(misled),
        known,
        _found(missed),
        _percent(min(misled.allowed, missed.allowed))
        if misled.allowed == missed.allowed
        else f"{_percent(misled.allowed)} / {_percent(missed.allowed)}",
    )


def _found(rate: RateOut) -> str:
    if not rate.of:
        return "none"
    mark = "✕ " if rate.too_often else ""
    return f"{mark}{_percent(rate.share)} ({rate.found:,} of {rate.of:,})"


def _result(study: StudyOut) -> str:
    if study.supply.missing and study.factor == 1:
        return "No scale is fitted: there are too few pairs."
    if study.factor == 1:
        return "The catalogue gives no reason to adjust the calibrator."
    why = f"scale {study.scale:.2f}, widening {study.widening:.2f}"
    return f"Adjusted to this catalogue, every llr is multiplied by {study.factor:.2f} ({why})."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _columns(row: Row) -> str:
    first, *rest = row
    return f"{first:>5}" + "".join(f"  {one:>24}" for one in rest)
