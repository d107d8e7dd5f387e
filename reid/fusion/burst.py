"""A burst of poor frames as one witness: linked, laid over each other, fused, described once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reid.describe.describer import CropDescriber
from reid.describe.reduced import moved
from reid.fusion.laying import laid_over
from reid.fusion.links import BurstFrame, BurstLinks, linked
from reid.fusion.picture import FusedPicture, fused
from reid.types import AnnotationFeatures, Box, Crop

FEWEST = 2  # frames that make a picture


@dataclass(frozen=True, slots=True)
class FusedBurst:
    """What the frames of one burst show together.

    links: which frames agree. picture, features: of the largest group, and what is described of its
    picture; both None where fewer than two frames agree, or where two animals are suspected.
    best: position of the frame whose quality the features have, None where none was measured.
    """

    links: BurstLinks
    picture: FusedPicture | None = None
    features: AnnotationFeatures | None = None
    best: int | None = None


def fuse(frames: Sequence[BurstFrame], describer: CropDescriber) -> FusedBurst:
    """The frames of one camera, seconds apart, of one flank, in the order of time.

    Raises ValueError for no frames.
    """
    links = linked([frame.features for frame in frames])
    if links.two_animals or len(links.groups[0]) < FEWEST:
        return FusedBurst(links)
    picture = fused(frames, laid_over(frames, links))
    height, width = picture.image.shape[:2]
    flank = frames[links.anchor].crop.flank
    [features] = describer.describe([Crop(picture.image, Box(0, 0, width, height), flank)])
    best = _best(frames, links.groups[0])
    quality = None if best is None else frames[best].features.quality
    features = replace(features, quality=quality, frames=len(picture.frames))
    return FusedBurst(links, picture, features, best)


def over_photo(features: AnnotationFeatures, anchor: BurstFrame) -> AnnotationFeatures:
    """Features of a fused picture with places in pixels of its anchor's photo, as decoded.

    The picture has the outline of the anchor's crop.
    """
    box = anchor.crop.box
    return replace(moved(features, box.width / features.box.width, anchor.corner), box=box)


def _best(frames: Sequence[BurstFrame], group: Sequence[int]) -> int | None:
    """The frame of the best quality.

    A fused picture looks better than it is: the grain is gone, and so is what the grain hid. What
    no frame shows well must not be missed in it, so it may agree with others but seldom exclude.
    """
    values = {n: one.value for n in group if (one := frames[n].features.quality)}
    return max(values, key=values.__getitem__, default=None)
