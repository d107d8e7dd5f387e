"""Pages of whoever asks: login, logout, one's own account, language and theme of the pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from service.accounts import admission
from service.accounts.errors import NotTheSame
from service.accounts.gate import cookie_name, let_in, session_cookie
from service.accounts.wire import TokenMade
from service.store import accounts, sessions, tokens
from service.store.database import Database
from service.store.people import Actor, Role
from service.web.errors import TooManyAttempts, WrongLogin, from_error
from service.web.languages import COOKIE, LANGUAGES, ngettext
from service.web.languages import gettext as _
from service.web.page import THEME_COOKIE, THEMES, YEAR_S, goto, local, page
from service.web.parameters import (
    Password,
    RowNumber,
    TheActor,
    TheBrowser,
    TheDatabase,
    TheSettings,
)
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Name = Annotated[str, Form(max_length=100)]
Code = Annotated[str, Form(max_length=10)]
Address = Annotated[str, Form(max_length=2000)]
Days = Annotated[int, Form(ge=1, le=admission.LONGEST_TOKEN_DAYS)]

Refused = InputError | None
"""What a page cannot do, if anything."""


class OwnAccount:
    """The page of one's own account, as it answers."""

    def __init__(
        self, request: Request, settings: TheSettings, database: TheDatabase, actor: TheActor
    ) -> None:
        self.request, self.settings, self.database = request, settings, database
        self.actor = actor

    def page(self, error: Refused = None, new_token: TokenMade | None = None) -> Response:
        """The page. error: why the password stays. new_token: shown this once."""
        number, idle = self.actor.account_id, admission.idle(self.settings)
        done = "done" in self.request.query_params
        with self.database.read() as connection:
            values = {
                "problem": _words(error),
                "done": _("The password was changed.") if done else "",
                "new_token": new_token,
                "roles": list(Role),
                "sessions": sessions.of_account(connection, number, idle) if number else [],
                "tokens": tokens.of_account(connection, number) if number else [],
            }
            response = page(self.request, "accounts/account.html", connection, **values)
        response.headers["cache-control"] = "no-store"
        return _refused(response, error)


TheOwnAccount = Annotated[OwnAccount, Depends()]


@router.get("/login")
def login_page(request: Request, database: TheDatabase, next: str = "/") -> Response:
    """Name and password; whoever is logged in goes on."""
    actor = getattr(request.state, "actor", None)
    if isinstance(actor, Actor) and not actor.single:
        return goto(local(next))
    return _login(request, database, local(next))


@router.post("/login")
def log_in(
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    browser: TheBrowser,
    name: Name,
    password: Password,
    next: Address = "/",
) -> Response:
    """Open a session; the one this browser had before ends."""
    try:
        secret = admission.log_in(database, settings, name, password, browser)
    except (WrongLogin, TooManyAttempts) as error:
        return _login(request, database, local(next), name, error)
    admission.log_out(database, session_cookie(request))
    return let_in(request, goto(local(next)), secret)


@router.post("/logout")
def log_out(request: Request, database: TheDatabase) -> Response:
    """End this session."""
    admission.log_out(database, session_cookie(request))
    response = goto("/login")
    https = request.url.scheme == "https"
    response.delete_cookie(cookie_name(request), secure=https, httponly=True, samesite="lax")
    return response


@router.get("/account")
def account_page(own: TheOwnAccount) -> Response:
    """One's own sessions, tokens, password and language."""
    return own.page()


@router.post("/account/password")
def change_password(
    own: TheOwnAccount, browser: TheBrowser, old: Password, new: Password, again: Password
) -> Response:
    """Another password: every session ends, and this browser gets a new one."""
    try:
        if new != again:
            raise NotTheSame()
        secret = admission.change_own_password(
            own.database, own.settings, own.actor, old, new, browser
        )
    except InputError as error:
        return own.page(error)
    return let_in(own.request, goto("/account?done=password"), secret)


@router.post("/account/sessions/{session_id}/end")
def end_session(session_id: RowNumber, database: TheDatabase, actor: TheActor) -> Response:
    """Log one browser out."""
    with database.write() as connection:
        sessions.revoke(connection, admission.account_of(actor), session_id)
    return goto("/account")


@router.post("/account/sessions/end")
def end_sessions(database: TheDatabase, actor: TheActor) -> Response:
    """Log every other browser out."""
    with database.write() as connection:
        sessions.revoke_all(connection, admission.account_of(actor), but=actor.session)
    return goto("/account")


@router.post("/account/tokens")
def make_token(
    own: TheOwnAccount,
    name: Annotated[Line, Form()],
    scope: Annotated[Role, Form()] = Role.VIEWER,
    days: Days = 90,
) -> Response:
    """A token, whose text stands on this answer and nowhere else."""
    token, secret = admission.make_token(own.database, own.actor, name, scope, days)
    return own.page(new_token=TokenMade(token=token, secret=secret))


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(token_id: RowNumber, database: TheDatabase, actor: TheActor) -> Response:
    """End a token."""
    with database.write() as connection:
        tokens.revoke(connection, admission.account_of(actor), token_id)
    return goto("/account")


@router.post("/account/language")
def choose_language(request: Request, database: TheDatabase, code: Code = "") -> Response:
    """The language of the pages wherever one logs in; empty: as the browser asks."""
    _speak(request, database, code if code in LANGUAGES else None)
    response = goto("/account")
    response.delete_cookie(COOKIE, samesite="strict")
    return response


@router.post("/language")
def choose_any_language(
    request: Request,
    database: TheDatabase,
    code: Code,
    back: Address = "/",
) -> Response:
    """Show the pages in this language from now on, on this browser and to this account."""
    response = goto(local(back))
    if code in LANGUAGES:
        response.set_cookie(COOKIE, code, max_age=YEAR_S, samesite="strict")
        _speak(request, database, code)
    return response


@router.post("/theme")
def choose_theme(code: Code = "", back: Address = "/") -> Response:
    """Show the pages in this theme from now on, on this browser; empty: as the system asks."""
    response = goto(local(back))
    if code in THEMES and code:
        response.set_cookie(THEME_COOKIE, code, max_age=YEAR_S, samesite="strict")
    elif code in THEMES:
        response.delete_cookie(THEME_COOKIE, samesite="strict")
    return response


def _speak(request: Request, database: Database, code: str | None) -> None:
    """Keep the language with the account, if somebody is logged in; None: as the browser asks."""
    actor = getattr(request.state, "actor", None)
    if isinstance(actor, Actor) and actor.session is not None and actor.account_id is not None:
        with database.write() as connection:
            accounts.speak(connection, actor.account_id, code)


def _login(
    request: Request, database: Database, following: str, name: str = "", error: Refused = None
) -> Response:
    with database.read() as connection:
        values = {
            "nav": "login",
            "next": following,
            "name": name,
            "problem": _words(error),
            "any_account": accounts.exist(connection),
        }
        response = page(request, "accounts/login.html", connection, **values)
    if isinstance(error, WrongLogin):
        response.status_code = 401
        return response
    return _refused(response, error)


def _refused(response: Response, error: Refused) -> Response:
    """The page with the status of what went wrong, and how long to wait."""
    response.status_code = from_error(error).status if error else 200
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(error.wait_s)
    return response


def _words(error: Refused) -> str:
    """What went wrong, in the language of the page."""
    if isinstance(error, TooManyAttempts):
        text = ngettext(
            "Too many attempts to log in. Try again in %(num)s second.",
            "Too many attempts to log in. Try again in %(num)s seconds.",
            error.wait_s,
        )
        return text % {"num": error.wait_s}
    return in_full(error)
