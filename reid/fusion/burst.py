"""A burst of poor frames as one witness: linked, laid over each other, fused, described once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reid.describe.describer import CropDescriber
from reid.fusion.laying import laid_over
from reid.fusion.links import BurstFrame, BurstLinks, linked
from reid.fusion.picture import FusedPicture, fused
from reid.types import AnnotationFeatures, Box, Crop, Quality

FEWEST = 2  # frames that make a picture


@dataclass(frozen=True, slots=True)
class FusedBurst:
    """What the frames of one burst show together.

    links: which frames agree. picture, features: of the largest group, and what is described of its
    picture; both None where fewer than two frames agree, or where two animals are suspected.
    """

    links: BurstLinks
    picture: FusedPicture | None = None
    features: AnnotationFeatures | None = None


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
    return FusedBurst(links, picture, replace(features, quality=_best(frames, links.groups[0])))


def _best(frames: Sequence[BurstFrame], group: Sequence[int]) -> Quality | None:
    """The best quality of these frames.

    A fused picture looks better than it is: the grain is gone, and so is what the grain hid. What
    no frame shows well must not be missed in it, so it may agree with others but seldom exclude.
    """
    known = [frames[number].features.quality for number in group]
    return max((one for one in known if one), key=lambda one: one.value, default=None)
