"""index.csv of a folder of photos: path, individual, flank, and where and when, if known."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange.cells import for_spreadsheet, from_spreadsheet
from reid.interchange.format import ConfirmedSighting, Format
from reid.interchange.individual_names import name_of
from reid.interchange.named import NamedAnnotation, Reading, occasions
from reid.interchange.tables import iso_texts, photo_path, read_table
from reid.types import Flank

FILE = "index.csv"
COLUMNS = {one.name: one.name for one in fields(ConfirmedSighting)} | {"captured_at": "datetime"}
"""The column of each field of a sighting, in this order."""


class IndexWithoutRows(
    BadDataset, message="{path} needs the columns path and individual, and at least one row"
): ...


def read(index: Path) -> Reading:
    """The rows of index.csv; paths are relative to its folder, the whole photo is the crop.

    Raises BadDataset where the table, or a date of it, can be read in two ways.
    """
    table = read_table(index.read_bytes())
    if not {"path", "individual"} <= {*table.columns}:
        raise IndexWithoutRows(path=index)
    taken = iso_texts("datetime", ((r.line, r.cells.get("datetime", "")) for r in table.rows))
    reading = Reading()
    for row in table.rows:
        cells = {key: from_spreadsheet(value) for key, value in row.cells.items()}
        _add(reading, index.parent, cells | {"datetime": taken[row.line]})
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
            photo_path(folder, row["path"]),
            name_of(row["individual"]),
            Flank(flank),
            occasions=occasions_of,
        )
    )


def write(folder: Path, sightings: Sequence[ConfirmedSighting]) -> None:
    """Write folder/index.csv; what is not known is left empty."""
    with (folder / FILE).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS.values())
        for sighting in sightings:
            taken = sighting.captured_at.isoformat() if sighting.captured_at else None
            values = {name: getattr(sighting, name) for name in COLUMNS} | {"captured_at": taken}
            cells = ("" if value is None else for_spreadsheet(value) for value in values.values())
            table.writerow(cells)


FORMAT = Format("index_csv", FILE, lambda _: True, read, write)
"""Any table that no other format recognises is read as this one."""
