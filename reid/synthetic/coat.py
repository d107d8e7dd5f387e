"""Procedural rosette coats: one flank of one animal as a melanin map over a flattened body.

Coat coordinates are (u, v): u runs 0..2 along the body (head at 0), v runs 0..1 from above the
back to the feet. The pattern is a cellular (Worley-like) texture: every rosette owns the cell of
pixels nearest to its centre, t runs from 0 at the centre to 1 at the cell's border, and a ring is a
bump in t whose height varies with the angle, so that it breaks into two to five blobs.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from reid.types import Float32

LENGTH, HEIGHT = 2.0, 1.0
TORSO = (0.42, 0.08, 1.56, 0.65)  # u0, v0, u1, v1 of the flank on the body, coat units


@dataclass(frozen=True, slots=True)
class CoatStyle:
    """What relatives share; two animals of one style differ by arrangement only.

    spacing: distance of rosettes in coat units (a flank is 1.14 long). dotted: share of rings with
    a spot inside. gradient: how much the pattern is stretched or packed over the body, coat units.
    """

    spacing: float
    jitter: float
    elongation: float
    ring: float
    ring_width: float
    openness: float
    solid: float
    inside: float
    contrast: float
    dotted: float = 0.0
    gradient: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "CoatStyle":
        """From small, tight rosettes (Africa, India) to large, open ones (Persia, Amur).

        One style in eight is drawn like a jaguar's (large, dots inside) or a snow leopard's (large,
        open, pale), for breadth. Relative sizes were set by eye against published photographs.
        """
        broad = rng.random() < 0.125
        low, high = (0.08, 0.12) if broad else (0.03, 0.08)
        return cls(
            spacing=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
            jitter=float(rng.uniform(0.2, 0.36)),
            elongation=float(rng.uniform(0.85, 1.4)),
            ring=float(rng.uniform(0.56, 0.72)),
            ring_width=float(rng.uniform(0.14, 0.24)),
            openness=float(rng.uniform(0.2, 0.8)),
            solid=float(rng.uniform(0.03, 0.45)),
            inside=float(rng.uniform(0.05, 0.25)),
            contrast=float(rng.uniform(7.0, 16.0)),
            dotted=float(rng.uniform(0.2, 0.7)) if broad else 0.0,
            gradient=float(rng.uniform(0.0, 0.035)),
        )


@dataclass(frozen=True, slots=True)
class Coat:
    """One flank, flattened.

    melanin: (H, 2H) float32 in [0, 1], 1 where the hair is black.
    tone: (H, 2H) float32, brightness of the coat without its rosettes (belly and legs lighter).
    """

    melanin: Float32
    tone: Float32


def smooth_noise(
    rng: np.random.Generator, rows: int, columns: int, height: int, width: int
) -> Float32:
    """A smooth field of about unit variance: a coarse grid of normal numbers, cubic in between."""
    grid = rng.standard_normal((rows, columns)).astype(np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def rosette_centres(style: CoatStyle, rng: np.random.Generator) -> Float32:
    """(K, 2) float32 centres in coat units: a jittered hexagonal lattice, relaxed once (Lloyd)."""
    du, dv = style.spacing * style.elongation, style.spacing * 0.866 / style.elongation
    rows, columns = int(1.3 / dv), int(2.4 / du)
    v, u = np.mgrid[0:rows, 0:columns].astype(np.float32)
    u = (u + 0.5 * (v % 2)) * du - 0.2
    v = v * dv - 0.15
    points = np.stack([u, v], -1).reshape(-1, 2)
    points += rng.normal(0, style.jitter, points.shape) * np.array([du, dv])
    points = points[rng.random(len(points)) > 0.04]
    return _relaxed(points.astype(np.float32), 160)


def _relaxed(points: Float32, height: int) -> Float32:
    """One half Lloyd step towards the centroid of each cell."""
    labels, inside = _cells(points, height)
    index = labels.ravel()
    count = np.bincount(index, minlength=len(inside)).astype(np.float32)
    rows, columns = labels.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    mean = np.stack([np.bincount(index, c.ravel(), len(inside)) for c in (x, y)], -1)
    centroid = mean / np.maximum(count, 1)[:, None] / height - _PAD
    moved = np.where(count[:, None] > 0, 0.5 * (inside + centroid), inside)
    return moved.astype(np.float32)


_PAD = 0.2


def _cells(points: Float32, height: int) -> tuple[np.ndarray, Float32]:
    """Nearest point of each pixel of the padded canvas, and the points in label order."""
    rows, columns = round((HEIGHT + 2 * _PAD) * height), round((LENGTH + 2 * _PAD) * height)
    pixel = np.round((points + _PAD) * height).astype(int)
    inside = (pixel >= 0).all(1) & (pixel[:, 0] < columns) & (pixel[:, 1] < rows)
    pixel, points = pixel[inside], points[inside]
    seeds = np.ones((rows, columns), np.uint8)
    seeds[pixel[:, 1], pixel[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = labels[pixel[:, 1], pixel[:, 0]]
    order = np.zeros(int(labels.max()) + 1, np.int64)
    order[at] = np.arange(len(points))  # two centres on one pixel: the later one wins
    return order[labels], points


def solidity(u: Float32, v: Float32) -> Float32:
    """How far a place prefers solid spots to rosettes: limbs, belly, neck, head and tail, 0..1."""
    low = np.clip((v - 0.5) / 0.12, 0, 1)
    front = np.clip((0.5 - u) / 0.2, 0, 1)
    rear = np.clip((u - 1.5) / 0.15, 0, 1)
    return np.maximum.reduce([low, front, rear]).astype(np.float32)


def draw_coat(style: CoatStyle, seed: int, *, height: int = 320) -> Coat:
    """The coat of one flank, the same at every `height` (pixels of v; the map is twice as wide)."""
    rng = np.random.default_rng(seed)
    centres = rosette_centres(style, rng)
    labels, centres = _cells(centres, height)
    rows, columns = labels.shape
    edge = np.zeros(labels.shape, np.uint8)
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edge[1:] |= labels[1:] != labels[:-1]
    to_border = cv2.distanceTransform(1 - edge, cv2.DIST_L2, 5)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    dx = x - (centres[:, 0] + _PAD)[labels].astype(np.float32) * height
    dy = y - (centres[:, 1] + _PAD)[labels].astype(np.float32) * height
    radius, angle = cv2.cartToPolar(dx, dy)
    t = radius / (radius + to_border + 1e-3)
    melanin = _rosettes(style, rng, centres, labels, t, angle)
    melanin += 0.06 * smooth_noise(rng, 56, 96, rows, columns)
    melanin = 1.0 / (1.0 + np.exp(-style.contrast * (melanin - 0.45)))
    return _finished(melanin.astype(np.float32), rng, height, style.gradient)


def _rosettes(
    style: CoatStyle,
    rng: np.random.Generator,
    centres: Float32,
    labels: np.ndarray,
    t: Float32,
    angle: Float32,
) -> Float32:
    """Ring or solid spot of every cell, before the contrast curve."""
    n = len(centres)
    t0 = rng.normal(style.ring, 0.035, n)
    width = rng.normal(style.ring_width, 0.02, n).clip(0.1, 0.28)
    blobs = rng.integers(2, 6, n)
    phase, phase2 = rng.uniform(0, 2 * np.pi, (2, n))
    openness = np.clip(rng.normal(style.openness, 0.25, n), 0, 1)
    amount = rng.normal(1.0, 0.09, n)
    chance = style.solid + (0.95 - style.solid) * solidity(centres[:, 0], centres[:, 1])
    solid = rng.random(n) < chance
    size = rng.normal(0.6, 0.08, n).clip(0.38, 0.8)

    def per_pixel(values: np.ndarray) -> Float32:
        return values.astype(np.float32)[labels]

    around = 0.5 + 0.5 * np.cos(per_pixel(blobs.astype(float)) * angle + per_pixel(phase))
    around = 0.75 * around + 0.25 * (0.5 + 0.5 * np.cos(angle + per_pixel(phase2)))
    gaps = 1.0 - per_pixel(openness) * (1.0 - around)
    ring = np.exp(-(((t - per_pixel(t0)) / per_pixel(width)) ** 2)) * gaps
    ring += style.inside * (t < per_pixel(t0))
    if style.dotted:
        dotted = rng.random(n) < style.dotted
        ring += per_pixel(dotted * 0.9) * np.exp(-((t / 0.22) ** 4))
    spot = np.exp(-((t / per_pixel(size)) ** 4))
    pattern = np.where(per_pixel(solid) > 0.5, spot, ring) * per_pixel(amount)
    return pattern.astype(np.float32)


def _finished(melanin: Float32, rng: np.random.Generator, height: int, gradient: float) -> Coat:
    """Bend the lattice so that rows do not show, cut the padding off, add the coat's own tone."""
    y, x = np.mgrid[0:height, 0 : 2 * height].astype(np.float32)
    bend = [
        0.013 * height * smooth_noise(rng, 6, 11, height, 2 * height)
        + gradient * height * smooth_noise(rng, 2, 4, height, 2 * height)
        for _ in range(2)
    ]
    pad = _PAD * height
    bent = cv2.remap(melanin, x + pad + bend[0], y + pad + bend[1], cv2.INTER_LINEAR)
    v = y / height
    tone = 0.62 + 0.22 * np.clip((v - 0.42) / 0.2, 0, 1)
    tone += 0.05 * smooth_noise(rng, 4, 7, height, 2 * height)
    return Coat(np.asarray(bent, np.float32), tone.astype(np.float32).clip(0.3, 0.98))
