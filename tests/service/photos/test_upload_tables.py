"""Uploads that grow photo by photo, and tables with one line a photo."""

from corrected import API, detail

TABLE = (
    b"file_name,station,camera,flank,x,y,width,height,individual,time\n"
    b"a.jpg,Ridge,cam 1,left,10,20,200,100,Uma,\n"
    b"b.jpg,Gorge,,right,,,,,,2020-05-06T21:30:00\n"
    b"c.jpg,Gorge,,up,,,,,,\n"
)


def files(*named):
    return [("files", (name, data)) for name, data in named]


def test_a_table_states_station_camera_flank_and_box_of_each_photo(client, painted):
    photos = [(f"{name}.jpg", painted(number)) for number, name in enumerate("abd")]
    parts = [*files(*photos), ("table", ("photos.csv", TABLE))]
    answer = client.post(f"{API}/photos", files=parts, data={"station": "Camp"})
    assert answer.status_code == 201, answer.text
    first, second, third = answer.json()["files"]
    assert [one["station"] for one in (first, second, third)] == ["Ridge", "Gorge", "Camp"]
    kept = detail(client, first["photo_id"])
    assert kept["photo"]["camera"] == "cam 1"
    assert [one["individual"] for one in (first, second)] == ["Uma", None]
    assert kept["annotations"][0]["flank"] == "left"
    assert kept["annotations"][0]["box"] == [10, 20, 210, 120]
    assert second["captured_at"] == "2020-05-06T21:30:00"


def test_a_table_is_read_without_keeping_anything(client):
    read = client.post(f"{API}/photo-tables", files={"table": ("t.csv", TABLE)}).json()
    assert [line["file"] for line in read["lines"]] == ["a.jpg", "b.jpg"]
    assert read["lines"][0]["box"] == "10 20 210 120"
    assert read["refused"] == [
        {"line": 4, "why": "line 4: up is no flank: write left, right or unknown"}
    ]
    assert client.post(f"{API}/photo-tables", files={"table": ("t.csv", b"x")}).status_code == 422


def test_photos_are_added_to_an_upload_one_by_one(client, painted):
    number = client.post(f"{API}/uploads").json()["id"]
    for name, station in (("a.jpg", "Ridge"), ("b.jpg", "Gorge")):
        data = {"upload": number, "station": station}
        sent = files((name, painted(ord(name[0]))))
        answer = client.post(f"{API}/photos", files=sent, data=data).json()
        assert answer["id"] == number
        assert [one["file_name"] for one in answer["files"]] == [name]
    refused = client.post(
        f"{API}/photos", files=files(("c.jpg", b"no photo")), data={"upload": number}
    )
    assert refused.status_code == 422
    whole = client.get(f"{API}/uploads/{number}").json()
    assert [(one["position"], one["file_name"]) for one in whole["files"]] == [
        (0, "a.jpg"),
        (1, "b.jpg"),
        (2, "c.jpg"),
    ]
    assert whole["refused"] == 1


def test_photos_for_an_upload_that_does_not_exist_are_refused(client, painted):
    sent = files(("a.jpg", painted(1)))
    assert client.post(f"{API}/photos", files=sent, data={"upload": 99}).status_code == 404


def test_an_upload_says_which_photos_need_a_box(client, painted):
    frame, crop = painted(1, size=(1280, 720)), painted(2)
    sent = files(("frame.jpg", frame), ("crop.jpg", crop))
    answer = client.post(f"{API}/photos", files=sent).json()
    assert [one["boxes"] for one in answer["files"]] == ["draw", None]


def test_a_large_photo_that_is_good_as_it_is_needs_no_box(client, painted, work):
    sent = client.post(f"{API}/photos", files=files(("a.jpg", painted(1, size=(1100, 700)))))
    number = sent.json()["id"]
    assert sent.json()["files"][0]["boxes"] == "draw", "nobody has looked at it yet"
    work()
    assert client.get(f"{API}/uploads/{number}").json()["files"][0]["boxes"] is None
