"""A small catalogue for strangers' requests, with a network that says nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from conftest import paint
from fake_embedder import FakeEmbedder, fake_recognition
from sqlalchemy import delete
from starlette.testclient import TestClient

from service.app import create_app
from service.operations.worker import Worker
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.accounts import (
    account,
    account_change,
    api_token,
    login_attempt,
    login_session,
)
from service.store.tables.arriving import arriving_file
from service.store.tables.places import place_look

OF_PEOPLE = (
    arriving_file,
    place_look,
    login_session,
    api_token,
    login_attempt,
    account_change,
    account,
)
Known = Mapping[str, Sequence[str]]


def filled(client: TestClient, work: Callable[[], None]) -> Known:
    """Four encounters at two stations, two identities, a case, a review; what exists, by name."""
    ids = []
    for n, (animal, station) in enumerate(
        ((1, "Ridge"), (2, "Saddle"), (1, "Ridge"), (2, "Ridge"))
    ):
        taken = f"2020:01:0{n + 1} 22:00:00"
        files = [("files", (f"{n}.jpg", paint(animal, n, taken=taken)))]
        sent = client.post(
            "/api/v1/photos", files=files, data={"station": station, "flank": "left"}
        )
        ids.append(sent.json()["files"][0]["photo_id"])
        deployed = {"station": station, "camera": str(n), "latitude": 43.1, "longitude": 54.2}
        client.post("/api/v1/deployments", json=deployed)
    work()
    for number, name in ((1, "Uma"), (2, "Zarina")):
        named = {"kind": "new", "name": name}
        client.post(f"/api/v1/encounters/{number}/decisions", json=named)
    client.post("/api/v1/cases", json={"name": "Ustyurt"})
    client.post("/api/v1/cases/1/encounters", json={"encounters": [1, 2, 3]})
    client.post("/api/v1/reviews", json={"pairs": [[1, 3]], "blind": False})
    announced = {"tus-resumable": "1.0.0", "upload-length": "900"}
    place = client.post("/api/v1/arriving-files", headers=announced).headers["location"]
    numbers = ("1", "2", "3", "4")
    return {
        "photo_id": tuple(ids),
        "photo": tuple(ids),
        "name": ("Ridge", "Saddle"),
        "station": ("Ridge", "Saddle"),
        "neighbour": ("none",),
        **dict.fromkeys(("arriving_id", "arrived"), (place.rpartition("/")[2],)),
        "tus-resumable": ("1.0.0",),
        "upload-offset": ("0",),
        "pair": ("1-3", "1-2"),
        **{f"{kind}_id": numbers for kind in ("encounter", "identity", "case", "annotation")},
        **dict.fromkeys(("encounter", "identity", "case", "one", "other", "into"), numbers),
    }


@contextmanager
def fuzzed_catalogue(folder: Path) -> Iterator[tuple[TestClient, Known, Callable[[str], None]]]:
    """A client of a filled catalogue, what exists in it, and what to do after each request."""
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        page_wait_s=60,
        max_upload_bytes=2_000_000,
        max_pixels=2_000_000,
        port=0,
    )
    app = create_app(settings, load=fake_recognition)
    components = app.state.components
    with TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        parts = (components[Database], components[PhotoFiles], settings, FakeEmbedder())
        worker = Worker(*parts, name="fuzz")

        def work() -> None:
            worker.beat()
            while worker.work():
                pass

        def between(route: str) -> None:
            """The worker's work now and then; no account stays, which would refuse the rest."""
            counted.append(route)
            if len(counted) % 100 == 0:
                work()
            if "account" in route or "login" in route:
                with components[Database].write() as connection:
                    for table in OF_PEOPLE:
                        connection.execute(delete(table))

        counted: list[str] = []
        yield client, filled(client, work), between
