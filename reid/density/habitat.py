"""Where activity centres may lie: a grid of points around the stations, in kilometres."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

Points = NDArray[np.float64]

CELL = 0.6  # side of a cell, in sigma
MOST = 5000  # cells, about


@dataclass(frozen=True, slots=True)
class Habitat:
    """A grid of points, each standing for one cell.

    points: (M, 2) east and north in km. cell_km2: area of a cell. side_km: its side.
    buffer_km: how far the area reaches beyond the stations.
    """

    points: Points
    side_km: float
    buffer_km: float

    @property
    def cell_km2(self) -> float:
        """Area of one cell."""
        return self.side_km**2

    @property
    def area_km2(self) -> float:
        """Area of all cells."""
        return len(self.points) * self.cell_km2

    def squared_distances(self, stations: Points) -> Points:
        """(J, M) squared kilometres from each station to each point."""
        apart = stations[:, None, :] - self.points[None, :, :]
        return np.asarray((apart**2).sum(2), float)


def around(stations: Points, buffer_km: float, side_km: float) -> Habitat:
    """All grid points within `buffer_km` of any station.

    stations: (J, 2) km. side_km: of a cell; longer where there would be more than MOST cells.
    Everything inside counts as habitat: water and towns are not known here. Raises ValueError for
    no stations, or lengths that are not above 0.
    """
    if not len(stations) or not min(buffer_km, side_km) > 0:
        raise ValueError("an area needs stations, a buffer and cells above 0 km")
    low, high = stations.min(0) - buffer_km, stations.max(0) + buffer_km
    box = sqrt(float(np.prod(high - low)) / MOST)
    near_all = 4 * sqrt(len(stations) * buffer_km**2 / MOST)
    side = max(side_km, min(box, near_all))
    axes = [np.arange(low[k] + side / 2, high[k] + side / 2, side) for k in (0, 1)]
    points = np.stack(np.meshgrid(*axes, indexing="xy"), -1).reshape(-1, 2)
    near = KDTree(stations).query(points)[0] <= buffer_km
    return Habitat(points[near], side, buffer_km)
