"""Features of annotations in memory, the latest used; newer embeddings make them be read again."""

from collections.abc import Mapping
from threading import Lock

from cachetools import LRUCache

from reid.describe.packing import PackedAnnotation
from reid.types import AnnotationFeatures
from service.store import features
from service.store.database import Database


class FeatureCache:
    """Local features of gallery annotations, the latest used in memory, as small as on disk.

    Unpacked they would take several times the memory; `benchmarks/kept_bytes.py` counts both.
    """

    def __init__(self, database: Database, size: int) -> None:
        self._database, self._lock = database, Lock()
        self._features: LRUCache[tuple[int, int], PackedAnnotation] = LRUCache(size)

    def get(self, embeddings: Mapping[int, int], model: str) -> Mapping[int, AnnotationFeatures]:
        """Features of annotations, at least as new as the embeddings with these numbers."""
        keys = {number: (number, embedding) for number, embedding in embeddings.items()}
        with self._lock:
            cached = {n: self._features[key] for n, key in keys.items() if key in self._features}
        missing = [number for number in keys if number not in cached]
        if missing:
            with self._database.read() as connection:
                read = features.packed(connection, missing, model)
            with self._lock:
                self._features.update({keys[number]: value for number, value in read.items()})
            cached |= read
        return {number: annotation.unpacked() for number, annotation in cached.items()}
