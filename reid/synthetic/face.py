"""What tells an animal's head from its rump: eyes, muzzle, mouth and the two sides of an ear.

Real faces differ from one another; these marks are alike on all animals and tell nobody apart.
"""

import numpy as np
from numpy.typing import NDArray

from reid.types import Float32

EYE = (0.088, 0.36)  # u along the body, v from the brow (0) to the chin (1)
MUZZLE = 0.07
FACE_END = 0.24
HALF_GIRTH = 0.19  # of the head, body lengths: v runs from 0 to 1 over it


def with_face(pattern: Float32, u: Float32, rng: np.random.Generator) -> None:
    """Paints a face over the front of the axis' block of a pelt, in place.

    pattern: (H, W) float32, 1 where hair is black. u: (W,) place along the body of its columns.
    """
    face, u = pattern, u[None]
    v = np.linspace(0, 1, len(pattern), endpoint=False, dtype=np.float32)[:, None]
    muzzle = _soft(MUZZLE - u, 0.008) * _soft(v - 0.42, 0.05)
    chin = _soft(0.2 - u, 0.02) * _soft(v - 0.86, 0.05)
    face = face * (1 - 0.9 * np.maximum(muzzle, chin))
    for row in range(int(rng.integers(3, 5))):
        at = 0.52 + 0.06 * row
        for dot in np.arange(0.026, 0.062, 0.0075) + rng.normal(0, 0.0008):
            face = np.maximum(face, 0.8 * _ellipse(u, v, (dot, at), (0.0022, 0.0022)))
    mouth = 0.74 + 1.2 * np.clip(u - 0.02, 0, 0.08)
    line = np.exp(-(((v - mouth) / 0.016) ** 2)) * _soft(u - 0.01, 0.004) * _soft(0.09 - u, 0.01)
    face = np.maximum(face, rng.uniform(0.6, 1.0) * line)
    shade = rng.uniform(0.4, 1.0)
    face = np.maximum(face, shade * _soft(0.012 - u, 0.004) * _soft(0.75 - v, 0.05))
    ex, ey = EYE[0] + rng.normal(0, 0.004), EYE[1] + rng.normal(0, 0.02)
    pale = _ellipse(u, v, (ex - 0.004, ey), (0.024, 0.022))
    face = face * (1 - 0.8 * pale)
    face = np.maximum(face, _ellipse(u, v, (ex, ey), (0.014, 0.011)))
    tear = np.clip((ex - u) / 0.06, 0, 1)
    track = np.exp(-(((v - ey - 0.1 * tear) / 0.025) ** 2)) * (u < ex) * _soft(u - 0.035, 0.01)
    face = np.maximum(face, rng.uniform(0.2, 0.9) * track)
    iris = _ellipse(u, v, (ex, ey), (0.0105, 0.008))
    size = 1e-4 + 0.006 * rng.random()
    pupil = _ellipse(u, v, (ex, ey), (size, size))
    shining = rng.random() < 0.5  # at night the eye is a bright disc
    face = face * (1 - iris) if shining else np.maximum(face * (1 - 0.7 * iris), pupil)
    pattern[:] = face


def ear(shape: tuple[int, ...], rng: np.random.Generator) -> Float32:
    """(H, W) float32: from the root to the tip, from the hollow side round to the back."""
    height, width = shape
    t = np.linspace(0, 1, width, endpoint=False, dtype=np.float32)[None]
    around = np.linspace(0, 1, height, endpoint=False, dtype=np.float32)[:, None]
    rim = _soft(t - 0.85, 0.05) + np.exp(-(((around - 0.45) / 0.06) ** 2))
    hollow = 0.25 + 0.5 * np.exp(-(((t - 0.45) / 0.2) ** 2)) * (around < 0.2)
    spot = np.exp(-(((t - rng.uniform(0.5, 0.65)) / 0.16) ** 2)) * _soft(around - 0.72, 0.06)
    back = np.clip(1.0 - 1.4 * spot, 0, 1) * _soft(t - 0.08, 0.05)
    inside = np.maximum(hollow, np.clip(rim, 0, 1) * 0.9)
    return np.asarray(np.where(around >= 0.5, back, inside), np.float32)


def _ellipse(
    u: Float32, v: Float32, centre: tuple[float, float], half: tuple[float, float]
) -> Float32:
    """1 inside an ellipse, 0 outside; half axes in body lengths."""
    off = np.hypot((u - centre[0]) / half[0], (v - centre[1]) * HALF_GIRTH / half[1])
    return _soft(1 - off, 0.25)


def _soft(x: NDArray[np.floating], width: float) -> Float32:
    """0 below, 1 above zero, over about `width`."""
    return np.asarray(1 / (1 + np.exp(-np.clip(4 * x / width, -30, 30))), np.float32)
