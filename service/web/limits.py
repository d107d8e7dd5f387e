"""Refuse oversized bodies before a parser spools them to disk."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.errors import BodyTooLarge, ErrorPage, HttpRefusal, refusal

WITH_PHOTOS = frozenset({"/upload", "/api/v1/photos", "/api/v1/identify"})
WITHOUT_PHOTOS = 4 * 2**20
"""Bytes of any other body: it is held in memory, and a login is open to everybody."""


class BodyLimit:
    """Checks the declared length first, then counts what arrives. max_bytes: with photos."""

    def __init__(self, app: ASGIApp, max_bytes: int, page: ErrorPage | None = None) -> None:
        self.app, self.max_bytes, self._page = app, max_bytes, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP has bodies."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        photos = scope["path"] in WITH_PHOTOS
        most = self.max_bytes if photos else min(WITHOUT_PHOTOS, self.max_bytes)
        declared = Headers(scope=scope).get("content-length", "")
        too_large = BodyTooLarge(limit=most)
        if declared.isdigit() and int(declared) > most:
            return await refusal(scope, 413, too_large, self._page)(scope, receive, send)

        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HttpRefusal(413, too_large)
            return message

        return await self.app(scope, counted, send)
