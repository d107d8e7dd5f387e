"""A crop without an animal: it is kept, says so, and nothing is compared with it."""

from io import BytesIO

import pytest
from PIL import Image


@pytest.fixture
def plain():
    """A frame of a camera that nobody passed."""
    buffer = BytesIO()
    Image.new("RGB", (320, 160), (90, 90, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def named(client, work, painted):
    """A catalogue of one leopard."""
    client.post("/api/v1/photos", files={"files": ("a.jpg", painted(1), "image/jpeg")})
    work()
    client.post("/api/v1/encounters/1/decisions", json={"kind": "new", "name": "L001"})


def test_a_crop_without_an_animal_says_so_and_has_no_candidate(client, work, named, plain):
    client.post("/api/v1/photos", files={"files": ("b.jpg", plain, "image/jpeg")})
    work()
    answer = client.get("/api/v1/encounters/2/candidates").json()
    assert (answer["candidates"], answer["verdict"]) == ([], "not comparable")
    page = client.get("/encounters/2").text
    assert "No leopard seen" in page
    assert "unusable: no leopard seen" in page


def test_a_question_about_a_crop_without_an_animal_has_no_candidate(client, named, plain):
    answer = client.post("/api/v1/identify", files={"files": ("b.jpg", plain, "image/jpeg")}).json()
    assert (answer["candidates"], answer["verdict"]) == ([], "not comparable")
    assert answer["queries"][0]["quality"]["reasons"] == ["no_animal"]
