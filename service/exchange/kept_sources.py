"""What sources said, beside the catalogue: kept at an import, read again by an export.

One file of JSON lines a source in imports/: first what it is, then a line a photo that was taken,
with the photo and the annotations that it became, then the rows of its tables where its form has
such that are written again. The file of the newest import of a source stands for it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reid.interchange.package import SourcePackage
from reid.interchange.stated import StatedPackage
from reid.interchange.summary import ChosenPhoto

FOLDER = "imports"
SCIENTIFIC = {"camtrap_dp", "wildlife_insights", "wildbook"}
"""Forms whose field of the species holds a scientific name."""


@dataclass(frozen=True, slots=True)
class BecameOfSource:
    """What the photos of a source are in the catalogue. photos: path -> SHA-256.

    annotations: path and number of the animal in its photo, from 0 -> number of the annotation.
    """

    photos: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[tuple[str, int], int] = field(default_factory=dict)


def keep_source(
    data_dir: Path,
    label: str,
    reviewer: str,
    package: SourcePackage,
    chosen: Sequence[ChosenPhoto],
    became: BecameOfSource,
) -> Path:
    """Keep everything that a source says, extras and all; gives the file.

    Another source of the same name is kept: its file stays, and this one gets a number.
    """
    about = {"form": package.form, "about": dict(package.about), "reviewer": reviewer}
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = _file_of(folder, label, about)
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as lines:
        lines.write(_line(about))
        for one in chosen:
            lines.write(_line(_said(one, became)))
        for table, rows in package.tables.items():
            for row in rows:
                lines.write(_line({"table": table, "row": dict(row)}))
    beside.replace(file)
    return file


def stated_packages(data_dir: Path) -> tuple[StatedPackage, ...]:
    """Every source that is kept, the newest first."""
    files = (data_dir / FOLDER).glob("*.jsonl")
    newest = sorted(files, key=lambda file: (file.stat().st_mtime, file.name), reverse=True)
    return tuple(_read(file) for file in newest)


def _read(file: Path) -> StatedPackage:
    lines = _lines(file)
    form = str(next(lines, {}).get("form", ""))
    tables: dict[str, list[Mapping[str, str]]] = {}
    photo_of: dict[str, str] = {}
    row_of: dict[int, str] = {}
    event_of: dict[int, str] = {}
    species_of: dict[int, str] = {}
    for line in lines:
        if "table" in line:
            tables.setdefault(str(line["table"]), []).append(line["row"])
            continue
        if line.get("photo"):
            photo_of[line.get("extras", {}).get("mediaID", "")] = line["photo"]
        for animal in line.get("animals") or [line]:
            number = animal.get("annotation")
            if number is None:
                continue
            row_of[number] = animal.get("extras", {}).get("observationID", "")
            event_of[number] = animal.get("event") or line.get("event", "")
            species_of[number] = animal.get("species", "") if form in SCIENTIFIC else ""
    return StatedPackage(
        label=file.stem,
        tables={name: tuple(rows) for name, rows in tables.items()},
        photo_of=photo_of,
        row_of=row_of,
        event_of=event_of,
        species_of=species_of,
    )


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as stream:
        for text in stream:
            yield json.loads(text)


def _file_of(folder: Path, label: str, about: Mapping[str, Any]) -> Path:
    """The file of this source, or one that is not there yet."""
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in label)[:100] or "import"
    file, number = folder / f"{name}.jsonl", 1
    while file.exists() and _key(next(_lines(file), {})) != _key(about):
        number += 1
        file = folder / f"{name}-{number}.jsonl"
    return file


def _key(about: Mapping[str, Any]) -> tuple[object, object]:
    return about.get("form"), about.get("about")


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, default=str) + "\n"


def _said(one: ChosenPhoto, became: BecameOfSource) -> dict[str, Any]:
    path = one.photo.path
    photo = asdict(replace(one.photo, missing=None, animals=(), extras=dict(one.photo.extras)))
    photo["animals"] = [
        asdict(replace(animal, extras=dict(animal.extras)))
        | {"annotation": became.annotations.get((path, number))}
        for number, animal in enumerate(one.animals)
    ]
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in photo.items()}
    plain["file"] = str(Path(one.photo.file).name) if one.photo.file else ""
    plain["photo"] = became.photos.get(path)
    plain["annotation"] = None if one.animals else became.annotations.get((path, 0))
    return {k: v for k, v in plain.items() if v not in (None, "", (), {}, [])}
