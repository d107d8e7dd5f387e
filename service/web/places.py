"""Whether a request is told exact places, and the record of that."""

import logging
from datetime import date
from threading import Lock
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from sqlalchemy.exc import DBAPIError

from service.store import place_looks
from service.store.database import Database
from service.store.people import Actor
from service.store.tables.base import now
from service.web.errors import PlacesHidden
from service.web.parameters import actor_of

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


def told_places(request: Request) -> bool:
    """Whether who asks is told exact places here; it is written down where there are accounts."""
    actor = actor_of(request)
    if actor.sees_places and actor.account_id is not None:
        _log_of(request).look(actor.account_id, request.url.path)
    return actor.sees_places


ToldPlaces = Annotated[bool, Depends(told_places)]


def exactly(
    request: Request,
    positions: Annotated[
        Literal["rounded", "exact"],
        Query(description="of stations; rounded ones to squares of 33 km"),
    ] = "rounded",
) -> bool:
    """Whether exact positions are asked for; refused to those who may not see them."""
    actor: Actor = actor_of(request)
    if positions == "exact" and not actor.sees_places:
        raise PlacesHidden()
    if positions == "exact" and actor.account_id is not None:
        _log_of(request).export(actor.account_id, f"{request.url.path}?{request.url.query}")
    return positions == "exact"


Exactly = Annotated[bool, Depends(exactly)]


def _log_of(request: Request) -> PlaceLog:
    place_log = request.app.state.components[PlaceLog]
    assert isinstance(place_log, PlaceLog)  # noqa: S101
    return place_log
