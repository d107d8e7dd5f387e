"""The work of fusing the poor frames of one burst into one picture, and of describing that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from reid.describe.reduced import as_decoded, in_own_pixels
from reid.fusion.burst import FusedBurst, fuse, over_photo
from reid.fusion.links import BurstFrame, clearest
from reid.photo.crop import cut_photo
from reid.photo.images import decode_photo
from reid.types import AnnotationFeatures
from service.recognition.network import FeatureNetwork
from service.settings import Settings
from service.store import bursts, features, photos
from service.store.bursts import StoredBurst
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.jobs import Job
from service.store.tasks import Done, JobFailure, Outcome, attempted


class FuseBursts:
    """Looks for bursts when there are new photos, and gives way to photos that wait."""

    def __init__(
        self, database: Database, files: PhotoFiles, settings: Settings, embedder: FeatureNetwork
    ) -> None:
        self._database, self._files = database, files
        self._settings, self._embedder = settings, embedder
        self._looked: tuple[int, ...] = ()

    def look(self) -> None:
        """Queue the bursts that were not fused yet, where photos have changed."""
        model = self._embedder.model
        with self._database.read() as connection:
            version = features.version(connection, model)[:-1]  # a new picture lacks nothing
            if version == self._looked:
                return
            missing = bursts.lacking(connection, model)
        if missing:
            with self._database.write() as connection:
                bursts.enqueue(connection, model)
        self._looked = version

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """The picture of each burst."""
        return {job.id: attempted(job, partial(self._fused, job)) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: its photos speak one by one, and the job says why."""

    def _fused(self, job: Job) -> Outcome:
        frames = {int(number): int(embedded) for number, embedded in job.payload["frames"]}
        burst, model = StoredBurst(int(job.payload["encounter"]), frames), self._embedder.model
        if job.payload["model"] != model:
            return Done(lambda _: None)
        with self._database.read() as connection:
            if not bursts.still(connection, burst, model):
                return Done(lambda _: None)
            described = features.get(connection, list(frames), model)
        seen = [list(frames)[n] for n in clearest([described[number] for number in frames])]
        shown = [self._frame(number, described[number]) for number in seen]
        fused = fuse(shown, self._embedder) if shown else None
        return Done(partial(_keep, burst, fused and _in_photo(fused, shown), seen, model))

    def _frame(self, number: int, described: AnnotationFeatures) -> BurstFrame:
        with self._database.read() as connection:
            animal = photos.annotation_by_id(connection, number)
        data = self._files.get(animal.photo_id)
        photo = decode_photo(data, max_pixels=self._settings.max_pixels)
        crop = cut_photo(photo, animal.flank, animal.box)
        return BurstFrame(crop, as_decoded(described, crop))


def _in_photo(fused: FusedBurst, frames: Sequence[BurstFrame]) -> FusedBurst:
    """The same with places in the pixels of the photo that the picture lies over."""
    if fused.features is None:
        return fused
    anchor = frames[fused.links.anchor]
    [features] = in_own_pixels([over_photo(fused.features, anchor)], [anchor.crop])
    return replace(fused, features=features)


def _keep(
    burst: StoredBurst,
    fused: FusedBurst | None,
    seen: Sequence[int],
    model: str,
    connection: Connection,
) -> None:
    if bursts.still(connection, burst, model):
        bursts.put(connection, burst, fused, seen, model)
