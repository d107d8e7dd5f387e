"""Examples of the API, recorded from the demo: one of everything a route takes or answers."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import JsonValue

from reid.synthetic.survey import write_survey
from service.accounts import admission
from service.app import create_app
from service.calibration.certification import Certification
from service.density.estimating import Densities, DensityWish
from service.neighbours.dealing import Neighbourhood
from service.operations import demo
from service.operations.recording_bursts import call_burst
from service.operations.recording_certificate import keep_drawn_certificate
from service.operations.recording_neighbours import call_neighbours
from service.operations.recording_shapes import call_arriving, call_shaping, call_stations
from service.operations.worker import Worker
from service.photos.intake import Intake
from service.recognition.engine import Engine, load_recognition
from service.settings import Settings
from service.store import accounts
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.people import Browser

Schema = Mapping[str, Any]
Body = dict[str, Any]

API = "/api/v1"
WHO = {"reviewer": "ab"}
WHY: Body = {"reason": "as the logbook has it", **WHO}
ANIMALS = 4  # half the demo: their pairs are compared within minutes
OBJECTS, OTHERS, LETTERS = 2, 3, 200  # at most, of a list of objects, of others, of a text

MOMENT = "2026-11-22T18:40:00Z"
FIXED: Mapping[str, JsonValue] = {
    "arriving_id": "3f2504e04f8911d39a0c0305e82c3301",
    "digest": "7f0d3c1e9a5b48c2d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
    "one_time_password": "k3pm-x7wd-9qfz-tn4c",
    "secret": "lr_Zk0…",
    "timings": {"decode": 4.1, "embed": 61.0, "search": 0.1, "compare": 180.3, "total": 246.0},
    "version": "0.1.0",
}
"""What differs from run to run, by the name of its field; moments in UTC become MOMENT."""


def record(file: Path) -> int:
    """Fill a catalogue with the demo, call the routes and write the examples; gives their number.

    file: JSON, an example by the name of its wire model; the same with every run on one machine.
    """
    with TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), poll_s=0.01)
        recognition = load_recognition(settings)
        app = create_app(settings, load=lambda _: recognition)
        components = app.state.components
        database, files, engine = (components[kind] for kind in (Database, PhotoFiles, Engine))
        database.migrate()
        engine.preload()
        worker = Worker(
            database, files, settings, recognition.embedder, name="host:4711", engine=engine
        )
        survey = Path(folder) / "demo"
        write_survey(survey, animals=ANIMALS, seed=demo.SEED, ustyurt=True)
        for _ in demo.load(database, components[Intake], survey):
            pass
        recorder = Recorder(app, worker)
        recorder.work()
        call_all(recorder, survey)
        database.close()
    text = json.dumps(dict(sorted(recorder.examples.items())), indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    return len(recorder.examples)


class Recorder:
    """Calls routes of an app and keeps the first body of each wire model that goes in or out."""

    def __init__(self, app: FastAPI, worker: Worker) -> None:
        self.app, self._worker = app, worker
        self._described = app.openapi()
        self.cookies: dict[str, str] = {}
        self.examples: dict[str, JsonValue] = {}

    def work(self) -> None:
        """Do all jobs that are open."""
        self._worker.beat()
        while self._worker.work():
            pass

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
        status: int | None = None,
    ) -> Any:  # noqa: ANN401  JSON
        """Call a route and keep what it took and answered; gives the answer.

        path: as in the OpenAPI description, its parts filled from `at`. photo: sent as a file with
        the fields of `form`; table: as a CSV file. status: of the refusal that is recorded;
        RuntimeError on any other.
        """
        operation = self._described["paths"][path][method.lower()]
        files = None
        if photo:
            part = "files" if "files" in self._parts(operation) else "file"
            files = {part: (photo.name, photo.read_bytes())}
        if table is not None:
            (part,) = self._parts(operation) & {"file", "table"}
            files = {part: ("table.csv", table.encode())}
        content = {"json": body, "files": files, "data": form, "params": query}
        answer = asyncio.run(self._send(method, path.format(**(at or {})), **content))
        if answer.status_code != status and not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        if body is not None:
            self._keep(operation["requestBody"], dict(body))
        self._keep(operation["responses"][str(answer.status_code)], answer.json())
        return answer.json()

    def _parts(self, operation: Mapping[str, Any]) -> set[str]:
        """Names of the parts of a multipart body, as the OpenAPI description has them."""
        schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        return set(self._described["components"]["schemas"][name]["properties"])

    def call_lists(self) -> None:
        """Ask every route of the API whose address has no parts, so that a new one is recorded."""
        for path, methods in self._described["paths"].items():
            if "get" in methods and path.startswith("/api/") and "{" not in path:
                content = methods["get"]["responses"]["200"]["content"]
                if "application/json" in content:
                    self.call("GET", path)

    async def _send(self, method: str, path: str, **content: object) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", cookies=self.cookies
        ) as client:
            present = {name: value for name, value in content.items() if value is not None}
            return await client.request(method, path, **present)  # type: ignore[arg-type]

    def _keep(self, described: Schema, value: JsonValue) -> None:
        (content,) = (c for kind, c in described["content"].items() if kind.endswith("json"))
        schema = content["schema"]
        if isinstance(value, list):
            if not value:
                return
            schema, value = schema["items"], value[0]
        name = schema.get("$ref", schema.get("title", "")).rpartition("/")[2].rpartition("__")[2]
        self.examples.setdefault(name, self._shortened(value, schema))

    def _shortened(self, value: JsonValue, schema: Schema, field: str = "") -> JsonValue:
        """A value with short lists and texts, and nothing in it that differs from run to run."""
        schema = self._resolved(schema, value)
        if field in FIXED and value is not None:
            return FIXED[field]
        if isinstance(value, dict):
            inner, others = schema.get("properties", {}), schema.get("additionalProperties")
            others = others if isinstance(others, dict) else {}
            return {k: self._shortened(v, inner.get(k, others), k) for k, v in value.items()}
        if isinstance(value, list):
            items, fixed = schema.get("items") or {}, schema.get("prefixItems", [])
            most = OBJECTS if value and isinstance(value[0], dict) else OTHERS
            most = max(most, schema.get("minItems", 0), len(fixed))
            each = [*fixed, *([items] * len(value))]
            return [self._shortened(v, s) for v, s in zip(value[:most], each, strict=False)]
        if isinstance(value, float):
            return round(value, 3)
        return _shortened_text(value) if isinstance(value, str) else value

    def _resolved(self, schema: Schema, value: object) -> Schema:
        """The schema behind a reference or an alternative to null."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._resolved(self._described["components"]["schemas"][name], value)
        if "anyOf" in schema and value is not None:
            stated = next(s for s in schema["anyOf"] if s.get("type") != "null")
            return self._resolved(stated, value)
        return schema


