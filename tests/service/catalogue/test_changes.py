"""Identities merged, split and renamed in the store, and every change undone; two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select

from reid.errors import Conflict
from service.catalogue import changes, conflicts
from service.catalogue.changes import Description, Grounds
from service.catalogue.conflicts import Machine
from service.store import decisions, history, identities, pairs
from service.store.database import insert_one
from service.store.decisions import NewDecision
from service.store.history import Evidence, PairSaid
from service.store.pairs import Maker, Measured
from service.store.tables.encounters import annotation, encounter
from service.store.tables.features import embedding
from service.store.tables.photos import photo
from service.store.tables.reviews import opinion, review_pair

WHO = Grounds("Aigül", "two torn ears")
MACHINE = Machine(1.0, Maker("m", "c"))


@pytest.fixture
def met(database):
    """met("Uma", 2) makes two encounters of a new identity; returns (identity, encounters)."""

    def meet(name, count):
        with database.write() as connection:
            ids = [insert_one(connection, insert(encounter).values()) for _ in range(count)]
            first = decisions.add(connection, ids[0], NewDecision("new", name=name, llr=0.4))
            for one in ids[1:]:
                same = NewDecision("same", first.identity_id, llr=1.2, model="m", calibrator="c")
                decisions.add(connection, one, same)
        return first.identity_id, ids

    return meet


def write(database, function, *arguments):
    with database.write() as connection:
        return function(connection, *arguments)


def read(database, function, *arguments):
    with database.read() as connection:
        return function(connection, *arguments)


def standing(database, ids):
    """What counts of each encounter, without number, time and who wrote it."""
    found = [read(database, decisions.latest, one) for one in ids]
    return [(d.kind, d.identity_id, d.llr, d.model, d.calibrator) for d in found]


def of(database, identity_id):
    return sorted(read(database, identities.encounters_of, identity_id))


def test_a_decision_for_a_new_identity_is_the_first_entry_of_its_history(database, met):
    uma, (first, *_) = met("Uma", 2)
    (made,) = read(database, history.of_identity, uma)
    assert (made.kind, made.identity_id, made.reviewer) == ("created", uma, "anonymous")
    assert [one.encounter_id for one in made.encounters] == [first]


def test_a_merge_moves_every_encounter_and_keeps_the_name(database, met):
    (uma, mine), (kali, hers) = met("Uma", 1), met("Kali", 2)
    rests = Evidence((PairSaid(mine[0], hers[0], 1.4, "m", "c"),))
    made = write(database, changes.merge, uma, kali, Grounds("Aigül", "torn ear", rests))
    assert of(database, uma) == sorted(mine + hers)
    assert read(database, identities.get, kali).summary.merged_into == uma
    assert [one.name for one in read(database, identities.catalogue)] == ["Uma"]
    assert read(database, identities.by_name, "Kali") == kali
    assert (made.reviewer, made.reason, made.evidence) == ("Aigül", "torn ear", rests)
    assert read(database, decisions.latest, hers[1]).llr == 1.4  # decided with an llr in view


def test_an_undone_merge_restores_exactly_the_decisions_that_stood_before(database, met):
    (uma, mine), (kali, hers) = met("Uma", 2), met("Kali", 3)
    before = standing(database, mine + hers)
    merged = write(database, changes.merge, uma, kali, WHO)
    undone = write(database, changes.undo, merged.id, WHO)
    assert standing(database, mine + hers) == before
    assert (undone.kind, undone.undoes) == ("undone", merged.id)
    assert read(database, history.get, merged.id).undone
    assert read(database, identities.get, kali).summary.merged_into is None


def test_an_undo_can_be_undone_and_so_on(database, met):
    (uma, mine), (kali, hers) = met("Uma", 1), met("Kali", 2)
    before = standing(database, hers)
    number = write(database, changes.merge, uma, kali, WHO).id
    merged = standing(database, hers)
    for expected in (before, merged, before):
        number = write(database, changes.undo, number, WHO).id
        assert standing(database, hers) == expected
    assert of(database, uma) == mine


def test_a_change_is_undone_once(database, met):
    (uma, _), (kali, _) = met("Uma", 1), met("Kali", 1)
    number = write(database, changes.merge, uma, kali, WHO).id
    write(database, changes.undo, number, WHO)
    with pytest.raises(Conflict, match="undone already"):
        write(database, changes.undo, number, WHO)


def test_an_undo_is_refused_where_somebody_decided_since_and_names_the_encounter(database, met):
    (uma, _), (kali, hers) = met("Uma", 1), met("Kali", 2)
    number = write(database, changes.merge, uma, kali, WHO).id
    write(database, decisions.add, hers[1], NewDecision("cannot_tell"))
    stood = standing(database, hers)
    with pytest.raises(Conflict, match=f"since on encounter {hers[1]}:"):
        write(database, changes.undo, number, WHO)
    assert standing(database, hers) == stood


def test_an_identity_that_was_merged_away_takes_no_encounter(database, met):
    (uma, mine), (kali, _) = met("Uma", 1), met("Kali", 1)
    write(database, changes.merge, uma, kali, WHO)
    with pytest.raises(Conflict, match="Kali was merged into Uma: decide same as Uma"):
        write(database, decisions.add, mine[0], NewDecision("same", kali))


def test_an_undo_never_brings_encounters_to_an_identity_that_is_gone(database, met):
    (uma, _), (kali, hers), (lia, _) = met("Uma", 1), met("Kali", 2), met("Lia", 1)
    left = write(database, changes.split, kali, [hers[0]], lia, WHO)
    write(database, changes.merge, uma, kali, WHO)
    with pytest.raises(Conflict, match="undo the later change first"):
        write(database, changes.undo, left.id, WHO)


def test_a_split_makes_a_new_identity_and_its_undo_brings_the_encounters_back(database, met):
    uma, ids = met("Uma", 3)
    before = standing(database, ids)
    made = write(database, changes.split, uma, ids[1:], "Lia", WHO)
    assert (of(database, uma), of(database, made.other_id)) == (ids[:1], ids[1:])
    write(database, changes.undo, made.id, WHO)
    assert standing(database, ids) == before
    assert read(database, identities.get, made.other_id).summary.merged_into == uma


def test_a_split_of_everything_or_of_what_is_not_there_is_refused(database, met):
    (uma, mine), (_, hers) = met("Uma", 2), met("Kali", 1)
    with pytest.raises(Conflict, match="all encounters of Uma would leave"):
        write(database, changes.split, uma, mine, None, WHO)
    with pytest.raises(Conflict, match=f"encounter {hers[0]} is not Uma"):
        write(database, changes.split, uma, hers, None, WHO)


def test_a_name_and_a_description_are_changed_and_changed_back(database, met):
    uma, _ = met("Uma", 1)
    renamed = write(database, changes.rename, uma, "Umay", WHO)
    described = write(database, changes.describe, uma, Description("female", "adult", "x"), WHO)
    assert described.before == {uma: {"sex": "unknown", "life_stage": "unknown", "note": ""}}
    assert read(database, history.former_names)[uma] >= {"Uma"}
    write(database, changes.undo, described.id, WHO)
    write(database, changes.undo, renamed.id, WHO)
    summary = read(database, identities.get, uma).summary
    assert (summary.name, summary.sex) == ("Uma", "unknown")


def test_a_name_that_is_taken_and_a_stale_view_are_refused(database, met):
    (uma, _), _ = met("Uma", 1), met("Kali", 1)
    with pytest.raises(Conflict, match="already called Kali"):
        write(database, changes.rename, uma, "Kali", WHO)
    with pytest.raises(Conflict, match="somebody changed Uma meanwhile"):
        write(database, changes.rename, uma, "Umay", Grounds(newest=0))


def test_a_rename_that_was_renamed_again_is_undone_in_order(database, met):
    uma, _ = met("Uma", 1)
    first = write(database, changes.rename, uma, "Umay", WHO)
    write(database, changes.rename, uma, "Ulla", WHO)
    with pytest.raises(Conflict, match="name of Ulla changed since"):
        write(database, changes.undo, first.id, WHO)


def test_a_merge_of_encounters_that_were_not_seen_is_refused(database, met):
    (uma, _), (kali, hers) = met("Uma", 1), met("Kali", 2)
    seen = read(database, identities.encounters_of, kali)
    late = seen | {hers[0]: seen[hers[0]] - 1}
    with pytest.raises(Conflict, match=f"meanwhile on encounter {hers[0]}"):
        write(database, changes.merge, uma, kali, Grounds(after=late))
    with pytest.raises(Conflict, match=f"meanwhile on encounter {hers[1]}"):
        write(database, changes.merge, uma, kali, Grounds(after={hers[0]: seen[hers[0]]}))
    write(database, changes.merge, uma, kali, Grounds(after=seen))


def test_two_who_merge_one_identity_at_once_lose_nothing(database, met):
    (uma, mine), (kali, hers), (lia, theirs) = met("Uma", 1), met("Kali", 3), met("Lia", 1)
    seen = read(database, identities.encounters_of, kali)

    def merge(into):
        try:
            return write(database, changes.merge, into, kali, Grounds(after=seen))
        except Conflict as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(merge, (uma, lia)))
    told = [one for one in done if isinstance(one, str)]
    assert len(told) == 1
    assert "meanwhile" in told[0] or "nothing to merge" in told[0] or "this moment" in told[0]
    assert sorted(of(database, uma) + of(database, lia)) == sorted(mine + hers + theirs)


def test_one_who_splits_while_another_merges_is_told(database, met):
    (uma, mine), (kali, hers) = met("Uma", 1), met("Kali", 3)
    seen = read(database, identities.encounters_of, kali)

    def act(which):
        try:
            if which:
                return write(database, changes.merge, uma, kali, Grounds(after=seen))
            return write(database, changes.split, kali, hers[:1], None, Grounds(after=seen))
        except Conflict as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(act, (True, False)))
    assert sum(isinstance(one, str) for one in done) == 1
    whose = {one: read(database, decisions.latest, one).identity_id for one in mine + hers}
    assert None not in whose.values()


def say(database, one, other, answer, observer="ab", *, blind=False, source="asked"):
    with database.write() as connection:
        pair = (min(one, other), max(one, other))
        known = connection.execute(
            select(review_pair.c.id).where(
                review_pair.c.one == pair[0], review_pair.c.other == pair[1]
            )
        ).scalar()
        number = known or insert_one(
            connection,
            insert(review_pair).values(
                one=pair[0], other=pair[1], source=source, blind=blind, needed=2, worth=0.0,
                note="", reviewer="ab",
            ),
        )  # fmt: skip
        values = {"pair_id": number, "observer": observer, "answer": answer}
        return insert_one(connection, insert(opinion).values(**values, note="", regions="[]"))


def kinds(database):
    found = read(database, conflicts.listed, MACHINE)
    return [(one.kind, one.one, one.other) for one in found]


def test_an_opinion_against_a_common_identity_is_a_conflict_until_it_is_withdrawn(database, met):
    _, (a, b) = met("Uma", 2)
    say(database, a, b, "different")
    assert kinds(database) == [("apart", a, b)]
    say(database, a, b, "withdrawn")
    assert kinds(database) == []


def test_a_conflict_disappears_with_a_split_and_comes_back_with_its_undo(database, met):
    uma, (a, b) = met("Uma", 2)
    say(database, a, b, "different")
    made = write(database, changes.split, uma, [b], None, WHO)
    assert kinds(database) == []
    write(database, changes.undo, made.id, WHO)
    assert kinds(database) == [("apart", a, b)]


def test_same_over_two_identities_is_a_conflict_until_they_are_merged(database, met):
    (uma, (a,)), (kali, (b,)) = met("Uma", 1), met("Kali", 1)
    say(database, a, b, "same")
    assert kinds(database) == [("together", a, b)]
    write(database, changes.merge, uma, kali, WHO)
    assert kinds(database) == []


def test_a_is_b_is_c_and_a_is_not_c(database, met):
    _, (a, b) = met("Uma", 2)
    with database.write() as connection:
        c = insert_one(connection, insert(encounter).values())
    say(database, b, c, "same")
    say(database, a, c, "different")
    (found,) = read(database, conflicts.listed, MACHINE)
    assert (found.kind, found.one, found.other, found.through) == ("chain", a, c, b)


def embed(connection, encounter_id):
    """One more embedded photo of an encounter; the number of its embedding."""
    count = len(connection.execute(select(photo.c.id)).all())
    facts = {"media_type": "image/jpeg", "bytes": 1, "width": 9, "height": 9, "zone": "unknown"}
    connection.execute(insert(photo).values(id=f"{count:064}", file_name="a", notes="", **facts))
    values = {"photo_id": f"{count:064}", "encounter_id": encounter_id, "flank": "left"}
    number = insert_one(connection, insert(annotation).values(**values, state="embedded"))
    seen = {"annotation_id": number, "model": "m", "vector": b""}
    return insert_one(connection, insert(embedding).values(**seen))


def measure(database, llr, *couples, maker=MACHINE.maker):
    """What a machine says of pairs of encounters, by photos that are embedded just now."""
    with database.write() as connection:
        newest = {n: embed(connection, n) for n in sorted({n for one in couples for n in one})}
        found = [Measured(one, llr, True, (newest[one[0]], newest[one[1]])) for one in couples]
        pairs.put(connection, maker, found)


def test_of_two_workers_that_compare_one_pair_at_once_the_newer_photos_stay(database, met):
    _, (a, b) = met("Uma", 2)
    with database.write() as connection:
        old, new = (tuple(embed(connection, n) for n in (a, b)) for _ in range(2))

    def put(newest):
        llr = 1.0 if newest == new else -1.0
        write(database, pairs.put, MACHINE.maker, [Measured((a, b), llr, True, newest)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, [old, new, old, (new[0], old[1])]))
    (kept,) = read(database, pairs.every, MACHINE.maker)
    assert (kept.llr, kept.newest) == (1.0, new)


def test_a_machine_verdict_against_an_identity_is_a_conflict(database, met):
    _, (a, b, c) = met("Uma", 3)
    measure(database, -1.2, (a, b))
    measure(database, -0.6, (b, c))
    assert kinds(database) == []  # b has newer photos than the first row
    measure(database, -1.2, (a, b), (b, c))
    assert kinds(database) == [("apart", a, b), ("apart", b, c)]


@pytest.mark.parametrize("maker", [Maker("m", "older"), Maker("older", "c")])
def test_a_machine_that_is_not_in_force_has_no_say(database, met, maker):
    _, (a, b) = met("Uma", 2)
    measure(database, -1.2, (a, b), maker=maker)
    assert kinds(database) == []
    assert read(database, conflicts.listed, Machine(1.0, None)) == []


def test_nothing_is_known_of_a_blind_pair_before_it_is_settled(database, met):
    _, (a, b) = met("Uma", 2)
    measure(database, -1.5, (a, b))
    say(database, a, b, "different", "ab", blind=True)
    assert kinds(database) == []
    say(database, a, b, "different", "cd")
    assert kinds(database) == [("apart", a, b)]


def test_a_hidden_known_pair_is_never_a_conflict(database, met):
    _, (a, b) = met("Uma", 2)
    for observer in ("ab", "cd"):
        say(database, a, b, "different", observer, blind=True, source="known")
    assert kinds(database) == []


def test_a_conflict_that_is_kept_with_a_reason_comes_back_with_a_new_opinion(database, met):
    uma, (a, b) = met("Uma", 2)
    seen = say(database, a, b, "different")
    with pytest.raises(Conflict, match="said more"):
        write(database, conflicts.keep, "apart", (a, b), MACHINE, WHO, seen - 1)
    kept = write(database, conflicts.keep, "apart", (a, b), MACHINE, WHO, seen)
    assert kinds(database) == []
    assert [
        one.kept for one in read(database, lambda c: conflicts.listed(c, MACHINE, resolved=True))
    ] == [kept.id]
    assert read(database, history.of_identity, uma)[-1].reason == WHO.reason
    say(database, a, b, "different", "cd")
    assert kinds(database) == [("apart", a, b)]
