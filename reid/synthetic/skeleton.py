"""A leopard's body as generalised tubes, in a posture drawn anew.

Lengths are in units of the body from nose to root of the tail. Axes: x forward, y to the animal's
left, z up. A tube follows a smooth centre line; its sections are ellipses.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from reid.types import Float32

HEAD_END = 0.21  # of the body's length: the head ends and the neck begins
TAIL = 0.62  # length of the tail
GROUND = 0.0


class Part(IntEnum):
    """Parts of the body's chart; the neck belongs to the torso."""

    TORSO = 0
    HEAD = 1
    FORE = 2
    HIND = 3
    TAIL = 4


class Limb(IntEnum):
    """Which block of a pelt covers a tube."""

    AXIS = 0
    FORE = 1
    HIND = 2
    TAIL = 3
    EAR = 4


@dataclass(frozen=True, slots=True)
class Tube:
    """A generalised tube.

    limb: its block of the pelt. side: 0 left, 1 right, -1 both (left where the angle is positive).
    knots: (K, 3) centre line. height, width: (K,) half axes along `ahead` and across. ahead: the
    direction in which the angle around the tube is zero. root: where on the body it begins.
    """

    limb: Limb
    side: int
    knots: Float32
    height: Float32
    width: Float32
    ahead: tuple[float, float, float]
    root: float = 0.0


@dataclass(frozen=True, slots=True)
class Posture:
    """How the animal holds itself and how it is built. Angles in radians.

    crouch: how much lower than standing, body lengths. stride: swing of the legs. head: height of
    the head over the back. turn: of the head to the left. bend: of the spine to the left. build,
    legs: girth and length; skull, chest, rump, limbs: thickness of these parts. They vary more than
    in nature, or their proportions would be taken for a yaw; their means are such that real animals
    seen from the side are not taken for turned.
    """

    crouch: float
    stride: float
    phase: float
    head: float
    turn: float
    bend: float
    arch: float
    droop: float
    curl: float
    build: float
    legs: float
    skull: float = 1.0
    chest: float = 1.0
    rump: float = 1.0
    limbs: float = 1.0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Posture":
        """Walking mostly, sometimes standing or crouching, seldom lying."""
        kind = rng.random()
        crouch = 0.0 if kind < 0.8 else rng.uniform(0.02, 0.1)
        crouch = rng.uniform(0.16, 0.2) if kind > 0.97 else crouch
        return cls(
            crouch=float(crouch),
            stride=float(rng.uniform(0.05, 0.45)),
            phase=float(rng.uniform(0, 2 * np.pi)),
            head=float(np.clip(rng.normal(0.0, 0.07), -0.2, 0.14)),
            turn=float(rng.normal(0, 0.35)),
            bend=float(rng.normal(0, 0.18)),
            arch=float(rng.normal(0, 0.012)),
            droop=float(rng.uniform(-0.2, 1.35)),
            curl=float(rng.normal(0.2, 0.6)),
            build=float(rng.normal(1.0, 0.09)),
            legs=float(rng.normal(1.08, 0.1)),
            skull=float(np.clip(rng.normal(1.18, 0.14), 0.8, 1.6)),
            chest=float(np.clip(rng.normal(1.06, 0.1), 0.8, 1.35)),
            rump=float(np.clip(rng.normal(0.94, 0.1), 0.7, 1.25)),
            limbs=float(np.clip(rng.normal(1.08, 0.15), 0.75, 1.5)),
        )


def tubes(posture: Posture) -> list[Tube]:
    """All tubes of a body: axis from nose to rump, ears, four legs, tail."""
    spine = _spine(posture)
    axis = _axis(posture, spine)
    body = [axis, *_ears(axis), _tail(posture, spine)]
    for side in (0, 1):
        body += [_fore_leg(posture, spine, side), _hind_leg(posture, spine, side)]
    return body


def _spine(p: Posture) -> Float32:
    """(K, 3) from the nose to the root of the tail."""
    along = np.array([0.0, 0.05, 0.1, 0.16, 0.22, 0.28, 0.38, 0.5, 0.66, 0.8, 0.92, 1.0])
    level = 0.40 * p.legs - p.crouch
    z = np.full(len(along), level) + p.arch * np.sin(np.pi * np.clip((along - 0.3) / 0.6, 0, 1))
    z += np.interp(
        along, [0.0, 0.08, 0.17, 0.26, 0.36], [p.head - 0.035, p.head, p.head, 0.45 * p.head, 0]
    )
    z += np.interp(along, [0.36, 0.44, 0.6, 0.88, 1.0], [0.005, 0.01, -0.005, 0.012, 0.03])
    heading = p.bend * (along - 0.62)
    heading = heading - p.turn * np.clip((0.3 - along) / 0.16, 0, 1)
    step = np.diff(along, prepend=0.0)
    x, y = -np.cumsum(step * np.cos(heading)), -np.cumsum(step * np.sin(heading))
    x, y = x - x[7], y - y[7]
    return np.stack([x, y, z], 1).astype(np.float32)


