"""Shaping on both databases: moves, questions and cases are written, undone and searched alike."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from reid.types import Flank
from service.encounters import answering, shaping
from service.encounters.shaping import ChosenAnnotations
from service.photos import correcting
from service.photos.correcting import CorrectionGrounds
from service.store import cases, corrections, encounters, photos, questions
from service.store.database import gap_of
from service.store.photos import Photo
from service.store.questions import SoughtQuestions
from service.store.shaping import near, places
from service.store.tables.encounters import annotation, encounter

ANNA = CorrectionGrounds("Anna", "two tails")
NIGHT = datetime(2020, 1, 1, 20)  # noqa: DTZ001  wall clock of a camera


def arrive(connection, name, minute):
    """A photo at the Ridge, put into its encounter by the rule; its annotation and encounter."""
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 9, "height": 9, "camera": None}
    facts |= {"latitude": None, "longitude": None, "notes": "", "zone": "unknown"}
    new = Photo(
        id=name * 64,
        file_name=f"{name}.jpg",
        station="Ridge",
        captured_at=NIGHT + timedelta(minutes=minute),
        created_at=datetime.now(UTC),
        **facts,
    )
    photos.add_station(connection, "Ridge")
    photos.add(connection, new)
    fresh = encounters.add(connection)
    number = photos.add_annotation(
        connection, photo_id=new.id, encounter_id=fresh, flank=Flank.LEFT, box=None
    )
    encounters.regroup(connection, [new.id], new=True)
    encounters.drop_unused(connection, fresh)
    return number


def stored(connection):
    rows = connection.execute(select(annotation.c.id, annotation.c.encounter_id))
    return {row.id: row.encounter_id for row in rows}


@pytest.fixture
def night(database):
    """Three photos of one encounter, and the numbers of their annotations."""
    with database.write() as connection:
        numbers = [arrive(connection, name, minute) for name, minute in (("a", 0), ("b", 9))]
        return [*numbers, arrive(connection, "c", 18)]


def test_the_gap_is_that_with_which_the_database_was_opened(database):
    with database.read() as connection:
        assert gap_of(connection) == timedelta(minutes=30)


def test_a_part_is_written_asked_about_and_undone(database, night):
    with database.write() as connection:
        (whole,) = set(stored(connection).values())
        done = shaping.part(connection, whole, ChosenAnnotations(night[1:]), ANNA)
        assert stored(connection) == {
            night[0]: whole,
            night[1]: done.encounter,
            night[2]: done.encounter,
        }
        fourth = arrive(connection, "d", 12)
        alone = stored(connection)[fourth]
        assert alone not in {whole, done.encounter}
        asked = questions.search(connection, SoughtQuestions(encounter=alone))
        assert {one.encounter_id for one in asked} == {whole, done.encounter}
        assert near(connection, alone, limit=1) == [done.encounter]
        (entry,) = corrections.shaping_of(connection, done.encounter)
        assert (entry.id, entry.kind, entry.person) == (done.correction, "shaped", "Anna")
        correcting.undo(connection, done.correction, ANNA)
        shaped = connection.scalars(select(encounter.c.id).where(encounter.c.shaped))
        assert list(shaped) == []


def test_an_answer_joins_with_cases_and_is_undone(database, night):
    with database.write() as connection:
        (whole,) = set(stored(connection).values())
        later = arrive(connection, "d", 99)
        other = stored(connection)[later]
        case = cases.add(connection, "Ridge")
        cases.put(connection, case.id, [other], "Anna")
        questions.ask(connection, "bridge", whole, other=other)
        (question,) = questions.search(connection)
        done = answering.answer(connection, question.id, "yes", ANNA)
        assert (done.question.state, done.question.person) == ("followed", "Anna")
        assert [one.id for one in places(connection, [whole])] == [*night, later]
        assert cases.get(connection, case.id).encounters == (whole,)
        correcting.undo(connection, done.correction, ANNA)
        assert cases.get(connection, case.id).encounters == (other,)
        assert [one.state for one in questions.search(connection)] == ["open"]


def test_a_suspicion_is_renewed_dismissed_and_never_raised_again(database, night):
    with database.write() as connection:
        (whole,) = set(stored(connection).values())
        for cut in (night[2:], night[1:]):
            questions.suspect(connection, whole, cut, -2.5)
        (question,) = questions.search(connection)
        assert question.cut == tuple(night[1:])
        questions.suspect(connection, whole, (), None)
        assert questions.search(connection) == []
        questions.suspect(connection, whole, night[1:], -2.5)
        (question,) = questions.search(connection)
        answering.answer(connection, question.id, "no", ANNA)
        questions.suspect(connection, whole, night[2:], -2.5)
        assert questions.search(connection) == []
