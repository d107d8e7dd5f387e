"""What sources said, beside the catalogue: kept at an import, read again by an export.

One file of JSON lines a source in imports/: first what it is, then a line a photo that was taken,
with the photo and the annotations that it became, then the rows of its tables where its form has
such that are written again. The file of the newest import of a source stands for it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reid.interchange.package import SourcePackage
from reid.interchange.stated import StatedPackage
from reid.interchange.summary import ChosenPhoto
from service.store.files import digest

FOLDER = "imports"
LOOKED_AT = 50  # photos that tell whether two sources are one
SCIENTIFIC = {"camtrap_dp", "wildlife_insights", "wildbook"}
"""Forms whose field of the species holds a scientific name."""


@dataclass(frozen=True, slots=True)
class BecameOfSource:
    """What the photos of a source are in the catalogue. photos: number of the photo that was
    taken, from 1 -> SHA-256.

    annotations: number of the photo, and of the animal in it from 0 -> number of the annotation.
    """

    photos: Mapping[int, str] = field(default_factory=dict)
    annotations: Mapping[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptAs:
    """Where a source is kept, and its label, which no other source of that name has."""

    file: Path
    label: str


def kept_source(
    data_dir: Path, label: str, package: SourcePackage, chosen: Sequence[ChosenPhoto]
) -> KeptAs:
    """Where a source is kept: where it was before, or beside another source of its name.

    It is the same one where its form and what it says of itself are the same, and one of its first
    photos is a photo of that one, or neither has any.
    """
    folder, number, suffix = data_dir / FOLDER, 1, ""
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in label)[:100] or "import"
    about = _about(package)
    some = _some_photos(chosen)
    while (file := folder / f"{name}{suffix}.jsonl").exists() and not _is_of(file, about, some):
        number += 1
        suffix = f"-{number}"
    return KeptAs(file, label if number == 1 else f"{label} {number}")


def keep_source(
    file: Path,
    reviewer: str,
    package: SourcePackage,
    chosen: Sequence[ChosenPhoto],
    became: BecameOfSource,
) -> None:
    """Keep everything that a source says, extras and all. file: see `kept_source`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as lines:
        lines.write(_line(_about(package) | {"reviewer": reviewer}))
        for number, one in enumerate(chosen, 1):
            lines.write(_line(_said(number, one, became)))
        for table, rows in package.tables.items():
            for row in rows:
                lines.write(_line({"table": table, "row": dict(row)}))
    beside.replace(file)


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


def _about(package: SourcePackage) -> dict[str, object]:
    return {"form": package.form, "about": dict(package.about)}


def _some_photos(chosen: Sequence[ChosenPhoto]) -> set[str]:
    """SHA-256 of the first photos that can be read."""
    photos: set[str] = set()
    for one in chosen[:LOOKED_AT]:
        with suppress(OSError):
            if one.photo.file is not None:
                photos.add(digest(one.photo.file.read_bytes()))
    return photos


def _is_of(file: Path, about: Mapping[str, object], some: set[str]) -> bool:
    """Whether a file keeps the source that says this of itself and has some of these photos."""
    lines = _lines(file)
    if {name: value for name, value in next(lines, {}).items() if name in about} != about:
        return False
    kept = {line["photo"] for line in lines if "photo" in line}
    return bool(kept & some) or not (kept and some)


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, default=str) + "\n"


def _said(number: int, one: ChosenPhoto, became: BecameOfSource) -> dict[str, Any]:
    photo = asdict(replace(one.photo, missing=None, animals=(), extras=dict(one.photo.extras)))
    photo["animals"] = [
        asdict(replace(animal, extras=dict(animal.extras)))
        | {"annotation": became.annotations.get((number, place))}
        for place, animal in enumerate(one.animals)
    ]
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in photo.items()}
    plain["file"] = str(Path(one.photo.file).name) if one.photo.file else ""
    plain["photo"] = became.photos.get(number)
    plain["annotation"] = None if one.animals else became.annotations.get((number, 0))
    return {k: v for k, v in plain.items() if v not in (None, "", (), {}, [])}
