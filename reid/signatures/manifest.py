"""The table of contents of a file of signatures: written, and read as a stranger's."""

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, TypeVar

import numpy as np

from reid.signatures.arrays import MOST_CELLS, WIDEST, FeatureBytes
from reid.signatures.content import PassedAnimal, PassedAnnotation, PassedQuality, Signatures
from reid.signatures.errors import AreaTooFine, NoSuchArea, SignaturesDamaged
from reid.signatures.places import CONTACT, area_of, is_line
from reid.types import Flank, Grade, Pose, Reason

T = TypeVar("T")
MOST_ANIMALS, MOST_ANNOTATIONS = 100_000, 1000
MODEL = re.compile(r"[a-z0-9_.-]{1,40}@[0-9a-z+.-]{1,20}")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
CODE = re.compile(r"[0-9A-Z]{4,60}")
LARGEST_SIDE = 100_000.0  # pixels of a crop
VECTOR = 4096  # numbers of an embedding


def manifest_of(signatures: Signatures) -> tuple[dict[str, Any], list[bytes]]:
    """The table of contents, and the arrays in its order."""
    arrays: list[bytes] = []
    animals = []
    for animal in signatures.animals:
        rows = []
        for annotation in animal.annotations:
            rows.append(_row(annotation))
            arrays += [annotation.vector, annotation.dense.data]
            arrays += [annotation.rootsift.data] if annotation.rootsift else []
        animals.append({"code": animal.code, "name": animal.name, "annotations": rows})
    manifest = {
        "model": signatures.model,
        "rootsift": signatures.rootsift,
        "calibrator": signatures.calibrator,
        "area": signatures.area,
        "contact": signatures.contact,
        "made": signatures.made,
        "each": signatures.each,
        "counts": {"animals": len(animals), "annotations": signatures.annotations},
        "animals": animals,
    }
    return manifest, arrays


def _row(annotation: PassedAnnotation) -> dict[str, Any]:
    quality, pose = annotation.quality, annotation.pose
    return {
        "flank": annotation.flank.value,
        "month": annotation.month,
        "quality": quality
        and {
            "value": quality.value,
            "grade": quality.grade.value,
            "reasons": [reason.value for reason in quality.reasons],
            "model": quality.model,
        },
        "pose": pose and [pose.left, pose.yaw],
        "size": list(annotation.size),
        "vector": len(annotation.vector) // 4,
        "dense": _shape(annotation.dense),
        "rootsift": annotation.rootsift and _shape(annotation.rootsift),
    }


def _shape(packed: FeatureBytes) -> list[Any]:
    return [packed.count, packed.coarse, packed.width, packed.signed, packed.placed]


def signatures_of(manifest: object, arrays: bytes, fingerprint: str) -> Signatures:
    """The inverse of `manifest_of`; every value is looked at, and all bytes must be used.

    Raises SignaturesDamaged.
    """
    reader = _ArrayReader(arrays)
    try:
        signatures = _signatures(_Fields(manifest), reader, fingerprint)
    except (AreaTooFine, NoSuchArea) as error:
        raise SignaturesDamaged(fault=str(error)) from error
    if reader.left:
        raise SignaturesDamaged(fault=f"{reader.left} bytes belong to nothing")
    return signatures


class _Fields:
    """An object of the table of contents; what is missing or of another kind is an error."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, dict):
            raise SignaturesDamaged(fault="a part of the table of contents is no object")
        self._values = values

    def get(self, name: str, fits: Callable[[Any], bool]) -> Any:  # noqa: ANN401
        value = self._values.get(name)
        if not fits(value):
            raise SignaturesDamaged(fault=f"{name} is not what it should be")
        return value

    def text(self, name: str, most: int) -> str:
        return str(self.get(name, lambda value: is_line(value, most)))

    def shaped(self, name: str, pattern: re.Pattern[str], *, empty: bool = False) -> str:
        def fits(value: object) -> bool:
            return isinstance(value, str) and (
                bool(pattern.fullmatch(value)) or (empty and not value)
            )

        return str(self.get(name, fits))

    def number(self, name: str, low: float, high: float) -> float:
        return float(self.get(name, lambda value: _within(value, low, high)))

    def count(self, name: str, low: int, high: int) -> int:
        return int(self.get(name, lambda value: _is_count(value, low, high)))

    def of(self, name: str, kind: Callable[[str], T]) -> T:
        return _of(kind, self._values.get(name), name)

    def listed(self, name: str, most: int) -> list[Any]:
        values = self.get(name, lambda value: isinstance(value, list) and len(value) <= most)
        return list(values)

    def part(self, name: str) -> "_Fields | None":
        return None if self._values.get(name) is None else _Fields(self._values[name])

    def present(self, name: str) -> bool:
        return self._values.get(name) is not None

    def numbers(self, name: str, ranges: Sequence[tuple[float, float]]) -> tuple[float, ...] | None:
        values = self._values.get(name)
        if values is None:
            return None
        if not isinstance(values, list) or len(values) != len(ranges):
            raise SignaturesDamaged(fault=f"{name} is not what it should be")
        if not all(_within(v, *ends) for v, ends in zip(values, ranges, strict=True)):
            raise SignaturesDamaged(fault=f"{name} is out of range")
        return tuple(map(float, values))


def _of(kind: Callable[[str], T], value: object, name: str) -> T:
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise SignaturesDamaged(fault=f"{name} is not what it should be") from error


def _within(value: object, low: float, high: float) -> bool:
    """A finite number in a range; the sizes of integers are looked at first."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (isinstance(value, int) or isfinite(value)) and low <= value <= high


