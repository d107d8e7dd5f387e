"""The same exposure twice: shown as a copy, no evidence against itself, counted once."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from service.encounters.pair_evidence import PairEvidence

CASES = Path(__file__).parents[2] / "data/field-cases"
API = "/api/v1"
COPIES = ("dup_exif_rewritten", "dup_whatsapp", "dup_pad")


def case(name):
    return (CASES / f"{name}.jpg").read_bytes()


def sent(client, name, data, **said):
    files = [("files", (f"{name}.jpg", data))]
    answer = client.post(f"{API}/photos", files=files, data={"flank": "left"} | said).json()
    return answer["files"][0] | {"upload": answer["id"]}


def detail(client, file):
    return client.get(f"{API}/photos/{file['photo_id']}").json()


def encoded(pixels, quality=92):
    buffer = BytesIO()
    Image.fromarray(np.asarray(pixels)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def frames():
    """Two frames of a burst: the animal moves a little, the noise is new."""
    original = np.asarray(Image.open(BytesIO(case("dup_original"))).convert("RGB"))
    smooth = cv2.GaussianBlur(original, (0, 0), 1.2)
    height, width = smooth.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    bump = np.exp(-(((x - 600) / 250) ** 2) - ((y - 300) / 150) ** 2).astype(np.float32)
    moved = cv2.remap(smooth, x + 6 * bump, y, cv2.INTER_CUBIC)
    rng = np.random.default_rng(3)
    for pixels in (smooth, moved):
        noise = rng.normal(0, 4, (height, width, 1))
        yield encoded((pixels + noise).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("name", COPIES)
def test_a_photo_that_was_saved_again_is_shown_as_a_copy(client, work, name):
    first = sent(client, "first", case("dup_original"), station="HERE")
    work()
    again = sent(client, "again", case(name), station="ELSEWHERE")
    work()
    photo = detail(client, again)
    assert photo["photo"]["copy_of"] == first["photo_id"]
    assert photo["copies"][0]["photo_id"] == first["photo_id"]
    assert photo["copies"][0]["encounters"] == [first["encounter_id"]]
    assert detail(client, first)["photo"]["copy_of"] is None
    file = client.get(f"{API}/uploads/{again['upload']}").json()["files"][0]
    assert file["copy_of"] == first["photo_id"]
    words = "A copy of the photo first.jpg, uploaded on"
    for page in (
        f"/photos/{again['photo_id']}",
        f"/uploads/{again['upload']}",
        f"/encounters/{again['encounter_id']}",
    ):
        assert words in client.get(page).text
    assert "again.jpg" in client.get(f"/photos/{first['photo_id']}").text


def test_copies_give_no_evidence_against_each_other(app, client, work):
    first = sent(client, "first", case("dup_original"), station="HERE")
    work()
    decision = {"kind": "new", "name": "L1"}
    client.post(f"{API}/encounters/{first['encounter_id']}/decisions", json=decision)
    again = sent(client, "again", case("dup_whatsapp"), station="ELSEWHERE")
    work()
    answer = client.get(f"{API}/encounters/{again['encounter_id']}/candidates").json()
    assert answer["candidates"] == []
    assert sorted(answer["excluded_encounters"]) == [first["encounter_id"], again["encounter_id"]]
    says = app.state.components[PairEvidence].between(first["encounter_id"], again["encounter_id"])
    assert (says.evidence.llr, says.compared) == (0, 0)


def test_a_query_is_not_compared_with_the_encounter_of_its_own_copy(client, work):
    first = sent(client, "first", case("dup_original"), station="HERE")
    work()
    decision = {"kind": "new", "name": "L1"}
    client.post(f"{API}/encounters/{first['encounter_id']}/decisions", json=decision)
    for name in ("dup_original", *COPIES):
        files = [("files", ("q.jpg", case(name)))]
        answer = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
        assert answer["excluded_encounters"] == [first["encounter_id"]], name
        assert answer["candidates"] == []


def test_a_copy_in_the_encounter_of_its_original_counts_once(client, work):
    first = sent(client, "first", case("dup_original"), encounter="one")
    again = sent(client, "again", case("dup_whatsapp"), encounter="one")
    work()
    assert first["encounter_id"] == again["encounter_id"]
    answer = client.get(f"{API}/encounters/{first['encounter_id']}/candidates").json()
    queries = [query["query"] for query in answer["queries"]]
    assert queries == [first["annotation_id"]]


def test_the_next_frame_of_a_burst_is_no_copy(client, work):
    one, two = (sent(client, f"f{n}", data) for n, data in enumerate(frames()))
    work()
    assert detail(client, one)["photo"]["copy_of"] is None
    assert detail(client, two)["photo"]["copy_of"] is None


def test_a_person_can_say_that_it_is_no_copy_and_it_stays_none(client, work):
    first = sent(client, "first", case("dup_original"), station="HERE")
    work()
    again = sent(client, "again", case("dup_whatsapp"), station="ELSEWHERE")
    work()
    address = f"{API}/photos/{again['photo_id']}/copy_of"
    photo = client.delete(address, params={"reason": "two cameras", "reviewer": "Ana"}).json()
    assert photo["photo"]["copy_of"] is None
    assert photo["copies"] == []
    assert client.delete(address).status_code == 409
    sent(client, "again", case("dup_whatsapp"))
    work()
    assert detail(client, again)["photo"]["copy_of"] is None
    assert detail(client, first)["copies"] == []


def test_the_page_says_not_a_copy_with_a_plain_form(client, work):
    sent(client, "first", case("dup_original"))
    work()
    again = sent(client, "again", case("dup_pad"))
    work()
    page = client.post(
        f"/photos/{again['photo_id']}/not-a-copy",
        data={"reason": "x"},
        headers={"origin": "http://127.0.0.1"},
    )
    assert page.status_code == 200
    assert "A copy of the photo" not in page.text


def trio(client, work):
    """An original and two copies of it, each in a place of its own."""
    files = []
    for name, station in (("dup_original", "A"), ("dup_whatsapp", "B"), ("dup_pad", "C")):
        files.append(sent(client, name, case(name), station=station))
        work()
    return files


def counting(client, files):
    """Of each file, its place among these of the photo whose copy it is."""
    ids = [file["photo_id"] for file in files]
    found = [detail(client, file)["photo"]["copy_of"] for file in files]
    return [None if copied is None else ids.index(copied) for copied in found]


def turned(client, file, way):
    answer = client.post(f"{API}/photos/{file['photo_id']}/{way}", json={"reason": "x"})
    assert answer.status_code == 200, answer.text


def test_another_copy_counts_while_the_original_is_withdrawn(client, work):
    files = trio(client, work)
    assert counting(client, files) == [None, 0, 0]
    turned(client, files[0], "withdraw")
    assert counting(client, files) == [1, None, 1]
    turned(client, files[1], "withdraw")
    assert counting(client, files) == [2, 2, None]
    turned(client, files[0], "restore")
    assert counting(client, files) == [None, 0, 0]
    turned(client, files[2], "withdraw")
    assert counting(client, files) == [None, 0, 0]


def test_the_undo_of_a_withdrawal_lets_the_original_count_again(client, work):
    files = trio(client, work)
    turned(client, files[0], "withdraw")
    (newest, *_) = client.get(f"{API}/corrections").json()["corrections"]
    assert client.post(f"{API}/corrections/{newest['id']}/undo", json={}).status_code == 201
    assert counting(client, files) == [None, 0, 0]


def test_another_copy_counts_once_the_original_is_erased(client, work):
    files = trio(client, work)
    turned(client, files[0], "erase")
    assert counting(client, files) == [1, None, 1]


def test_a_copy_counts_where_the_animal_of_the_original_is_withdrawn(client, work):
    files = trio(client, work)
    address = f"{API}/annotations/{files[0]['annotation_id']}"
    assert client.request("DELETE", address, params={"reason": "no leopard"}).status_code == 200
    assert counting(client, files) == [1, None, 1]


def test_what_comes_in_while_its_original_is_withdrawn_is_its_copy_and_counts(client, work):
    first = sent(client, "first", case("dup_original"), station="A")
    work()
    turned(client, first, "withdraw")
    again = sent(client, "again", case("dup_whatsapp"), station="B")
    work()
    assert counting(client, [first, again]) == [1, None]
    turned(client, first, "restore")
    assert counting(client, [first, again]) == [None, 0]


def test_the_copy_that_counts_is_the_query_of_its_encounter(client, work):
    first = sent(client, "first", case("dup_original"), encounter="one")
    again = sent(client, "again", case("dup_whatsapp"), encounter="one")
    work()
    turned(client, first, "withdraw")
    answer = client.get(f"{API}/encounters/{first['encounter_id']}/candidates").json()
    assert [query["query"] for query in answer["queries"]] == [again["annotation_id"]]
