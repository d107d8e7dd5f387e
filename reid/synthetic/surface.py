"""The surface of a body as a camera sees it: for every pixel its place on the body and the pelt.

Points are strewn densely over all tubes, projected, and the nearest of each pixel wins.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from reid.synthetic.coat import smooth_noise
from reid.synthetic.pelt import BLOCKS, axis_length
from reid.synthetic.skeleton import HEAD_END, TAIL, Limb, Part, Posture, Tube, tubes
from reid.types import Float32

NOTHING = 255
DENSITY = 1.25  # points a pixel along each direction
SLIDE = 0.008  # of the body's length: how far the skin slides over the flesh
_PARTS = {Limb.FORE: Part.FORE, Limb.HIND: Part.HIND, Limb.TAIL: Part.TAIL, Limb.EAR: Part.HEAD}


@dataclass(frozen=True, slots=True)
class Aspect:
    """From where a body is seen. Angles in radians, distance in body lengths.

    yaw: positive where the rear is nearer to the camera; the left side is seen at 0.
    """

    yaw: float
    pitch: float
    roll: float
    distance: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Aspect":
        """Side views mostly; every fifth is from the front or from behind."""
        kind = rng.random()
        yaw = rng.normal(0, 0.33) if kind < 0.5 else rng.uniform(-1.1, 1.1)
        if kind > 0.84:
            yaw = rng.choice([-1, 1]) * rng.uniform(1.05, 1.65)
        return cls(
            yaw=float(np.clip(yaw, -1.65, 1.65)),
            pitch=float(rng.normal(0.08, 0.12)),
            roll=float(rng.normal(0, 0.07)),
            distance=float(np.exp(rng.uniform(np.log(1.8), np.log(7.0)))),
        )


@dataclass(frozen=True, slots=True)
class Geometry:
    """A body as seen, (H, W) pixels.

    pelt: (H, W, 2) float32, pixel (x, y) of the pelt. chart: (H, W, 2) float32, place on the body:
    u runs from the nose (0) over the root of the tail (1) to its tip, v from the spine (0) to the
    belly (1) and down the legs (2). part: (H, W) uint8, `Part`, `NOTHING` beside the body. side:
    (H, W) uint8, 0 left and 1 right. normal: (H, W, 3) float32 to the right, down and towards the
    camera. yaw: of the camera, radians. unit: pixels a body length.
    """

    pelt: Float32
    chart: Float32
    part: NDArray[np.uint8]
    side: NDArray[np.uint8]
    normal: Float32
    yaw: float
    unit: float


class _Points(NamedTuple):
    """N points: position and normal (N, 3), pelt and chart (N, 2), part and side (N,).

    half: (N,), differs where the pelt of a leg meets itself on the inner side.
    """

    position: Float32
    normal: Float32
    pelt: Float32
    chart: Float32
    part: NDArray[np.uint8]
    side: NDArray[np.uint8]
    half: NDArray[np.uint8]


def draw_geometry(rng: np.random.Generator, *, size: tuple[int, int] = (160, 320)) -> Geometry:
    """A body in a new posture from a new direction that fills (H, W) pixels with a small margin."""
    return see(tubes(Posture.draw(rng)), Aspect.draw(rng), rng, size=size)


def see(
    body: list[Tube], aspect: Aspect, rng: np.random.Generator, *, size: tuple[int, int]
) -> Geometry:
    """The body from one direction, as large as (H, W) pixels allow."""
    rough = [_strewn(tube, 40.0) for tube in body]
    flat, _ = _projected(np.concatenate([p.position for p in rough]), aspect)
    low, high = flat.min(0), flat.max(0)
    unit = 0.94 * min(size[1] / (high[0] - low[0]), size[0] / (high[1] - low[1]))
    shift = np.array([size[1], size[0]]) / 2 - unit * (low + high) / 2
    nearest = aspect.distance / max(aspect.distance - 0.6, 0.5)
    parts = [_strewn(tube, DENSITY * unit * min(nearest, 1.4)) for tube in body]
    points = _Points(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return _splatted(points, aspect, unit, shift.astype(np.float32), rng, size)


def _strewn(tube: Tube, unit: float) -> _Points:
    """Points over a tube, `unit` a body length."""
    length = float(np.linalg.norm(np.diff(tube.knots, axis=0), axis=1).sum())
    girth = np.pi * float(tube.height.max() + tube.width.max())
    t = np.linspace(0, 1, max(12, round(length * unit)), dtype=np.float32)
    theta = np.linspace(-1, 1, max(16, round(girth * unit)), endpoint=False, dtype=np.float32)
    steps = np.linalg.norm(np.diff(tube.knots, axis=0), axis=1)
    knots = np.concatenate([[0], np.cumsum(np.maximum(steps, 1e-4))])
    spline = CubicSpline(knots / knots[-1], np.column_stack([tube.knots, tube.height, tube.width]))
    line, slope = spline(t).astype(np.float32), spline(t, 1).astype(np.float32)
    centre, height, width = line[:, :3], line[:, 3:4].clip(0.004), line[:, 4:].clip(0.004)
    tangent = slope[:, :3] / np.linalg.norm(slope[:, :3], axis=1, keepdims=True)
    ahead = np.array(tube.ahead, np.float32)
    up = ahead - tangent * (tangent @ ahead)[:, None]
    up /= np.linalg.norm(up, axis=1, keepdims=True) + 1e-6
    across = np.cross(tangent, up)  # to the animal's left
    if tube.ahead[0]:
        across = np.where(across[:, 1:2] < 0, -across, across)
    cos, sin = np.cos(np.pi * theta)[None, :, None], np.sin(np.pi * theta)[None, :, None]
    around = height[:, None] * cos * up[:, None] + width[:, None] * sin * across[:, None]
    normal = cos / height[:, None] * up[:, None] + sin / width[:, None] * across[:, None]
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    position = (centre[:, None] + around).reshape(-1, 3)
    tt, aa = (grid.ravel() for grid in np.meshgrid(t, theta, indexing="ij"))
    radius = np.repeat((height + width)[:, 0] / 2, len(theta))
    return _Points(position, normal.reshape(-1, 3), *_named(tube, tt, aa, radius))


def _named(
    tube: Tube, t: Float32, theta: Float32, radius: Float32
) -> tuple[Float32, Float32, NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Pelt, chart, part, side and half of points at share t of a tube and angle theta in [-1, 1].

    radius: of the tube there.
    """
    block = BLOCKS[tube.limb]
    around, half = np.abs(theta), np.zeros(len(t), np.uint8)
    side = np.where(theta > 0, 0, 1) if tube.side < 0 else np.full(len(t), tube.side)
    part = np.full(len(t), _PARTS.get(tube.limb, Part.TORSO))
    if tube.limb is Limb.AXIS:
        u, v, part = t, around, np.where(t < HEAD_END, Part.HEAD, Part.TORSO)
        x, y = axis_length(u), around
    elif tube.limb is Limb.EAR:
        u, v = np.full_like(t, tube.root) - 0.03 * t, np.full_like(t, 0.1)
        x, y = t, around
    elif tube.limb is Limb.TAIL:
        u, v = 1 + TAIL * t, around
        x, y = t, (theta + 1) / 2
    else:
        u, v = tube.root - 0.05 * np.cos(np.pi * theta) * (1 - 0.6 * t), 0.5 + 1.5 * t
        x = t  # unrolled from the middle of the outer side, at its own scale
        aside = (theta * (1 if tube.side == 0 else -1) - 0.5 + 1) % 2 - 1
        half = (aside > 0).astype(np.uint8)
        y = 0.5 + np.pi * aside * radius * block.unit / block.height
    pelt = np.stack([block.x + x * block.width, block.y + y * block.height], 1)
    chart = np.stack([u, v], 1)
    return (
        pelt.astype(np.float32),
        chart.astype(np.float32),
        part.astype(np.uint8),
        side.astype(np.uint8),
        half,
    )


