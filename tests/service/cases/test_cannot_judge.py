"""A photo that shows nothing says so, and a case does not judge by it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from reid.photo.quality import without_animal
from reid.types import Grade, Measures, Quality, Reason
from service.photos.facts_view import quality_words

HTML = {"accept": "text/html"}


def blank(day):
    """A photo on which nothing is seen."""
    exif = Image.new("RGB", (320, 160)).getexif()
    exif.get_ifd(0x8769)[0x9003] = f"2020:01:{day:02} 22:00:00"
    buffer = BytesIO()
    Image.fromarray(np.full((160, 320, 3), 250, np.uint8)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def case(client, painted, work):
    """A case of an encounter that shows nothing and one that shows a leopard."""
    numbers = []
    for name, data in (("a.jpg", blank(1)), ("b.jpg", painted(1, 9, taken="2020:01:09 22:00:00"))):
        form = {"station": "Ridge", "flank": "left"}
        answer = client.post("/api/v1/photos", files=[("files", (name, data))], data=form)
        numbers.append(answer.json()["files"][0]["encounter_id"])
    work()
    made = client.post("/api/v1/cases", json={"name": "One"}).json()["id"]
    client.post(f"/api/v1/cases/{made}/encounters", json={"encounters": numbers})
    return made


def test_a_case_says_which_encounter_cannot_be_judged_and_why(client, case):
    page = client.get(f"/cases/{case}", headers=HTML).text
    assert "A cannot be judged: no leopard seen." in page
    assert "rests on what was taken for probable before looking" in page
    assert "B cannot be judged" not in page
    dossier = client.get(f"/cases/{case}/dossier", headers=HTML).text
    assert "A cannot be judged: no leopard seen." in dossier.split("2 Encounters")[0]


def test_a_burnt_out_photo_is_called_so():
    measures = Measures(1.0, 0.36, 0.9, 0.0, 0.76, 900.0, 0.9, 0.0)
    burnt = Quality(measures, 0.1, Grade.UNUSABLE, (Reason.OVEREXPOSED,), "quality@1")
    assert quality_words(burnt) == "unusable: burnt out"
    assert quality_words(without_animal(burnt)) == "unusable: no leopard seen"


@pytest.mark.parametrize("named", [True, False])
def test_a_pair_is_decided_from_the_page_that_compares_it(client, painted, work, named):
    numbers = []
    for n in (1, 9):
        data = painted(1, n, taken=f"2020:01:{n:02} 22:00:00")
        form = {"station": "Ridge", "flank": "left"}
        answer = client.post("/api/v1/photos", files=[("files", (f"{n}.jpg", data))], data=form)
        numbers.append(answer.json()["files"][0]["encounter_id"])
    work()
    if named:
        decision = {"kind": "new", "name": "Uma"}
        client.post(f"/api/v1/encounters/{numbers[0]}/decisions", json=decision)
    page = client.get(f"/compare?one={numbers[0]}&other={numbers[1]}", headers=HTML).text
    assert (f"Decide: encounter {numbers[1]} is Uma" in page) == named
    assert f'action="/encounters/{numbers[0]}/decisions"' not in page
    assert f'href="/reviews/put?encounters={numbers[0]}+{numbers[1]}"' in page
    assert f"what=case&amp;chosen={numbers[0]},{numbers[1]}" in page
