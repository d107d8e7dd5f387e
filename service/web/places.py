"""How a request is told places, and the record of who was told exact ones."""

import logging
from datetime import date
from threading import Lock
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from sqlalchemy.exc import DBAPIError

from reid.interchange.obscuring import Telling
from service.settings import Settings
from service.store import place_looks
from service.store.database import Database
from service.store.people import Actor
from service.store.tables.base import now
from service.web.errors import PlacesHidden
from service.web.parameters import actor_of, component_of

log = logging.getLogger(__name__)
REMEMBERED = 10_000


class PlaceLog:
    """Writes down who was told exact places; of what it wrote today it asks the database no more.

    Nobody is refused a page because the record cannot be written; an export is.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, Lock()
        self._today: date | None = None
        self._noted: set[tuple[int, str]] = set()

    def look(self, account_id: int, address: str) -> None:
        """Note a page or an answer with exact places."""
        with self._lock:
            if self._today != now().date() or len(self._noted) > REMEMBERED:
                self._today, self._noted = now().date(), set()
            if (account_id, address) in self._noted:
                return
            self._noted.add((account_id, address))
        try:
            with self._database.write() as connection:
                place_looks.add(connection, account_id, address, exported=False)
        except DBAPIError:
            with self._lock:
                self._noted.discard((account_id, address))
            log.exception("that exact places were shown could not be written down")

    def export(self, account_id: int, address: str) -> None:
        """Note that somebody takes exact places away."""
        with self._database.write() as connection:
            place_looks.add(connection, account_id, address, exported=True)


def told_places(request: Request) -> Telling:
    """How who asks is told places here; exact ones are written down where there are accounts."""
    actor = actor_of(request)
    if not actor.sees_places:
        return _level(request)
    if actor.account_id is not None:
        component_of(request, PlaceLog).look(actor.account_id, request.url.path)
    return Telling.EXACT


ToldPlaces = Annotated[Telling, Depends(told_places)]


def asked_places(
    request: Request,
    positions: Annotated[
        Literal["rounded", "exact"],
        Query(description="of stations; rounded: to squares or withheld, as REID_PLACES says"),
    ] = "rounded",
) -> Telling:
    """Exact positions where they are asked for; refused to those who may not see them."""
    actor: Actor = actor_of(request)
    if positions == "exact" and not actor.sees_places:
        raise PlacesHidden()
    if positions == "rounded":
        return _level(request)
    if actor.account_id is not None:
        address = f"{request.url.path}?{request.url.query}"
        component_of(request, PlaceLog).export(actor.account_id, address)
    return Telling.EXACT


AskedPlaces = Annotated[Telling, Depends(asked_places)]


def _level(request: Request) -> Telling:
    """What the owner of this catalogue chose for those who may not see places."""
    return component_of(request, Settings).telling
