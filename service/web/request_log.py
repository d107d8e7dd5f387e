"""The number of a request, and its line in the log.

Every answer has the number as `X-Request-ID`, and every line that was logged while it was made: so
what a person complains of is found. A line holds no query, no header and no body: a search, a token
or a password may stand there.
"""

import logging
import secrets
from contextvars import ContextVar
from time import monotonic

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
HEADER = "x-request-id"
NUMBER: ContextVar[str] = ContextVar("number of the request", default="")
"""Of the request that is being answered; goes along into the threads that answer it."""
OFTEN = ("/health", "/static/")
"""Asked all the time: only what fails there is noted."""


class RequestLog:
    """Numbers requests, and notes each when its answer has gone out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP has requests. A number is ours alone: one that is sent is not believed."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        number, began, status = secrets.token_hex(8), monotonic(), 500
        NUMBER.set(number)

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = number
            await send(message)

        try:
            await self.app(scope, receive, answered)
        finally:
            _note(scope, status, 1000 * (monotonic() - began))


def _note(scope: Scope, status: int, ms: float) -> None:
    if scope["path"].startswith(OFTEN) and status < 500:
        return
    actor = scope.get("state", {}).get("actor")
    facts = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(ms, 1),
        "account": actor.account_id if actor else None,
    }
    log.info("%s %s: %d in %.0f ms", facts["method"], facts["path"], status, ms, extra=facts)
