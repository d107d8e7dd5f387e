"""Two annotations side by side: which rosettes agree, after geometry. Measures, weighs nothing."""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.compare.capacity import capacity
from reid.compare.discrepancies import overlap
from reid.compare.registration import Surface, pitch
from reid.compare.spread import half_way, places_at, spread
from reid.compare.still import stands_still
from reid.describe.rootsift import WIDTH
from reid.errors import EmbeddingMismatch
from reid.types import AnnotationFeatures, Comparison, Correspondences, Float32, LocalFeatures

RATIO = 0.87  # Lowe's ratio for RootSIFT, as a ratio of distances
REACH = 12.0  # RootSIFT: pixels of a 640 px wide crop within which a correspondence agrees
CELLS = 1.6  # dense: the same in cells of the network
CLEAR, FUZZ = 0.65, 0.05  # cosine at which a cell counts half, and how softly
COARSE = np.float32(0.5)  # weight of an agreement at the coarse scale
AWAY = (4.0, 1.2)  # along and across the body: cosine that the square of a body length costs
LEAST = 6  # correspondences below which no geometry is tried


def compare(
    query: AnnotationFeatures,
    other: AnnotationFeatures,
    *,
    rootsift: bool = True,
    registered: bool = True,
    known: Comparison | None = None,
    burst: bool = False,
) -> Comparison:
    """Everything measured on one pair, the same to the last digit whichever photo is the query.

    The photos are always compared in one order, that of their features; where they were asked for
    in the other one, the result is turned round. `rootsift=False` leaves out RootSIFT and the
    overlap, `registered=False` the overlap alone. known: what a comparison without RootSIFT found
    of the same pair; the cells are not compared again. burst: the photos were taken seconds apart,
    so what lies at one place of both frames may be the animal; else it is scenery and agrees in
    nothing. Raises EmbeddingMismatch for two models.
    """
    if query.embedding.model != other.embedding.model:
        raise EmbeddingMismatch(expected=other.embedding.model, got=query.embedding.model)
    turned = _order(query) > _order(other)
    pair = (other, query) if turned else (query, other)
    found = known.turned() if known and turned else known
    found = found or _by_cells(*pair, burst=burst)
    if rootsift:
        found = _with_rootsift(*pair, found, registered=registered)
    return found.turned() if turned else found


def _order(photo: AnnotationFeatures) -> tuple[bytes, bytes]:
    """What two photos are told apart by, whatever they are called; equal for equal photos."""
    return photo.embedding.vector.tobytes(), photo.dense.points.tobytes()


def _by_cells(query: AnnotationFeatures, other: AnnotationFeatures, *, burst: bool) -> Comparison:
    """What the embeddings and the cells of the network say; nothing agrees where it is scenery."""
    dense = _dense(query.dense, other.dense)
    still = not burst and stands_still(query, other, dense.agree, dense.coarse + dense.fine)
    if still:
        dense = _Dense(_none("rosette"), 0.0, 0.0, dense.alike)
    return Comparison(
        cosine=float(query.embedding.vector @ other.embedding.vector),
        dense_score=strength(dense.agree),
        rootsift_score=None,
        coarse_score=dense.coarse,
        fine_score=dense.fine,
        capacity=capacity(query, other, dense.alike),
        correspondences=(spread(dense.agree),),
        still=still,
    )


def _with_rootsift(
    query: AnnotationFeatures, other: AnnotationFeatures, found: Comparison, *, registered: bool
) -> Comparison:
    """The same with RootSIFT, and with the overlap where it is wanted. Where cells agree in scenery
    only, keypoints would, too."""
    if found.still:
        nothing = (*found.correspondences[:1], _none("rootsift"))
        return replace(found, rootsift_score=0.0, correspondences=nothing)
    scales = (WIDTH / query.box.width, WIDTH / other.box.width)
    keypoints = rootsift_correspondences(query.rootsift, other.rootsift, scales=scales)
    every = found.correspondences[0], spread(_on_body(keypoints, query.dense, other.dense))
    cells = query.dense.scales()[1], other.dense.scales()[1]
    shared = overlap(*cells, every) if registered else None
    score = strength(keypoints)
    return replace(found, rootsift_score=score, correspondences=every, overlap=shared)


