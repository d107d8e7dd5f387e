"""The page of all accounts, for admins, and of the first one, for whoever sets a server up."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from service.accounts import admission
from service.accounts.forms import NotTheSame, Password
from service.accounts.gate import let_in
from service.store import accounts
from service.store.database import Database
from service.store.people import Role
from service.web.errors import from_error
from service.web.page import goto, page
from service.web.parameters import RowNumber, TheActor, TheBrowser, TheDatabase, TheSettings
from service.web.person_words import change_words
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Secret(NamedTuple):
    """A password for the first login of somebody."""

    name: str
    password: str


@router.get("/accounts")
def account_list(request: Request, database: TheDatabase) -> Response:
    """All accounts."""
    return _page(request, database)


@router.post("/accounts")
def add_account(
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    actor: TheActor,
    browser: TheBrowser,
    name: Annotated[Line, Form()],
    role: Annotated[Role, Form()],
    password: Password = "",
    again: Annotated[str | None, Form(max_length=1000)] = None,
) -> Response:
    """A new account; whoever makes the first one is logged in with it."""
    try:
        if again is not None and again != password:
            raise NotTheSame()
        account, secret = admission.add_account(
            database, name, role, password or None, by=actor.name, own=actor.single
        )
    except InputError as error:
        return _page(request, database, error=error, name=name)
    if actor.single and secret is None:
        cookie = admission.open_session(database, settings, account.id, browser)
        return let_in(request, goto("/accounts"), cookie)
    return _page(request, database, Secret(account.name, secret)) if secret else goto("/accounts")


@router.post("/accounts/{account_id}/role")
def change_role(
    account_id: RowNumber,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    role: Annotated[Role, Form()],
) -> Response:
    """Another role, from the next request on."""
    try:
        admission.change_account(database, account_id, role=role, by=actor.name)
    except InputError as error:
        return _page(request, database, error=error)
    return goto("/accounts")


@router.post("/accounts/{account_id}/active")
def set_active(
    account_id: RowNumber,
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    active: Annotated[bool, Form()],
) -> Response:
    """Close an account, or open it again."""
    try:
        admission.change_account(database, account_id, active=active, by=actor.name)
    except InputError as error:
        return _page(request, database, error=error)
    return goto("/accounts")


@router.post("/accounts/{account_id}/password")
def reset_password(
    account_id: RowNumber, request: Request, database: TheDatabase, actor: TheActor
) -> Response:
    """A password for one login, shown on this answer and nowhere else; all sessions end."""
    account, secret = admission.change_account(database, account_id, one_time=True, by=actor.name)
    return _page(request, database, Secret(account.name, secret or ""))


@router.post("/accounts/{account_id}/sessions/end")
def shut_out(account_id: RowNumber, database: TheDatabase, actor: TheActor) -> Response:
    """End all sessions and tokens of an account."""
    admission.shut_out(database, account_id, actor.name)
    return goto("/accounts")


def _page(
    request: Request,
    database: Database,
    secret: Secret | None = None,
    *,
    error: InputError | None = None,
    name: str = "",
) -> Response:
    with database.read() as connection:
        values = {
            "rows": accounts.every(connection),
            "history": [(change, change_words(change)) for change in accounts.history(connection)],
            "roles": list(Role),
            "secret": secret,
            "problem": in_full(error),
            "name": name,
        }
        response = page(request, "accounts/accounts.html", connection, **values)
    response.status_code = from_error(error).status if error else 200
    response.headers["cache-control"] = "no-store"
    return response
