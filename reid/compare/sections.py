"""Sections of the body: by the places on the body that the network tells, else by the outline."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reid.compare.registration import outline, pitch
from reid.types import AnnotationFeatures, Box, Flank, Float32, LocalFeatures

HEAD, SHOULDER, FLANK, HIP = 0.21, 0.48, 0.76, 1.0  # where each of them ends, u of `LookOutput`
HIND, LEG = 0.7, 0.8  # u and v beyond which there is hind leg
NEAR = 3.0  # cells: within so many of a pixel one must lie to tell where on the body that is
FEWEST = 8  # cells of a section that tell where it lies
REACHES = (5, 95)  # per cent of these cells: how far the section reaches, without stray ones

OUTLINE_ON_BODY = (0.32, 0.20, 1.50, 0.53)
"""Where the outline of the kept cells lies on a coat, u0, v0, u1, v1 in coat units: medians over
synthetic views, whose ends scatter by about 0.1. So a section by the outline is approximate."""

COAT_HEAD, COAT_SHOULDER, COAT_FLANK, COAT_HIP = (
    0.42,
    0.80,
    1.20,
    1.55,
)  # u of a coat: where it ends
COAT_HIND, COAT_LEG = 1.05, 0.56  # u and v beyond which there is hind leg


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
    """A photo's own body coordinates.

    outline: of the coat, pixels; facing_left: where it looks. cells: of the network, with the
    places on the body that it tells, or without any.
    """

    outline: Box
    facing_left: bool
    cells: LocalFeatures

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
        return cls(Box(*map(float, (*corners[0], *corners[2]))), left, cells)

    @property
    def told(self) -> bool:
        """Whether the network tells where on the body its cells lie."""
        return self.cells.places is not None

    def along(self, points: Float32) -> NDArray[np.float64]:
        """(N, 2) pixels to (N, 2) shares of the outline: from head to tail, from back to belly."""
        box = self.outline
        shares = (np.asarray(points, float) - (box.x0, box.y0)) / (box.width, box.height)
        if not self.facing_left:
            shares[:, 0] = 1 - shares[:, 0]
        return shares

    def section(self, points: Float32) -> list[Section]:
        """In which section each of (N, 2) pixels lies: as the nearest cell tells, by the outline
        where none is near."""
        u0, v0, u1, v1 = OUTLINE_ON_BODY
        coat = self.along(points) * (u1 - u0, v1 - v0) + (u0, v0)
        sections = [_on_coat(float(u), float(v)) for u, v in coat]
        if self.cells.places is None:
            return sections
        for n, point in enumerate(np.asarray(points, np.float32)):
            away = np.linalg.norm((self.cells.points - point) / pitch(self.cells.points), axis=1)
            if away[nearest := int(away.argmin())] <= NEAR:
                [sections[n]] = sections_of(self.cells.places[nearest : nearest + 1])
        return sections

    def window(self, section: Section) -> Box:
        """Where a section lies in the photo, pixels: about its cells, by the outline where it has
        too few."""
        if self.cells.places is not None:
            told = np.array([s is section for s in sections_of(self.cells.places)])
            if told.sum() >= FEWEST:
                corners = np.percentile(self.cells.points[told], REACHES, axis=0)
                margin = pitch(self.cells.points)
                ends = (*(corners[0] - margin), *(corners[1] + margin))
                return Box(*map(float, ends))
        u0, v0, u1, v1 = OUTLINE_ON_BODY
        low, high = _REACH[section]
        shares = (np.array([low, high]) - (u0, v0)) / (u1 - u0, v1 - v0)
        if not self.facing_left:
            shares[:, 0] = 1 - shares[::-1, 0]
        box = self.outline
        (x0, y0), (x1, y1) = shares * (box.width, box.height) + (box.x0, box.y0)
        return Box(float(x0), float(y0), float(x1), float(y1))


def sections_of(places: Float32) -> list[Section]:
    """In which section each of (N, 2) places on the body lies, see `LookOutput.chart`."""
    return [_on_body(float(u), float(v)) for u, v in places]


_REACH = {
    Section.HEAD: ((0.10, 0.18), (COAT_HEAD, 0.48)),
    Section.SHOULDER: ((COAT_HEAD, 0.20), (COAT_SHOULDER, 0.50)),
    Section.FLANK: ((COAT_SHOULDER, 0.20), (COAT_FLANK, 0.50)),
    Section.HIP: ((COAT_FLANK, 0.20), (COAT_HIP, 0.50)),
    Section.HIND_LEG: ((1.10, 0.45), (1.60, 0.95)),
    Section.TAIL: ((COAT_HIP, 0.20), (1.95, 0.60)),
}
"""u0, v0 and u1, v1 on a coat of what is shown of each section."""


def _on_body(u: float, v: float) -> Section:
    return _section(u, (HEAD, SHOULDER, FLANK, HIP), leg=u > HIND and v >= LEG)


def _on_coat(u: float, v: float) -> Section:
    ends = (COAT_HEAD, COAT_SHOULDER, COAT_FLANK, COAT_HIP)
    return _section(u, ends, leg=u > COAT_HIND and v >= COAT_LEG)


def _section(u: float, ends: tuple[float, float, float, float], *, leg: bool) -> Section:
    head, shoulder, flank, hip = ends
    if u < head:
        return Section.HEAD
    if u >= hip:
        return Section.TAIL
    if u < shoulder:
        return Section.SHOULDER
    if leg:
        return Section.HIND_LEG
    return Section.FLANK if u < flank else Section.HIP
