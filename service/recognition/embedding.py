"""The work of embedding photos: new ones, and those that another model has yet to embed."""

import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from reid.describe.finder import Finder
from reid.describe.reduced import in_own_pixels
from reid.errors import ReidError, UnknownModel
from reid.photo.crop import cut_photo
from reid.photo.images import decode_photo
from reid.types import AnnotationFeatures, Box, Crop
from service.recognition.copies import CopyFinder
from service.recognition.network import FeatureNetwork
from service.recognition.printing import PrintedTimes
from service.recognition.proposing import keep as keep_proposals
from service.recognition.proposing import may_propose, proposed_boxes
from service.settings import Settings
from service.store import features, photos, reembedding
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.jobs import Job
from service.store.tasks import Done, JobFailure, Outcome, Trouble

log = logging.getLogger(__name__)

EMBED = "embed"
OtherModels = Callable[[str], FeatureNetwork]  # brings another model by its name


class OtherModelRefused(UnknownModel, message="this worker cannot load {model}"): ...


def no_others(model: str) -> FeatureNetwork:
    """A worker of one model."""
    raise OtherModelRefused(model=model)


class EmbedPhotos:
    """Embeds annotations in batches."""

    def __init__(
        self,
        database: Database,
        files: PhotoFiles,
        settings: Settings,
        embedder: FeatureNetwork,
        others: OtherModels = no_others,
        finder: Finder | None = None,
    ) -> None:
        """others: for jobs of another model. finder: proposes boxes for full frames without one."""
        self._database, self._files, self._settings = database, files, settings
        self._embedder, self._other, self._others = embedder, embedder, others
        self._finder = finder
        self._proposed: dict[int, list[Box]] = {}  # annotation -> boxes, of the jobs at hand
        self._copies = CopyFinder(database, files, settings)
        self._printed = PrintedTimes(database, settings)

    def look(self) -> None:
        """Nothing: an upload queues its photos itself."""

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """Features of every annotation, or why there are none."""
        outcomes: dict[int, Outcome] = {}
        self._proposed = {}
        crops: dict[str, dict[int, Crop]] = {}
        annotations = {job.id: int(job.payload["annotation"]) for job in claimed}
        for job in claimed:
            model = str(job.payload.get("model", self._embedder.model))
            try:
                crop = self._crop(annotations[job.id], first=job.kind == EMBED)
                crops.setdefault(model, {})[job.id] = crop
            except ReidError as error:
                outcomes[job.id] = JobFailure(error.code, error)
            except Exception as error:
                log.exception("job %s", job.id)
                outcomes[job.id] = Trouble(f"{type(error).__name__}: {error}")
        for model, model_crops in crops.items():
            try:
                embedder = self._named(model)
            except ReidError as error:
                outcomes |= dict.fromkeys(model_crops, JobFailure(error.code, error))
            else:
                outcomes |= self._describe(embedder, model_crops, annotations)
        return outcomes

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """The annotation cannot be used, unless another model's embedding still serves."""
        if job.kind != reembedding.KIND:
            annotation = int(job.payload["annotation"])
            photos.mark_failed(connection, annotation, failure.code, failure.detail)
            self._printed.keep(connection, photos.annotation_by_id(connection, annotation).photo_id)

    def _named(self, model: str) -> FeatureNetwork:
        """Our own model, or the other one that was used last, or a new one."""
        if model == self._embedder.model:
            return self._embedder
        if model != self._other.model:
            self._other = self._others(model)
        return self._other

    def _crop(self, annotation_id: int, *, first: bool) -> Crop:
        with self._database.read() as connection:
            annotation = photos.annotation_by_id(connection, annotation_id)
            open_to_proposals = first and may_propose(connection, annotation)
        data = self._files.get(annotation.photo_id)
        photo = decode_photo(data, max_pixels=self._settings.max_pixels)
        self._copies.note(annotation.photo_id, photo.image)
        if first:
            self._printed.note(annotation.photo_id, photo.image)
        box = annotation.box
        if self._finder and open_to_proposals and (boxes := proposed_boxes(self._finder, photo)):
            self._proposed[annotation_id], box = boxes, boxes[0]
        return cut_photo(photo, annotation.flank, box)

    def _describe(
        self, embedder: FeatureNetwork, crops: Mapping[int, Crop], annotations: Mapping[int, int]
    ) -> dict[int, Outcome]:
        """All at once; if that fails, one by one, so that one crop spoils no other."""
        if not crops:
            return {}
        try:
            batch = list(crops.values())
            described = in_own_pixels(embedder.describe(batch), batch)
        except ReidError as error:
            reason: Outcome = JobFailure(error.code, error)
        except Exception as error:
            log.exception("crops of jobs %s", list(crops))
            reason = Trouble(f"{type(error).__name__}: {error}")
        else:
            embedded = zip(crops, described, strict=True)
            return {number: self._done(annotations[number], photo) for number, photo in embedded}
        if len(crops) == 1:
            return dict.fromkeys(crops, reason)
        alone = [
            self._describe(embedder, {number: crop}, annotations) for number, crop in crops.items()
        ]
        return {number: outcome for outcomes in alone for number, outcome in outcomes.items()}

    def _done(self, annotation: int, described: AnnotationFeatures) -> Done:
        boxes = self._proposed.get(annotation, [])

        def keep(connection: Connection) -> None:
            features.add(connection, annotation_id=annotation, features=described)
            if boxes and self._finder:
                keep_proposals(connection, annotation, boxes, self._finder.model)
            self._printed.keep(connection, photos.annotation_by_id(connection, annotation).photo_id)

        return Done(keep)
