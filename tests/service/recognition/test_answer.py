"""The answer on the wire: what orders candidates, and the candidate whose verdict is shown."""

import shutil
import time
from base64 import b64decode
from io import BytesIO

from fake_embedder import fake_recognition
from PIL import Image

from reid.identify.answer import Identification, IdentityCandidate
from reid.types import Evidence, Flank, Verdict
from service.app import build
from service.recognition.engine import Engine
from service.recognition.query import QueryAnswer, QueryUpload
from service.recognition.to_wire import listed
from service.store.database import Database

API = "/api/v1"


def candidate(identity, llr, verdict=Verdict.INCONCLUSIVE):
    return IdentityCandidate(identity, Evidence(llr, 2.0, verdict, "test@1", (llr, llr)), best=None)


def answer_of(*candidates):
    identification = Identification(candidates, "m@1", len(candidates), {})
    return QueryAnswer(identification, "test@1", (), (), 3, (), {}, {}, {})


def test_candidates_are_listed_by_what_is_shown_then_by_agreement_and_the_blank_last():
    blank = candidate(1, 0.0, Verdict.NOT_COMPARABLE)
    answer = answer_of(
        blank,
        candidate(2, -0.31),
        candidate(3, -0.29),  # the same to the decimal that is shown
        candidate(4, 2.0, Verdict.SAME),
    )
    numbers = {top: [one.identity for one in listed(answer, top)] for top in (1, 2, 3, 10)}
    assert numbers == {1: [4], 2: [4, 2], 3: [4, 2, 3], 10: [4, 2, 3, 1]}
    assert [one.identity for one in answer.candidates] == [4, 2, 3]
    assert listed(answer_of(), 5) == ()


def test_the_number_that_orders_candidates_is_in_the_answer(client, painted, work):
    for animal in (1, 2, 3):
        photo = painted(animal, 0, taken=f"2020:01:0{animal} 10:00:00")
        files = [("files", (f"{animal}.jpg", photo))]
        said = {"station": "North", "flank": "left"}
        added = client.post(f"{API}/photos", files=files, data=said).json()["files"][0]
        work()
        client.post(f"{API}/encounters/{added['encounter_id']}/decisions", json={"kind": "new"})
    files = [("files", ("query.jpg", painted(2, 1, taken="2020:01:09 10:00:00")))]
    answer = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
    numbers = [round(one["llr"], 1) for one in answer["candidates"]]
    assert len(numbers) == 3
    assert numbers == sorted(numbers, reverse=True)
    strongest = max(answer["candidates"], key=lambda one: one["llr"])
    assert answer["verdict"] == strongest["verdict"]


def test_photos_of_one_query_that_agree_ask_once_more_as_one_picture(app, client, painted, work):
    files = [("files", ("1.jpg", painted(1, 0, taken="2020:01:01 10:00:00")))]
    client.post(f"{API}/photos", files=files, data={"station": "North", "flank": "left"})
    work()
    client.post(f"{API}/encounters/1/decisions", json={"kind": "new"})
    query = [("files", (f"{n}.jpg", painted(1, n, taken=f"2020:01:09 10:00:0{n}"))) for n in (1, 2)]
    stranger = ("files", ("x.jpg", painted(9, 1, taken="2020:01:09 10:00:07")))
    answer = client.post(f"{API}/identify", files=[*query, stranger], data={"flank": "left"}).json()
    burst = answer["burst"]
    assert burst["groups"] == [[0, 1], [2]]
    assert burst["frames"] == [0, 1]
    assert not burst["two_animals"]
    assert [one["query"] for one in answer["queries"]] == [0, 1, 2, 3]
    picture = Image.open(BytesIO(b64decode(burst["picture"])))
    assert (picture.format, picture.width) == ("PNG", 640)


def test_one_photo_is_no_burst(client, painted):
    files = [("files", ("1.jpg", painted(1, 0)))]
    assert client.post(f"{API}/identify", files=files).json()["burst"] is None


def test_what_a_question_took_does_not_count_the_loading_of_the_network(
    settings, migrated, painted
):
    def slowly(settings):
        time.sleep(0.6)
        return fake_recognition(settings)

    settings.data_dir.mkdir(exist_ok=True)
    shutil.copy(migrated, settings.data_dir / "reid.sqlite3")
    components = build(settings, load=slowly)
    started = time.monotonic()
    answer = components[Engine].identify_photos([QueryUpload(painted(1, 1), flank=Flank.LEFT)])
    assert time.monotonic() - started > 0.6
    assert answer.timings["embed"] < 500
    assert answer.timings["total"] < 500
    components[Database].close()
