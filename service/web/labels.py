"""Where a drawing has room for words: the first free spot beside a point."""

from dataclasses import dataclass
from typing import Literal

LETTER, LINE = 7.4, 17.0  # width of a letter and height of a line of 13 px, on the wide side

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in a drawing, from its upper left to its lower right corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    def meets(self, other: "Frame") -> bool:
        """Whether both share a spot."""
        across = self.x0 < other.x1 and other.x0 < self.x1
        return across and self.y0 < other.y1 and other.y0 < self.y1

    def holds(self, other: "Frame") -> bool:
        """Whether the other lies inside."""
        across = self.x0 <= other.x0 and other.x1 <= self.x1
        return across and self.y0 <= other.y0 and other.y1 <= self.y1


@dataclass(frozen=True, slots=True)
class Corner:
    """Where a text begins, ends or has its middle; y is the middle of the line."""

    x: float
    y: float
    anchor: Anchor


def free_spot(
    at: tuple[float, float],
    words: str,
    frame: Frame,
    taken: list[Frame],
    *,
    centred: bool = False,
) -> Corner:
    """A spot for words near a point, inside the frame and off everything `taken`, which grows.

    Where nothing is free it is the first spot: an overlap that can be read is better than no name.
    """
    spots = [spot for n in range(5) for spot in _around(*at, LINE * n, centred=centred)]
    boxes = [_box(spot, LETTER * len(words)) for spot in spots]
    for spot, box in zip(spots, boxes, strict=True):
        if frame.holds(box) and not any(box.meets(other) for other in taken):
            taken.append(box)
            return spot
    return _inside(spots[0], boxes[0], frame)


def _around(x: float, y: float, down: float, *, centred: bool) -> list[Corner]:
    """Spots beside a point, or above and below it where the words are centred."""
    if centred:
        return [Corner(x, y + down, "middle"), Corner(x, y - down, "middle")]
    return [
        Corner(x + 14, y + down, "start"),
        Corner(x - 14, y + down, "end"),
        Corner(x, y + 18 + down, "middle"),
    ]


def _box(at: Corner, wide: float) -> Frame:
    left = at.x - {"start": 0.0, "middle": wide / 2, "end": wide}[at.anchor]
    return Frame(left, at.y - LINE / 2, left + wide, at.y + LINE / 2)


def _inside(corner: Corner, box: Frame, frame: Frame) -> Corner:
    """The same, pushed into the frame."""
    right = max(frame.x0 - box.x0, 0.0) - max(box.x1 - frame.x1, 0.0)
    down = max(frame.y0 - box.y0, 0.0) - max(box.y1 - frame.y1, 0.0)
    return Corner(corner.x + right, corner.y + down, corner.anchor)
