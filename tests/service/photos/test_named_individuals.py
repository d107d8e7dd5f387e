"""Individuals named when photos are uploaded: a decision only when a person presses the button."""

from corrected import API

HTML = {"accept": "text/html"}
TABLE = (
    b"file,station,individual,time\n"
    b"a.jpg,Ridge,Uma,2020-01-01T22:00:00\n"
    b"b.jpg,Gorge,Kali,2020-01-02T22:00:00\n"
    b"c.jpg,Camp,Uma,2020-01-03T22:00:00\n"
    b"d.jpg,Spring,Uma,2020-01-04T22:00:00\n"
    b"e.jpg,Spring,Kali,2020-01-04T22:01:00\n"
    b"f.jpg,Hill,NA,2020-01-05T22:00:00\n"
)


def upload(client, painted):
    files = [("files", (f"{name}.jpg", painted(n))) for n, name in enumerate("abcdef")]
    answer = client.post(f"{API}/photos", files=[*files, ("table", ("t.csv", TABLE))])
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_name_is_no_decision_until_a_person_says_so(client, painted, work):
    sent = upload(client, painted)
    work()
    assert client.get(f"{API}/identities").json() == []
    page = client.get(f"/uploads/{sent['id']}", headers=HTML).text
    assert "Uma, Kali" in page and "part the encounter first" in page
    path = f"/uploads/{sent['id']}/identities"
    answer = client.post(path, data={"reviewer": "Anna"}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    names = {one["name"] for one in client.get(f"{API}/identities").json()}
    assert names == {"Uma", "Kali"}
    kinds = [
        client.get(f"{API}/encounters/{file['encounter_id']}/decisions").json()
        for file in sent["files"]
    ]
    assert [[one["kind"] for one in rows] for rows in kinds] == [
        ["new"],
        ["new"],
        ["same"],
        [],
        [],
        [],
    ]
    assert client.post(path, headers=HTML).status_code == 409


def test_a_photo_that_shows_two_animals_names_neither(client, painted, work):
    files = [("files", ("a.jpg", painted(1)))]
    data = {"individual": "Uma", "box": "0 0 160 160"}
    sent = client.post(f"{API}/photos", files=files, data=data).json()
    other = {"box": [160, 0, 320, 160], "reviewer": "Anna"}
    client.post(f"{API}/photos/{sent['files'][0]['photo_id']}/annotations", json=other)
    page = client.get(f"/uploads/{sent['id']}", headers=HTML).text
    assert "Named when they were uploaded" not in page


def test_a_name_that_stands_for_nobody_is_refused(client, painted):
    files = [("files", ("a.jpg", painted(1)))]
    answer = client.post(f"{API}/photos", files=files, data={"individual": "unknown"})
    assert answer.status_code == 422