def _on_body(
    keypoints: Correspondences, query: LocalFeatures, other: LocalFeatures
) -> Correspondences:
    """The same with the places that the cells of the network tell."""
    if not min(len(query), len(other)):
        return keypoints
    ends = places_at(keypoints.points0, query), places_at(keypoints.points1, other)
    return replace(keypoints, places=half_way(*ends))


def flank_correspondences(query: LocalFeatures, other: LocalFeatures) -> Correspondences:
    """Cells of the look at the flank alone, which tells places more exactly than both together."""
    pair = query.scales()[1], other.scales()[1]
    return _cells_that_agree(*pair, _likeness(*pair))[0]


class _Dense(NamedTuple):
    """agree: of both scales. coarse, fine: strength at either scale. alike: strength of the fine
    cells that are nearest to each other without agreeing."""

    agree: Correspondences
    coarse: float
    fine: float
    alike: float


def strength(correspondences: Correspondences) -> float:
    """How much verified agreement there is: the sum of the strengths."""
    return float(correspondences.strength.sum())


def dense_correspondences(query: LocalFeatures, other: LocalFeatures) -> Correspondences:
    """Mutually nearest cells of the network that a smooth deformation explains, scale by scale.

    The fine scale decides between good photos; on poor ones only the coarse scale has something
    to say. Their strengths are added, the coarse ones at half weight.
    """
    return _dense(query, other).agree


def _dense(query: LocalFeatures, other: LocalFeatures) -> _Dense:
    if query.model != other.model:
        raise EmbeddingMismatch(expected=other.model, got=query.model)
    pairs = list(zip(query.scales(), other.scales(), strict=True))
    tables = [_likeness(*pair) for pair in pairs]
    (coarse, _), (fine, alike) = (
        _cells_that_agree(*pair, table) for pair, table in zip(pairs, tables, strict=True)
    )
    agree = Correspondences(
        np.concatenate([coarse.points0, fine.points0]),
        np.concatenate([coarse.points1, fine.points1]),
        np.concatenate([COARSE * coarse.strength, fine.strength]),
        "rosette",
        _both(coarse.places, fine.places),
    )
    return _Dense(agree, strength(coarse), strength(fine), alike)


def _both(coarse: Float32 | None, fine: Float32 | None) -> Float32 | None:
    """Places of both scales, None where either tells none."""
    return None if coarse is None or fine is None else np.concatenate([coarse, fine])


def _likeness(query: LocalFeatures, other: LocalFeatures) -> Float32:
    """(K0, K1) cosines of the descriptors, less what lies too far apart on the body.

    The squared distance of two places is a part of the same product: |p - q|² = p² + q² - 2 p q.
    """
    if query.places is None or other.places is None:
        return np.asarray(query.descriptors @ other.descriptors.T, np.float32)
    return _placed(query, query.places) @ _placed(other, other.places, turned=True).T


def _placed(features: LocalFeatures, places: Float32, *, turned: bool = False) -> Float32:
    """(K, D + 4) descriptors, and places so that a product with the turned ones tells distances."""
    scaled = (places * np.sqrt(np.array(AWAY, np.float32))).astype(np.float32)
    square, one = -(scaled**2).sum(1, keepdims=True), np.ones((len(places), 1), np.float32)
    ends = [one, square] if turned else [square, one]
    return np.hstack([features.descriptors, np.float32(2**0.5) * scaled, *ends])


def _cells_that_agree(
    query: LocalFeatures, other: LocalFeatures, likeness: Float32
) -> tuple[Correspondences, float]:
    """Correspondences of the cells of one scale, and the strength of those mutually nearest cells
    that no smooth deformation explains. likeness: (K0, K1)."""
    if min(len(query), len(other)) < LEAST:
        nothing = np.empty(0, np.intp)
        return _paired(query, other, nothing, nothing, np.empty(0, np.float32)), 0.0
    i, j = mutual_nearest(likeness)
    best = np.einsum("kd,kd->k", query.descriptors[i], other.descriptors[j])
    weight = 1 / (1 + np.exp((CLEAR - best) / FUZZ))
    keep = best > 0.2
    i, j, weight = i[keep], j[keep], weight[keep].astype(np.float32)
    agree = agreeing(
        query.points[i] / pitch(query.points), other.points[j] / pitch(other.points), reach=CELLS
    )
    verified = _paired(query, other, i[agree], j[agree], weight[agree])
    return verified, float(weight[~agree].sum())


