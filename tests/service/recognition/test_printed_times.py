"""A printed time dates a photo whose file states none; it is the machine's until a person acts."""

import pytest
from corrected import API, NOBODY, correct, detail, history, send
from fake_embedder import FakeEmbedder

from reid.photo.banner import BannerReading
from service.operations.worker import Worker
from service.recognition import printing
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

TEXT = "2018-04-14 07:49:36 PM M 1/3"
READ = "2018-04-14T19:49:36"
PLACE = {"station": "North", "camera": "left"}


@pytest.fixture
def banners(monkeypatch):
    """Texts that the reader gives, one a photo."""
    texts = []
    monkeypatch.setattr(printing, "can_read", lambda: True)
    monkeypatch.setattr(printing, "read_banner", lambda image: BannerReading(texts.pop(0)))
    return texts


@pytest.fixture
def work(app, client, banners):
    """work() lets a worker do all that waits."""
    parts = app.state.components
    kinds = (Database, PhotoFiles, Settings)

    def run():
        worker = Worker(*(parts[kind] for kind in kinds), FakeEmbedder(), name="reader")
        worker.beat()
        while worker.work():
            pass

    return run


def time_of(client, sent):
    return detail(client, sent["photo_id"])["photo"]["captured_at"]


def sources(client, sent):
    claims = detail(client, sent["photo_id"])["claims"]
    return {one["source"]: one["used"] for one in claims if one["field"] == "captured_at"}


def test_a_photo_without_a_time_takes_the_printed_one_and_says_so(client, painted, work, banners):
    banners.append(TEXT)
    sent = send(client, painted(1), **PLACE)
    work()
    assert time_of(client, sent) == READ
    assert sources(client, sent) == {"read from pixels": True}
    assert {row["person"] for row in history(client, sent["photo_id"])} == {"banner reader"}
    page = client.get(f"/photos/{sent['photo_id']}").text
    assert "read from pixels" in page


def test_the_time_of_the_file_and_of_a_person_come_before(client, painted, work, banners):
    banners.append(TEXT)
    in_file = send(client, painted(1, taken="2020:01:01 22:00:00"), **PLACE)
    stated = send(client, painted(2), captured_at="2020-01-02T22:00:00", **PLACE)
    work()
    assert banners == [TEXT]
    assert [time_of(client, one)[:10] for one in (in_file, stated)] == ["2020-01-01", "2020-01-02"]


def test_a_person_corrects_a_printed_time(client, painted, work, banners):
    banners.append(TEXT)
    sent = send(client, painted(1), **PLACE)
    work()
    assert correct(client, sent["photo_id"], captured_at="2018-04-14T20:00:00").status_code == 200
    assert time_of(client, sent) == "2018-04-14T20:00:00"
    assert sources(client, sent) == {"form": True, "read from pixels": False}


def test_undone_the_photo_has_no_time_again(client, painted, work, banners):
    banners.append(TEXT)
    sent = send(client, painted(1), **PLACE)
    work()
    dated = history(client, sent["photo_id"])[0]
    assert client.post(f"{API}/corrections/{dated['id']}/undo", json=NOBODY).status_code == 201
    assert time_of(client, sent) is None
    assert sources(client, sent) == {"read from pixels": False}


def test_an_ambiguous_time_waits_for_other_photos_of_its_camera(client, painted, work, banners):
    banners += ["03/04/2018 07:49 PM", "14/04/2018 07:49 PM"]
    first, second = (send(client, painted(n), **PLACE) for n in (1, 2))
    elsewhere = {**PLACE, "camera": "right"}
    banners.append("03/04/2018 07:49 PM")
    other = send(client, painted(3), **elsewhere)
    work()
    assert [time_of(client, one) for one in (first, second, other)] == [
        None,
        "2018-04-14T19:49:00",
        None,
    ]
    banners.append("15/04/2018 07:30")  # the half of the day was not read
    third = send(client, painted(4), **PLACE)
    work()
    assert time_of(client, first) == "2018-04-03T19:49:00"
    assert time_of(client, third) is None
    assert time_of(client, other) is None


def test_the_clock_of_the_camera_corrects_a_printed_time(client, painted, work, banners):
    banners += [TEXT, "2018-04-15 07:49:36 PM"]
    sent = send(client, painted(1), **PLACE)
    work()
    clock = {**NOBODY, **PLACE, "offset_s": 3600}
    answer = client.post(f"{API}/clocks", json=clock)
    assert answer.status_code in {200, 201}, answer.text
    assert time_of(client, sent) == "2018-04-14T20:49:36"
    later = send(client, painted(2), **PLACE)
    work()
    assert time_of(client, later) == "2018-04-15T20:49:36"


def test_a_reader_that_fails_loses_no_photo(client, painted, work, monkeypatch):
    def broken(image):
        raise RuntimeError("no letters today")

    monkeypatch.setattr(printing, "read_banner", broken)
    sent = send(client, painted(1), **PLACE)
    work()
    assert detail(client, sent["photo_id"])["annotations"][0]["state"] == "embedded"
    assert time_of(client, sent) is None
