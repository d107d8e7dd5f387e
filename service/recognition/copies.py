"""Finds the photo of which another one is a copy: saved again, cropped, resized, sent."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from reid.errors import ReidError
from reid.photo import likeness
from reid.photo.images import decode_small
from reid.types import Image
from service.settings import Settings
from service.store import copies
from service.store.database import Database
from service.store.files import PhotoFiles

GREYS_KEPT = 300  # pictures of at most 640 pixels


class CopyFinder:
    """The sketches of all photos in memory, new ones read when asked. One a process."""

    def __init__(self, database: Database, files: PhotoFiles, settings: Settings) -> None:
        self._database, self._files, self._settings = database, files, settings
        self._lock = Lock()
        self._ids: list[str] = []
        self._rows: likeness.Sketches = np.empty((0, likeness.GRID**2), np.float16)
        self._newest: datetime | None = None
        self._greys: LRUCache[str, NDArray[np.uint8]] = LRUCache(GREYS_KEPT)

    def note(self, photo_id: str, image: Image) -> str | None:
        """Keep of a new photo that it is a copy; the photo that came first, or None."""
        with self._database.read() as connection:
            new = copies.may_be_copy(connection, photo_id)
            if new is None:
                return None
            alike = [number for number in self._alike(image) if number != photo_id]
            olds = copies.earlier(connection, new, alike)
        original = next((old for old in olds if self._same(old.id, image)), None)
        if original is None:
            return None
        with self._database.write() as connection:
            copies.mark(connection, photo_id, original)
        return original.copy_of or original.id

    def encounters(self, ids: Sequence[str], images: Sequence[Image]) -> frozenset[int]:
        """The encounters that hold photos of a query, by their numbers, or copies of them."""
        known = list(ids)
        for image in images:
            known += [number for number in self._alike(image) if self._same(number, image)][:1]
        with self._database.read() as connection:
            return copies.encounters_of_exposures(connection, known)

    def _alike(self, image: Image) -> list[str]:
        with self._lock:
            self._read_new()
            ids, rows = self._ids, self._rows
        return [ids[row] for row in likeness.most_alike(rows, image)]

    def _read_new(self) -> None:
        with self._database.read() as connection:
            new = copies.sketches(connection, self._newest)
        known = set(self._ids[-1000:]) if self._newest else set()
        new = [row for row in new if row.photo_id not in known]
        if new:
            self._newest = max(row.created_at for row in new)
            self._ids = [*self._ids, *(row.photo_id for row in new)]
            packed = likeness.unpacked([row.sketch for row in new])
            self._rows = np.concatenate([self._rows, packed])

    def _same(self, photo_id: str, image: Image) -> bool:
        try:
            grey = self._grey(photo_id)
        except (ReidError, OSError):
            return False  # its file is gone, or cannot be read any more
        return likeness.compared(grey, likeness.grey_of(image)).copy

    def _grey(self, photo_id: str) -> NDArray[np.uint8]:
        with self._lock:
            known = self._greys.get(photo_id)
        if known is not None:
            return known
        data = self._files.get(photo_id)
        grey = likeness.grey_of(decode_small(data, max_pixels=self._settings.max_pixels).image)
        with self._lock:
            self._greys[photo_id] = grey
        return grey
