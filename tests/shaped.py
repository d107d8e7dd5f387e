"""What tests of shaped encounters share: photos of one night, and what is asked over HTTP."""

from corrected import API, NOBODY


def upload(client, painted, *photos, station="Ridge"):
    """Photos of (animal, view, minute) at one station in one night, in one upload."""
    files = [
        ("files", (f"{a}-{v}.jpg", painted(a, v, taken=f"2020:01:01 2{m // 60}:{m % 60:02}:00")))
        for a, v, m in photos
    ]
    data = {"station": station, "flank": "left"}
    answer = client.post(f"{API}/photos", files=files, data=data)
    assert answer.status_code == 201, answer.text
    return [one["encounter_id"] for one in answer.json()["files"]]


def inside(client, number):
    """The annotations of an encounter."""
    detail = client.get(f"{API}/encounters/{number}").json()
    return [one["annotation"]["id"] for one in detail["references"]]


def listed(client):
    """Encounters of the list, each with its annotations."""
    rows = client.get(f"{API}/encounters").json()["encounters"]
    return {row["id"]: inside(client, row["id"]) for row in rows}


def post(client, path, **body):
    return client.post(f"{API}{path}", json={**NOBODY, **body})


def shape(client, path, **body):
    answer = post(client, path, **body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def case_members(client):
    (case,) = client.get(f"{API}/cases").json()
    return case["encounters"]


def undo(client, number):
    return post(client, f"/corrections/{number}/undo")


def decide(client, number, **decision):
    answer = client.post(f"{API}/encounters/{number}/decisions", json=decision)
    assert answer.status_code == 201, answer.text
