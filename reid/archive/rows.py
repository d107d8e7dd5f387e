"""The rows of an archive run: what became of each animal of each frame, as text tables."""

import codecs
import csv
import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path

from reid.archive.journal import replaced
from reid.interchange.cells import for_spreadsheet

SHOWN = 3  # candidates a row
NUMBERED = "candidates"


class Status(StrEnum):
    """What became of a frame, or of one animal in it."""

    IDENTIFIED = "identified"
    NEW = "new_animal"
    UNKNOWN = "unknown"
    TOO_POOR = "too_poor"
    COPY = "copy"
    NEAR_COPY = "near_copy"
    NOT_CHOSEN = "not_chosen"
    NO_COAT = "no_coat"
    EMPTY = "empty"
    NO_ANIMAL = "no_animal"
    OTHER_SPECIES = "other_species"
    UNREADABLE = "unreadable"
    FAILED = "failed"  # nobody answered, or a defect of ours; tried again by the next run


MEANINGS = {
    Status.IDENTIFIED: "an identity of the catalogue, by the evidence",
    Status.NEW: "a proposed animal that is not in the catalogue",
    Status.UNKNOWN: "an encounter that is nobody's with enough evidence",
    Status.TOO_POOR: "an animal is seen, and no photo of its encounter shows enough of its coat",
    Status.COPY: "holds the same exposure as another frame",
    Status.NEAR_COPY: "the animal stands as in another frame of its burst",
    Status.NOT_CHOSEN: "other frames of its burst show the animal better",
    Status.NO_COAT: "the network sees no coat: in the box, the frame, or the clearest of its burst",
    Status.EMPTY: "empty, as the detector says",
    Status.NO_ANIMAL: "people or vehicles, as the detector says",
    Status.OTHER_SPECIES: "another species, as the source says",
    Status.UNREADABLE: "the file is not there or cannot be read",
    Status.FAILED: "nobody answered; the next run tries again",
}


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One animal of one frame, or a frame without one.

    path: as the source names it. annotation: its number in the frame, from 1; 0 for a frame without
    an animal. box: left, top, right, bottom in pixels. video_frame: of a video. captured_at: after
    the correction of the clock, with the time of the file, or printed on the frame, in file_time.
    banner: what was read from the pixels where the file states no time. encounter: one animal at
    one station at one time. animal: the identity, or the name of a proposed animal. candidates:
    name and llr, in the order of total agreement. like: the frame that a copy repeats. code,
    reason: why a frame could not be used. damage: what of the file could not be read.
    """

    path: str
    annotation: int
    status: Status
    sha256: str = ""
    box: str = ""
    video_frame: int | None = None
    station: str = ""
    camera: str = ""
    captured_at: str = ""
    zone: str = ""
    file_time: str = ""
    time_source: str = ""
    banner: str = ""
    encounter: str = ""
    animal: str = ""
    flank: str = ""
    grade: str = ""
    confidence: float | None = None
    identity: str = ""
    llr: float | None = None
    bound: float | None = None
    verdict: str = ""
    candidates: Sequence[tuple[str, float]] = ()
    like: str = ""
    stated_individual: str = ""
    model: str = ""
    calibrator: str = ""
    catalogue: str = ""
    code: str = ""
    reason: str = ""
    damage: str = ""


def write_rows(folder: Path, rows: Iterable[FrameRow]) -> int:
    """Replace results.jsonl and results.csv as a whole; returns how many rows they hold."""
    names = [field.name for field in fields(FrameRow)]
    at, count = names.index(NUMBERED), 0
    numbered = [f"{part}{n}" for n in range(1, SHOWN + 1) for part in ("candidate", "llr")]
    with ExitStack() as stack:
        lines = stack.enter_context(replaced(folder / "results.jsonl"))
        table = csv.writer(
            codecs.getwriter("utf-8")(stack.enter_context(replaced(folder / "results.csv"))),
            lineterminator="\n",
        )
        table.writerow([*names[:at], *numbered, *names[at + 1 :]])
        for row in rows:
            values = asdict(row)
            lines.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
            cells = [_cell(values[name]) for name in names]
            table.writerow([*cells[:at], *_candidates(row), *cells[at + 1 :]])
            count += 1
    return count


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Replace a CSV table as a whole."""
    with replaced(path) as file:
        table = csv.writer(codecs.getwriter("utf-8")(file), lineterminator="\n")
        table.writerow(columns)
        table.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if value is None:
        return ""
    return round(value, 4) if isinstance(value, float) else for_spreadsheet(value)


def _candidates(row: FrameRow) -> list[object]:
    cells = [_cell(value) for candidate in row.candidates[:SHOWN] for value in candidate]
    return cells + [""] * (2 * SHOWN - len(cells))
