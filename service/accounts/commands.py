"""The commands `leopard-reid account ...`: accounts without a running service."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.accounts.errors import NoAccountNamed
from service.settings import read_settings
from service.store.people import Role

if TYPE_CHECKING:
    from service.store.accounts import Account
    from service.store.database import Database

accounts = typer.Typer(
    no_args_is_help=True,
    help="People who may log in. With the first account everybody must; see docs/accounts.md.",
)

Name = Annotated[str, typer.Argument(help="As it stands under decisions.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
OneTime = Annotated[
    bool, typer.Option("--one-time", help="Make a password for one login and print it.")
]


@accounts.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account may do.")],
    one_time: OneTime = False,
    data_dir: DataDir = None,
) -> None:
    """Make an account; the first must be an admin's. The password is asked, or read from stdin."""
    from service.accounts.admission import add_account

    with _database(data_dir) as database:
        account, secret = add_account(
            database, name, role, None if one_time else _typed_password(), own=True
        )
    typer.echo(secret or f"{account.name} may log in as {account.role.value}")


@accounts.command()
def password(name: Name, one_time: OneTime = False, data_dir: DataDir = None) -> None:
    """Set another password, asked or read from stdin; all sessions of the account end."""
    from service.accounts.admission import change_account, set_own_password

    with _database(data_dir) as database:
        number = _account_named(database, name).id
        if one_time:
            _, secret = change_account(database, number, one_time=True)
            typer.echo(secret)
            return
        set_own_password(database, number, _typed_password())
    typer.echo(f"{name} has another password and is logged out everywhere")


@accounts.command()
def role(
    name: Name,
    to: Annotated[Role, typer.Argument(help="What the account may do from now on.")],
    data_dir: DataDir = None,
) -> None:
    """Give an account another role, from its next request on."""
    account = _changed(data_dir, name, role=to)
    typer.echo(f"{account.name} is {account.role.value}")


@accounts.command("list")
def list_accounts(data_dir: DataDir = None) -> None:
    """Print all accounts, active ones first."""
    from service.store.accounts import every

    with _database(data_dir) as database, database.read() as connection:
        for account in every(connection):
            state = "active" if account.active else "closed"
            typer.echo(
                f"{account.name:24} {account.role.value:9} {state:7} {account.created_at:%Y-%m-%d}"
            )


@accounts.command()
def deactivate(name: Name, data_dir: DataDir = None) -> None:
    """Close an account and end all its sessions and tokens; its name stays under its decisions."""
    account = _changed(data_dir, name, active=False)
    typer.echo(f"{account.name} cannot log in any more")


def _changed(
    data_dir: Path | None, name: str, *, role: Role | None = None, active: bool | None = None
) -> "Account":
    from service.accounts.admission import change_account

    with _database(data_dir) as database:
        number = _account_named(database, name).id
        return change_account(database, number, role=role, active=active)[0]


@contextmanager
def _database(data_dir: Path | None) -> Iterator["Database"]:
    """The database of the settings, made if there is none: accounts may come before photos."""
    from service.store.claiming import claim
    from service.store.database import Database
    from service.store.files import PhotoFiles

    settings = read_settings(data_dir=data_dir)
    database = Database(settings.database)
    try:
        claim(database, PhotoFiles(settings.photos), settings.data_dir)
        yield database
    finally:
        database.close()


def _account_named(database: "Database", name: str) -> "Account":
    from service.store.accounts import named

    with database.read() as connection:
        account = named(connection, name)
    if account is None:
        raise NoAccountNamed(name=name)
    return account


def _typed_password() -> str:
    """A password from the terminal, or the first line of what is piped in; never an option."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
