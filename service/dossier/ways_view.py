"""Space and time in a dossier: the ways, and the three numbers where they are part of the prior."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.cases.wire import CasePairOut, SpanOut
from service.dossier.words import Letters, pair_name, signed
from service.web.languages import gettext as _
from service.web.quantities import kilometres, percent, speed
from service.web.sentences import translated
from service.web.words import clock, dated, day, elapsed, sentence, when


@dataclass(frozen=True, slots=True)
class WayView:
    """One line of the space-time table."""

    name: str
    dates: str
    distance: str
    between: str
    speed: str
    rating: str
    reason: str


@dataclass(frozen=True, slots=True)
class SumView:
    """The three numbers of a pair where movement is part of the prior."""

    name: str
    llr: str
    movement: str
    total: str
    together: str


def three_numbers(one: CasePairOut, letters: Letters) -> SumView | None:
    """None where space and time stand apart."""
    added = one.space_time.prior
    if added is None:
        return None
    return SumView(
        name=pair_name(one, letters),
        llr=signed(one.llr),
        movement=signed(added),
        total=signed(one.total),
        together=percent(one.together),
    )


def ways(one: CasePairOut, letters: Letters) -> Iterator[WayView]:
    """A line for every combination of stated times."""
    distance = one.space_time.distance_km
    for leg in one.space_time.legs:
        yield WayView(
            name=pair_name(one, letters),
            dates=f"{_date(leg.one)} \N{RIGHTWARDS ARROW} {_date(leg.other)}",
            distance=kilometres(distance),
            between=elapsed(leg.days),
            speed=speed(leg.least_speed_km_h),
            rating=leg.rating.value,
            reason=sentence(translated(leg.reason)),
        )


def span_words(span: SpanOut) -> str:
    """From when to when."""
    if span.start == span.end:
        return when(span.start)
    if span.start.date() == span.end.date():
        return _("%(day)s, %(start)s to %(end)s") % {
            "day": day(span.start),
            "start": clock(span.start),
            "end": clock(span.end),
        }
    return _("%(start)s to %(end)s") % {"start": when(span.start), "end": when(span.end)}


def position_words(position: tuple[float, float] | None, form: str) -> str:
    """Where; form: "exact" or "rounded"."""
    if position is None:
        return _("not recorded")
    if form == "exact":
        return f"{position[0]:.5f}, {position[1]:.5f}"
    return _("%(position)s (rounded to 0.1° to protect the animal)") % {
        "position": f"{position[0]:.1f}, {position[1]:.1f}"
    }


def _date(span: SpanOut | None) -> str:
    if span is None:
        return _("date unknown")
    return dated(span.start, span.source)
