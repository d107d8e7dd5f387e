"""Where the animals of a full frame are: from a map of coat to boxes that a person corrects."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from reid.photo.crop import is_frame
from reid.types import Box, Float32, Image

COAT = 0.5  # probability from which a cell shows coat
LEAST_SHARE = 0.002  # of the frame; below it no rosette can be told
LEAST_CELLS = 4
LEAST_BESIDE = 0.1  # of the cells of the largest animal: stones beside it look like so little coat
SMALL = 0.35  # of the larger part: a smaller one is a leg or a tail of the same animal ...
NEAR = 0.15  # ... where its gap is no more than this share of the larger one's shorter side
INSIDE = 0.6  # of the smaller box that lies in the larger one: both show one animal
MARGIN = 0.06  # of the box's longer side, added all around
MOST_OF_FRAME = 0.5  # a lone box that covers more of the photo: it was cut out, too
MOST_BOXES = 6


@dataclass(frozen=True, slots=True)
class ProposedBox:
    """An animal that a finder sees. probability: in [0, 1], that the box shows one."""

    box: Box
    probability: float


@runtime_checkable
class Finder(Protocol):
    """Finds the animals of a full frame. A worker uses its network where that is one."""

    @property
    def model(self) -> str:
        """Name and version, kept with what it proposes."""

    def animals(self, image: Image) -> list[ProposedBox]:
        """image: (H, W, 3) uint8 RGB, upright. Boxes in its pixels, the clearest first."""


def proposals(finder: Finder, image: Image) -> list[ProposedBox]:
    """What a finder proposes for a photo without a box; nothing where it is no full frame.

    image: (H, W, 3) uint8. A photo that was cut out already is small, or one animal fills it.
    """
    height, width = image.shape[:2]
    if not is_frame(width, height):
        return []
    found = finder.animals(image)[:MOST_BOXES]
    if len(found) == 1 and _area(found[0].box) > MOST_OF_FRAME * width * height:
        return []
    return found


def boxes_of_coat(coat: Float32, width: int, height: int) -> list[ProposedBox]:
    """One box for each animal, in pixels of a frame of this size, the one with most coat first.

    coat: (h, w) float32 in [0, 1], probability of coat, over the whole frame. Cells with coat that
    touch are one part; a small part near a larger one belongs to it. probability: mean of the cells
    with coat.
    """
    rows, columns = coat.shape
    solid = (coat >= COAT).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    parts = [
        _Part.of(stats[number], float(coat[labels == number].sum()))
        for number in range(1, len(stats))
    ]
    joined = _joined(parts)
    beside = LEAST_BESIDE * max((part.cells for part in joined), default=0)
    least = max(LEAST_CELLS, LEAST_SHARE * rows * columns, beside)
    animals = [part for part in joined if part.cells >= least]
    scale = (width / columns, height / rows)
    return [
        ProposedBox(_with_margin(part, scale, width, height), part.sum / part.cells)
        for part in sorted(animals, key=lambda part: (-part.sum, part.x0, part.y0))
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """Cells with coat, and the corners around them in cells. sum: of their probabilities."""

    x0: int
    y0: int
    x1: int
    y1: int
    cells: int
    sum: float

    @classmethod
    def of(cls, stats: Sequence[int], total: float) -> "_Part":
        x, y, width, height, cells = (int(value) for value in stats)
        return cls(x, y, x + width, y + height, cells, total)

    @property
    def shorter(self) -> int:
        return min(self.x1 - self.x0, self.y1 - self.y0)

    def with_part(self, other: "_Part") -> "_Part":
        return _Part(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
            self.cells + other.cells,
            self.sum + other.sum,
        )


def _joined(parts: Sequence[_Part]) -> list[_Part]:
    """Parts of one animal joined, the largest pair first, until none is left."""
    left = sorted(parts, key=lambda part: -part.cells)
    while True:
        pairs = combinations(left, 2)
        pair = next((pair for pair in pairs if _one_animal(*pair)), None)
        if pair is None:
            return left
        left = [part for part in left if part not in pair]
        left.append(pair[0].with_part(pair[1]))
        left.sort(key=lambda part: -part.cells)


def _one_animal(larger: _Part, smaller: _Part) -> bool:
    """Whether two parts belong to one animal. larger: the one with more cells."""
    across = min(larger.x1, smaller.x1) - max(larger.x0, smaller.x0)
    down = min(larger.y1, smaller.y1) - max(larger.y0, smaller.y0)
    area = (smaller.x1 - smaller.x0) * (smaller.y1 - smaller.y0)
    if max(across, 0) * max(down, 0) >= INSIDE * area:
        return True
    gap = float(np.hypot(max(-across, 0), max(-down, 0)))
    return smaller.cells <= SMALL * larger.cells and gap <= NEAR * larger.shorter


def _with_margin(part: _Part, scale: tuple[float, float], width: int, height: int) -> Box:
    """Its corners in pixels of the frame, with a margin, clipped to the frame."""
    x0, x1 = part.x0 * scale[0], part.x1 * scale[0]
    y0, y1 = part.y0 * scale[1], part.y1 * scale[1]
    margin = MARGIN * max(x1 - x0, y1 - y0)
    return Box(
        float(round(max(x0 - margin, 0))),
        float(round(max(y0 - margin, 0))),
        float(round(min(x1 + margin, width))),
        float(round(min(y1 + margin, height))),
    )


def _area(box: Box) -> float:
    return box.width * box.height
