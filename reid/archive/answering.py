"""Every animal of every encounter, asked about in the catalogue, once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reid.archive.describing import read_features
from reid.archive.journal import Journal
from reid.archive.plan import (
    Catalogue,
    CatalogueAnswer,
    IdentifyingPhoto,
    NamedCandidate,
    QueryPhoto,
)
from reid.archive.rows import SHOWN, Status
from reid.archive.stages import AnimalSeen, Desk, file_of
from reid.archive.units import AnimalUnit
from reid.errors import InputError
from reid.types import Verdict

PATIENCE = 5  # animals in a row without an answer, before the rest is not asked any more
NO_ANSWER = "no_answer"
NOT_ASKED = "not asked: the catalogue did not answer for the animals before"


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """What the catalogue says of one animal. status: IDENTIFIED, UNKNOWN, TOO_POOR or FAILED."""

    status: Status
    answer: CatalogueAnswer | None = None
    code: str = ""
    reason: str = ""

    @property
    def identity(self) -> str:
        """The name, where the evidence suffices."""
        best = self.answer.strongest if self.answer else None
        return best.identity if best and self.status is Status.IDENTIFIED else ""


def ask_about(
    desk: Desk, animals: Sequence[AnimalSeen], catalogue: Catalogue, journal: Journal
) -> dict[str, UnitAnswer]:
    """Answers by names of animals; what the same catalogue answered before is not asked again."""
    answers: dict[str, UnitAnswer] = {}
    todo: list[tuple[AnimalSeen, AnimalUnit]] = []
    for animal in animals:
        if animal.unit is None:
            continue
        line = journal.get(_key(desk, animal.unit))
        if line is not None and _holds(line, desk, catalogue):
            answers[animal.name] = _read(line)
        else:
            todo.append((animal, animal.unit))
    earlier = len(answers)
    rows = _asked(desk, [animal for animal, _ in todo], catalogue)
    total = earlier + len(todo)
    for (animal, unit), row in zip(
        todo, desk.progress.of("identify", rows, total, earlier), strict=True
    ):
        journal.append(_key(desk, unit), _line(row, catalogue))
        answers[animal.name] = row
    return answers


def _key(desk: Desk, unit: AnimalUnit) -> str:
    return f"{unit.key} {desk.plan.flank.value}"


def _holds(line: Mapping[str, Any], desk: Desk, catalogue: Catalogue) -> bool:
    if line["status"] == Status.FAILED:
        return False
    return desk.plan.keep or (line["model"], line["state"]) == (catalogue.model, catalogue.state)


def _asked(desk: Desk, animals: Sequence[AnimalSeen], catalogue: Catalogue) -> Iterator[UnitAnswer]:
    unanswered = 0
    for animal in animals:
        if unanswered >= PATIENCE:
            yield UnitAnswer(Status.FAILED, code=NO_ANSWER, reason=NOT_ASKED)
            continue
        row = _of_one(desk, animal, catalogue)
        unanswered = unanswered + 1 if row.code == NO_ANSWER else 0
        yield row


def _of_one(desk: Desk, animal: AnimalSeen, catalogue: Catalogue) -> UnitAnswer:
    """The answer about one animal, whatever happens."""
    try:
        photos = [
            QueryPhoto(chosen, read_features(desk.out, key))
            for key, chosen in chosen_photos(desk, animal).items()
        ]
        answer = catalogue.identify_encounter(photos)
    except InputError as error:
        return UnitAnswer(Status.TOO_POOR, code=error.code, reason=str(error))
    except ConnectionError as error:
        return UnitAnswer(Status.FAILED, code=NO_ANSWER, reason=str(error))
    except Exception as error:  # a defect of ours must not cost the other animals their answers
        reason = f"{type(error).__name__}: {error}"
        return UnitAnswer(Status.FAILED, code="internal_error", reason=reason)
    same = answer.verdict is Verdict.SAME and answer.strongest is not None
    return UnitAnswer(Status.IDENTIFIED if same else Status.UNKNOWN, answer)


def chosen_photos(desk: Desk, animal: AnimalSeen) -> dict[str, IdentifyingPhoto]:
    """The photos that identify an animal by the keys of their features, the clearest first."""
    places = places_of(desk, animal)
    photos = {}
    for key in animal.unit.keys if animal.unit else ():
        path, number = places[key]
        look, file = desk.look(path), file_of(desk.source, animal.encounter, path)
        seen = look.animals[number]
        flank = desk.flank(look, seen)
        photos[key] = IdentifyingPhoto(path, file, look.sha256, seen.box, seen.video_frame, flank)
    return photos


def places_of(desk: Desk, animal: AnimalSeen) -> dict[str, tuple[str, int]]:
    """Key of a described box -> path of its frame, and the number of the box in it."""
    places: dict[str, tuple[str, int]] = {}
    for f, b in animal.sightings:
        path = animal.encounter.frames[f].path
        look = desk.look(path)
        places.setdefault(desk.key(look, look.animals[b]), (path, b))
    return places


def _line(row: UnitAnswer, catalogue: Catalogue) -> dict[str, Any]:
    answer = row.answer
    return {
        "status": row.status,
        "code": row.code,
        "reason": row.reason,
        "model": catalogue.model,
        "state": catalogue.state,
        "calibrator": answer.calibrator if answer else "",
        "verdict": answer.verdict if answer else "",
        "candidates": [
            [c.identity, c.llr, c.bound, c.verdict, c.encounter]
            for c in (answer.candidates if answer else ())
        ],
    }


def _read(line: Mapping[str, Any]) -> UnitAnswer:
    answer = None
    if line["verdict"]:
        candidates = tuple(
            NamedCandidate(name, llr, bound, Verdict(verdict), encounter)
            for name, llr, bound, verdict, encounter in line["candidates"]
        )
        answer = CatalogueAnswer(
            Verdict(line["verdict"]), candidates, line["model"], line["calibrator"]
        )
    return UnitAnswer(Status(line["status"]), answer, line["code"], line["reason"])


def named(answer: CatalogueAnswer) -> tuple[tuple[str, float], ...]:
    """The first candidates, for a row."""
    return tuple((c.identity, round(c.llr, 4)) for c in answer.candidates[:SHOWN])
