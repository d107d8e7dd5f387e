"""Features of annotations in memory, the latest used; newer embeddings make them be read again."""

from collections.abc import Mapping
from threading import Lock

from cachetools import LRUCache

from reid.types import AnnotationFeatures
from service.store import features
from service.store.database import Database


class FeatureCache:
    """Local features of gallery annotations, the latest used in memory."""

    def __init__(self, database: Database, size: int) -> None:
        self._database, self._lock = database, Lock()
        self._kept: LRUCache[tuple[int, int], AnnotationFeatures] = LRUCache(size)

    def get(self, embeddings: Mapping[int, int], model: str) -> Mapping[int, AnnotationFeatures]:
        """Features of annotations, at least as new as the embeddings with these numbers."""
        keys = {one: (one, embedding) for one, embedding in embeddings.items()}
        with self._lock:
            found = {one: self._kept[key] for one, key in keys.items() if key in self._kept}
        missing = [one for one in keys if one not in found]
        if missing:
            with self._database.read() as connection:
                read = features.get(connection, missing, model)
            with self._lock:
                self._kept.update({keys[one]: value for one, value in read.items()})
            found |= read
        return found