def _paired(
    query: LocalFeatures,
    other: LocalFeatures,
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    weight: Float32,
) -> Correspondences:
    """Cells i of one photo on cells j of the other."""
    told = [
        None if cells.places is None else cells.places[rows]
        for cells, rows in ((query, i), (other, j))
    ]
    return Correspondences(query.points[i], other.points[j], weight, "rosette", half_way(*told))


def rootsift_correspondences(
    query: LocalFeatures, other: LocalFeatures, *, scales: tuple[float, float]
) -> Correspondences:
    """Mutually nearest, distinctive RootSIFT keypoints that a smooth deformation explains.

    scales: factors that bring each photo's pixels to those of a 640 px wide crop.
    """
    if min(len(query), len(other)) < LEAST:
        return _none("rootsift")
    cosines = query.descriptors @ other.descriptors.T
    i, j = mutual_nearest(cosines)
    first = cosines[i, j]
    rivals = np.partition(cosines[i], -2, axis=1)[:, -2]
    distance, rival = np.sqrt(np.maximum(2 - 2 * first, 0)), np.sqrt(np.maximum(2 - 2 * rivals, 0))
    keep = distance < RATIO * rival
    i, j = i[keep], j[keep]
    agree = agreeing(query.points[i] * scales[0], other.points[j] * scales[1], reach=REACH)
    return Correspondences(
        query.points[i][agree],
        other.points[j][agree],
        np.ones(int(agree.sum()), np.float32),
        "rootsift",
    )


def mutual_nearest(cosines: Float32) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (i, j) that are each other's best in a (K0, K1) table; of equal ones the first.

    The best of a column is found by its value: its place costs ten times as long.
    """
    forth = cosines.argmax(1)
    best = cosines[np.arange(len(forth)), forth] == cosines.max(0)[forth]
    _, first = np.unique(forth[best], return_index=True)
    i = np.nonzero(best)[0][np.sort(first)]
    return i, forth[i]


def agreeing(points0: Float32, points1: Float32, *, reach: float) -> NDArray[np.bool_]:
    """Which of M proposed correspondences one smooth deformation explains, (M,) bool.

    A homography (MAGSAC++, Barath 2020) finds the coarse pose with a generous reach; a quadratic
    surface then follows the bending of the body and is fitted again to what agrees with it.
    """
    nothing = np.zeros(len(points0), bool)
    if len(points0) < LEAST:
        return nothing
    model, mask = cv2.findHomography(
        points0, points1, cv2.USAC_MAGSAC, 1.5 * reach, maxIters=2000, confidence=0.999
    )
    if model is None or mask is None or not _plausible(model, points0):
        return nothing
    agree = mask.ravel().astype(bool)
    for _ in range(2):
        if agree.sum() < 2 * LEAST:
            break
        agree = _near_surface(points0, points1, agree, reach)
    return agree if agree.sum() >= LEAST else nothing


def _near_surface(
    points0: Float32, points1: Float32, agree: NDArray[np.bool_], reach: float
) -> NDArray[np.bool_]:
    """Correspondences within `reach` of the quadratic surface through those that agree."""
    surface = Surface.through(points0[agree], points1[agree])
    return np.asarray(np.linalg.norm(surface(points0) - points1, axis=1) < reach, bool)


def _plausible(model: NDArray[np.float64], points: Float32) -> bool:
    """No mirror image, no collapse, no more than three-fold change of size over the points."""
    low, high = points.min(0), points.max(0)
    corners = np.array([[low, (high[0], low[1]), high, (low[0], high[1])]], np.float64)
    mapped = cv2.perspectiveTransform(corners, model)[0]
    before, after = (
        cv2.contourArea(corners[0].astype(np.float32), True),
        cv2.contourArea(mapped.astype(np.float32), True),
    )
    ratio = after / before if before else 0.0
    return bool(1 / 9 < ratio < 9) and bool(cv2.isContourConvex(mapped.astype(np.float32)))


def _none(kind: str) -> Correspondences:
    empty = np.empty((0, 2), np.float32)
    return Correspondences(empty, empty, empty[:, 0], kind)
