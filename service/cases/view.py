"""View models of cases: matrix of llrs, partitions as dots in boxes, space and time, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from reid.identify.movement import Span
from reid.identify.partitions import PartitionPosterior, WeighedPartition
from service.calibration.suggestion_words import suggested
from service.calibration.tested_view import Plot, TestRow, plot_of, test_rows, tested_on
from service.cases.map import MapView, map_view, placed
from service.cases.report import CasePair, CaseReport, Member
from service.cases.timeline import TimelineView, timeline
from service.cases.whereabouts import animals_of, moments, stops
from service.encounters.list_view import EncounterRow, crop_address, encounter_name, row
from service.store.cases import Case, Change
from service.store.encounters import EncounterSummary
from service.web.core_words import said_by_core
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.quantities import interval, kilometres, others_together, percent, speed
from service.web.words import (
    count,
    dated,
    elapsed,
    limits,
    listed,
    meaning,
    number,
    sentence,
    signed,
    when,
)

SHOWN = 8
"""So many partitions are drawn; the others are in the report of the API."""

RATINGS = {"plausible": "●", "demanding": "◐", "impossible": "✕", "unknown": "○"}
"""A shape beside each rating of a way, so that colour is never the only carrier."""

STEP, BOX, GAP = 34.0, 38.0, 12.0


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list of cases."""

    id: int
    name: str
    note: str
    encounters: int
    created_at: datetime
    open: bool


def case_row(case: Case) -> CaseRow:
    """A case as the list shows it."""
    return CaseRow(
        case.id,
        case.name,
        case.note,
        len(case.encounters),
        case.created_at,
        case.closed_at is None,
    )


@dataclass(frozen=True, slots=True)
class MemberView:
    """One encounter of a case. letter: what the matrix and the drawings call it.

    animal: its number in the most probable partition, from 0; it gives the colour and the shape.
    times: the recorded time first, then every other that somebody stated.
    """

    letter: str
    animal: int
    encounter: EncounterRow
    place: str
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the matrix. pair: which one, empty on the diagonal.

    one, other: numbers of the encounters, to link to them side by side.
    """

    pair: str
    signed: str
    verdict: str
    together: str
    one: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class PairView:
    """The two photos that speak for two encounters. crops: addresses, empty where none speaks.

    interval: of the llr, empty where nothing was compared. settle: sentences.
    """

    name: str
    crops: tuple[str, str]
    photos: tuple[str, str]
    signed: str
    interval: str
    verdict: str
    words: str
    limits: str
    compared: str
    together: str
    plot: Plot | None
    settle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The three numbers of a pair where movement is part of the prior."""

    name: str
    llr: str
    movement: str
    total: str
    together: str


@dataclass(frozen=True, slots=True)
class Way:
    """One leg: a line of the space-time table."""

    name: str
    distance: str
    dates: str
    between: str
    speed: str
    rating: str
    reason: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One encounter in a drawing. x: of its centre."""

    x: float
    letter: str
    animal: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """One partition: a box an animal, a dot an encounter. words: the same for who cannot see it."""

    percent: str
    share: float
    words: str
    width: float
    boxes: tuple[tuple[float, float], ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the photos and the map say about a case."""

    members: tuple[MemberView, ...]
    matrix: tuple[tuple[Cell, ...], ...]
    pairs: tuple[PairView, ...]
    ways: tuple[Way, ...]
    sums: tuple[Sum, ...]
    diagrams: tuple[Diagram, ...]
    rest: str
    answer: str
    conflicts: tuple[str, ...]
    history: tuple[tuple[Change, str], ...]
    source: str
    made_by: str
    tests: tuple[TestRow, ...]
    tested_on: str
    map: MapView | None
    timeline: TimelineView | None


def member_views(
    members: Sequence[tuple[EncounterSummary, Member | None]],
    animals: Sequence[int] = (),
    *,
    exact: bool = True,
) -> list[MemberView]:
    """The encounters with their letters; what is known without the network. exact: positions."""
    return [
        MemberView(
            ascii_uppercase[n],
            animals[n] if animals else n,
            row(summary),
            placed(member.visit.position if member else None, exact=exact),
            tuple(_span(span) for span in member.visit.spans) if member else (),
        )
        for n, (summary, member) in enumerate(members)
    ]


def case_view(report: CaseReport, *, exact: bool = True, today: datetime | None = None) -> CaseView:
    """A report as its page shows it. exact: whether positions are shown as they are."""
    weighed = report.partitions
    animals = animals_of(weighed)
    known = [(one.detail.summary, one) for one in report.members]
    members = member_views(known, animals, exact=exact)
    shown = weighed.partitions[:SHOWN] if weighed and len(members) > 1 else ()
    titles = {one.encounter.id: one.encounter.title for one in members}
    return CaseView(
        members=tuple(members),
        matrix=_matrix(report),
        pairs=tuple(_pair(one, report) for one in report.pairs),
        ways=tuple(way for one in report.pairs for way in _ways(one)),
        sums=tuple(_sum(one) for one in report.pairs if one.movement is not None),
        diagrams=tuple(_diagram(one, animals) for one in shown),
        rest=_rest(weighed, shown),
        answer=_answer(report),
        conflicts=tuple(
            _contradiction(*(ascii_uppercase[n] for n in (one.a, one.b, one.c)))
            for one in report.conflicts
        ),
        history=tuple(
            (one, titles.get(one.encounter_id, encounter_name(one.encounter_id)))
            for one in report.changes
        ),
        source=said_by_core(report.movement.source),
        made_by=f"{report.model}, {report.calibrator}",
        tests=test_rows(report.tested.strata) if report.tested else (),
        tested_on=tested_on(report.tested),
        map=map_view(stops(report, animals), exact=exact),
        timeline=timeline(moments(report, animals), today=today or datetime.now()),  # noqa: DTZ005
    )


