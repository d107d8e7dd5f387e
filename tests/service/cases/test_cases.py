"""Cases: what is in them stays on record, and their report says all that their pairs say."""

from datetime import datetime

import pytest

from reid.errors import Conflict, NotFound
from service.encounters.pair_evidence import PairEvidence
from service.store import cases, encounters
from service.store.cases import CaseUpdate
from service.store.database import Database


@pytest.fixture
def database(app, client):
    return app.state.components[Database]


@pytest.fixture
def three(database):
    with database.write() as connection:
        return [encounters.named(connection, name, None) for name in "abc"]


def test_a_case_holds_its_encounters_once_oldest_first_and_without_a_time_last(database, three):
    a, b, c = three
    with database.write() as connection:
        encounters.stretch(connection, c, datetime.fromisoformat("2018-09-29T22:57"))
        encounters.stretch(connection, b, datetime.fromisoformat("2018-12-07T16:27"))
        case = cases.add(connection, "Ustyurt 2018", "one animal or two?")
        cases.put(connection, case.id, [b, a, a], "ab")
        case = cases.put(connection, case.id, [a, c], "ab")
        assert (case.encounters, case.together, case.closed_at) == ((c, b, a), 0.5, None)
        assert cases.every(connection) == cases.of_encounter(connection, a) == [case]


def test_what_was_taken_out_stays_on_record_with_who_and_when(database, three):
    a, b, _ = three
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        cases.put(connection, case.id, [a, b], "ab")
        assert cases.take(connection, case.id, a, "cd").encounters == (b,)
        assert cases.of_encounter(connection, a) == []
        assert cases.put(connection, case.id, [a], "ef").encounters == (a, b)
        changes = cases.history(connection, case.id)
    said = [(one.encounter_id, one.kind, one.reviewer) for one in changes]
    assert said == [
        (a, "added", "ab"),
        (b, "added", "ab"),
        (a, "removed", "cd"),
        (a, "added", "ef"),
    ]


def test_a_closed_case_is_kept_as_it_is_until_it_is_opened_again(database, three):
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        closed = cases.edit(connection, case.id, CaseUpdate(closed=True))
        assert closed.closed_at is not None
        assert cases.edit(connection, case.id, CaseUpdate(closed=True, note="done")).closed_at
        with pytest.raises(Conflict, match="closed"):
            cases.put(connection, case.id, three, "ab")
        assert cases.edit(connection, case.id, CaseUpdate(closed=False)).closed_at is None
        assert cases.put(connection, case.id, three, "ab").encounters == tuple(three)


def test_a_name_is_given_once(database):
    with database.write() as connection:
        cases.add(connection, "Ustyurt 2018")
    with database.write() as connection, pytest.raises(Conflict, match="already called"):
        cases.add(connection, "Ustyurt 2018")


def test_a_case_or_encounter_that_does_not_exist_is_named(database):
    with database.write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        with pytest.raises(NotFound, match="no encounter 9"):
            cases.put(connection, case.id, [9], "ab")
        with pytest.raises(NotFound, match="no encounter 9 in case"):
            cases.take(connection, case.id, 9, "ab")
        with pytest.raises(NotFound, match="no case 7"):
            cases.get(connection, 7)


def test_a_case_does_not_grow_without_end(database):
    with database.write() as connection:
        case = cases.add(connection, "everything")
        ids = [encounters.named(connection, f"e{n}", None) for n in range(cases.LARGEST + 1)]
        with pytest.raises(Conflict, match="at most"):
            cases.put(connection, case.id, ids, "ab")