def _axis(p: Posture, spine: Float32) -> Tube:
    height = [0.026, 0.05, 0.07, 0.076, 0.076, 0.09, 0.128, 0.132, 0.124, 0.116, 0.095, 0.048]
    width = [0.026, 0.042, 0.058, 0.062, 0.056, 0.064, 0.084, 0.096, 0.094, 0.086, 0.072, 0.035]
    neck, front, back = p.build * (p.skull + p.chest) / 2, p.build * p.chest, p.build * p.rump
    scale = np.array([p.skull] * 5 + [neck] + [front] * 2 + [p.build] + [back] * 3)
    return Tube(
        Limb.AXIS,
        -1,
        spine,
        (np.array(height) * scale).astype(np.float32),
        (np.array(width) * scale).astype(np.float32),
        (0, 0, 1),
    )


def _ears(axis: Tube) -> list[Tube]:
    """Two short tubes on the head, hollow side forward."""
    base = axis.knots[3]
    along = axis.knots[2] - axis.knots[4]
    across = np.array([-along[1], along[0], 0]) / (np.linalg.norm(along[:2]) + 1e-6)
    ears = []
    for side, sign in ((0, 1), (1, -1)):
        foot = base + sign * 0.042 * across + np.array([0, 0, 0.055])
        tip = foot + sign * 0.012 * across + np.array([0, 0, 0.05])
        knots = np.stack([foot, 0.5 * (foot + tip), tip]).astype(np.float32)
        sizes = (
            np.array([0.016, 0.018, 0.006], np.float32),
            np.array([0.024, 0.024, 0.008], np.float32),
        )
        ears.append(Tube(Limb.EAR, side, knots, *sizes, (1, 0, 0), 0.16))
    return ears


def _fore_leg(p: Posture, spine: Float32, side: int) -> Tube:
    swing = p.stride * np.sin(p.phase + np.pi * side)
    return _leg(
        p,
        spine[6],
        side,
        limb=Limb.FORE,
        root=0.38,
        swing=float(swing),
        bends=(-0.022, 0.008),
        height=(0.06, 0.072, 0.056, 0.036, 0.026, 0.029, 0.016),
        width=(0.03, 0.042, 0.04, 0.03, 0.023, 0.027, 0.016),
        across=0.052,
        top=0.01,
    )


def _hind_leg(p: Posture, spine: Float32, side: int) -> Tube:
    swing = p.stride * np.sin(p.phase + 0.7 + np.pi * (1 - side))
    return _leg(
        p,
        spine[10],
        side,
        limb=Limb.HIND,
        root=0.9,
        swing=float(swing),
        bends=(0.025, -0.045),
        height=(0.07, 0.1, 0.076, 0.038, 0.025, 0.028, 0.016),
        width=(0.03, 0.046, 0.044, 0.028, 0.021, 0.026, 0.016),
        across=0.046,
        top=0.01,
    )


def _leg(
    p: Posture,
    hip: Float32,
    side: int,
    *,
    limb: Limb,
    root: float,
    swing: float,
    bends: tuple[float, float],
    height: tuple[float, ...],
    width: tuple[float, ...],
    across: float,
    top: float,
) -> Tube:
    """From the hip or shoulder down to the toes; folded where the body is low."""
    y = float(hip[1]) + across * p.build * (1 if side == 0 else -1)
    start = np.array([hip[0], y, hip[2] + top])
    drop = start[2] - 0.02
    fold = p.crouch * 0.7
    share = np.array([0.0, 0.22, 0.48, 0.72, 0.95, 1.0, 1.0])
    bend = np.array([0.0, 0.4, 1.0, 0.0, 0.0, 0.0, 0.0]) * (bends[0] + np.sign(bends[0]) * fold)
    bend += np.array([0.0, 0.0, 0.1, 1.0, 0.1, 0.0, 0.0]) * (bends[1] + np.sign(bends[1]) * fold)
    lean = np.tan(swing) * share * min(drop, 0.4)
    x = start[0] + bend + lean + np.array([0, 0, 0, 0, 0, 0.025, 0.06])
    lift = 0.25 * abs(swing) * np.array([0, 0, 0, 0.05, 0.14, 0.12, 0.06]) * (swing > 0)
    z = start[2] - share * drop + lift
    inward = -0.012 * share * (1 if side == 0 else -1)
    knots = np.stack([x, y + inward, z], 1).astype(np.float32)
    high, wide = (np.array(a, np.float32) * np.float32(p.build * p.limbs) for a in (height, width))
    return Tube(limb, side, knots, high, wide, (1, 0, 0), root)


def _tail(p: Posture, spine: Float32) -> Tube:
    share = np.linspace(0, 1, 7)
    angle = p.droop * np.clip(share * 2.2, 0, 1) - 1.1 * p.curl * np.clip(share - 0.45, 0, 1)
    side = 0.5 * p.curl * share + p.bend * 0.4
    back = spine[-1] - spine[-2]
    heading = np.arctan2(back[1], back[0]) + side
    step = TAIL / 6
    dx, dy = np.cos(angle) * np.cos(heading), np.cos(angle) * np.sin(heading)
    moves = np.stack([dx, dy, -np.sin(angle)], 1)[:-1] * step
    knots = spine[-1] + np.concatenate([np.zeros((1, 3)), np.cumsum(moves, 0)])
    knots[:, 2] = np.maximum(knots[:, 2], 0.02)
    sizes = np.array([0.034, 0.03, 0.027, 0.025, 0.025, 0.024, 0.012], np.float32)
    return Tube(Limb.TAIL, -1, knots.astype(np.float32), sizes, sizes, (0, 0, 1), 1.0)