def _contradiction(a: str, b: str, c: str) -> str:
    said = _("%(a)s = %(b)s and %(b)s = %(c)s, but %(a)s is not %(c)s")
    return said % {"a": a, "b": b, "c": c}


def _span(span: Span) -> str:
    stated = "" if span.source == "recorded" else f" ({span.source})"
    return f"{when(span.start)}{stated}"


def _name(one: CasePair) -> str:
    return f"{ascii_uppercase[one.one]}\N{EN DASH}{ascii_uppercase[one.other]}"


def _matrix(report: CaseReport) -> tuple[tuple[Cell, ...], ...]:
    size = len(report.members)
    cells = [[Cell("", "", "", "")] * size for _ in range(size)]
    for pair in report.pairs:
        said = pair.says.evidence
        ids = [report.members[n].detail.summary.id for n in (pair.one, pair.other)]
        words = (_name(pair), signed(said.llr), said.verdict.value, percent(pair.together))
        cells[pair.one][pair.other] = cells[pair.other][pair.one] = Cell(*words, *ids)
    return tuple(tuple(line) for line in cells)


def _pair(one: CasePair, report: CaseReport) -> PairView:
    said, best = one.says.evidence, one.says.best
    photos = {
        reference.annotation.id: reference.photo.id
        for member in (report.members[one.one], report.members[one.other])
        for reference in member.detail.references
    }
    shown = best.annotations if best else None
    strata = report.tested.strata if report.tested else ()
    words = meaning(said.llr) if best else _("the photos show no flank that can be compared")
    return PairView(
        name=_name(one),
        crops=(crop_address(shown[0], 480), crop_address(shown[1], 480)) if shown else ("", ""),
        photos=(photos[shown[0]], photos[shown[1]]) if shown else ("", ""),
        signed=signed(said.llr),
        interval=interval(said.interval) if best else "",
        verdict=said.verdict.value,
        words=sentence(words),
        limits=limits(said.llr, said.bound) if best else "",
        compared=ngettext(
            "%(num)s pair of photos compared",
            "%(num)s pairs of photos compared",
            one.says.compared,
        )
        % {"num": number(one.says.compared)},
        together=percent(one.together),
        plot=plot_of(strata, one.says.place, said.llr, said.interval, report.same),
        settle=_settle(one),
    )


def _settle(one: CasePair) -> tuple[str, ...]:
    """What would settle an open pair, or why nothing is known to."""
    names = (ascii_uppercase[one.one], ascii_uppercase[one.other])
    why = one.says.why_nothing
    return tuple(suggested(some, names) for some in one.says.settle) or (
        (f"{sentence(said_by_core(why))}.",) if why else ()
    )


def _sum(one: CasePair) -> Sum:
    return Sum(
        name=_name(one),
        llr=signed(one.says.evidence.llr),
        movement=signed(one.movement or 0.0),
        total=signed(one.total),
        together=percent(one.together),
    )


def _ways(one: CasePair) -> list[Way]:
    distance = one.space_time.distance_km
    legs = one.space_time.legs
    return [
        Way(
            name=_name(one),
            distance=kilometres(distance),
            dates=f"{_date(leg.span0)} \N{RIGHTWARDS ARROW} {_date(leg.span1)}",
            between=elapsed(leg.days),
            speed=speed(leg.least_speed_km_h),
            rating=leg.rating.value,
            reason=sentence(said_by_core(leg.reason)),
            disputed=len(legs) > 1,
        )
        for leg in legs
    ]


def _date(span: Span | None) -> str:
    if span is None:
        return _("date unknown")
    return dated(span.start, span.source)


def _diagram(one: WeighedPartition, colours: Sequence[int]) -> Diagram:
    boxes, dots, x = [], [], 0.0
    for block in one.blocks:
        width = BOX + STEP * (len(block) - 1)
        boxes.append((x, width))
        for place, n in enumerate(block):
            dots.append(Dot(x + BOX / 2 + place * STEP, ascii_uppercase[n], colours[n]))
        x += width + GAP
    animals = ", ".join("".join(ascii_uppercase[n] for n in block) for block in one.blocks)
    words = f"{count(len(one.blocks), 'animal')}: {animals}"
    share = one.probability
    return Diagram(percent(share), share, words, x - GAP, tuple(boxes), tuple(dots))


def _rest(weighed: PartitionPosterior | None, shown: Sequence[WeighedPartition]) -> str:
    """What is not drawn."""
    if weighed is None or not shown:
        return ""
    left = 1 - sum(one.probability for one in shown)
    others = weighed.weighed - len(shown)
    parts = []
    if others:
        parts.append(others_together(others, left))
    if not weighed.in_full:
        words = _(
            "Too many encounters to weigh every partition: the probabilities are relative to the "
            "%(visited)s that a search visited."
        )
        parts.append(words % {"visited": number(weighed.weighed)})
    return " ".join(parts)


def _answer(report: CaseReport) -> str:
    """The most probable partition as a sentence."""
    weighed = report.partitions
    if weighed is None or len(report.members) < 2:
        return ""
    best = weighed.partitions[0]
    said = "; ".join(map(_one_animal, best.blocks))
    if len(best.blocks) == 1:
        said = _("all one animal")
    if len(best.blocks) == len(report.members):
        said = _("all different animals")
    return _("Most probable, %(share)s: %(answer)s.") % {
        "share": percent(best.probability),
        "answer": said,
    }


def _one_animal(block: Sequence[int]) -> str:
    """The encounters of one animal: "A, C and D one animal", "B alone"."""
    words = _("%(letters)s one animal") if len(block) > 1 else _("%(letters)s alone")
    return words % {"letters": listed([ascii_uppercase[n] for n in block])}
