"""Files that are no photo we read, by their first bytes, each with what to do about it."""

from importlib.util import find_spec

from reid.photo.errors import (
    BitmapNotRead,
    FileOfASystem,
    GifNotRead,
    HeicReaderMissing,
    OtherFormat,
    PdfNotRead,
    RawNotRead,
    TiffNotRead,
    VideoNotRead,
    ZipNotRead,
)

HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF = (b"avif", b"avis")
RAW = (b"CR\x02\x00", b"DNG", b"NIKON CORPORATION\x00", b"SONY", b"PENTAX")
BEGINNINGS: tuple[tuple[bytes, type[OtherFormat]], ...] = (
    (b"BM", BitmapNotRead),
    (b"GIF8", GifNotRead),
    (b"%PDF", PdfNotRead),
    (b"PK\x03\x04", ZipNotRead),
    (b"Rar!", ZipNotRead),
    (b"7z\xbc\xaf", ZipNotRead),
    (b"\x1f\x8b", ZipNotRead),
    (b"\x00\x05\x16\x07", FileOfASystem),  # AppleDouble
    (b"\xd0\xcf\x11\xe0", FileOfASystem),  # Thumbs.db
    (b"FUJIFILMCCD-RAW", RawNotRead),
    (b"IIU\x00", RawNotRead),
    (b"IIRO", RawNotRead),
    (b"\x1a\x45\xdf\xa3", VideoNotRead),  # Matroska
    (b"\x00\x00\x01\xba", VideoNotRead),  # MPEG
    (b"\x00\x00\x01\xb3", VideoNotRead),
)


def is_heif(data: bytes) -> bool:
    """Whether the first bytes are those of HEIC, which needs a reader of its own."""
    return data[4:8] == b"ftyp" and data[8:12] in HEIC and b"avif" not in data[12:40]


def other_format(data: bytes) -> OtherFormat | None:
    """Why these bytes are not read, where they are a known kind of file; None of unknown ones."""
    for beginning, error in BEGINNINGS:
        if data.startswith(beginning):
            return error()
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return RawNotRead() if any(mark in data[:4096] for mark in RAW) else TiffNotRead()
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return VideoNotRead()
    if data[4:8] in (b"moov", b"mdat", b"wide"):
        return VideoNotRead()
    if data[4:8] == b"ftyp":
        if is_heif(data):
            return None if find_spec("pi_heif") else HeicReaderMissing()
        if data[8:11] == b"crx":
            return RawNotRead()
        return None if data[8:12] in AVIF or b"avif" in data[12:40] else VideoNotRead()
    return None
