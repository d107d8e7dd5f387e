"""The stages of an archive run, in their order. What a stage has done before is not done again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from reid.archive import describing, looking
from reid.archive.choosing import Outcome, chosen
from reid.archive.clocks import true_time
from reid.archive.describing import Described, DescribeTask, key_of
from reid.archive.doubtful_clocks import DoubtfulClock, doubts_of
from reid.archive.journal import Journal
from reid.archive.looking import FrameLook, LookTask, SeenBox, looked
from reid.archive.plan import ArchiveRecogniser, RunPlan
from reid.archive.printed_clocks import UnlikeClock, camera_of, to_check, unlike_clocks
from reid.archive.printed_times import Camera, forms_of, own_time
from reid.archive.progress import Progress
from reid.archive.rows import Status
from reid.archive.scheduling import Scheduler, Work
from reid.archive.selecting import SkippedFrame, selected
from reid.archive.shaping import PlacedFrame, ShapedEncounter, Sighting
from reid.archive.sorting import UnitEvidence, animals_of
from reid.archive.sources import ArchiveSource
from reid.archive.stated_flanks import BoxPlace, place_of, stated_flanks
from reid.archive.units import AnimalUnit
from reid.describe.finder import Finder, ProposedBox
from reid.interchange.package import SourcePhoto
from reid.photo.banner import FROM_PIXELS
from reid.photo.banner_text import BannerForm
from reid.photo.clocks import CameraFrame, parted
from reid.types import Flank, Image


@dataclass(frozen=True, slots=True)
class Desk:
    """What the stages share: where they write, what they ask, and who works.

    forms: how each camera prints its times, once all frames were looked at. flanks: of boxes of
    which somebody stated one, then too.
    """

    source: ArchiveSource
    out: Path
    plan: RunPlan
    recogniser: ArchiveRecogniser
    scheduler: Scheduler
    progress: Progress
    looks: Journal
    boxes: Journal
    pairs: Journal
    forms: dict[Camera, BannerForm] = field(default_factory=dict)
    flanks: dict[BoxPlace, Flank] = field(default_factory=dict)

    def look(self, path: str) -> FrameLook:
        """The look at a frame that was looked at."""
        line = self.looks.get(path)
        if line is None:
            raise KeyError(path)
        return FrameLook.of(line)

    def looks_at_frames(self) -> Iterator[tuple[SourcePhoto, FrameLook]]:
        """Frames that were looked at, in the order of the source."""
        for photo in self.source.frames:
            if (line := self.looks.get(photo.path)) is not None:
                yield photo, FrameLook.of(line)

    def flank(self, look: FrameLook, seen: SeenBox) -> Flank:
        """The flank that somebody states of a box: of this one, else of all."""
        return self.flanks.get(place_of(look, seen), self.plan.flank)

    def key(self, look: FrameLook, seen: SeenBox) -> str:
        """The name under which a box is described."""
        flank, model = self.flank(look, seen), self.recogniser.model
        return key_of(look.sha256, seen.box, flank, model, seen.video_frame)

    def described(self, key: str) -> Described | None:
        """What is known of a described box."""
        line = self.boxes.get(key)
        return None if line is None else Described.of(line)


@dataclass(frozen=True, slots=True)
class AnimalSeen:
    """One animal of one encounter, with all its boxes. unit: None where none can be compared.

    apart: names of others of the encounter that one picture shows beside it.
    """

    name: str
    encounter: ShapedEncounter
    sightings: tuple[Sighting, ...]
    unit: AnimalUnit | None
    best: str = ""
    apart: tuple[str, ...] = ()


@dataclass(slots=True)
class ArchiveSights:
    """Encounters, the outcome of boxes that are not described, and keys of those that are.

    flanks: as stated, by key. copies: path of a file with the bytes of another one -> path of that
    one.
    """

    encounters: list[ShapedEncounter]
    others: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    keys: dict[tuple[str, int], str] = field(default_factory=dict)
    flanks: dict[str, Flank] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)


def look_at_all(desk: Desk) -> dict[str, SkippedFrame]:
    """Look at every frame that may show an animal; gives what became of the others."""
    select = selected(desk.source, desk.plan.species)
    left_out: dict[str, SkippedFrame] = {}
    tasks: dict[str, LookTask] = {}
    for photo in desk.source.frames:
        task = select(photo)
        if isinstance(task, SkippedFrame):
            left_out[photo.path] = task
        else:
            banner = desk.plan.banners and photo.captured_at is None
            tasks[photo.path] = replace(task, banner=banner)
    if desk.plan.banners:
        for path in to_check(desk.source.frames, tasks):
            tasks[path] = replace(tasks[path], checked=True)
    todo: list[LookTask] = []
    looked_before = 0
    for task in tasks.values():
        if _is_done(desk.looks.get(task.path), task, desk.recogniser.model):
            looked_before += 1
        else:
            todo.append(task)
    needs_network = any(task.boxes is None for task in todo)
    blind = _Blind(desk.recogniser.model)
    load: Callable[[], Finder] = desk.recogniser.load if needs_network else blind
    work = Work(looked, load, _LostLook(desk.recogniser.model))
    rows = desk.scheduler.rows(work, todo)
    total = looked_before + len(todo)
    for task, look in zip(todo, desk.progress.of("look", rows, total, looked_before), strict=True):
        desk.looks.append(task.path, asdict(look))
    if desk.plan.banners:
        desk.forms.update(forms_of(desk.looks_at_frames()))
    looks = ((photo, look) for photo, look in desk.looks_at_frames() if photo.path in tasks)
    desk.flanks.update(stated_flanks(desk.source, looks, desk.plan.species))
    return left_out


def _is_done(line: Mapping[str, Any] | None, task: LookTask, model: str) -> bool:
    """Whether another look at a frame would give nothing else."""
    if line is None or line["state"] != task.state(model) or line["status"] == Status.FAILED:
        return False
    look = FrameLook.of(line)
    if task.checked and not look.banner_checked and look.status != Status.UNREADABLE:
        return False
    return not task.banner or look.banner_asked or bool(look.moment or look.status)


def placed_frames(
    desk: Desk, left_out: Mapping[str, SkippedFrame], copies: dict[str, str]
) -> Iterator[PlacedFrame]:
    """Frames with animals, where they were taken and when, by clocks that are right.

    copies: gets the path of every file with the bytes of an earlier one, and the path of that one.
    """
    first: dict[str, str] = {}
    for number, photo in enumerate(desk.source.frames):
        if photo.path in left_out:
            continue
        look = desk.look(photo.path)
        if look.status:
            continue
        if (original := first.setdefault(look.sha256, photo.path)) != photo.path:
            copies[photo.path] = original
            continue
        moment, zone, source = when(desk, photo, look)
        yield PlacedFrame(
            path=photo.path,
            number=number,
            station=photo.station,
            camera=photo.camera or look.camera,
            moment=moment,
            zone=zone,
            sequence=look.sequence,
            boxes=tuple(animal.box for animal in look.animals),
            pictures=tuple(animal.video_frame or 0 for animal in look.animals),
            sure=not look.by_finder,
            printed=source.startswith(FROM_PIXELS),
        )


def when(desk: Desk, photo: SourcePhoto, look: FrameLook) -> tuple[datetime | None, str, str]:
    """True local time, zone and where the time comes from.

    A time that the source states stands as it is; one of the file, or printed on the frame, is
    corrected by the clocks.
    """
    if photo.captured_at is not None:
        moment, zone = parted(photo.captured_at)
        return moment, zone or "unknown", "source"
    own, source = shown_time(desk, photo, look)
    if own is None:
        return None, "unknown", source
    moment, zone = true_time(desk.plan.clocks, photo.station, photo.camera, own, look.zone)
    return moment, zone, source + (", clock corrected" if moment != own else "")


def shown_time(desk: Desk, photo: SourcePhoto, look: FrameLook) -> tuple[datetime | None, str]:
    """The time that a frame itself shows, by its camera's clock, and where it comes from."""
    if not desk.plan.banners:
        look = replace(look, banner="")
    return own_time(photo, look, desk.forms)


