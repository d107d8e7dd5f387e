"""Accounts and tokens on the wire. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from service.store.people import Role
from service.web.wire import Line, Wire

Password = Annotated[str, Field(max_length=1000, description="10 characters or more")]


class AccountOut(Wire):
    """A person who may log in; `temporary`: the password must be changed at the next login."""

    id: int
    name: str
    role: Role
    language: str | None
    active: bool
    temporary: bool
    created_at: datetime


class AccountIn(Wire):
    """A new account; without a password it gets one for the first login."""

    name: Line
    role: Role
    password: Password | None = None


class AccountEdit(Wire):
    """What shall be different; what is left out stays."""

    role: Role | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    password: Password | None = None
    one_time: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="true: make a password for one login"
    )


class AccountMade(Wire):
    """An account, and the password for its first login where one was made; it is shown once."""

    account: AccountOut
    one_time_password: str | None


class PlaceLookOut(Wire):
    """Somebody was told exact places: at this address for the first time that day, or to take
    away."""

    id: int
    person: str
    role: Role
    address: str
    exported: bool
    looked_at: datetime


class PlaceLooksOut(Wire):
    """Who was told exact places, newest first; count: of all that are on record."""

    count: int
    looks: list[PlaceLookOut]


class MeOut(Wire):
    """Who asks; `single`: there are no accounts, and everybody at this computer may do all."""

    name: str
    role: Role
    single: bool
    language: str | None


class TokenOut(Wire):
    """A token of a program, without its text."""

    id: int
    name: str
    scope: Role
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None


class TokenIn(Wire):
    """A new token; `scope` is the most it may do, whatever its account may."""

    name: Line
    scope: Role = Role.VIEWER
    days: Annotated[int, Field(strict=True, ge=1, le=365)] = 90


class TokenMade(Wire):
    """A token and its text, which is shown this once."""

    token: TokenOut
    secret: str
