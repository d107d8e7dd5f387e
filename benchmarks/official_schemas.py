"""The official profile and schemas of Camtrap DP for frictionless, from copies, not the network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from frictionless import Package, system
from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter

COPIES = Path(__file__).parent.parent / "tests" / "data" / "camtrap-dp-1.0.2"
CAMTRAP_DP = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/"
DATA_PACKAGE = "https://specs.frictionlessdata.io/schemas/data-package.json"
GENERAL = b'{"type": "object", "required": ["resources"]}'
"""Stands for the general profile of data packages, for which frictionless has one of its own."""
GEOJSON = ("http://json.schemastore.org/geojson.json", "https://json.schemastore.org/geojson.json")


class _Copies(BaseAdapter):
    """Answers requests for what lies here; anything else is 404, so that nothing is left unseen."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[str] = []

    def send(self, request: PreparedRequest, **_: object) -> Response:  # type: ignore[override]
        """The copy of an address."""
        url, response = str(request.url), Response()
        response.url, response.request = url, request
        data = _copy(url)
        response.status_code = 200 if data is not None else 404
        if data is None:
            self.missing.append(url)
        response.raw = _Raw(data or b"")
        return response

    def close(self) -> None:
        """Nothing is open."""


class _Raw(BytesIO):
    decode_content = False


def _copy(url: str) -> bytes | None:
    if url.startswith(CAMTRAP_DP):
        file = COPIES / url.removeprefix(CAMTRAP_DP)
        return file.read_bytes() if file.parent == COPIES and file.is_file() else None
    if url == DATA_PACKAGE:
        return GENERAL
    if url in GEOJSON:
        return files("frictionless").joinpath("assets/profiles/geojson.json").read_bytes()
    return None


@contextmanager
def official_copies() -> Iterator[_Copies]:
    """Within, frictionless finds the official profile and schemas in the repository."""
    session, copies = Session(), _Copies()
    for scheme in ("http://", "https://"):
        session.mount(scheme, copies)
    with system.use_context(http_session=session):
        yield copies


def problems(descriptor: Path) -> list[str]:
    """Everything that is wrong with a package; resources at an address are left out, and said."""
    with official_copies() as copies:
        try:
            package = Package(str(descriptor))
            report = package.validate()
        except Exception as error:
            return [str(error)]
        found = [f"{error.type}: {error.message}" for error in report.errors]
        for task in report.tasks:
            found += [f"{task.name}: {error.type}: {error.message}" for error in task.errors]
        return found + [f"asked for {url}, which is not here" for url in copies.missing]


def rows_of(descriptor: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a resource as frictionless types them."""
    with official_copies():
        package = Package(str(descriptor))
        return [row.to_dict() for row in package.get_resource(name).read_rows()]


def named_resources(descriptor: Path) -> list[str]:
    """The names of all resources."""
    return [one["name"] for one in json.loads(descriptor.read_text("utf-8"))["resources"]]
