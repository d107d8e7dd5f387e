"""A source of photos into the catalogue, over the same intake as uploads, as often as one likes.

A photo that is known gets what it lacks, and nothing that a person said of it is changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from reid.errors import InputError
from reid.interchange.individual_names import fit_name
from reid.interchange.package import SourceAnimal, SourcePackage, SourceRefusal
from reid.interchange.photo_tables import PhotoTable, StatedLine
from reid.interchange.summary import ChosenPhoto, stations_with_position
from reid.sentences import Sentence
from reid.types import Flank
from service.exchange.kept_sources import BecameOfSource, keep_source, kept_source
from service.exchange.naming import NamedAnimal, Naming, annotation_for, name_animals
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.settings import Settings
from service.stations.deployment_import import keep_deployments
from service.store import photos
from service.store.database import Database
from service.store.files import digest
from service.store.photos import Photo

AT_ONCE = 25  # photos of one transaction
LONGEST, LONGEST_NAME, LONGEST_NOTES = 200, 100, 2000  # letters

ImportProgress = Callable[[Iterable[ChosenPhoto], int], Iterable[ChosenPhoto]]


class NameRefused(InputError, message="{name} is not taken as a name: {why}"): ...


class NameTooLong(InputError, message="{letters} letters; at most {limit}"): ...


class PhotoNotTaken(InputError, message="it was not taken: {why}"): ...


class PhotoFileUnreadable(InputError, message="its file cannot be read: {why}"): ...


def silently(chosen: Iterable[ChosenPhoto], total: int) -> Iterable[ChosenPhoto]:
    """The photos as they come, without a progress bar."""
    del total
    return chosen


@dataclass(slots=True)
class ImportReport:
    """What became of a source. photos: new, known and refused ones. boxes: annotations with a box
    that were made. upload: its number; None where nothing was sent. naming: what was decided."""

    photos: Counter[str] = field(default_factory=Counter)
    boxes: int = 0
    deployments: Counter[str] = field(default_factory=Counter)
    refused: list[SourceRefusal] = field(default_factory=list)
    naming: Naming = field(default_factory=Naming)
    upload: int | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """One animal of one photo, as a line of the table that is uploaded with its bytes."""

    position: int
    chosen: ChosenPhoto
    animal: SourceAnimal
    line: StatedLine

    @property
    def data(self) -> bytes:
        if self.chosen.photo.file is None:
            raise FileNotFoundError(self.chosen.photo.path)
        return self.chosen.photo.file.read_bytes()


class Importer:
    """Brings the chosen photos of one source into the catalogue. label: of its encounters."""

    def __init__(
        self, settings: Settings, database: Database, intake: Intake, reviewer: str, label: str
    ) -> None:
        self._settings, self._database, self._intake = settings, database, intake
        self._reviewer, self._label = reviewer, label
        self._report = ImportReport()
        self._named: list[NamedAnimal] = []
        self._became: dict[tuple[int, int], int] = {}  # photo, number of its animal -> annotation
        self._photo_of: dict[int, str] = {}  # number of a photo, from 1 -> SHA-256

    def run(
        self,
        package: SourcePackage,
        chosen: Sequence[ChosenPhoto],
        progress: ImportProgress = silently,
    ) -> ImportReport:
        """Import, decide the names, and keep what the source said beside the catalogue."""
        report = self._report
        report.refused += package.refused
        kept = keep_deployments(self._database, stations_with_position(package))
        report.deployments.update(line.outcome for line in kept)
        report.refused += [
            SourceRefusal(f"deployment {line.name}", line.why) for line in kept if line.why
        ]
        crowded = _crowded(chosen)
        kept_as = kept_source(self._settings.data_dir, self._label, package, chosen)
        self._label = kept_as.label
        batch: list[tuple[int, ChosenPhoto]] = []
        for number, one in enumerate(progress(chosen, len(chosen)), 1):
            batch.append((number, one))
            if len(batch) == AT_ONCE or number == len(chosen):
                self._take(batch, crowded)
                batch = []
        report.naming = name_animals(self._database, self._named, self._reviewer, self._label)
        became = BecameOfSource(self._photo_of, self._became)
        keep_source(kept_as.file, self._reviewer, package, chosen, became)
        return report

    def _take(self, batch: Sequence[tuple[int, ChosenPhoto]], crowded: set[str]) -> None:
        """A batch of photos: first each with its first animal, then the other animals of each."""
        rounds = max(max(1, len(one.animals)) for _, one in batch)
        for turn in range(rounds):
            sent = [
                self._sent(
                    position, one, one.animals[turn] if one.animals else SourceAnimal(), crowded
                )
                for position, one in batch
                if turn < max(1, len(one.animals))
            ]
            self._send(sent, turn)

    def _sent(
        self, position: int, chosen: ChosenPhoto, animal: SourceAnimal, crowded: set[str]
    ) -> _Sent:
        photo, event = chosen.photo, animal.event or chosen.photo.event
        name = self._fit(animal, photo.path)
        encounter = ""
        if event and (name or event not in crowded):
            encounter = _short(" ".join(f"{self._label}: {event} {name}".split()))
        on = f"taken on {photo.captured_on}" if photo.captured_on else ""
        line = StatedLine(
            line=position,
            file=f"{position}/{photo.path.rpartition('/')[2]}",
            station=_short(photo.station),
            camera=_short(photo.camera),
            captured_at=photo.captured_at,
            flank=animal.flank,
            box=animal.box.text() if animal.box else "",
            encounter=encounter,
            individual=name,
            notes="\n".join(part for part in (photo.notes, on) if part)[:LONGEST_NOTES],
        )
        return _Sent(position, chosen, animal, line)

    def _fit(self, animal: SourceAnimal, path: str) -> str:
        if not animal.individual:
            return ""
        try:
            return _fit_name(animal.individual)
        except InputError as error:
            why = NameRefused(name=animal.individual, why=error)
            self._report.refused.append(SourceRefusal(path, why))
            return ""

    def _send(self, sent: Sequence[_Sent], turn: int) -> None:
        ids: dict[int, str] = {}
        lines: dict[int, StatedLine] = {}
        with self._database.read() as connection:
            for one in sent:
                try:
                    ids[one.position] = digest(one.data)
                except OSError as error:
                    unread = PhotoFileUnreadable(why=str(error.strerror or error))
                    self._refuse(one, unread, turn)
                    continue
                line = _lacking(connection, ids[one.position], one)
                if line is not None:
                    lines[one.position] = line
        going = [one for one in sent if one.position in lines]
        self._report.photos["known"] += (len(ids) - len(going)) if turn == 0 else 0
        if going:
            table = PhotoTable(tuple(lines[one.position] for one in going), (), ())
            incoming: Iterator[tuple[str, bytes]] = ((one.line.file, one.data) for one in going)
            result = self._intake.accept(
                incoming, Statements(), self._reviewer, table=table, upload_id=self._report.upload
            )
            self._report.upload = result.id
            for one, receipt in zip(going, result.files, strict=True):
                if receipt.photo_id is None or receipt.error_detail:
                    why = receipt.error_detail
                    self._refuse(one, why if isinstance(why, Sentence) else str(why), turn)
                elif turn == 0:
                    self._report.photos["new" if receipt.created else "known"] += 1
        self._find(sent, ids, {one.position for one in going}, turn)

    def _find(self, sent: Sequence[_Sent], ids: dict[int, str], fresh: set[int], turn: int) -> None:
        """Which annotation each animal became, so that it can be named."""
        with self._database.read() as connection:
            for one in sent:
                if one.position not in ids or not photos.known(connection, ids[one.position]):
                    continue
                photo = photos.get(connection, ids[one.position])
                self._photo_of[one.position] = photo.id
                animal = annotation_for(connection, photo, one.animal.box)
                if animal is None:
                    continue
                self._became[one.position, turn] = animal.id
                self._report.boxes += animal.box is not None and one.position in fresh
                self._named.append(
                    NamedAnimal(animal.id, one.line.individual, one.chosen.photo.path)
                )

    def _refuse(self, one: _Sent, why: Sentence | str, turn: int) -> None:
        sentence = why if isinstance(why, Sentence) else PhotoNotTaken(why=why)
        self._report.refused.append(SourceRefusal(one.chosen.photo.path, sentence))
        self._report.photos["refused"] += turn == 0


def _crowded(chosen: Iterable[ChosenPhoto]) -> set[str]:
    """Events of which a photo shows several animals without a name: who is who is not said."""
    return {
        animal.event or one.photo.event
        for one in chosen
        if sum(not animal.individual for animal in one.animals) > 1
        for animal in one.animals
    }


def _lacking(connection: Connection, photo_id: str, one: _Sent) -> StatedLine | None:
    """What the source says and the catalogue does not know; None where it knows all of it."""
    if not photos.known(connection, photo_id):
        return one.line
    photo: Photo = photos.get(connection, photo_id)
    if photo.erased or photo.withdrawn:
        return one.line  # the intake says why
    animal = annotation_for(connection, photo, one.animal.box)
    line = replace(
        one.line,
        station="" if photo.station else one.line.station,
        camera="" if photo.camera else one.line.camera,
        captured_at=None if photo.captured_at else one.line.captured_at,
        notes="" if photo.notes else one.line.notes,
    )
    if animal is not None:
        known = animal.flank is not Flank.UNKNOWN
        boxed = one.line.box if animal.box is None and not animal.withdrawn else ""
        line = replace(line, encounter="", box=boxed, flank=None if known else line.flank)
    wanted = (line.station, line.camera, line.captured_at, line.notes, line.flank, line.box)
    if animal is not None and not any(wanted):
        return None
    return line


def _fit_name(text: str) -> str:
    name = fit_name(text)
    if len(name) > LONGEST_NAME:
        raise NameTooLong(letters=len(name), limit=LONGEST_NAME)
    return name


def _short(text: str) -> str:
    """A text that is kept on one line; of one that is too long the end is told by its digest, so
    that two that differ there stay two."""
    plain = "".join(c if c.isprintable() else " " for c in text).strip()
    if len(plain) <= LONGEST:
        return plain
    end = digest(plain.encode())[:12]
    return f"{plain[: LONGEST - len(end) - 1]} {end}"
