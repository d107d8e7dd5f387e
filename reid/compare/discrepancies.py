"""What both photos show of a flank: how much of it, where it agrees, and which places differ."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.compare.registration import Grid, Registration, box_sum, register
from reid.compare.spread import half_way, places_at
from reid.types import Correspondences, Float32, LocalFeatures, Overlap, Source

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

FEWEST = 25  # cells of a coat below which nothing is laid over anything
NEAR = {Source.ROSETTES: 1.5, Source.ROOTSIFT: 1.5, Source.OUTLINE: 3.0}  # cells off a cell's place
PLACE = 5  # cells across what is judged as one place: a rosette and what surrounds it
FULL = 13  # of these 25 cells, so many must be seen in both
TRUSTED = 0.2  # mean product of the two weights below which a place is not seen well in both
AGREES = {Source.ROSETTES: 0.38, Source.ROOTSIFT: 0.38, Source.OUTLINE: 0.47}
DIFFERS = 0.36
"""Cosines of a place: 95 of 100 places of impostor pairs lie below the first, 95 of 100 places of
genuine pairs with agreement on all sides above the second; `scripts/discrepancies.py` prints them.
"""
AROUND, AGREEING = 9, 3  # a mark needs so many agreeing points in each quarter of so many cells
APART = 6.0  # cells between two marks: about two rosettes
MOST = 12  # marks of one comparison


@dataclass(frozen=True, slots=True)
class Places:
    """The K cells of the query, laid over the other photo and judged with their neighbourhood.

    mapped: (K, 2) pixels of the other photo. cosine: (K,) how alike the coats are there, [-1, 1].
    judged: (K,) bool, seen well in both. surrounded: (K,) bool, the coats agree on all four
    sides, so that a low cosine is no fault of the registration. covisible: as in `Overlap`.
    """

    registration: Registration
    covisible: float
    mapped: Float32
    cosine: Float32
    judged: Mask
    surrounded: Mask


def overlap(
    query: LocalFeatures,
    other: LocalFeatures,
    correspondences: Iterable[Correspondences],
) -> Overlap | None:
    """What both photos show of the flank; None where one of them shows too little coat.

    query, other: the fine cells. correspondences: where the coats agree.
    """
    if min(len(query), len(other)) < FEWEST:
        return None
    laid = register(query, other, correspondences)
    table = query.descriptors @ other.descriptors.T
    cells = places(query, other, laid, table, reach=NEAR[laid.source])
    count = int(cells.judged.sum())
    agree = cells.cosine[cells.judged] >= AGREES[laid.source]
    marks = spread_out(
        Grid.of(query.points).places, np.where(differing(cells), cells.cosine, np.inf)
    )
    strength = np.clip(1 - cells.cosine[marks] / DIFFERS, 0, 1).astype(np.float32)
    told = half_way(
        None if query.places is None else query.places[marks], places_at(cells.mapped[marks], other)
    )
    return Overlap(
        registration=laid.source,
        covisible=cells.covisible,
        places=count,
        agreeing=float(agree.mean()) if count else 0.0,
        discrepancies=Correspondences(
            query.points[marks], cells.mapped[marks], strength, "discrepancy", told
        ),
    )


def places(
    query: LocalFeatures,
    other: LocalFeatures,
    laid: Registration,
    cosines: Float32,
    *,
    reach: float,
) -> Places:
    """The cells of the query judged, before anything is counted.

    reach: how many cells off its place the partner of a cell may lie.
    """
    mine, theirs = Grid.of(query.points), Grid.of(other.points)
    mapped = laid(query.points)
    cells = theirs.cells(mapped)
    best, partner = best_nearby(cosines, theirs, cells, reach=reach)
    shared, covisible = shared_cells(theirs, cells)
    trust = query.weight * other.weight[partner] * shared
    cosine, judged = _judged(mine, best, trust, shared)
    surrounded = _surrounded(mine, laid.carried)
    return Places(laid, covisible, mapped, cosine, judged, surrounded)


def differing(cells: Places) -> Mask:
    """(K,) bool: places where the rosettes differ though everything around them agrees.

    Over an outline nothing is: its marks would be marks of misregistration.
    """
    sure = cells.registration.source is not Source.OUTLINE
    return np.asarray(cells.judged & cells.surrounded & (cells.cosine < DIFFERS) & sure, bool)


def best_nearby(table: Float32, grid: Grid, cells: Rows, *, reach: float) -> tuple[Float32, Rows]:
    """The best of (K0, K1) cosines among the cells within `reach` of each of K0 places of photo 1.

    Returns the cosines, -1 where no cell is near, and the numbers of the cells.
    """
    around = int(reach)
    steps = np.mgrid[-around : around + 1, -around : around + 1].reshape(2, -1).T
    steps = steps[np.linalg.norm(steps, axis=1) <= reach]
    margin = 2 * around + 1
    rows = np.pad(grid.rows, margin, constant_values=-1)
    limit = np.array(grid.rows.shape[::-1]) + around
    x, y = (np.clip(cells, -around - 1, limit)[:, None] + steps + margin).transpose(2, 0, 1)
    near = rows[y, x]
    cosines = np.where(near >= 0, np.take_along_axis(table, near, 1), np.float32(-1))
    first = cosines.argmax(1)[:, None]
    best = np.take_along_axis(cosines, first, 1)[:, 0]
    return best, np.take_along_axis(near, first, 1)[:, 0]


def shared_cells(theirs: Grid, cells: Rows) -> tuple[Mask, float]:
    """Which cells of photo 0 fall on a cell of photo 1 or beside one, and what share that is.

    The share is that of the smaller coat, [0, 1].
    """
    coat = theirs.rows >= 0
    inside = theirs.holds(cells)
    x, y = np.where(inside[:, None], cells, 0).T
    shared = np.asarray(inside & _grown(coat)[y, x], bool)
    hit = np.zeros_like(coat)
    hit[y[shared], x[shared]] = True
    return shared, float(max(shared.mean(), _grown(hit)[coat].mean()))


def _grown(mask: Mask) -> Mask:
    """(h, w) bool: the cells of the mask and those that touch them."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, bool)


