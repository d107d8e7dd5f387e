"""Ten files that archives hold beside good photos, made when a test or a benchmark needs them."""

import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def make_broken_files(folder: Path, photo: bytes) -> list[str]:
    """Write the ten files; returns their names. photo: a good JPEG that the last ones show."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in BROKEN.items():
        (folder / name).write_bytes(make(photo))
    return list(BROKEN)


def _png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _saved(image: Image.Image, fmt: str, **options: Any) -> bytes:  # noqa: ANN401
    buffer = BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def _opened(photo: bytes) -> Image.Image:
    return Image.open(BytesIO(photo)).convert("RGB")


def _sixteen_bit(photo: bytes) -> bytes:
    return _saved(
        Image.fromarray(np.asarray(_opened(photo).convert("L")).astype(np.uint16) * 257), "PNG"
    )


def _animated(photo: bytes) -> bytes:
    first = _opened(photo)
    return _saved(first, "WEBP", save_all=True, append_images=[first.rotate(180)], quality=90)


def _turned(photo: bytes) -> bytes:
    stored = _opened(photo).transpose(Image.Transpose.ROTATE_90)
    exif = stored.getexif()
    exif[0x0112] = 6
    return _saved(stored, "JPEG", exif=exif, quality=95)


BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "empty.jpg": lambda _: b"",
    "truncated.jpg": lambda photo: photo[: len(photo) // 2],
    "text.jpg": lambda _: b"this is no photo\n" * 40,
    "one-pixel.png": lambda _: _saved(Image.new("RGB", (1, 1)), "PNG"),
    "huge-header.png": lambda _: _png_claiming(60_000, 60_000),
    "cmyk.jpg": lambda photo: _saved(_opened(photo).convert("CMYK"), "JPEG", quality=95),
    "sixteen-bit.png": _sixteen_bit,
    "animated.webp": _animated,
    "rotated.JPG": _turned,
    "барс-Überlauf-豹.jpeg": lambda photo: photo,  # noqa: RUF001
}
# What becomes of them where the photo is a good one.
EXPECTED: Mapping[str, str] = {
    "empty.jpg": "unreadable",
    "text.jpg": "unreadable",
    "one-pixel.png": "too_poor",
    "huge-header.png": "unreadable",
}
