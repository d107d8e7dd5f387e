"""Quality and pose of an annotation: kept with its features, shown, and doubted."""

from dataclasses import replace

import pytest
from fake_embedder import MODEL, FakeEmbedder
from sqlalchemy import delete

from reid.types import Flank, Grade, Measures, Pose, Quality, Reason
from service.operations.worker import Worker
from service.photos.facts_view import doubt, facts_view, pose_words, quality_words
from service.settings import Settings
from service.store import facts, features, photos, reembedding
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.features import annotation_facts

API = "/api/v1"
MEASURES = Measures(0.9, 0.6, 0.4, 0.0, 0.0, 320.0, 0.8, -4.0)
POOR = Quality(MEASURES, 0.3, Grade.POOR, (Reason.SMALL, Reason.BLUR), "quality@1")


@pytest.fixture
def uploaded(client, painted, work):
    """uploaded(flank, size) uploads and embeds a photo; returns the line of the answer."""

    def upload(flank="left", size=(320, 160), seed=1):
        files = [("files", (f"{seed}.jpg", painted(seed, size=size)))]
        answer = client.post(f"{API}/photos", files=files, data={"flank": flank})
        work()
        return answer.json()["files"][0]

    return upload


def annotation(client, photo):
    return client.get(f"{API}/photos/{photo['photo_id']}").json()["annotations"][0]


def test_quality_and_pose_survive_the_store_and_the_api(client, app, uploaded):
    photo = uploaded(size=(200, 100))
    found = annotation(client, photo)
    assert (found["quality"]["grade"], found["quality"]["reasons"]) == ("poor", ["small", "blur"])
    assert found["quality"]["measures"]["flank_pixels"] == 200
    assert (found["estimated_flank"], found["viewpoint"]) == ("left", "left")
    assert found["estimated_flank_probability"] == 0.97
    with app.state.components[Database].read() as connection:
        kept = features.get(connection, [photo["annotation_id"]], MODEL)[photo["annotation_id"]]
    assert (kept.pose, kept.quality.grade) == (Pose(0.97, -4.0), Grade.POOR)


def test_every_view_of_an_annotation_has_its_facts(client, uploaded):
    number = uploaded()["encounter_id"]
    client.post(f"{API}/encounters/{number}/decisions", json={"kind": "new"})
    encounter = client.get(f"{API}/encounters/{number}").json()
    identity = client.get(f"{API}/identities/1").json()
    for shown in (encounter, identity):
        (one,) = shown["references"]
        assert one["annotation"]["quality"]["grade"] == "good"


def test_a_query_that_is_not_kept_has_facts_too(client, painted):
    files = [("files", (f"{n}.jpg", painted(n, size=(n, 100)))) for n in (200, 400)]
    found = client.post(f"{API}/identify", files=files).json()["queries"]
    assert [(one["query"], one["quality"]["grade"]) for one in found] == [(0, "poor"), (1, "good")]
    assert {one["viewpoint"] for one in found} == {"left"}


def test_annotations_of_before_are_not_measured_until_they_are_embedded_again(
    client, app, uploaded, work
):
    photo, components = uploaded(), app.state.components
    with components[Database].write() as connection:
        connection.execute(delete(annotation_facts))
    before = annotation(client, photo)
    assert (before["quality"], before["estimated_flank"], before["viewpoint"]) == (None,) * 3
    assert "Not measured" in client.get(f"/photos/{photo['photo_id']}").text
    with components[Database].write() as connection:
        assert reembedding.enqueue(connection, MODEL) == 1
    work()
    assert annotation(client, photo)["quality"]["grade"] == "good"
    with components[Database].write() as connection:
        assert reembedding.enqueue(connection, MODEL) == 0


class Blind(FakeEmbedder):
    """Another model, without quality and pose."""

    def describe(self, crops):
        def renamed(one):
            return replace(one, model="blind@1")

        return [
            replace(
                one,
                embedding=renamed(one.embedding),
                dense=renamed(one.dense),
                pose=None,
                quality=None,
            )
            for one in super().describe(crops)
        ]


def test_what_the_newest_model_saw_is_shown_and_each_model_keeps_its_own(client, app, uploaded):
    photo, components = uploaded(), app.state.components
    number = photo["annotation_id"]
    with components[Database].write() as connection:
        reembedding.enqueue(connection, "blind@1")
    worker = Worker(
        components[Database],
        components[PhotoFiles],
        components[Settings],
        FakeEmbedder(),
        name="w",
        others=lambda _: Blind(),
    )
    while worker.work():
        pass
    with components[Database].read() as connection:
        assert features.get(connection, [number], MODEL)[number].quality.grade is Grade.GOOD
        assert features.get(connection, [number], "blind@1")[number].quality is None
        assert photos.annotation_by_id(connection, number).quality is None
        assert reembedding.enqueue(connection, "blind@1") == 0


def test_a_photo_says_its_quality_and_where_the_flank_is_doubted(client, uploaded):
    photo = uploaded(flank="right", size=(200, 100))
    page = client.get(f"/photos/{photo['photo_id']}").text
    assert "Poor: small, blur" in page
    assert "Seems to be the left flank" in page
    assert "You said right, the network sees a left flank: check." in page


def test_the_comparison_warns_of_poor_photos_and_doubtful_flanks(client, uploaded):
    first = uploaded(flank="right")
    named = f"{API}/encounters/{first['encounter_id']}/decisions"
    client.post(named, json={"kind": "new", "name": "Uma"})
    second = uploaded(flank="right", size=(200, 100), seed=2)
    page = client.get(f"/encounters/{second['encounter_id']}").text
    assert "poor: small, blur" in page
    assert "proves little" not in page  # the llr speaks all the same
    assert page.count("You said right, the network sees a left flank: check.") == 2
    assert "You said right" in client.get("/identities/1").text


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        (Pose(0.95, 40), "seems to be the left flank, from behind"),
        (Pose(0.05, -40), "seems to be the right flank, from the front"),
        (Pose(0.05, 10), "seems to be the right flank"),
        (Pose(0.5, 10), "the network is not sure which flank is seen"),
        (None, "not measured"),
    ],
)
def test_a_pose_is_said_in_words(pose, words):
    assert pose_words(pose) == words


def test_quality_is_said_in_words():
    assert quality_words(POOR) == "poor: small, blur"
    assert quality_words(None) == "not measured"


@pytest.mark.parametrize(
    ("stated", "left", "doubtful"),
    [
        (Flank.LEFT, 0.02, True),
        (Flank.RIGHT, 0.98, True),
        (Flank.LEFT, 0.98, False),
        (Flank.LEFT, 0.3, False),
        (Flank.UNKNOWN, 0.98, False),
    ],
)
def test_only_a_sure_estimate_of_the_other_flank_is_a_doubt(stated, left, doubtful):
    assert bool(doubt(stated, Pose(left, 0.0))) is doubtful


def test_a_poor_photo_is_weak_and_its_measures_are_listed():
    view = facts_view(facts.AnnotationFacts(quality=POOR), Flank.LEFT)
    assert view.weak
    assert dict(view.measures)["width of the flank"] == "320 pixels"
    assert not facts_view(facts.AnnotationFacts(), Flank.LEFT).weak
