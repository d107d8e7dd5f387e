"""The parts of a report that the page of a case and its dossier show alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from reid.identify.movement import SpaceTime, Span
from service.calibration.suggestion_words import suggested
from service.calibration.tested_view import Plot, plot_of
from service.cases.report import CasePair, CaseReport
from service.web.languages import gettext as _
from service.web.quantities import kilometres, kilometres_within, speed
from service.web.sentences import in_full, translated
from service.web.words import dated, elapsed, sentence


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
