"""index.csv of a folder of photos: path, individual, flank, and where and when, if known."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange.named import NamedAnnotation, Reading, name_of, occasions
from reid.types import Flank

COLUMNS = ("path", "individual", "flank", "encounter", "station", "datetime", "width", "height")


class IndexWithoutRows(BadDataset):
    """An index.csv has no rows, or lacks a column."""

    message = "{path} needs the columns path and individual, and at least one row"


def read(index: Path) -> Reading:
    """The rows of index.csv; paths are relative to its folder, the whole photo is the crop."""
    with index.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"path", "individual"} <= rows[0].keys():
        raise IndexWithoutRows(path=index)
    reading = Reading()
    for row in rows:
        _add(reading, index.parent, {key: value or "" for key, value in row.items() if key})
    return reading


def _add(reading: Reading, folder: Path, row: Mapping[str, str]) -> None:
    flank = row.get("flank", "").strip().casefold() or "unknown"
    if not row["path"]:
        reading.skipped.append(f"a row of {row['individual'] or 'nobody'} names no path")
        return
    if flank not in list(Flank):
        reading.skipped.append(f"{row['path']}: flank {flank}, not left, right or unknown")
        return
    occasions_of = occasions(
        encounter=row.get("encounter", ""),
        station=row.get("station", ""),
        taken=row.get("datetime", ""),
    )
    reading.annotations.append(
        NamedAnnotation(
            folder / row["path"], name_of(row["individual"]), Flank(flank), occasions=occasions_of
        )
    )


def write(index: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows with the keys of COLUMNS; a missing value is left empty."""
    with index.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