def clocks_unlike(desk: Desk) -> tuple[UnlikeClock, ...]:
    """Cameras that print another time than is stated; none where banners are not read."""
    if not desk.plan.banners:
        return ()
    return unlike_clocks(
        desk.looks_at_frames(), desk.forms, lambda photo, look: when(desk, photo, look)[0]
    )


def doubtful_clocks(desk: Desk) -> tuple[DoubtfulClock, ...]:
    """Cameras whose times look wrong by themselves, after all corrections."""
    frames = (
        (camera_of(photo), CameraFrame(photo.path, moment, look.sequence if photo.camera else None))
        for photo, look in desk.looks_at_frames()
        if (moment := when(desk, photo, look)[0]) is not None
    )
    return doubts_of(frames, desk.source.deployments, datetime.now())  # noqa: DTZ005  local time


def choose_and_describe(desk: Desk, sights: ArchiveSights) -> None:
    """Of every encounter the frames that help; their boxes are described."""
    tasks: list[DescribeTask] = []
    before = 0
    for encounter in desk.progress.of("choose", sights.encounters, len(sights.encounters), 0):
        for task in _tasks_of(desk, encounter, sights):
            line = desk.boxes.get(task.key)
            if line is not None and line["status"] != Status.FAILED:
                before += 1
            else:
                tasks.append(task)
    work = Work(describing.described, desk.recogniser.load, describing.lost)
    rows = desk.scheduler.rows(work, tasks)
    total = before + len(tasks)
    for task, row in zip(tasks, desk.progress.of("describe", rows, total, before), strict=True):
        desk.boxes.append(task.key, asdict(row))


