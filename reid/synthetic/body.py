"""The side view of a walking leopard as a silhouette in coat coordinates, in a pose drawn anew."""

from itertools import pairwise

import cv2
import numpy as np

from reid.types import Float32

BACK, RADIUS = 0.345, 0.215  # v of the torso's axis, and half its height


def silhouette(rng: np.random.Generator, *, height: int) -> Float32:
    """(height, 2 height) float32 in [0, 1]: 1 on the animal. Legs, head and tail move."""
    canvas = np.zeros((height, 2 * height), np.uint8)

    def chain(points: list[tuple[float, float]], radii: list[float]) -> None:
        _chain(canvas, np.array(points) * height, np.array(radii) * height)

    hip, shoulder = 1.37 + rng.normal(0, 0.02), 0.62 + rng.normal(0, 0.02)
    belly = rng.normal(0, 0.012)
    torso = [(shoulder, BACK), (1.0, BACK + 0.02 + belly), (hip, BACK)]
    depth = rng.normal(0.205, 0.012, 2)
    chain(torso, [depth[0], 0.195 + belly, depth[1]])
    head = 0.31 + rng.normal(0, 0.08)
    reach = 0.29 + rng.normal(0, 0.03)
    chain([(shoulder, BACK - 0.03), (reach, head)], [0.17, 0.12])
    chain([(reach - 0.02, head), (reach - 0.14, head + 0.05)], [0.12, 0.07])
    chain([(reach + 0.04, head - 0.1), (reach + 0.04, head - 0.13)], [0.04, 0.032])
    for root in (shoulder, hip):
        for _ in range(2):
            swing = rng.uniform(-0.2, 0.2)
            knee = (root + 0.5 * swing + rng.normal(0, 0.03), 0.68)
            thick = rng.uniform(0.9, 1.3)
            limb = [0.1 * thick, 0.062 * thick, 0.044 * thick]
            chain([(root, 0.47), knee, (root + swing, 0.93)], limb)
            foot = root + swing
            chain([(foot, 0.945), (foot - 0.05, 0.95)], [0.038, 0.03])
    droop = rng.uniform(0.1, 0.5)
    tail = [(hip + 0.14, 0.27), (1.72, 0.27 + 0.4 * droop), (1.93, 0.27 + droop)]
    chain(tail, [0.06, 0.042, 0.035])
    soft = cv2.GaussianBlur(canvas, (0, 0), height / 260).astype(np.float32)
    return np.asarray(soft / 255, np.float32)


def _chain(canvas: np.ndarray, points: Float32, radii: Float32) -> None:
    """Discs joined by their common tangents."""
    for (p, q), (r, s) in zip(pairwise(points), pairwise(radii), strict=True):
        along = (q - p) / (np.linalg.norm(q - p) + 1e-9)
        side = np.array([-along[1], along[0]])
        hull = np.array([p + side * r, q + side * s, q - side * s, p - side * r])
        cv2.fillConvexPoly(canvas, np.round(hull * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        for centre, radius in ((p, r), (q, s)):
            at = tuple(int(c) for c in np.round(centre * 16))
            cv2.circle(canvas, at, round(radius * 16), 255, -1, cv2.LINE_AA, 4)
