"""Wild Me COCO, as Leopard ID 2022 comes: images and annotations in one JSON file."""

import json
from collections.abc import Mapping
from math import cos, radians, sin
from pathlib import Path
from typing import Any

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
from reid.types import Box

Row = Mapping[str, Any]


class NotWildMeCoco(
    BadDataset, message="{path} is no Wild Me COCO file: it needs images with an id and annotations"
): ...


def read(path: Path) -> Reading:
    """Annotations of a file such as leopard.coco/annotations/instances_train2022.json.

    Photos are looked for beside the file, in `images` beside it or beside its folder, and there in
    the folder of the file's own part (train2022). A box turned by `theta` becomes the upright box
    around it. Annotations that show no flank (front, back) are skipped, each with a sentence.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        images = {row["id"]: row for row in content["images"]}
        annotations = list(content["annotations"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotWildMeCoco(path=path) from error
    reading, places = Reading(), _places(path)
    for number, row in enumerate(annotations):
        try:
            _add(reading, row, images, places)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            where = row.get("id", number) if isinstance(row, dict) else number
            reading.skipped.append(f"annotation {where}: {type(error).__name__} {error}")
    return reading


def _places(path: Path) -> list[Path]:
    """Folders that may hold the photos."""
    part = path.stem.removeprefix("instances_")
    beside = [path.parent, path.parent / "images", path.parent.parent / "images"]
    return [*beside, *(folder / part for folder in beside)]


def _add(
    reading: Reading, annotation: Row, images: Mapping[object, Row], places: list[Path]
) -> None:
    label = f"annotation {annotation.get('id', annotation.get('uuid', '?'))}"
    image = images.get(annotation["image_id"])
    if image is None:
        reading.skipped.append(f"{label}: no image {annotation['image_id']}")
        return
    flank = flank_of(str(annotation.get("viewpoint") or ""))
    x, y, width, height = (float(v) for v in annotation["bbox"])
    box = _upright(x, y, width, height, float(annotation.get("theta") or 0))
    if flank is None or box is None:
        why = (
            f"shows no flank ({annotation['viewpoint']})"
            if flank is None
            else f"box {annotation['bbox']}"
        )
        reading.skipped.append(f"{label}: {why}")
        return
    name = str(image["file_name"])
    file = next((p / name for p in places if (p / name).is_file()), places[-1] / name)
    reading.annotations.append(
        NamedAnnotation(file, _individual(annotation), flank, box, _occasions(annotation, image))
    )


def _individual(annotation: Row) -> str:
    """`name`, else the only one of `individual_ids`."""
    name = name_of(str(annotation.get("name") or ""))
    known = annotation.get("individual_ids") or []
    return name or (name_of(str(known[0])) if len(known) == 1 else "")


def _occasions(annotation: Row, image: Row) -> frozenset[str]:
    """Encounter of the annotation and time of its image."""
    taken = str(image.get("date_captured") or "").replace("/", "-")
    place = [str(image.get(f"gps_{axis}_captured") or "") for axis in ("lat", "lon")]
    station = " ".join(place) if all(name_of(p) and p != "-1" for p in place) else ""
    return occasions(encounter=str(annotation.get("encounter") or ""), station=station, taken=taken)


def _upright(x: float, y: float, width: float, height: float, theta: float) -> Box | None:
    """The upright box around one that is turned by theta about its centre.

    theta: radians; degrees where it is larger than a full turn.
    """
    angle = theta if abs(theta) < 6.3 else radians(theta)
    c, s = abs(cos(angle)), abs(sin(angle))
    w, h = width * c + height * s, width * s + height * c
    return pixel_box(x + (width - w) / 2, y + (height - h) / 2, w, h)


FORMAT = Format("wildme_coco", recognises=lambda file: file.suffix.casefold() == ".json", read=read)
