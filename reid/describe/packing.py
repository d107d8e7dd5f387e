"""Features as bytes for a database: exact for embeddings, 4 bits a number for descriptors."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.types import (
    AnnotationFeatures,
    Box,
    Embedding,
    Flank,
    Float32,
    LocalFeatures,
    Pose,
    Quality,
)

SIGNED, UNSIGNED = 7, 15  # steps of a descriptor's number: to either side, or upwards
FINEST = 65535  # steps of a point over the photo
PLACES = 90.0  # steps of a place on the body
FULL = 255  # steps of a weight


def pack_vector(embedding: Embedding) -> bytes:
    """Little-endian float32."""
    return embedding.vector.astype("<f4").tobytes()


def unpack_vector(data: bytes, model: str) -> Embedding:
    """The inverse of `pack_vector`."""
    return Embedding(np.frombuffer(data, "<f4").astype(np.float32), model)


@dataclass(frozen=True, slots=True)
class PackedFeatures:
    """Local features as small as they are kept: about 160 KB of an annotation in memory.

    descriptors: (K, D / 2) uint8, two numbers a byte, or (K, D) as an earlier version kept them.
    norms: (K, 1) float32, of the descriptors before they are divided by them. points: (K, 2) in
    steps of `step` from `low`. weight: (K,) uint8, None where all are 1. places: (K, 2) int8.
    """

    points: NDArray[Any]
    low: Float32
    step: Float32
    descriptors: NDArray[Any]
    norms: Float32
    halved: bool
    signed: bool
    weight: NDArray[np.uint8] | None
    places: NDArray[np.int8] | None
    model: str
    coarse: int

    @classmethod
    def of(cls, features: LocalFeatures) -> "PackedFeatures":
        """Points in 65,535 steps over all of them, weights in 255, places in 90 a body length, and
        descriptors in 4 bits a number.

        Each descriptor has a scale of its own; where none has a number below 0, as in RootSIFT, all
        steps lie above it. What comes back has a cosine of 0.98 or more with what was kept
        (tested).
        """
        signed = bool((features.descriptors < 0).any())
        steps = SIGNED if signed else UNSIGNED
        largest = np.abs(features.descriptors).max(1, initial=1e-6, keepdims=True)
        whole = np.round(features.descriptors * (steps / largest)).astype(np.int8)
        halves = _halved(whole + 8 if signed else whole)
        low, step = _scale(features.points)
        weight = np.round(features.weight * 255).astype(np.uint8)
        places = None
        if features.places is not None:
            places = np.clip(np.round(features.places * PLACES), -127, 127).astype(np.int8)
        return cls(
            points=np.round((features.points - low) / step).astype("<u2"),
            low=low,
            step=step,
            descriptors=halves,
            norms=_norms(_numbers(halves, signed=signed)),
            halved=True,
            signed=signed,
            weight=None if (weight == FULL).all() else weight,
            places=places,
            model=features.model,
            coarse=features.coarse,
        )

    def unpacked(self) -> LocalFeatures:
        """Descriptors of norm 1, as everything else reads them."""
        if self.halved:
            descriptors = _numbers(self.descriptors, signed=self.signed)
        else:
            descriptors = self.descriptors.astype(np.float32)
        descriptors /= np.maximum(self.norms, np.float32(1e-6))
        full = np.full(len(self.points), FULL, np.uint8)
        weight = (full if self.weight is None else self.weight).astype(np.float32) / FULL
        places = None if self.places is None else self.places.astype(np.float32) / PLACES
        return LocalFeatures(
            (self.points * self.step + self.low).astype(np.float32),
            descriptors,
            weight.astype(np.float32),
            self.model,
            self.coarse,
            places,
        )

    @property
    def size(self) -> int:
        """Bytes of its arrays in memory."""
        arrays = (self.points, self.low, self.step, self.descriptors, self.norms)
        return sum(a.nbytes for a in (*arrays, self.weight, self.places) if a is not None)


@dataclass(frozen=True, slots=True)
class PackedAnnotation:
    """`AnnotationFeatures` with its local features packed."""

    embedding: Embedding
    dense: PackedFeatures
    rootsift: PackedFeatures
    flank: Flank
    box: Box
    pose: Pose | None
    quality: Quality | None
    frames: int = 1

    def unpacked(self) -> AnnotationFeatures:
        """As everything else reads it."""
        return AnnotationFeatures(
            embedding=self.embedding,
            dense=self.dense.unpacked(),
            rootsift=self.rootsift.unpacked(),
            flank=self.flank,
            box=self.box,
            pose=self.pose,
            quality=self.quality,
            frames=self.frames,
        )

    @property
    def size(self) -> int:
        """Bytes of its arrays in memory."""
        return self.embedding.vector.nbytes + self.dense.size + self.rootsift.size


def pack_features(features: LocalFeatures) -> bytes:
    """Local features as bytes, see `PackedFeatures.of`."""
    packed = PackedFeatures.of(features)
    arrays = {
        "head": np.array([*packed.low, *packed.step, packed.signed, packed.coarse], "<f8"),
        "points": packed.points,
        "descriptors": packed.descriptors,
        "model": np.array(packed.model),
    }
    beside = {"weight": packed.weight, "places": packed.places}
    arrays |= {name: array for name, array in beside.items() if array is not None}
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def unpack_features(data: bytes) -> LocalFeatures:
    """The inverse of `pack_features`; also reads what earlier versions kept."""
    return read_packed(data).unpacked()


def read_packed(data: bytes) -> PackedFeatures:
    """What `pack_features` or an earlier version kept, still packed."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        low, step, signed, coarse = _head(arrays)
        ends = {"low": low, "step": step}
        halved = "head" in arrays or "signed" in arrays  # else 8 bits a number
        return packed_from(
            dict(arrays) | ends, str(arrays["model"]), signed=signed, coarse=coarse, halved=halved
        )


