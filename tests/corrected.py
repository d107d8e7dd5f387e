"""What tests of corrections share: uploads, statements and their history over HTTP."""

from pathlib import Path

from sqlalchemy import func, select

from service.store.database import Database

API = "/api/v1"
CASES = Path(__file__).parent / "data" / "field-cases"
NOBODY = {"reviewer": "Anna", "reason": "looked again"}


def send(client, photo, **said):
    answer = client.post(f"{API}/photos", files=[("files", ("a.jpg", photo))], data=said)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["files"][0]


def detail(client, photo_id):
    return client.get(f"{API}/photos/{photo_id}").json()


def correct(client, photo_id, **fields):
    return client.patch(f"{API}/photos/{photo_id}", json={**NOBODY, **fields})


def history(client, photo_id=None):
    asked = {"photo": photo_id} if photo_id else {}
    return client.get(f"{API}/corrections", params=asked).json()["corrections"]


def rows(app, table):
    with app.state.components[Database].read() as connection:
        return connection.scalar(select(func.count()).select_from(table))
