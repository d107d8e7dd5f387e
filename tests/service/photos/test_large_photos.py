"""Very large photos are decoded smaller, and their boxes are in their own pixels all the same."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from service.store import features
from service.store.database import Database

API = "/api/v1"


@pytest.fixture
def settings(settings):
    """A service that holds few pixels at once."""
    return settings.model_copy(update={"max_pixels": 200_000})


def test_a_photo_of_more_pixels_than_are_held_has_boxes_in_its_own_pixels(app, client, work):
    spots = np.random.default_rng(1).integers(0, 255, (40, 80, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(spots).resize((800, 400), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    files = [("files", ("pano.jpg", buffer.getvalue()))]
    said = {"flank": "left", "box": "200 100 700 380"}
    file = client.post(f"{API}/photos", files=files, data=said).json()["files"][0]
    work()
    photo = client.get(f"{API}/photos/{file['photo_id']}").json()
    assert (photo["photo"]["width"], photo["photo"]["height"]) == (800, 400)
    animal = photo["annotations"][0]
    assert (animal["state"], animal["box"]) == ("embedded", [200, 100, 700, 380])
    answer = client.post(
        f"{API}/identify",
        files=[("files", ("pano.jpg", buffer.getvalue()))],
        data={"box": "200 100 700 380"},
    )
    assert answer.status_code == 200
    with app.state.components[Database].read() as connection:
        (kept,) = features.get(connection, [animal["id"]], "fake@1").values()
    points = kept.dense.points
    assert points[:, 0].min() > 195 and 600 < points[:, 0].max() < 705
    assert points[:, 1].min() > 95 and 330 < points[:, 1].max() < 385


def test_a_photo_of_more_than_sixteen_times_the_pixels_is_refused_with_a_sentence(client):
    buffer = BytesIO()
    Image.new("RGB", (2000, 1700)).save(buffer, "JPEG")
    files = [("files", ("pano.jpg", buffer.getvalue()))]
    answer = client.post(f"{API}/photos", files=files)
    assert answer.status_code == 422
    assert "the limit is 3.2 million" in answer.json()["detail"]
