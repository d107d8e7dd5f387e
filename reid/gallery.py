"""The searchable view of the catalogue: one exact FAISS index a flank, never changed once built."""

from collections.abc import Iterable, Mapping, Sequence

import faiss
import numpy as np

from reid.errors import EmbeddingMismatch
from reid.types import Candidate, Embedding, Flank, Float32, GalleryRow


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

    def shortlist(
        self, query: Embedding, k: int, *, exclude_encounters: frozenset[int] = frozenset()
    ) -> list[Candidate]:
        """The k annotations of highest cosine, best first, without those of some encounters."""
        if query.model != self.model:
            raise EmbeddingMismatch(expected=self.model, got=query.model)
        hidden = sum(row.encounter in exclude_encounters for row in self._rows.values())
        wanted = min(k + hidden, len(self))
        if not wanted:
            return []
        cosines, ids = self._index.search(query.vector[None], wanted)
        found = (
            Candidate(self._rows[int(i)], float(c)) for i, c in zip(ids[0], cosines[0], strict=True)
        )
        return [c for c in found if c.row.encounter not in exclude_encounters][:k]


class Galleries:
    """The three galleries of one catalogue: left, right and unknown flank."""

    def __init__(self, by_flank: Mapping[Flank, Gallery], *, model: str) -> None:
        self.model = model
        self._by_flank = dict(by_flank)

    @classmethod
    def build(
        cls, items: Iterable[tuple[GalleryRow, Flank, Float32]], *, model: str
    ) -> "Galleries":
        """items: row, flank and (D,) unit vector of every annotation, all made by `model`."""
        held: dict[Flank, list[tuple[GalleryRow, Float32]]] = {flank: [] for flank in Flank}
        for row, flank, vector in items:
            held[flank].append((row, vector))
        galleries = {}
        for flank, pairs in held.items():
            vectors = np.stack([v for _, v in pairs]) if pairs else np.empty((0, 1), np.float32)
            galleries[flank] = Gallery(vectors, [r for r, _ in pairs], model=model, flank=flank)
        return cls(galleries, model=model)

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
        found = [
            candidate
            for held, gallery in self._by_flank.items()
            if held.comparable_with(flank)
            for candidate in gallery.shortlist(query, k, exclude_encounters=exclude_encounters)
        ]
        return sorted(found, key=lambda c: -c.cosine)[:k]
