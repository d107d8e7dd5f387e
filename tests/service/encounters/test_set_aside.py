"""A box on rock or snow is set aside: it leaves gallery and candidates, and can come back."""

import re
from io import BytesIO

import pytest
from corrected import API, NOBODY, detail, history
from PIL import Image

HTML = {"accept": "text/html"}


def submit(client, path, **fields):
    return client.post(path, data={"reviewer": "Anna", **fields}, follow_redirects=False)


def gallery(client, encounter):
    """What an encounter is compared with: how many photos, and whose."""
    answer = client.get(f"{API}/encounters/{encounter}/candidates").json()
    return answer["gallery"], [one["identity"] for one in answer["candidates"]]


def in_use(client, photo_id):
    return [one["id"] for one in detail(client, photo_id)["annotations"] if not one["withdrawn"]]


@pytest.fixture
def rocky(client, painted, work):
    """A photo with a leopard and a box on rock, both of named animals, and a query.

    The photo's id, the numbers of both annotations, and the number of the query.
    """
    data = {"station": "Ridge", "flank": "left"}
    frame = Image.new("RGB", (640, 160), (120, 120, 120))
    for animal, left in ((1, 0), (2, 320)):
        frame.paste(Image.open(BytesIO(painted(animal))), (left, 0))
    buffer = BytesIO()
    frame.save(buffer, "JPEG", quality=95)
    sent = client.post(f"{API}/photos", files=[("files", ("a.jpg", buffer.getvalue()))],
                       data={**data, "box": "0 0 320 160"}).json()["files"][0]  # fmt: skip
    body = {**NOBODY, "box": [320, 0, 640, 160], "flank": "left"}
    rock = client.post(f"{API}/photos/{sent['photo_id']}/annotations", json=body).json()
    taken = "2020:02:01 10:00:00"
    other = [("files", ("b.jpg", painted(2, 1, taken=taken)))]
    query = client.post(f"{API}/photos", files=other, data=data).json()["files"][0]
    work()
    for name, number in (("Uma", sent["encounter_id"]), ("Rock", rock["encounter_id"])):
        body = {"kind": "new", "name": name}
        assert client.post(f"{API}/encounters/{number}/decisions", json=body).status_code == 201
    return sent["photo_id"], (sent["annotation_id"], rock["id"]), query["encounter_id"]


def test_a_box_without_an_animal_leaves_gallery_and_candidates_and_the_other_one_stays(
    client, rocky
):
    photo_id, (leopard, rock), query = rocky
    assert gallery(client, query)[0] == 2
    assert "Rock" in gallery(client, query)[1]
    page = client.get(f"/photos/{photo_id}", headers=HTML).text
    assert f'action="/annotations/{rock}/set-aside"' in page
    assert "No animal here: set it aside" in page
    answer = submit(client, f"/annotations/{rock}/set-aside", reason="snow")
    assert answer.status_code == 303, answer.text
    assert in_use(client, photo_id) == [leopard]
    assert not detail(client, photo_id)["photo"]["withdrawn"]
    assert gallery(client, query)[0] == 1
    assert "Rock" not in gallery(client, query)[1]
    (entry, *_) = history(client, photo_id)
    assert (entry["kind"], entry["person"], entry["reason"]) == ("withdrawn", "Anna", "snow")


def test_what_was_set_aside_comes_back_by_restoring_it_and_by_undoing_it(client, rocky):
    photo_id, (leopard, rock), query = rocky
    submit(client, f"/annotations/{rock}/set-aside", reason="snow")
    assert submit(client, f"/annotations/{rock}/set-aside").status_code == 409
    page = client.get(f"/photos/{photo_id}", headers=HTML).text
    assert f'action="/annotations/{rock}/restore"' in page
    assert submit(client, f"/annotations/{rock}/restore").status_code == 303
    assert gallery(client, query)[0] == 2
    submit(client, f"/annotations/{rock}/set-aside")
    newest = history(client, photo_id)[0]["id"]
    undone = submit(client, f"/corrections/{newest}/undo", photo=photo_id)
    assert undone.status_code == 303, undone.text
    assert in_use(client, photo_id) == [leopard, rock]
    assert gallery(client, query)[0] == 2


def test_a_photo_in_which_nothing_else_is_in_use_goes_with_it(client, rocky):
    photo_id, (leopard, rock), query = rocky
    for number in (rock, leopard):
        submit(client, f"/annotations/{number}/set-aside")
    assert detail(client, photo_id)["photo"]["withdrawn"]
    assert gallery(client, query)[0] == 0
    submit(client, f"/photos/{photo_id}/restore")
    assert in_use(client, photo_id) == [leopard]


def test_chosen_photos_of_an_encounter_are_set_aside_and_its_page_takes_that_back(client, rocky):
    photo_id, (leopard, rock), query = rocky
    encounter = next(
        one["encounter_id"] for one in detail(client, photo_id)["annotations"] if one["id"] == rock
    )
    page = client.get(f"/encounters/{encounter}", headers=HTML).text
    assert 'name="act" value="aside"' in page
    path = f"/encounters/{encounter}/shape"
    assert submit(client, path, act="aside").status_code == 422
    assert submit(client, path, act="aside", annotation=[leopard]).status_code == 409
    answer = submit(client, path, act="aside", annotation=[rock], reason="rock")
    assert answer.status_code == 303, answer.text
    assert in_use(client, photo_id) == [leopard]
    page = client.get(answer.headers["location"], headers=HTML).text
    assert "1 animal in a photo was taken out of use." in page
    (number,) = set(re.findall(r'name="correction" value="(\d+)"', page))
    answer = submit(client, f"/encounters/{encounter}/undo", correction=number)
    page = client.get(answer.headers["location"], headers=HTML).text
    assert "1 animal in a photo was put back into use." in page
    assert gallery(client, query)[0] == 2


def test_where_the_network_sees_no_leopard_setting_aside_is_offered_first(client, work):
    buffer = BytesIO()
    Image.new("RGB", (320, 160), (90, 90, 90)).save(buffer, "JPEG")
    files = {"files": ("b.jpg", buffer.getvalue(), "image/jpeg")}
    photo_id = client.post(f"{API}/photos", files=files).json()["files"][0]["photo_id"]
    work()
    page = client.get(f"/photos/{photo_id}", headers=HTML).text
    assert "The network sees no leopard in this box." in page
    assert '<button class="primary">No animal here: set it aside</button>' in page
