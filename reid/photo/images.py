"""Photo bytes from strangers to upright RGB arrays, and back to small JPEG files."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import RLock
from types import MappingProxyType

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from PIL.Image import Transpose

from reid.errors import InputError, UnreadableImage
from reid.photo.errors import DamagedPhoto, MorePixelsThanDecoded, TooManyPixels
from reid.types import Image

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
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
JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"
FILLER = b"\x55\x2a" * 2048  # read as pixels, if some are missing
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


def decode(data: bytes, *, max_pixels: int) -> Image:
    """Upright RGB (H, W, 3) uint8; the size is checked before any pixel is decoded.

    Of an animation or a stereo pair the first frame is taken. A JPEG that lacks its last bytes is
    read where every pixel is there. Raises UnreadableImage or ImageTooLarge and nothing else.
    """
    try:
        return _decoded(data, max_pixels)
    except DamagedPhoto:
        if (whole := _without_its_end(data, max_pixels)) is None:
            raise
        return whole


def _without_its_end(data: bytes, max_pixels: int) -> Image | None:
    """A JPEG of which only the end is missing; None where pixels are missing, too.

    If all pixels are there, the same picture is decoded whatever bytes are put behind them.
    """
    if not data.startswith(JPEG_BEGINS):
        return None
    try:
        plain, filled = (
            _decoded(data.rstrip(b"\xff") + filler + JPEG_ENDS, max_pixels)
            for filler in (b"", FILLER)
        )
    except InputError:
        return None
    return plain if np.array_equal(plain, filled) else None


def _decoded(data: bytes, max_pixels: int) -> Image:
    with opened(data, max_pixels=max_pixels) as photo:
        photo.load()
        rgb = _rgb(photo)
        turn = TURN.get(_orientation(photo))
        return np.array(rgb if turn is None else rgb.transpose(turn))


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
            photo = Pillow.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        with photo:
            _check_size(photo, max_pixels)
            yield photo
    except InputError:
        raise
    except Pillow.DecompressionBombError as error:
        raise MorePixelsThanDecoded() from error
    except UnidentifiedImageError as error:
        raise UnreadableImage() from error
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


def _check_size(photo: Pillow.Image, max_pixels: int | None) -> None:
    pixels = photo.width * photo.height
    if max_pixels is not None and pixels > max_pixels:
        raise TooManyPixels(
            width=photo.width, height=photo.height, pixels=pixels / 1e6, limit=max_pixels / 1e6
        )


def _orientation(photo: Pillow.Image) -> int:
    """1 to 8, the EXIF code; 1 where it is absent or nonsense."""
    value = exif(photo).get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


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