def unpack_some(data: bytes, rows_of: Callable[[Float32, int], NDArray[np.intp]]) -> Float32:
    """(R, D) descriptors of norm 1 of some rows, as `unpack_features` gives them; nothing else is
    unpacked.

    rows_of: which rows, by all weights and by how many of them are of the coarse scale.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        _, _, signed, coarse = _head(arrays)
        descriptors = arrays["descriptors"]
        full = np.full(len(descriptors), FULL, np.uint8)
        weight = arrays.get("weight", full).astype(np.float32) / FULL
        rows = rows_of(weight, coarse)
        some = descriptors[rows]
        halved = "head" in arrays or "signed" in arrays
    numbers = _numbers(some, signed=signed) if halved else some.astype(np.float32)
    return np.asarray(numbers / np.maximum(_norms(numbers), np.float32(1e-6)), np.float32)


def packed_from(
    arrays: Mapping[str, NDArray[Any]],
    model: str,
    *,
    signed: bool,
    coarse: int,
    halved: bool = True,
) -> PackedFeatures:
    """From points, low, step, descriptors and, where they are, weight and places."""
    descriptors = arrays["descriptors"]
    whole = _numbers(descriptors, signed=signed) if halved else descriptors.astype(np.float32)
    return PackedFeatures(
        points=arrays["points"],
        low=arrays["low"],
        step=arrays["step"],
        descriptors=descriptors,
        norms=_norms(whole),
        halved=halved,
        signed=signed,
        weight=arrays.get("weight"),
        places=arrays.get("places"),
        model=model,
        coarse=coarse,
    )


def _head(arrays: Mapping[str, NDArray[Any]]) -> tuple[Float32, Float32, bool, int]:
    """Where the points begin, their step, whether numbers are signed, and how many are coarse."""
    if "head" in arrays:
        head = arrays["head"]
        ends = head[:2].astype(np.float32), head[2:4].astype(np.float32)
        return (*ends, bool(head[4]), int(head[5]))
    coarse = int(arrays["coarse"]) if "coarse" in arrays else 0
    if "signed" not in arrays:
        return np.zeros(2, np.float32), np.ones(2, np.float32), False, coarse
    return arrays["low"], arrays["step"], bool(arrays["signed"]), coarse


def as_kept(features: AnnotationFeatures) -> AnnotationFeatures:
    """What a database gives back of an annotation's features."""
    return replace(
        features,
        dense=PackedFeatures.of(features.dense).unpacked(),
        rootsift=PackedFeatures.of(features.rootsift).unpacked(),
    )


def _scale(points: Float32) -> tuple[Float32, Float32]:
    """The lowest corner of all points, and the step of either axis, (2,) each."""
    if not len(points):
        return np.zeros(2, np.float32), np.ones(2, np.float32)
    low = points.min(0).astype(np.float32)
    return low, np.maximum((points.max(0) - low) / FINEST, 1e-9).astype(np.float32)


def _halved(whole: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Two numbers from 0 to 15 a byte."""
    even = whole.astype(np.uint8)
    return np.asarray(even[:, ::2] << 4 | even[:, 1::2], np.uint8)


def _numbers(packed: NDArray[np.uint8], *, signed: bool) -> Float32:
    """The inverse of `_halved`, less what was added to signed numbers."""
    pairs = _SIGNED_PAIRS if signed else _PAIRS
    numbers: Float32 = pairs.take(packed).view(np.float32)
    return numbers.reshape(len(packed), 2 * packed.shape[1])


def _norms(numbers: Float32) -> Float32:
    return np.asarray(np.linalg.norm(numbers, axis=1, keepdims=True), np.float32)


def _pairs(offset: int) -> NDArray[np.float64]:
    """(256,) both numbers of each byte as float32, read together as one float64."""
    byte = np.arange(256)
    both = np.stack([byte >> 4, byte & 15], 1) - offset
    return np.ascontiguousarray(both, np.float32).view(np.float64)[:, 0]


_PAIRS, _SIGNED_PAIRS = _pairs(0), _pairs(8)