def _tasks_of(
    desk: Desk, encounter: ShapedEncounter, sights: ArchiveSights
) -> Iterator[DescribeTask]:
    looks = {frame.path: desk.look(frame.path) for frame in encounter.frames}

    def read(path: str) -> bytes:
        return looking.content(file_of(desk.source, encounter, path))

    for track in chosen(encounter, looks, read, desk.plan.looked_at):
        for (f, b), outcome in track.others.items():
            sights.others[encounter.frames[f].path, b] = outcome
        for f, b in track.chosen:
            frame = encounter.frames[f]
            look, seen = looks[frame.path], looks[frame.path].animals[b]
            key, flank = desk.key(look, seen), desk.flank(look, seen)
            sights.keys[frame.path, b], sights.flanks[key] = key, flank
            file = file_of(desk.source, encounter, frame.path)
            yield DescribeTask(key, file, seen.box, flank, desk.out, seen.video_frame)


def file_of(source: ArchiveSource, encounter: ShapedEncounter, path: str) -> Path:
    """Where the file of a frame lies."""
    number = next(frame.number for frame in encounter.frames if frame.path == path)
    file = source.frames[number].file
    if file is None:
        raise OSError(0, "it is not there")
    return file


def animals_seen(desk: Desk, sights: ArchiveSights) -> list[AnimalSeen]:
    """Every encounter parted into its animals, with the photos that identify each."""
    evidence = UnitEvidence(desk.pairs, desk.out, desk.recogniser.calibrator, Scheduler())
    seen: list[AnimalSeen] = []
    for encounter in sights.encounters:
        keys = {
            (f, b): key
            for track in encounter.tracks
            for f, b in track
            if (key := sights.keys.get((encounter.frames[f].path, b)))
            and (row := desk.described(key))
            and row.usable
        }
        tracks = [[s for s in track if s in keys] for track in encounter.tracks]

        def sides(
            part: Sequence[Sighting], keys: Mapping[Sighting, str] = keys
        ) -> frozenset[Flank]:
            return frozenset(_side(desk, sights, keys[s]) for s in part)

        animals = animals_of(encounter, tracks, keys, evidence.of, sides)
        names = [
            encounter.name if len(animals) == 1 else f"{encounter.name}#{n}"
            for n in range(1, len(animals) + 1)
        ]
        for name, members in zip(names, animals, strict=True):
            apart = tuple(
                other
                for other, others in zip(names, animals, strict=True)
                if any((min(a, b), max(a, b)) in encounter.apart for a in members for b in others)
            )
            sightings = tuple(sorted(s for t in members for s in encounter.tracks[t]))
            useful = {keys[s]: encounter.frames[s[0]].camera for t in members for s in tracks[t]}
            unit = _unit(desk, sights, name, useful)
            best = unit.keys[0] if unit else ""
            seen.append(AnimalSeen(name, encounter, sightings, unit, best, apart))
    return seen


def _unit(
    desk: Desk, sights: ArchiveSights, name: str, useful: Mapping[str, str]
) -> AnimalUnit | None:
    """The clearest photos of an animal: of each flank in turn, and of each camera where the flank
    is unknown, since two cameras of a station see both. Twice `plan.photos` at most.

    useful: key -> camera."""
    by_side: dict[tuple[Flank, str], list[str]] = {}
    for key in sorted(useful, key=lambda key: (-_value(desk, key), key)):
        side = _side(desk, sights, key)
        camera = useful[key] if side is Flank.UNKNOWN else ""
        by_side.setdefault((side, camera), []).append(key)
    turns = chain.from_iterable(zip_longest(*by_side.values()))
    keys = [key for key in turns if key is not None][: 2 * desk.plan.photos]
    keys.sort(key=lambda key: (-_value(desk, key), key))
    sides = frozenset(_side(desk, sights, key) for key in keys)
    return AnimalUnit(name, tuple(keys), sides) if keys else None


def _value(desk: Desk, key: str) -> float:
    row = desk.described(key)
    return row.value if row else 0.0


def _side(desk: Desk, sights: ArchiveSights, key: str) -> Flank:
    row = desk.described(key)
    return row.side(sights.flanks[key]) if row else Flank.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Blind:
    """Looks where a detector has told where; needs no network."""

    model: str

    def __call__(self) -> "_Blind":
        return self

    def animals(self, image: Image) -> list[ProposedBox]:
        """Nobody asks."""
        del image
        return []


@dataclass(frozen=True, slots=True)
class _LostLook:
    """The row of a frame that ended its process; can be pickled."""

    model: str

    def __call__(self, task: LookTask) -> FrameLook:
        return looking.lost(self.model, task)
