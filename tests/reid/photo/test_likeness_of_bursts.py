"""A copy of one frame of a long burst, whose frames have nearly one sketch."""

import cv2
import numpy as np

from reid.photo import likeness

FRAMES = 20


def burst():
    """Frames of one scene through which a patch moves, each with noise of its own."""
    rng = np.random.default_rng(0)
    scene = cv2.GaussianBlur(rng.normal(0, 1, (240, 320)).astype(np.float32), (0, 0), 5)
    scene = scene / scene.std() * 40 + 120
    animal = cv2.GaussianBlur(rng.normal(0, 60, (40, 80)).astype(np.float32), (0, 0), 1)
    for number in range(FRAMES):
        frame = scene.copy()
        frame[90 : 90 + 40, 50 + 4 * number : 130 + 4 * number] += animal
        frame += rng.normal(0, 3, frame.shape)
        yield np.repeat(np.clip(frame, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_the_original_of_a_cropped_copy_is_among_the_few_that_are_compared():
    frames = list(burst())
    sketches = likeness.unpacked([likeness.sketch(frame) for frame in frames])
    greys = [likeness.grey_of(frame) for frame in frames]
    for number in range(0, FRAMES, 4):
        part = frames[number][16:232, 7:298]
        copy = cv2.resize(part, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
        alike = likeness.most_alike(sketches, copy)
        assert number in alike
        nearest = likeness.finer_alike([greys[row] for row in alike], copy)
        assert len(nearest) == likeness.SEVERAL
        assert number in [alike[place] for place in nearest]
