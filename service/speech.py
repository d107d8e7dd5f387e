"""Answer every request in the language of whoever asks."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.languages import COOKIE, chosen, speaking


class Speech:
    """Sets the language before anything is answered, from account, cookie and browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The account is known where a gate before this found one."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        actor = getattr(request.state, "actor", None)
        wanted = chosen(
            getattr(actor, "language", None),
            request.cookies.get(COOKIE),
            request.headers.get("accept-language", ""),
        )
        with speaking(wanted):
            return await self.app(scope, receive, send)
