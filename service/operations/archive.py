"""The command that runs an archive: source, network, catalogue and folder put together."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from reid.archive.clocks import CameraClock, read_clocks
from reid.archive.describing import ArchiveNetwork
from reid.archive.local_engine import LocalEngine, workers_here
from reid.archive.plan import ArchiveRecogniser, Catalogue, EmptyCatalogue, RunPlan
from reid.archive.ray_engine import RayEngine
from reid.archive.rows import MEANINGS, Status
from reid.archive.run import ArchiveResult, run_archive
from reid.archive.scheduling import ArchiveEngine, EngineChoice
from reid.archive.sources import ArchiveSource, open_source
from reid.errors import BadSettings
from reid.evidence.calibrator import Calibrator, calibrator_of
from reid.photo.banner import can_read
from reid.types import Flank
from reid.weights import default_folder, latest
from service.archive.adding import AddedToCatalogue, add_to_catalogue
from service.archive.runs import ARCHIVES
from service.operations.client import EmbeddedCatalogue, open_catalogue
from service.photos.intake import Intake
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import clocks
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.parameters import Components

PERSON = "archive run"  # who states what a run adds


class AddNeedsFolder(
    BadSettings,
    message="--add puts photos into a catalogue of this machine: give its folder with --catalogue, "
    "not an address",
): ...


class OutsideFolderOfRun(
    BadSettings, message="{out} lies in the archive itself: give another folder with --out"
): ...


@dataclass(frozen=True, slots=True)
class ArchiveRequest:
    """What the command was given. catalogue: an address, a folder, or "" for the data folder, where
    there is one. out: None: below the data folder. ray_address: "" for RAY_ADDRESS. banners:
    printed times are read, where the extra for it is installed."""

    folder: Path
    out: Path | None = None
    catalogue: str = ""
    token: str = ""
    detections: Path | None = None
    pattern: str = ""
    threshold: float | None = None
    species: str = ""
    clocks: Path | None = None
    flank: Flank = Flank.UNKNOWN
    photos: int = 2
    gap_minutes: float | None = None
    workers: int = 0
    keep: bool = False
    add: bool = False
    banners: bool = True
    quiet: bool = False
    engine: EngineChoice = EngineChoice.LOCAL
    ray_address: str = ""


def out_of(request: ArchiveRequest, settings: Settings) -> Path:
    """The folder of the results: as asked, else one of the data folder for this archive."""
    if request.out is not None:
        return request.out
    whole = request.folder.resolve()
    short = hashlib.sha256(os.fsencode(whole)).hexdigest()[:6]
    return settings.data_dir / ARCHIVES / f"{whole.name or 'archive'}-{short}"


@dataclass(frozen=True, slots=True)
class FinishedArchive:
    """How a run ended. out: where its files lie. added: with --add, what the catalogue got."""

    result: ArchiveResult
    out: Path
    added: AddedToCatalogue | None = None


def run(request: ArchiveRequest, settings: Settings) -> FinishedArchive:
    """Run an archive, or go on with it. Raises ReidError, ConnectionError."""
    if request.add and request.catalogue.startswith(("http://", "https://")):
        raise AddNeedsFolder()
    catalogue, components = _catalogue(request, settings)
    out = out_of(request, settings).absolute()  # workers may have another current folder
    if out.resolve().is_relative_to(request.folder.resolve()):
        raise OutsideFolderOfRun(out=out)
    source = open_source(
        request.folder.absolute(),
        pattern=request.pattern,
        detections=request.detections,
        threshold=request.threshold,
    )
    recogniser = _recogniser(settings, components)
    if catalogue is None:
        catalogue = EmptyCatalogue(recogniser.model, recogniser.calibrator.id)
    plan = _plan(request, settings, components)
    bar = _no_bar if request.quiet else _bar
    title = request.folder.resolve().name
    files = (_weights_folder(settings) / f"{recogniser.model}.toml", *_first_file(source))
    with _engine(request, out, files) as engine:
        result = run_archive(
            source, out, recogniser, catalogue, plan, engine=engine, bar=bar, title=title
        )
    added = None
    if request.add and components is not None:
        added = add_to_catalogue(
            components[Intake],
            components[Database],
            result.seen,
            result.photos,
            result.eyes,
            person=PERSON,
        )
    return FinishedArchive(result, out, added)


def summary(finished: FinishedArchive) -> Iterator[str]:
    """What became of the archive, line by line."""
    result, out, added = finished.result, finished.out, finished.added
    yield f"{result.frames} frames, {sum(result.statuses.values())} rows:"
    for status in Status:
        if count := result.statuses.get(status, 0):
            yield f"  {count:7} {status.value:14} {MEANINGS[status]}"
    known = sum(animal.known for animal in result.animals)
    yield (
        f"{result.encounters} encounters: {known} identities of the catalogue, "
        f"{len(result.animals) - known} proposed animals, {len(result.eyes)} pairs need eyes"
    )
    animals = result.count
    if animals.least < animals.most:
        yield (
            f"at least {animals.least} animals, at most {animals.most}, most probably "
            f"{animals.expected}: of {animals.left_only} only the left flank was seen and of "
            f"{animals.right_only} only the right, and one of these and one of those may be one"
        )
    yield from (f"note: {remark}" for remark in result.remarks)
    if result.refused:
        yield f"{result.refused} lines of the source cannot be used: see the report"
    if result.doubts:
        yield f"clocks that look wrong: {len(result.doubts)}, see the report"
    if result.flanks:
        yield f"stated flanks that the network contradicts: {len(result.flanks)}, see the report"
    for clock in result.clocks:
        camera = " ".join(part for part in (clock.station, clock.camera) if part) or clock.frame
        yield (
            f"clock: {camera} prints {clock.printed}, {clock.stated_by} says {clock.stated} "
            f"({clock.difference}, {clock.frames} of {clock.checked} frames): see the report"
        )
    if added is not None:
        yield (
            f"catalogue: {added.photos} photos added, {added.known} known already, "
            f"{len(added.refused)} refused, {added.pairs} pairs in the queue of reviews"
        )
        yield from (f"not added: {path}: {why}" for path, why in added.refused)
    yield f"report: {out / 'report.html'}; rows: {out / 'results.csv'}"


def _catalogue(
    request: ArchiveRequest, settings: Settings
) -> tuple[Catalogue | None, Components | None]:
    """Whom to ask, and the components of a catalogue of this machine; none where there is none."""
    from service.app import build

    if request.catalogue.startswith(("http://", "https://")):
        return open_catalogue(request.catalogue, request.token), None
    named = bool(request.catalogue)
    if named:
        settings = Settings(
            data_dir=Path(request.catalogue), database_url="", photos_url="", model=settings.model
        )
    there = bool(settings.database_url) or (settings.data_dir / "reid.sqlite3").is_file()
    if not there and named and not request.add:
        open_catalogue(request.catalogue)  # says what is missing
    if not there and not request.add:
        return None, None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    components = build(settings)
    claim(components[Database], components[PhotoFiles], settings.data_dir)
    return EmbeddedCatalogue(components[Engine]), components


def _recogniser(settings: Settings, components: Components | None) -> ArchiveRecogniser:
    folder = _weights_folder(settings)
    model = settings.model or latest(folder)
    calibrator: Calibrator = calibrator_of(model, folder)
    if components is not None:
        calibrator = components[Engine].calibrator()
    return ArchiveRecogniser(model, partial(load_network, folder, model), calibrator)


def _weights_folder(settings: Settings) -> Path:
    return (settings.weights_dir or default_folder()).absolute()


@contextmanager
def _engine(
    request: ArchiveRequest, out: Path, files: tuple[Path, ...]
) -> Iterator[ArchiveEngine | None]:
    """Who works; None: this process alone. files: what every node of a cluster has to see."""
    if request.engine is EngineChoice.LOCAL:
        workers = request.workers or workers_here()
        yield None if workers == 1 else LocalEngine(workers)
        return
    engine = RayEngine(out, files, address=request.ray_address, workers=request.workers)
    try:
        yield engine
    finally:
        engine.close()


def _first_file(source: ArchiveSource) -> tuple[Path, ...]:
    """The first frame that is there."""
    return tuple(islice((frame.file for frame in source.frames if frame.file), 1))


def load_network(folder: Path, model: str) -> ArchiveNetwork:
    """The network, in whatever process needs it; imported here because torch takes seconds."""
    from reid.describe.embed import Embedder

    return Embedder.load(folder, model)


def _plan(request: ArchiveRequest, settings: Settings, components: Components | None) -> RunPlan:
    own = read_clocks(request.clocks) if request.clocks else []
    minutes = request.gap_minutes
    gap = settings.encounter_gap if minutes is None else timedelta(minutes=minutes)
    return RunPlan(
        gap=gap,
        photos=request.photos,
        looked_at=request.photos + 1,
        species=request.species,
        flank=request.flank,
        keep=request.keep,
        clocks=(*own, *_clocks_of(components)),
        banners=request.banners and can_read(),
    )


def _clocks_of(components: Components | None) -> list[CameraClock]:
    """The clocks that people corrected in the catalogue, the newest first."""
    if components is None:
        return []
    with components[Database].read() as connection:
        return [
            CameraClock(
                clock.scope.station,
                clock.scope.camera,
                clock.error,
                clock.scope.from_time,
                clock.scope.until_time,
            )
            for clock in clocks.every(connection)
            if clock.standing
        ]


def _bar(rows: Iterable[object], stage: str, total: int, done: int) -> Iterable[object]:
    """A progress bar with rate and time left."""
    return tqdm(rows, total=total, initial=done, unit="", desc=f"{stage:9}", smoothing=0.05)


def _no_bar(rows: Iterable[object], stage: str, total: int, done: int) -> Iterable[object]:
    del stage, total, done
    return rows
