"""Pages of whoever logs in: login, logout, and one's own account."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError, ReidError
from service.accounts import admission
from service.accounts.forms import NotTheSame, Password
from service.accounts.gate import cookie_name, let_in, session_cookie
from service.accounts.wire import TokenMade, TokenOut
from service.settings import Settings
from service.store import accounts, sessions, tokens
from service.store.database import Database
from service.store.people import Actor, Role
from service.web.errors import TooManyAttempts, WrongLogin, from_error
from service.web.languages import COOKIE, LANGUAGES, ngettext
from service.web.languages import gettext as _
from service.web.page import goto, local, page, speak
from service.web.parameters import RowNumber, TheActor, TheBrowser, TheDatabase, TheSettings
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Name = Annotated[str, Form(max_length=100)]
Address = Annotated[str, Form(max_length=2000)]
Days = Annotated[int, Form(ge=1, le=admission.LONGEST_TOKEN_DAYS)]


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
def account_page(
    request: Request, settings: TheSettings, database: TheDatabase, actor: TheActor
) -> Response:
    """One's own sessions, tokens, password and language."""
    return _account(request, settings, database, actor)


@router.post("/account/password")
def change_password(
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    actor: TheActor,
    browser: TheBrowser,
    old: Password,
    new: Password,
    again: Password,
) -> Response:
    """Another password: every session ends, and this browser gets a new one."""
    try:
        if new != again:
            raise NotTheSame()
        secret = admission.change_own_password(database, settings, actor, old, new, browser)
    except InputError as error:
        return _account(request, settings, database, actor, error)
    return let_in(request, goto("/account?done=password"), secret)


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
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    actor: TheActor,
    name: Annotated[Line, Form()],
    scope: Annotated[Role, Form()] = Role.VIEWER,
    days: Days = 90,
) -> Response:
    """A token, whose text stands on this answer and nowhere else."""
    token, secret = admission.make_token(database, actor, name, scope, days)
    shown = TokenMade(token=TokenOut.model_validate(token), secret=secret)
    return _account(request, settings, database, actor, new_token=shown)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(token_id: RowNumber, database: TheDatabase, actor: TheActor) -> Response:
    """End a token."""
    with database.write() as connection:
        tokens.revoke(connection, admission.account_of(actor), token_id)
    return goto("/account")


@router.post("/account/language")
def choose_language(
    request: Request, database: TheDatabase, code: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """The language of the pages wherever one logs in; empty: as the browser asks."""
    speak(request, database, code if code in LANGUAGES else None)
    response = goto("/account")
    response.delete_cookie(COOKIE, samesite="strict")
    return response


def _login(
    request: Request,
    database: Database,
    following: str,
    name: str = "",
    error: WrongLogin | TooManyAttempts | None = None,
) -> Response:
    with database.read() as connection:
        values = {
            "nav": "login",
            "next": following,
            "name": name,
            "problem": _words(error) if error else "",
            "any_account": accounts.exist(connection),
        }
        response = page(request, "accounts/login.html", connection, **values)
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(error.wait_s)
    response.status_code = 401 if isinstance(error, WrongLogin) else 429 if error else 200
    return response


def _account(
    request: Request,
    settings: Settings,
    database: Database,
    actor: Actor,
    error: ReidError | None = None,
    new_token: TokenMade | None = None,
) -> Response:
    with database.read() as connection:
        number, idle = actor.account_id, admission.idle(settings)
        values = {
            "problem": _words(error) if error else "",
            "done": _("The password was changed.") if "done" in request.query_params else "",
            "new_token": new_token,
            "roles": list(Role),
            "sessions": sessions.of_account(connection, number, idle) if number else [],
            "tokens": tokens.of_account(connection, number) if number else [],
        }
        response = page(request, "accounts/account.html", connection, **values)
    response.status_code = from_error(error).status if error else 200
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(error.wait_s)
    response.headers["cache-control"] = "no-store"
    return response


def _words(error: ReidError) -> str:
    """What went wrong, in the language of the page."""
    if isinstance(error, TooManyAttempts):
        text = ngettext(
            "Too many attempts to log in. Try again in %(num)s second.",
            "Too many attempts to log in. Try again in %(num)s seconds.",
            error.wait_s,
        )
        return text % {"num": error.wait_s}
    return in_full(error)
