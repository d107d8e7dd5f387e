"""Features as bytes for a database: exact for embeddings, 4 bits a number for descriptors."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.types import AnnotationFeatures, Embedding, Float32, LocalFeatures

SIGNED, UNSIGNED = 7, 15  # steps of a descriptor's number: to either side, or upwards
FINEST = 65535  # steps of a point over the photo
PLACES = 90.0  # steps of a place on the body


def pack_vector(embedding: Embedding) -> bytes:
    """Little-endian float32."""
    return embedding.vector.astype("<f4").tobytes()


def unpack_vector(data: bytes, model: str) -> Embedding:
    """The inverse of `pack_vector`."""
    return Embedding(np.frombuffer(data, "<f4").astype(np.float32), model)


def pack_features(features: LocalFeatures) -> bytes:
    """The `arrays_of` features in one NPZ. What comes back has a cosine of 0.98 or more with what
    was kept (tested)."""
    arrays = arrays_of(features) | {"model": np.array(features.model)}
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def arrays_of(features: LocalFeatures) -> dict[str, NDArray[Any]]:
    """Points in 65,535 steps over all of them, weights in 255, places in 90 a body length, and
    descriptors in 4 bits a number.

    Each descriptor has a scale of its own; where none has a number below 0, as in RootSIFT, all
    steps lie above it.
    """
    signed = bool((features.descriptors < 0).any())
    steps = SIGNED if signed else UNSIGNED
    largest = np.abs(features.descriptors).max(1, initial=1e-6, keepdims=True)
    whole = np.round(features.descriptors * (steps / largest)).astype(np.int8)
    low, step = _scale(features.points)
    arrays = {
        "points": np.round((features.points - low) / step).astype("<u2"),
        "low": low,
        "step": step,
        "descriptors": _halved(whole + 8 if signed else whole),
        "signed": np.array(signed),
        "weight": np.round(features.weight * 255).astype(np.uint8),
        "coarse": np.array(features.coarse),
    }
    if features.places is not None:
        arrays["places"] = np.clip(np.round(features.places * PLACES), -127, 127).astype(np.int8)
    return arrays


def unpack_features(data: bytes) -> LocalFeatures:
    """The inverse of `pack_features`; also reads what earlier versions kept, 8 bits a number."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return features_of(arrays, str(arrays["model"]))


def features_of(arrays: Mapping[str, NDArray[Any]], model: str) -> LocalFeatures:
    """The inverse of `arrays_of`."""
    descriptors, points = _unpacked(arrays)
    norms = np.linalg.norm(descriptors, axis=1, keepdims=True)
    places = None
    if "places" in arrays:
        places = arrays["places"].astype(np.float32) / np.float32(PLACES)
    return LocalFeatures(
        points,
        (descriptors / np.maximum(norms, 1e-6)).astype(np.float32),
        arrays["weight"].astype(np.float32) / np.float32(255),
        model,
        int(arrays["coarse"]) if "coarse" in arrays else 0,
        places,
    )


def _unpacked(arrays: Mapping[str, NDArray[Any]]) -> tuple[Float32, Float32]:
    """Descriptors of any length, and points."""
    if "signed" not in arrays:
        return arrays["descriptors"].astype(np.float32), arrays["points"].astype(np.float32)
    descriptors = _doubled(arrays["descriptors"]) - np.float32(8 if arrays["signed"] else 0)
    return descriptors, (arrays["points"] * arrays["step"] + arrays["low"]).astype(np.float32)


def as_kept(features: AnnotationFeatures) -> AnnotationFeatures:
    """What a database gives back of an annotation's features."""
    return replace(
        features,
        dense=unpack_features(pack_features(features.dense)),
        rootsift=unpack_features(pack_features(features.rootsift)),
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


def _doubled(packed: NDArray[np.uint8]) -> Float32:
    """The inverse of `_halved`."""
    whole = np.stack([packed >> 4, packed & 15], 2)
    return whole.reshape(len(packed), 2 * packed.shape[1]).astype(np.float32)
