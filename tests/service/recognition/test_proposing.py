"""Boxes that the animal finder proposes: kept as the machine's until a person touches them."""

import pytest
from corrected import API, NOBODY, detail, history, send
from fake_embedder import FakeEmbedder

from reid.describe.embed import Embedder
from reid.describe.finder import ProposedBox
from reid.types import Box
from service.operations.worker import Worker, finder_of
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

FRAME = (1280, 720)
LEFT, RIGHT = Box(100, 200, 500, 400), Box(700, 250, 1150, 480)


class FakeFinder:
    """Sees the boxes it was told to."""

    model = "finder@1"

    def __init__(self):
        self.boxes, self.frames = [LEFT], []

    def animals(self, image):
        self.frames.append(image.shape[:2])
        return [ProposedBox(box, 0.9) for box in self.boxes]


@pytest.fixture
def finder():
    return FakeFinder()


@pytest.fixture
def search(app, client, finder):
    """search() runs a worker that has an animal finder until no job is open."""
    parts = app.state.components
    worker = Worker(
        *(parts[kind] for kind in (Database, PhotoFiles, Settings)),
        FakeEmbedder(),
        name="finder",
        finder=finder,
    )

    def run():
        worker.beat()
        while worker.work():
            pass

    return run


def animals(client, sent):
    return [one for one in detail(client, sent["photo_id"])["annotations"] if not one["withdrawn"]]


def corners(box):
    return [box.x0, box.y0, box.x1, box.y1]


def corners_of(animal):
    box = animal["box"]
    return list(box.values()) if isinstance(box, dict) else box


def test_a_full_frame_gets_a_box_that_is_the_machines(client, painted, search, finder):
    sent = send(client, painted(1, size=FRAME), station="North", flank="left")
    search()
    (animal,) = animals(client, sent)
    assert corners_of(animal) == corners(LEFT)
    assert (animal["proposed"], animal["state"], animal["flank"]) == (True, "embedded", "left")
    (row,) = history(client, sent["photo_id"])
    assert row["person"] == "finder@1"


def test_two_animals_of_a_frame_are_two_annotations_in_two_encounters(
    client, painted, search, finder
):
    finder.boxes = [LEFT, RIGHT]
    sent = send(client, painted(1, size=FRAME, taken="2020:01:01 22:00:00"), station="North")
    search()
    first, second = animals(client, sent)
    assert (corners_of(first), corners_of(second)) == (corners(LEFT), corners(RIGHT))
    assert first["encounter_id"] != second["encounter_id"]
    assert {first["state"], second["state"]} == {"embedded"}
    assert first["proposed"] and second["proposed"]


def test_a_small_photo_and_one_with_a_box_are_left_as_they_are(client, painted, search, finder):
    small = send(client, painted(1))
    framed = send(client, painted(2, size=FRAME), box="10 20 300 200")
    search()
    assert finder.frames == []
    assert [one["box"] for one in animals(client, small)] == [None]
    assert [one["proposed"] for one in animals(client, framed)] == [False]


@pytest.mark.parametrize("change", [{"box": corners(LEFT)}, {"flank": "right"}])
def test_what_a_person_touches_is_the_machines_no_more(client, painted, search, change):
    sent = send(client, painted(1, size=FRAME))
    search()
    (animal,) = animals(client, sent)
    answer = client.patch(f"{API}/annotations/{animal['id']}", json={**NOBODY, **change})
    assert answer.json()["proposed"] is False
    (undone, _) = history(client, sent["photo_id"])
    assert client.post(f"{API}/corrections/{undone['id']}/undo", json=NOBODY).status_code == 201
    assert animals(client, sent)[0]["proposed"] is True


def test_a_proposal_that_was_taken_back_is_not_made_again(client, painted, search, finder):
    finder.boxes = [LEFT, RIGHT]
    sent = send(client, painted(1, size=FRAME))
    search()
    (row,) = history(client, sent["photo_id"])
    assert client.post(f"{API}/corrections/{row['id']}/undo", json=NOBODY).status_code == 201
    search()
    (animal,) = animals(client, sent)
    assert (animal["box"], animal["proposed"], animal["state"]) == (None, False, "embedded")


def test_without_a_finder_nothing_is_proposed(client, painted, work):
    sent = send(client, painted(1, size=FRAME))
    work()
    assert [(one["box"], one["proposed"]) for one in animals(client, sent)] == [(None, False)]


@pytest.mark.slow
def test_the_released_network_describes_a_full_frame(app, client, painted):
    network, parts = Embedder.load(), app.state.components
    stores = (parts[kind] for kind in (Database, PhotoFiles, Settings))
    worker = Worker(*stores, network, name="released", finder=finder_of(network))
    sent = send(client, painted(1, size=FRAME), station="North", flank="left")
    worker.beat()
    while worker.work():
        pass
    assert {one["state"] for one in animals(client, sent)} == {"embedded"}
