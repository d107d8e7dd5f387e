"""MegaDetector's batch output (JSON, 1.0 to 1.6, and what later ones add): boxes of a detector."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reid.errors import BadDataset, InputError
from reid.interchange.json_file import read_json
from reid.interchange.locate import PhotoPlaces, parts_of
from reid.interchange.package import (
    ANIMAL,
    BLANK,
    PERSON,
    VEHICLE,
    SourceAnimal,
    SourcePackage,
    SourcePhoto,
    SourceRefusal,
    share_box,
)

NAME = "megadetector"
Entry = Mapping[str, Any]
NO_ANIMALS = {PERSON, VEHICLE, "human"}
READ_HERE = {"file", "detections", "failure", "frame_rate", "frames_processed"}


class NotMegaDetector(
    BadDataset,
    message="{path} is no output of MegaDetector: it needs info.format_version, "
    "detection_categories and images",
): ...


class OtherMegaDetector(
    BadDataset,
    message="{path} has format version {version}; 1.0 to 1.6 are read: write it anew with a "
    "present MegaDetector",
): ...


class NoCategoryOfAnimals(
    BadDataset,
    message="{path} calls no category animal, but {categories}: rename the one of animals to "
    "animal in detection_categories",
): ...


class EntryNamesNoFile(InputError, message="it names no file: leave it out"): ...


class FileNamedTwice(
    InputError, message="{path} stands twice: join both entries, or leave one out"
): ...


class BoxOfDetectorUnusable(
    InputError, message="{path}: {box} is no box [x, y, width, height] within 0 to 1"
): ...


class DetectionWithoutConfidence(
    InputError, message="{path}: a detection without a confidence from 0 to 1 ({confidence})"
): ...


def recognises(content: object) -> bool:
    """Whether a JSON value has the parts of a batch output."""
    return isinstance(content, dict) and {"images", "detection_categories"} <= content.keys()


def read(path: Path, photos: Path | None = None) -> SourcePackage:
    """The photos of a batch output, each with everything that the detector saw in it.

    photos: the folder that the paths start from; the folder of the file where none is named. A
    category that the file does not explain is no detection, as its makers say. Raises BadDataset
    where the file as a whole cannot be read.
    """
    content = _content(path)
    info, entries = content["info"], content["images"]
    names = _categories(path, content["detection_categories"])
    stated = content.get("classification_categories")
    classes = {str(k): str(v) for k, v in stated.items()} if isinstance(stated, dict) else {}
    folder = photos or path.parent
    files = [str(one["file"]) for one in entries if isinstance(one, dict) and one.get("file")]
    places = PhotoPlaces(folder, files)
    read_photos: dict[str, SourcePhoto] = {}
    refused: list[SourceRefusal] = []
    for number, entry in enumerate(entries):
        place = f"{path.name}, images[{number}]"
        try:
            photo, errors = _photo(entry, names, classes, places)
            key = "/".join(parts_of(photo.path))
            if key in read_photos:
                raise FileNamedTwice(path=photo.path)
        except InputError as error:
            refused.append(SourceRefusal(place, error))
            continue
        read_photos[key] = photo
        refused += [SourceRefusal(place, error) for error in errors]
    return SourcePackage(
        NAME,
        tuple(read_photos.values()),
        refused=tuple(refused),
        detector=str(info.get("detector") or ""),
        threshold=_threshold(info),
        classifier=str(info.get("classifier") or ""),
        about={"format_version": str(info["format_version"])},
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        content = read_json(path)
        version = str(content["info"]["format_version"])
        whole = isinstance(content["images"], list)
        whole &= isinstance(content["detection_categories"], dict)
    except (ValueError, KeyError, TypeError) as error:
        raise NotMegaDetector(path=path) from error
    if not whole:
        raise NotMegaDetector(path=path)
    if version.partition(".")[0] != "1":
        raise OtherMegaDetector(path=path, version=version)
    result: dict[str, Any] = content
    return result


def _categories(path: Path, stated: Entry) -> dict[str, str]:
    """Number -> category. A file that calls none of its categories animal, and any of them other
    than people and vehicles, is refused: its animals would be taken for something else."""
    names = {str(key): str(value).strip().casefold() for key, value in stated.items()}
    if ANIMAL not in names.values() and {*names.values()} - NO_ANIMALS:
        raise NoCategoryOfAnimals(path=path, categories=tuple(map(str, stated.values())))
    return names


def _threshold(info: Entry) -> float | None:
    about = info.get("detector_metadata")
    value = about.get("typical_detection_threshold") if isinstance(about, dict) else None
    return float(value) if isinstance(value, int | float) else None


def _photo(
    entry: object, names: Mapping[str, str], classes: Mapping[str, str], places: PhotoPlaces
) -> tuple[SourcePhoto, list[InputError]]:
    if not isinstance(entry, dict) or not entry.get("file"):
        raise EntryNamesNoFile()
    path = str(entry["file"]).replace("\\", "/")
    animals: list[SourceAnimal] = []
    errors: list[InputError] = []
    detections = entry.get("detections")
    for detection in detections if isinstance(detections, list) else []:
        if not isinstance(detection, dict):
            errors.append(BoxOfDetectorUnusable(path=path, box=_text(detection)))
            continue
        category = names.get(str(detection.get("category")))
        if category is None:
            continue  # "should be treated as no detection"
        try:
            animals.append(_animal(path, category, detection, classes))
        except InputError as error:
            errors.append(error)
    file, missing = places.file(path)
    failed, frames = entry.get("failure") or "", entry.get("frames_processed")
    if not failed and not isinstance(detections, list):
        failed = "the detector says nothing of it"
    photo = SourcePhoto(
        path=path,
        file=file,
        missing=missing,
        animals=tuple(animals),
        category=_category(animals, failed=bool(failed), unread=bool(errors)),
        failure=str(failed),
        frame_rate=_number(entry.get("frame_rate")),
        frames=tuple(n for n in frames if isinstance(n, int)) if isinstance(frames, list) else (),
        extras={str(k): _text(v) for k, v in entry.items() if k not in READ_HERE and v is not None},
    )
    return photo, errors


def _category(animals: list[SourceAnimal], *, failed: bool, unread: bool) -> str:
    """What the detector thinks is in it, at any confidence; "" where it says nothing."""
    if any(one.category == ANIMAL for one in animals):
        return ANIMAL
    if animals:
        return animals[0].category
    return "" if failed or unread else BLANK


def _animal(path: str, category: str, detection: Entry, classes: Mapping[str, str]) -> SourceAnimal:
    confidence = _number(detection.get("conf"))
    if confidence is None or not 0 <= confidence <= 1:
        raise DetectionWithoutConfidence(path=path, confidence=_text(detection.get("conf")))
    values = detection.get("bbox")
    box = share_box(values) if isinstance(values, list) else None
    if box is None:
        raise BoxOfDetectorUnusable(path=path, box=_text(values))
    frame = detection.get("frame_number")
    species, sure = _class(detection.get("classifications"), classes)
    return SourceAnimal(
        box=box,
        category=category,
        confidence=confidence,
        species=species,
        species_confidence=sure,
        by_machine=True,
        frame=frame if isinstance(frame, int) else None,
    )


def _class(found: object, classes: Mapping[str, str]) -> tuple[str, float | None]:
    """The first class of a classifier, which is the most probable one."""
    first = found[0] if isinstance(found, list) and found else None
    if not isinstance(first, list) or not first:
        return "", None
    name, *rest = first
    return classes.get(str(name), ""), _number(rest[0]) if rest else None


def _number(value: object) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(value) if known else None  # type: ignore[arg-type]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:1000]
