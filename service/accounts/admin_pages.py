"""The page of all accounts, for admins, and of the first one, for whoever sets a server up."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from service.accounts import admission
from service.accounts.errors import NotTheSame
from service.accounts.gate import let_in
from service.store import accounts, place_looks
from service.store.people import Role
from service.web.errors import from_error
from service.web.page import goto, page
from service.web.parameters import (
    Password,
    RowNumber,
    TheActor,
    TheBrowser,
    TheDatabase,
    TheSettings,
)
from service.web.person_words import change_words
from service.web.sentences import in_full
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
LOOKS = 500  # rows of the page; the API has the rest


class Secret(NamedTuple):
    """A password for the first login of somebody."""

    name: str
    password: str


class AccountList:
    """The page of all accounts, and how it answers a change of one."""

    def __init__(self, request: Request, database: TheDatabase, actor: TheActor) -> None:
        self.request, self.database, self.actor = request, database, actor

    def page(
        self, secret: Secret | None = None, *, error: InputError | None = None, name: str = ""
    ) -> Response:
        """The page. secret: shown this once. error, name: of an account that cannot be made."""
        with self.database.read() as connection:
            history = accounts.history(connection)
            values = {
                "rows": accounts.every(connection),
                "history": [(change, change_words(change)) for change in history],
                "roles": list(Role),
                "secret": secret,
                "problem": in_full(error),
                "name": name,
            }
            response = page(self.request, "accounts/accounts.html", connection, **values)
        response.status_code = from_error(error).status if error else 200
        response.headers["cache-control"] = "no-store"
        return response

    def change(
        self, account_id: int, *, role: Role | None = None, active: bool | None = None
    ) -> Response:
        """Change an account; the page says why where that cannot be."""
        by = self.actor.name
        try:
            admission.change_account(self.database, account_id, role=role, active=active, by=by)
        except InputError as error:
            return self.page(error=error)
        return goto("/accounts")


TheAccountList = Annotated[AccountList, Depends()]


@router.get("/accounts")
def account_list(listed: TheAccountList) -> Response:
    """All accounts."""
    return listed.page()


@router.post("/accounts")
def add_account(
    listed: TheAccountList,
    settings: TheSettings,
    browser: TheBrowser,
    name: Annotated[Line, Form()],
    role: Annotated[Role, Form()],
    password: Password = "",
    again: Annotated[str | None, Form(max_length=1000)] = None,
) -> Response:
    """A new account; whoever makes the first one is logged in with it."""
    database, actor = listed.database, listed.actor
    try:
        if again is not None and again != password:
            raise NotTheSame()
        account, secret = admission.add_account(
            database, name, role, password or None, by=actor.name, own=actor.single
        )
    except InputError as error:
        return listed.page(error=error, name=name)
    if actor.single and secret is None:
        cookie = admission.open_session(database, settings, account.id, browser)
        return let_in(listed.request, goto("/accounts"), cookie)
    return listed.page(Secret(account.name, secret)) if secret else goto("/accounts")


@router.post("/accounts/{account_id}/role")
def change_role(
    account_id: RowNumber, listed: TheAccountList, role: Annotated[Role, Form()]
) -> Response:
    """Another role, from the next request on."""
    return listed.change(account_id, role=role)


@router.post("/accounts/{account_id}/active")
def set_active(
    account_id: RowNumber, listed: TheAccountList, active: Annotated[bool, Form()]
) -> Response:
    """Close an account, or open it again."""
    return listed.change(account_id, active=active)


@router.post("/accounts/{account_id}/password")
def reset_password(account_id: RowNumber, listed: TheAccountList) -> Response:
    """A password for one login, shown on this answer and nowhere else; all sessions end."""
    account, secret = admission.change_account(
        listed.database, account_id, one_time=True, by=listed.actor.name
    )
    return listed.page(Secret(account.name, secret or ""))


@router.post("/accounts/{account_id}/sessions/end")
def shut_out(account_id: RowNumber, database: TheDatabase, actor: TheActor) -> Response:
    """End all sessions and tokens of an account."""
    admission.shut_out(database, account_id, actor.name)
    return goto("/accounts")


@router.get("/place-looks")
def place_look_list(request: Request, database: TheDatabase) -> Response:
    """Who was told exact places, the newest first."""
    with database.read() as connection:
        rows = place_looks.newest(connection, limit=LOOKS)
        number = place_looks.count(connection)
        return page(request, "accounts/place_looks.html", connection, rows=rows, number=number)
