"""Photo bytes from strangers to upright RGB arrays, and back to small JPEG files."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from io import BytesIO
from threading import RLock
from types import MappingProxyType

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from PIL.Image import Transpose

from reid.errors import InputError, UnreadableImage
from reid.photo import png, scan
from reid.photo.errors import (
    DamagedAtUnknownPlace,
    DamagedPhoto,
    HeicReaderMissing,
    LostPart,
    LostSomewhere,
    MorePixelsThanDecoded,
    PixelsWithoutBytes,
    TooManyPixels,
    TooManyScans,
)
from reid.photo.formats import is_heif, other_format
from reid.sentences import Sentence
from reid.types import Box, Image

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
    | {"HEIF": "image/heic", "AVIF": "image/avif"}
)
ORIENTATION = 0x0112
TURN = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
SIDEWAYS = tuple(turn for code, turn in TURN.items() if code >= 5)
JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"
FILLER = b"\x55\x2a" * 2048  # read as pixels, if some are missing
LOST = 128  # grey level of what could not be read
SMALL = 1_500_000  # pixels
REDUCTIONS = (1, 2, 4)  # sides of a JPEG may be decoded at a half or a quarter
BLOCKS_A_BYTE = 8  # of 8 x 8 pixels: each takes a bit at least
SCANS = 200  # of a progressive JPEG, which decodes all its pixels in each
SCAN_BEGINS = b"\xff\xda"
PROGRESSIVE = 2  # times the pixels held at once that such a JPEG may have
STRIP = 4_000_000  # pixels that are converted at once
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
# Behind transparent pixels: the grey that local contrast normalisation maps to zero, so that the
# border of a cut-out animal is the weakest edge a background can give.
BEHIND = (128, 128, 128, 255)
# `warnings.catch_warnings` changes the process, not the thread.
_lock = RLock()


@dataclass(frozen=True, slots=True)
class Probe:
    """What a photo file says about itself.

    format: Pillow's name, a key of MEDIA_TYPES; width, height: pixels of the upright photo.
    """

    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """The pixels of a photo, as far as they can be read.

    image: upright RGB (H, W, 3) uint8; what is lost is grey.
    reduction: 1, or 2 or 4 where every side was decoded at a half or a quarter.
    readable: what is not lost, in pixels of the photo; the whole of it where nothing is.
    size: width and height of the upright photo, in its own pixels.
    damage: what could not be read, as a sentence; None where nothing is known to be missing.
    """

    image: Image
    reduction: int
    readable: Box
    size: tuple[int, int]
    damage: Sentence | None = None


def decode(data: bytes, *, max_pixels: int) -> Image:
    """The image of `decode_photo`; a photo of more pixels comes at a half or a quarter."""
    return decode_photo(data, max_pixels=max_pixels).image


def decode_photo(data: bytes, *, max_pixels: int) -> DecodedPhoto:
    """A photo up to its damage; the size is checked before any pixel is decoded.

    max_pixels: held at once. A larger JPEG is decoded at a half or a quarter of its sides, others
    are refused. Of an animation or a stereo pair the first frame is taken. Raises UnreadableImage
    or ImageTooLarge and nothing else.
    """
    with opened(data, max_pixels=max_pixels):
        pass  # nothing below looks at what is too large, or no photo
    if data.startswith(JPEG_BEGINS) and scan.warned(data):
        return _damaged_jpeg(data, max_pixels)
    if data.startswith(png.BEGINS) and (rows := png.readable(data)) is not None:
        return _cut_off(png.mended(data, rows.lines), rows.lines, max_pixels)
    return _whole(data, max_pixels)


def decode_small(data: bytes, *, max_pixels: int) -> DecodedPhoto:
    """`decode_photo` for a glance: a JPEG at a half or a quarter where that leaves SMALL pixels."""
    with opened(data, max_pixels=max_pixels) as photo:
        least = -(-photo.width * photo.height // REDUCTIONS[-1] ** 2)
        jpeg = photo.format in ("JPEG", "MPO")
    return decode_photo(data, max_pixels=min(max_pixels, max(SMALL, least)) if jpeg else max_pixels)


def is_damaged(data: bytes) -> bool:
    """Whether a JPEG or a PNG is known to be damaged, or may only lack its last bytes; of other
    formats nobody can tell before they are decoded."""
    if data.startswith(JPEG_BEGINS):
        return scan.warned(data)
    return data.startswith(png.BEGINS) and png.readable(data) is not None


def _damaged_jpeg(data: bytes, max_pixels: int) -> DecodedPhoto:
    part = scan.trusted(data)
    if part is None or not part.rows:
        if (whole := _without_its_end(data, max_pixels)) is None:
            raise DamagedAtUnknownPlace()
        return whole
    ended = data[: part.bytes].rstrip(b"\xff") + JPEG_ENDS
    if part.whole:
        return _whole(ended, max_pixels)
    if part.somewhere:
        whole = _without_its_end(data, max_pixels) or _whole(data, max_pixels)
        return replace(whole, damage=LostSomewhere())
    return _cut_off(ended, part.rows, max_pixels)


def _cut_off(data: bytes, rows: int, max_pixels: int) -> DecodedPhoto:
    """A photo that decodes, of which only the upper rows (as stored) are right."""
    if not rows:
        raise DamagedAtUnknownPlace()
    with opened(data, max_pixels=max_pixels) as photo:
        stored = photo.height
    decoded = _whole(data, max_pixels, rows=rows)
    share = min(99, max(1, round(100 * (1 - rows / stored))))
    return replace(decoded, damage=LostPart(percent=share))


def _without_its_end(data: bytes, max_pixels: int) -> DecodedPhoto | None:
    """A JPEG of which only the end is missing; None where pixels are missing, too.

    If all pixels are there, the same picture is decoded whatever bytes are put behind them.
    """
    try:
        plain, filled = (
            _whole(data.rstrip(b"\xff") + filler + JPEG_ENDS, max_pixels)
            for filler in (b"", FILLER)
        )
    except InputError:
        return None
    return plain if np.array_equal(plain.image, filled.image) else None


def _whole(data: bytes, max_pixels: int, *, rows: int | None = None) -> DecodedPhoto:
    """A photo that decodes. rows: how many of it, as stored, are to be shown; None: all."""
    with opened(data, max_pixels=max_pixels) as photo:
        width, height = photo.size
        reduction = _reduction(photo, max_pixels)
        if reduction > 1:
            photo.draft(None, (-(-width // reduction), -(-height // reduction)))
        photo.load()
        turn = TURN.get(_orientation(photo))
        pixels = _pixels(photo)
        kept = height if rows is None else rows
        pixels[kept // reduction :] = LOST
        readable = Box(0, 0, width, kept)
        if turn is not None:
            pixels = np.array(Pillow.fromarray(pixels).transpose(turn))
            readable = _turned(readable, turn, width, height)
        upright = (width, height) if turn not in SIDEWAYS else (height, width)
        return DecodedPhoto(pixels, reduction, readable, upright)


def _turned(box: Box, turn: Transpose, width: int, height: int) -> Box:
    """A box that touches the upper edge of the stored photo, on the upright one."""
    corners = np.zeros((2, 2), np.uint8)
    corners[0] = 1  # the upper half
    upper = np.array(Pillow.fromarray(corners).transpose(turn))
    rows = box.y1
    if upper[0].all():
        return Box(0, 0, width, rows)
    if upper[1].all():
        return Box(0, height - rows, width, height)
    return Box(0, 0, rows, width) if upper[:, 0].all() else Box(height - rows, 0, height, width)


def probe(data: bytes, *, max_pixels: int) -> Probe:
    """Format and upright size from the header; only a PNG is decoded, its EXIF may come last."""
    with opened(data, max_pixels=max_pixels) as photo:
        width, height = photo.size
        if _orientation(photo) >= 5:
            width, height = height, width
        return Probe(str(photo.format), width, height)


def encode_jpeg(image: Image, *, quality: int = 90, longest: int | None = None) -> bytes:
    """A JPEG without metadata, reduced so that no side exceeds `longest` pixels."""
    picture = Pillow.fromarray(image)
    if longest is not None and max(picture.size) > longest:
        picture.thumbnail((longest, longest), Pillow.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


@contextmanager
def opened(data: bytes, *, max_pixels: int | None = None) -> Iterator[Pillow.Image]:
    """A Pillow image with its header read; whatever goes wrong inside becomes an InputError."""
    try:
        with quiet():
            photo = Pillow.open(BytesIO(data), formats=_formats(data))
        with photo:
            _check_size(photo, data, max_pixels)
            yield photo
    except InputError:
        raise
    except Pillow.DecompressionBombError as error:
        raise MorePixelsThanDecoded() from error
    except UnidentifiedImageError as error:
        raise (other_format(data) or UnreadableImage()) from error
    except (
        Exception
    ) as error:  # damaged bytes raise a dozen types in Pillow, SyntaxError among them
        raise DamagedPhoto(why=str(error) or type(error).__name__) from error


def exif(photo: Pillow.Image) -> Pillow.Exif:
    """The EXIF block of an opened photo; an empty one where it is damaged beyond reading."""
    try:
        with quiet():
            return photo.getexif()
    except Exception:  # see `opened`; a photo without readable EXIF is still a photo
        return Pillow.Exif()


@contextmanager
def quiet() -> Iterator[None]:
    """Damaged metadata is no reason for Pillow to warn."""
    with _lock, warnings.catch_warnings(action="ignore"):
        yield


def _formats(data: bytes) -> tuple[str, ...]:
    """Pillow's names of what may be read; HEIC with a reader that is loaded at the first need."""
    if not is_heif(data):
        return FORMATS
    if find_spec("pi_heif") is None:
        raise HeicReaderMissing()
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _check_size(photo: Pillow.Image, data: bytes, max_pixels: int | None) -> None:
    """Refuse what costs much more to decode than its bytes are worth."""
    if photo.format in ("JPEG", "MPO"):
        pixels = photo.width * photo.height
        if pixels > max(SMALL, 64 * BLOCKS_A_BYTE * len(data)):
            raise PixelsWithoutBytes(width=photo.width, height=photo.height, bytes=len(data))
        if data.count(SCAN_BEGINS) > SCANS:
            raise TooManyScans(most=SCANS)
    if max_pixels is not None:
        _reduction(photo, max_pixels)


