"""People shape encounters: they part one, join two, move photos from one to another, or set aside
what shows no animal.

Each is one correction, so that the general undo takes it back. What was decided stays with the
encounter; the worker makes pairs and evidence again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.encounters import errors
from service.photos import correcting, withdrawing
from service.photos.correcting import CorrectionGrounds
from service.store import cases, decisions, encounters, photos, shaping, stated
from service.store.corrections import CorrectedValue
from service.store.encounters import EncounterSummary
from service.store.stated import YES


@dataclass(frozen=True, slots=True)
class ChosenAnnotations:
    """Some of the annotations of an encounter: by their numbers, or all of some photos."""

    annotations: Collection[int] = ()
    photos: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Shaped:
    """What came of it. encounter: where the moved photos are. moved: how many annotations."""

    correction: int
    encounter: int
    moved: int


def part(
    connection: Connection,
    encounter_id: int,
    chosen: ChosenAnnotations,
    grounds: CorrectionGrounds,
    answer: Sequence[CorrectedValue] = (),
) -> Shaped:
    """Let some photos of an encounter be an encounter of their own.

    answer: what belongs to the same correction, because a question asked for it.
    """
    _hold(connection, [encounter_id])
    numbers = _chosen(connection, encounter_id, chosen)
    if len(numbers) == len(shaping.places(connection, [encounter_id])):
        raise errors.AllChosen(encounter=encounter_id)
    station = encounters.summary(connection, encounter_id).station
    goal = encounters.add(connection, station)
    return _carry_out(connection, numbers, goal, answer, grounds)


def move(
    connection: Connection,
    encounter_id: int,
    chosen: ChosenAnnotations,
    into: int,
    grounds: CorrectionGrounds,
) -> Shaped:
    """Let some photos of an encounter be photos of another one; all of them is joining the two."""
    _hold(connection, [encounter_id, into])
    numbers = _chosen(connection, encounter_id, chosen)
    if len(numbers) == len(shaping.places(connection, [encounter_id])):
        return join(connection, into, encounter_id, grounds)
    _there(connection, encounter_id, into)
    return _carry_out(connection, numbers, into, (), grounds)


def join(
    connection: Connection,
    encounter_id: int,
    other_id: int,
    grounds: CorrectionGrounds,
    answer: Sequence[CorrectedValue] = (),
) -> Shaped:
    """Let two encounters be one.

    The one that is kept is the one with the decision; of two without, the first. Refused where they
    are decided to be different identities, at different stations, or in one photo.
    """
    _hold(connection, [encounter_id, other_id])
    kept, gone = _there(connection, encounter_id, other_id)
    if _weight(gone) > _weight(kept):
        kept, gone = gone, kept
    numbers = photos.numbers_in(connection, gone.id)  # also withdrawn ones: restored, they are here
    values = [*answer, *_cases_follow(connection, gone.id, kept.id)]
    return _carry_out(connection, numbers, kept.id, values, grounds)


def set_aside(
    connection: Connection,
    encounter_id: int,
    chosen: ChosenAnnotations,
    grounds: CorrectionGrounds,
) -> Shaped:
    """Take some photos of an encounter that show no animal out of use, perhaps all of them."""
    _hold(connection, [encounter_id])
    numbers = _chosen(connection, encounter_id, chosen)
    animals = photos.annotations(connection, numbers)
    correction = withdrawing.set_aside(connection, list(animals.values()), grounds)
    return Shaped(correction, encounter_id, len(numbers))


def _hold(connection: Connection, numbers: Sequence[int]) -> None:
    """Wait for uploads, corrections and decisions that concern these encounters."""
    correcting.hold(connection)
    for number in sorted(set(numbers)):
        encounters.summary(connection, number)
        decisions.hold(connection, number)


def _there(
    connection: Connection, encounter_id: int, other_id: int
) -> tuple[EncounterSummary, EncounterSummary]:
    """Two encounters with photos at one station."""
    if encounter_id == other_id:
        raise errors.JoinedWithItself(encounter=encounter_id)
    one, other = (encounters.summary(connection, number) for number in (encounter_id, other_id))
    for summary in (one, other):
        if not summary.annotations:
            raise errors.NoPhotoToJoin(encounter=summary.id)
    if one.station and other.station and one.station != other.station:
        raise errors.StationsDiffer(
            one=one.id, station=one.station, other=other.id, other_station=other.station
        )
    return one, other


def _weight(summary: EncounterSummary) -> tuple[bool, bool, bool]:
    """Which of two is kept: an identity counts before another decision, then a stated name."""
    return summary.identity_id is not None, not summary.waiting, summary.name is not None


def _chosen(connection: Connection, encounter_id: int, chosen: ChosenAnnotations) -> list[int]:
    there = shaping.places(connection, [encounter_id])
    numbers, files = {one.id for one in there}, {one.photo_id for one in there}
    for number in chosen.annotations:
        if number not in numbers:
            raise errors.NotInEncounter(annotation=number, encounter=encounter_id)
    for photo_id in chosen.photos:
        if photo_id not in files:
            raise errors.PhotoNotInEncounter(photo=photo_id, encounter=encounter_id)
    picked = set(chosen.annotations) | {o.id for o in there if o.photo_id in set(chosen.photos)}
    if not picked:
        raise errors.NothingChosen()
    return sorted(picked)


def _cases_follow(connection: Connection, gone: int, kept: int) -> list[CorrectedValue]:
    """The cases of an encounter that vanishes get the one where its photos go."""
    values = []
    for case in cases.of_encounter(connection, gone):
        field = f"{stated.CASE}{case.id}"
        values.append(CorrectedValue(field, YES, None, encounter_id=gone))
        if kept not in case.encounters:
            values.append(CorrectedValue(field, None, YES, encounter_id=kept))
    return values


def _carry_out(
    connection: Connection,
    numbers: Sequence[int],
    goal: int,
    more: Sequence[CorrectedValue],
    grounds: CorrectionGrounds,
) -> Shaped:
    animals = photos.annotations(connection, numbers)
    texts = {"encounter": str(goal), "placed": "person"}
    values = [v for n in numbers for v in correcting.differing_of(animals[n], texts)]
    correction = correcting.carry_out(connection, "shaped", [*values, *more], grounds)
    return Shaped(correction or 0, goal, len(numbers))