@pytest.fixture
def seen(client, painted, work):
    """seen(animal, day, station) -> number of an embedded encounter with two photos."""

    def upload(animal, day, station="Ridge", flank="left", said=""):
        taken = [f"2020:01:{day:02} 22:00:0{view}" for view in (0, 1)]
        data = [painted(animal, 10 * day + view, taken=at) for view, at in enumerate(taken)]
        names = [f"{said or animal}-{n}.jpg" if n == 0 else f"{animal}-{n}.jpg" for n in (0, 1)]
        files = [("files", named) for named in zip(names, data, strict=True)]
        form = {"station": station, "flank": flank}
        made = client.post("/api/v1/photos", files=files, data=form).json()
        work()
        return made["files"][0]["encounter_id"]

    return upload


def opened(client, *encounters, **fields):
    """A case with these encounters."""
    case = client.post("/api/v1/cases", json={"name": "Ustyurt", **fields}).json()["id"]
    put = client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": list(encounters)})
    assert put.status_code == 201
    return f"/api/v1/cases/{case}"


def test_a_report_says_which_encounters_are_one_animal(client, seen):
    a, b, c = seen(1, 1), seen(2, 5), seen(1, 9)
    report = client.get(opened(client, a, b, c) + "/report").json()
    best = report["partitions"][0]
    assert [sorted(animal) for animal in best["animals"]] == [[a, c], [b]]
    assert best["probability"] > 0.9
    assert len(report["partitions"]) == report["weighed"] == 5
    assert sum(one["probability"] for one in report["partitions"]) == pytest.approx(1)
    pair = next(one for one in report["pairs"] if one["encounters"] == [a, c])
    assert (pair["verdict"], pair["compared"]) == ("same", 4)
    assert pair["llr"] == report["llr"][0][2] == report["llr"][2][0] >= 2
    assert pair["together"] > 0.9
    assert (report["model"], report["calibrator"]) == ("fake@1", "calibrated@1")


def test_flanks_that_cannot_be_compared_leave_the_prior_as_it_is(client, seen):
    a, b = seen(1, 1, flank="left"), seen(1, 5, flank="right")
    report = client.get(opened(client, a, b, together=0.2) + "/report").json()
    (pair,) = report["pairs"]
    assert (pair["verdict"], pair["llr"], pair["annotations"]) == ("not comparable", 0.0, None)
    assert pair["together"] == pytest.approx(0.2)


def test_a_stated_prior_is_kept_and_moves_the_posterior(client, seen):
    case = opened(client, seen(1, 1), seen(2, 5), together=0.5)
    before = client.get(case + "/report").json()["pairs"][0]["together"]
    client.patch(case, json={"together": 0.01})
    after = client.get(case + "/report").json()
    assert after["case"]["together"] == 0.01
    assert after["pairs"][0]["together"] < before


def test_a_date_in_conflict_is_shown_and_judged_under_both(client, seen):
    a, b = seen(1, 11, said="20200106_220000"), seen(1, 20)
    report = client.get(opened(client, a, b) + "/report").json()
    spans = report["encounters"][0]["spans"]
    assert [(one["start"][:10], one["source"]) for one in spans] == [
        ("2020-01-11", "recorded"),
        ("2020-01-06", "file name"),
    ]
    legs = report["pairs"][0]["space_time"]["legs"]
    assert [leg["days"] for leg in legs] == pytest.approx([9, 14], abs=0.001)
    assert {leg["rating"] for leg in legs} == {"plausible"}


def test_without_positions_two_stations_are_not_rated(client, seen):
    a, b = seen(1, 1, station="Ridge"), seen(1, 5, station="Spring")
    report = client.get(opened(client, a, b) + "/report").json()
    (leg,) = report["pairs"][0]["space_time"]["legs"]
    assert (leg["rating"], leg["least_speed_km_h"]) == ("unknown", None)
    assert "position" in leg["reason"]
    assert "103 ± 52 km²" in report["movement"]