def _shortened_text(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", text):
        return MOMENT
    return text if len(text) <= LETTERS else text[: LETTERS // 2] + "…"


def call_all(api: Recorder, survey: Path) -> None:
    """Call every route with a body. survey: the folder of the demo's photos."""
    _call_photos(api, survey)
    _call_cases(api)
    _call_reviews(api)
    _call_identities(api)
    _call_decisions(api)
    call_arriving(api, api.app.state.components)
    call_stations(api, WHY)
    _call_corrections(api)
    call_shaping(api, WHY)
    call_burst(api)
    call_neighbours(api, api.app.state.components[Neighbourhood])
    _call_accounts(api)
    keep_drawn_certificate(api.app.state.components[Certification])
    _call_density(api, api.app.state.components[Densities])
    api.call_lists()


def _call_density(api: Recorder, densities: Densities) -> None:
    """An estimate of the demo by the dates of its photos, and the wish for another one."""
    densities.estimated(DensityWish(draws=2, seed=1, by_photos=True))
    api.call("GET", f"{API}/density")
    api.call("POST", f"{API}/density", {"draws": 20, "seed": 1, "by_photos": True})


def _encounters(api: Recorder, state: str) -> list[Any]:
    rows = api.call("GET", f"{API}/encounters", query={"state": state})["encounters"]
    return sorted(rows, key=lambda row: int(row["id"]))


def _call_photos(api: Recorder, survey: Path) -> None:
    """Health, photos, and who is on one."""
    api.call("GET", "/health")
    photo = min((survey / "photos").rglob("*.jpg"))
    api.call("POST", f"{API}/photos", photo=photo)
    table = f"file_name,station,flank,x,y,width,height\n{photo.name},Spring,left,10,20,300,200\n"
    api.call("POST", f"{API}/photo-tables", table=table)
    encounter = _encounters(api, "waiting")[0]["id"]
    detail = api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": encounter})
    photo_id = detail["references"][0]["photo"]["id"]
    api.call("GET", f"{API}/photos/{{photo_id}}", at={"photo_id": photo_id})
    api.call("POST", f"{API}/identify", photo=photo, form={"top": "2"})
    api.call("GET", f"{API}/encounters/{{encounter_id}}/posterior", at={"encounter_id": encounter})
    api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": 10_000}, status=404)
    for path in ("calibration", "clusters", "suggestions"):  # as long as nothing has changed
        api.call("GET", f"{API}/{path}")


def _call_cases(api: Recorder) -> None:
    """The case shaped like Ustyurt, its report and its dossier."""
    known = api.call("GET", f"{API}/encounters", query={"state": "all", "limit": 500})
    ustyurt = [e["id"] for e in known["encounters"] if (e["name"] or "").startswith(demo.CASE)]
    note = "Is the animal of September the one of November and December?"
    new = {"name": "Ustyurt 2018", "note": note, "together": 0.5, "movement_prior": False}
    case = {"case_id": api.call("POST", f"{API}/cases", new)["id"]}
    put = {"encounters": sorted(ustyurt), **WHO}
    api.call("POST", f"{API}/cases/{{case_id}}/encounters", put, at=case)
    edit = {"note": note, "together": 0.2, "closed": False, "movement_prior": True}
    api.call("PATCH", f"{API}/cases/{{case_id}}", edit, at=case)
    for path in ("", "/report", "/dossier"):
        api.call("GET", f"{API}/cases/{{case_id}}{path}", at=case)


def _call_reviews(api: Recorder) -> None:
    """A pair that two observers judge against the catalogue, and one that settles who it is."""
    of: dict[int, list[int]] = {}
    for row in _encounters(api, "decided"):
        of.setdefault(row["identity_id"], []).append(row["id"])
    pair = next(of[number][:2] for number in sorted(of, reverse=True) if len(of[number]) > 1)
    waiting, next_one, *_ = (row["id"] for row in _encounters(api, "waiting"))
    unsettled = sorted((of[min(of)][0], waiting))
    unanswered = sorted((waiting, next_one))
    note = "Is the animal of September the one of November?"
    terms = {"source": "asked", "blind": True, "needed": 2, "note": note, "reviewer": "cd"}
    rows = api.call("POST", f"{API}/reviews", {"pairs": [pair, unsettled, unanswered], **terms})
    number = {tuple(row["encounters"]): row["id"] for row in rows}
    against, settled = number[tuple(pair)], number[tuple(unsettled)]
    third = number[tuple(unanswered)]
    region: Body = {"annotation_id": _annotation(api, pair[0]), "x": 210.0, "y": 96.0}
    region |= {"width": 40.0, "height": 30.0, "label": "differs"}
    for review, answer in ((against, "different"), (settled, "same")):
        for observer in ("ab", "cd"):
            opinion: Body = {"answer": answer, "certainty": "certain", "observer": observer}
            opinion |= {"note": "the broken rosette above the elbow", "seconds": 41.5}
            opinion["regions"] = [region] if review == against else []
            api.call("POST", f"{API}/reviews/{{pair_id}}/opinions", opinion, at={"pair_id": review})
    seen_by = {"observer": "ab"}
    api.call("GET", f"{API}/reviews/{{pair_id}}", at={"pair_id": settled}, query=seen_by)
    api.call("GET", f"{API}/reviews", query={"state": "all", **seen_by})
    api.call("PATCH", f"{API}/reviews/{{pair_id}}", {"needed": 3, **WHO}, at={"pair_id": third})
    mixed = {"share": 0.1, "seed": 1, "apply": True, "reviewer": "cd"}
    api.call("POST", f"{API}/reviews/round", mixed)
    api.call("GET", f"{API}/reviews/agreement", query=seen_by)
    plan = api.call("GET", f"{API}/reviews/settling", query={"pair": settled})
    apply = {"pairs": [settled], "digest": plan["digest"], "reviewer": "cd"}
    api.call("POST", f"{API}/reviews/settling", apply)
    api.call("POST", f"{API}/suggestions/reviews", {"best": 3, **WHO})


def _annotation(api: Recorder, encounter: int) -> int:
    detail = api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": encounter})
    return int(detail["references"][0]["annotation"]["id"])


def _call_identities(api: Recorder) -> None:
    """Contradictions, photos of reference, and an identity made, described, split and merged."""
    (conflict, *_) = api.call("GET", f"{API}/conflicts")
    named = {name: conflict[name] for name in ("kind", "one", "other")}
    newest = max((one["id"] for one in conflict["opinions"]), default=0)
    reason = "the second photo is too oblique to tell"
    api.call("POST", f"{API}/conflicts/keep", {**named, "seen": newest, "reason": reason, **WHO})
    marked = {"annotation_id": _annotation(api, conflict["one"])}
    marks = f"{API}/annotations/{{annotation_id}}/references"
    api.call("POST", marks, {"state": "approved", "reason": "sharp", "after": 0, **WHO}, at=marked)
    api.call("GET", marks, at=marked)
    largest = max(api.call("GET", f"{API}/identities"), key=lambda row: row["encounters"])
    number = {"identity_id": largest["id"]}
    one = f"{API}/identities/{{identity_id}}"
    for path in ("", "/cut", "/changes"):
        api.call("GET", one + path, at=number)
    edit = {"sex": "female", "note": "torn left ear", "reason": "cubs seen in May", **WHO}
    api.call("PATCH", one, edit, at=number)
    waiting = _encounters(api, "waiting")[:2]
    new: Body = {"name": "Umay", "encounters": [row["id"] for row in waiting], "sex": "female"}
    new |= {"life_stage": "adult", "note": "torn left ear", "reason": "two clear encounters"}
    new["after"] = {str(row["id"]): row["decision_id"] for row in waiting}
    api.call("POST", f"{API}/identities", {**new, **WHO})
    split = {"encounters": new["encounters"][1:], "name": "Aksu", "reason": "the shoulder differs"}
    umay = {"identity_id": _identity(api, "Umay")}
    api.call("POST", f"{one}/split", {**split, **WHO}, at=umay)
    merge = {"other_id": _identity(api, "Aksu"), "reason": "same broken rosette", **WHO}
    merged = api.call("POST", f"{one}/merge", merge, at=umay)
    undo = {"reason": "that was the wrong flank", **WHO}
    api.call("POST", f"{API}/changes/{{change_id}}/undo", undo, at={"change_id": merged["id"]})


def _identity(api: Recorder, name: str) -> int:
    rows = api.call("GET", f"{API}/identities")
    return int(next(row["id"] for row in rows if row["name"] == name))


def _call_decisions(api: Recorder) -> None:
    """A decision beside what the machine said."""
    encounter = _encounters(api, "waiting")[-1]
    number = {"encounter_id": encounter["id"]}
    path = f"{API}/encounters/{{encounter_id}}"
    answer = api.call("GET", f"{path}/candidates", at=number)
    best = answer["candidates"][0]
    decision = {"kind": "same", "identity_id": best["identity_id"], "llr": round(best["llr"], 3)}
    decision |= {"model": answer["model"], "calibrator": answer["calibrator"], **WHO}
    decision |= {"note": "three rosettes on the shoulder agree", "after": encounter["decision_id"]}
    api.call("POST", f"{path}/decisions", decision, at=number)
    api.call("GET", f"{path}/decisions", at=number)


def _call_corrections(api: Recorder) -> None:
    """A photo that is corrected, gets a second animal, and is withdrawn and erased at the end."""
    encounter = {"encounter_id": _encounters(api, "waiting")[-1]["id"]}
    (seen, *_) = api.call("GET", f"{API}/encounters/{{encounter_id}}", at=encounter)["references"]
    photo, one = {"photo_id": seen["photo"]["id"]}, f"{API}/photos/{{photo_id}}"
    edit = {"captured_at": "2024-06-10T19:00:00+06:00", "station": "Ridge", "seen": 0, **WHY}
    api.call("PATCH", one, edit, at=photo)
    box = {"box": [0.1, 0.1, 0.6, 0.9], "flank": "left", "stated_viewpoint": "left", **WHY}
    added = api.call("POST", f"{one}/annotations", box, at=photo)
    api.call("GET", f"{one}/annotations", at=photo)
    animal = {"annotation_id": added["id"]}
    path = f"{API}/annotations/{{annotation_id}}"
    api.call("PATCH", path, {"box": [0.1, 0.1, 0.7, 0.9], "flank": "right", **WHY}, at=animal)
    api.call("DELETE", path, at=animal, query={"reason": "a stump"})
    many = {"of": {"photos": [photo["photo_id"]]}, "change": {"camera": "A"}, **WHY}
    number = {"correction_id": api.call("POST", f"{API}/corrections", many)["correction"]["id"]}
    api.call("GET", f"{API}/corrections/{{correction_id}}", at=number)
    api.call("POST", f"{API}/corrections/{{correction_id}}/undo", WHY, at=number)
    api.call("POST", f"{one}/withdraw", WHY, at=photo)
    api.call("POST", f"{one}/restore", WHY, at=photo)
    api.call("POST", f"{one}/erase", {**WHO, "reason": "people in the picture"}, at=photo)


def _call_accounts(api: Recorder) -> None:
    """Accounts come last: from the first one on, everybody must log in."""
    admin = {"name": "Aigül", "role": "admin", "password": None}
    account = api.call("POST", f"{API}/accounts", admin)["account"]
    components = api.app.state.components
    database, browser = components[Database], Browser("127.0.0.1", "recorder")
    with database.write() as connection:
        known = accounts.password_of(connection, account["id"])
        accounts.set_password(connection, account["id"], known or "", temporary=False)
    session = admission.open_session(database, components[Settings], account["id"], browser)
    api.cookies = {"session": session}
    for asked in ("me", "accounts", "stations", "place-looks"):  # the look at stations is noted
        api.call("GET", f"{API}/{asked}")
    observer = api.call("POST", f"{API}/accounts", {"name": "Bek", "role": "observer"})["account"]
    edit = {"role": "curator", "one_time": True}
    api.call("PATCH", f"{API}/accounts/{{account_id}}", edit, at={"account_id": observer["id"]})
    api.call("POST", f"{API}/tokens", {"name": "archive script", "scope": "viewer", "days": 90})
    api.call("GET", f"{API}/tokens")
