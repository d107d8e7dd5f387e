"""One photo laid over another: a smooth map of pixels, what it rests on, and grids of cells."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Correspondences, Float32, LocalFeatures, Source

BENDING = np.float32(0.02)  # ridge on the quadratic terms, as a share of the correspondences
SOURCES = {"rosette": Source.ROSETTES, "rootsift": Source.ROOTSIFT}
ENOUGH = {"rosette": 30.0, "rootsift": 24.0}  # strength that strangers do not reach
CARRIES = 0.2  # strength of one correspondence below which it carries nothing
OUTLINE = (5, 95)  # per cent of the cells: how far a coat reaches, without stray cells


@dataclass(frozen=True, slots=True)
class Surface:
    """A quadratic map of the plane: each target coordinate is a polynomial of degree two.

    centre (2,) and spread bring the points near 0 and 1; weights: (6, 2), of 1, x, y, x², xy, y².
    """

    centre: Float32
    spread: np.floating
    weights: NDArray[np.floating]

    @classmethod
    def through(cls, points0: Float32, points1: Float32) -> "Surface":
        """Least squares through M pairs of points, with a small ridge against bending."""
        centre, spread = points0.mean(0), points0.std() + 1e-6
        terms = _terms((points0 - centre) / spread)
        ridge = np.diag([0.0, 0, 0, 1, 1, 1]) * float(BENDING) * len(points0)
        return cls(centre, spread, np.linalg.solve(terms.T @ terms + ridge, terms.T @ points1))

    def __call__(self, points: Float32) -> NDArray[np.floating]:
        """(N, 2) points of the plane to (N, 2)."""
        return _terms((points - self.centre) / self.spread) @ self.weights


def _terms(points: Float32) -> Float32:
    x, y = points.T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)


@dataclass(frozen=True, slots=True)
class Registration:
    """A smooth map from pixels of photo 0 to pixels of photo 1.

    carried: (M, 2) float32, pixels of photo 0: the correspondences it goes through, none for an
    outline. residual: pixels of photo 1, root mean square over them.
    """

    surface: Surface
    source: Source
    carried: Float32
    residual: float

    def __call__(self, points: Float32) -> Float32:
        """(N, 2) pixels of photo 0 to (N, 2) pixels of photo 1."""
        return self.surface(points).astype(np.float32)


def register(
    query: LocalFeatures, other: LocalFeatures, correspondences: Iterable[Correspondences]
) -> Registration:
    """Query laid over other by the first kind of correspondences that carries it, else by outlines.

    query, other: the cells of one scale, at least one each. Strangers agree in a few rosettes by
    chance, so agreement carries a registration only where its strength is beyond theirs.
    """
    for kind in correspondences:
        carry = kind.strength > CARRIES
        if kind.strength[carry].sum() >= ENOUGH[kind.kind]:
            return _through(kind.points0[carry], kind.points1[carry], SOURCES[kind.kind])
    return by_outline(query, other)


def by_outline(query: LocalFeatures, other: LocalFeatures) -> Registration:
    """The outline of one coat on that of the other, whatever their rosettes say."""
    surface = Surface.through(outline(query.points), outline(other.points))
    return Registration(surface, Source.OUTLINE, np.empty((0, 2), np.float32), 0.0)


def _through(points0: Float32, points1: Float32, source: Source) -> Registration:
    surface = Surface.through(points0, points1)
    error = surface(points0) - points1
    return Registration(surface, source, points0, float(np.sqrt((error**2).sum(1).mean())))


def outline(points: Float32) -> Float32:
    """(4, 2): corners of the rectangle that the coat fills, half a cell beyond its cells."""
    margin = pitch(points) / 2
    low, high = np.percentile(points, OUTLINE, axis=0).astype(np.float32)
    (x0, y0), (x1, y1) = low - margin, high + margin
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells as a table. rows: (h, w), number of the cell in the features or -1 where none is kept.

    places: (K, 2) column and row of each cell. pitch: (2,), corner: (2,) pixels.
    """

    rows: NDArray[np.intp]
    places: NDArray[np.intp]
    pitch: Float32
    corner: Float32

    @classmethod
    def of(cls, points: Float32) -> "Grid":
        """The grid on which K >= 1 points lie."""
        step, corner = pitch(points), points.min(0)
        places = np.rint((points - corner) / step).astype(np.intp)
        rows = np.full(places.max(0)[::-1] + 1, -1, np.intp)
        rows[places[:, 1], places[:, 0]] = np.arange(len(points))
        return cls(rows, places, step, corner)

    def cells(self, points: Float32) -> NDArray[np.intp]:
        """(N, 2) column and row of the cell nearest to each point; may lie off the table."""
        return np.asarray(np.rint((points - self.corner) / self.pitch), np.intp)

    def holds(self, cells: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(N,) whether a column and row lie on the table."""
        return np.asarray(((cells >= 0) & (cells < self.rows.shape[::-1])).all(1), bool)

    def around(self, values: Float32, across: int) -> Float32:
        """(K,) sums of the cells' values over a square of `across` cells around each of them."""
        table = np.zeros(self.rows.shape, np.float32)
        table[self.places[:, 1], self.places[:, 0]] = values
        return self.read(box_sum(table, across))

    def read(self, table: Float32) -> Float32:
        """(K,) what stands in an (h, w) table at each cell."""
        return table[self.places[:, 1], self.places[:, 0]]


def box_sum(table: Float32, across: int, *, at: tuple[int, int] = (-1, -1)) -> Float32:
    """(h, w): sums over squares of `across` cells; beyond the table there is nothing.

    at: column and row of the cell in its square, (-1, -1) for the middle.
    """
    square, nothing = (across, across), cv2.BORDER_CONSTANT
    summed = cv2.boxFilter(table, -1, square, anchor=at, normalize=False, borderType=nothing)
    return np.asarray(summed, np.float32)


def pitch(points: Float32) -> Float32:
    """(2,) distance of neighbouring cells of a regular grid in x and y, pixels of the photo."""
    steps = [np.diff(np.unique(np.round(column, 2))) for column in points.T]
    return np.array([s.min() if len(s) else 1.0 for s in steps], np.float32)
