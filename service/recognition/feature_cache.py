"""Features of annotations in memory, the latest used; newer embeddings make them be read again."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from reid.types import AnnotationFeatures
from service.store import features
from service.store.database import Database


class FeatureCache:
    """Local features of gallery annotations, the latest used in memory."""

    def __init__(self, database: Database, size: int) -> None:
        self._database, self._size, self._lock = database, size, Lock()
        self._features: OrderedDict[tuple[int, int], AnnotationFeatures] = OrderedDict()

    def get(self, embeddings: Mapping[int, int], model: str) -> Mapping[int, AnnotationFeatures]:
        """Features of annotations, at least as new as the embeddings with these numbers."""
        keys = {number: (number, embedding) for number, embedding in embeddings.items()}
        with self._lock:
            cached = {n: self._features[key] for n, key in keys.items() if key in self._features}
            for number in cached:
                self._features.move_to_end(keys[number])
        missing = [number for number in keys if number not in cached]
        if missing:
            with self._database.read() as connection:
                read = features.get(connection, missing, model)
            self._add({keys[number]: value for number, value in read.items()})
            cached |= read
        return cached

    def _add(self, new: Mapping[tuple[int, int], AnnotationFeatures]) -> None:
        with self._lock:
            self._features |= new
            while len(self._features) > self._size:
                self._features.popitem(last=False)
