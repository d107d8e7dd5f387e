"""An embedder for tests: no network, deterministic, similar pictures get similar features."""

import os
import signal

import cv2
import numpy as np
from weighing import weighing

from reid.evidence.calibrator import Calibrator
from reid.evidence.order import Fusion
from reid.evidence.terms import EvidenceWeights
from reid.photo.quality import without_animal
from reid.types import (
    AnnotationFeatures,
    Embedding,
    Grade,
    LocalFeatures,
    Measures,
    Pose,
    Quality,
    Reason,
)
from service.recognition.engine import Recognition

MODEL = "fake@1"
ORDER = Fusion(6.0, 2.0, 0.0)
LINK = EvidenceWeights(
    weighing(intercept=-8, cosine=6, fine=[3]),
    np.stack([weighing(intercept=at, cosine=6, fine=[3]) for at in (-8.5, -7.5)]),
)
CALIBRATOR = Calibrator("calibrated@1", MODEL, ORDER, 200, LINK, LINK, excluding=-1.0)
FRAME = 1200  # pixels across; a wider crop is a frame in which the animal is small
POISON = (255, 0, 255)


def fake_recognition(_):
    """What `create_app(load=...)` takes."""
    return Recognition(FakeEmbedder(), CALIBRATOR)


class FakeEmbedder:
    """Grey levels of a small version are the embedding; patches on a grid are the features.

    A crop whose first pixel is `POISON` kills the process, if `deadly`.
    """

    def __init__(self, *, deadly: bool = False) -> None:
        self.model, self.deadly = MODEL, deadly
        self.batches: list[int] = []

    def describe(self, crops):
        self.batches.append(len(crops))
        if self.deadly and any(_is_poison(crop.image) for crop in crops):
            os.kill(os.getpid(), signal.SIGKILL)
        return [self._one(crop) for crop in crops]

    def _one(self, crop):
        grey = cv2.resize(crop.image.mean(2), (64, 32), interpolation=cv2.INTER_AREA)
        small = cv2.resize(grey, (16, 8), interpolation=cv2.INTER_AREA)
        scale = np.array([crop.box.width / 64, crop.box.height / 32], np.float32)
        return AnnotationFeatures(
            embedding=Embedding(_unit((small - small.mean()).ravel()[None])[0], MODEL),
            dense=_patches(grey, scale, crop.box, MODEL),
            rootsift=_patches(grey, scale, crop.box, "rootsift@1"),
            flank=crop.flank,
            box=crop.box,
            pose=Pose(left=0.97, yaw=-4.0),
            quality=_quality(crop),
        )


def _quality(crop):
    """A plain crop shows no animal; small crops are poor, whole frames usable, the others good."""
    width = crop.box.width
    measures = Measures(1.0, 0.6, 0.5, 0.0, 0.0, width, 0.9, -4.0)
    if width < 300:
        return Quality(measures, 0.25, Grade.POOR, (Reason.SMALL, Reason.BLUR), "fakequality@1")
    if width >= FRAME:
        return Quality(measures, 0.5, Grade.USABLE, (Reason.SMALL,), "fakequality@1")
    good = Quality(measures, 0.9, Grade.GOOD, (), "fakequality@1")
    return without_animal(good) if crop.image.std() < 2 else good


def _patches(grey, scale, box, model):
    cells = [(x, y) for y in range(0, 25, 4) for x in range(0, 57, 4)]
    rows = np.stack([grey[y : y + 8, x : x + 8].ravel() for x, y in cells])
    points = (np.array(cells, np.float32) + 3.5) * scale + [box.x0, box.y0]
    return LocalFeatures(
        points=points.astype(np.float32),
        descriptors=_unit(rows - rows.mean(1, keepdims=True)),
        weight=np.ones(len(cells), np.float32),
        model=model,
    )


def _unit(rows):
    rows = rows + 1e-3
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _is_poison(image):
    return np.abs(image[:4, :4].reshape(-1, 3).mean(0) - POISON).max() < 60
