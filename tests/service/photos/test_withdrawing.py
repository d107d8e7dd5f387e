"""Withdrawing and erasing: gone from what is searched, counted and exported, kept in history."""

from pathlib import Path

from corrected import API, NOBODY, correct, detail, history, rows, send

from service.exchange.crops import export_identities
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.people import Role
from service.store.tables.features import annotation_facts, embedding, local_features
from service.web.permissions import ROUTES


def test_a_withdrawn_photo_is_gone_from_lists_counts_and_galleries_and_comes_back(
    client, work, painted
):
    ids = []
    for seed in (1, 2):
        ids.append(send(client, painted(seed), station=f"S{seed}", flank="left"))
    work()
    decision = {"kind": "new", "name": "Asha"}
    client.post(f"{API}/encounters/{ids[0]['encounter_id']}/decisions", json=decision)
    asked = f"{API}/encounters/{ids[1]['encounter_id']}/candidates"
    assert client.get(asked).json()["gallery"] == 1
    photo = ids[0]["photo_id"]
    gone = client.post(f"{API}/photos/{photo}/withdraw", json={"reason": "people in it"})
    assert gone.status_code == 200, gone.text
    assert gone.json()["photo"]["withdrawn"] is True
    assert client.get(asked).json()["gallery"] == 0
    listed = client.get(f"{API}/encounters").json()
    assert [one["id"] for one in listed["encounters"]] == [ids[1]["encounter_id"]]
    assert (listed["waiting"], listed["decided"]) == (1, 0)
    encounter = client.get(f"{API}/encounters/{ids[0]['encounter_id']}").json()
    assert encounter["references"] == []
    assert [one["kind"] for one in encounter["decisions"]] == ["new"]
    again = send(client, painted(1))
    assert again["error_code"] == "photo_withdrawn"
    assert "restore" in again["error_detail"]
    back = client.post(f"{API}/photos/{photo}/restore", json=NOBODY)
    assert back.json()["annotations"][0]["withdrawn"] is False
    assert client.get(asked).json()["gallery"] == 1


def test_restoring_a_photo_leaves_the_animal_that_was_withdrawn_before(client, kept):
    path = f"{API}/photos/{kept['photo_id']}"
    client.post(f"{path}/annotations", json={"box": [0, 0, 100, 100]})
    client.delete(f"{API}/annotations/{kept['annotation_id']}")
    client.post(f"{path}/withdraw", json=NOBODY)
    refused = client.post(f"{API}/annotations/{kept['annotation_id']}/restore", json=NOBODY)
    assert (refused.status_code, refused.json()["code"]) == (409, "photo_withdrawn")
    animals = client.post(f"{path}/restore", json=NOBODY).json()["annotations"]
    assert [one["withdrawn"] for one in animals] == [True, False]


def test_an_upload_can_be_withdrawn_and_restored(client, painted):
    files = [("files", (f"{n}.jpg", painted(n))) for n in (1, 2, 3)]
    upload = client.post(f"{API}/photos", files=files).json()
    gone = client.post(f"{API}/uploads/{upload['id']}/withdraw", json=NOBODY).json()
    assert (gone["photos"], gone["changed"]) == (3, 3)
    assert client.get(f"{API}/encounters").json()["encounters"] == []
    assert client.post(f"{API}/uploads/{upload['id']}/withdraw", json=NOBODY).status_code == 409
    assert client.post(f"{API}/uploads/{upload['id']}/restore", json=NOBODY).status_code == 200
    assert len(client.get(f"{API}/encounters").json()["encounters"]) == 3


def test_an_undone_withdrawal_brings_the_photo_and_its_animals_back(client, kept):
    client.post(f"{API}/photos/{kept['photo_id']}/withdraw", json=NOBODY)
    assert client.post(f"{API}/corrections/1/undo", json=NOBODY).status_code == 201
    shown = detail(client, kept["photo_id"])
    assert shown["photo"]["withdrawn"] is shown["annotations"][0]["withdrawn"] is False


