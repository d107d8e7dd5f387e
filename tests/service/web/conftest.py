"""A filled catalogue, for tests that look at every page."""

from urllib.parse import quote

import pytest
from fake_embedder import FakeEmbedder

from service.operations.worker import Worker
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles


@pytest.fixture
def filled(app, client, painted):
    """Two identities, changes of every kind, a conflict, clusters, reviews and a case."""
    components = app.state.components
    for n, animal in enumerate((1, 1, 2, 2, 1, 3), 1):
        files = [("files", (f"{n}.jpg", painted(animal, n, taken=f"2020:01:{n:02} 10:00:00")))]
        said = {"station": "Ridge", "flank": "left", "encounter": f"e{n}"}
        client.post("/api/v1/photos", files=files, data=said)
    given = (components[Database], components[PhotoFiles], components[Settings], FakeEmbedder())
    worker = Worker(*given, name="w", engine=components[Engine])
    while worker.work():
        pass
    for number, decision in (
        (1, {"kind": "new", "name": "Uma"}),
        (2, {"kind": "same", "identity_id": 1}),
        (3, {"kind": "new", "name": "Kali"}),
    ):
        made = client.post(f"/api/v1/encounters/{number}/decisions", json=decision)
        assert made.status_code == 201, made.text
    described = {"sex": "female", "life_stage": "adult", "seen": 0, "reviewer": "ab"}
    client.post("/identities/1/describe", data=described)
    for pair in ([1, 2], [3, 4], [1, 3]):
        client.post("/api/v1/reviews", json={"encounters": pair})
    for observer, said in (("ab", "different"), ("cd", "different")):
        client.cookies.clear()
        client.cookies.set("reviewer", quote(observer))
        form = {"answer": said, "certainty": "certain", "reviewer": observer}
        for pair in (1, 3):
            client.post(f"/reviews/{pair}/opinions", data=form)
    client.cookies.clear()
    case = client.post("/api/v1/cases", json={"name": "Two"}).json()["id"]
    client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": [1, 3]})
    while worker.work():
        pass
    return case