def _judged(grid: Grid, best: Float32, trust: Float32, shared: Mask) -> tuple[Float32, Mask]:
    """Mean cosine around each cell, weighted by trust, and where that is worth anything."""
    weight = grid.around(trust, PLACE)
    count = grid.around(shared.astype(np.float32), PLACE)
    cosine = grid.around(trust * best, PLACE) / np.maximum(weight, np.float32(1e-9))
    judged = shared & (count >= FULL) & (weight >= TRUSTED * count)
    return cosine.astype(np.float32), np.asarray(judged, bool)


def _surrounded(grid: Grid, carried: Float32) -> Mask:
    """(K,) bool: points that carry the registration lie on all four sides of the cell."""
    cells = grid.cells(carried)
    cells = cells[grid.holds(cells)]
    many = np.zeros(grid.rows.shape, np.float32)
    np.add.at(many, (cells[:, 1], cells[:, 0]), 1)
    corners = ((0, 0), (0, AROUND - 1), (AROUND - 1, 0), (AROUND - 1, AROUND - 1))
    quarters = [grid.read(box_sum(many, AROUND, at=corner)) >= AGREEING for corner in corners]
    return np.asarray(np.all(quarters, axis=0), bool)


def spread_out(cells: Rows, values: Float32) -> Rows:
    """Numbers of at most `MOST` cells, lowest finite value first, no two nearer than `APART`."""
    left = values.copy()
    chosen: list[int] = []
    while len(chosen) < MOST and np.isfinite(left[lowest := int(left.argmin())]):
        chosen.append(lowest)
        left[np.linalg.norm(cells - cells[lowest], axis=1) < APART] = np.inf
    return np.array(chosen, np.intp)
