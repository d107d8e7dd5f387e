"""A passage of one animal: frames seconds apart, with its walk, and noise of their own."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reid.synthetic.coat import Coat, smooth_noise
from reid.synthetic.scenery import Outlook
from reid.synthetic.view import Camera, View, photographed, posed
from reid.types import Float32

TURN = 0.12  # radians: standard deviation of the turn over a whole passage
STEP = 0.025  # radians: of turn, tilt and roll from one frame to the next
SIZE, PLACE = 0.03, 0.035  # of the animal in its box, and of the box around the animal
STIR = 0.25  # of the bending: share that is another one in each frame
SWING = 0.018  # of skin over shoulder and hip as the legs swing, coat units


def render_burst(
    coat: Coat,
    camera: Camera,
    rng: np.random.Generator,
    *,
    frames: int,
    size: tuple[int, int] = (128, 256),
    outlook: Outlook | None = None,
) -> Iterator[View]:
    """The frames of one passage, in order; size: (H, W) pixels.

    The body keeps its bend and turns slowly; legs, head, light, plants and noise are others in each
    frame. outlook: as in `render`, one place for all frames.
    """
    place = outlook or Outlook.draw(rng)
    shape, turn = int(rng.integers(2**62)), float(rng.normal(0, TURN))
    for number in range(frames):
        own = np.random.default_rng(int(rng.integers(2**62)))
        along = number / max(frames - 1, 1) - 0.5
        moved = _moved(camera, along * turn, own)
        large = moved.of_size(size[1])
        body = posed(large, np.random.default_rng(shape), size)
        yield photographed(coat, large, body + _stirred(camera, own, body), own, outlook=place)


def _moved(camera: Camera, turn: float, rng: np.random.Generator) -> Camera:
    """The same camera and animal a moment later. turn: radians since the middle of the passage."""
    yaw, tilt, roll = rng.normal(0, STEP, 3)
    return replace(
        camera,
        yaw=float(np.clip(camera.yaw + turn + yaw, -0.87, 0.87)),
        tilt=camera.tilt + float(tilt),
        roll=camera.roll + float(roll),
        zoom=float(camera.zoom * np.exp(rng.normal(0, SIZE))),
        shift=(
            camera.shift[0] + float(rng.normal(0, PLACE)),
            camera.shift[1] + float(rng.normal(0, PLACE)),
        ),
    )


def _stirred(camera: Camera, rng: np.random.Generator, body: Float32) -> Float32:
    """(H, W, 2) by how much the body bends otherwise in one frame, coat units."""
    height, width = body.shape[:2]
    by = np.stack([smooth_noise(rng, 3, 5, height, width) for _ in range(2)], -1)
    by *= np.float32(STIR * camera.bend)
    for root in (0.62, 1.37):
        u, v = body[..., 0], body[..., 1]
        lump = np.exp(-(((u - root) / 0.16) ** 2) - ((v - 0.42) / 0.2) ** 2)
        by += (lump[..., None] * rng.normal(0, SWING, 2)).astype(np.float32)
    return np.asarray(by, np.float32)