def _reduction(photo: Pillow.Image, max_pixels: int) -> int:
    """1, 2 or 4: by how much the sides of a photo are reduced. Raises TooManyPixels.

    All of a progressive JPEG is in memory before any of it is reduced, so it may not be as large.
    """
    pixels = photo.width * photo.height
    reductions = REDUCTIONS if photo.format in ("JPEG", "MPO") else REDUCTIONS[:1]
    most = max_pixels * (PROGRESSIVE if photo.info.get("progressive") else reductions[-1] ** 2)
    for reduction in reductions:
        if pixels <= min(most, max_pixels * reduction**2):
            return reduction
    raise TooManyPixels(
        width=photo.width, height=photo.height, pixels=pixels / 1e6, limit=most / 1e6
    )


def _orientation(photo: Pillow.Image) -> int:
    """1 to 8, the EXIF code; 1 where it is absent or nonsense."""
    value = exif(photo).get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _pixels(photo: Pillow.Image) -> Image:
    """8-bit RGB of a decoded image of any mode, converted strip by strip."""
    if photo.mode == "RGB" and not photo.has_transparency_data:
        return np.array(photo)
    pixels = np.empty((photo.height, photo.width, 3), np.uint8)
    rows = max(1, STRIP // photo.width)
    for top in range(0, photo.height, rows):
        strip = photo.crop((0, top, photo.width, min(top + rows, photo.height)))
        pixels[top : top + rows] = np.asarray(_rgb(strip))
    return pixels


def _rgb(photo: Pillow.Image) -> Pillow.Image:
    """8-bit RGB of a decoded image of any mode."""
    if photo.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion would clip at 255
        grey = np.asarray(photo).astype(np.uint32).clip(0, 65535)
        return Pillow.fromarray(((grey + 128) // 257).astype(np.uint8)).convert("RGB")
    if photo.has_transparency_data:
        cut_out = photo.convert("RGBA")
        behind = Pillow.new("RGBA", cut_out.size, BEHIND)
        return Pillow.alpha_composite(behind, cut_out).convert("RGB")
    return photo.convert("RGB")
