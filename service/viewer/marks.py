"""Marks of a pair of photos: rings where rosettes agree, diamonds where they differ, by section."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from string import ascii_uppercase

import numpy as np

from reid.compare.sections import BodyFrame, Section, sections_of
from reid.compare.spread import EACH, part_of
from reid.types import Box, Correspondences, Float32, Source
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
DRAWN = 24  # rings drawn at first: the best of each part of the body that leave room for numbers
ROOM = 2.4  # of the spacing: rings that are drawn at first are no nearer to each other
RING = 0.6  # of the spacing: radius of a ring
CLOSE = 5.0  # zoom at which one mark is looked at
COARSE = 24.0  # of a box's width: a ring where no spacing was measured


@dataclass(frozen=True, slots=True)
class PairMark:
    """One rosette in both photos. label: a number where it agrees, a letter where it differs.

    photo0, photo1: pixels; radius0, radius1: of a ring around it.
    section: in words, "" where nobody can tell. part: of the body, see `reid.compare.spread`, -1
    where nobody told. url: of a closer look at it.
    """

    kind: str
    label: str
    name: str
    section: str
    part: int
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
    """Every mark, rings first and of them the best of each part of the body; none without a
    comparison."""
    if laid.comparison is None:
        return ()
    radii = radius(laid, 0), radius(laid, 1)
    rings = laid.marks.together()
    every = [
        _mark("agree", str(number), rings, number - 1, laid, radii, look)
        for number in range(1, len(rings) + 1)
    ]
    if places := laid.marks.differ:
        every += [
            _mark("differ", letter, places, n, laid, radii, look)
            for letter, n in zip(ascii_uppercase, range(len(places)), strict=False)
        ]
    return tuple(every)


def drawn(every: Sequence[PairMark], look: PairLook) -> tuple[PairMark, ...]:
    """All that differ and the best that agree in each part of the body, or all of both on request.

    The same ones are drawn in either order of the photos.
    """
    rings = [mark for mark in every if mark.kind == "agree"]
    differ = [mark for mark in every if mark.kind == "differ"]
    if look.every:
        return (*rings, *differ)
    shown: list[PairMark] = []
    crowd: Counter[int] = Counter()
    for ring in rings:
        full = ring.part >= 0 and crowd[ring.part] >= EACH
        if len(shown) < DRAWN and not full and all(_room(ring, other) for other in shown):
            shown.append(ring)
            crowd[ring.part] += 1
    return (*shown, *differ)


def _room(ring: PairMark, other: PairMark) -> bool:
    """Whether two rings leave room for their numbers, in both photos."""
    return (
        dist(ring.photo0, other.photo0) >= ROOM * ring.radius0 / RING
        and dist(ring.photo1, other.photo1) >= ROOM * ring.radius1 / RING
    )


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


def _mark(
    kind: str,
    label: str,
    places: Correspondences,
    n: int,
    laid: Laid,
    radii: tuple[float, float],
    look: PairLook,
) -> PairMark:
    """Number n of some places."""
    (x0, y0), (x1, y1) = places.points0[n].tolist(), places.points1[n].tolist()
    place = None if places.places is None else places.places[n : n + 1]
    section = _section(laid.frames[0], (x0, y0), place)
    words = _("%(label)s agrees") if kind == "agree" else _("%(label)s differs")
    name = words % {"label": label}
    box = laid.boxes[0]
    url = look.url(
        zoom=CLOSE,
        x=_inside((x0 - box.x0) / box.width),
        y=_inside((y0 - box.y0) / box.height),
    )
    return PairMark(
        kind=kind,
        label=label,
        name=f"{name}, {section.lower()}" if section else name,
        section=section,
        part=-1 if place is None else int(part_of(place)[0]),
        strength=float(places.strength[n]),
        photo0=(x0, y0),
        photo1=(x1, y1),
        radius0=radii[0],
        radius1=radii[1],
        url=url,
    )


def _section(frame: BodyFrame | None, point: Point, place: Float32 | None) -> str:
    """As the network tells, else as the outline of the coat in the first photo does."""
    if place is not None:
        return _(SECTIONS[sections_of(place)[0]])
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
