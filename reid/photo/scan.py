"""How many rows of a JPEG can be trusted: where its scan ends, or stops making sense.

libjpeg decodes a damaged file to the end and fills what it cannot know. That something is wrong it
only says as a warning, which `simplejpeg` passes on; where, is found here by reading the Huffman
codes (ITU T.81, F.2.2) up to the first that cannot be. Of wrong bytes that still spell a picture
nobody can tell.
"""

import re
import struct
from dataclasses import dataclass, field

import simplejpeg

BASELINE = (0xC0, 0xC1)  # start of frame: sequential, Huffman
FRAMES = (*BASELINE, 0xC2)
SAME_BYTES = 24  # of one value in a row: no scan of a damaged file holds them, a lost block does
LEFT_OVER = 64  # bytes behind the last block that may be padding
FILLED = re.compile(rb"([\x00-\xfe])\1{%d,}" % (SAME_BYTES - 1))
MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # neither stuffing nor a restart
LOWEST, HIGHEST = -1400, 1400  # a mean of a block, dequantised, is within 1024 of the middle


@dataclass(frozen=True, slots=True)
class Trusted:
    """What of a JPEG can be read.

    rows: of the stored picture, from the top; bytes: of the file that they stand in. whole: nothing
    is missing. somewhere: something is wrong, and its place is not known.
    """

    rows: int
    bytes: int
    whole: bool = False
    somewhere: bool = False


@dataclass(slots=True)
class _Header:
    """Of one frame and its first scan. components: number, blocks across and down, table of
    quantisation; tables: (class, number) -> codes by their next 16 bits."""

    kind: int = 0
    width: int = 0
    height: int = 0
    components: list[tuple[int, int, int, int]] = field(default_factory=list)
    tables: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)  # of the mean, by table of quantisation
    restart: int = 0
    scan: list[tuple[int, int, int]] = field(default_factory=list)  # component, DC, AC
    begins: int = 0  # byte behind the header of the scan

    @property
    def sequential(self) -> bool:
        """One scan of all components, which can be read code by code."""
        return self.kind in BASELINE and len(self.scan) == len(self.components) > 0


def warned(data: bytes) -> bool:
    """Whether libjpeg finds anything wrong in the scan of a JPEG; the header is not judged."""
    try:
        simplejpeg.decode_jpeg(
            data, "GRAY", fastdct=True, fastupsample=True, min_height=1, min_width=1, strict=True
        )
    except ValueError:
        return True
    return False


def trusted(data: bytes) -> Trusted | None:
    """Rows of a JPEG that `warned` of; None where its header cannot be read or no row is there."""
    try:
        header = _header(data)
    except (IndexError, KeyError, struct.error):
        return None
    if not (header.begins and header.width and header.height):
        return None
    ends = _end(data, header)
    if not header.sequential:
        return None if ends < len(data) - 2 else Trusted(header.height, ends, somewhere=True)
    try:
        return _read(data, header, ends)
    except (IndexError, KeyError):
        return None


def _end(data: bytes, header: _Header) -> int:
    """The byte at which the scan stops being one: a marker, a block of one value, or the end."""
    marker = MARKER.search(data, header.begins)
    last = marker.start() if marker else len(data)
    lost = FILLED.search(data, header.begins, last)
    return lost.start() if lost else last


