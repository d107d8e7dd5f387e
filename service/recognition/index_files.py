"""Indexes of the galleries as files in the data folder, so that a start does not build them."""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from reid.gallery.galleries import Galleries
from reid.gallery.index_file import IndexFileDamaged, KeptIndex, read_index, write_index
from reid.gallery.vectors import VectorIndex
from reid.gallery.voting import Voting
from reid.types import Flank

log = logging.getLogger(__name__)
FOLDER = "index"
"""In the data folder; whatever lies there is made again where it is missing."""
LEAST = 2000  # annotations from which an index is kept; smaller ones are built in no time
CHANGED = 0.02  # share of the annotations by which it must differ from its file to be kept again
EMBEDDINGS, CELLS = "embeddings", "cells"


@dataclass(frozen=True, slots=True)
class KeptGalleries:
    """What the files held: galleries without rows, and the votes."""

    indexes: dict[Flank, VectorIndex]
    voting: Voting


class IndexFiles:
    """Reads them at start, and writes them beside the work when much has changed."""

    def __init__(self, data_dir: Path, *, least: int = LEAST) -> None:
        """least: annotations from which an index is kept."""
        self._folder, self._least = data_dir / FOLDER, least
        self._lock = Lock()
        self._sizes: dict[str, int] = {}  # annotations of an index when its file was written

    def read(self, about: str) -> KeptGalleries:
        """Empty where nothing was kept about this catalogue and network, or it is damaged."""
        vectors = {flank: self._one(EMBEDDINGS, flank, about) for flank in Flank}
        cells = {flank: self._one(CELLS, flank, about) for flank in Flank}
        return KeptGalleries(
            {flank: VectorIndex.of_kept(file) for flank, file in vectors.items() if file},
            Voting.of_kept({flank: file for flank, file in cells.items() if file}),
        )

    def keep(self, galleries: Galleries, about: str) -> None:
        """Write those that differ much from their files; returns at once."""
        files = {(EMBEDDINGS, flank): index.kept for flank, index in galleries.indexes.items()}
        if galleries.voting:
            files |= {(CELLS, flank): file for flank, file in galleries.voting.kept().items()}
        work = {
            _name(*which): file
            for which, file in files.items()
            if file and self._is_due(_name(*which), len(file.keys))
        }
        if work:
            Thread(target=self._write, args=(work, about), name="index files").start()

    def _one(self, kind: str, flank: Flank, about: str) -> KeptIndex | None:
        name = _name(kind, flank)
        try:
            file = read_index(self._folder / name, about)
        except IndexFileDamaged as damage:
            log.warning("%s", damage)
            return None
        except OSError as error:
            log.warning("%s cannot be read and is made again: %s", self._folder / name, error)
            return None
        if file:
            self._sizes[name] = len(file.keys)
        return file

    def _is_due(self, name: str, size: int) -> bool:
        before = self._sizes.get(name, 0)
        return size >= self._least and abs(size - before) > CHANGED * size

    def _write(self, work: dict[str, KeptIndex], about: str) -> None:
        with self._lock:
            for name, file in work.items():
                try:
                    write_index(self._folder / name, file, about)
                except OSError as error:
                    log.warning("%s is not kept: %s", self._folder / name, error)
                    return
                self._sizes[name] = len(file.keys)


def _name(kind: str, flank: Flank) -> str:
    return f"{kind}-{flank.value}.index"
