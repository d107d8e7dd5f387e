"""Who learns where a camera hangs: every answer that tells a position, for every role."""

import pytest
from logged_in import browser_of, one_of_each
from sqlalchemy import update

from service.store import cases
from service.store.database import Database
from service.store.people import Role
from service.store.tables.photos import photo

EXACT, ROUNDED = (43.0421, 54.0377), (43.0, 54.0)
TOLD = {  # address -> where its positions are
    "/api/v1/photos/{photo}": lambda said: [said["photo"]],
    "/api/v1/encounters/1": lambda said: [one["photo"] for one in said["references"]],
    "/api/v1/identities/1": lambda said: [one["photo"] for one in said["references"]],
    "/api/v1/cases/1/report": lambda said: said["encounters"],
    "/api/v1/cases/1/dossier": lambda said: said["content"]["report"]["encounters"],
    "/api/v1/cases/1/dossier?positions=exact": lambda said: said["content"]["report"]["encounters"],
}


@pytest.fixture
def photo_id(app, client, painted, work):
    """A photo with a position, of an encounter with an identity, in a case."""
    files = [("files", ("a.jpg", painted(1, 1, taken="2020:01:01 22:00:00")))]
    sent = client.post("/api/v1/photos", files=files, data={"station": "Ridge", "flank": "left"})
    work()
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "Uma"})
    with app.state.components[Database].write() as connection:
        connection.execute(update(photo).values(latitude=EXACT[0], longitude=EXACT[1]))
        cases.put(connection, cases.add(connection, "Ustyurt").id, [1], "Aigül")
    return sent.json()["files"][0]["photo_id"]


def place(said):
    return tuple(said.get("position") or (said["latitude"], said["longitude"]))


@pytest.mark.parametrize("address", TOLD)
def test_a_viewer_learns_where_a_camera_hangs_to_a_tenth_of_a_degree(app, photo_id, address):
    for role, number in one_of_each(app).items():
        answer = browser_of(app, number).get(address.format(photo=photo_id))
        if role is Role.VIEWER and "exact" in address:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            continue
        assert answer.status_code == 200, answer.text
        rounds = role is Role.VIEWER or address.endswith("/dossier")
        told = {place(one) for one in TOLD[address](answer.json())}
        assert told == {ROUNDED if rounds else EXACT}, role


def test_a_viewer_gets_no_dossier_with_exact_positions_as_a_page(app, photo_id):
    numbers, address = one_of_each(app), "/cases/1/dossier?positions=exact"
    for role, status in ((Role.VIEWER, 403), (Role.OBSERVER, 200)):
        asked = browser_of(app, numbers[role]).get(address, headers={"accept": "text/html"})
        assert asked.status_code == status
        assert ("43.0421" in asked.text) == (status == 200)
