"""The catalogue as a script sees it: a running service, or the database opened in this process."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from time import sleep
from typing import Any

import httpx

from reid.archive.plan import Catalogue, CatalogueAnswer, NamedCandidate, QueryPhoto
from reid.errors import BadSettings, InputError, UnusableCrop
from reid.types import Flank, Verdict
from service.app import build
from service.recognition.engine import Engine
from service.recognition.query import QueryAnswer, QueryUpload
from service.settings import Settings
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import PhotoFiles

OF_THE_PHOTO = {400, 413, 415, 422}  # statuses that say something about the photo, not about us
PASSING = {429, 502, 503, 504}
PAUSES_S = (1.0, 2.0, 4.0, 8.0)
LONGEST_PAUSE_S = 60.0
LOADING_S = 120


class NoServiceAnswers(BadSettings, message="no leopard-reid service answers at {address}"): ...


class ServiceKeepsLoading(
    BadSettings, message="the service at {address} does not finish loading"
): ...


class NoCatalogueIn(BadSettings, message="no catalogue in {folder}: it has no reid.sqlite3"): ...


class TokenNeeded(
    BadSettings, message="the service asks for a login: give a valid token in REID_TOKEN"
): ...


class RefusedByService(InputError, message="{detail}"): ...


class CropRefusedByService(UnusableCrop, message="{detail}"): ...


class RemoteCatalogue:
    """A running service, asked over HTTP. state: a digest of its list of identities."""

    def __init__(self, client: httpx.Client, *, pauses_s: Sequence[float] = PAUSES_S) -> None:
        """client: with the service's address as base_url."""
        self._client, self._pauses = client, pauses_s
        self.model = self._loaded_model()
        listing = self._send("GET", "/api/v1/identities").content
        self.state = hashlib.sha256(listing).hexdigest()[:16]

    def identify(self, photo: bytes, flank: Flank) -> CatalogueAnswer:
        """One photo; the service's own error codes come back as InputError."""
        return self._answer([photo], [""], [flank])

    def identify_encounter(self, photos: Sequence[QueryPhoto]) -> CatalogueAnswer:
        """Photos of one encounter; the service looks at them itself."""
        chosen = [photo.chosen for photo in photos]
        boxes, flanks = [one.box_text for one in chosen], [one.flank for one in chosen]
        return self._answer([one.data() for one in chosen], boxes, flanks)

    def _answer(
        self, photos: Sequence[bytes], boxes: Sequence[str], flanks: Sequence[Flank]
    ) -> CatalogueAnswer:
        body = self._send(
            "POST",
            "/api/v1/identify",
            # their names may hold anything and mean nothing
            files=[("files", ("photo", photo)) for photo in photos],
            data={"flank": [flank.value for flank in flanks], "top": "3", "box": list(boxes)},
        ).json()
        named = [
            NamedCandidate(path["identity"], path["llr"], path["bound"], Verdict(path["verdict"]))
            for path in body["candidates"]
        ]
        return CatalogueAnswer(
            Verdict(body["verdict"]), tuple(named), body["model"], body["calibrator"]
        )

    def _loaded_model(self) -> str:
        """The model of the service, once it has loaded it."""
        for _ in range(LOADING_S):
            try:
                health = self._client.get("/health").json()
                status, model = health["status"], str(health["model"])
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                where = self._client.base_url
                raise NoServiceAnswers(address=where) from error
            if status != "starting":
                return model
            sleep(1)
        raise ServiceKeepsLoading(address=self._client.base_url)

    def _send(self, method: str, path: str, **components: Any) -> httpx.Response:  # noqa: ANN401
        for pause in (*self._pauses, None):
            try:
                response = self._client.request(method, path, **components)
            except httpx.TransportError as error:
                if pause is None:
                    raise ConnectionError(f"no answer: {error or type(error).__name__}") from error
            else:
                if pause is None or response.status_code not in PASSING:
                    return _checked(response)
                pause = max(pause, _asked_to_wait_s(response))
            sleep(pause)
        raise AssertionError("the last round returns or raises")


class EmbeddedCatalogue:
    """A data folder opened in this process, without a service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        snapshot = engine.snapshot()
        self.model, self.state = snapshot.model, "-".join(map(str, snapshot.version))

    def identify(self, photo: bytes, flank: Flank) -> CatalogueAnswer:
        """One photo."""
        return _answer_of(self._engine.identify_photos([QueryUpload(photo, flank=flank)]))

    def identify_encounter(self, photos: Sequence[QueryPhoto]) -> CatalogueAnswer:
        """Photos of one encounter, as they were described; their features hold the flank."""
        features = [photo.features for photo in photos]
        ids = [photo.chosen.sha256 for photo in photos]
        return _answer_of(self._engine.identify_described(features, ids))


def _answer_of(answer: QueryAnswer) -> CatalogueAnswer:
    found = answer.identification
    named = [
        NamedCandidate(
            answer.names[c.identity],
            c.evidence.llr,
            c.evidence.bound,
            c.evidence.verdict,
            c.best.row.encounter,
        )
        for c in found.candidates
    ]
    return CatalogueAnswer(found.verdict, tuple(named), found.model, answer.calibrator)


def open_catalogue(where: str, token: str = "") -> Catalogue:
    """The catalogue at a URL, or in a folder such as ./var. token: where a service asks for one."""
    if where.startswith(("http://", "https://")):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        timeout = httpx.Timeout(120, connect=5)
        client = httpx.Client(base_url=where.rstrip("/"), timeout=timeout, headers=headers)
        return RemoteCatalogue(client)
    settings = Settings(data_dir=Path(where), database_url="", photos_url="")
    if not (settings.data_dir / "reid.sqlite3").is_file():
        raise NoCatalogueIn(folder=where)
    components = build(settings)
    claim(components[Database], components[PhotoFiles], settings.data_dir)
    return EmbeddedCatalogue(components[Engine])


def _asked_to_wait_s(response: httpx.Response) -> float:
    """What `Retry-After` asks for, up to a minute; 0 where there is none."""
    text = response.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE_S) if text.isdecimal() else 0.0


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    detail, code = _problem(response)
    if response.status_code in OF_THE_PHOTO:
        refused = CropRefusedByService if code == UnusableCrop.code else RefusedByService
        error: InputError = refused(detail=detail)
        error.code = code
        raise error
    if response.status_code == 401:
        raise TokenNeeded()
    if response.status_code == 500:
        raise RuntimeError(detail)
    raise ConnectionError(f"the service refuses with {response.status_code}: {detail}")


def _problem(response: httpx.Response) -> tuple[str, str]:
    """Detail and code of an RFC 9457 answer, or the best that another answer gives."""
    try:
        body = response.json()
        return str(body["detail"]), str(body["code"])
    except (ValueError, KeyError, TypeError):
        return response.reason_phrase or "no reason given", f"http_{response.status_code}"
