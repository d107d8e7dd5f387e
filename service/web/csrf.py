"""Browsers may change state only from our own pages, and reach us only under our own name."""

from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reid.sentences import Sentence
from service.settings import LOOPBACK
from service.web import tus
from service.web.errors import ErrorPage, refusal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class ForeignHost(
    Sentence, code="foreign_host", message="this service answers on loopback only"
): ...


class CrossOrigin(Sentence, code="cross_origin", message="the request comes from another site"): ...


class SameOrigin:
    """Sec-Fetch-Site first, Origin for older browsers; a client with neither is no browser.

    A service that listens on loopback answers to loopback names and `public` only: a page of
    another site that lets its name point to 127.0.0.1 would count as the same origin otherwise.
    A program with a token sends neither and passes: no browser adds a token by itself.
    """

    def __init__(
        self, app: ASGIApp, host: str, public: str = "", page: ErrorPage | None = None
    ) -> None:
        """page: draws a refusal for a browser."""
        self._page = page
        self.app, self.loopback = app, host in LOOPBACK
        self.names = LOOPBACK | {public.lower()} if public else LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide on headers alone."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if self.loopback and _name(headers.get("host", "")) not in self.names:
            return await refusal(scope, 403, ForeignHost(), self._page)(scope, receive, send)
        if scope["method"] not in SAFE and not _is_ours(headers):
            return await refusal(scope, 403, CrossOrigin(), self._page)(scope, receive, send)
        return await self.app(scope, receive, send)


PROGRAMS = ("/api/", "/health", "/metrics", "/openapi.json")
"""What programs ask for; nobody on the way may keep the answers, which are for one account."""


class SecurityHeaders:
    """No foreign scripts, no frames, no guessing of media types, no copies of API answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to every answer that does not bring its own."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(PROGRAMS):
                    headers.setdefault("cache-control", "no-store")
                if scope["path"].startswith(tus.ARRIVING_FILES):
                    headers.update(tus.HEADERS)
            await send(message)

        await self.app(scope, receive, with_headers)


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    return parsed(f"//{host}").hostname or ""


def parsed(address: str) -> SplitResult:
    """Its parts; none of what is no address."""
    try:
        return urlsplit(address)
    except ValueError:  # brackets without an end
        return urlsplit("")


def _is_ours(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site:
        return site in {"same-origin", "none"}
    return origin is None or parsed(origin).netloc == headers.get("host")
