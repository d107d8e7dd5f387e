"""What an archive run found, as rows: frames, encounters, animals, and pairs for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reid.archive.answering import UnitAnswer, named
from reid.archive.plan import Catalogue, NamedCandidate
from reid.archive.rows import FrameRow, Status
from reid.archive.selecting import SkippedFrame
from reid.archive.sorting import SortedUnits
from reid.archive.stages import AnimalSeen, ArchiveSights, Desk, shown_time, when
from reid.identify.one_flank import AnimalCount, counted_animals
from reid.interchange.package import SourcePhoto
from reid.types import Flank, Verdict

HINT = 0.5  # llr of an identity from which a person should look whether an unknown animal is it
ENCOUNTER = (
    "encounter",
    "station",
    "cameras",
    "first",
    "last",
    "frames",
    "animal",
    "status",
    "identity",
    "llr",
    "bound",
    "verdict",
    "flanks",
    "photos_compared",
)
ANIMAL = "animal", "in_catalogue", "encounters", "stations", "first", "last", "photos", "flanks"


@dataclass(frozen=True, slots=True)
class ProposedAnimal:
    """An identity, or unknown encounters that are one animal by their photos. known: by name."""

    name: str
    known: bool
    members: tuple[AnimalSeen, ...]

    @property
    def first(self) -> datetime | None:
        """When it was seen first."""
        return min(self._times(), default=None)

    @property
    def last(self) -> datetime | None:
        """When it was seen last."""
        return max(self._times(), default=None)

    @property
    def stations(self) -> tuple[str, ...]:
        """Where it was seen."""
        return tuple(sorted({member.encounter.station for member in self.members} - {""}))

    @property
    def flanks(self) -> tuple[str, ...]:
        """Which flanks were seen."""
        units = [member.unit for member in self.members if member.unit]
        return tuple(sorted({flank.value for unit in units for flank in unit.sides}))

    @property
    def met(self) -> Mapping[Flank, int]:
        """In how many encounters each flank was seen; what a catalogue knows of one is not here."""
        if self.known:
            return {Flank.UNKNOWN: len(self.members)}
        return Counter(
            flank for member in self.members if member.unit for flank in member.unit.sides
        )

    def _times(self) -> Iterator[datetime]:
        return (time for member in self.members for time in times_of(member))


@dataclass(frozen=True, slots=True)
class EyesRow:
    """What a person should look at. kind: "confirm", an identity that the machine gave; "may_be",
    one that it did not; "join", two animals that may be one; "part", an encounter that may not
    belong to its animal. other: an encounter, or "". reference: number of the catalogue's
    encounter. together: probability that both are one animal, -1 where it was not weighed."""

    kind: str
    encounter: str
    other: str
    identity: str
    llr: float
    together: float = -1.0
    reference: int | None = None


def times_of(animal: AnimalSeen) -> list[datetime]:
    """The true times of its frames that have one."""
    frames = {animal.encounter.frames[f] for f, _ in animal.sightings}
    return sorted(frame.moment for frame in frames if frame.moment)


def proposed_animals(
    seen: Sequence[AnimalSeen], answered: Mapping[str, UnitAnswer], grouped: SortedUnits
) -> tuple[ProposedAnimal, ...]:
    """Identities that were seen, by name; then proposed animals, by their first time."""
    by_name = {animal.name: animal for animal in seen}
    known: dict[str, list[AnimalSeen]] = {}
    for animal in seen:
        answer = answered.get(animal.name)
        if answer is not None and answer.identity:
            known.setdefault(answer.identity, []).append(animal)
    identities = [ProposedAnimal(name, True, tuple(known[name])) for name in sorted(known)]
    groups = [
        ProposedAnimal("", False, tuple(by_name[name] for name in sorted(names)))
        for names, counts in grouped.groups
        if counts
    ]
    latest = datetime.max  # noqa: DTZ901  after every wall clock
    groups.sort(key=lambda group: (group.first or latest, group.members[0].name))
    new = [replace(group, name=f"new-{n:03}") for n, group in enumerate(groups, 1)]
    return (*identities, *new)


def animal_count(animals: Sequence[ProposedAnimal]) -> AnimalCount:
    """How many animals were seen."""
    return counted_animals([animal.met for animal in animals])


def eyes_rows(
    seen: Sequence[AnimalSeen], answered: Mapping[str, UnitAnswer], grouped: SortedUnits
) -> tuple[EyesRow, ...]:
    """Pairs for people: doubts first, then what only has to be confirmed."""
    rows = [
        EyesRow(
            "part" if pair.joined else "join", pair.one, pair.other, "", pair.llr, pair.together
        )
        for pair in grouped.eyes
    ]
    confirmed: list[EyesRow] = []
    for animal in seen:
        answer = answered.get(animal.name)
        best = answer.answer.strongest if answer and answer.answer else None
        if best is None or answer is None:
            continue
        if answer.identity:
            confirmed.append(_about("confirm", animal, best))
        elif best.llr >= HINT and best.verdict is not Verdict.NOT_COMPARABLE:
            rows.append(_about("may_be", animal, best))
    confirmed.sort(key=lambda row: (row.llr, row.encounter))
    return (*rows, *confirmed)


def _about(kind: str, animal: AnimalSeen, best: NamedCandidate) -> EyesRow:
    llr = round(best.llr, 3)
    return EyesRow(kind, animal.name, "", best.identity, llr, reference=best.encounter)


def encounter_rows(
    seen: Sequence[AnimalSeen],
    answered: Mapping[str, UnitAnswer],
    animals: Sequence[ProposedAnimal],
) -> Iterator[list[object]]:
    """Rows of encounters.csv, in the order of ENCOUNTER."""
    named_as = {member.name: animal for animal in animals for member in animal.members}
    for animal in seen:
        answer, times = answered.get(animal.name), times_of(animal)
        best = answer.answer.strongest if answer and answer.answer else None
        mine = named_as.get(animal.name)
        frames = {
            animal.encounter.frames[f].path: animal.encounter.frames[f] for f, _ in animal.sightings
        }
        yield [
            animal.name,
            animal.encounter.station,
            " ".join(sorted({frame.camera for frame in frames.values()} - {""})),
            times[0].isoformat() if times else "",
            times[-1].isoformat() if times else "",
            len(frames),
            mine.name if mine else "",
            status_of(animal, answer, mine),
            answer.identity if answer else "",
            best.llr if best else None,
            best.bound if best else None,
            answer.answer.verdict if answer and answer.answer else "",
            " ".join(sorted(animal.unit.sides)) if animal.unit else "",
            len(animal.unit.keys) if animal.unit else 0,
        ]


def animal_rows(animals: Sequence[ProposedAnimal]) -> Iterator[list[object]]:
    """Rows of animals.csv, in the order of ANIMAL."""
    for animal in animals:
        first, last = animal.first, animal.last
        yield [
            animal.name,
            "yes" if animal.known else "no",
            len(animal.members),
            " ".join(animal.stations),
            first.isoformat() if first else "",
            last.isoformat() if last else "",
            sum(len(member.sightings) for member in animal.members),
            " ".join(animal.flanks),
        ]


def status_of(
    animal: AnimalSeen, answer: UnitAnswer | None, proposed: ProposedAnimal | None
) -> Status:
    """What became of one animal of an encounter."""
    if answer is None or animal.unit is None:
        return Status.TOO_POOR
    if answer.status is Status.UNKNOWN and proposed is not None:
        return Status.NEW
    return answer.status


class FrameRows:
    """A row for every frame without an animal, and for every animal of the others."""

    def __init__(
        self,
        desk: Desk,
        left_out: Mapping[str, SkippedFrame],
        sights: ArchiveSights,
        seen: Sequence[AnimalSeen],
        answered: Mapping[str, UnitAnswer],
        animals: Sequence[ProposedAnimal],
        catalogue: Catalogue,
    ) -> None:
        self._desk, self._left_out, self._sights = desk, left_out, sights
        self._answered, self._catalogue = answered, catalogue
        self._of = {member.name: animal for animal in animals for member in animal.members}
        self._animal_of = {
            (animal.encounter.frames[f].path, b): animal
            for animal in seen
            for f, b in animal.sightings
        }

    def every(self) -> Iterator[FrameRow]:
        """In the order of the source; read from the journals one frame at a time."""
        for photo in self._desk.source.frames:
            left = self._left_out.get(photo.path)
            if left is not None:
                blank = FrameRow(photo.path, 0, left.status, code=left.code, reason=left.reason)
                yield replace(blank, station=photo.station, camera=photo.camera)
                continue
            yield from self._of_frame(photo)

    def _of_frame(self, photo: SourcePhoto) -> Iterator[FrameRow]:
        look = self._desk.look(photo.path)
        moment, zone, source = when(self._desk, photo, look)
        shown, _ = shown_time(self._desk, photo, look)
        names = {animal.individual for animal in photo.animals if animal.individual}
        row = FrameRow(
            photo.path,
            0,
            Status(look.status or Status.NOT_CHOSEN),
            sha256=look.sha256,
            station=photo.station,
            camera=photo.camera or look.camera,
            captured_at=moment.isoformat() if moment else "",
            zone=zone if moment else "",
            file_time=shown.isoformat() if shown else "",
            time_source=source,
            banner=look.banner,
            stated_individual="; ".join(sorted(names)),
            code=look.code,
            reason=look.reason,
            damage=look.damage,
        )
        if (original := self._sights.copies.get(photo.path)) is not None:
            yield from self._as_copy(row, original)
            return
        if look.status:
            yield row
        for number in range(len(look.animals)) if not look.status else ():
            yield self._of_box(row, photo.path, number)

    def _as_copy(self, row: FrameRow, original: str) -> Iterator[FrameRow]:
        """The rows of a file with the bytes of another one."""
        for number in range(len(self._desk.look(row.path).animals)):
            other = self._of_box(row, original, number)
            yield replace(other, path=row.path, status=Status.COPY, like=original)

    def _of_box(self, row: FrameRow, path: str, number: int) -> FrameRow:
        seen = self._desk.look(path).animals[number]
        animal = self._animal_of[path, number]
        answer, proposed = self._answered.get(animal.name), self._of.get(animal.name)
        best = answer.answer.strongest if answer and answer.answer else None
        row = replace(
            row,
            annotation=number + 1,
            box=" ".join(f"{side:g}" for side in seen.box),
            video_frame=seen.video_frame,
            confidence=seen.confidence,
            encounter=animal.name,
            animal=proposed.name if proposed else "",
            status=status_of(animal, answer, proposed),
            identity=answer.identity if answer else "",
            llr=best.llr if best else None,
            bound=best.bound if best else None,
            verdict=answer.answer.verdict.value if answer and answer.answer else "",
            candidates=named(answer.answer) if answer and answer.answer else (),
            model=self._desk.recogniser.model,
            calibrator=answer.answer.calibrator if answer and answer.answer else "",
            catalogue=self._catalogue.state,
            code=answer.code if answer else "",
            reason=answer.reason if answer else "",
        )
        return self._with_outcome(row, animal, path, number)

    def _without_coat(self, animal: AnimalSeen) -> bool:
        """Whether no coat was seen in any of the boxes of an animal that were described."""
        paths = ((animal.encounter.frames[f].path, b) for f, b in animal.sightings)
        keys = [self._sights.keys[place] for place in paths if place in self._sights.keys]
        rows = [self._desk.described(key) for key in keys]
        return bool(rows) and all(row and row.status == Status.NO_COAT for row in rows)

    def _with_outcome(self, row: FrameRow, animal: AnimalSeen, path: str, number: int) -> FrameRow:
        """What became of the box itself, where that is not what became of its animal."""
        other = self._sights.others.get((path, number))
        if other is not None:
            blank = other[0] is Status.NOT_CHOSEN and self._without_coat(animal)
            status = Status.NO_COAT if blank else other[0]
            return replace(row, status=status, like=other[1])
        key = self._sights.keys[path, number]
        described = self._desk.described(key)
        if described is None:
            return row
        row = replace(row, flank=described.side(self._sights.flanks[key]), grade=described.grade)
        if described.status:
            code, reason = described.code, described.reason
            row = replace(row, status=Status(described.status), code=code, reason=reason)
            return replace(row, animal="") if described.status == Status.NO_COAT else row
        used = animal.unit.keys if animal.unit else ()
        return row if key in used or not used else replace(row, status=Status.NOT_CHOSEN)