def _turned(vectors: Float32, aspect: Aspect) -> Float32:
    """Body axes to the camera's: right, down and towards the camera."""
    a, b, c = -aspect.yaw, aspect.pitch, aspect.roll
    x = vectors[:, 0] * np.cos(a) - vectors[:, 1] * np.sin(a)
    y = vectors[:, 0] * np.sin(a) + vectors[:, 1] * np.cos(a)
    z = vectors[:, 2]
    near, up = y * np.cos(b) + z * np.sin(b), z * np.cos(b) - y * np.sin(b)
    right, down = -x, -up
    turned = [right * np.cos(c) - down * np.sin(c), right * np.sin(c) + down * np.cos(c), near]
    return np.stack(turned, 1).astype(np.float32)


def _projected(position: Float32, aspect: Aspect) -> tuple[Float32, Float32]:
    """(N, 2) picture coordinates in body lengths, and the distance to the camera."""
    seen_from = _turned(position - np.array([0, 0, 0.28], np.float32), aspect)
    depth = aspect.distance - seen_from[:, 2]
    return seen_from[:, :2] * (aspect.distance / depth)[:, None], depth


def _splatted(
    points: _Points,
    aspect: Aspect,
    unit: float,
    shift: Float32,
    rng: np.random.Generator,
    size: tuple[int, int],
) -> Geometry:
    """The nearest points of each pixel, averaged over those of the same part."""
    height, width = size
    flat, depth = _projected(points.position, aspect)
    normal = _turned(points.normal, aspect)
    eye = np.column_stack([-flat / aspect.distance, np.ones(len(flat))])
    xy = np.floor(flat * unit + shift).astype(np.int32)
    inside = (xy >= 0).all(1) & (xy[:, 0] < width) & (xy[:, 1] < height)
    chosen = np.nonzero(inside & ((normal * eye).sum(1) > 0))[0]
    index, depth = (xy[:, 1] * width + xy[:, 0])[chosen], depth[chosen]
    code = (points.part * 4 + points.side * 2 + points.half)[chosen]
    order = np.argsort(-depth, kind="stable")
    nearest = np.full(height * width, np.inf, np.float32)
    owner = np.full(height * width, NOTHING, np.uint8)
    nearest[index[order]], owner[index[order]] = depth[order], code[order]
    front = (depth < nearest[index] + 0.04) & (code == owner[index])
    chosen, index = chosen[front], index[front]
    count = np.maximum(np.bincount(index, minlength=height * width), 1)
    columns = np.column_stack([points.pelt, points.chart, normal])[chosen]
    mean = [np.bincount(index, c, height * width) / count for c in columns.T]
    fields = np.stack(mean, -1).reshape(height, width, 7).astype(np.float32)
    fields, codes = _closed(fields, owner.reshape(height, width))
    fields[..., :4] = _smoothed(fields[..., :4], codes)
    for axis in (0, 1):
        slide = smooth_noise(rng, 4, 7, height, width) + 0.5 * smooth_noise(
            rng, 7, 13, height, width
        )
        fields[..., axis] += SLIDE * BLOCKS[Limb.AXIS].unit * slide
    nothing = codes == NOTHING
    part, side = np.where(nothing, NOTHING, codes // 4), np.where(nothing, 0, codes // 2 % 2)
    return Geometry(
        fields[..., :2],
        fields[..., 2:4],
        part.astype(np.uint8),
        side.astype(np.uint8),
        fields[..., 4:],
        aspect.yaw,
        unit,
    )


def _closed(fields: Float32, codes: NDArray[np.uint8]) -> tuple[Float32, NDArray[np.uint8]]:
    """Pixels that no point met inside the body take after a neighbour."""
    body = (codes != NOTHING).astype(np.uint8)
    whole = cv2.morphologyEx(body, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1)):
        moved = np.roll(codes, (dy, dx), (0, 1))
        y, x = np.nonzero((codes == NOTHING) & (whole > 0) & (moved != NOTHING))
        fields[y, x] = fields[y - dy, (x - dx) % codes.shape[1]]
        codes[y, x] = moved[y, x]
    return fields, codes


def _smoothed(fields: Float32, codes: NDArray[np.uint8]) -> Float32:
    """Mean over the 3 x 3 neighbours on the same part and side."""
    total, weight = np.zeros_like(fields), np.zeros(codes.shape, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            share = (np.roll(codes, (dy, dx), (0, 1)) == codes) * np.float32(
                0.5 ** (abs(dy) + abs(dx))
            )
            total += np.roll(fields, (dy, dx), (0, 1)) * share[..., None]
            weight += share
    return total / weight[..., None]
