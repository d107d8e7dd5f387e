"""Geometry of the comparison picture: two photos in one SVG and the lines between them.

The picture is CANVAS units wide; each photo has a pane. What is seen of a photo is stated relative
to the annotation's box, so that one `Sight` moves and magnifies both photos alike.
`static/viewer/geometry.js` does the same arithmetic in the browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.compare.spread import drawn_first, spread_order
from reid.types import Box, Correspondences

PANE_WIDTH = 990.0
PANE_HEIGHT = 500.0
LONGEST = 2400  # pixels of a photo that is looked at
GAP = 20.0
CANVAS = (2 * PANE_WIDTH + GAP, PANE_HEIGHT)
MAX_ZOOM = 16.0
SHOWN = 24
"""So many lines of a kind are drawn at first, the best of each part; all of them on request."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: zoom 1 shows the whole box; (x, y) is the centre relative to the box."""

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True, slots=True)
class Pane:
    """One photo of the picture.

    left: canvas units. width, height: of the upright photo in pixels.
    """

    left: float
    href: str
    width: int
    height: int
    box: Box
    label: str

    def view(self, sight: Sight) -> tuple[float, float, float, float]:
        """The visible part of the photo: x, y, width, height in photo pixels."""
        scale = sight.zoom * min(PANE_WIDTH / self.box.width, PANE_HEIGHT / self.box.height)
        width, height = PANE_WIDTH / scale, PANE_HEIGHT / scale
        x = self.box.x0 + sight.x * self.box.width
        y = self.box.y0 + sight.y * self.box.height
        return x - width / 2, y - height / 2, width, height

    def on_canvas(self, point: Point, sight: Sight) -> Point:
        """Photo pixels to canvas units; x minus `left` is outside 0..PANE_WIDTH when not seen."""
        x, y, width, height = self.view(sight)
        return (
            self.left + (point[0] - x) * PANE_WIDTH / width,
            (point[1] - y) * PANE_HEIGHT / height,
        )

    def shows(self, place: Point) -> bool:
        """Whether a place on the canvas lies inside this pane."""
        return 0 <= place[0] - self.left <= PANE_WIDTH and 0 <= place[1] <= PANE_HEIGHT


@dataclass(frozen=True, slots=True)
class CorrespondenceLine:
    """One correspondence: `photo0`, `photo1` in photo pixels, `from_`, `to` on the canvas."""

    kind: str
    strength: float
    photo0: Point
    photo1: Point
    from_: Point
    to: Point
    seen: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """The lines of one kind, the best of each part of the body first, and how many there are."""

    kind: str
    lines: tuple[CorrespondenceLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Query left, candidate right (None: nothing to compare with), and the lines between."""

    query: Pane
    candidate: Pane | None
    bundles: tuple[Bundle, ...]
    sight: Sight


def tone(brightness: int, contrast: int) -> tuple[float, float]:
    """Slope and intercept of the tone curve for two percentages, 100 % leaving the photo as is."""
    slope = brightness * contrast / 10_000
    return slope, 0.5 - 0.5 * contrast / 100


def bundle(
    correspondences: Correspondences, panes: tuple[Pane, Pane], sight: Sight, *, every: bool = False
) -> Bundle:
    """The best marks of each part of the body as lines, all of them if `every`.

    Places that differ are few, have letters, and are all drawn in their own order.
    """
    if correspondences.kind == "discrepancy":
        chosen = list(range(len(correspondences)))
    elif every:
        chosen = spread_order(correspondences)[0].tolist()
    else:
        chosen = drawn_first(correspondences, SHOWN).tolist()
    lines = tuple(line(correspondences, i, panes, sight) for i in chosen)
    return Bundle(correspondences.kind, lines, len(correspondences))


def line(
    correspondences: Correspondences, i: int, panes: tuple[Pane, Pane], sight: Sight
) -> CorrespondenceLine:
    """Correspondence `i` on the canvas."""
    first = (float(correspondences.points0[i][0]), float(correspondences.points0[i][1]))
    second = (float(correspondences.points1[i][0]), float(correspondences.points1[i][1]))
    from_, to = panes[0].on_canvas(first, sight), panes[1].on_canvas(second, sight)
    visible = panes[0].shows(from_) and panes[1].shows(to)
    return CorrespondenceLine(
        correspondences.kind, float(correspondences.strength[i]), first, second, from_, to, visible
    )


def picture(
    query: Pane,
    candidate: Pane | None,
    correspondences: Sequence[Correspondences],
    sight: Sight,
    *,
    every: bool = False,
) -> Picture:
    """The whole comparison picture."""
    if candidate is None:
        return Picture(query, None, (), sight)
    panes = (query, candidate)
    return Picture(
        query,
        candidate,
        tuple(bundle(f, panes, sight, every=every) for f in correspondences),
        sight,
    )
