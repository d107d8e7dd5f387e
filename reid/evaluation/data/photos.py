"""How photos are shown to the methods: level of degradation, and how loosely the box is drawn."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np

from reid.errors import UnusableCrop
from reid.evaluation.data.degrade import degrade
from reid.interchange.tables import photo_bytes
from reid.photo import crop, images
from reid.types import Box, Crop, Flank, Image

MAX_PIXELS = 80_000_000
JITTER = 0.2  # of the box's width and height: how far each edge is moved at most


class PhotoUnusable(UnusableCrop, message="{path}: {why}"): ...


class CropStyle(StrEnum):
    """Whose hand draws the box: the data's, one that takes the flank only, or a careless one."""

    WHOLE = "whole"
    FLANK = "flank"
    JITTER = "jitter"


@dataclass(frozen=True, slots=True)
class Condition:
    """level: of `degrade`, 0 leaves the photo alone. seed: of grain, motion and jitter."""

    level: int = 0
    style: CropStyle = CropStyle.WHOLE
    seed: int = 0


AS_GIVEN = Condition()


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo with what is known of it.

    unit: animal and flank, e.g. "BGL09/right"; "" when the animal is unknown (a distractor).
    occasion: station and day, or the encounter; two photos of one occasion are never a pair.
    mirrored: turned round before anything looks at it, so that all animals face one way.
    box: of the animal as the data gives it, see `crop.resolve_box`; None is the whole photo.
    """

    path: Path
    unit: str
    occasion: str
    flank: Flank
    mirrored: bool
    box: tuple[float, float, float, float] | None = None

    @property
    def animal(self) -> str:
        """The unit without its flank."""
        return self.unit.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Folder and file name: where the data lies does not change what is drawn at random."""
        return "/".join(self.path.parts[-2:])


class FlankFinder(Protocol):
    """What `CropStyle.FLANK` needs; the Embedder is one."""

    def flanks(self, crops: list[Crop]) -> list[Box]:
        """Where the flank lies in each crop, pixels of the crop."""
        ...


def shown(
    sample: Sample, condition: Condition = AS_GIVEN, finder: FlankFinder | None = None
) -> Crop:
    """The crop of one photo under a condition, mirrored where the sample says so.

    Its flank is `unknown`, so that all crops are comparable. Raises UnusableCrop with the name of
    the photo where nothing useful is left; ValueError for `flank` without a finder.
    """
    image = images.decode(photo_bytes(sample.path), max_pixels=MAX_PIXELS)
    box = _box(sample, image)
    worse = degrade(image, condition.level, body=box.width, name=sample.name, seed=condition.seed)
    scale = (worse.shape[1] / image.shape[1], worse.shape[0] / image.shape[0])
    box = Box(box.x0 * scale[0], box.y0 * scale[1], box.x1 * scale[0], box.y1 * scale[1])
    if condition.style is CropStyle.JITTER:
        box = jittered(box, worse, name=sample.name, seed=condition.seed)
    if sample.mirrored:
        width = worse.shape[1]
        worse = np.ascontiguousarray(worse[:, ::-1])
        box = Box(width - box.x1, box.y0, width - box.x0, box.y1)
    try:
        animal_crop = crop.cut(worse, Flank.UNKNOWN, box)
        return (
            _flank_only(animal_crop, finder) if condition.style is CropStyle.FLANK else animal_crop
        )
    except UnusableCrop as error:
        raise PhotoUnusable(path=sample.path, why=error) from error


def _box(sample: Sample, image: Image) -> Box:
    height, width = image.shape[:2]
    if sample.box is None:
        return Box(0, 0, width, height)
    return crop.resolve_box(sample.box, width, height)


def jittered(box: Box, image: Image, *, name: str, seed: int) -> Box:
    """Each edge moved by up to `JITTER` of the box's size, and kept inside the photo."""
    digest = hashlib.sha256(f"box of {name}".encode()).digest()
    rng = np.random.default_rng((seed, int.from_bytes(digest[:8])))
    dx0, dy0, dx1, dy1 = rng.uniform(-JITTER, JITTER, 4)
    height, width = image.shape[:2]
    return Box(
        max(box.x0 + dx0 * box.width, 0.0),
        max(box.y0 + dy0 * box.height, 0.0),
        min(box.x1 + dx1 * box.width, float(width)),
        min(box.y1 + dy1 * box.height, float(height)),
    )


def _flank_only(animal_crop: Crop, finder: FlankFinder | None) -> Crop:
    """The flank as the network finds it, as if a person had drawn the box there."""
    if finder is None:
        raise ValueError("the crop style flank needs a finder")
    return crop.cut(animal_crop.image, animal_crop.flank, finder.flanks([animal_crop])[0])
