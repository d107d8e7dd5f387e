"""Accounts for admins, one's own tokens, and who one is."""

from fastapi import APIRouter

from service.accounts import admission, wire
from service.store import accounts, place_looks, tokens
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase

router = APIRouter(tags=["accounts"], responses=documented(400, 401, 403, 404, 409, 422))


@router.get("/me")
def get_me(actor: TheActor) -> wire.MeOut:
    """Who asks, and what they may do."""
    return wire.MeOut.model_validate(actor)


@router.get("/tokens")
def list_tokens(database: TheDatabase, actor: TheActor) -> list[wire.TokenOut]:
    """One's own tokens, newest first, without their text."""
    with database.read() as connection:
        own_tokens = tokens.of_account(connection, admission.account_of(actor))
    return [wire.TokenOut.model_validate(token) for token in own_tokens]


@router.post("/tokens", status_code=201)
def make_token(new: wire.TokenIn, database: TheDatabase, actor: TheActor) -> wire.TokenMade:
    """A token for a program; its text is shown this once. Needs a login, not a token."""
    token, secret = admission.make_token(database, actor, new.name, new.scope, new.days)
    return wire.TokenMade(token=token, secret=secret)


@router.delete("/tokens/{token_id}")
def revoke_token(token_id: RowNumber, database: TheDatabase, actor: TheActor) -> wire.TokenOut:
    """End one of one's own tokens, from the next request on."""
    with database.write() as connection:
        ended = tokens.revoke(connection, admission.account_of(actor), token_id)
    return wire.TokenOut.model_validate(ended)


@router.get("/place-looks")
def list_place_looks(
    database: TheDatabase, limit: Limit = 100, offset: Offset = 0, exported: bool | None = None
) -> wire.PlaceLooksOut:
    """Who was told exact places and who took them away; with accounts only."""
    with database.read() as connection:
        values = {
            "count": place_looks.count(connection),
            "looks": place_looks.newest(connection, limit=limit, offset=offset, exported=exported),
        }
    return wire.PlaceLooksOut.model_validate(values)


@router.get("/accounts")
def list_accounts(database: TheDatabase) -> list[wire.AccountOut]:
    """All accounts, active ones first."""
    with database.read() as connection:
        return [wire.AccountOut.model_validate(account) for account in accounts.every(connection)]


@router.post("/accounts", status_code=201)
def add_account(new: wire.AccountIn, database: TheDatabase, actor: TheActor) -> wire.AccountMade:
    """A new account; with the first one, which is an admin's, everybody must log in."""
    account, secret = admission.add_account(
        database, new.name, new.role, new.password, by=actor.name
    )
    return wire.AccountMade(account=account, one_time_password=secret)


@router.patch("/accounts/{account_id}")
def change_account(
    account_id: RowNumber, change: wire.AccountEdit, database: TheDatabase, actor: TheActor
) -> wire.AccountMade:
    """Another role or password, or whether it may log in, from the next request on."""
    values = change.model_dump() | {"one_time": bool(change.one_time)}
    account, secret = admission.change_account(database, account_id, **values, by=actor.name)
    return wire.AccountMade(account=account, one_time_password=secret)


@router.delete("/accounts/{account_id}/sessions")
def shut_out(account_id: RowNumber, database: TheDatabase, actor: TheActor) -> wire.AccountOut:
    """End all sessions and tokens of an account, from the next request on."""
    return wire.AccountOut.model_validate(admission.shut_out(database, account_id, actor.name))
