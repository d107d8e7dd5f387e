"""Accounts for admins, one's own tokens, and who one is."""

from fastapi import APIRouter

from service.accounts import admission
from service.accounts.wire import (
    AccountEdit,
    AccountIn,
    AccountMade,
    AccountOut,
    MeOut,
    TokenIn,
    TokenMade,
    TokenOut,
)
from service.store import accounts, tokens
from service.web.errors import documented
from service.web.parameters import RowNumber, TheActor, TheDatabase

router = APIRouter(tags=["accounts"], responses=documented(400, 401, 403, 404, 409, 422))


@router.get("/me")
def get_me(actor: TheActor) -> MeOut:
    """Who asks, and what they may do."""
    return MeOut(name=actor.name, role=actor.role, single=actor.single, language=actor.language)


@router.get("/tokens")
def list_tokens(database: TheDatabase, actor: TheActor) -> list[TokenOut]:
    """One's own tokens, newest first, without their text."""
    with database.read() as connection:
        own_tokens = tokens.of_account(connection, admission.account_of(actor))
    return [TokenOut.model_validate(token) for token in own_tokens]


@router.post("/tokens", status_code=201)
def make_token(new: TokenIn, database: TheDatabase, actor: TheActor) -> TokenMade:
    """A token for a program; its text is shown this once. Needs a login, not a token."""
    token, secret = admission.make_token(database, actor, new.name, new.scope, new.days)
    return TokenMade(token=TokenOut.model_validate(token), secret=secret)


@router.delete("/tokens/{token_id}")
def revoke_token(token_id: RowNumber, database: TheDatabase, actor: TheActor) -> TokenOut:
    """End one of one's own tokens, from the next request on."""
    with database.write() as connection:
        ended = tokens.revoke(connection, admission.account_of(actor), token_id)
    return TokenOut.model_validate(ended)


@router.get("/accounts")
def list_accounts(database: TheDatabase) -> list[AccountOut]:
    """All accounts, active ones first."""
    with database.read() as connection:
        return [AccountOut.model_validate(account) for account in accounts.every(connection)]


@router.post("/accounts", status_code=201)
def add_account(new: AccountIn, database: TheDatabase, actor: TheActor) -> AccountMade:
    """A new account; with the first one, which is an admin's, everybody must log in."""
    account, secret = admission.add_account(
        database, new.name, new.role, new.password, by=actor.name
    )
    return AccountMade(account=AccountOut.model_validate(account), one_time_password=secret)


@router.patch("/accounts/{account_id}")
def change_account(
    account_id: RowNumber, change: AccountEdit, database: TheDatabase, actor: TheActor
) -> AccountMade:
    """Another role or password, or whether it may log in, from the next request on."""
    values = change.model_dump() | {"one_time": bool(change.one_time)}
    account, secret = admission.change_account(database, account_id, **values, by=actor.name)
    return AccountMade(account=AccountOut.model_validate(account), one_time_password=secret)


@router.delete("/accounts/{account_id}/sessions")
def shut_out(account_id: RowNumber, database: TheDatabase, actor: TheActor) -> AccountOut:
    """End all sessions and tokens of an account, from the next request on."""
    return AccountOut.model_validate(admission.shut_out(database, account_id, actor.name))
