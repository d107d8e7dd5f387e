"""Which encounters annotations are in, and from when to when and where an encounter is."""

from collections.abc import Collection

from sqlalchemy import Connection, case, func, select, update

from service.store.database import rows_in
from service.store.photos import IN_USE
from service.store.tables.encounters import annotation, encounter
from service.store.tables.photos import photo


def of_annotations(connection: Connection, annotation_ids: Collection[int]) -> set[int]:
    """The encounters of annotations."""
    query = select(annotation.c.encounter_id).distinct()
    return {row[0] for row in rows_in(connection, query, annotation.c.id, annotation_ids)}


def span(connection: Connection, encounter_ids: Collection[int]) -> None:
    """Time and station of encounters as their photos have them; of empty ones they stay.

    The station stays, too, where the photos name several.
    """
    time, place = photo.c.captured_at, photo.c.station
    query = (
        select(
            annotation.c.encounter_id,
            func.min(time).label("started_at"),
            func.max(time).label("ended_at"),
            func.min(place).label("station"),
            (func.count(place.distinct()) + func.max(case((place.is_(None), 1), else_=0))).label(
                "stations"
            ),
        )
        .join(photo, photo.c.id == annotation.c.photo_id)
        .where(IN_USE)
        .group_by(annotation.c.encounter_id)
    )
    for row in list(rows_in(connection, query, annotation.c.encounter_id, encounter_ids)):
        values = {"started_at": row.started_at, "ended_at": row.ended_at}
        if row.stations == 1:
            values["station"] = row.station
        of_this = encounter.c.id == row.encounter_id
        connection.execute(update(encounter).where(of_this).values(values))
