"""Several photos at once: what is stated of them, and setting aside what cannot be used."""

import pytest
from corrected import API, NOBODY, detail, history

HTML = {"accept": "text/html"}


@pytest.fixture
def sent(client, painted):
    """Three photos of one upload; the last one cannot be used."""
    files = [("files", (f"{n}.jpg", painted(n, taken=f"2020:01:0{n} 22:00:00"))) for n in (1, 2, 3)]
    boxes = ["0 0 320 160", "0 0 320 160", "0 0 20 20"]
    answer = client.post(f"{API}/photos", files=files, data={"box": boxes, "station": "Ridge"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def ids(sent):
    return [one["photo_id"] for one in sent["files"]]


def post(client, path, **fields):
    return client.post(path, data=fields, headers=HTML, follow_redirects=False)


def page(client, path):
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_station_camera_flank_and_times_of_chosen_photos_are_one_correction(client, sent):
    first, second, third = ids(sent)
    path = f"/uploads/{sent['id']}/correct"
    fields = {"station": "Gorge", "camera": "cam 2", "flank": "left", "shift": "+1 0:30"}
    answer = post(client, path, photo=[first, third], **fields)
    assert answer.status_code == 303
    (row,) = history(client)
    assert answer.headers["location"] == f"/uploads/{sent['id']}?corrected={row['id']}#many"
    for photo_id, day in ((first, 2), (third, 4)):
        kept = detail(client, photo_id)
        assert (kept["photo"]["station"], kept["photo"]["camera"]) == ("Gorge", "cam 2")
        assert kept["photo"]["captured_at"] == f"2020-01-0{day}T22:30:00"
        assert kept["annotations"][0]["flank"] == "left"
    assert detail(client, second)["photo"]["station"] == "Ridge"
    shown = page(client, answer.headers["location"])
    assert f"correction {row['id']}</a>: 2 photos" in shown
    assert client.post(f"{API}/corrections/{row['id']}/undo", json=NOBODY).status_code == 201
    assert detail(client, first)["photo"]["captured_at"] == "2020-01-01T22:00:00"


def test_all_photos_of_an_upload_are_chosen_by_one_box(client, sent):
    assert post(client, f"/uploads/{sent['id']}/correct", all="true", flank="right").status_code
    flanks = [detail(client, photo_id)["annotations"][0]["flank"] for photo_id in ids(sent)]
    assert flanks == ["right"] * 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"station": "Gorge"}, "choose photos"),
        ({"all": "true"}, "nothing is stated"),
        ({"all": "true", "shift": "an hour"}, "no difference of times"),
    ],
)
def test_a_form_without_photos_or_words_changes_nothing(client, sent, fields, words):
    answer = post(client, f"/uploads/{sent['id']}/correct", **fields)
    assert answer.status_code == 422
    assert words in answer.text.lower()
    assert history(client) == []


def test_the_api_shifts_times_and_refuses_a_time_beside_it(client, sent):
    body = {**NOBODY, "of": {"upload": sent["id"]}, "change": {"shift_s": -3600}}
    assert client.post(f"{API}/corrections", json=body).json()["changed"] == 3
    times = [detail(client, photo_id)["photo"]["captured_at"] for photo_id in ids(sent)]
    assert times == [f"2020-01-0{day}T21:00:00" for day in (1, 2, 3)]
    body["change"]["captured_at"] = "2020-01-01T10:00:00"
    assert client.post(f"{API}/corrections", json=body).status_code == 422


def test_what_cannot_be_used_is_set_aside_with_history(client, sent, work):
    work()
    shown = page(client, f"/uploads/{sent['id']}")
    assert "1 photo cannot be used." in shown
    assert shown.index("3.jpg") < shown.index("1.jpg"), "what needs somebody stands first"
    assert post(client, f"/uploads/{sent['id']}/set-aside", reason="dark").status_code == 303
    kept = detail(client, ids(sent)[2])
    assert kept["photo"]["withdrawn"] and kept["annotations"][0]["withdrawn"]
    (row,) = history(client)
    assert (row["kind"], row["reason"]) == ("withdrawn", "dark")
    assert "cannot be used" not in page(client, f"/uploads/{sent['id']}")
    assert post(client, f"/uploads/{sent['id']}/set-aside").status_code == 409
    assert not detail(client, ids(sent)[0])["photo"]["withdrawn"]


def test_an_encounter_that_cannot_be_used_offers_to_be_set_aside_and_no_new_identity_first(
    client, sent, work
):
    work()
    number = sent["files"][2]["encounter_id"]
    shown = page(client, f"/encounters/{number}")
    assert '<button id="new" name="kind" value="new" >' in shown
    assert "Set it aside" in shown
    assert post(client, f"/encounters/{number}/set-aside").status_code == 303
    assert f"/encounters/{number}" not in page(client, "/encounters?state=failed")
    assert post(client, f"/photos/{ids(sent)[2]}/restore").status_code == 303
    assert f"/encounters/{number}" in page(client, "/encounters?state=failed")


def test_an_animal_that_cannot_be_used_leaves_the_others_of_its_photo_in_use(client, sent, work):
    photo_id = ids(sent)[2]
    body = {**NOBODY, "box": [0, 0, 320, 160]}
    assert client.post(f"{API}/photos/{photo_id}/annotations", json=body).status_code == 201
    work()
    failed, whole = detail(client, photo_id)["annotations"]
    assert (failed["state"], whole["state"]) == ("failed", "embedded")
    assert post(client, f"/annotations/{failed['id']}/set-aside").status_code == 303
    kept = detail(client, photo_id)
    assert not kept["photo"]["withdrawn"]
    assert [one["withdrawn"] for one in kept["annotations"]] == [True, False]
    assert post(client, f"/annotations/{failed['id']}/set-aside").status_code == 409
    assert post(client, f"/uploads/{sent['id']}/set-aside").status_code == 409
    assert not detail(client, photo_id)["annotations"][1]["withdrawn"]


def test_the_boxes_of_an_upload_are_looked_at_photo_by_photo(client, painted):
    files = [("files", (f"{n}.jpg", painted(n, size=(1280, 720)))) for n in (1, 2)]
    sent = client.post(f"{API}/photos", files=files).json()
    first, second = ids(sent)
    shown = page(client, f"/photos/{first}?upload={sent['id']}")
    assert f"/photos/{second}?upload={sent['id']}#boxes" in shown
    for animal in detail(client, second)["annotations"]:
        box = {**NOBODY, "box": [10, 10, 500, 400]}
        client.patch(f"{API}/annotations/{animal['id']}", json=box)
    shown = page(client, f"/photos/{first}?upload={sent['id']}")
    assert f'href="/uploads/{sent["id"]}"' in shown
