"""Refuse oversized bodies before a parser spools them to disk."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import problem, response


class BodyLimit:
    """Checks the declared length first, then counts what arrives."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP has bodies."""
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        too_large = f"the body is larger than {self.max_bytes} bytes"
        if declared.isdigit() and int(declared) > self.max_bytes:
            refused = response(problem(413, too_large, "too_large"))
            return await refused(scope, receive, send)

        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                raise HTTPException(413, too_large)
            return message

        return await self.app(scope, counted, send)
