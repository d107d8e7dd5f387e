"""The gate: who asks, how often, and whether they may. It decides before a body is read."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import quote, unquote

from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reid.sentences import Sentence
from service.accounts import errors
from service.accounts.admission import idle
from service.accounts.passwords import fingerprint
from service.settings import Settings
from service.store import accounts, sessions, tokens
from service.store.database import Database
from service.store.people import ANONYMOUS, Actor, Role
from service.store.trouble import TROUBLES
from service.web.csrf import parsed
from service.web.errors import (
    ErrorPage,
    HttpRefusal,
    Retried,
    RoleNeeded,
    problem,
    refusal,
    response,
    trouble_answer,
)
from service.web.parameters import browser_of
from service.web.permissions import BY_LOGIN_ONLY, ROUTES, UNASKED, WITH_TEMPORARY_PASSWORD
from service.web.rates import RequestRates
from service.web.speech import Speech, later

log = logging.getLogger(__name__)
STATIC = "/static"
PROGRAMS = ("/api/", "/metrics", "/openapi.json")
NOTED_EVERY = timedelta(minutes=1)
"""The moment of last use is written this often, so that reading a page writes nothing."""
FRESH_S = 1.0
"""Whoever takes longer to send a body is looked at again when it is there."""

KnownActor = tuple[Actor, datetime | None]


class Gate:
    """Finds the actor of a request by token, session or, on a laptop without accounts, by default.

    Nothing is cached: what is revoked or changed counts from the next request on.
    """

    def __init__(
        self, app: ASGIApp, database: Database, settings: Settings, page: ErrorPage
    ) -> None:
        """page: draws a refusal for a browser."""
        self.app, self._database, self._settings, self._page = app, database, settings, page
        self._routes: dict[str, list[RouteContext]] = {}
        self._rates = RequestRates(
            settings.requests_per_minute, settings.stranger_requests_per_minute
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP has routes here."""
        app, route = self.app, self._template(scope) if scope["type"] == "http" else STATIC
        if route not in UNASKED and route != STATIC:
            request = Request(scope)
            try:
                request.state.actor = await run_in_threadpool(self._actor, request)
            except TROUBLES as error:
                answer = Speech(trouble_answer(scope, error, self._page))
                return await answer(scope, receive, send)
            refused = self._too_many(request, request.state.actor)
            if route and refused is None:
                refused = self._refusal(request, route, request.state.actor)
            app = Speech(refused) if refused else app
            receive = self._looking_again(request, route, receive)
        return await app(scope, receive, send)

    def _looking_again(self, request: Request, route: str, receive: Receive) -> Receive:
        """A slow body opens nothing to whom it would be closed by the time it is there."""
        started = monotonic()

        async def received() -> Message:
            message = await receive()
            ended = message["type"] == "http.request" and not message.get("more_body")
            if ended and monotonic() - started > FRESH_S:
                request.state.actor = await run_in_threadpool(self._actor, request)
                if self._refusal(request, route, request.state.actor):
                    raise HttpRefusal(403, errors.RightsChanged())
            return message

        return received

    def _template(self, scope: Scope) -> str:
        """Method and path as in the table, "/static", or "" where no route answers."""
        if not self._routes:
            self._routes = by_subject(iter_route_contexts(scope["app"].routes))
        for route in self._routes.get(subject_of(scope["path"]), ()):
            match, _ = route.matches(scope)
            if match is Match.FULL and isinstance(route.original_route, Mount):
                return route.path or ""
            if match is Match.FULL:
                method = "GET" if scope["method"] == "HEAD" else scope["method"]
                return f"{method} {route.path}"
        return ""

    def _actor(self, request: Request) -> Actor | None:
        """Who asks; None: nobody we know."""
        token, cookie = bearer(request), session_cookie(request)
        with self._database.read() as connection:
            known: KnownActor | None = None
            if token is not None:
                known = tokens.who(connection, fingerprint(token))
            elif cookie:
                known = sessions.who(connection, fingerprint(cookie), idle(self._settings))
            if known is None:
                alone = not forwarded(request) and not self._guarded(connection)
                return _single(request) if alone else None
        self._note(*known)
        return known[0]

    def _guarded(self, connection: Connection) -> bool:
        """Whether everybody must log in."""
        required = self._settings.accounts == "required" or self._settings.exposed
        return required or accounts.exist(connection)

    def _note(self, actor: Actor, last_use: datetime | None) -> None:
        every = min(NOTED_EVERY, idle(self._settings) / 10)
        if last_use is not None and datetime.now(UTC) - last_use < every:
            return
        try:
            with self._database.write() as connection:
                if actor.token is not None:
                    tokens.touch(connection, actor.token)
                elif actor.session is not None:
                    sessions.touch(connection, actor.session)
        except OperationalError:  # busy or full: no reason to refuse who only reads
            log.exception("the last use of a login could not be noted")

    def _too_many(self, request: Request, actor: Actor | None) -> ASGIApp | None:
        """The answer to whoever asks too often, or None. What one may not ask counts, too."""
        sentence = self._rates.exceeded(actor, browser_of(request))
        if sentence is None:
            return None
        return Retried(refusal(request.scope, 429, sentence, self._page), sentence.wait_s)

    def _refusal(self, request: Request, route: str, actor: Actor | None) -> ASGIApp | None:
        """The answer to whoever may not, or None."""
        if route not in ROUTES:
            return self._forbidden(request, errors.RouteOfNobody())
        needed = ROUTES[route]
        if needed is None:
            return None
        if actor is None:
            return _log_in_first(request, self._form_page(request))
        if not actor.role.may(needed):
            return self._forbidden(request, RoleNeeded(needed=needed, role=actor.role))
        if actor.token is not None and route in BY_LOGIN_ONLY:
            return self._forbidden(request, errors.LoginOnly())
        if actor.temporary and route not in WITH_TEMPORARY_PASSWORD:
            return _change_password_first(request)
        return None

    def _form_page(self, request: Request) -> str:
        """The page of ours that a form was sent from; "" where it cannot be opened again."""
        page = parsed(request.headers.get("referer", ""))
        form_scope = {**request.scope, "method": "GET", "path": page.path}
        if page.netloc != request.url.netloc or not self._template(form_scope):
            return ""
        return page.path + (f"?{page.query}" if page.query else "")

    def _forbidden(self, request: Request, sentence: Sentence) -> ASGIApp:
        error = problem(403, sentence)
        if is_program(request):
            return response(error)
        return later(lambda: self._page(request, error, sentence))


