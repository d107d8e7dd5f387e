"""From a photo and a box to the crop that shows one animal."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image as Pillow

from reid.photo.errors import (
    BoxBeyondOne,
    BoxInDamagedPart,
    BoxIsNotFinite,
    BoxIsNotFourNumbers,
    BoxOutsidePhoto,
    CropTooSmall,
)
from reid.photo.images import DecodedPhoto
from reid.photo.printed import printed_bars
from reid.types import Box, Crop, Flank, Image

HAIR = 0.01  # of a side, by which a box of fractions may reach over the edge
HAIR_PIXELS = 2  # or by so many pixels, of a small photo
LEAST_SIDE = 32  # pixels; below it a rosette is less than two pixels wide
FRAME_PIXELS = 700_000  # a photo with fewer was cut out of its frame by somebody
LEAST_LEFT = 0.5  # of a box that reaches into the damaged part of a photo


def parse_box(values: str | Sequence[float]) -> tuple[float, float, float, float]:
    """Four finite numbers left, top, right, bottom from "x0,y0,x1,y1" or from a sequence.

    In text, commas, semicolons or white space may stand between the numbers.
    """
    parts: Sequence[str | float]
    parts = re.split(r"[,;\s]\s*", values.strip()) if isinstance(values, str) else values
    try:
        x0, y0, x1, y1 = (float(part) for part in parts)
    except (TypeError, ValueError) as error:
        raise BoxIsNotFourNumbers(box=str(values)) from error
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise BoxIsNotFinite(box=str(values))
    return x0, y0, x1, y1


def resolve_box(values: Sequence[float], width: int, height: int) -> Box:
    """The box in pixels, clipped to a photo of that upright size.

    Values that all lie in 0..1, or a hair beside it, are fractions of the photo, anything else is
    pixels.
    """
    x0, y0, x1, y1 = parse_box(values)
    over, under = max(HAIR, HAIR_PIXELS / width), max(HAIR, HAIR_PIXELS / height)
    across = all(-over <= value <= 1 + over for value in (x0, x1))
    if across and all(-under <= value <= 1 + under for value in (y0, y1)):
        x0, y0, x1, y1 = x0 * width, y0 * height, x1 * width, y1 * height
    elif max(x0, y0, x1, y1) < LEAST_SIDE and any(value % 1 for value in (x0, y0, x1, y1)):
        raise BoxBeyondOne(x0=x0, y0=y0, x1=x1, y1=y1)
    left, right = max(x0, 0.0), min(x1, float(width))
    top, bottom = max(y0, 0.0), min(y1, float(height))
    if not (left < right and top < bottom):
        raise BoxOutsidePhoto(x0=x0, y0=y0, x1=x1, y1=y1, width=width, height=height)
    return Box(left, top, right, bottom)


def is_frame(width: int, height: int) -> bool:
    """Whether a photo of this size may be a full frame, rather than an animal cut out of one."""
    return width * height >= FRAME_PIXELS


def cut(image: Image, flank: Flank, box: Box | None = None) -> Crop:
    """The pixels under the box (the whole photo without one), grown to whole pixels."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = 0, 0, width, height
    if box is not None:
        x0, y0 = max(math.floor(box.x0), 0), max(math.floor(box.y0), 0)
        x1, y1 = min(math.ceil(box.x1), width), min(math.ceil(box.y1), height)
    if min(x1 - x0, y1 - y0) < LEAST_SIDE:
        raise CropTooSmall(width=x1 - x0, height=y1 - y0, least=LEAST_SIDE)
    return Crop(image[y0:y1, x0:x1], Box(x0, y0, x1, y1), flank, printed_bars(image))


def cut_photo(photo: DecodedPhoto, flank: Flank, box: Box | None = None) -> Crop:
    """`cut` of a photo as it was decoded. box: in the photo's own pixels, also of a reduced one.

    What lies in the damaged part is cut off; the crop's pixels and box are those of the image.
    """
    area = readable_part(box, photo.readable)
    sides = (area.x0, area.y0, area.x1, area.y1)
    reduced = Box(*(side / photo.reduction for side in sides))
    return replace(cut(photo.image, flank, reduced), reduction=photo.reduction)


def on_its_own(crop: Crop, most: int) -> Crop:
    """The same crop without the rest of its photo, which can then be forgotten.

    most: pixels; of a larger crop the sides are divided by a whole number.
    """
    height, width = crop.image.shape[:2]
    by = min(math.ceil(math.sqrt(height * width / most)), min(height, width) // LEAST_SIDE)
    if by <= 1:
        return replace(crop, image=crop.image.copy())
    image = np.asarray(Pillow.fromarray(crop.image).reduce(by))
    box, *bars = (Box(b.x0 / by, b.y0 / by, b.x1 / by, b.y1 / by) for b in (crop.box, *crop.bars))
    return replace(crop, image=image, box=box, bars=tuple(bars), reduction=crop.reduction * by)


def readable_part(box: Box | None, readable: Box) -> Box:
    """What of a box can be read; None, the whole photo, becomes what can be read of it.

    Raises BoxInDamagedPart where less than half of the box is left.
    """
    if box is None:
        return readable
    x0, y0 = max(box.x0, readable.x0), max(box.y0, readable.y0)
    x1, y1 = min(box.x1, readable.x1), min(box.y1, readable.y1)
    left = max(0.0, x1 - x0) * max(0.0, y1 - y0)
    if left < LEAST_LEFT * box.width * box.height:
        raise BoxInDamagedPart()
    return Box(x0, y0, x1, y1)
