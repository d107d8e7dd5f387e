"""Wild Me COCO, as Leopard ID 2022 comes: images and annotations in one JSON file."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reid.errors import BadDataset, InputError
from reid.interchange.format import Format
from reid.interchange.individual_names import name_of
from reid.interchange.json_file import read_json
from reid.interchange.locate import PhotoPlaces
from reid.interchange.named import stated_flank
from reid.interchange.package import (
    ANIMAL,
    BoxesTurned,
    SourceAnimal,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    one_a_path,
    source_box,
)
from reid.interchange.positions import Place, position
from reid.interchange.tables import readable_times

NAME = "wildme_coco"
READ_HERE = {
    *("bbox", "theta", "viewpoint", "image_id", "individual_ids", "name", "id", "species"),
    *("encounter", "area", "iscrowd", "category_id"),
}
POSITION = "gps_lat_captured", "gps_lon_captured"
Row = Mapping[str, Any]


class NotWildMeCoco(
    BadDataset, message="{path} is no Wild Me COCO file: it needs images with an id and annotations"
): ...


class AnnotationOfNoImage(InputError, message="no image {image}: add it to images"): ...


class ImageTwice(
    InputError, message="another image has that id, and counts: give {file} an id of its own"
): ...


class CocoBoxUnusable(InputError, message="box {box} is no [x, y, width, height] in pixels"): ...


class AnnotationUnreadable(InputError, message="it cannot be read: {why}"): ...


def read(path: Path, photos: Path | None = None) -> SourcePackage:
    """Annotations of a file such as leopard.coco/annotations/instances_train2022.json.

    Photos are looked for in `photos`, beside the file, in `images` beside it or beside its folder,
    and there in the folder of the file's own part (train2022). A box turned by `theta` becomes the
    upright box around it. Raises BadDataset for another file.
    """
    try:
        content = read_json(path)
        refused: list[SourceRefusal] = []
        images = _images(content["images"], refused)
        annotations = list(content["annotations"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotWildMeCoco(path=path) from error
    animals: dict[object, list[SourceAnimal]] = defaultdict(list)
    for number, row in enumerate(annotations):
        place = f"annotation {_number(row, number)}"
        try:
            animals[row["image_id"]].append(_animal(row, place, images))
        except InputError as error:
            refused.append(SourceRefusal(place, error))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            why = f"{type(error).__name__} {error}"
            refused.append(SourceRefusal(place, AnnotationUnreadable(why=why)))
    cells = [(n, _taken(row)) for n, row in enumerate(images.values(), 1)]
    times = readable_times("date_captured", cells)
    refused += [SourceRefusal("images", error) for error in times.errors.values()]
    folders = _folders(path, photos)
    places = PhotoPlaces(folders[0], map(_file_name, images.values()), beside=map(str, folders))
    found, remarks = one_a_path(
        _photo(row, places, (times.moment(n), times.day(n)), animals.get(key, []), refused)
        for n, (key, row) in enumerate(images.items(), 1)
    )
    turned = sum(bool(one.box and one.box.turned) for rows in animals.values() for one in rows)
    remarks += [BoxesTurned(boxes=turned, all=len(annotations))] if turned else []
    return SourcePackage(
        NAME, found, refused=tuple(refused), remarks=tuple(remarks), folder=folders[-1]
    )


def recognises(content: object) -> bool:
    """Whether a JSON value has images and annotations, as this form has them."""
    return isinstance(content, dict) and {"images", "annotations"} <= content.keys()


def _number(row: object, number: int) -> object:
    return row.get("id", row.get("uuid", number)) if isinstance(row, dict) else number


def _images(rows: Sequence[Row], refused: list[SourceRefusal]) -> dict[object, Row]:
    """The images by their id; of two with one id the first counts, as nothing tells which is meant
    by an annotation."""
    images: dict[object, Row] = {}
    for row in rows:
        if row["id"] in images:
            place = f"image {row['id']}"
            refused.append(SourceRefusal(place, ImageTwice(file=_file_name(row))))
        else:
            images[row["id"]] = row
    return images


def _file_name(image: Row) -> str:
    return str(image.get("file_name") or image.get("uuid") or image["id"])


def _folders(path: Path, photos: Path | None) -> list[Path]:
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
    return SourceAnimal(
        box=box,
        species=str(row.get("species") or ""),
        individual=_individual(row),
        flank=stated_flank(word),
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
    image: Row,
    places: PhotoPlaces,
    taken: tuple[datetime | None, str],
    animals: Sequence[SourceAnimal],
    refused: list[SourceRefusal],
) -> SourcePhoto:
    """The photo of an image. taken: its time and its day, where only that is known."""
    name = _file_name(image)
    file, missing = places.file(name)
    latitude, longitude = _position(image, refused)
    events = {one.event for one in animals if one.event}
    return SourcePhoto(
        path=name.replace("\\", "/"),
        file=file,
        missing=missing,
        captured_at=taken[0],
        captured_on=taken[1],
        event=events.pop() if len(events) == 1 else "",
        latitude=latitude,
        longitude=longitude,
        animals=tuple(animals),
        category=ANIMAL if animals else "",
        extras={k: str(image[k]) for k in ("uuid", "license", "photographer") if image.get(k)},
    )


def _position(image: Row, refused: list[SourceRefusal]) -> Place:
    """The position of an image; none where both are -1, by which the form says so."""
    values = [image.get(name) for name in POSITION]
    if {*map(str, values)} <= {"None", "-1", "-1.0"}:
        return None, None
    texts = [f"{v:.10f}" if isinstance(v, int | float) else str(v or "") for v in values]
    try:
        return position(1, *zip(POSITION, texts, strict=True))
    except InputError as error:
        refused.append(SourceRefusal(f"image {image['id']}", error))
        return None, None


FORMAT = Format(NAME, recognises=lambda file: file.suffix.casefold() == ".json", read=read)
