"""The table of wildlife-datasets: image_id, identity, path; bbox, orientation and date if known."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange.format import Format
from reid.interchange.individual_names import name_of
from reid.interchange.named import (
    NamedAnnotation,
    Reading,
    flank_of,
    occasions,
    pixel_box,
)

REQUIRED = {"image_id", "identity", "path"}


class MetadataWithoutRows(
    BadDataset, message="{path} needs the columns image_id, identity and path, and a row"
): ...


def read(table: Path) -> Reading:
    """The rows of the table; paths are relative to its folder.

    Rows whose orientation shows no flank (front, back) are skipped, each with a sentence.
    """
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or not rows[0].keys() >= REQUIRED:
        raise MetadataWithoutRows(path=table)
    reading = Reading()
    for row in rows:
        _add(reading, table.parent, {key: value or "" for key, value in row.items() if key})
    return reading


def _add(reading: Reading, folder: Path, row: Mapping[str, str]) -> None:
    flank, label = flank_of(row.get("orientation", "")), f"image {row['image_id']}"
    if not row["path"]:
        reading.skipped.append(f"{label}: no path")
        return
    if flank is None:
        reading.skipped.append(f"{label}: shows no flank ({row['orientation']})")
        return
    text = row.get("bbox", "").strip()
    box = None
    if name_of(text):
        try:
            x, y, width, height = (
                float(v) for v in json.loads(text.replace("(", "[").replace(")", "]"))
            )
            box = pixel_box(x, y, width, height)
        except (ValueError, TypeError):
            box = None
        if box is None:
            reading.skipped.append(f"{label}: bbox {text} is not [x, y, width, height]")
            return
    occasions_of = occasions(encounter=row.get("encounter", ""), taken=row.get("date", ""))
    individual = name_of(row["identity"])
    reading.annotations.append(
        NamedAnnotation(folder / row["path"], individual, flank, box, occasions_of)
    )


def recognises(file: Path) -> bool:
    """Whether the header names a column `identity`."""
    with file.open(newline="", encoding="utf-8-sig") as table:
        return "identity" in next(csv.reader(table), [])


FORMAT = Format("wildlife_datasets", "metadata.csv", recognises, read)
