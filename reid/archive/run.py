"""An archive from its frames to animals: looked at, grouped, described, identified, sorted.

Everything that is found out is a line of a journal in the output folder, by a key of what it was
found out from. A killed run goes on where it was; a second run does nothing twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from reid.archive import journal
from reid.archive.answering import UnitAnswer, ask_about, chosen_photos
from reid.archive.doubtful_clocks import DoubtfulClock
from reid.archive.doubtful_flanks import DoubtfulFlank, doubtful_flanks
from reid.archive.eliminating import joined_by_elimination, without_other_sides
from reid.archive.plan import ArchiveRecogniser, Catalogue, IdentifyingPhoto, RunPlan
from reid.archive.printed_clocks import PRINTED, UnlikeClock
from reid.archive.progress import Bar, Progress, no_bar
from reid.archive.report import NeedsEyes, write_report
from reid.archive.rows import FrameRow, Status, write_rows, write_table
from reid.archive.same_archive import refuse_another
from reid.archive.scheduling import ArchiveEngine, Scheduler
from reid.archive.shaping import shaped
from reid.archive.sorting import SortedUnits, UnitEvidence, sort_units
from reid.archive.sources import ArchiveSource
from reid.archive.stages import (
    AnimalSeen,
    ArchiveSights,
    Desk,
    animals_seen,
    choose_and_describe,
    clocks_unlike,
    doubtful_clocks,
    look_at_all,
    placed_frames,
)
from reid.archive.table import (
    ANIMAL,
    ENCOUNTER,
    EyesRow,
    FrameRows,
    ProposedAnimal,
    animal_count,
    animal_rows,
    encounter_rows,
    eyes_rows,
    proposed_animals,
)
from reid.identify.one_flank import AnimalCount
from reid.sentences import Sentence

BAD = Status.UNREADABLE, Status.FAILED


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """How a run ended. statuses: rows by what became of them. frames: of the source.

    animals: identities and proposed animals. encounters: animals of encounters. eyes: pairs that
    need a person. clocks: cameras that print another time than is stated; doubts: of clocks that
    look wrong by themselves; flanks: stated ones that the network contradicts. seen: every animal
    of an encounter; photos: those that identify it, by its name. remarks: on how the source was
    read; refused: lines of it that cannot be used.
    """

    statuses: Mapping[Status, int]
    frames: int
    encounters: int
    animals: tuple[ProposedAnimal, ...]
    eyes: tuple[EyesRow, ...]
    seen: tuple[AnimalSeen, ...] = field(repr=False, default=())
    photos: Mapping[str, tuple[IdentifyingPhoto, ...]] = field(repr=False, default_factory=dict)
    clocks: tuple[UnlikeClock, ...] = ()
    others: int = 0
    closed: tuple[str, ...] = ()
    doubts: tuple[DoubtfulClock, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    refused: int = 0
    flanks: tuple[DoubtfulFlank, ...] = ()

    @property
    def count(self) -> AnimalCount:
        """How many animals were seen."""
        return animal_count(self.animals)

    @property
    def complete(self) -> bool:
        """Every frame was read and answered."""
        return not any(self.statuses.get(status, 0) for status in BAD) and not self.closed


def run_archive(
    source: ArchiveSource,
    out: Path,
    recogniser: ArchiveRecogniser,
    catalogue: Catalogue,
    plan: RunPlan,
    *,
    engine: ArchiveEngine | None = None,
    bar: Bar[object] = no_bar,
    title: str = "",
) -> ArchiveResult:
    """Run or go on with a run; results.csv, encounters.csv, animals.csv, eyes.csv, printed.csv and
    report.html lie in `out` when it returns. engine: None, this process works alone.

    Raises FolderInUse where another run writes there, FolderNotWritable where nobody may,
    ResultsOfAnother where the results of another archive lie.
    """
    with journal.alone(out), ExitStack() as stack:
        looks, boxes, pairs, answers = (
            stack.enter_context(journal.opened(out / f"{name}.jsonl"))
            for name in ("looks", "boxes", "pairs", "answers")
        )
        refuse_another(out, source.frames, looks)
        progress = Progress(out, len(source), bar)
        scheduler = stack.enter_context(closing(Scheduler(engine)))
        desk = Desk(source, out, plan, recogniser, scheduler, progress, looks, boxes, pairs)
        try:
            result = _run(desk, catalogue, answers, title or source.form)
        except BaseException as error:
            progress.end(str(error) or type(error).__name__)
            raise
        progress.end()
    return result


def _run(desk: Desk, catalogue: Catalogue, answers: journal.Journal, title: str) -> ArchiveResult:
    left_out = look_at_all(desk)
    copies: dict[str, str] = {}
    frames = list(placed_frames(desk, left_out, copies))
    sights = ArchiveSights(shaped(frames, desk.plan.gap), copies=copies)
    choose_and_describe(desk, sights)
    seen = animals_seen(desk, sights)
    answered = ask_about(desk, seen, catalogue, answers)
    grouped = _sorted(desk, seen, answered)
    animals = proposed_animals(seen, answered, grouped)
    eyes = eyes_rows(seen, answered, grouped)
    rows = FrameRows(desk, left_out, sights, seen, answered, animals, catalogue)
    counted: Counter[Status] = Counter()

    def counting(all_rows: Iterable[FrameRow]) -> Iterator[FrameRow]:
        for row in all_rows:
            counted[row.status] += 1
            yield row

    total = len(desk.source)
    write_rows(desk.out, desk.progress.of("report", counting(rows.every()), total, 0))
    write_table(desk.out / "encounters.csv", ENCOUNTER, encounter_rows(seen, answered, animals))
    write_table(desk.out / "animals.csv", ANIMAL, animal_rows(animals))
    write_table(
        desk.out / "eyes.csv",
        EyesRow.__slots__,
        ([getattr(row, name) for name in EyesRow.__slots__] for row in eyes),
    )
    result = ArchiveResult(
        dict(counted),
        len(desk.source),
        len(seen),
        animals,
        eyes,
        tuple(seen),
        {animal.name: tuple(chosen_photos(desk, animal).values()) for animal in seen},
        clocks_unlike(desk),
        sum(desk.source.others.values()),
        desk.source.closed,
        doubtful_clocks(desk),
        desk.source.remarks,
        len(desk.source.refused),
        doubtful_flanks(desk, sights),
    )
    write_table(desk.out / "printed.csv", PRINTED, (row.cells() for row in result.clocks))
    needed = NeedsEyes(eyes, result.clocks, result.doubts, result.flanks)
    write_report(desk, result.statuses, animals, needed, title, seen)
    return result


def _sorted(
    desk: Desk, seen: Sequence[AnimalSeen], answered: Mapping[str, UnitAnswer]
) -> SortedUnits:
    """The animals that the catalogue does not know, sorted."""
    unknown = [
        animal.unit
        for animal in seen
        if animal.unit is not None and answered[animal.name].status is Status.UNKNOWN
    ]
    apart = [(animal.name, other) for animal in seen for other in animal.apart]
    recogniser = desk.recogniser
    evidence = UnitEvidence(
        desk.pairs,
        desk.out,
        recogniser.calibrator,
        desk.scheduler,
        lambda rows, total: desk.progress.of("compare", rows, total, 0),
    )
    groups = sort_units(unknown, apart, evidence, desk.out, recogniser.model)
    return without_other_sides(joined_by_elimination(groups, seen), seen)
