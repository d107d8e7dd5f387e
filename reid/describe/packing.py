"""Features as bytes for a database: exact for embeddings, 8 bits a number for descriptors."""

import io

import numpy as np

from reid.types import Embedding, LocalFeatures


def pack_vector(embedding: Embedding) -> bytes:
    """Little-endian float32."""
    return embedding.vector.astype("<f4").tobytes()


def unpack_vector(data: bytes, model: str) -> Embedding:
    """The inverse of `pack_vector`."""
    return Embedding(np.frombuffer(data, "<f4").astype(np.float32), model)


def pack_features(features: LocalFeatures) -> bytes:
    """Points as float32, descriptors as int8 in a common scale, weights in 255 steps.

    Descriptors lose less than 0.5 % of a cosine (tested), and three quarters of their size.
    """
    largest = float(np.abs(features.descriptors).max(initial=1e-6))
    out = io.BytesIO()
    np.savez(
        out,
        points=features.points.astype("<f4"),
        descriptors=np.round(features.descriptors * (127 / largest)).astype(np.int8),
        weight=np.round(features.weight * 255).astype(np.uint8),
        model=np.array(features.model),
        coarse=np.array(features.coarse),
    )
    return out.getvalue()


def unpack_features(data: bytes) -> LocalFeatures:
    """The inverse of `pack_features`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        descriptors = arrays["descriptors"].astype(np.float32)
        norms = np.linalg.norm(descriptors, axis=1, keepdims=True)
        return LocalFeatures(
            arrays["points"].astype(np.float32),
            (descriptors / np.maximum(norms, 1e-6)).astype(np.float32),
            arrays["weight"].astype(np.float32) / 255,
            str(arrays["model"]),
            int(arrays["coarse"]) if "coarse" in arrays else 0,
        )
