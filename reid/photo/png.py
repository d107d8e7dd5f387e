"""How many rows of a PNG can be read, and the same file with the others left blank.

A PNG says with a checksum of every chunk whether it is right (ISO/IEC 15948), so the rows up to the
first wrong or missing chunk are known.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

BEGINS = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by type of colour
MOST_BYTES = 2 * 10**9  # decompressed; more is not looked at


@dataclass(frozen=True, slots=True)
class PngRows:
    """Lines of a damaged PNG that can be read, from the top."""

    lines: int


def readable(data: bytes) -> PngRows | None:
    """What can be read of a damaged PNG; None of a whole one, and where no line is known."""
    good = list(_chunks(data))
    if not good or good[0][0] != b"IHDR" or good[-1][0] == b"IEND":
        return None
    _, height, interlaced, bytes_a_line = _header(good[0][1])
    if interlaced or not bytes_a_line or height * bytes_a_line > MOST_BYTES:
        return None
    return PngRows(min(height, len(_lines(data, height * bytes_a_line)) // bytes_a_line))


def mended(data: bytes, lines: int) -> bytes:
    """The PNG with these lines, and all others 0."""
    _, height, _, bytes_a_line = _header(next(_chunks(data))[1])
    there = _lines(data, lines * bytes_a_line)
    packed = zlib.compress(there + bytes((height - lines) * bytes_a_line), 1)
    others = [chunk for chunk in _chunks(data) if chunk[0] not in (b"IDAT", b"IEND")]
    parts = [BEGINS, *(_packed(*chunk) for chunk in others)]
    return b"".join([*parts, _packed(b"IDAT", packed), _packed(b"IEND", b"")])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of every chunk up to the first that is wrong; of IDAT, also a cut one."""
    at = len(BEGINS)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) < 4:
            if kind == b"IDAT":
                yield kind, body
            return
        if struct.unpack(">I", check)[0] != zlib.crc32(kind + body):
            return
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length


def _header(body: bytes) -> tuple[int, int, bool, int]:
    """Width, height, whether interlaced, and bytes of a line with its filter."""
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body[:13])
    channels = CHANNELS.get(colour, 0)
    return width, height, bool(interlaced), channels and 1 + -(-width * bits * channels // 8)


def _lines(data: bytes, most: int) -> bytes:
    """The decompressed lines, at most so many bytes of them."""
    unpacker, parts, length = zlib.decompressobj(), [], 0
    for kind, body in _chunks(data):
        if kind != b"IDAT" or length >= most:
            continue
        try:
            part = unpacker.decompress(body, most - length)
        except zlib.error:
            break
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def _packed(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))
