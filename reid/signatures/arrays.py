"""Local features as plain bytes of a known length: nothing a reader must trust, nothing to unpack.

The numbers are those of `reid.describe.packing`, so a neighbour compares what a catalogue keeps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.describe.packing import arrays_of, features_of
from reid.types import Float32, LocalFeatures

MOST_CELLS = 10_000  # of one annotation
WIDEST = 1024  # numbers of a descriptor


@dataclass(frozen=True, slots=True)
class PackedFeatures:
    """The features of one annotation as they stand in a file.

    count: keypoints or cells. coarse: the first so many are of the coarse scale. width: numbers of
    a descriptor. signed: some numbers lie below 0. placed: each has its place on the body.
    data: `length` bytes.
    """

    count: int
    coarse: int
    width: int
    signed: bool
    placed: bool
    data: bytes = b""

    @property
    def length(self) -> int:
        """How many bytes the features take."""
        return 16 + self.count * (4 + self.width // 2 + 1 + 2 * self.placed)

    def features(self, model: str, corner: tuple[float, float] = (0.0, 0.0)) -> LocalFeatures:
        """The features, moved so that the crop's corner lies there."""
        parts, at = {}, 0
        for name, kind, shape in self._layout():
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            parts[name] = np.frombuffer(self.data[at : at + size], kind).reshape(shape)
            at += size
        arrays: dict[str, NDArray[Any]] = {
            **parts,
            "low": parts["low"] + np.array(corner, np.float32),
            "signed": np.array(self.signed),
            "coarse": np.array(self.coarse),
        }
        return features_of(arrays, model)

    def _layout(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Name, type and shape of the arrays in their order."""
        n = self.count
        layout: list[tuple[str, str, tuple[int, ...]]] = [
            ("low", "<f4", (2,)),
            ("step", "<f4", (2,)),
            ("points", "<u2", (n, 2)),
            ("descriptors", "u1", (n, self.width // 2)),
            ("weight", "u1", (n,)),
        ]
        return [*layout, ("places", "i1", (n, 2))] if self.placed else layout


def packed(features: LocalFeatures, corner: Float32) -> PackedFeatures:
    """The features as bytes; corner: (2,) of the crop, which becomes the origin."""
    arrays = arrays_of(features)
    arrays["low"] = (arrays["low"] - corner).astype("<f4")
    arrays["step"] = arrays["step"].astype("<f4")
    shape = PackedFeatures(
        count=len(features),
        coarse=features.coarse,
        width=features.descriptors.shape[1],
        signed=bool(arrays["signed"]),
        placed=features.places is not None,
    )
    names = ["low", "step", "points", "descriptors", "weight"]
    names += ["places"] if shape.placed else []
    data = b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in names)
    return PackedFeatures(shape.count, shape.coarse, shape.width, shape.signed, shape.placed, data)
