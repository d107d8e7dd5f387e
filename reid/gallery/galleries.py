"""The searchable view of the catalogue: one index of embeddings a flank, never changed once built.

Beside the embeddings stand the votes of single cells (`reid.gallery.voting`): each puts half of the
annotations on the shortlist.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from reid.errors import EmbeddingMismatch
from reid.gallery.vectors import Ids, ReadVectors, VectorIndex, keys_of
from reid.gallery.voting import CELLS, CellIndex, ReadCells, Voting, cells
from reid.types import AnnotationFeatures, Candidate, Embedding, Flank, Float32, GalleryRow

Row = TypeVar("Row", bound=Hashable)
WIDE = 300  # annotations that are voted for where the catalogue is too large for a voting index


class Gallery:
    """The annotations of one flank; build a new one to add animals."""

    def __init__(self, table: Ids, index: VectorIndex, *, model: str, flank: Flank) -> None:
        """table: (N, 3) annotation, encounter and identity of each row. index: of their embeddings.

        A million rows as objects would take longer to make than to search.
        """
        if len(index) != len(table):
            raise ValueError(f"{len(index)} vectors for {len(table)} rows")
        self.model, self.flank, self.index = model, flank, index
        self._table = table[np.argsort(table[:, 0], kind="stable")]
        self._by_encounter = np.argsort(self._table[:, 1], kind="stable")
        self._encounters = self._table[self._by_encounter, 1]

    def __len__(self) -> int:
        return len(self._table)

    def row(self, annotation: int) -> GalleryRow | None:
        """The row of an annotation, where it is of this flank."""
        at = int(np.searchsorted(self._table[:, 0], annotation))
        if at == len(self) or self._table[at, 0] != annotation:
            return None
        return GalleryRow(*map(int, self._table[at]))

    def of_encounters(self, encounters: frozenset[int]) -> set[int]:
        """The annotations of some encounters."""
        asked = np.array(sorted(encounters), np.int64)
        ends = [np.searchsorted(self._encounters, asked, side) for side in ("left", "right")]
        rows = (self._by_encounter[low:high] for low, high in zip(*ends, strict=True))
        return {int(number) for part in rows for number in self._table[part, 0]}

    def shortlist(
        self, query: Embedding, k: int, *, exclude_encounters: frozenset[int] = frozenset()
    ) -> list[Candidate]:
        """The k annotations of highest cosine, best first, without those of some encounters."""
        if query.model != self.model:
            raise EmbeddingMismatch(expected=self.model, got=query.model)
        count = min(k + len(self.of_encounters(exclude_encounters)), len(self))
        if not count:
            return []
        cosines, numbers = self.index.search(query.vector, count)
        rows = self._table[np.searchsorted(self._table[:, 0], numbers)]
        candidates = (
            Candidate(GalleryRow(*row), float(c))
            for row, c in zip(rows.tolist(), cosines, strict=True)
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
        vectors: list[Float32] = []
        rows: list[tuple[GalleryRow, Flank, int]] = []
        for row, flank, vector in items:
            rows.append((row, flank, len(vectors)))
            vectors.append(vector)
        return cls.of(
            rows,
            lambda numbers: {n: vectors[n] for n in numbers},
            model=model,
            voting=voting,
            read_cells=read_cells,
        )

    @classmethod
    def of(
        cls,
        items: Iterable[tuple[GalleryRow, Flank, int]],
        read: ReadVectors,
        *,
        model: str,
        before: Mapping[Flank, VectorIndex] | None = None,
        voting: Voting | None = None,
        read_cells: ReadCells | None = None,
    ) -> "Galleries":
        """Galleries of exactly these annotations.

        items: row, flank and number of the embedding. read: asked for the vectors that are not in
        the indexes of `before`.
        """
        table, galleries = _tabled(items), {}
        for code, flank in enumerate(Flank):
            own = table[table[:, 3] == code]
            index = (before or {}).get(flank, VectorIndex())
            index = index.updated(keys_of(own[:, 0], own[:, 4]), read)
            galleries[flank] = Gallery(own[:, :3], index, model=model, flank=flank)
        return cls(galleries, model=model, voting=voting, read_cells=read_cells)

    @property
    def indexes(self) -> dict[Flank, VectorIndex]:
        """The index of each flank."""
        return {flank: gallery.index for flank, gallery in self._by_flank.items()}

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


def _tabled(items: Iterable[tuple[GalleryRow, Flank, int]]) -> Ids:
    """(N, 5) annotation, encounter, identity, position of the flank and number of the embedding."""
    codes = {flank: code for code, flank in enumerate(Flank)}
    numbers = (
        number
        for row, flank, embedding in items
        for number in (row.annotation, row.encounter, row.identity, codes[flank], embedding)
    )
    return np.fromiter(numbers, np.int64).reshape(-1, 5)


def in_turn(first: Sequence[Row], second: Sequence[Row]) -> list[Row]:
    """One of each list in turn, everybody once."""
    both = (row for pair in zip_longest(first, second) for row in pair)
    return list(dict.fromkeys(row for row in both if row is not None))