def _is_count(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


class _ArrayReader:
    """Takes arrays from the front of what follows the table of contents."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = memoryview(data), 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise SignaturesDamaged(fault="it holds fewer bytes than it lists")
        part = bytes(self._data[self._at : self._at + length])
        self._at += length
        return part


def _signatures(fields: _Fields, reader: _ArrayReader, fingerprint: str) -> Signatures:
    model, rootsift = fields.shaped("model", MODEL), fields.shaped("rootsift", MODEL, empty=True)
    listed = fields.listed("animals", MOST_ANIMALS)
    animals = tuple(_animal(_Fields(values), reader, bool(rootsift)) for values in listed)
    signatures = Signatures(
        model=model,
        rootsift=rootsift,
        calibrator=fields.shaped("calibrator", MODEL, empty=True),
        area=area_of(fields.text("area", 100)),
        contact=fields.text("contact", CONTACT),
        made=fields.shaped("made", MONTH),
        each=fields.count("each", 1, MOST_ANNOTATIONS),
        animals=animals,
        fingerprint=fingerprint,
    )
    counts = fields.part("counts")
    expected = (len(animals), signatures.annotations)
    if counts is None or expected != tuple(
        counts.count(name, 0, MOST_ANIMALS * MOST_ANNOTATIONS)
        for name in ("animals", "annotations")
    ):
        raise SignaturesDamaged(fault="its counts are not those of what it holds")
    if len({animal.code for animal in animals}) < len(animals):
        raise SignaturesDamaged(fault="two animals have one code")
    return signatures


def _animal(fields: _Fields, reader: _ArrayReader, rootsift: bool) -> PassedAnimal:
    rows = fields.listed("annotations", MOST_ANNOTATIONS)
    if not rows:
        raise SignaturesDamaged(fault="an animal has no annotation")
    return PassedAnimal(
        code=fields.shaped("code", CODE),
        name=fields.text("name", 100),
        annotations=tuple(_annotation(_Fields(row), reader, rootsift) for row in rows),
    )


def _annotation(fields: _Fields, reader: _ArrayReader, rootsift: bool) -> PassedAnnotation:
    quality, pose = fields.part("quality"), fields.numbers("pose", [(0, 1), (-180, 180)])
    size = fields.numbers("size", [(1, LARGEST_SIDE), (1, LARGEST_SIDE)])
    if size is None or (fields.present("rootsift") != rootsift):
        raise SignaturesDamaged(fault="an annotation lacks its size or its keypoints")
    vector = reader.take(4 * fields.count("vector", 1, VECTOR))
    norm = float(np.linalg.norm(np.frombuffer(vector, "<f4").astype(float)))
    if not abs(norm - 1) < 1e-3:
        raise SignaturesDamaged(fault="an embedding is no unit vector")
    return PassedAnnotation(
        flank=fields.of("flank", Flank),
        month=fields.shaped("month", MONTH, empty=True),
        quality=None if quality is None else _quality(quality),
        pose=None if pose is None else Pose(pose[0], pose[1]),
        size=(size[0], size[1]),
        vector=vector,
        dense=_packed(fields.listed("dense", 5), reader),
        rootsift=_packed(fields.listed("rootsift", 5), reader) if rootsift else None,
    )


def _quality(fields: _Fields) -> PassedQuality:
    reasons = fields.listed("reasons", len(Reason))
    return PassedQuality(
        value=fields.number("value", 0, 1),
        grade=fields.of("grade", Grade),
        reasons=tuple(_of(Reason, reason, "reasons") for reason in reasons),
        model=fields.shaped("model", MODEL),
    )


def _packed(shape: list[Any], reader: _ArrayReader) -> FeatureBytes:
    """Features of a listed shape; their points and steps must be finite."""
    fits = len(shape) == 5 and _is_count(shape[0], 0, MOST_CELLS)
    fits = fits and _is_count(shape[1], 0, shape[0]) and _is_count(shape[2], 2, WIDEST)
    if not fits or shape[2] % 2 or not all(isinstance(flag, bool) for flag in shape[3:]):
        raise SignaturesDamaged(fault="the shape of an annotation's features")
    count, coarse, width, signed, placed = shape
    empty = FeatureBytes(count, coarse, width, signed, placed)
    data = reader.take(empty.length)
    grid = np.frombuffer(data[:16], "<f4")
    if not (
        np.isfinite(grid).all() and (np.abs(grid) <= LARGEST_SIDE).all() and (grid[2:] > 0).all()
    ):
        raise SignaturesDamaged(fault="the places of an annotation's features")
    return FeatureBytes(count, coarse, width, signed, placed, data)
