"""What a route may ask for.

What only looks something up is async: FastAPI gives every plain function a thread of its own, and
with several of them a request under load waited more for threads than for its answer.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Annotated, TypeVar

from fastapi import Depends, Form, Path, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator

from service.settings import Settings
from service.store.database import Database
from service.store.people import Actor, Browser
from service.web.ahead import Ahead
from service.web.errors import NoParameters, NoSuchChoice, UnknownParameters
from service.web.metrics import Metrics
from service.web.wire import Visible

T = TypeVar("T")


class Components:
    """What an app or a command was built from: one value of each class, `components[Database]`."""

    def __init__(self, *values: object) -> None:
        self._values = {type(value): value for value in values}

    def __getitem__(self, kind: type[T]) -> T:
        """The value of this class."""
        value = self._values[kind]
        assert isinstance(value, kind)  # noqa: S101
        return value


def component_of(request: Request, kind: type[T]) -> T:
    """The app's value of this class."""
    components: Components = request.app.state.components
    return components[kind]


def component(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """The dependency of a route that takes the app's value of this class."""

    async def of_app(request: Request) -> T:
        return component_of(request, kind)

    return of_app


TheSettings = Annotated[Settings, Depends(component(Settings))]
TheDatabase = Annotated[Database, Depends(component(Database))]
TheMetrics = Annotated[Metrics, Depends(component(Metrics))]
TheAhead = Annotated[Ahead, Depends(component(Ahead))]


def actor_of(request: Request) -> Actor:
    """Who sends this request, as the gate found out; nobody came so far who may not."""
    actor = getattr(request.state, "actor", None)
    assert isinstance(actor, Actor), "an open route cannot ask who acts"  # noqa: S101
    return actor


def browser_of(request: Request) -> Browser:
    """Address and name of the program that asks."""
    address = request.client.host if request.client else "unknown"
    return Browser(address, request.headers.get("user-agent", ""))


async def _actor(request: Request) -> Actor:
    return actor_of(request)


async def _browser(request: Request) -> Browser:
    return browser_of(request)


TheActor = Annotated[Actor, Depends(_actor)]
TheBrowser = Annotated[Browser, Depends(_browser)]
RowNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
PhotoId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")]
Longest = Annotated[
    int | None, Query(ge=32, le=4096, description="longest side in pixels; left out, full size")
]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Password = Annotated[str, Form(max_length=1000)]

Text = Annotated[str, Form(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"), Visible]
"""One line that may be empty, such as the name of a reviewer."""


def plain(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without white space around it."""
    return text.replace("\x00", "").strip()


Remark = Annotated[str, Form(max_length=5000), AfterValidator(plain)]
"""Several lines, made plain."""


def whole_number(text: str) -> int | None:
    """A number of up to nine digits in an address or a form; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def choice(parameter: str, value: str, known: Iterable[str], default: str = "") -> str:
    """A filter in the address of a page; the default where it is empty.

    Raises NoSuchChoice for one that does not exist: no filter at all would list everything.
    """
    names = tuple(name for name in known if name)
    if not value:
        return default
    if value not in names:
        raise NoSuchChoice(parameter=parameter, value=value, known=names)
    return value


async def known_parameters(request: Request) -> None:
    """Raises UnknownParameters for one that the route does not have.

    A filter that is misspelt would otherwise be no filter, and the answer everything.
    """
    known = sorted({*_parameters(request.scope["route"].dependant)})
    unknown = tuple(sorted(request.query_params.keys() - {*known}))
    if unknown and known:
        raise UnknownParameters(unknown=unknown, known=tuple(known))
    if unknown:
        raise NoParameters(unknown=unknown)


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Names of what a route reads from the query, of all its dependencies."""
    yield from (field.alias for field in dependant.query_params)
    for part in dependant.dependencies:
        yield from _parameters(part)