def subject_of(path: str) -> str:
    """The part of a path that says what it is about: "photos" of /photos/7 and /api/v1/photos/7."""
    parts = path.removeprefix("/api/v1").split("/", 2)
    return parts[1] if len(parts) > 1 else ""


def by_subject(routes: Iterable[RouteContext]) -> dict[str, list[RouteContext]]:
    """Routes in their order, by subject: to try all of them took a tenth of a busy service."""
    found: dict[str, list[RouteContext]] = defaultdict(list)
    for route in routes:
        found[subject_of(route.path or "")].append(route)
    return dict(found)


def bearer(request: Request) -> str | None:
    """The token of the request; None where it brings no Authorization header at all."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def forwarded(request: Request) -> bool:
    """Whether a proxy says that it passes this on: whoever asks need not sit at this computer."""
    return any(name in request.headers for name in ("forwarded", "x-forwarded-for"))


def cookie_name(request: Request) -> str:
    """Over https a name that no other host and no plain connection can set."""
    return "__Host-session" if request.url.scheme == "https" else "session"


def session_cookie(request: Request) -> str:
    """The secret of the session, or ""."""
    return request.cookies.get(cookie_name(request), "")


def let_in(request: Request, response: Response, secret: str) -> Response:
    """Give the browser its cookie; it ends with the browser."""
    https = request.url.scheme == "https"
    response.set_cookie(cookie_name(request), secret, secure=https, httponly=True, samesite="lax")
    return response


def is_program(request: Request) -> bool:
    """Whether problems are answered as JSON: for the API, and for whoever sends a token."""
    return request.url.path.startswith(PROGRAMS) or "authorization" in request.headers


def _single(request: Request) -> Actor:
    """Whoever sits at a laptop without accounts."""
    return Actor(unquote(request.cookies.get("reviewer", "")) or ANONYMOUS, Role.ADMIN)


def _log_in_first(request: Request, form_page: str) -> Response:
    """form_page: where a form was sent from; there a person goes on after the login."""
    if is_program(request):
        answer: Response = response(problem(401, errors.LoginRequired()))
        answer.headers["www-authenticate"] = "Bearer"
        return answer
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = address if request.method == "GET" else form_page
    return RedirectResponse("/login" + (f"?next={quote(back, safe='')}" if back else ""), 303)


def _change_password_first(request: Request) -> Response:
    if is_program(request):
        return response(problem(403, errors.PasswordChangeRequired()))
    return RedirectResponse("/account", 303)
