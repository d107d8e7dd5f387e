"""View models of cases: matrix of llrs, partitions as dots in boxes, space and time, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from reid.identify.movement import Span
from reid.identify.partitions import PartitionPosterior, WeighedPartition
from reid.interchange.obscuring import Telling
from service.calibration.tested_view import Plot, TestRow, test_rows, tested_on
from service.cases.map import MapView, map_view
from service.cases.report import CasePair, CaseReport, Member
from service.cases.report_view import (
    BeforeAfter,
    WayView,
    before_after,
    pair_plot,
    to_settle,
    unjudged,
    ways,
)
from service.cases.timeline import Stop, TimelineView, timeline
from service.encounters.account import PairAccount, account
from service.encounters.list_view import EncounterRow, crop_address, encounter_name, row, title
from service.store.cases import CaseChange
from service.store.encounters import EncounterSummary
from service.web.grid_map import placed
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.quantities import others_together, percent
from service.web.sentences import translated
from service.web.words import (
    count,
    listed,
    number,
    when,
)

SHOWN = 8
"""So many partitions are drawn; the others are in the report of the API."""

RATINGS = {"plausible": "●", "demanding": "◐", "impossible": "✕", "unknown": "○"}
"""A shape beside each rating of a way, so that colour is never the only carrier."""

STEP, BOX, GAP = 34.0, 38.0, 12.0


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
class CasePairView:
    """The two photos that speak for two encounters. crops: addresses, empty where none speaks.

    settle: sentences.
    """

    pair: CasePair
    account: PairAccount
    crops: tuple[str, str]
    photos: tuple[str, str]
    compared: str
    plot: Plot | None
    settle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiagramDot:
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
    dots: tuple[DiagramDot, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the photos and the map say about a case."""

    members: tuple[MemberView, ...]
    matrix: list[list[CasePair | None]]
    pairs: tuple[CasePairView, ...]
    ways: tuple[WayView, ...]
    moved: tuple[CasePair, ...]
    diagrams: tuple[Diagram, ...]
    rest: str
    answer: str
    before_after: BeforeAfter | None
    unjudged: tuple[str, ...]
    conflicts: tuple[str, ...]
    history: tuple[tuple[CaseChange, str], ...]
    source: str
    made_by: str
    tests: tuple[TestRow, ...]
    tested_on: str
    weighs_movement: bool
    map: MapView | None
    timeline: TimelineView | None


def member_views(
    members: Sequence[tuple[EncounterSummary, Member | None]],
    telling: Telling,
    animals: Sequence[int] = (),
) -> list[MemberView]:
    """The encounters with their letters, without the network. telling: how places are."""
    return [
        MemberView(
            ascii_uppercase[n],
            animals[n] if animals else n,
            row(summary),
            placed(member.visit.position if member else None, telling),
            tuple(_span(span) for span in member.visit.spans) if member else (),
        )
        for n, (summary, member) in enumerate(members)
    ]


def case_view(report: CaseReport, *, today: datetime | None = None) -> CaseView:
    """A report as its page shows it."""
    weighed = report.partitions
    animals = _animals(weighed)
    known = [(member.detail.summary, member) for member in report.members]
    members = member_views(known, report.telling, animals)
    shown = weighed.partitions[:SHOWN] if weighed and len(members) > 1 else ()
    stops = [
        Stop(m.letter, m.animal, title(summary), member.visit.spans, member.visit.position)
        for m, (summary, member) in zip(members, known, strict=True)
    ]
    titles = {member.encounter.id: member.encounter.title for member in members}
    return CaseView(
        members=tuple(members),
        matrix=_matrix(report),
        pairs=tuple(_pair(pair, report) for pair in report.pairs),
        ways=ways(report),
        moved=report.moved,
        diagrams=tuple(_diagram(partition, animals) for partition in shown),
        rest=_rest(weighed, shown),
        answer=_answer(report),
        before_after=before_after(report),
        unjudged=unjudged(report),
        conflicts=tuple(
            _("%(a)s = %(b)s and %(b)s = %(c)s, but %(a)s is not %(c)s")
            % {name: ascii_uppercase[getattr(trio, name)] for name in "abc"}
            for trio in report.conflicts
        ),
        history=tuple(
            (change, titles.get(change.encounter_id, encounter_name(change.encounter_id)))
            for change in report.changes
        ),
        source=translated(report.movement.source),
        made_by=f"{report.model}, {report.calibrator}",
        tests=test_rows(report.tested),
        tested_on=tested_on(report.tested),
        weighs_movement=report.weighs_movement,
        map=map_view(stops, report.telling),
        timeline=timeline(stops, today=today or datetime.now()),  # noqa: DTZ005
    )


