"""Finds the photo of which another one is a copy: saved again, cropped, resized, sent."""

from collections.abc import Sequence
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
LOOKED_AT_AGAIN = 1000  # numbers: one may be given before another and be seen after it


class CopyFinder:
    """The sketches of all photos in memory, new ones read when asked. One a process."""

    def __init__(self, database: Database, files: PhotoFiles, settings: Settings) -> None:
        self._database, self._files, self._settings = database, files, settings
        self._lock = Lock()
        self._ids: list[str] = []
        self._rows: likeness.Sketches = np.empty((0, likeness.GRID**2), np.float16)
        self._known: set[str] = set()
        self._newest = 0  # number of an animal
        self._greys: LRUCache[str, NDArray[np.uint8]] = LRUCache(GREYS_KEPT)

    def note(self, photo_id: str, image: Image) -> str | None:
        """Keep of a new photo that it is a copy; the photo that came first, or None."""
        with self._database.read() as connection:
            new = copies.may_be_copy(connection, photo_id)
            if new is None:
                return None
        alike = [number for number in self._alike(image) if number != photo_id]
        with self._database.read() as connection:
            olds = {old.id: old for old in copies.earlier(connection, new, alike)}
        nearest = self._nearest(list(olds), image)
        original = next((olds[number] for number in nearest if self._same(number, image)), None)
        if original is None:
            return None
        with self._database.write() as connection:
            copies.mark(connection, photo_id, original)
        return original.copy_of or original.id

    def encounters(self, ids: Sequence[str]) -> frozenset[int]:
        """The encounters that hold these photos, or copies of them."""
        with self._database.read() as connection:
            return copies.encounters_of_exposures(connection, list(ids))

    def of_image(self, image: Image) -> list[str]:
        """The photo that shows the exposure of a picture, if one does."""
        nearest = self._nearest(self._alike(image), image)
        return [number for number in nearest if self._same(number, image)][:1]

    def _alike(self, image: Image) -> list[str]:
        """Photos that may hold the exposure of a picture, the most alike first."""
        with self._lock:
            self._read_new()
            ids, rows = self._ids, self._rows
        return [ids[row] for row in likeness.most_alike(rows, image)]

    def _nearest(self, alike: list[str], image: Image) -> list[str]:
        """The few of these that are worth a comparison block by block, the most alike first."""
        if len(alike) <= likeness.SEVERAL:
            return alike
        there = {number: self._grey_or_none(number) for number in alike}
        greys = {number: grey for number, grey in there.items() if grey is not None}
        numbers = list(greys)
        return [numbers[row] for row in likeness.finer_alike(list(greys.values()), image)]

    def _read_new(self) -> None:
        with self._database.read() as connection:
            rows = copies.sketches(connection, max(self._newest - LOOKED_AT_AGAIN, 0))
        new = [row for row in rows if row.photo_id not in self._known]
        self._newest = max([self._newest, *(row.number for row in rows)])
        if new:
            self._known.update(row.photo_id for row in new)
            self._ids = [*self._ids, *(row.photo_id for row in new)]
            packed = likeness.unpacked([row.sketch for row in new])
            self._rows = np.concatenate([self._rows, packed])

    def _same(self, photo_id: str, image: Image) -> bool:
        grey = self._grey_or_none(photo_id)
        return grey is not None and likeness.compared(grey, likeness.grey_of(image)).copy

    def _grey_or_none(self, photo_id: str) -> NDArray[np.uint8] | None:
        """None where its file is gone, or cannot be read any more."""
        try:
            return self._grey(photo_id)
        except (ReidError, OSError):
            return None

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
