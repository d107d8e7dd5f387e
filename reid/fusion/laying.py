"""The frames of a burst laid over one of them: by their rosettes first, then by their pixels.

The surface through agreeing cells is off by half a cell or more, and pictures that are averaged
that way are blurred. Each frame is therefore moved once more, by a smooth optical flow towards the
mean of the others, whose noise is smaller than that of any single one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from reid.compare.registration import CARRIES, Surface
from reid.fusion.links import BurstFrame, BurstLinks
from reid.types import Float32

WIDE = 640  # pixels: width of the anchor's crop while frames are laid over it
ROSETTE = 16.0  # pixels of WIDE: standard deviation over which contrast is evened out
GRAIN = 2.5  # pixels: blur against the grain before the flow is sought
STIFF = 16.0  # pixels: standard deviation over which the flow is smooth, like skin
PATCH = 12  # pixels of a patch of the flow
ROUNDS = 2  # the first towards the anchor, the next towards the mean of the others
ALIKE = 14.0  # pixels: standard deviation of the window in which two frames are alike or not


@dataclass(frozen=True, slots=True)
class LaidFrame:
    """One frame over the anchor.

    number: its position in the burst. places: (H, W, 2) float32, pixels of its crop for each
    pixel of the canvas. contrast: (H, W) float32, what it shows there, evened out. inside: (H, W),
    whether the place lies in its crop.
    """

    number: int
    places: Float32
    contrast: Float32
    inside: NDArray[np.bool_]


def laid_over(frames: Sequence[BurstFrame], links: BurstLinks) -> list[LaidFrame]:
    """The frames of the first group over its anchor, which comes first; (H, W) with W = `WIDE`."""
    height, width = frames[links.anchor].crop.image.shape[:2]
    canvas = _pixels(round(height * WIDE / width), width / WIDE)
    maps = _surfaces(frames, links)
    laid = [_shown(frames, links.anchor, canvas)]
    for number, way in maps.items():
        laid.append(_shown(frames, number, _along(way, canvas)))
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(2)
    flow.setPatchSize(PATCH)
    flow.setPatchStride(PATCH // 2)
    flow.setGradientDescentIterations(20)
    flow.setVariationalRefinementIterations(0)
    for again in range(ROUNDS):
        total = np.sum([one.contrast for one in laid], 0)
        rest = [
            laid[0].contrast if not again else (total - one.contrast) / (len(laid) - 1)
            for one in laid[1:]
        ]
        laid[1:] = [
            _moved(frames, one, towards, flow) for one, towards in zip(laid[1:], rest, strict=True)
        ]
    return laid


def _pixels(height: int, step: float) -> Float32:
    """(height, WIDE, 2): pixels of the anchor's crop for each pixel of the canvas."""
    x, y = np.meshgrid(np.arange(WIDE), np.arange(height))
    return np.asarray((np.stack([x, y], -1) + 0.5) * step - 0.5, np.float32)


def _surfaces(frames: Sequence[BurstFrame], links: BurstLinks) -> dict[int, list[Surface]]:
    """For each other frame of the group, the surfaces from the anchor to it, over the strongest
    links; pixels of the crops."""
    group = links.groups[0]
    place = {number: n for n, number in enumerate(group)}
    strong = {
        couple: one.dense_score for couple, one in links.found.items() if set(couple) <= set(group)
    }
    ends = np.array([[place[n] for n in couple] for couple in strong], np.intp).reshape(-1, 2)
    costs = 1 / np.array(list(strong.values()), float)
    tree = minimum_spanning_tree(coo_array((costs, ends.T), shape=(len(group), len(group))))
    start = place[links.anchor]
    order, before = breadth_first_order(tree + tree.T, start, directed=False)
    ways: dict[int, list[Surface]] = {links.anchor: []}
    for n in order[1:]:
        one, other = group[before[n]], group[n]
        ways[other] = [*ways[one], _surface(frames, links, one, other)]
    return {number: way for number, way in ways.items() if number != links.anchor}


def _surface(frames: Sequence[BurstFrame], links: BurstLinks, one: int, other: int) -> Surface:
    """From the crop of one frame to that of another, through the cells that agree."""
    found = links.found[min(one, other), max(one, other)]
    agree = found.correspondences[0] if one < other else found.correspondences[0].turned()
    carry = agree.strength > CARRIES
    corners = frames[one].corner, frames[other].corner
    return Surface.through(agree.points0[carry] - corners[0], agree.points1[carry] - corners[1])


def _along(way: Sequence[Surface], canvas: Float32) -> Float32:
    points = canvas.reshape(-1, 2)
    for surface in way:
        points = surface(points).astype(np.float32)
    return points.reshape(canvas.shape)


def _shown(frames: Sequence[BurstFrame], number: int, places: Float32) -> LaidFrame:
    """What a frame shows at these places of its crop."""
    image = frames[number].crop.image
    rows, columns = image.shape[:2]
    scale = WIDE / columns
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    size = (WIDE, max(1, round(rows * scale)))
    even = evened(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC))
    at = ((places + 0.5) * scale - 0.5).astype(np.float32)
    contrast = cv2.remap(
        even, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    inside = ((places >= 0) & (places <= (columns - 1, rows - 1))).all(-1)
    return LaidFrame(number, places, contrast, np.asarray(inside, bool))


def evened(grey: Float32) -> Float32:
    """(H, W) with the mean taken away and the contrast made even everywhere."""
    mean = cv2.GaussianBlur(grey, (0, 0), ROSETTE)
    spread = np.sqrt(cv2.GaussianBlur((grey - mean) ** 2, (0, 0), ROSETTE))
    return np.asarray((grey - mean) / (spread + 1e-3), np.float32)


def _moved(
    frames: Sequence[BurstFrame], one: LaidFrame, towards: Float32, flow: cv2.DISOpticalFlow
) -> LaidFrame:
    """A frame laid anew, so that it fits what it is moved towards."""
    found = flow.calc(_eight_bits(towards), _eight_bits(one.contrast), None)
    by = cv2.GaussianBlur(found, (0, 0), STIFF)
    x, y = np.meshgrid(np.arange(by.shape[1]), np.arange(by.shape[0]))
    at_x, at_y = (x + by[..., 0]).astype(np.float32), (y + by[..., 1]).astype(np.float32)
    edge = cv2.BORDER_REPLICATE
    places = cv2.remap(one.places, at_x, at_y, cv2.INTER_LINEAR, borderMode=edge)
    return _shown(frames, one.number, np.asarray(places, np.float32))


def _eight_bits(contrast: Float32) -> NDArray[np.uint8]:
    smooth = cv2.GaussianBlur(contrast, (0, 0), GRAIN)
    return np.asarray(np.clip(smooth * 40 + 128, 0, 255), np.uint8)


def alike(one: Float32, other: Float32) -> Float32:
    """(H, W) correlation of two contrasts in a window around each pixel, [-1, 1]."""
    a, b = (cv2.GaussianBlur(side, (0, 0), GRAIN) for side in (one, other))

    def mean(values: Float32) -> Float32:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), ALIKE), np.float32)

    mean_a, mean_b = mean(a), mean(b)
    spread_a, spread_b = mean(a * a) - mean_a**2 + 1e-3, mean(b * b) - mean_b**2 + 1e-3
    return np.asarray((mean(a * b) - mean_a * mean_b) / np.sqrt(spread_a * spread_b), np.float32)