def _animals(weighed: PartitionPosterior | None) -> tuple[int, ...]:
    """The animal of each encounter in the most probable partition, numbered as they come up."""
    if weighed is None:
        return ()
    of = {n: block for block in weighed.partitions[0].blocks for n in block}
    order = list(dict.fromkeys(of[n] for n in sorted(of)))
    return tuple(order.index(of[n]) for n in sorted(of))


def _span(span: Span) -> str:
    stated = "" if span.source == "recorded" else f" ({span.source})"
    return f"{when(span.start)}{stated}"


def _matrix(report: CaseReport) -> list[list[CasePair | None]]:
    """The pair of every two members, None on the diagonal."""
    size = len(report.members)
    cells: list[list[CasePair | None]] = [[None] * size for _ in range(size)]
    for pair in report.pairs:
        cells[pair.first][pair.second] = cells[pair.second][pair.first] = pair
    return cells


def _pair(pair: CasePair, report: CaseReport) -> CasePairView:
    best = pair.says.best
    photos = {
        reference.annotation.id: reference.photo.id
        for member in (report.members[pair.first], report.members[pair.second])
        for reference in member.detail.references
    }
    shown = best.annotations if best else None
    return CasePairView(
        pair=pair,
        account=account(pair.says),
        crops=(crop_address(shown[0], 480), crop_address(shown[1], 480)) if shown else ("", ""),
        photos=(photos[shown[0]], photos[shown[1]]) if shown else ("", ""),
        compared=ngettext(
            "%(num)s pair of photos compared",
            "%(num)s pairs of photos compared",
            pair.says.compared,
        )
        % {"num": number(pair.says.compared)},
        plot=pair_plot(pair, report),
        settle=to_settle(pair),
    )


def _diagram(partition: WeighedPartition, colours: Sequence[int]) -> Diagram:
    boxes, dots, x = [], [], 0.0
    for block in partition.blocks:
        width = BOX + STEP * (len(block) - 1)
        boxes.append((x, width))
        for place, n in enumerate(block):
            dots.append(DiagramDot(x + BOX / 2 + place * STEP, ascii_uppercase[n], colours[n]))
        x += width + GAP
    animals = ", ".join("".join(ascii_uppercase[n] for n in block) for block in partition.blocks)
    words = f"{count(len(partition.blocks), 'animal')}: {animals}"
    share = partition.probability
    return Diagram(percent(share), share, words, x - GAP, tuple(boxes), tuple(dots))


def _rest(weighed: PartitionPosterior | None, shown: Sequence[WeighedPartition]) -> str:
    """What is not drawn."""
    if weighed is None or not shown:
        return ""
    left = 1 - sum(partition.probability for partition in shown)
    others = weighed.weighed - len(shown)
    parts = []
    if others:
        parts.append(others_together(others, left))
    if not weighed.in_full:
        words = _(
            "Too many encounters to weigh every way to sort them: the probabilities are "
            "relative to the %(visited)s that a search visited."
        )
        parts.append(words % {"visited": number(weighed.weighed)})
    return " ".join(parts)


def _answer(report: CaseReport) -> str:
    """The most probable partition as a sentence."""
    weighed = report.partitions
    if weighed is None or len(report.members) < 2:
        return ""
    best = weighed.partitions[0]
    animals = "; ".join(map(_one_animal, best.blocks))
    if len(best.blocks) == 1:
        animals = _("all one animal")
    if len(best.blocks) == len(report.members):
        animals = _("all different animals")
    return _("Most probable, %(share)s: %(answer)s.") % {
        "share": percent(best.probability),
        "answer": animals,
    }


def _one_animal(block: Sequence[int]) -> str:
    """The encounters of one animal: "A, C and D one animal", "B alone"."""
    words = _("%(letters)s one animal") if len(block) > 1 else _("%(letters)s alone")
    return words % {"letters": listed([ascii_uppercase[n] for n in block])}
