"""Reviews in the database: at the same moment, append-only; on PostgreSQL where there is one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import insert

from reid.errors import Conflict, NotFound
from service.catalogue import changes
from service.reviews import reviewing, settling
from service.store import history, identities, opinions, reviews
from service.store.opinions import NewOpinion, Region
from service.store.people import Actor, Role
from service.store.reviews import NewPair, ReviewUpdate
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import photo

PEOPLE = [f"observer {n}" for n in range(8)]


def add_encounters(connection, numbers):
    """Encounters of one photo each."""
    facts = {"file_name": "a.jpg", "media_type": "image/jpeg", "bytes": 1, "width": 9, "height": 9}
    facts |= {"zone": "unknown", "notes": ""}
    connection.execute(insert(encounter), [{"id": n} for n in numbers])
    connection.execute(insert(photo), [{"id": f"{n:064x}", **facts} for n in numbers])
    animals = [{"photo_id": f"{n:064x}", "encounter_id": n} for n in numbers]
    state = {"flank": "left", "state": "pending"}
    connection.execute(insert(annotation), [{**one, **state} for one in animals])


@pytest.fixture
def database(database):
    """A migrated database with six encounters, numbered from 1."""
    with database.write() as connection:
        add_encounters(connection, range(1, 7))
    return database


def put(database, *couples, **fields):
    with database.write() as connection:
        return reviews.put(connection, [NewPair(*one, **fields) for one in couples], "cd")


def say(database, pair, observer, answer="same"):
    said = NewOpinion(answer, certainty="certain", reason="blur")
    with database.write() as connection:
        opinion = reviewing.answer(connection, pair, observer, said)
        return opinion, reviewing.get(connection, pair)


def at_once(act, *arguments):
    """act(argument) in as many threads, started together."""
    together = Barrier(len(arguments))

    def run(one):
        together.wait()
        return act(one)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def test_many_who_answer_at_the_same_moment_are_all_kept(database):
    (pair,) = put(database, (1, 2))
    at_once(
        lambda who: say(database, pair.id, who, "same" if who < PEOPLE[5] else "different"), *PEOPLE
    )
    with database.read() as connection:
        found = reviewing.get(connection, pair.id)
    assert sorted(found.answers) == PEOPLE
    assert len(found.opinions) == len(PEOPLE)
    assert (found.progress.state, found.progress.answer) == ("settled", "same")
    assert found.progress.dissent


def test_of_two_at_the_same_moment_the_later_one_sees_the_disagreement(database):
    (pair,) = put(database, (1, 2))
    both = (("ab", "same"), ("ef", "different"))
    seen = at_once(lambda one: say(database, pair.id, *one)[1], *both)
    assert sorted(one.progress.state for one in seen) == ["disagreed", "waiting"]


def test_pairs_put_up_at_the_same_moment_are_there_once(database):
    made = at_once(lambda n: put(database, (1, 2), (2, 3), (n, 6)), 1, 2, 3, 4)
    assert {pairs[0].id for pairs in made} == {made[0][0].id}
    with database.read() as connection:
        assert len(reviews.every(connection)) == 6


def test_settled_pairs_that_two_curators_apply_at_once_are_applied_once(database):
    (pair,) = put(database, (1, 2))
    for who in ("ab", "ef"):
        say(database, pair.id, who)

    def apply(curator):
        with database.write() as connection:
            return settling.apply(connection, curator)

    done = at_once(apply, "cu", "cv")
    assert sorted(len(one.decisions) for one in done) == [0, 2]


def test_applied_pairs_are_one_entry_of_the_history_with_their_opinions_and_undone_by_it(database):
    for pair in put(database, (1, 2), (2, 3)):
        for who in ("ab", "ef"):
            say(database, pair.id, who)
    with database.write() as connection:
        made = settling.apply(connection, "cu").decisions
        (entry,) = history.of_identity(connection, made[0].identity_id)
    assert (entry.kind, {one.encounter_id for one in entry.encounters}) == ("created", {1, 2, 3})
    assert len(entry.evidence.opinions) == 4
    pairs = [(one.one, one.other, one.llr) for one in entry.evidence.pairs]
    assert pairs == [(1, 2, None), (2, 3, None)]  # blind: nobody was shown an llr
    (more,) = put(database, (3, 4))
    for who in ("ab", "ef"):
        say(database, more.id, who)
    with database.write() as connection:
        settling.apply(connection, "cu")
        _, joined = history.of_identity(connection, entry.identity_id)
        assert (joined.kind, [one.encounter_id for one in joined.encounters]) == ("joined", [4])
        changes.undo(connection, joined.id, changes.Grounds("cu"))
        changes.undo(connection, entry.id, changes.Grounds("cu"))
        assert identities.catalogue(connection) == []
        assert identities.name_of(connection, entry.identity_id) == made[0].identity


def test_who_closed_a_pair_asked_more_of_it_or_made_it_blind_stays_on_record(database):
    (pair,) = put(database, (1, 2))
    for wanted in (
        ReviewUpdate(needed=3),
        ReviewUpdate(blind=False),
        ReviewUpdate(closed=True),
        ReviewUpdate(closed=True),
    ):
        with database.write() as connection:
            reviews.edit(connection, pair.id, wanted, "cu", "dull photos")
    put(database, (1, 2))
    with database.read() as connection:
        found = reviews.history(connection, pair.id)
    said = [(one.kind, one.value, one.reviewer, one.note) for one in found]
    assert said == [
        ("needed", 3, "cu", "dull photos"),
        ("blind", 0, "cu", "dull photos"),
        ("closed", 1, "cu", "dull photos"),
        ("closed", 0, "cd", ""),
    ]


def test_an_opinion_on_a_pair_that_was_closed_meanwhile_is_kept(database):
    (pair,) = put(database, (1, 2))
    with database.write() as connection:
        reviews.edit(connection, pair.id, ReviewUpdate(closed=True), "cu")
    _, found = say(database, pair.id, "ab")
    assert (found.progress.state, len(found.opinions)) == ("closed", 1)


def test_marks_come_back_as_they_were_given(database):
    (pair,) = put(database, (2, 1))
    mark = Region(7, 10.5, 20.0, 3.0, 0.0, "agrees")
    with database.write() as connection:
        made = opinions.add(connection, pair.id, "ab", NewOpinion("same", regions=(mark,)))
    assert made.regions == (mark,)
    assert pair.couple == (1, 2)


def test_a_suggestion_brings_its_worth_and_opens_nothing(database):
    (pair,) = put(database, (1, 2), source="suggested", worth=0.2)
    (again,) = put(database, (1, 2), source="suggested", worth=0.7)
    assert (again.id, again.worth) == (pair.id, 0.7)
    with database.write() as connection:
        reviews.edit(connection, pair.id, ReviewUpdate(closed=True), "cu")
    (closed,) = put(database, (1, 2), source="suggested", worth=0.9)
    assert closed.closed_at is not None
    assert put(database, (1, 2), source="conflict")[0].closed_at is None


def test_what_is_not_there_cannot_be_reviewed(database):
    with pytest.raises(NotFound, match="no encounter 99"):
        put(database, (1, 99))
    with pytest.raises(NotFound, match="no pair 99"):
        say(database, 99, "ab")


def test_nothing_that_was_not_said_is_taken_back(database):
    (pair,) = put(database, (1, 2))
    say(database, pair.id, "ab")
    with pytest.raises(Conflict, match="no answer of ef"):
        say(database, pair.id, "ef", "withdrawn")


def test_the_queue_goes_by_worth_and_leaves_out_what_one_has_answered(database):
    low, high, middle = (
        put(database, (1, n), worth=w)[0].id for n, w in ((2, 0.1), (3, 0.9), (4, 0.5))
    )
    with database.read() as connection:
        found = reviewing.every(connection)
    assert reviewing.following(found, "ab") == high
    assert reviewing.following(found, "ab", after=high) == middle
    say(database, high, "ab")
    say(database, high, "ef", "different")
    with database.read() as connection:
        found = reviewing.every(connection)
        assert reviewing.following(found, "ab") == middle
        assert reviewing.following(found, "third") == high
        assert reviewing.progress(connection, found, "ab") == reviewing.ObserverProgress(
            done=1, left=2
        )
        everything, actor = reviewing.QueueFilters(whose="all"), Actor("ab", Role.OBSERVER)
        mine, total = reviewing.queue(connection, found, everything, actor, slice(0, 2))
    assert ([one.pair.id for one in mine], total) == ([middle, low], 3)


def test_whoever_skips_pairs_comes_to_every_one_and_to_the_first_again(database):
    made = [put(database, (1, n), worth=w)[0].id for n, w in ((2, 0.9), (3, 0.9), (4, 0.1))]
    with database.read() as connection:
        found = reviewing.every(connection, closed=False)
    went = [reviewing.following(found, "ab")]
    while len(went) < 4:
        went.append(reviewing.following(found, "ab", went[-1]))
    assert sorted(went[:3]) == sorted(made)
    assert went[2:] == [made[2], went[0]]


def test_what_one_did_today_counts_also_when_the_pair_was_closed_and_not_when_taken_back(database):
    pairs = put(database, (1, 2), (1, 3))
    for pair in pairs:
        say(database, pair.id, "ab")
    say(database, pairs[1].id, "ab", "withdrawn")
    with database.write() as connection:
        reviews.edit(connection, pairs[0].id, ReviewUpdate(closed=True), "cu")
        found = reviewing.every(connection, closed=False)
        assert reviewing.progress(connection, found, "ab") == reviewing.ObserverProgress(
            done=1, left=1
        )
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert reviewing.progress(connection, found, "ab", tomorrow).done == 0


def test_pairs_that_were_mixed_in_late_are_not_the_last_of_the_queue(database):
    with database.write() as connection:
        add_encounters(connection, range(7, 20))
    early = {one.id for one in put(database, *((1, n) for n in range(2, 12)))}
    put(database, *((2, n) for n in range(12, 18)))
    with database.read() as connection:
        found = reviewing.every(connection)
        wanted, actor = reviewing.QueueFilters(whose="all"), Actor("ab", Role.OBSERVER)
        queue, _ = reviewing.queue(connection, found, wanted, actor)
    assert {one.pair.id for one in queue[:10]} != early


@pytest.mark.parametrize(
    ("role", "answered", "state", "open_"),
    [
        (Role.VIEWER, [], "waiting", False),
        (Role.VIEWER, ["a", "b"], "answered", False),
        (Role.OBSERVER, ["a"], "waiting", False),
        (Role.OBSERVER, ["a", "b", "-c", "-d"], "answered", False),
        (Role.OBSERVER, ["me"], "waiting", True),
        (Role.CURATOR, ["a"], "waiting", False),
        (Role.CURATOR, ["a", "b"], "agreed", True),
        (Role.ADMIN, ["a"], "waiting", False),
    ],
)
def test_a_blind_pair_is_open_to(database, role, answered, state, open_):
    (pair,) = put(database, (1, 2))
    for who in answered:
        say(database, pair.id, who, "different" if who.startswith("-") else "same")
    with database.read() as connection:
        found = reviewing.get(connection, pair.id)
    assert found.state_to(Actor("me", role, 1)) == state
    assert found.open_to(Actor("me", role, 1)) is open_


@pytest.mark.parametrize(
    ("role", "source", "told"),
    [
        (Role.OBSERVER, "asked", None),
        (Role.OBSERVER, "known", None),
        (Role.CURATOR, "asked", "asked"),
        (Role.CURATOR, "known", None),
        (Role.ADMIN, "known", "known"),
    ],
)
def test_a_known_pair_looks_like_any_other_also_to_those_who_have_answered(
    database, role, source, told
):
    (pair,) = put(database, (1, 2), source=source, truth="same" if source == "known" else None)
    for who in ("me", "ab"):
        say(database, pair.id, who)
    with database.read() as connection:
        assert reviewing.get(connection, pair.id).source_to(Actor("me", role, 1)) == told


def test_open_pairs_are_found_as_soon_in_a_large_catalogue(database):
    if not database.file:
        pytest.skip("counts steps of SQLite")
    put(database, (1, 2), (3, 4), (5, 6))
    few = steps_of_open_pairs(database)
    with database.write() as connection:
        add_encounters(connection, range(7, 2007))
    assert steps_of_open_pairs(database) < 2 * few + 100


def steps_of_open_pairs(database):
    """How many steps of its machine SQLite takes, in tens."""
    steps = []
    with database.read() as connection:
        raw = connection.connection.driver_connection
        raw.set_progress_handler(lambda: steps.append(1), 10)
        assert len(reviews.every(connection, closed=False)) == 3
        raw.set_progress_handler(None, 0)
    return len(steps)
