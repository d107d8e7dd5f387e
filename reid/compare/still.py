"""What agrees at the same place of two frames: scenery before a camera that never moves."""

import numpy as np

from reid.compare.registration import pitch
from reid.photo.crop import is_frame
from reid.types import AnnotationFeatures, Correspondences

STILL = 0.8  # share of what agrees, at the same place of both frames: an animal moves meanwhile
REACH = 1.5  # cells of the look at the whole animal: what counts as the same place
TWICE = 0.6  # of all cells: where so much agrees, one photo was taken in twice; copies have 0.7


def stands_still(
    query: AnnotationFeatures, other: AnnotationFeatures, agree: Correspondences, strength: float
) -> bool:
    """Whether what agrees in two photos is scenery, because it lies at one place of the frame.

    strength: of all cells that agree, at both scales. Never so for photos that were cut out of
    their frames, whose pixels say nothing of the camera, nor for two copies of one photo. An animal
    that rested for longer than an encounter is told from scenery by nothing; it counts as scenery.
    """
    if not (len(agree) and _in_frame(query) and _in_frame(other)):
        return False
    if strength >= TWICE * min(len(query.dense), len(other.dense)):
        return False
    reach = REACH * max(
        float(pitch(side.dense.scales()[0].points).max()) for side in (query, other)
    )
    near = np.abs(agree.points0 - agree.points1).max(1) <= reach
    return float(agree.strength[near].sum()) >= STILL * float(agree.strength.sum())


def _in_frame(photo: AnnotationFeatures) -> bool:
    """Whether its pixels are those of a frame that a camera took."""
    box = photo.box
    return box.x0 > 0 or box.y0 > 0 or is_frame(round(box.width), round(box.height))
