"""The searchable view of the catalogue: one exact FAISS index a flank, never changed once built.

Beside the embeddings stand the votes of single cells (`reid.gallery.voting`): each puts half of the
annotations on the shortlist.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

import faiss
import numpy as np

from reid.errors import EmbeddingMismatch
from reid.gallery.voting import CELLS, CellIndex, ReadCells, Voting, cells
from reid.types import AnnotationFeatures, Candidate, Embedding, Flank, Float32, GalleryRow

Row = TypeVar("Row", bound=Hashable)
WIDE = 300  # annotations that are voted for where the catalogue is too large for a voting index


class Gallery:
    """The annotations of one flank; build a new one to add animals."""

    def __init__(
        self, vectors: Float32, rows: Sequence[GalleryRow], *, model: str, flank: Flank
    ) -> None:
        """vectors: (N, D) float32, rows of norm 1, in the order of `rows`."""
        if vectors.ndim != 2 or len(vectors) != len(rows):
            raise ValueError(f"{vectors.shape} vectors for {len(rows)} rows")
        self.model, self.flank = model, flank
        self._rows = {row.annotation: row for row in rows}
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(max(1, vectors.shape[1])))
        if rows:
            ids = np.array([row.annotation for row in rows], np.int64)
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, annotation: int) -> GalleryRow | None:
        """The row of an annotation, where it is of this flank."""
        return self._rows.get(annotation)

    def of_encounters(self, encounters: frozenset[int]) -> set[int]:
        """The annotations of some encounters."""
        return {row.annotation for row in self._rows.values() if row.encounter in encounters}

    def shortlist(
        self, query: Embedding, k: int, *, exclude_encounters: frozenset[int] = frozenset()
    ) -> list[Candidate]:
        """The k annotations of highest cosine, best first, without those of some encounters."""
        if query.model != self.model:
            raise EmbeddingMismatch(expected=self.model, got=query.model)
        count = min(k + len(self.of_encounters(exclude_encounters)), len(self))
        if not count:
            return []
        cosines, ids = self._index.search(query.vector[None], count)
        candidates = (
            Candidate(self._rows[int(i)], float(c)) for i, c in zip(ids[0], cosines[0], strict=True)
        )
        return [c for c in candidates if c.row.encounter not in exclude_encounters][:k]


class Galleries:
    """The three galleries of one catalogue: left, right and unknown flank."""

    def __init__(
        self,
        by_flank: Mapping[Flank, Gallery],
        *,
        model: str,
        voting: Voting | None = None,
        read_cells: ReadCells | None = None,
    ) -> None:
        """voting: the cells of the same annotations. read_cells: finds them where that is None."""
        self.model, self.voting = model, voting
        self._by_flank, self._read_cells = dict(by_flank), read_cells

    @classmethod
    def build(
        cls,
        items: Iterable[tuple[GalleryRow, Flank, Float32]],
        *,
        model: str,
        voting: Voting | None = None,
        read_cells: ReadCells | None = None,
    ) -> "Galleries":
        """items: row, flank and (D,) unit vector of every annotation, all made by `model`."""
        by_flank: dict[Flank, list[tuple[GalleryRow, Float32]]] = {flank: [] for flank in Flank}
        for row, flank, vector in items:
            by_flank[flank].append((row, vector))
        galleries = {}
        for flank, pairs in by_flank.items():
            vectors = np.stack([v for _, v in pairs]) if pairs else np.empty((0, 1), np.float32)
            galleries[flank] = Gallery(vectors, [r for r, _ in pairs], model=model, flank=flank)
        return cls(galleries, model=model, voting=voting, read_cells=read_cells)

    def __len__(self) -> int:
        return sum(len(gallery) for gallery in self._by_flank.values())

    def comparable(self, flank: Flank) -> int:
        """How many annotations a query of this flank may be compared with."""
        return sum(len(g) for f, g in self._by_flank.items() if f.comparable_with(flank))

    def shortlist(
        self,
        query: Embedding,
        flank: Flank,
        k: int,
        *,
        exclude_encounters: frozenset[int] = frozenset(),
    ) -> list[Candidate]:
        """The k best over all galleries comparable with `flank`: left is never tried on right."""
        if query.model != self.model:
            raise EmbeddingMismatch(expected=self.model, got=query.model)
        candidates = [
            candidate
            for side, gallery in self._by_flank.items()
            if side.comparable_with(flank)
            for candidate in gallery.shortlist(query, k, exclude_encounters=exclude_encounters)
        ]
        return sorted(candidates, key=lambda c: -c.cosine)[:k]

    def to_compare(
        self,
        query: AnnotationFeatures,
        k: int,
        *,
        exclude_encounters: frozenset[int] = frozenset(),
    ) -> list[GalleryRow]:
        """The k annotations to look at in detail: votes and embedding name one in turn.

        Without cells to vote for it is the embedding alone.
        """
        late = self.voting is None and self._read_cells is not None
        embedded = [
            candidate.row
            for candidate in self.shortlist(
                query.embedding,
                query.flank,
                max(k, WIDE) if late else k,
                exclude_encounters=exclude_encounters,
            )
        ]
        voted = (
            self._voted_among(embedded, query) if late else self._voted(query, exclude_encounters)
        )
        return in_turn(voted, embedded)[:k]

    def _voted(self, query: AnnotationFeatures, excluded: frozenset[int]) -> list[GalleryRow]:
        """All that the query's cells point at, most votes first."""
        if self.voting is None:
            return []
        comparable = [g for f, g in self._by_flank.items() if f.comparable_with(query.flank)]
        hidden = set().union(*(gallery.of_encounters(excluded) for gallery in comparable))
        counted = self.voting.votes(cells(query.dense), query.flank, hidden)
        rows = (gallery.row(annotation) for annotation, _ in counted for gallery in comparable)
        return [row for row in rows if row is not None]

    def _voted_among(
        self, shortlisted: Sequence[GalleryRow], query: AnnotationFeatures
    ) -> list[GalleryRow]:
        """Those the cells point at, of the ones that the embedding shortlists; exactly counted."""
        rows = {row.annotation: row for row in shortlisted}
        cells_of = self._read_cells(sorted(rows)) if self._read_cells else {}
        index = CellIndex.build(cells_of, exact=WIDE * CELLS)
        return [rows[annotation] for annotation, _ in index.votes(cells(query.dense))]


def in_turn(first: Sequence[Row], second: Sequence[Row]) -> list[Row]:
    """One of each list in turn, everybody once."""
    both = (row for pair in zip_longest(first, second) for row in pair)
    return list(dict.fromkeys(row for row in both if row is not None))
