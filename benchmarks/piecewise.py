"""A client that sends photos in pieces over a bad line, as the upload page does."""

import base64
import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx

PLACE, PHOTOS = "/api/v1/arriving-files", "/api/v1/photos"
TUS = {"tus-resumable": "1.0.0"}
STREAM = {"content-type": "application/offset+octet-stream"}
MOST, LEAST = 8 << 20, 64 << 10
WAITS = {408, 429, 502, 503, 504, 507}
LOST = {"arriving_file_gone", "other_bytes_arrived", "not_here_whole"}


class GaveUp(Exception):
    """Somebody closed the client in the middle."""


@dataclass
class PiecewiseClient:
    """Sends until everything is answered. waits: seconds after a failure, at most `longest_s`."""

    client: httpx.Client
    longest_s: float = 1.0
    stop: Event = field(default_factory=Event)
    counts: Counter[str] = field(default_factory=Counter)

    def upload(self) -> int:
        """The number of a new upload."""
        return int(self._sure("POST", "/api/v1/uploads").json()["id"])

    def send(self, name: str, data: bytes, upload: int) -> httpx.Response:
        """The last answer about a photo. Raises GaveUp."""
        while True:
            answer = self._arrive(name, data)
            if isinstance(answer, str):
                said = {"arrived": answer, "upload": str(upload), "station": "Ridge"}
                answer = self._sure("POST", PHOTOS, data=said)
            if answer.status_code < 400 or answer.json()["code"] not in LOST:
                return answer
            self.counts["begun again"] += 1

    def _arrive(self, name: str, data: bytes) -> str | httpx.Response:
        """The id of a file whose bytes are all there, or why they are not taken."""
        said = {"filename": name, "sha256": hashlib.sha256(data).hexdigest()}
        metadata = ",".join(
            f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in said.items()
        )
        announced = {"upload-length": str(len(data)), "upload-metadata": metadata}
        begun = self._sure("POST", PLACE, headers=TUS | announced)
        if begun.status_code != 201:
            return begun
        place, most = begun.headers["location"], MOST
        offset = int(begun.headers["upload-offset"])
        self.counts["bytes here already"] += offset
        while offset < len(data):
            part = data[offset : offset + most]
            headers = TUS | STREAM | {"upload-offset": str(offset)}
            sent = self._once("PATCH", place, headers=headers, content=part)
            if sent is not None and sent.status_code == 204:
                offset, most = offset + len(part), min(MOST, 2 * most)
                continue
            if sent is not None and sent.status_code != 409:
                return sent
            here = self._sure("GET", place)
            if here.status_code != 200:
                return here
            now = here.json()["offset"]
            most = max(LEAST, most // 2) if now == offset else most
            self.counts["gone on in the middle"] += 0 < now < len(data)
            offset = now
        return str(place).rpartition("/")[2]

    def _sure(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401
        while True:
            if (answer := self._once(method, path, **more)) is not None:
                return answer

    def _once(self, method: str, path: str, **more: Any) -> httpx.Response | None:  # noqa: ANN401
        """None where the line broke, or we are told to come again."""
        if self.stop.is_set():
            raise GaveUp
        try:
            answer = self.client.request(method, path, **more)
        except httpx.TransportError:
            self.counts["broken requests"] += 1
            time.sleep(min(0.05, self.longest_s))
            return None
        if answer.status_code in WAITS:
            self.counts["told to come again"] += 1
            wait_s = float(answer.headers.get("retry-after", 1))
            time.sleep(min(wait_s, self.longest_s))
            return None
        return answer
