"""Features as bytes for a database: exact for embeddings, 8 bits a number for descriptors."""

import io

import numpy as np
from numpy.typing import NDArray

from reid.types import Embedding, LocalFeatures

FEW, MANY = 7, 127  # steps of a descriptor's number to either side
PLACES = 90.0  # steps of a place on the body


def pack_vector(embedding: Embedding) -> bytes:
    """Little-endian float32."""
    return embedding.vector.astype("<f4").tobytes()


def unpack_vector(data: bytes, model: str) -> Embedding:
    """The inverse of `pack_vector`."""
    return Embedding(np.frombuffer(data, "<f4").astype(np.float32), model)


def pack_features(features: LocalFeatures) -> bytes:
    """Points as float32, weights in 255 steps, places in 90 steps a body length; descriptors in 4
    bits a number where places are told (those of the network), else in 8.

    Each descriptor has a scale of its own. A cosine is off by 0.02 (4 bits) or 0.005 (8 bits) at
    most (tested).
    """
    steps = FEW if features.places is not None else MANY
    largest = np.abs(features.descriptors).max(1, initial=1e-6, keepdims=True)
    whole = np.round(features.descriptors * (steps / largest)).astype(np.int8)
    arrays = {
        "points": features.points.astype("<f4"),
        "descriptors": _halved(whole) if steps == FEW else whole,
        "weight": np.round(features.weight * 255).astype(np.uint8),
        "model": np.array(features.model),
        "coarse": np.array(features.coarse),
    }
    if features.places is not None:
        arrays["places"] = np.clip(np.round(features.places * PLACES), -127, 127).astype(np.int8)
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def unpack_features(data: bytes) -> LocalFeatures:
    """The inverse of `pack_features`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        places = arrays["places"].astype(np.float32) / PLACES if "places" in arrays else None
        whole = arrays["descriptors"] if places is None else _doubled(arrays["descriptors"])
        descriptors = whole.astype(np.float32)
        norms = np.linalg.norm(descriptors, axis=1, keepdims=True)
        return LocalFeatures(
            arrays["points"].astype(np.float32),
            (descriptors / np.maximum(norms, 1e-6)).astype(np.float32),
            arrays["weight"].astype(np.float32) / 255,
            str(arrays["model"]),
            int(arrays["coarse"]) if "coarse" in arrays else 0,
            places,
        )


def _halved(whole: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Two numbers from -7 to 7 a byte."""
    raised = (whole + 8).astype(np.uint8)
    return np.asarray(raised[:, ::2] << 4 | raised[:, 1::2], np.uint8)


def _doubled(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The inverse of `_halved`."""
    return np.stack([packed >> 4, packed & 15], 2).reshape(len(packed), -1).astype(np.int8) - 8
