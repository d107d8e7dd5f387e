"""The demo of the founding case: eight cases of simulated animals, filled like any catalogue."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from reid.errors import Conflict
from reid.evidence.settle import in_words
from reid.interchange.obscuring import Telling
from reid.synthetic.answers import RECORDS, FoundingAnswer
from reid.synthetic.founding import CAPTION, SIMULATED, VARIANTS, Truth, Variant, write_founding
from service.cases.report import Casework
from service.operations.demo import REVIEWER, is_empty, painted_once, read_index
from service.photos.intake import Intake
from service.store import cases, encounters, photos
from service.store.database import Database
from service.store.files import digest
from service.store.photos import Claim

SEED = 2018
WHOM = {Truth.ONE: "one animal", Truth.OTHER: "in September another animal, a relative"}
NOTE = (
    f"{SIMULATED} animals, photos and positions, shaped like Ustyurt 2018. Truth: {{truth}}. "
    "September photos: {september}; those of November and December are the same in every case."
)


class CatalogueNotEmpty(
    Conflict,
    message="the catalogue has photos already, and simulated records do not belong among them: "
    "choose an empty folder, e.g. --data-dir var/ustyurt",
): ...


class CaseWasChanged(
    Conflict, message="case {case} no longer holds the three records: choose an empty folder"
): ...


def make(folder: Path, *, width: int | None = None) -> None:
    """Paint the records, if they are not there yet. width: of every photo, for small tests."""
    painted_once(folder, lambda path: write_founding(path, seed=SEED, width=width))


def open_cases(database: Database) -> None:
    """Open the cases, still empty. Conflict where the catalogue holds anything else.

    They come before the photos, so a load that was cut off is known as ours and goes on.
    """
    empty = is_empty(database)
    with database.write() as connection:
        known = _by_name(connection)
        if not empty and VARIANTS[0].name not in known:
            raise CatalogueNotEmpty()
        for variant in VARIANTS:
            if variant.name not in known:
                note = NOTE.format(truth=WHOM[variant.truth], september=variant.september)
                cases.add(connection, variant.name, note)


def load(database: Database, intake: Intake, folder: Path) -> Iterator[Path]:
    """Import the records, yielding each photo as it is done, and put them into the cases.

    Time, camera and position are read from the files; stations, flanks and encounters are stated.
    """
    conflicting = VARIANTS[0].encounters[1]
    for row in read_index(folder):
        data = row.path.read_bytes()
        intake.accept([(row.path.name, data)], row.stated(None))
        if row.encounter == conflicting:
            _keep_caption(database, digest(data))
            conflicting = ""
        yield row.path
    with database.write() as connection:
        known = _by_name(connection)
        for variant in VARIANTS:
            members = [encounters.named(connection, name, None) for name in variant.encounters]
            cases.put(connection, known[variant.name], members, REVIEWER)


def _keep_caption(database: Database, photo_id: str) -> None:
    """The time that a caption names, beside that of the camera, which counts."""
    caption = Claim("captured_at", CAPTION.isoformat(), "form", used=False)
    with database.write() as connection:
        photos.add_claims(connection, photo_id, [caption])


def answers(database: Database, casework: Casework) -> Iterator[FoundingAnswer]:
    """What every case's report says, beside the truth; Conflict where somebody changed a case."""
    with database.read() as connection:
        known = _by_name(connection)
    for variant in VARIANTS:
        yield _answer(casework, variant, known[variant.name])


def _answer(casework: Casework, variant: Variant, case_id: int) -> FoundingAnswer:
    report = casework.report(case_id, Telling.EXACT)
    names = tuple(case_report.detail.summary.name for case_report in report.members)
    if names != variant.encounters or report.partitions is None:
        raise CaseWasChanged(case=case_id)
    first, second, third = (case_report.says.evidence for case_report in report.pairs)
    leading = report.partitions.partitions[0]
    evidence = report.pairs[0].says
    settle = str(evidence.why_nothing or "")
    if evidence.settle:
        settle = in_words(evidence.settle[0], RECORDS)
    sure = (leading.partition, leading.probability)
    return FoundingAnswer(variant, (first, second, third), *sure, settle)


def _by_name(connection: Connection) -> dict[str, int]:
    return {row.name: row.id for row in cases.every(connection)}
