"""Space and time in a dossier: the ways, and the three numbers where they are part of the prior."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.case_schemas import CasePairOut, SpanOut
from service.views.case import percent
from service.views.dossier_words import Letters, pair_name, signed
from service.views.words import dated, elapsed, sentence


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
            distance="unknown" if distance is None else f"{distance:.1f} km",
            between=elapsed(leg.days),
            speed="" if leg.least_speed_km_h is None else f"{leg.least_speed_km_h:.2g} km/h",
            rating=leg.rating.value,
            reason=sentence(leg.reason),
        )


def _date(span: SpanOut | None) -> str:
    if span is None:
        return "unknown"
    return dated(span.start, span.source)
