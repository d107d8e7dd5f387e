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
from service.app import create_app
from service.operations import demo, recorded_calls
from service.operations.worker import Worker
from service.photos.intake import Intake
from service.recognition.engine import Engine, load_recognition
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

Schema = Mapping[str, Any]

ANIMALS = 4  # half the demo: their pairs are compared within minutes
OBJECTS, OTHERS, LETTERS = 2, 3, 200
"""An example shows so many objects or other things of a list, and so long texts."""

MOMENT = "2026-11-22T18:40:00Z"
FIXED: Mapping[str, JsonValue] = {
    "digest": "7f0d3c1e9a5b48c2d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
    "one_time_password": "k3pm-x7wd-9qfz-tn4c",
    "secret": "lr_Zk0…",
    "timings": {"decode": 4.1, "embed": 61.0, "search": 0.1, "compare": 180.3, "total": 246.0},
    "version": "0.1.0",
}
"""What differs from run to run, by the name of its field; moments in UTC become MOMENT."""


def record(file: Path) -> int:
    """Fill a catalogue with the demo, call the routes and write the examples.

    file: JSON, an example by the name of its wire model. The same with every run on one machine.
    Gives the number of examples. It takes some minutes, most of them for the network.
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
        recorded_calls.call_all(recorder, survey)
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
        form: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        status: int | None = None,
    ) -> Any:  # noqa: ANN401  JSON
        """Call a route and keep what it took and answered; gives the answer.

        path: as in the OpenAPI description, its parts filled from `at`. photo: sent as a file with
        the fields of `form`. status: of the refusal that is recorded; RuntimeError on any other.
        """
        operation = self._described["paths"][path][method.lower()]
        files = {"files": (photo.name, photo.read_bytes())} if photo else None
        answer = asyncio.run(
            self._send(
                method, path.format(**(at or {})), json=body, files=files, data=form, params=query
            )
        )
        if answer.status_code != status and not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        if body is not None:
            self._keep(operation["requestBody"], dict(body))
        self._keep(operation["responses"][str(answer.status_code)], answer.json())
        return answer.json()

    def call_lists(self) -> None:
        """Ask every route of the API whose address has no parts, so that a new one is recorded."""
        for path, methods in self._described["paths"].items():
            if "get" in methods and path.startswith("/api/") and "{" not in path:
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
            return self._resolved(
                next(s for s in schema["anyOf"] if s.get("type") != "null"), value
            )
        return schema


def _shortened_text(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", text):
        return MOMENT
    return text if len(text) <= LETTERS else text[: LETTERS // 2] + "…"
