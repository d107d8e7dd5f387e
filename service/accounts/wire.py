"""Accounts and tokens on the wire. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from service.accounts import examples
from service.store.people import Role
from service.web.wire import Line, Wire, shown

Password = Annotated[str, Field(max_length=1000, description="10 characters or more")]


class AccountOut(Wire):
    """A person who may log in; `temporary`: the password must be changed at the next login."""

    model_config = shown(examples.ACCOUNT)

    id: int
    name: str
    role: Role
    language: str | None
    active: bool
    temporary: bool
    created_at: datetime


class AccountIn(Wire):
    """A new account; without a password it gets one for the first login."""

    model_config = shown(examples.ACCOUNT_IN)

    name: Line
    role: Role
    password: Password | None = None


class AccountEdit(Wire):
    """What shall be different; what is left out stays."""

    model_config = shown(examples.ACCOUNT_EDIT)

    role: Role | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    password: Password | None = None
    one_time: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="true: make a password for one login"
    )


class AccountMade(Wire):
    """An account, and the password for its first login where one was made; it is shown once."""

    model_config = shown(examples.ACCOUNT_MADE)

    account: AccountOut
    one_time_password: str | None


class MeOut(Wire):
    """Who asks; `single`: there are no accounts, and everybody at this computer may do all."""

    model_config = shown(examples.ME)

    name: str
    role: Role
    single: bool
    language: str | None


class TokenOut(Wire):
    """A token of a program, without its text."""

    model_config = shown(examples.TOKEN)

    id: int
    name: str
    scope: Role
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None


class TokenIn(Wire):
    """A new token; `scope` is the most it may do, whatever its account may."""

    model_config = shown(examples.TOKEN_IN)

    name: Line
    scope: Role = Role.VIEWER
    days: Annotated[int, Field(strict=True, ge=1, le=365)] = 90


class TokenMade(Wire):
    """A token and its text, which is shown this once."""

    model_config = shown(examples.TOKEN_MADE)

    token: TokenOut
    secret: str
