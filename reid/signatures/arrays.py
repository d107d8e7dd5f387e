"""Local features as plain bytes of a known length: nothing a reader must trust, nothing to unpack.

The numbers are those of `reid.describe.packing`, so a neighbour compares what a catalogue keeps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.describe.packing import FULL, PackedFeatures, packed_from
from reid.types import Float32, LocalFeatures

MOST_CELLS = 10_000  # of one annotation
WIDEST = 1024  # numbers of a descriptor


@dataclass(frozen=True, slots=True)
class FeatureBytes:
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
        parts: dict[str, NDArray[Any]] = {}
        at = 0
        for name, kind, shape in self._layout():
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            parts[name] = np.frombuffer(self.data[at : at + size], kind).reshape(shape)
            at += size
        return packed_from(
            parts | {"low": parts["low"] + np.array(corner, np.float32)},
            model=model,
            signed=self.signed,
            coarse=self.coarse,
        ).unpacked()

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


def packed(features: LocalFeatures, corner: Float32) -> FeatureBytes:
    """The features as bytes; corner: (2,) of the crop, which becomes the origin."""
    kept = PackedFeatures.of(features)
    weight = np.full(len(features), FULL, np.uint8) if kept.weight is None else kept.weight
    arrays: list[NDArray[Any]] = [
        (kept.low - corner).astype("<f4"), kept.step.astype("<f4"), kept.points, kept.descriptors,
        weight,
    ]  # fmt: skip
    arrays += [] if kept.places is None else [kept.places]
    return FeatureBytes(
        count=len(features),
        coarse=features.coarse,
        width=features.descriptors.shape[1],
        signed=kept.signed,
        placed=kept.places is not None,
        data=b"".join(np.ascontiguousarray(array).tobytes() for array in arrays),
    )
