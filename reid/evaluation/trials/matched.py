"""ALIKED with LightGlue as a method of the evaluation: all keypoints, or those on coat."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from reid.describe.embed import Embedder, coat_at
from reid.describe.peers.aliked import AlikedKeypoints, AlikedLightGlue
from reid.evaluation.trials.pairs import Table
from reid.types import Crop

ALIKED, ALIKED_COAT = "aliked", "aliked-coat"


class AlikedMethod:
    """One row of a table: how many correspondences a pair has.

    finder: finds the coat; keypoints beside it are dropped. None: the whole crop speaks.
    """

    def __init__(self, networks: AlikedLightGlue, finder: Embedder | None = None) -> None:
        self.networks, self.finder = networks, finder
        self.name = ALIKED_COAT if finder else ALIKED

    def describe(self, crops: Sequence[Crop]) -> list[AlikedKeypoints]:
        """The keypoints of each crop, in order."""
        if self.finder is None:
            return [self.networks.keypoints(crop.image) for crop in crops]
        described = []
        for crop, sights in zip(crops, self.finder.sights(crops), strict=True):
            coat = partial(coat_at, sights)
            described.append(self.networks.keypoints(crop.image, coat=coat))
        return described

    def compare(
        self,
        queries: Sequence[AlikedKeypoints],
        gallery: Sequence[AlikedKeypoints],
        counted: NDArray[np.bool_],
        done: Callable[[int], object],
    ) -> Mapping[str, Table]:
        """A pair that was met the other way round is not asked again: the numbers are the same but
        for a correspondence or two at the threshold."""
        table = np.full(counted.shape, np.nan)
        known: dict[tuple[int, int], int] = {}
        for q, query in enumerate(queries):
            for n in np.nonzero(counted[q])[0].tolist():
                pair = (id(query), id(gallery[n]))
                back = known.get((pair[1], pair[0]))
                known[pair] = (
                    self.networks.correspondences(query, gallery[n]) if back is None else back
                )
                table[q, n] = known[pair]
            done(1)
        return {self.name: table}
