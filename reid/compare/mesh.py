"""A registration as a mesh of linked points: what locks the view of one photo to that of another.

`service/static/viewer/mesh.js` does the same arithmetic in the browser.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.compare.registration import Registration
from reid.types import Box, Source

COLUMNS, ROWS = 17, 9
STEPS = 12  # of Newton's method on the way back

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Similarity:
    """A turn and a change of size: (dx, dy) becomes (a dx - b dy, b dx + a dy)."""

    a: float
    b: float

    @property
    def scale(self) -> float:
        """Pixels of photo 1 for one of photo 0."""
        return float(np.hypot(self.a, self.b))


@dataclass(frozen=True, slots=True)
class Mesh:
    """Linked points over a box of photo 0.

    points: (rows, columns, 2) float64, pixels of photo 1; between them the mesh is bilinear, and
    beyond the box its outermost cells go on. source: what it rests on, None for nothing but the
    two boxes.
    """

    box: Box
    points: Points
    source: Source | None

    @classmethod
    def through(cls, laid: Registration, box: Box) -> "Mesh":
        """The registration at the points of a regular grid over the box.

        A quadratic surface is good among the points it goes through and wild beyond: there it goes
        on as the plane that touches it at the nearest place they reach.
        """
        grid = _grid(box)
        low, high = grid.min(0), grid.max(0)
        if len(laid.carried):
            low, high = laid.carried.min(0).astype(float), laid.carried.max(0).astype(float)
        inside = np.clip(grid, low, high)
        step = np.array([box.width / (COLUMNS - 1), box.height / (ROWS - 1)]) / 2
        surface = _in_double(laid)
        mapped = surface(inside)
        for axis in (0, 1):
            ahead = np.zeros(2)
            ahead[axis] = step[axis]
            slope = (surface(inside + ahead) - surface(inside - ahead)) / 2 / step[axis]
            mapped = mapped + slope * (grid - inside)[:, axis : axis + 1]
        return cls(box, mapped.reshape(ROWS, COLUMNS, 2).astype(np.float64), laid.source)

    @classmethod
    def of_boxes(cls, box0: Box, box1: Box) -> "Mesh":
        """One box on the other, where nothing better is known."""
        shares = (_grid(box0) - (box0.x0, box0.y0)) / (box0.width, box0.height)
        mapped = shares * (box1.width, box1.height) + (box1.x0, box1.y0)
        return cls(box0, mapped.reshape(ROWS, COLUMNS, 2), None)

    def __call__(self, points: Points) -> Points:
        """(N, 2) pixels of photo 0 to (N, 2) pixels of photo 1."""
        rows, columns = self.points.shape[:2]
        shares = (np.asarray(points, float) - (self.box.x0, self.box.y0)) / self._cell
        x = np.clip(np.floor(shares[:, 0]), 0, columns - 2).astype(int)
        y = np.clip(np.floor(shares[:, 1]), 0, rows - 2).astype(int)
        u, v = (shares[:, 0] - x)[:, None], (shares[:, 1] - y)[:, None]
        top = (1 - u) * self.points[y, x] + u * self.points[y, x + 1]
        bottom = (1 - u) * self.points[y + 1, x] + u * self.points[y + 1, x + 1]
        return np.asarray((1 - v) * top + v * bottom)

    def back(self, points: Points) -> Points:
        """(N, 2) pixels of photo 1 to (N, 2) pixels of photo 0, from the nearest mesh point on."""
        target = np.asarray(points, float)
        flat = self.points.reshape(-1, 2)
        nearest = ((flat[None] - target[:, None]) ** 2).sum(2).argmin(1)
        source = _grid(self.box)[nearest]
        for _ in range(STEPS):
            slopes = self.slopes(source)
            error = (target - self(source))[..., None]
            source = source + np.linalg.solve(slopes + 1e-12 * np.eye(2), error)[..., 0]
        return np.asarray(source)

    def slopes(self, points: Points) -> Points:
        """(N, 2, 2): d(x1, y1) / d(x0, y0), over one cell to either side of each point."""
        at = np.asarray(points, float)
        columns = []
        for axis in (0, 1):
            ahead = np.zeros(2)
            ahead[axis] = self._cell[axis]
            columns.append((self(at + ahead) - self(at - ahead)) / (2 * self._cell[axis]))
        return np.stack(columns, -1)

    def similarity(self, point: tuple[float, float]) -> Similarity:
        """The turn and size nearest to the slopes at a point: what a photo can do undistorted."""
        slopes = self.slopes(np.array([point]))[0]
        a, b = (slopes[0, 0] + slopes[1, 1]) / 2, (slopes[1, 0] - slopes[0, 1]) / 2
        return Similarity(float(a), float(b))

    def matrix(self, point: tuple[float, float]) -> tuple[float, float, float, float, float, float]:
        """Pixels of photo 1 to those of photo 0, as an SVG matrix: exact at a point of photo 0."""
        turn, (x, y) = self.similarity(point), self(np.array([point]))[0]
        size = turn.a**2 + turn.b**2
        a, b = turn.a / size, -turn.b / size
        return (a, b, -b, a, point[0] - (a * x - b * y), point[1] - (b * x + a * y))

    @property
    def _cell(self) -> Points:
        rows, columns = self.points.shape[:2]
        return np.array([self.box.width / (columns - 1), self.box.height / (rows - 1)])


def _in_double(laid: Registration) -> Callable[[Points], Points]:
    """The surface of a registration for float64 points."""
    return lambda points: np.asarray(laid.surface(points.astype(np.float32)), np.float64)


def _grid(box: Box) -> Points:
    """(ROWS * COLUMNS, 2) points over a box, row by row."""
    x, y = np.linspace(box.x0, box.x1, COLUMNS), np.linspace(box.y0, box.y1, ROWS)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
