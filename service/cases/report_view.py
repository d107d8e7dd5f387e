"""The parts of a report that the page of a case and its dossier show alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10
from string import ascii_uppercase

from reid.identify.movement import SpaceTime, Span
from reid.types import Grade
from service.calibration.suggestion_words import suggested
from service.calibration.tested_view import Plot, plot_of
from service.cases.report import CasePair, CaseReport, Member
from service.photos.facts_view import grade_word, reason_words
from service.web.languages import gettext as _
from service.web.quantities import kilometres, kilometres_within, speed
from service.web.sentences import in_full, recorded, translated
from service.web.words import EVEN, dated, elapsed, sentence, times


@dataclass(frozen=True, slots=True)
class WayView:
    """One leg: a line of the space-time table. disputed: times in conflict give several."""

    name: str
    distance: str
    dates: str
    between: str
    speed: str
    rating: str
    reason: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The most probable answer before and after the photos were looked at: probabilities.

    times: how many times more probable, for its odds, the photos make it, as words.
    """

    before: float
    after: float
    times: str


def before_after(report: CaseReport) -> BeforeAfter | None:
    """Of the most probable answer; None where there is nothing to compare."""
    if report.partitions is None or len(report.members) < 2:
        return None
    best = report.partitions.partitions[0]
    before, after = report.prior(best), best.probability
    return BeforeAfter(before, after, _times(before, after))


def _times(before: float, after: float) -> str:
    """How the photos change the odds of an answer."""
    ends = [min(max(share, 1e-6), 1 - 1e-6) for share in (before, after)]
    odds = [share / (1 - share) for share in ends]
    llr = log10(odds[1] / odds[0])
    if abs(llr) < EVEN:
        return _("the photos leave it as it was")
    words = _("the photos speak for it, %(factor)s to 1")
    if llr < 0:
        words = _("the photos speak against it, %(factor)s to 1")
    return words % {"factor": times(abs(llr))}


def unjudged(report: CaseReport) -> tuple[str, ...]:
    """The encounters of which the photos show too little to be judged, and why, in sentences."""
    sentences = []
    for letter, member in zip(ascii_uppercase, report.members, strict=False):
        if why := _shows_nothing(member):
            words = _("%(letter)s cannot be judged: %(why)s.")
            sentences.append(words % {"letter": letter, "why": why})
    return tuple(sentences)


def _shows_nothing(member: Member) -> str:
    """Why no photo of an encounter can be judged; "" where one can, or is not ready yet."""
    annotations = [reference.annotation for reference in member.detail.references]
    if any(one.state == "pending" for one in annotations):
        return ""
    embedded = [one.quality for one in annotations if one.state == "embedded"]
    if not embedded:
        failed = next((one for one in annotations if one.error_code), None)
        return recorded(failed.error_code, failed.error_detail) if failed else _("it has no photo")
    if any(quality is None or quality.grade is not Grade.UNUSABLE for quality in embedded):
        return ""
    best = max((quality for quality in embedded if quality), key=lambda quality: quality.value)
    return reason_words(best.reasons) or grade_word(Grade.UNUSABLE)


def pair_plot(pair: CasePair, report: CaseReport) -> Plot | None:
    """The place of a pair among the tested ones; None where it has none."""
    return plot_of(report.tested, pair.says.place, pair.says.evidence, report.same)


def to_settle(pair: CasePair) -> tuple[str, ...]:
    """Sentences: what would settle an open pair, or why nothing is known to."""
    why = pair.says.why_nothing
    return tuple(suggested(photo, pair.letters) for photo in pair.says.settle) or (
        (in_full(why),) if why else ()
    )


def ways(report: CaseReport) -> tuple[WayView, ...]:
    """A line for every pair and every combination of its stated times."""
    return tuple(way for pair in report.pairs for way in _ways(pair))


def way_length(way: SpaceTime) -> str:
    """How far it is, or within which bounds for whom the distance is not told."""
    return kilometres_within(way.within_km) if way.within_km else kilometres(way.distance_km)


def _ways(pair: CasePair) -> Iterator[WayView]:
    legs = pair.space_time.legs
    for leg in legs:
        yield WayView(
            name=pair.name,
            distance=way_length(pair.space_time),
            dates=f"{_date(leg.span0)} \N{RIGHTWARDS ARROW} {_date(leg.span1)}",
            between=elapsed(leg.days),
            speed=speed(leg.least_speed_km_h),
            rating=leg.rating.value,
            reason=sentence(translated(leg.reason)),
            disputed=len(legs) > 1,
        )


def _date(span: Span | None) -> str:
    return dated(span.start, span.source) if span else _("date unknown")
