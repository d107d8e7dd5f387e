"""Poor frames of an encounter are fused by a worker, and speak as one picture; real network."""

import shutil

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from reid.describe.embed import Embedder
from reid.evaluation.data.bursts import painted_bursts
from reid.evidence.calibrator import released
from reid.synthetic.view import Camera, colourised, render
from service.app import create_app
from service.encounters.pair_evidence import PairEvidence
from service.operations.worker import Worker
from service.recognition.engine import Engine, Recognition
from service.settings import Settings
from service.store import bursts, cases, features, jobs, photos
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.metrics import Metrics

FRAMES = 4
LEVEL = 2
TOGETHER = [1, 3, 4]  # annotations of the frames that agree; the second shows too little


@pytest.fixture(scope="module")
def recognition():
    return Recognition(Embedder.load(), released())


@pytest.fixture(scope="module")
def painted_passages(recognition):
    return list(painted_bursts(2, FRAMES, [LEVEL], recognition.embedder, seed=11))


@pytest.fixture
def client(settings, migrated, recognition):
    settings.data_dir.mkdir(exist_ok=True)
    shutil.copy(migrated, settings.data_dir / "reid.sqlite3")
    app = create_app(settings, load=lambda _: recognition)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def catalogue(client, painted_passages):
    """September's frames of the first animal are encounter 1; then a good photo of each animal."""
    frames = [frame.crop.image for frame in painted_passages[0].frames[LEVEL]]
    upload(client, "september", frames)
    for name, passage in zip(("known", "stranger"), painted_passages, strict=True):
        rng = np.random.default_rng(4)
        camera = Camera.draw(rng, hardness=0.3, loose=1.0)
        view = render(passage.coat, camera, rng, size=(256, 512))
        upload(client, name, [colourised(view, infrared=True)])
    return client.app.state.components


def upload(client, encounter, pictures):
    files = []
    for number, picture in enumerate(pictures):
        data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
        files.append(("files", (f"{encounter}-{number}.png", data)))
    said = {"station": "N", "camera": "A", "flank": "left", "encounter": encounter}
    answer = client.post("/api/v1/photos", files=files, data=said)
    assert answer.status_code == 201, answer.text


def worker(components, recognition):
    settings = components[Settings]
    engine = Engine(components[Database], settings, Metrics(), load=lambda _: recognition)
    given = (components[Database], components[PhotoFiles], settings, recognition.embedder)
    return Worker(*given, name="w", engine=engine)


def work(one):
    while one.work():
        pass


def kept(components, encounter=1):
    with components[Database].read() as connection:
        return bursts.of_encounter(connection, encounter, released().model)


def test_frames_are_fused_once_and_their_picture_speaks_beside_them(catalogue, recognition):
    one = worker(catalogue, recognition)
    work(one)
    (number,) = kept(catalogue)
    anchor = -number
    with catalogue[Database].read() as connection:
        picture = bursts.picture(connection, anchor)
        seen = features.get(connection, [anchor, -anchor], released().model)
        ids = cases.embedded(connection, 1, released().model)
        done = jobs.payloads(connection, bursts.KIND, "done")
    assert sorted(picture.frames) == TOGETHER
    assert picture.frames[0] == anchor
    assert 0.3 < picture.agreement <= 1
    behind = cv2.imdecode(np.frombuffer(picture.behind, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert behind.max() == len(TOGETHER)
    assert list(ids) == [1, 2, 3, 4, -anchor]
    assert len(done) == 1
    alone, together = seen[anchor], seen[-anchor]
    assert together.box == alone.box
    assert (alone.frames, together.frames) == (1, len(TOGETHER))
    assert together.dense.points.max(0) == pytest.approx(alone.dense.points.max(0), abs=120)
    assert together.quality.value == max(
        one.quality.value for one in frames_of(catalogue, [1, 2, 3, 4])
    )
    work(one)
    assert list(kept(catalogue)) == [-anchor]


def frames_of(components, numbers):
    with components[Database].read() as connection:
        return list(features.get(connection, numbers, released().model).values())


def test_the_pair_of_encounters_says_at_least_what_single_frames_say(catalogue, recognition):
    embed_only = worker(catalogue, recognition)
    del embed_only._tasks[bursts.KIND]
    work(embed_only)
    says = catalogue[PairEvidence]
    single, stranger = says.between(1, 2), says.between(1, 3)
    assert single.best.behind == (1, 1)
    work(worker(catalogue, recognition))
    fused, other = says.between(1, 2), says.between(1, 3)
    assert fused.best.behind == (len(TOGETHER), 1)
    assert fused.best.agreement > single.best.agreement
    assert fused.evidence.llr > single.evidence.llr + 0.1
    assert other.evidence.llr < 0.3 > stranger.evidence.llr
    assert says.between(2, 1).best.behind == (1, len(TOGETHER))


def test_the_picture_of_a_burst_is_told_and_shown_over_the_api(client, catalogue, recognition):
    work(worker(catalogue, recognition))
    (number,) = kept(catalogue)
    address = f"/api/v1/annotations/{-number}/burst"
    told = client.get(address).json()
    assert (told["annotation"], sorted(told["frames"])) == (-number, TOGETHER)
    shown = [client.get(f"{address}/picture", params={"part": p}) for p in ("mean", "behind")]
    pixels = [cv2.imdecode(np.frombuffer(s.content, np.uint8), cv2.IMREAD_GRAYSCALE) for s in shown]
    assert pixels[0].shape == pixels[1].shape
    assert pixels[1].max() == len(TOGETHER)
    nothing = client.get("/api/v1/annotations/5/burst")
    assert nothing.status_code == 404
    assert "put together" in nothing.json()["detail"]


def test_a_picture_is_gone_with_any_of_its_photos_and_made_anew_of_the_others(
    client, catalogue, recognition
):
    one = worker(catalogue, recognition)
    work(one)
    (before,) = kept(catalogue).values()
    with catalogue[Database].read() as connection:
        photo = photos.annotation_by_id(connection, 2).photo_id
    erased = client.post(f"/api/v1/photos/{photo}/erase", json={"reason": "shows a person"})
    assert erased.status_code == 200, erased.text
    assert kept(catalogue) == {}
    with catalogue[Database].read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM fused_burst").scalar() == 0
    work(one)
    (again,) = kept(catalogue).values()
    assert again > before
