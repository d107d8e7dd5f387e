"""Single rosettes vote: which annotations do the cells of a query point at? One index a flank."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt

import faiss
import numpy as np
from numpy.typing import NDArray

from reid.gallery.index_file import KeptIndex
from reid.gallery.vectors import Ids, keys_of
from reid.types import Flank, Float32, LocalFeatures

CELLS = 150  # of an annotation, and of a query, the most to be trusted
NEIGHBOURS = 20  # of a cell; the last one is the level above which the others count
EXACT = 10_000  # cells up to which every one is looked at
LISTS, PROBES, SAMPLE = 1024, 16, 32  # at most; looked at; cells a list is fitted on
PORTION = 500  # annotations added at a time
GROWTH = 4  # an index is built anew when it holds so many times what its lists were fitted on

ReadCells = Callable[[Sequence[int]], Mapping[int, Float32]]


def cells(dense: LocalFeatures) -> Float32:
    """(C, D) descriptors that vote, C <= 150, see `voting_rows`."""
    rows = voting_rows(dense.weight, dense.coarse)
    return np.ascontiguousarray(dense.descriptors[rows], np.float32)


def voting_rows(weight: Float32, coarse: int) -> NDArray[np.intp]:
    """(C,) the most trusted rows of the coarse scale, or of the only one there is.

    Coarse cells still say something in a poor photo, where the fine ones are noise. weight: (K,)
    of all cells. coarse: how many of them, from the first, are of that scale.
    """
    return np.argsort(-weight[: coarse or None], kind="stable")[:CELLS]


def votes(cosines: Float32, annotations: Ids) -> dict[int, float]:
    """How much each annotation is pointed at, by local naive Bayes nearest neighbours.

    cosines, annotations: (C, K) nearest neighbours of C cells; the number -1 is nobody. A cell
    gives every annotation the cosine of its nearest cell there above that of the K-th neighbour,
    so what is common to many animals is worth nothing (McCann & Lowe, CVPR 2012).
    """
    real = annotations >= 0
    level = np.where(real, cosines, np.inf).min(1, keepdims=True, initial=np.inf)
    cell, k = np.nonzero(real)
    gain = (cosines - level)[cell, k]
    order = np.lexsort((-gain, annotations[cell, k], cell))
    pairs = np.stack([cell[order], annotations[cell, k][order]], 1)
    first = np.ones(len(pairs), bool)
    first[1:] = (pairs[1:] != pairs[:-1]).any(1)  # the nearest cell of each annotation
    numbers, where = np.unique(pairs[first, 1], return_inverse=True)
    total = np.bincount(where, gain[order][first], len(numbers))
    return {int(a): float(v) for a, v in zip(numbers, total, strict=True)}


class CellIndex:
    """The cells of many annotations of one flank; never changed once built.

    Small ones are exact. Larger ones keep 8 bits a number in inverted lists: about 75 bytes a cell.
    """

    def __init__(self, index: faiss.Index | None = None, room: int = 0) -> None:
        """room: cells beyond which it must be built anew."""
        self._index, self._room = index, room

    def __len__(self) -> int:
        """How many cells it holds."""
        return int(self._index.ntotal) if self._index is not None else 0

    @classmethod
    def build(cls, cells_of: Mapping[int, Float32], *, exact: int = EXACT) -> "CellIndex":
        """cells_of: (C, D) of every annotation. exact: cells up to which all are looked at."""
        filled = {number: vectors for number, vectors in sorted(cells_of.items()) if len(vectors)}
        if not filled:
            return cls()
        size, count = next(iter(filled.values())).shape[1], sum(map(len, filled.values()))
        few = count <= exact
        index = faiss.IndexIDMap(faiss.IndexFlatIP(size)) if few else _inverted_lists(filled, count)
        numbers = [*filled]
        for at in range(0, len(numbers), PORTION):  # no second copy of all
            index.add_with_ids(*_stacked({n: filled[n] for n in numbers[at : at + PORTION]}))
        return cls(index, exact if few else GROWTH * count)

    def changed(self, gone: Collection[int], new: Mapping[int, Float32]) -> "CellIndex | None":
        """Without some annotations and with others; None where it must be built anew."""
        vectors, ids = _stacked(new)
        if self._index is None or len(self) + len(ids) > self._room:
            return None
        index = faiss.clone_index(self._index)
        if gone:
            index.remove_ids(faiss.IDSelectorBatch(np.array(sorted(gone), np.int64)))
        if len(ids):
            index.add_with_ids(vectors, ids)
        return CellIndex(index, self._room)

    def kept(self, keys: Ids) -> KeptIndex | None:
        """As a file keeps it; None for an empty one. keys: whose cells it holds."""
        return KeptIndex(self._index, keys, (self._room, 0)) if self._index is not None else None

    @classmethod
    def of_kept(cls, kept: KeptIndex) -> "CellIndex":
        """The inverse of `kept`."""
        return cls(kept.index, int(kept.facts[0]))

    def nearest(self, query: Float32, hidden: Collection[int] = ()) -> tuple[Float32, Ids]:
        """(C, K) cosines and annotations of the nearest cells, without those of the hidden."""
        if self._index is None or not len(self) or not len(query):
            return np.empty((len(query), 0), np.float32), np.empty((len(query), 0), np.int64)
        chosen = None
        if hidden:
            chosen = faiss.IDSelectorNot(faiss.IDSelectorBatch(np.array(sorted(hidden), np.int64)))
        how = faiss.SearchParameters()
        if isinstance(self._index, faiss.IndexIVF):
            how = faiss.SearchParametersIVF()
            how.nprobe = PROBES
        how.sel = chosen
        cosines, ids = self._index.search(query, min(NEIGHBOURS, len(self)), params=how)
        return cosines, ids

    def votes(self, query: Float32) -> list[tuple[int, float]]:
        """Annotations that the (C, D) cells point at, most votes first."""
        return in_order(votes(*self.nearest(query)))


def _stacked(cells_of: Mapping[int, Float32]) -> tuple[Float32, Ids]:
    """All cells, and whose each of them is."""
    filled = {number: vectors for number, vectors in sorted(cells_of.items()) if len(vectors)}
    if not filled:
        return np.empty((0, 1), np.float32), np.empty(0, np.int64)
    lengths = [len(vectors) for vectors in filled.values()]
    return np.concatenate(list(filled.values())), np.repeat(np.array([*filled], np.int64), lengths)


def _inverted_lists(cells_of: Mapping[int, Float32], count: int) -> faiss.IndexIVF:
    """An empty index whose lists are fitted on a sample of these cells."""
    lists = min(LISTS, 2 ** round(log2(sqrt(count))))
    share = max(1, count // (SAMPLE * lists))
    sample = np.concatenate([vectors[::share] for vectors in cells_of.values()])
    size, form = sample.shape[1], faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(size), size, lists, form, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.niter, index.cp.min_points_per_centroid = 8, 1
    index.train(sample)
    return index


@dataclass(frozen=True, slots=True)
class Voter:
    """An annotation that is voted for. edition: another number when its features are others."""

    flank: Flank
    edition: int


class Voting:
    """All that is voted for, an index a flank; never changed once built."""

    def __init__(
        self,
        voters: Mapping[int, Voter] | None = None,
        by_flank: Mapping[Flank, CellIndex] | None = None,
        *,
        exact: int = EXACT,
    ) -> None:
        """Without voters it is empty. exact: cells of a flank up to which all are looked at."""
        self._voters, self._by_flank = dict(voters or {}), dict(by_flank or {})
        self._exact = exact

    def __len__(self) -> int:
        """How many annotations are voted for."""
        return len(self._voters)

    def updated(self, voters: Mapping[int, Voter], read: ReadCells) -> "Voting":
        """One that holds exactly these voters; `read` is asked for the cells of what is new.

        An index that has outgrown its lists is built anew, from all cells of its flank.
        """
        indexes = {}
        for flank in Flank:
            now = {n for n, voter in voters.items() if voter.flank is flank}
            before = {n for n, voter in self._voters.items() if voter.flank is flank}
            gone = {n for n in before if voters.get(n) != self._voters[n]}
            new = sorted(n for n in now if voters[n] != self._voters.get(n))
            index = self._by_flank.get(flank, CellIndex())
            if gone or new:
                fresh = read(new)
                more = index.changed(gone, fresh)
                if more is None:
                    rest = sorted(now - set(new))
                    cells_of = {**fresh, **(read(rest) if rest else {})}
                    more = CellIndex.build(cells_of, exact=self._exact)
                index = more
            indexes[flank] = index
        return Voting(voters, indexes, exact=self._exact)

    def kept(self) -> dict[Flank, KeptIndex]:
        """As files keep it, one a flank."""
        files = {flank: index.kept(self._keys(flank)) for flank, index in self._by_flank.items()}
        return {flank: kept for flank, kept in files.items() if kept is not None}

    @classmethod
    def of_kept(cls, files: Mapping[Flank, KeptIndex]) -> "Voting":
        """The inverse of `kept`; flanks that are missing are empty."""
        voters = {
            key >> 32: Voter(flank, key & (2**32 - 1))
            for flank, kept in files.items()
            for key in kept.keys.tolist()
        }
        return cls(voters, {flank: CellIndex.of_kept(kept) for flank, kept in files.items()})

    def _keys(self, flank: Flank) -> Ids:
        of_it = {n: voter.edition for n, voter in self._voters.items() if voter.flank is flank}
        return keys_of(np.array([*of_it], np.int64), np.array([*of_it.values()], np.int64))

    def votes(
        self, query: Float32, flank: Flank, hidden: Collection[int] = ()
    ) -> list[tuple[int, float]]:
        """Annotations of comparable flank that the (C, D) cells point at, most votes first.

        Left is never asked about right. All comparable indexes share one level for a cell.
        """
        voted = [
            index.nearest(query, hidden)
            for side, index in self._by_flank.items()
            if side.comparable_with(flank)
        ]
        if not voted:
            return []
        cosines = np.concatenate([cosine for cosine, _ in voted], 1)
        ids = np.concatenate([number for _, number in voted], 1)
        keep = np.argsort(np.where(ids < 0, np.inf, -cosines), axis=1, kind="stable")[
            :, :NEIGHBOURS
        ]
        counted = votes(np.take_along_axis(cosines, keep, 1), np.take_along_axis(ids, keep, 1))
        return in_order(counted)


def in_order(counted: Mapping[int, float]) -> list[tuple[int, float]]:
    """Most votes first; of equals, the lower annotation number."""
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))
