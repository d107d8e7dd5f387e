"""Refuse oversized bodies before a parser spools them to disk, and those that never end."""

import asyncio
from collections.abc import Callable
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.errors import BodyTooLarge, ErrorPage, HttpRefusal, TooSlow, refusal
from service.web.tus import brings_bytes

WITH_PHOTOS = frozenset({"/upload", "/api/v1/photos", "/api/v1/identify"})
WITHOUT_PHOTOS = 4 * 2**20
"""Bytes of any other body: it is held in memory, and a login is open to everybody."""


IDLE_S, BODY_S, PHOTOS_S = 20.0, 20.0, 60.0
"""Longest pause within a body; time for a body, and for one with photos, beside LEAST_RATE."""
LEAST_RATE = 2_000  # bytes a second: a bad line from the field has more
ANSWER_S = 60.0
"""So long a part of an answer may wait for who reads it."""


class BodyLimit:
    """Checks the declared length first, then counts what arrives, and how long it takes.

    max_bytes: with photos. clock_s, patience: of the clock, and what all times are multiplied by.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        page: ErrorPage | None = None,
        patience: float = 1.0,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self.app, self.max_bytes, self._page = app, max_bytes, page
        self._patience, self._clock_s = patience, clock_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP has bodies."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        photos = scope["path"] in WITH_PHOTOS or brings_bytes(scope["path"])
        most = self.max_bytes if photos else min(WITHOUT_PHOTOS, self.max_bytes)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            too_large = BodyTooLarge(limit=most)
            return await refusal(scope, 413, too_large, self._page)(scope, receive, send)
        body = _Body(self, receive, send, most, PHOTOS_S if photos else BODY_S)
        return await self.app(scope, body.received, body.answered)

    def left_s(self, started: float, allowed: float, received: int) -> float:
        """Seconds until a body has to go on."""
        ends = started + (allowed + received / LEAST_RATE) * self._patience
        return min(ends - self._clock_s(), IDLE_S * self._patience)

    def now_s(self) -> float:
        """Of the clock."""
        return self._clock_s()

    @property
    def answer_s(self) -> float:
        """How long a part of an answer may wait to be read."""
        return ANSWER_S * self._patience


class _Body:
    """The body of one request as it arrives, and its answer."""

    def __init__(
        self, limit: BodyLimit, receive: Receive, send: Send, most: int, allowed: float
    ) -> None:
        self._limit, self._receive, self._send = limit, receive, send
        self._most, self._allowed, self._started = most, allowed, limit.now_s()
        self._bytes, self._ended, self._refused = 0, False, False

    async def received(self) -> Message:
        """The next part of the body. After its end it is not known when a client goes away."""
        if self._ended:
            return await self._receive()
        left = self._limit.left_s(self._started, self._allowed, self._bytes)
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0))
        except TimeoutError:
            self._refused = True
            raise HttpRefusal(408, TooSlow()) from None
        self._ended = not message.get("more_body")
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._most:
            self._refused = True
            raise HttpRefusal(413, BodyTooLarge(limit=self._most))
        return message

    async def answered(self, message: Message) -> None:
        """Send a part of the answer; the connection ends where the body was not read to its end."""
        if message["type"] == "http.response.start" and self._refused:
            MutableHeaders(scope=message)["connection"] = "close"
        await asyncio.wait_for(self._send(message), self._limit.answer_s)
