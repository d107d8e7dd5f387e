"""Sections of the body, told approximately from where a place lies in the outline of the coat."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reid.compare.registration import outline
from reid.types import AnnotationFeatures, Box, Flank, Float32

OUTLINE_ON_BODY = (0.32, 0.20, 1.50, 0.53)
"""Where the outline of the kept cells lies on the body, u0, v0, u1, v1 in coat units: medians over
synthetic views, whose ends scatter by about 0.1. So a section is approximate."""

HEAD, SHOULDER, FLANK, HIP = 0.42, 0.80, 1.20, 1.55  # u where each of them ends
LEG = 0.56  # v below which there is leg


class Section(StrEnum):
    """Part of the body, from head to tail."""

    HEAD = "head"
    SHOULDER = "shoulder"
    FLANK = "flank"
    HIP = "hip"
    HIND_LEG = "hind leg"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class BodyFrame:
    """A photo's own body coordinates. outline: of the coat, pixels; facing_left: where it looks."""

    outline: Box
    facing_left: bool

    @classmethod
    def of(cls, photo: AnnotationFeatures) -> "BodyFrame | None":
        """From the cells of the network; None where no coat was kept."""
        cells = photo.dense.scales()[1]
        if not len(cells):
            return None
        corners = outline(cells.points)
        left = photo.pose.left >= 0.5 if photo.pose else True
        if photo.flank is not Flank.UNKNOWN:
            left = photo.flank is Flank.LEFT
        return cls(Box(*map(float, (*corners[0], *corners[2]))), left)

    def along(self, points: Float32) -> NDArray[np.float64]:
        """(N, 2) pixels to (N, 2) shares of the outline: from head to tail, from back to belly."""
        box = self.outline
        shares = (np.asarray(points, float) - (box.x0, box.y0)) / (box.width, box.height)
        if not self.facing_left:
            shares[:, 0] = 1 - shares[:, 0]
        return shares

    def section(self, points: Float32) -> list[Section]:
        """In which section each of (N, 2) pixels lies."""
        u0, v0, u1, v1 = OUTLINE_ON_BODY
        body = self.along(points) * (u1 - u0, v1 - v0) + (u0, v0)
        return [_section(float(u), float(v)) for u, v in body]

    def window(self, section: Section) -> Box:
        """Where a section lies in the photo, pixels."""
        u0, v0, u1, v1 = OUTLINE_ON_BODY
        low, high = _REACH[section]
        shares = (np.array([low, high]) - (u0, v0)) / (u1 - u0, v1 - v0)
        if not self.facing_left:
            shares[:, 0] = 1 - shares[::-1, 0]
        box = self.outline
        (x0, y0), (x1, y1) = shares * (box.width, box.height) + (box.x0, box.y0)
        return Box(float(x0), float(y0), float(x1), float(y1))


_REACH = {
    Section.HEAD: ((0.10, 0.18), (HEAD, 0.48)),
    Section.SHOULDER: ((HEAD, 0.20), (SHOULDER, 0.50)),
    Section.FLANK: ((SHOULDER, 0.20), (FLANK, 0.50)),
    Section.HIP: ((FLANK, 0.20), (HIP, 0.50)),
    Section.HIND_LEG: ((1.10, 0.45), (1.60, 0.95)),
    Section.TAIL: ((HIP, 0.20), (1.95, 0.60)),
}
"""u0, v0 and u1, v1 of what is shown of each section."""


def _section(u: float, v: float) -> Section:
    if u < HEAD:
        return Section.HEAD
    if u >= HIP:
        return Section.TAIL
    if u < SHOULDER:
        return Section.SHOULDER
    if v >= LEG and u > 1.05:
        return Section.HIND_LEG
    return Section.FLANK if u < FLANK else Section.HIP
