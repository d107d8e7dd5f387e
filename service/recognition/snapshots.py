"""The galleries as the database has them: a snapshot that never changes and is swapped whole.

It is a cache of the database. So several services over one database agree.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

from sqlalchemy import Connection

from reid.gallery.galleries import Galleries
from reid.gallery.vectors import ReadVectors, VectorIndex
from reid.gallery.voting import Voter, Voting
from reid.types import Embedding, Flank, Float32
from service.recognition.index_files import IndexFiles, KeptGalleries
from service.store import features
from service.store.claiming import known_id
from service.store.database import Database
from service.store.features import GalleryEntry, Version
from service.web.answer_cache import NotYet

log = logging.getLogger(__name__)
LOOKED_AT = 8  # embeddings of a file that are compared with the database before it is used
ALIKE = 0.99  # cosine of one embedding with itself, in 8 bits a number


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the galleries. number: of this process, higher when the content changed.

    identities: encounters of each identity and flank.
    """

    version: Version
    number: int
    model: str
    galleries: Galleries
    entries: tuple[GalleryEntry, ...]
    embedding_ids: Mapping[int, int]  # of each annotation in it
    identities: Mapping[tuple[int, Flank], frozenset[int]]


class Snapshots:
    """The newest one; one a process, may be used from several threads."""

    def __init__(self, database: Database, files: IndexFiles, *, voting_limit: int) -> None:
        """voting_limit: annotations up to which cells vote over all of them."""
        self._database, self._files, self._voting_limit = database, files, voting_limit
        self._rebuilding = Lock()
        self.last: Snapshot | None = None

    def of(self, model: str) -> Snapshot:
        """The galleries as the database has them now."""
        with self._rebuilding, self._database.read() as connection:
            version = features.version(connection, model)
            if self.last is None or self.last.version != version:
                entries = tuple(features.gallery(connection, model))
                self.last = self._rebuilt(connection, version, entries, model)
            return self.last

    def present(self, model: str) -> Snapshot:
        """The galleries as the database has them now; raises NotYet where they must be built."""
        known = self.last
        with self._database.read() as connection:
            if known is None or known.version != features.version(connection, model):
                raise NotYet
        return known

    def _rebuilt(
        self,
        connection: Connection,
        version: Version,
        entries: tuple[GalleryEntry, ...],
        model: str,
    ) -> Snapshot:
        """A snapshot of these entries; reads only vectors and cells that are new."""
        before = self.last
        if before and before.entries == entries:  # photos came in, but none that can be searched
            return replace(before, version=version)
        about = json.dumps([known_id(connection), model])
        read = reader(connection, model)
        known = before.galleries if before else self._from_files(about, read)
        voting = self._voting(connection, known.voting, entries, model)
        galleries = Galleries.of(
            ((entry.row, entry.flank, entry.embedding_id) for entry in entries),
            read,
            model=model,
            before=known.indexes,
            voting=voting,
            read_cells=partial(self._read_cells, model),
        )
        _say(known.indexes, galleries.indexes)
        self._files.keep(galleries, about)
        return Snapshot(
            version,
            before.number + 1 if before else 1,
            model,
            galleries,
            entries,
            {e.row.annotation: e.embedding_id for e in entries},
            _identities(entries),
        )

    def _from_files(self, about: str, read: ReadVectors) -> KeptGalleries:
        """What an earlier process kept; nothing where it is of other embeddings."""
        earlier = self._files.read(about)
        if all(_agrees(index, read) for index in earlier.indexes.values()):
            return earlier
        log.warning("the kept indexes are of other embeddings; they are made again")
        return KeptGalleries({}, Voting())

    def _voting(
        self,
        connection: Connection,
        known: Voting | None,
        entries: tuple[GalleryEntry, ...],
        model: str,
    ) -> Voting | None:
        """The cells of these entries, of which only new ones are read; None where too many."""
        if len(entries) > self._voting_limit:
            return None
        voters = {e.row.annotation: Voter(e.flank, e.embedding_id) for e in entries}
        read = partial(features.cells, connection, model=model)
        return (known or Voting()).updated(voters, read)

    def _read_cells(self, model: str, ids: Sequence[int]) -> Mapping[int, Float32]:
        with self._database.read() as connection:
            return features.cells(connection, ids, model)


def reader(connection: Connection, model: str) -> Callable[[Sequence[int]], Mapping[int, Float32]]:
    """What an index asks for the vectors of embeddings."""

    def read(numbers: Sequence[int]) -> Mapping[int, Float32]:
        embeddings: Mapping[int, Embedding] = features.vectors(connection, numbers, model)
        return {number: embedding.vector for number, embedding in embeddings.items()}

    return read


def _agrees(index: VectorIndex, read: ReadVectors) -> bool:
    """Whether some of its embeddings are those of the database; those that are gone say nothing.

    A database that was put back from a backup gives old numbers to new embeddings.
    """
    numbers = index.some(LOOKED_AT)
    vectors = read([embedding for _, embedding in numbers])
    return all(
        index.cosine(vectors[embedding], annotation) >= ALIKE
        for annotation, embedding in numbers
        if embedding in vectors
    )


def _identities(
    entries: Sequence[GalleryEntry],
) -> dict[tuple[int, Flank], frozenset[int]]:
    encounters: dict[tuple[int, Flank], set[int]] = {}
    for entry in entries:
        encounters.setdefault((entry.row.identity, entry.flank), set()).add(entry.row.encounter)
    return {key: frozenset(numbers) for key, numbers in encounters.items()}


def _say(before: Mapping[Flank, VectorIndex], now: Mapping[Flank, VectorIndex]) -> None:
    """Name an index that keeps 8 bits a number, when it was built, with its recall."""
    for flank, index in now.items():
        was = before.get(flank)
        if index.quantised and (was is None or was.recall != index.recall):
            log.info(
                "%d embeddings of the %s flank are kept in 8 bits a number; it names %.1f %% of "
                "the 50 nearest",
                *(len(index), flank.value, 100 * index.recall),
            )
