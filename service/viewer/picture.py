"""The picture of two photos that are locked to each other: what each pane shows, and the marks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from reid.compare.sections import BodyFrame
from service.store.identities import Reference
from service.viewer.drawing import GAP, LONGEST, PANE_WIDTH, Pane, Sight, tone
from service.viewer.look import PairLook
from service.viewer.marks import PairMark, drawn
from service.viewer.overlay import Laid

BARS = (10, 5, 2, 1)  # rosettes of a ruler, the longest that fits
WIDEST_BAR = 400.0  # canvas units


@dataclass(frozen=True, slots=True)
class Ruler:
    """A bar of so many rosettes. length: canvas units."""

    rosettes: int
    length: float


@dataclass(frozen=True, slots=True)
class PairPicture:
    """Two panes, marks in both, and what the browser needs to move them together.

    views: what each pane shows, x, y, width, height. turn: six numbers of an SVG matrix that brings
    pixels of photo 1 to the plane of photo 0, "" where the panes are not locked. mesh: JSON of the
    linked points. spacings: pixels between rosettes. outline: of the first coat, and 1 where it
    faces left. units: pixels of each photo for one canvas unit.
    """

    panes: tuple[Pane, Pane]
    views: tuple[tuple[float, ...], tuple[float, ...]]
    turn: str
    mesh: str
    spacings: tuple[float, float]
    rulers: tuple[Ruler | None, Ruler | None]
    outline: str
    tone: tuple[float, float]
    toned: bool
    units: tuple[float, float]
    marks: tuple[PairMark, ...]


def pair_picture(
    shown: tuple[Reference, Reference],
    labels: tuple[str, str],
    laid: Laid,
    look: PairLook,
    every: Sequence[PairMark],
) -> PairPicture:
    """The picture, drawn as the browser would draw it."""
    panes = (_pane(0, shown[0], labels[0], laid, look), _pane(1, shown[1], labels[1], laid, look))
    views, turn = _views(panes, laid, look)
    # pixels of photo 1 for one of photo 0, in the middle of what is seen
    scale = laid.mesh.similarity(_centre(laid, look.sight)).scale if turn else 1.0
    units = (views[0][2] / PANE_WIDTH, scale * views[1][2] / PANE_WIDTH)
    return PairPicture(
        panes=panes,
        views=views,
        turn=turn,
        mesh=_mesh(laid),
        spacings=laid.spacings,
        rulers=(_ruler(laid.spacings[0] / units[0]), _ruler(laid.spacings[1] / units[1])),
        outline=_outline(laid.frames[0]),
        tone=tone(look.brightness, look.contrast),
        toned=(look.brightness, look.contrast) != (100, 100),
        units=units,
        marks=drawn(every, look),
    )


def _ruler(spacing: float) -> Ruler | None:
    """The longest bar that fits, nothing where no spacing was measured. spacing: canvas units."""
    if not spacing:
        return None
    count = next((n for n in BARS if n * spacing <= WIDEST_BAR), 1)
    return Ruler(count, count * spacing)


def _pane(n: int, shown: Reference, label: str, laid: Laid, look: PairLook) -> Pane:
    photo, over = shown.photo, fused_address(shown.annotation.id, laid.behind[n])
    href = f"/api/v1/photos/{photo.id}/image?longest={LONGEST}"
    href += f"&look={look.seen}" if look.seen else ""
    left = n * (PANE_WIDTH + GAP)
    return Pane(left, href, photo.width, photo.height, laid.boxes[n], label, over)


def fused_address(annotation_id: int, frames: int) -> str:
    """Where the picture is that lies over an annotation; empty for a single frame."""
    return f"/api/v1/annotations/{annotation_id}/burst/picture" if frames > 1 else ""


def _centre(laid: Laid, sight: Sight) -> tuple[float, float]:
    box = laid.boxes[0]
    return box.x0 + sight.x * box.width, box.y0 + sight.y * box.height


def _views(
    panes: tuple[Pane, Pane], laid: Laid, look: PairLook
) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], str]:
    """What each pane shows, and how photo 1 is turned. `static/viewer/mesh.js` does the same.

    Locked, both panes show the same piece of photo 0's plane, and photo 1 is moved, turned and
    sized there so that the places in the middle of both panes are one place of the coat.
    """
    first = panes[0].view(look.sight)
    if not look.lock:
        return (first, panes[1].view(look.sight)), ""
    return (first, first), " ".join(
        f"{number:.6g}" for number in laid.mesh.matrix(_centre(laid, look.sight))
    )


def _mesh(laid: Laid) -> str:
    box, points = laid.mesh.box, laid.mesh.points
    return json.dumps(
        {
            "box": [round(side, 2) for side in (box.x0, box.y0, box.x1, box.y1)],
            "rows": points.shape[0],
            "columns": points.shape[1],
            "points": [round(float(value), 2) for value in points.ravel()],
        }
    )


def _outline(frame: BodyFrame | None) -> str:
    """Four sides and 1 where the animal faces left; nothing where no coat is seen."""
    if frame is None:
        return ""
    box = frame.outline
    sides = " ".join(f"{side:.1f}" for side in (box.x0, box.y0, box.x1, box.y1))
    return f"{sides} {int(frame.facing_left)}"
