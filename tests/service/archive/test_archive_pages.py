"""The page of archive runs, and what a run adds to the catalogue."""

import json

import pytest
from conftest import paint
from fake_catalogue import Strangers, archive

from reid.archive.plan import RunPlan
from reid.types import Flank
from service.archive.adding import add_to_catalogue
from service.archive.runs import ARCHIVES
from service.operations.client import EmbeddedCatalogue
from service.photos.intake import Intake
from service.recognition.engine import Engine
from service.store import reviews
from service.store.database import Database

PLAN = RunPlan(flank=Flank.LEFT)


@pytest.fixture
def card(tmp_path):
    """Photos of two animals on four days."""
    folder = tmp_path / "card" / "S1"
    folder.mkdir(parents=True)
    for day, animal in enumerate((1, 2, 1, 2), 1):
        (folder / f"2024-03-0{day}_22-00-00.jpg").write_bytes(paint(animal, view=day))
    return tmp_path / "card"


@pytest.fixture
def finished(settings, card):
    return archive(
        card, settings.data_dir / ARCHIVES / "card", Strangers(), plan=PLAN, pattern="{station}"
    )


def test_the_page_says_that_nothing_was_read_yet(client):
    assert "No archive has been read yet" in client.get("/archives").text


def test_a_finished_run_is_listed_with_what_became_of_its_frames(client, finished):
    page = client.get("/archives").text
    assert "<h2>card</h2>" in page
    assert "finished" in page
    assert "4 photos of proposed animals" in page
    assert 'href="/archives/card/report"' in page


def test_a_running_run_shows_how_far_it_is_and_a_dead_one_that_it_stopped(
    client, settings, finished
):
    path = settings.data_dir / ARCHIVES / "card" / "progress.json"
    progress = json.loads(path.read_bytes())
    progress |= {"stage": "describe", "done": 3, "total": 12, "rate": 0.5, "left_s": 18.0}
    path.write_text(json.dumps(progress))
    page = client.get("/archives").text
    assert '<progress max="12" value="3">' in page
    assert "0:00:18" in page
    progress |= {"process": 2**22 + 1, "updated": "2020-01-01T00:00:00+00:00"}
    path.write_text(json.dumps(progress))
    assert "stopped" in client.get("/archives").text


def test_the_report_is_a_page_of_its_own_that_may_load_nothing(client, finished):
    answer = client.get("/archives/card/report")
    assert "Who was seen, where and when" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["none", "..", "%2e%2e%2fcard"])
def test_a_run_that_is_none_is_not_found(client, name):
    assert client.get(f"/archives/{name}/report").status_code == 404


def test_what_a_run_found_comes_into_the_catalogue_once_with_the_pairs_that_need_eyes(
    app, client, work, finished
):
    components = app.state.components
    parts = (components[Intake], components[Database], finished.seen, finished.photos)
    facts = {"person": "archive run"}
    added = add_to_catalogue(*parts, finished.eyes, **facts)
    assert (added.photos, added.known, added.refused) == (4, 0, ())
    work()
    again = add_to_catalogue(*parts, finished.eyes, **facts)
    assert (again.photos, again.known, again.pairs) == (0, 4, added.pairs)
    listed = client.get("/api/v1/encounters").json()["encounters"]
    assert len(listed) == 4
    assert {one["station"] for one in listed} == {"S1"}
    with components[Database].read() as connection:
        assert len(reviews.couples(connection)) == added.pairs


def test_the_stated_flank_of_a_photo_comes_into_the_catalogue(app, client, tmp_path):
    for animal, flank in enumerate(("left", "right", "unsorted")):
        folder = tmp_path / "sides" / "S1" / flank
        folder.mkdir(parents=True)
        (folder / "1.jpg").write_bytes(paint(animal))
    place = {"pattern": "{station}/{flank}"}
    result = archive(tmp_path / "sides", tmp_path / "out", Strangers(), plan=PLAN, **place)
    parts = [app.state.components[part] for part in (Intake, Database)]
    add_to_catalogue(*parts, result.seen, result.photos, result.eyes, person="archive run")
    added = [one for photos in result.photos.values() for one in photos]
    photos = [client.get(f"/api/v1/photos/{one.sha256}").json() for one in added]
    assert {
        one.path: photo["annotations"][0]["flank"] for one, photo in zip(added, photos, strict=True)
    } == {
        "S1/left/1.jpg": "left",
        "S1/right/1.jpg": "right",
        "S1/unsorted/1.jpg": "left",
    }


def test_an_animal_of_the_catalogue_is_named_and_put_up_to_be_confirmed(
    app, client, work, painted, card, tmp_path
):
    files = [("files", ("1.jpg", painted(1, 9), "image/jpeg"))]
    form = {"station": "A", "flank": "left", "encounter": "e1"}
    known = client.post("/api/v1/photos", files=files, data=form).json()["files"][0]
    work()
    url = f"/api/v1/encounters/{known['encounter_id']}/decisions"
    client.post(url, json={"kind": "new", "name": "L001"}).raise_for_status()
    components = app.state.components
    catalogue = EmbeddedCatalogue(components[Engine])
    result = archive(card, tmp_path / "out", catalogue, plan=PLAN, pattern="{station}")
    names = {row.identity: row.reference for row in result.eyes if row.kind == "confirm"}
    assert names == {"L001": known["encounter_id"]}
    assert [animal.name for animal in result.animals] == ["L001", "new-001"]
    add_to_catalogue(
        components[Intake],
        components[Database],
        result.seen,
        result.photos,
        result.eyes,
        person="archive run",
    )
    with components[Database].read() as connection:
        couples = reviews.couples(connection)
    assert len([c for c in couples if known["encounter_id"] in c]) == 2
