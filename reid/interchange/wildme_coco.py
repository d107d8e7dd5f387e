"""Wild Me COCO, as Leopard ID 2022 comes: images and annotations in one JSON file."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

from reid.errors import BadDataset, InputError
from reid.interchange.format import Format
from reid.interchange.individual_names import name_of
from reid.interchange.locate import parts_of
from reid.interchange.named import flank_of
from reid.interchange.package import (
    ANIMAL,
    BoxesTurned,
    NotThere,
    SourceAnimal,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    source_box,
)
from reid.interchange.tables import readable_times
from reid.types import Flank

NAME = "wildme_coco"
READ_HERE = {
    *("bbox", "theta", "viewpoint", "image_id", "individual_ids", "name", "id", "species"),
    *("encounter", "area", "iscrowd", "category_id"),
}
Row = Mapping[str, Any]


class NotWildMeCoco(
    BadDataset, message="{path} is no Wild Me COCO file: it needs images with an id and annotations"
): ...


class AnnotationOfNoImage(InputError, message="no image {image}: add it to images"): ...


class CocoBoxUnusable(InputError, message="box {box} is no [x, y, width, height] in pixels"): ...


class AnnotationUnreadable(InputError, message="it cannot be read: {why}"): ...


def read(path: Path, photos: Path | None = None) -> SourcePackage:
    """Annotations of a file such as leopard.coco/annotations/instances_train2022.json.

    Photos are looked for in `photos`, beside the file, in `images` beside it or beside its folder,
    and there in the folder of the file's own part (train2022). A box turned by `theta` becomes the
    upright box around it. Raises BadDataset for another file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        images = {row["id"]: row for row in content["images"]}
        annotations = list(content["annotations"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotWildMeCoco(path=path) from error
    animals: dict[object, list[SourceAnimal]] = defaultdict(list)
    refused: list[SourceRefusal] = []
    for number, row in enumerate(annotations):
        place = f"annotation {_number(row, number)}"
        try:
            animals[row["image_id"]].append(_animal(row, place, images))
        except InputError as error:
            refused.append(SourceRefusal(place, error))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            why = f"{type(error).__name__} {error}"
            refused.append(SourceRefusal(place, AnnotationUnreadable(why=why)))
    cells = [(n, _taken(row)) for n, row in enumerate(images.values())]
    times, errors = readable_times("date_captured", cells)
    refused += [SourceRefusal("images", error) for error in errors]
    places = _places(path, photos)
    found = [
        _photo(row, places, times.get(n, ""), animals.get(key, []))
        for n, (key, row) in enumerate(images.items())
    ]
    turned = sum(bool(one.box and one.box.turned) for rows in animals.values() for one in rows)
    remarks = (BoxesTurned(boxes=turned, all=len(annotations)),) if turned else ()
    return SourcePackage(
        NAME, tuple(found), refused=tuple(refused), remarks=remarks, folder=places[-1]
    )


def recognises(content: object) -> bool:
    """Whether a JSON value has images and annotations, as this form has them."""
    return isinstance(content, dict) and {"images", "annotations"} <= content.keys()


def _number(row: object, number: int) -> object:
    return row.get("id", row.get("uuid", number)) if isinstance(row, dict) else number


def _places(path: Path, photos: Path | None) -> list[Path]:
    """Folders that may hold the photos."""
    part = path.stem.removeprefix("instances_")
    beside = [path.parent, path.parent / "images", path.parent.parent / "images"]
    beside = [photos, *beside] if photos else beside
    return [*beside, *(folder / part for folder in beside)]


def _animal(row: Row, place: str, images: Mapping[object, Row]) -> SourceAnimal:
    if row["image_id"] not in images:
        raise AnnotationOfNoImage(image=str(row["image_id"]))
    theta = float(row.get("theta") or 0)
    box = source_box(row["bbox"], shares=False, theta=theta)
    if box is None:
        raise CocoBoxUnusable(box=str(row["bbox"]))
    word = str(row.get("viewpoint") or "")
    flank = flank_of(word) if word else None
    return SourceAnimal(
        box=box,
        species=str(row.get("species") or ""),
        individual=_individual(row),
        flank=flank if flank is not Flank.UNKNOWN else None,
        viewpoint=word,
        event=str(row.get("encounter") or ""),
        place=place,
        extras={
            k: v if isinstance(v, str) else json.dumps(v)
            for k, v in row.items()
            if k not in READ_HERE and v not in (None, "", [])
        },
    )


def _individual(annotation: Row) -> str:
    """`name`, else the only one of `individual_ids`."""
    name = name_of(str(annotation.get("name") or ""))
    known = annotation.get("individual_ids") or []
    return name or (name_of(str(known[0])) if len(known) == 1 else "")


def _taken(image: Row) -> str:
    return str(image.get("date_captured") or "").strip()


def _photo(
    image: Row, places: list[Path], time: str, animals: Sequence[SourceAnimal]
) -> SourcePhoto:
    name = str(image.get("file_name") or image.get("uuid") or image["id"])
    parts = parts_of(name)
    there = ".." not in parts and parts
    file = next((p for place in places if (p := place.joinpath(*parts)).is_file()), None)
    latitude, longitude = (_degrees(image.get(f"gps_{axis}_captured")) for axis in ("lat", "lon"))
    whole = latitude is not None and longitude is not None
    events = {one.event for one in animals if one.event}
    return SourcePhoto(
        path=name.replace("\\", "/"),
        file=file if there else None,
        missing=None if there and file else NotThere(path=name),
        captured_at=datetime.fromisoformat(time) if len(time) > 10 else None,
        captured_on=time if 0 < len(time) <= 10 else "",
        event=events.pop() if len(events) == 1 else "",
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        animals=tuple(animals),
        category=ANIMAL if animals else "",
        extras={k: str(image[k]) for k in ("uuid", "license", "photographer") if image.get(k)},
    )


def _degrees(value: object) -> float | None:
    """Degrees; None for nothing and for -1, by which the form says that nobody knows."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if isfinite(number) and number != -1 else None


FORMAT = Format(NAME, recognises=lambda file: file.suffix.casefold() == ".json", read=read)
