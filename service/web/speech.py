"""Answer every request in the language of whoever asks."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.languages import COOKIE, chosen, language, speaking


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
        code = chosen(
            getattr(actor, "language", None),
            request.cookies.get(COOKIE),
            request.headers.get("accept-language", ""),
        )
        with speaking(code):
            return await self.app(scope, receive, _labelled(send, language()))


def later(draw: Callable[[], Response]) -> ASGIApp:
    """A page that is drawn once the language is known."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await draw()(scope, receive, send)

    return app


def _labelled(send: Send, code: str) -> Send:
    """A page says in which language it is, and what that depends on; anything else is English."""

    async def with_language(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                headers["content-language"] = code
                headers.add_vary_header("Accept-Language")
                headers.add_vary_header("Cookie")
        await send(message)

    return with_language
