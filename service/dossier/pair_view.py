"""How a dossier draws a pair of photos: side by side, equal labels on the same place of the coat.

It must read on paper and without colour: no lines across the coats, but circles where the rosettes
agree, squares where RootSIFT agrees, diamonds where the rosettes differ.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import dist
from string import ascii_lowercase

from reid.compare.spread import EACH, part_of, spread_order
from reid.types import Correspondences, Overlap, Source
from service.dossier.record import DossierPhoto, PhotoCrop
from service.encounters.pair_evidence import BestPair
from service.viewer.agreement import SpeakingMarks
from service.viewer.drawing import GAP, PANE_WIDTH, Pane, Point, Sight
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.words import number, percents

MARKED = {"rosette": 14, "rootsift": 8, "discrepancy": 12}
"""So many marks of a kind are drawn, the best of each part of the body that lie apart."""

APART = (150.0, 100.0, 70.0, 46.0)
"""Canvas units between two marks: as far apart as leaves enough of them."""

SIGHT = Sight()

NOWHERE = -1  # part of a body of which nobody told the places

Ends = tuple[Point, Point]
Places = tuple[str, list[Ends]]


@dataclass(frozen=True, slots=True)
class FigureMark:
    """One place of the coat in one photo. x, y: canvas units."""

    kind: str
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Half:
    """One photo of the figure. view: what is seen."""

    name: str
    left: float
    view: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PairFigure:
    """The two photos that speak, their marks, and the same in words."""

    halves: tuple[Half, ...]
    marks: tuple[FigureMark, ...]
    words: str


def pair_figure(
    best: BestPair, compared: int, photos: Mapping[int, DossierPhoto]
) -> PairFigure | None:
    """None where a file could not be read.

    compared: pairs of photos. photos: by number of the annotation.
    """
    first, second = (photos[number] for number in best.annotations)
    if first.crop is None or second.crop is None:
        return None
    panes = (_pane(0, first.crop, first.name), _pane(PANE_WIDTH + GAP, second.crop, second.name))
    comparison, marks = best.in_order()
    groups: list[Places] = []
    for agreeing in _drawable(marks):
        taken = [ends for _, places in groups for ends in places]
        ends = _ends(agreeing, panes)
        groups.append((agreeing.kind, _spread(ends, agreeing.kind, taken)))
    groups.sort(key=lambda group: list(MARKED).index(group[0]))
    words = _words(comparison.overlap, marks, compared, first.name, second.name)
    return PairFigure(
        halves=tuple(Half(pane.label, pane.left, pane.view(SIGHT)) for pane in panes),
        marks=tuple(mark for group in _labelled(groups) for mark in group),
        words=f"{words} {_drawn(marks, groups)}".strip(),
    )


def _pane(left: float, crop: PhotoCrop, label: str) -> Pane:
    box = crop.box
    return Pane(left, "", round(box.width), round(box.height), box, label)


def _drawable(marks: SpeakingMarks) -> list[Correspondences]:
    """What differs first, so that nothing that agrees takes its place."""
    agreeing = [places for places in marks.agree if places.kind in MARKED]
    return agreeing if marks.differ is None else [marks.differ, *agreeing]


def _ends(places: Correspondences, panes: tuple[Pane, Pane]) -> list[tuple[Ends, int]]:
    """Places that both photos show, on the canvas, and their parts of the body; the best of each
    part first."""
    left, right = (side.tolist() for side in (places.points0, places.points1))
    parts = [NOWHERE] * len(places) if places.places is None else part_of(places.places).tolist()
    shown = []
    for n in spread_order(places)[0].tolist():
        both = panes[0].on_canvas(left[n], SIGHT), panes[1].on_canvas(right[n], SIGHT)
        if panes[0].shows(both[0]) and panes[1].shows(both[1]):
            shown.append((both, parts[n]))
    return shown


def _spread(places: Sequence[tuple[Ends, int]], kind: str, taken: Sequence[Ends]) -> list[Ends]:
    """At most `EACH` of one part that lie apart from each other and, at the least distance, from
    `taken`."""
    chosen: list[Ends] = []
    free = [
        (both, part)
        for both, part in places
        if all(_apart(both, other, APART[-1]) for other in taken)
    ]
    for least in APART:
        chosen, crowd = [], Counter[int]()
        for both, part in free:
            room = part == NOWHERE or crowd[part] < EACH
            room = room and len(chosen) < MARKED[kind]
            if room and all(_apart(both, other, least) for other in chosen):
                chosen.append(both)
                crowd[part] += 1
        if len(chosen) == MARKED[kind]:
            break
    return chosen


def _apart(both: Ends, other: Ends, least: float) -> bool:
    return all(dist(a, b) >= least for a, b in zip(both, other, strict=True))


def _labelled(groups: Sequence[Places]) -> Iterator[list[FigureMark]]:
    """Numbers where the coats agree, letters where they differ."""
    number = 0
    for kind, places in groups:
        for n, ends in enumerate(places):
            number += kind != "discrepancy"
            label = ascii_lowercase[n] if kind == "discrepancy" else str(number)
            yield [FigureMark(kind, round(x, 1), round(y, 1), label) for x, y in ends]


def _words(
    overlap: Overlap | None, marks: SpeakingMarks, compared: int, first: str, second: str
) -> str:
    """How many were compared, what agrees, what differs. first, second: names of the photos."""
    words = ngettext(
        "%(num)s pair of photos was compared; %(one)s and %(other)s, drawn here, agree best.",
        "%(num)s pairs of photos were compared; %(one)s and %(other)s, drawn here, agree best.",
        compared,
    ) % {"num": number(compared), "one": first, "other": second}
    places = {kind.kind: len(kind) for kind in marks.agree}
    agreeing = ngettext(
        "%(num)s place is marked where they agree: %(rosettes)s by rosettes, %(detail)s by fine "
        "detail.",
        "%(num)s places are marked where they agree: %(rosettes)s by rosettes, %(detail)s by fine "
        "detail.",
        marks.agreeing,
    ) % {
        "num": number(marks.agreeing),
        "rosettes": number(places.get("rosette", 0)),
        "detail": number(places.get("rootsift", 0)),
    }
    return " ".join([words, agreeing, *_overlap(overlap)])


def _overlap(overlap: Overlap | None) -> Iterator[str]:
    if overlap is None:
        yield _("How much of the flank both photos show could not be measured.")
        return
    by_outline = overlap.registration is Source.OUTLINE
    yield (
        _("Both photos show %(share)s of the smaller flank (aligned by the body's outline only);")
        if by_outline
        else _("Both photos show %(share)s of the smaller flank;")
    ) % {"share": percents(overlap.covisible)}
    if not overlap.places:
        yield _("none of it well enough to be judged.")
        return
    yield _("of what can be judged there, %(share)s agrees.") % {
        "share": percents(overlap.agreeing)
    }
    if by_outline:
        yield _("Places that differ are not marked over an outline.")
    else:
        yield _differing(len(overlap.discrepancies))


def _differing(how_many: int) -> str:
    if not how_many:
        return _("No place differs where all around agrees.")
    return ngettext(
        "%(num)s place differs where all around agrees.",
        "%(num)s places differ where all around agrees.",
        how_many,
    ) % {"num": number(how_many)}


def _drawn(marks: SpeakingMarks, groups: Sequence[Places]) -> str:
    """What the figure leaves out."""
    total = sum(map(len, _drawable(marks)))
    drawn = sum(len(places) for _, places in groups)
    if drawn == total:
        return ""
    return _("Of these %(all)s places the strongest %(drawn)s that lie apart are drawn.") % {
        "all": number(total),
        "drawn": number(drawn),
    }
