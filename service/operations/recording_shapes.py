"""Examples of shaped encounters and of a question about one, of stations, of what arrives."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from PIL import Image

from service.photos.arriving import AnnouncedFile, ArrivingFiles
from service.store.people import ANONYMOUS, Actor, Role
from service.web.parameters import Components

API = "/api/v1"
ONE = f"{API}/encounters/{{encounter_id}}"


class ApiCaller(Protocol):
    """What calls a route and gives its answer; see `Recorder`."""

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        at: Mapping[str, object] | None = None,
        photo: Path | None = None,
        table: str | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  JSON
        """Call it; `at` fills the parts of the path."""


def call_shaping(api: ApiCaller, why: Mapping[str, Any]) -> None:
    """Photos parted, joined and moved; then a question, and its answer.

    why: fields of the body that say who and why.
    """
    largest = max(_encounters(api), key=_photos)
    here = {"encounter_id": largest["id"]}
    animals = [one["annotation"]["id"] for one in api.call("GET", ONE, at=here)["references"]]
    parted = api.call("POST", f"{ONE}/part", {"annotations": animals[-1:], **why}, at=here)
    api.call("POST", f"{ONE}/join", {"other": parted["encounter"], **why}, at=here)
    parted = api.call("POST", f"{ONE}/part", {"annotations": animals[-1:], **why}, at=here)
    into = {"annotations": animals[:1], "into": parted["encounter"]}
    api.call("POST", f"{ONE}/move", {**into, **why}, at=here)
    _upload_beside(api, parted["encounter"])
    (question, *_) = api.call("GET", f"{API}/questions")["questions"]
    number = {"question_id": question["id"]}
    answer = f"{API}/questions/{{question_id}}/answer"
    api.call("POST", answer, {"answer": "no", **why}, at=number)


def call_stations(api: ApiCaller, why: Mapping[str, Any]) -> None:
    """Stations, cases and encounters found by a text; a deployment stated and changed, a clock
    corrected and undone, a station renamed and joined."""
    api.call("GET", f"{API}/search", query={"q": "ustyurt"})
    (station, other, *_) = api.call("GET", f"{API}/stations")["stations"]
    name = station["name"]
    deployment = {"station": name, "camera": "A", "latitude": 43.1, "longitude": 54.2}
    deployment |= {"heading": 285, "starts_at": "2018-06-01T00:00:00", "zone": "+05:00"}
    added = api.call("POST", f"{API}/deployments", deployment)
    one = {"deployment_id": added["id"]}
    api.call("PATCH", f"{API}/deployments/{{deployment_id}}", {"notes": "at the spring"}, at=one)
    table = f"station,camera,start\n{name},B,2018-06-01\n"
    api.call("POST", f"{API}/deployments/import", table=table, query={"preview": True})
    clock = {"station": name, "offset_s": 3600, **why}
    api.call("POST", f"{API}/clocks", clock)
    (corrected, *_) = api.call("GET", f"{API}/clocks")
    api.call("POST", f"{API}/clocks/{{clock_id}}/undo", why, at={"clock_id": corrected["id"]})
    path = f"{API}/stations/{{name}}"
    api.call("GET", path, at={"name": name})
    api.call("PATCH", path, {"name": "Spring", **why}, at={"name": name})
    api.call("POST", f"{path}/join", {"into": other["name"], **why}, at={"name": "Spring"})


def _upload_beside(api: ApiCaller, encounter: int) -> None:
    """A new photo at the time of a shaped encounter, so that it is asked about."""
    shaped = api.call("GET", ONE, at={"encounter_id": encounter})["summary"]
    stated = {"station": shaped["station"], "captured_at": shaped["started_at"]}
    with TemporaryDirectory() as folder:
        photo = Path(folder) / "IMG_0007.jpg"
        Image.linear_gradient("L").save(photo)
        api.call("POST", f"{API}/photos", photo=photo, form=stated)


def _encounters(api: ApiCaller) -> list[Any]:
    rows: list[Any] = api.call("GET", f"{API}/encounters")["encounters"]
    return rows


def _photos(row: Mapping[str, Any]) -> int:
    return sum(int(row[state]) for state in ("embedded", "pending", "failed"))


def call_arriving(api: ApiCaller, components: Components) -> None:
    """A file that was announced, and of which nothing came yet."""
    sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    announced = AnnouncedFile("IMG_0042.JPG", 2_418_771, sha256)
    file = components[ArrivingFiles].begin(announced, Actor(ANONYMOUS, Role.ADMIN))
    api.call("GET", f"{API}/arriving-files/{{arriving_id}}", at={"arriving_id": file.id})
