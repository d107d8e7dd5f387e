"""The loaded network, the galleries and the calibrator; answers queries."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import floor
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Annotated

from fastapi import Depends

from reid.describe.reduced import in_own_pixels
from reid.errors import BadSettings, ReidError
from reid.evidence.calibrator import Calibrator, calibrator_of
from reid.evidence.local import adjusted
from reid.identify.identify import identify
from reid.sentences import Sentence
from reid.types import AnnotationFeatures, Flank
from reid.weights import default_folder, latest
from service.recognition.copies import CopyFinder
from service.recognition.feature_cache import FeatureCache
from service.recognition.index_files import IndexFiles
from service.recognition.network import FeatureNetwork, NetworkProcess, load_embedder
from service.recognition.query import (
    OtherFlank,
    QueryAnswer,
    QueryUpload,
    burst_of,
    of_other_flank,
    read_photos,
)
from service.recognition.snapshots import Snapshot, Snapshots
from service.settings import Settings
from service.store import cases, copies, encounters, features, identities
from service.store.calibration import CalibrationFile
from service.store.database import Database
from service.store.facts import AnnotationFacts
from service.store.files import PhotoFiles
from service.web.answer_cache import AnswerCache
from service.web.metrics import Metrics, Stopwatch
from service.web.parameters import component

log = logging.getLogger(__name__)
ANSWERS_KEPT = 64
AT_ONCE = 2  # queries computed at the same time; more would only share the cores


class ThresholdAboveBound(
    BadSettings,
    message="REID_SAME_LLR is {same:g}, and no llr of {calibrator} exceeds its bound of "
    "{bound:.2f}: choose {most:g} or less",
): ...


@dataclass(frozen=True, slots=True)
class Recognition:
    """A network, and the calibrator that was fitted on what it makes."""

    embedder: FeatureNetwork
    calibrator: Calibrator


Loader = Callable[[Settings], Recognition]


def load_recognition(settings: Settings) -> Recognition:
    """The chosen network, and the newest calibrator that was fitted on what it makes."""
    return recognising(load_embedder(settings))(settings)


def load_beside(settings: Settings) -> Recognition:
    """The same for a process that answers pages: its network is in a process of its own."""
    return recognising(NetworkProcess(settings))(settings)


def recognising(
    embedder: FeatureNetwork, calibrators: Callable[[str, Path], Calibrator] = calibrator_of
) -> Loader:
    """A loader for a process that holds its network already; the calibrator comes when asked."""

    def load(settings: Settings) -> Recognition:
        folder = settings.weights_dir or default_folder()
        return Recognition(embedder, calibrators(embedder.model, folder))

    return load


def threshold_of(settings: Settings) -> float:
    """REID_SAME_LLR, beside the card of the calibrator that would be used; loads no network.

    Raises BadSettings for one that no llr can reach, UnknownModel where there is no card.
    """
    folder = settings.weights_dir or default_folder()
    return _with_threshold(calibrator_of(settings.model or latest(folder), folder), settings).same


def _with_threshold(fitted: Calibrator, settings: Settings) -> Calibrator:
    threshold = settings.same_llr
    if threshold > fitted.bound:
        raise ThresholdAboveBound(
            same=threshold,
            calibrator=fitted.id,
            bound=fitted.bound,
            most=floor(100 * fitted.bound) / 100,
        )
    return replace(fitted, same=threshold)


class Engine:
    """One a process; may be used from several threads."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        metrics: Metrics,
        *,
        load: Loader = load_recognition,
    ) -> None:
        self._database, self._settings, self._metrics = database, settings, metrics
        self._load = load
        self._recognition: Recognition | None = None
        self.failure: Sentence | str | None = None
        self._snapshots = Snapshots(
            database, IndexFiles(settings.data_dir), voting_limit=settings.voting_limit
        )
        self._loading, self._describing = Lock(), Lock()
        self._busy = BoundedSemaphore(AT_ONCE)
        self.local, self._ignored = CalibrationFile(settings.data_dir), 0
        self._copies = CopyFinder(database, PhotoFiles(settings.photos), settings)
        self._features = FeatureCache(database, settings.features_cached)
        self._answers: AnswerCache[tuple[object, ...], QueryAnswer] = AnswerCache(ANSWERS_KEPT)

    @property
    def loaded(self) -> str | None:
        """The model id, or None while the network is not loaded yet."""
        return self._recognition.embedder.model if self._recognition else None

    @property
    def gallery_size(self) -> int:
        """Annotations in the present snapshot."""
        return len(self._snapshots.last.galleries) if self._snapshots.last else 0

    @property
    def recalls(self) -> dict[Flank, float]:
        """Of the index of each flank in the present snapshot, see `VectorIndex.recall`."""
        last = self._snapshots.last
        return {f: i.recall for f, i in last.galleries.indexes.items()} if last else {}

    def embedder(self) -> FeatureNetwork:
        """The network, loaded at the first need."""
        return self._recognised().embedder

    def calibrator(self) -> Calibrator:
        """As fitted, or adjusted to this catalogue where somebody applied that in its name."""
        fitted, applied = self.fitted(), self.local.read().applied
        if applied is None:
            return fitted
        if applied.calibrator == fitted.id:
            return adjusted(fitted, factor=applied.factor, number=applied.number)
        if self._ignored != applied.number:
            self._ignored = applied.number
            log.warning(
                "local calibration %d belongs to %s and not to %s: it is ignored; run "
                "leopard-reid calibrate again",
                *(applied.number, applied.calibrator, fitted.id),
            )
        return fitted

    def fitted(self) -> Calibrator:
        """The one that was fitted on what the network makes, with the threshold of the settings."""
        return self._recognised().calibrator

    def _recognised(self) -> Recognition:
        with self._loading:
            if self._recognition is None:
                loaded = self._load(self._settings)
                used = _with_threshold(loaded.calibrator, self._settings)
                self._recognition = replace(loaded, calibrator=used)
                self.failure = None
            return self._recognition

    def preload(self) -> None:
        """Load the network and build the galleries before anybody asks; keeps what went wrong."""
        try:
            self.snapshot()
        except Exception as error:
            self.failure = error if isinstance(error, ReidError) else str(error)
            log.exception("the network cannot be loaded")

    def snapshot(self) -> Snapshot:
        """The galleries as the database has them now."""
        return self._snapshots.of(self.embedder().model)

    def identify_photos(self, query: Sequence[QueryUpload]) -> QueryAnswer:
        """Photos of one encounter that need not be in the catalogue.

        Photos that are in it, or a copy of them, are not compared with their own encounter. Photos
        that agree with each other ask once more together, as one fused picture.
        """
        embedder, watch = self.embedder(), Stopwatch()  # loading it is no part of any stage
        with self._busy, watch("total"):
            photos = read_photos(
                query, self._copies.of_image, watch, max_pixels=self._settings.max_pixels
            )
            with watch("embed"), self._describing:
                seen = embedder.describe(photos.crops)
                burst = burst_of(photos.crops, seen, embedder)
                described = in_own_pixels(seen, photos.crops)
                if burst and burst.fused.features:
                    described.append(burst.fused.features)
            own = self._copies.encounters(photos.ids)
            answer = self._answer(described, tuple(range(len(described))), own, watch)
            frames = (
                [1] * len(query) + [len(burst.frames)] * (len(described) - len(query))
                if burst
                else []
            )
            answer = replace(answer, damages=photos.damages, burst=burst, behind=tuple(frames))
        self._metrics.query(answer.timings)
        return answer

    def identify_described(
        self, query: Sequence[AnnotationFeatures], photo_ids: Sequence[str]
    ) -> QueryAnswer:
        """Described photos of one encounter; what the catalogue holds of them is left out."""
        with self._busy:
            own = self._copies.encounters(photo_ids)
            return self._answer(query, tuple(range(len(query))), own, Stopwatch())

    def candidates(self, encounter_id: int, *, wait: bool = True) -> QueryAnswer:
        """Who an encounter of the catalogue may be; its own photos are left out of the gallery.

        wait False: raises NotYet where it would have to be found out first.
        """
        model = self.embedder().model
        with self._database.read() as connection:
            encounters.summary(connection, encounter_id)
            embedded = cases.embedded(connection, encounter_id, model)
            (embedded,) = copies.counted_once(connection, [embedded])
            own = copies.beside_copies(connection, encounter_id)
        snapshot = self.snapshot() if wait else self._snapshots.present(model)
        key = (own, snapshot.number, tuple(embedded.items()), self.calibrator().id)
        if not wait:
            return self._answers.known(key)
        return self._answers.get(key, lambda: self._candidates(own, list(embedded), model))

    def _candidates(self, own: frozenset[int], ids: Sequence[int], model: str) -> QueryAnswer:
        watch = Stopwatch()
        with self._busy, watch("total"):
            with self._database.read() as connection:
                described = features.get(connection, ids, model)
            numbers = tuple(map(abs, described))
            answer = self._answer(list(described.values()), numbers, own, watch)
            answer = replace(answer, behind=tuple(photo.frames for photo in described.values()))
        self._metrics.query(answer.timings)
        return answer

    def _answer(
        self,
        query: Sequence[AnnotationFeatures],
        queries: tuple[int, ...],
        own: frozenset[int],
        watch: Stopwatch,
    ) -> QueryAnswer:
        snapshot, calibrator = self.snapshot(), self.calibrator()
        identification = identify(
            query,
            snapshot.galleries,
            lambda ids: self._features.get(
                {number: snapshot.embedding_ids[number] for number in ids}, snapshot.model
            ),
            calibrator,
            shortlist=self._settings.shortlist,
            verify=self._settings.verify,
            exclude_encounters=own,
        )
        watch.timings |= {k: v for k, v in identification.timings.items() if k != "total"}
        with self._database.read() as connection:
            shown = [c.best.row.annotation for c in identification.candidates]
            references = encounters.references(connection, shown)
            names = identities.names(connection)
        return QueryAnswer(
            identification=identification,
            calibrator=calibrator.id,
            queries=queries,
            facts=tuple(AnnotationFacts(pose=photo.pose, quality=photo.quality) for photo in query),
            gallery=len(snapshot.galleries),
            excluded_encounters=tuple(sorted(own)),
            names=names,
            references=references,
            timings=watch.timings,
            other_flank=_other_flank(query, snapshot, own),
        )


def _other_flank(
    query: Sequence[AnnotationFeatures], snapshot: Snapshot, own: frozenset[int]
) -> tuple[OtherFlank, ...]:
    known = (key for key, encounters in snapshot.identities.items() if not encounters <= own)
    return of_other_flank(query, known)


TheEngine = Annotated[Engine, Depends(component(Engine))]
"""The app's, for a route."""
