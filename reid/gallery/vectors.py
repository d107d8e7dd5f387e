"""Embeddings that are searched: each is looked at, exactly while that is fast, else in 8 bits."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from reid.gallery.index_file import KeptIndex
from reid.types import Float32

EXACT = 50_000  # embeddings of a flank up to which every number is kept as it is
PORTION = 20_000  # embeddings in memory at a time beside the index; also what 8 bits are fitted on
GROWTH = 4  # 8 bits are fitted anew when there are so many times what they were fitted for
QUERIES, NEAREST = 100, 50  # by which the recall is measured

Ids = NDArray[np.int64]
ReadVectors = Callable[[Sequence[int]], Mapping[int, Float32]]
"""Asked for the vectors of embeddings by their numbers."""


class VectorIndex:
    """The embeddings of the annotations of one flank; never changed once built.

    recall: share of the 50 nearest that it names, measured against all numbers when 8 bits were
    fitted; 1 where it is exact.
    """

    def __init__(
        self,
        keys: Ids | None = None,
        index: faiss.Index | None = None,
        *,
        fitted: int = 0,
        recall: float = 1.0,
        exact: int = EXACT,
    ) -> None:
        """keys: see `keys_of`. fitted: for how many 8 bits were fitted; 0 where it is exact."""
        self._keys = np.empty(0, np.int64) if keys is None else keys
        self._index, self._fitted = index, fitted
        self.recall, self._exact = recall, exact

    def __len__(self) -> int:
        """How many annotations it holds."""
        return len(self._keys)

    @property
    def quantised(self) -> bool:
        """Whether it keeps 8 bits a number."""
        return self._fitted > 0

    def updated(self, keys: Ids, read: ReadVectors) -> "VectorIndex":
        """One that holds exactly these, see `keys_of`; `read` is asked for what is new."""
        gone, new = np.setdiff1d(self._keys, keys), np.setdiff1d(keys, self._keys)
        if not len(gone) and not len(new):
            return self
        few = len(keys) <= self._exact
        if self._index is None or few is self.quantised or len(keys) > self._room:
            return self._built(np.sort(keys), read)
        index = faiss.clone_index(self._index)
        if len(gone):
            index.remove_ids(faiss.IDSelectorBatch(_annotations(gone)))
        for numbers, vectors in _portions(new, read):
            index.add_with_ids(vectors, numbers)
        return VectorIndex(
            np.sort(keys), index, fitted=self._fitted, recall=self.recall, exact=self._exact
        )

    def search(self, query: Float32, count: int) -> tuple[Float32, Ids]:
        """(K,) cosines and annotations of the nearest to a (D,) vector, K <= count."""
        if self._index is None or not len(self):
            return np.empty(0, np.float32), np.empty(0, np.int64)
        cosines, numbers = self._index.search(query[None], min(count, len(self)))
        return cosines[0], numbers[0]

    def some(self, count: int) -> list[tuple[int, int]]:
        """Some annotations with the numbers of their embeddings, evenly chosen."""
        keys = _evenly(self._keys, count) if len(self) else self._keys
        return list(zip(_annotations(keys).tolist(), _embeddings(keys), strict=True))

    def cosine(self, query: Float32, annotation: int) -> float:
        """Of a (D,) vector and what is kept of one annotation; -1 where it is not here."""
        if self._index is None:
            return -1.0
        only = faiss.IDSelectorBatch(np.array([annotation], np.int64))
        how = faiss.SearchParameters()
        how.sel = only
        cosines, numbers = self._index.search(query[None], 1, params=how)
        return float(cosines[0, 0]) if numbers[0, 0] == annotation else -1.0

    @property
    def kept(self) -> KeptIndex | None:
        """As a file keeps it; None for an empty one."""
        if self._index is None:
            return None
        return KeptIndex(self._index, self._keys, (self._fitted, self.recall))

    @classmethod
    def of_kept(cls, kept: KeptIndex, *, exact: int = EXACT) -> "VectorIndex":
        """The inverse of `kept`."""
        fitted, recall = kept.facts
        return cls(kept.keys, kept.index, fitted=int(fitted), recall=recall, exact=exact)

    @property
    def _room(self) -> int:
        return GROWTH * self._fitted if self.quantised else self._exact

    def _built(self, keys: Ids, read: ReadVectors) -> "VectorIndex":
        """From all vectors, of which only a portion is in memory at a time."""
        if not len(keys):
            return VectorIndex(exact=self._exact)
        few = len(keys) <= self._exact
        sample = _stacked(_evenly(keys, 1 if few else PORTION), read)
        flat: faiss.Index = faiss.IndexFlatIP(sample.shape[1])
        if not few:
            eight = faiss.ScalarQuantizer.QT_8bit
            flat = faiss.IndexScalarQuantizer(sample.shape[1], eight, faiss.METRIC_INNER_PRODUCT)
            flat.train(sample)
        index = faiss.IndexIDMap(flat)
        asked = _evenly(keys, QUERIES)
        nearest = NearestExactly(_stacked(asked, read) if not few else sample[:0])
        for numbers, vectors in _portions(keys, read):
            index.add_with_ids(vectors, numbers)
            nearest.see(numbers, vectors)
        recall = 1.0 if few else nearest.share_found_by(index)
        fitted = 0 if few else len(keys)
        return VectorIndex(keys, index, fitted=fitted, recall=recall, exact=self._exact)


class NearestExactly:
    """The nearest to some queries among vectors that come in portions; by plain products."""

    def __init__(self, queries: Float32) -> None:
        """queries: (Q, D)."""
        self._queries = queries
        self._cosines = np.empty((len(queries), 0), np.float32)
        self._numbers = np.empty((len(queries), 0), np.int64)

    def see(self, numbers: Ids, vectors: Float32) -> None:
        """Another portion. vectors: (P, D) of the annotations `numbers`."""
        if not len(self._queries):
            return
        cosines = np.concatenate([self._cosines, self._queries @ vectors.T], 1)
        among = np.broadcast_to(numbers, (len(self._queries), len(numbers)))
        every = np.concatenate([self._numbers, among], 1)
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
        self._cosines = np.take_along_axis(cosines, best, 1)
        self._numbers = np.take_along_axis(every, best, 1)

    def share_found_by(self, index: faiss.Index) -> float:
        """Which share of them an index names among as many."""
        _, named = index.search(self._queries, self._numbers.shape[1])
        pairs = zip(named, self._numbers, strict=True)
        return float(np.mean([np.isin(true, given).mean() for given, true in pairs]))


def keys_of(annotations: Ids, embeddings: Ids) -> Ids:
    """(N,) an annotation and the number of its embedding as one number, so that both are compared
    at once; each below 2^31."""
    return np.asarray(annotations << 32 | embeddings, np.int64)


def _annotations(keys: Ids) -> Ids:
    return np.asarray(keys >> 32, np.int64)


def _embeddings(keys: Ids) -> list[int]:
    return [int(number) for number in keys & (2**32 - 1)]


def _evenly(keys: Ids, count: int) -> Ids:
    """At most so many of them."""
    return keys[:: -(-len(keys) // count)]


def _stacked(keys: Ids, read: ReadVectors) -> Float32:
    """(N, D) vectors in the order of the keys."""
    numbers = _embeddings(keys)
    vectors = read(numbers)
    return np.ascontiguousarray([vectors[number] for number in numbers], np.float32)


def _portions(keys: Ids, read: ReadVectors) -> Iterator[tuple[Ids, Float32]]:
    """Annotations and (P, D) vectors, some at a time."""
    for start in range(0, len(keys), PORTION):
        part = keys[start : start + PORTION]
        yield _annotations(part), _stacked(part, read)