@pytest.mark.parametrize("members", [0, 1])
def test_a_case_with_nothing_to_compare_has_a_report_too(client, seen, members):
    case = client.post("/api/v1/cases", json={"name": "one day"}).json()["id"]
    for _ in range(members):
        body = {"encounters": [seen(1, 1)]}
        client.post(f"/api/v1/cases/{case}/encounters", json=body)
    report = client.get(f"/api/v1/cases/{case}/report").json()
    assert (len(report["encounters"]), report["pairs"]) == (members, [])
    assert len(report["partitions"]) == members


def test_a_pair_is_compared_once_until_a_photo_comes_in(app, client, seen, painted, work):
    a, b = seen(1, 1), seen(1, 5)
    evidence = app.state.components[PairEvidence]
    first = evidence.between(a, b)
    assert evidence.between(a, b) is first
    assert evidence.between(b, a).best.annotations == first.best.annotations[::-1]
    files = [("files", ("more.jpg", painted(1, 7, taken="2020:01:01 22:00:05")))]
    client.post("/api/v1/photos", files=files, data={"station": "Ridge", "flank": "left"})
    work()
    assert evidence.between(a, b).compared == 6


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("post", "/api/v1/cases", {"name": "x", "together": 1.0}, 422),
        ("post", "/api/v1/cases", {"name": "x", "together": 1e-320}, 422),
        ("post", "/api/v1/cases", {"name": "x", "together": False}, 422),
        ("post", "/api/v1/cases", {"name": ""}, 422),
        ("post", "/api/v1/cases", {"name": "Ustyurt"}, 409),
        ("post", "/api/v1/cases/1/encounters", {"encounters": []}, 422),
        ("post", "/api/v1/cases/1/encounters", {"encounters": [9]}, 404),
        ("delete", "/api/v1/cases/1/encounters/9", None, 404),
        ("patch", "/api/v1/cases/9", {"note": "x"}, 404),
        ("get", "/api/v1/cases/9/report", None, 404),
    ],
)
def test_a_senseless_request_is_a_problem(client, method, address, body, status):
    client.post("/api/v1/cases", json={"name": "Ustyurt"})
    answer = client.request(method.upper(), address, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_was_taken_out_is_in_the_history_of_the_case(client, seen):
    a = seen(1, 1)
    case = opened(client, a)
    taken = client.delete(f"{case}/encounters/{a}?reviewer=cd")
    assert taken.json()["encounters"] == []
    changes = client.get(case).json()["changes"]
    assert [(one["kind"], one["reviewer"]) for one in changes] == [
        ("added", "anonymous"),
        ("removed", "cd"),
    ]


@pytest.fixture
def named(client):
    """named(encounter, name) decides that an encounter is a new identity."""

    def decide(encounter, name):
        body = {"kind": "new", "name": name}
        return client.post(f"/api/v1/encounters/{encounter}/decisions", json=body).json()

    return decide


def test_who_an_encounter_is_sums_to_one_with_an_animal_not_in_the_catalogue(client, seen, named):
    named(seen(1, 1), "Uma")
    named(seen(2, 2), "Bek")
    query = seen(1, 9)
    found = client.get(f"/api/v1/encounters/{query}/posterior").json()
    assert found["identities"][0]["name"] == "Uma"
    shares = [one["posterior"] for one in found["identities"]]
    assert sum(shares) + found["unknown"] == pytest.approx(1)
    assert (found["unseen"], found["estimated"]) == (1, 1)
    assert found["prior_unknown"] == pytest.approx(1 / 3)
    many = client.get(f"/api/v1/encounters/{query}/posterior?unseen=100").json()
    assert many["unknown"] > found["unknown"]
    assert (many["unseen"], many["estimated"]) == (100, 1)
    assert client.get(f"/api/v1/encounters/{query}/posterior?unseen=0").status_code == 422


def test_an_encounter_is_no_reason_to_believe_in_its_own_identity(client, seen, named):
    only = seen(1, 1)
    named(only, "Uma")
    found = client.get(f"/api/v1/encounters/{only}/posterior").json()
    assert (found["identities"], found["unknown"]) == ([], 1)
