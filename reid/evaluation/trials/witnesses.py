"""Who is asked about a pair: the rosette network with RootSIFT, RootSIFT alone, or a peer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from reid.compare.comparison import rootsift_correspondences, strength
from reid.describe.embed import Embedder
from reid.describe.peers import GlobalEmbedder
from reid.describe.rootsift import WIDTH, rootsift
from reid.evaluation.trials.pairs import Table, compare_all
from reid.evidence.calibrator import Calibrator
from reid.gallery.voting import cells
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Box, Crop, Embedding, Float32, LocalFeatures

OURS = ("rosette-global", "rosette-dense", "rootsift-coat", "fused", "evidence")
Features = TypeVar("Features")
Done = Callable[[int], object]


class EvaluatedMethod(Protocol[Features]):
    """Describes each crop once and then gives every pair that counts a number, or several."""

    def describe(self, crops: Sequence[Crop]) -> Sequence[Features]:
        """What is kept of every crop, in order."""
        ...

    def compare(
        self,
        queries: Sequence[Features],
        gallery: Sequence[Features],
        counted: NDArray[np.bool_],
        done: Done,
    ) -> Mapping[str, Table]:
        """(Q, N) a method; NaN where not counted. `done` hears of finished queries."""
        ...


class Rosette:
    """The product: global, dense and RootSIFT numbers, their fused order, and the log odds."""

    def __init__(self, embedder: Embedder, calibrator: Calibrator) -> None:
        self.embedder, self.calibrator = embedder, calibrator

    def describe(self, crops: Sequence[Crop]) -> Sequence[AnnotationFeatures]:
        """Embedding, dense descriptors and RootSIFT on coat."""
        return self.embedder.describe(crops)

    def compare(
        self,
        queries: Sequence[AnnotationFeatures],
        gallery: Sequence[AnnotationFeatures],
        counted: NDArray[np.bool_],
        done: Done,
    ) -> Mapping[str, Table]:
        """The methods of `OURS`."""
        table = compare_all(queries, gallery, counted, self.calibrator.fusion, done=done)
        scores = (table.cosine, table.dense, table.rootsift, table.agreement)
        return dict(zip(OURS, (*scores, table.evidence(self.calibrator)), strict=True))


def at_first_sight(embedder: Embedder, crops: Sequence[Crop]) -> list[tuple[Embedding, Float32]]:
    """Embeddings and voting cells of every crop, in order."""
    return [(photo.embedding, cells(photo.dense)) for photo in embedder.describe(crops)]


class RootSift:
    """The classical baseline alone: needs no network."""

    def describe(self, crops: Sequence[Crop]) -> Sequence[tuple[LocalFeatures, Box]]:
        """Keypoints and the box they lie in."""
        return [(rootsift(crop), crop.box) for crop in crops]

    def compare(
        self,
        queries: Sequence[tuple[LocalFeatures, Box]],
        gallery: Sequence[tuple[LocalFeatures, Box]],
        counted: NDArray[np.bool_],
        done: Done,
    ) -> Mapping[str, Table]:
        """`rootsift`: the same number as in the product."""
        table = np.full(counted.shape, np.nan)

        def row(q: int) -> None:
            keypoints, box = queries[q]
            for n in np.nonzero(counted[q])[0].tolist():
                others, there = gallery[n]
                scales = (WIDTH / box.width, WIDTH / there.width)
                table[q, n] = strength(rootsift_correspondences(keypoints, others, scales=scales))

        for _ in side_by_side(row, range(len(queries))):
            done(1)
        return {"rootsift": table}


class Global:
    """Any embedder of whole crops, asked for the cosine."""

    def __init__(self, embedder: GlobalEmbedder) -> None:
        self.embedder = embedder

    def describe(self, crops: Sequence[Crop]) -> Sequence[Embedding]:
        """The embedding of each crop, in order."""
        return self.embedder.embed(crops)

    def compare(
        self,
        queries: Sequence[Embedding],
        gallery: Sequence[Embedding],
        counted: NDArray[np.bool_],
        done: Done,
    ) -> Mapping[str, Table]:
        """One method, named after the embedder's model."""
        cosines = np.stack([e.vector for e in queries]) @ np.stack([e.vector for e in gallery]).T
        done(len(queries))
        return {self.embedder.model: np.where(counted, cosines.astype(float), np.nan)}
