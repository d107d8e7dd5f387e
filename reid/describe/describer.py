"""What turns crops into features, for whoever does not care which network does."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from reid.types import AnnotationFeatures, Crop


class CropDescriber(Protocol):
    """What turns crops into features; the Embedder is one."""

    def describe(self, crops: Sequence[Crop]) -> Iterable[AnnotationFeatures]:
        """Features of every crop, in order."""
        ...
