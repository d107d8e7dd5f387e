"""What one look at a photo is worth on real animals: retrieval by its cells, and registration."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from reid.compare.comparison import (
    CELLS,
    CLEAR,
    FUZZ,
    LEAST,
    agreeing,
    mutual_nearest,
    rootsift_correspondences,
)
from reid.describe.look_network import LookNetwork, without_surround
from reid.describe.rootsift import WIDTH, rootsift
from reid.evaluation.data.photos import Condition, Sample, shown
from reid.evaluation.data.protocol import countable, genuine
from reid.photo.contrast import half_luminance, window_contrast
from reid.types import Crop, Float32

WINDOW = (320, 640)
STRIDE = 8
MOST = 1200  # cells of a photo
LEAST_COAT = 0.3  # probability of coat below which a cell is dropped
ALIKE = 0.2  # cosine below which nearest cells are no candidates


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One crop after one look.

    points: (K, 2) float32 cells of the window; descriptors: (K, C); pixels: (K, 2), centres of the
    cells on the crop. chart: (h, w, 2) place on the body; coat: (h, w) in [0, 1]; frame: scale and
    offset (x, y) from pixels of the crop to pixels of the window. embedding: (D,). yaw: degrees.
    view: one of five, 0 front to 4 rear.
    """

    points: Float32
    descriptors: Float32
    chart: Float32
    coat: Float32
    frame: tuple[float, float, float]
    embedding: Float32
    yaw: float
    right: float
    present: float
    view: int


def window_of(crop: Crop) -> tuple[Float32, Float32, tuple[float, float, float]]:
    """(H, W) float32 local contrast of the whole crop, fitted into the window; (H / 2, W / 2)
    luminance of the same; and its frame."""
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    scale = min(WINDOW[1] / width, WINDOW[0] / height)
    size = (min(WINDOW[1], round(width * scale)), min(WINDOW[0], round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    x0, y0 = (WINDOW[1] - size[0]) // 2, (WINDOW[0] - size[1]) // 2
    canvas = np.zeros(WINDOW, np.uint8)
    canvas[y0 : y0 + size[1], x0 : x0 + size[0]] = cv2.resize(grey, size, interpolation=how)
    edges = (x0, y0, x0 + size[0], y0 + size[1])
    frame = (scale, float(x0), float(y0))
    return window_contrast(canvas, edges), half_luminance(canvas, edges), frame


@torch.inference_mode()
def look_at(network: LookNetwork, crop: Crop, *, surround: bool = True) -> LookedAt:
    """surround: subtract the neighbourhood's descriptor, see `without_surround`."""
    window, grey, frame = window_of(crop)
    look = network(torch.from_numpy(window)[None, None], torch.from_numpy(grey)[None, None])
    sure = torch.sigmoid(look.coat)
    trust = (sure * torch.sigmoid(look.trust))[0].numpy()
    field = without_surround(look.descriptors, sure[:, None]) if surround else look.descriptors
    coat = sure[0].numpy()
    weight = np.where(coat > LEAST_COAT, trust, 0).ravel()
    order = np.argsort(-weight, kind="stable")[:MOST]
    order = np.sort(order[weight[order] > 0])
    w = coat.shape[1]
    points = np.stack([order % w, order // w], 1).astype(np.float32)
    descriptors = field[0].flatten(1).T.numpy()[order]
    cosine, sine = look.yaw[0].tolist()
    return LookedAt(
        points,
        np.ascontiguousarray(descriptors),
        look.chart[0].permute(1, 2, 0).numpy(),
        coat,
        frame,
        network.embed(look)[0].numpy(),
        float(np.degrees(np.arctan2(sine, cosine))),
        float(torch.sigmoid(look.right[0])),
        float(torch.sigmoid(look.present[0])),
        int(look.view[0].argmax()),
    )


def agreement(query: LookedAt, other: LookedAt) -> float:
    """Sum of the strengths of mutually nearest cells that one smooth deformation explains."""
    if min(len(query.points), len(other.points)) < LEAST:
        return 0.0
    cosines = query.descriptors @ other.descriptors.T
    i, j = mutual_nearest(cosines)
    best = cosines[i, j]
    i, j, best = i[best > ALIKE], j[best > ALIKE], best[best > ALIKE]
    explained = agreeing(query.points[i], other.points[j], reach=CELLS)
    return float((1 / (1 + np.exp((CLEAR - best[explained]) / FUZZ))).sum())


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """One level: queries whose own animal comes first by cells, by the embedding; AUC of cells;
    genuine pairs above all impostors; number of queries and of genuine pairs."""

    level: int
    first: int
    first_by_embedding: int
    auc: float
    above: int
    queries: int
    pairs: int


def check_level(
    network: LookNetwork,
    samples: Sequence[Sample],
    level: int,
    gallery: Sequence[LookedAt],
    *,
    surround: bool = True,
) -> LevelCheck:
    """Queries at a level against the good photos of all other occasions."""
    condition = Condition(level)
    queries = gallery
    if level:
        queries = [look_at(network, shown(s, condition), surround=surround) for s in samples]
    counted, same = countable(samples, samples), genuine(samples, samples)
    cells = np.full(counted.shape, np.nan)
    for q, g in np.argwhere(counted):
        cells[q, g] = agreement(queries[q], gallery[g])
    whole = np.stack([q.embedding for q in queries]) @ np.stack([g.embedding for g in gallery]).T
    yes, no = cells[counted & same], cells[counted & ~same]
    order = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    return LevelCheck(
        level,
        _first(cells, counted, same),
        _first(whole, counted, same),
        float(order),
        int((yes > no.max()).sum()),
        int((counted & same).any(1).sum()),
        len(yes),
    )


def _first(table: NDArray[np.floating], counted: NDArray[np.bool_], same: NDArray[np.bool_]) -> int:
    """Rows whose best counted column is a genuine one."""
    best = np.where(counted, table, -np.inf).argmax(1)
    rows = np.arange(len(table))
    return int((same & counted)[rows, best].sum())


def registration_errors(
    samples: Sequence[Sample], gallery: Sequence[LookedAt]
) -> tuple[Float32, Float32]:
    """Along and across the body: how differently two photos of one animal place the same rosette,
    medians over the RootSIFT inliers of every genuine pair with at least 24 of them."""
    crops = [shown(s) for s in samples]
    points = [rootsift(c) for c in crops]
    pairs = np.argwhere(np.triu(countable(samples, samples) & genuine(samples, samples), 1))
    errors = []
    for a, b in pairs:
        scales = (WIDTH / crops[a].box.width, WIDTH / crops[b].box.width)
        agree = rootsift_correspondences(points[a], points[b], scales=scales)
        if len(agree.points0) >= 24:
            off = _placed(gallery[a], crops[a], agree.points0) - _placed(
                gallery[b], crops[b], agree.points1
            )
            errors.append(np.median(np.abs(off), axis=0))
    table = np.array(errors, np.float32).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _placed(photo: LookedAt, crop: Crop, pixels: Float32) -> Float32:
    """(N, 2) place on the body of pixels of the photo."""
    scale, x0, y0 = photo.frame
    at = (pixels - (crop.box.x0, crop.box.y0) + 0.5) * scale + (x0, y0)
    x, y = (((at[:, n] / STRIDE) - 0.5).astype(np.float32)[:, None] for n in (0, 1))
    mode = cv2.BORDER_REPLICATE
    chart = cv2.remap(photo.chart, x, y, cv2.INTER_LINEAR, borderMode=mode)
    return np.asarray(chart[:, 0], np.float32)
