"""Marks of a pair of photos: rings where rosettes agree, diamonds where they differ, by section."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from string import ascii_uppercase

import numpy as np

from reid.compare.sections import BodyFrame, Section
from reid.types import Box, Comparison, Correspondences, Source
from service.viewer.drawing import MAX_ZOOM, PANE_HEIGHT, PANE_WIDTH, Pane, Point, Sight
from service.viewer.look import PairLook
from service.viewer.overlay import Laid
from service.web.languages import N_
from service.web.languages import gettext as _

SECTIONS = {
    Section.HEAD: N_("Head"),
    Section.SHOULDER: N_("Shoulder"),
    Section.FLANK: N_("Flank"),
    Section.HIP: N_("Hip"),
    Section.HIND_LEG: N_("Hind leg"),
    Section.TAIL: N_("Tail"),
}
CARRIES = 0.2  # strength below which an agreement is no mark
DRAWN = 24  # rings drawn at first, the strongest that leave room for their numbers
AROUND, ROOM = (
    0.9,
    2.4,
)  # of the spacing: rings of two rosettes are no nearer; nor those drawn at first
RING = 0.6  # of the spacing: radius of a ring
CLOSE = 5.0  # zoom at which one mark is looked at
COARSE = 24.0  # of a box's width: a ring where no spacing was measured


@dataclass(frozen=True, slots=True)
class PairMark:
    """One rosette in both photos. label: a number where it agrees, a letter where it differs.

    photo0, photo1: pixels; radius0, radius1: of a ring around it.
    section: in words, "" where nobody can tell. url: of a closer look at it.
    """

    kind: str
    label: str
    name: str
    section: str
    strength: float
    photo0: Point
    photo1: Point
    radius0: float
    radius1: float
    url: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of the body. key: that zooms to it; url: the same as a link.

    agree, differ: rosettes; None where that was not compared or cannot be told.
    """

    key: int
    name: str
    agree: int | None
    differ: int | None
    url: str


def marks(laid: Laid, look: PairLook) -> tuple[PairMark, ...]:
    """Every mark, rings first and strongest first; none without a comparison."""
    comparison = laid.comparison
    if comparison is None:
        return ()
    radii = radius(laid, 0), radius(laid, 1)
    agreeing = [
        _mark("agree", str(number), ends, laid, radii, look)
        for number, ends in enumerate(_agreeing(comparison, AROUND * radii[0] / RING), 1)
    ]
    overlap = comparison.overlap
    if overlap and overlap.registration is not Source.OUTLINE:
        places = _ends(overlap.discrepancies)
        agreeing += [
            _mark("differ", letter, ends, laid, radii, look)
            for letter, ends in zip(ascii_uppercase, places, strict=False)
        ]
    return tuple(agreeing)


def drawn(every: Sequence[PairMark], look: PairLook) -> tuple[PairMark, ...]:
    """All that differ and the strongest that agree, or all of both on request."""
    rings = [mark for mark in every if mark.kind == "agree"]
    shown: list[PairMark] = []
    for ring in rings:
        room = ROOM * ring.radius0 / RING
        if look.every or all(dist(ring.photo0, other.photo0) >= room for other in shown):
            shown.append(ring)
    shown = shown if look.every else shown[:DRAWN]
    return (*shown, *(mark for mark in every if mark.kind == "differ"))


def sections(
    every: Sequence[PairMark], laid: Laid, look: PairLook, pane: Pane
) -> tuple[SectionRow, ...]:
    """Where each section lies, and what agrees and differs there; none where no coat is seen."""
    frame = laid.frames[0]
    if frame is None:
        return ()
    comparison = laid.comparison
    judged = comparison is not None and comparison.overlap is not None
    judged = judged and laid.mesh.source is not Source.OUTLINE
    rows = []
    for key, (section, name) in enumerate(SECTIONS.items(), 1):
        here = [mark.kind for mark in every if mark.section == _(name)]
        url = _closer(look, pane, frame.window(section))
        agree = here.count("agree") if comparison else None
        differ = here.count("differ") if judged else None
        rows.append(SectionRow(key, _(name), agree, differ, url))
    return tuple(rows)


def radius(laid: Laid, side: int) -> float:
    """Of a ring around one rosette, pixels of the photo."""
    return RING * (laid.spacings[side] or laid.boxes[side].width / COARSE)


def _agreeing(comparison: Comparison, apart: float) -> list[tuple[Point, Point, float]]:
    """The strongest agreements of all witnesses, one for each rosette."""
    every = [
        ends for correspondences in comparison.correspondences for ends in _ends(correspondences)
    ]
    apart_ends: list[tuple[Point, Point, float]] = []
    for ends in sorted(every, key=lambda ends: -ends[2]):
        if ends[2] > CARRIES and all(dist(ends[0], other[0]) >= apart for other in apart_ends):
            apart_ends.append(ends)
    return apart_ends


def _ends(correspondences: Correspondences) -> list[tuple[Point, Point, float]]:
    """Points of both photos and the strength, as plain numbers."""
    return [
        ((float(p[0]), float(p[1])), (float(q[0]), float(q[1])), float(s))
        for p, q, s in zip(
            correspondences.points0, correspondences.points1, correspondences.strength, strict=True
        )
    ]


def _mark(
    kind: str,
    label: str,
    ends: tuple[Point, Point, float],
    laid: Laid,
    radii: tuple[float, float],
    look: PairLook,
) -> PairMark:
    section = _section(laid.frames[0], ends[0])
    words = _("%(label)s agrees") if kind == "agree" else _("%(label)s differs")
    name = words % {"label": label}
    box = laid.boxes[0]
    url = look.url(
        zoom=CLOSE,
        x=_inside((ends[0][0] - box.x0) / box.width),
        y=_inside((ends[0][1] - box.y0) / box.height),
    )
    return PairMark(
        kind=kind,
        label=label,
        name=f"{name}, {section.lower()}" if section else name,
        section=section,
        strength=ends[2],
        photo0=ends[0],
        photo1=ends[1],
        radius0=radii[0],
        radius1=radii[1],
        url=url,
    )


def _section(frame: BodyFrame | None, point: Point) -> str:
    if frame is None:
        return ""
    return _(SECTIONS[frame.section(np.array([point], np.float32))[0]])


def _closer(look: PairLook, pane: Pane, window: Box) -> str:
    """The address of a look at a part of the first photo."""
    whole = pane.view(Sight())
    fits = min(PANE_WIDTH / window.width, PANE_HEIGHT / window.height)
    zoom = min(MAX_ZOOM, max(1.0, fits / (PANE_WIDTH / whole[2])))
    box = pane.box
    x = ((window.x0 + window.x1) / 2 - box.x0) / box.width
    y = ((window.y0 + window.y1) / 2 - box.y0) / box.height
    return look.url(zoom=zoom, x=_inside(x), y=_inside(y))


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
