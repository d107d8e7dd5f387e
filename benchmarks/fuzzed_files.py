"""Good files, what chance makes of them, and everything that reads files of strangers."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from reid.errors import ReidError
from reid.interchange import megadetector
from reid.interchange.deployments import read_deployments
from reid.interchange.photo_tables import read_photo_table
from reid.interchange.table_files import read_file
from reid.photo import exif, images
from reid.photo.formats import other_format
from reid.signatures import form
from reid.signatures.keys import OwnerKey

MOST_PIXELS = 2_000_000
Decoder = Callable[[bytes], object]

TABLE = (
    "file_name;station;camera;captured_at;latitude;longitude;flank;box\n"
    "a.jpg;Ridge;A;2020-01-02 03:04:05;43.1;54.2;left;0.1,0.1,0.9,0.9\n"
    "b.jpg;Saddle;B;15.01.2020 15:04;43,2;54,3;right;\n"
)
DEPLOYMENTS = (
    "station,camera,latitude,longitude,start,end,zone\n"
    "Ridge,A,43.1,54.2,2020-01-02,2020-03-04,+05:00\nSaddle,,43.2,54.3,2020-01-02T10:00,,\n"
)
DETECTIONS = {
    "images": [
        {
            "file": "a.jpg",
            "detections": [{"category": "1", "conf": 0.9, "bbox": [0.1, 0.2, 0.3, 0.4]}],
        }
    ],
    "detection_categories": {"1": "animal"},
    "info": {"format_version": "1.3"},
}


def decoders(folder: Path) -> Mapping[str, tuple[tuple[bytes, ...], Decoder]]:
    """Good files of each kind, and what reads them. folder: for those that read a path."""
    seen, key = tuple(pictures()), OwnerKey(bytes(32))
    return {
        "photo": (seen, lambda data: images.decode_photo(data, max_pixels=MOST_PIXELS)),
        "glance": (seen, lambda data: images.decode_small(data, max_pixels=MOST_PIXELS)),
        "header": (seen, lambda data: images.probe(data, max_pixels=MOST_PIXELS)),
        "EXIF": (seen, exif.read),
        "format": (seen, other_format),
        "photo table": (tuple(_encoded(TABLE)), read_photo_table),
        "deployments": (tuple(_encoded(DEPLOYMENTS)), read_deployments),
        "detections": (
            (json.dumps(DETECTIONS).encode(),),
            _by_path(folder / "a.json", megadetector.read),
        ),
        "workbook": (tuple(_workbooks()), _by_path(folder / "a.xlsx", read_file)),
        "signatures": (tuple(form.sealed(one, key) for one in _contents()), form.read),
        "signed content": (tuple(_contents()), lambda data: form.read(form.sealed(data, key))),
    }


def pictures() -> Iterator[bytes]:
    """A picture in every form that is read."""
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    picture = Image.fromarray(noise).resize((96, 64), Image.Resampling.BICUBIC)
    block = picture.getexif()
    block.get_ifd(0x8769).update(
        {0x9003: "2020:01:02 03:04:05", 0x9011: "+05:00", 0x927C: b"RECONYX"}
    )
    block.get_ifd(0x8825).update({1: "N", 2: (43, 1, 2.5), 3: "E", 4: (54, 3, 4.5)})
    block.update({0x0112: 6, 0x010F: "RECONYX", 0x0110: "HC500"})
    for options in ({}, {"progressive": True}, {"subsampling": 0, "restart_marker_rows": 1}):
        yield _saved(picture, "JPEG", exif=block, **options)
    yield _saved(picture, "MPO", save_all=True, append_images=[picture])
    for mode in ("RGB", "P", "LA", "1"):
        yield _saved(picture.convert(mode), "PNG")
    yield _saved(picture, "PNG", exif=block)
    yield _saved(picture, "WEBP", exif=block)
    yield _saved(picture, "WEBP", lossless=True, save_all=True, append_images=[picture])
    yield _saved(picture, "AVIF", speed=10)


def _saved(picture: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, fmt, **options)
    return buffer.getvalue()


def _encoded(text: str) -> Iterator[bytes]:
    for coding in ("utf-8", "utf-8-sig", "utf-16", "cp1251"):
        yield text.encode(coding)


def _workbooks() -> Iterator[bytes]:
    """A ZIP with the parts of a workbook; whether a reader is installed is no matter here."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
    yield buffer.getvalue()


def _contents() -> Iterator[bytes]:
    for said in ({"form": 1, "model": "rosette@6", "animals": [], "arrays": {}}, {}, []):
        text = json.dumps(said).encode()
        yield len(text).to_bytes(4, "little") + text + b"\0" * 64


def _by_path(path: Path, read: Callable[[Path], object]) -> Decoder:
    def decode(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return decode


def mutated(data: bytes, chance: Random) -> bytes:
    """The file after one to eight accidents."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(changed) + 1)
        few = chance.choice((1, 1, 2, 4, 16, 200))
        match chance.randrange(8):
            case 0:  # another bit
                if at < len(changed):
                    changed[at] ^= 1 << chance.randrange(8)
            case 1:  # other bytes, those of lengths and markers among them
                values = chance.choice((b"\xff" * few, b"\0" * few, chance.randbytes(few)))
                changed[at : at + few] = values
            case 2:  # cut off
                del changed[at:]
            case 3:  # a part is lost
                del changed[at : at + few]
            case 4:  # a part comes twice
                changed[at:at] = changed[at : at + few] * chance.choice((1, 2, 50))
            case 5:  # a large or a negative number
                changed[at : at + 4] = chance.choice(
                    (b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xd8")
                )
            case 6:  # a number within text
                changed[at:at] = chance.choice(
                    (b"1e999", b"-1", b"NaN", b'"', b";", b"\0", b"[" * 300)
                )
            case _:  # bytes of elsewhere
                start = chance.randrange(len(changed) + 1)
                changed[at : at + few] = changed[start : start + few]
    return bytes(changed)


def tried(decode: Decoder, data: bytes) -> str:
    """ "read", "refused", or the name of an error that should not have come out."""
    try:
        decode(data)
    except ReidError:
        return "refused"
    except Exception as error:  # whatever it is, it is a finding
        return f"{type(error).__name__}: {error}"[:200]
    return "read"
