"""The coat of one side of an animal at high resolution, flattened block by block.

The axis (head, neck, torso), the fore leg, the hind leg and the tail each have a block. Along the
axis a pixel is as long as it is wide around the body: head and neck are stretched, so that spots
become finer where the body is thinner. What is kept is the height of the pattern before it is made
black and white, so that contrast and tone are chosen when a view is composed.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from reid.synthetic.coat import smooth_noise
from reid.synthetic.face import FACE_END, ear, with_face
from reid.synthetic.skeleton import Limb
from reid.types import Float32, Image

UNIT = 1000  # pixels of a pelt a body length, on the torso
_U = np.array([0.0, 0.05, 0.12, 0.2, 0.27, 0.36, 1.0])
_RADIUS = np.array([0.04, 0.055, 0.07, 0.075, 0.085, 0.11, 0.11])
_STEPS = np.linspace(0, 1, 201)
_LENGTH = np.concatenate([[0], np.cumsum(0.005 * 0.11 / np.interp(_STEPS[1:], _U, _RADIUS))])


def axis_length(u: Float32) -> Float32:
    """Share of the axis' block at u along the body."""
    return np.interp(u, _STEPS, _LENGTH / _LENGTH[-1]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block lies on the pelt, pixels; unit: pixels a body length."""

    x: int
    y: int
    width: int
    height: int
    unit: int = UNIT


BLOCKS = {
    Limb.AXIS: Block(8, 8, round(UNIT * float(_LENGTH[-1])), 345),
    Limb.FORE: Block(8, 370, 480, 350),
    Limb.HIND: Block(508, 370, 540, 430),
    Limb.TAIL: Block(8, 810, 620, 110),
    Limb.EAR: Block(660, 815, 100, 100),
}
SIZE = (928, BLOCKS[Limb.AXIS].width + 24)
_NECK = float(axis_length(np.array([0.3], np.float32))[0])  # spots before it, rosettes behind
_RUMP = 0.93
_PAD = 48


@dataclass(frozen=True, slots=True)
class PeltStyle:
    """What relatives share; two animals of one style differ by arrangement only.

    spacing: distance of rosettes on the torso, body lengths.
    """

    spacing: float
    jitter: float
    elongation: float
    ring: float
    ring_width: float
    openness: float
    solid: float
    inside: float
    dotted: float
    gradient: float
    limbs: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "PeltStyle":
        """Rosettes of 2 to 6 % of the body's length; one style in ten larger and open."""
        broad = rng.random() < 0.1
        low, high = (0.055, 0.08) if broad else (0.021, 0.058)
        return cls(
            spacing=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
            jitter=float(rng.uniform(0.2, 0.36)),
            elongation=float(rng.uniform(0.85, 1.35)),
            ring=float(rng.uniform(0.5, 0.7)),
            ring_width=float(rng.uniform(0.15, 0.26)),
            openness=float(rng.uniform(0.1, 0.8)),
            solid=float(rng.uniform(0.02, 0.4)),
            inside=float(rng.uniform(0.05, 0.25)),
            dotted=float(rng.uniform(0.2, 0.7)) if broad else 0.0,
            gradient=float(rng.uniform(0.0, 0.03)),
            limbs=float(rng.uniform(0.65, 1.0)),
        )


def draw_pelt(style: PeltStyle, seed: int) -> Image:
    """(H, W) uint8 of `SIZE`: height of the pattern, 255 where hair is surely black."""
    rng = np.random.default_rng(seed)
    pelt = np.zeros(SIZE, np.float32)
    for limb, block in BLOCKS.items():
        spacing = style.spacing * (1.0 if limb is Limb.AXIS else style.limbs)
        pattern = _pattern(style, rng, limb, block, spacing * block.unit)
        if limb is Limb.AXIS:
            _with_head(pattern, style, rng, spacing * block.unit)
        elif limb is Limb.EAR:
            pattern = ear(pattern.shape, rng)
        pelt[block.y : block.y + block.height, block.x : block.x + block.width] = pattern
    return np.round(pelt.clip(0, 1) * 255).astype(np.uint8)


def _with_head(
    pattern: Float32, style: PeltStyle, rng: np.random.Generator, spacing: float
) -> None:
    """Finer spots over the head, and a face, painted over the front of the axis' block."""
    at = axis_length(np.linspace(0, 1, 401, dtype=np.float32))
    u = np.interp(np.arange(pattern.shape[1]) / pattern.shape[1], at, np.linspace(0, 1, 401))
    width = int((u < FACE_END).sum())
    block = Block(0, 0, width, pattern.shape[0])
    fine = _pattern(style, rng, Limb.FORE, block, max(spacing * rng.uniform(0.4, 0.7), 12.0))
    share = np.clip((FACE_END - u[:width]) / 0.06, 0, 1).astype(np.float32)
    pattern[:, :width] += share * (fine - pattern[:, :width])
    with_face(pattern[:, :width], u[:width].astype(np.float32), rng)


def _pattern(
    style: PeltStyle, rng: np.random.Generator, limb: Limb, block: Block, spacing: float
) -> Float32:
    """One block: cells around jittered centres, a ring or a spot in each."""
    height, width = block.height + 2 * _PAD, block.width + 2 * _PAD
    centres = _relaxed(_centres(style, rng, spacing, height, width), height, width)
    labels, centres = _cells(centres, height, width)
    edge = np.zeros(labels.shape, np.uint8)
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edge[1:] |= labels[1:] != labels[:-1]
    to_border = cv2.distanceTransform(1 - edge, cv2.DIST_L2, 5)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    near = centres.astype(np.float32)[labels]
    radius, angle = cv2.cartToPolar(x - near[..., 0], y - near[..., 1])
    t = radius / (radius + to_border + 1e-3)
    pattern = _rosettes(style, rng, _solid(limb, centres, block, style.solid), labels, t, angle)
    pattern += 0.05 * smooth_noise(rng, height // 12, width // 12, height, width)
    if limb is Limb.TAIL:
        pattern = _banded(pattern, rng)
    return _bent(pattern, rng, style.gradient * UNIT, min(0.16 * spacing, 6.0), block)


def _centres(
    style: PeltStyle, rng: np.random.Generator, spacing: float, height: int, width: int
) -> Float32:
    dx, dy = spacing * style.elongation, spacing * 0.866 / style.elongation
    v, u = np.mgrid[0 : int(height / dy) + 2, 0 : int(width / dx) + 2].astype(np.float32)
    lattice = np.stack([(u + 0.5 * (v % 2)) * dx, v * dy], -1).reshape(-1, 2)
    points = lattice + rng.normal(0, style.jitter, lattice.shape) * (dx, dy)
    points = points - rng.uniform(0, 1, 2) * (dx, dy)
    return points[rng.random(len(points)) > 0.04].astype(np.float32)


def _cells(points: Float32, height: int, width: int) -> tuple[np.ndarray, Float32]:
    """(H, W) index of the nearest point of each pixel, and the points that lie inside."""
    pixel = np.round(points).astype(int)
    inside = (pixel >= 0).all(1) & (pixel[:, 0] < width) & (pixel[:, 1] < height)
    pixel, points = pixel[inside], points[inside]
    seeds = np.ones((height, width), np.uint8)
    seeds[pixel[:, 1], pixel[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    order = np.zeros(int(labels.max()) + 1, np.int32)
    order[labels[pixel[:, 1], pixel[:, 0]]] = np.arange(len(points))
    return order[labels], points


def _relaxed(points: Float32, height: int, width: int) -> Float32:
    """Half a step towards the centroid of each cell, at quarter resolution (Lloyd)."""
    labels, near = _cells(np.asarray(points / 4, np.float32), height // 4, width // 4)
    index, n = labels.ravel(), len(near)
    count = np.bincount(index, minlength=n)
    y, x = np.mgrid[0 : labels.shape[0], 0 : labels.shape[1]]
    mean = np.stack([np.bincount(index, c.ravel(), n) for c in (x, y)], -1)
    centroid = mean / np.maximum(count, 1)[:, None]
    moved = np.where(count[:, None] > 0, 0.5 * (near + centroid), near)
    return (4 * moved).astype(np.float32)


def _solid(limb: Limb, centres: Float32, block: Block, base: float) -> Float32:
    """Chance that a cell is a solid spot: always on limbs and tail, seldom on the flank."""
    if limb is not Limb.AXIS:
        down = np.clip(0.6 + (centres[:, 0] - _PAD) / block.width, 0, 1)
        return np.asarray(down if limb is not Limb.TAIL else np.ones(len(centres)), np.float32)
    u, v = (centres[:, 0] - _PAD) / block.width, (centres[:, 1] - _PAD) / block.height
    front = np.clip((_NECK + 0.04 - u) / 0.08, 0, 1)
    rear = np.clip((u - _RUMP) / 0.05, 0, 1)
    low, ridge = np.clip((v - 0.62) / 0.15, 0, 1), np.clip((0.1 - v) / 0.05, 0, 1)
    return np.asarray(
        base + (0.97 - base) * np.maximum.reduce([front, rear, low, ridge]), np.float32
    )


def _rosettes(
    style: PeltStyle,
    rng: np.random.Generator,
    chance: Float32,
    labels: np.ndarray,
    t: Float32,
    angle: Float32,
) -> Float32:
    """Height of the ring or spot of every cell."""
    n = len(chance)
    t0 = rng.normal(style.ring, 0.035, n)
    width = rng.normal(style.ring_width, 0.02, n).clip(0.1, 0.3)
    openness = np.clip(rng.normal(style.openness, 0.25, n), 0, 1)
    amount = rng.normal(1.0, 0.09, n)
    solid = rng.random(n) < chance
    size = rng.normal(0.6, 0.08, n).clip(0.38, 0.8)
    dotted = (rng.random(n) < style.dotted) * 0.9
    blobs, phase = rng.integers(2, 6, n).astype(float), rng.uniform(0, 2 * np.pi, (2, n))
    table = np.stack([t0, width, openness, amount, solid, size, dotted, blobs, *phase], 1)
    t0, width, openness, amount, solid, size, dotted, blobs, first, second = np.moveaxis(
        table.astype(np.float32)[labels], -1, 0
    )
    around = 0.375 * (1 + np.cos(blobs * angle + first)) + 0.125 * (1 + np.cos(angle + second))
    ring = np.exp(-(((t - t0) / width) ** 2)) * (1 - openness * (1 - around))
    ring += style.inside * (t < t0)
    if style.dotted:
        ring += dotted * np.exp(-((t / 0.22) ** 4))
    spot = np.exp(-((t / size) ** 4))
    return np.where(solid > 0.5, spot, ring) * amount


def _banded(pattern: Float32, rng: np.random.Generator) -> Float32:
    """Spots run together to dark bands towards the tip of the tail."""
    width = pattern.shape[1]
    x = np.arange(width, dtype=np.float32) / width
    bands = 0.5 + 0.5 * np.sin(2 * np.pi * (rng.uniform(7, 12) * x + rng.uniform()))
    share = np.clip((x - rng.uniform(0.3, 0.6)) / 0.15, 0, 1)
    return pattern * (1 - share) + share * (0.1 + 0.9 * bands)


def _bent(
    pattern: Float32, rng: np.random.Generator, gradient: float, bow: float, block: Block
) -> Float32:
    """Without the margin, and bent so that rows do not show."""
    height, width = block.height, block.width
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = []
    for _ in range(2):
        fine = smooth_noise(rng, 2 + height // 60, 2 + width // 60, height, width)
        bend.append(bow * fine + gradient * 0.5 * smooth_noise(rng, 2, 4, height, width))
    x, y = x + _PAD + bend[0], y + _PAD + bend[1]
    return cv2.remap(pattern, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