def _read(data: bytes, header: _Header, ends: int) -> Trusted:
    across = max(c[1] for c in header.components)
    down = max(c[2] for c in header.components)
    columns = -(-header.width // (8 * across))
    rows = -(-header.height // (8 * down))
    done, at = _blocks(data[header.begins : ends], header, columns * rows)
    if done < columns * rows:
        return Trusted(min(header.height, done // columns * 8 * down), header.begins + at)
    marker = MARKER.search(data, header.begins)
    left = (marker.start() if marker else len(data)) - header.begins - at
    if left > LEFT_OVER:
        return Trusted(header.height, ends, somewhere=True)
    return Trusted(header.height, ends, whole=True)


def _blocks(scan: bytes, header: _Header, wanted: int) -> tuple[int, int]:
    """How many groups of blocks (MCU) make sense, and the byte of the scan behind the last one."""
    parts = re.split(rb"\xff[\xd0-\xd7]", scan) if header.restart else [scan]
    done, at = 0, 0
    for part in parts:
        want = min(header.restart or wanted, wanted - done)
        groups, used = _interval(part.replace(b"\xff\x00", b"\xff"), header, want)
        done += groups
        used = _stuffed(part, used)
        at += used
        if groups < want or done >= wanted:
            break
        at += len(part) - used + 2
    return done, min(at, len(scan))


def _stuffed(part: bytes, used: int) -> int:
    """How many bytes of a stretch hold the first `used` ones that are left without stuffing."""
    length = used
    while (more := used + part.count(b"\xff\x00", 0, length)) > length:
        length = more
    return length


def _interval(bits: bytes, header: _Header, wanted: int) -> tuple[int, int]:
    """Groups of one stretch between restarts that make sense, and the bytes they stand in."""
    sizes = {c[0]: (c[1] * c[2], header.steps.get(c[3], 1)) for c in header.components}
    blocks = []
    for component, dc, ac in header.scan:
        count, step = sizes[component] if len(header.scan) > 1 else (1, sizes[component][1])
        tables = header.tables[0, dc], header.tables[1, ac]
        blocks += [(component, *tables, LOWEST // step, HIGHEST // step)] * count
    means = dict.fromkeys(sizes, 0)
    most, position = 8 * len(bits), 0
    padded = bits + b"\0" * 8
    for group in range(wanted):
        before = position
        for component, first, others, lowest, highest in blocks:
            position, mean = _block(padded, position, first, others)
            if position < 0 or position > most:
                return group, -(-before // 8)
            means[component] += mean
            if not lowest <= means[component] <= highest:
                return group, -(-before // 8)
    return wanted, -(-position // 8)


def _block(
    bits: bytes, position: int, first: list[tuple[int, int]], others: list[tuple[int, int]]
) -> tuple[int, int]:
    """The bit behind a block, and by how much its mean differs; -1 for one that cannot be."""
    at = position >> 3
    word = int.from_bytes(bits[at : at + 5], "big") << (position & 7) & 0xFFFFFFFFFF
    length, size = first[word >> 24]
    if not length or size > 11:
        return -1, 0
    value = (word >> (40 - length - size)) & ((1 << size) - 1) if size else 0
    mean = value if not size or value >> (size - 1) else value - (1 << size) + 1
    position += length + size
    index = 1
    while index < 64:
        at = position >> 3
        word = int.from_bytes(bits[at : at + 3], "big") >> (8 - (position & 7)) & 0xFFFF
        length, symbol = others[word]
        if not length or at + 3 > len(bits):
            return -1, 0
        size = symbol & 15
        position += length + size
        if size:
            index += (symbol >> 4) + 1
        elif symbol == 0xF0:
            index += 16
        else:
            return position, mean
        if index > 64 or size > 10:
            return -1, 0
    return position, mean


def _header(data: bytes) -> _Header:
    """Frame, tables and first scan; a segment that leads nowhere ends it."""
    header, at = _Header(), 2
    while at + 4 <= len(data) and not header.begins:
        if data[at] != 0xFF:
            break
        kind = data[at + 1]
        if kind == 0xFF or kind in range(0xD0, 0xD8):
            at += 1 if kind == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at + 4 : at + 2 + length]
        at += 2 + length
        if kind in FRAMES:
            _frame(header, kind, segment)
        elif kind == 0xC4:
            _codes(header, segment)
        elif kind == 0xDB:
            _quantisation(header, segment)
        elif kind == 0xDD:
            (header.restart,) = struct.unpack_from(">H", segment)
        elif kind == 0xDA:
            pairs = [(segment[1 + 2 * n], segment[2 + 2 * n]) for n in range(segment[0])]
            header.scan = [(component, t >> 4, t & 15) for component, t in pairs]
            header.begins = at
    return header


def _frame(header: _Header, kind: int, segment: bytes) -> None:
    _, header.height, header.width, count = struct.unpack_from(">BHHB", segment)
    parts = [segment[6 + 3 * n : 9 + 3 * n] for n in range(count)]
    header.kind = kind
    header.components = [(p[0], p[1] >> 4, p[1] & 15, p[2]) for p in parts]
    if count == 1:  # alone, a component has one block a group, whatever its sampling
        header.components = [(parts[0][0], 1, 1, parts[0][2])]


def _codes(header: _Header, segment: bytes) -> None:
    """Tables of codes: length and symbol for every next 16 bits; length 0: no such code."""
    at = 0
    while at + 17 <= len(segment):
        kind, counts = segment[at], segment[at + 1 : at + 17]
        symbols = segment[at + 17 : at + 17 + sum(counts)]
        table: list[tuple[int, int]] = []
        lengths = [n + 1 for n, count in enumerate(counts) for _ in range(count)]
        for length, symbol in zip(lengths, symbols, strict=False):
            table += [(length, symbol)] * (1 << (16 - length))
        table = table[:65536]
        header.tables[kind >> 4, kind & 15] = table + [(0, 0)] * (65536 - len(table))
        at += 17 + len(symbols)


def _quantisation(header: _Header, segment: bytes) -> None:
    at = 0
    while at < len(segment):
        wide = segment[at] >> 4
        step = segment[at + 1] << 8 | segment[at + 2] if wide else segment[at + 1]
        header.steps[segment[at] & 15] = max(1, step)
        at += 129 if wide else 65