def test_an_erased_photo_leaves_its_row_and_history_and_does_not_come_back(
    client, app, work, settings, painted
):
    kept = send(client, painted(1), flank="left")
    work()
    client.post(f"{API}/encounters/{kept['encounter_id']}/decisions", json={"kind": "new"})
    photo = kept["photo_id"]
    file = Path(settings.photos) / photo[:2] / photo
    assert file.exists()
    gone = client.post(f"{API}/photos/{photo}/erase", json={"reason": "a child"})
    assert gone.status_code == 200, gone.text
    assert any("decisions on encounter" in one for one in gone.json()["left"])
    assert any("backups" in one for one in gone.json()["left"])
    assert not file.exists()
    assert [rows(app, table) for table in (embedding, local_features, annotation_facts)] == [0] * 3
    assert client.get(f"{API}/photos/{photo}/image").status_code == 404
    assert client.get(f"{API}/annotations/{kept['annotation_id']}/crop").status_code == 404
    assert detail(client, photo)["photo"]["bytes"] == 0
    assert history(client, photo)[0]["kind"] == "erased"
    answer = client.post(f"{API}/photos", files=[("files", ("a.jpg", painted(1)))])
    assert answer.status_code == 422
    assert "erased" in answer.json()["detail"]
    assert not file.exists()
    for path, body in ((f"photos/{photo}/restore", {}), ("corrections/1/undo", {})):
        assert client.post(f"{API}/{path}", json=body).status_code == 409
    assert correct(client, photo, station="X").json()["code"] == "photo_erased"
    work()  # the job finds nothing left to delete
    assert client.get(f"{API}/encounters").json()["encounters"] == []


def test_a_withdrawn_photo_is_not_exported(client, app, work, settings, painted, tmp_path):
    components = app.state.components
    ids = [send(client, painted(n), station=f"S{n}", flank="left") for n in (1, 2)]
    work()
    for one in ids:
        path = f"{API}/encounters/{one['encounter_id']}/decisions"
        client.post(path, json={"kind": "new"})
    client.post(f"{API}/photos/{ids[0]['photo_id']}/withdraw", json=NOBODY)
    database, files = components[Database], components[PhotoFiles]
    done = export_identities(settings, database, files, tmp_path / "out")
    assert (done.annotations, done.skipped) == (1, ())


def test_only_an_admin_may_erase_and_a_viewer_corrects_nothing():
    assert ROUTES["POST /api/v1/photos/{photo_id}/erase"] is Role.ADMIN
    assert ROUTES["POST /photos/{photo_id}/erase"] is Role.ADMIN
    changing = [route for route in ROUTES if "correct" in route or "withdraw" in route]
    assert {ROUTES[route] for route in changing} == {Role.OBSERVER}


def test_no_page_fails_over_an_encounter_whose_photos_are_all_withdrawn(client, work, painted):
    ids = [send(client, painted(n, 1), station=f"S{n}", flank="left") for n in (1, 2, 3)]
    work()
    numbers = [one["encounter_id"] for one in ids]
    for number in numbers[:2]:
        client.post(f"{API}/encounters/{number}/decisions", json={"kind": "new"})
    client.post(f"{API}/cases", json={"name": "Ustyurt"})
    client.post(f"{API}/cases/1/encounters", json={"encounters": numbers})
    client.post(f"{API}/reviews", json={"encounters": numbers})
    client.post(f"{API}/photos/{ids[0]['photo_id']}/withdraw", json=NOBODY)
    work()
    pages = [
        *("/", "/encounters", "/encounters/1", "/encounters/1/posterior", "/encounters/2"),
        *("/compare?one=1&other=2", "/compare?one=2&other=1", "/catalogue", "/identities/1"),
        *("/identities/1/merge", "/identities/1/split", "/conflicts", "/cases", "/cases/1"),
        *("/cases/1/dossier", "/clusters", "/reviews", "/reviews/1", "/reviews/2"),
        *("/reviews/settling", "/calibration", "/uploads/1"),
        *(f"{API}/cases/1/report", f"{API}/cases/1/dossier", f"{API}/encounters/1/candidates"),
        *(f"{API}/encounters/1/posterior", f"{API}/identities/1", f"{API}/clusters"),
        *(f"{API}/suggestions", f"{API}/reviews/1", f"{API}/conflicts", f"{API}/calibration"),
    ]
    answers = {
        path: client.get(path, headers={"accept": "text/html"}).status_code for path in pages
    }
    assert {path: status for path, status in answers.items() if status >= 500} == {}
