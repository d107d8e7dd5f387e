"""Photos that hold one exposure: which one counts, where its copies are, and what counts once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from service.store import rederiving
from service.store.corrections import CorrectedValue, record
from service.store.database import gathered, rows_in
from service.store.errors import NotACopy
from service.store.photos import IN_USE, Photo, get
from service.store.tables.corrections import corrected_value
from service.store.tables.encounters import annotation
from service.store.tables.photos import photo

FIELD = "copy_of"
EXPOSURE = func.coalesce(photo.c.copy_of, photo.c.id)
"""The photo that counts of those that hold one exposure: the first one that is in use."""
NUMBER = select(func.coalesce(func.min(annotation.c.id), 0)).where(
    annotation.c.photo_id == photo.c.id
)
"""Of the first animal of a photo, 0 without any: by it photos stand in the order in which they were
kept, also where the clock was set back between them."""


@dataclass(frozen=True, slots=True)
class SketchRow:
    """A photo's sketch. number: of its newest animal."""

    photo_id: str
    number: int
    sketch: bytes


@dataclass(frozen=True, slots=True)
class CopiedPhoto:
    """A photo that another one is a copy of, or the other way round, and where it stands.

    encounters: numbers, of its annotations. uploaded_at: in UTC.
    """

    photo_id: str
    file_name: str
    uploaded_at: datetime
    encounters: tuple[int, ...]


def sketches(connection: Connection, after: int = 0) -> list[SketchRow]:
    """Sketches of all photos that have an animal of a higher number."""
    query = (
        select(photo.c.id, photo.c.likeness, annotation.c.id.label("number"))
        .join(annotation, annotation.c.photo_id == photo.c.id)
        .where(annotation.c.id > after, photo.c.likeness.is_not(None))
        .order_by(annotation.c.id)
    )
    newest = {
        row.id: SketchRow(row.id, row.number, bytes.fromhex(row.likeness))
        for row in connection.execute(query)
    }
    return list(newest.values())


def may_be_copy(connection: Connection, photo_id: str) -> Photo | None:
    """The photo, where nobody has said yet what it is a copy of, or that it is none."""
    new = get(connection, photo_id)
    said = select(corrected_value.c.id).where(
        corrected_value.c.photo_id == photo_id, corrected_value.c.field == FIELD
    )
    if new.copy_of or new.withdrawn or connection.execute(said.limit(1)).first():
        return None
    return new


def earlier(connection: Connection, new: Photo, ids: Sequence[str]) -> list[Photo]:
    """Those of these photos that were kept before it and are not erased, in this order."""
    numbered = select(photo.c.id, NUMBER.scalar_subquery().label("number"))
    rows = rows_in(connection, numbered, photo.c.id, [*ids, new.id])
    numbers = {row.id: row.number for row in rows}
    before = [one for one in ids if numbers[one] < numbers[new.id]]
    return [old for old in (get(connection, one) for one in before) if not old.erased]


def mark(connection: Connection, photo_id: str, original: Photo) -> None:
    """Note that a photo and its own copies hold the exposure of an earlier one."""
    values = {"copy_of": original.copy_of or original.id}
    connection.execute(update(photo).where(EXPOSURE.in_([photo_id])).values(values))
    settle(connection, [photo_id])


def settle(connection: Connection, photo_ids: Collection[str]) -> set[str]:
    """Let one photo of each of their exposures count: the first with an animal in use.

    Where there is none, the first. Returns the photos of exposures of which another counts now.
    """
    exposures = rows_in(connection, select(EXPOSURE.label("exposure")), photo.c.id, photo_ids)
    shows = select(annotation.c.id).where(annotation.c.photo_id == photo.c.id, IN_USE).exists()
    number = NUMBER.scalar_subquery().label("number")
    columns = (photo.c.id, photo.c.withdrawn, number, EXPOSURE.label("exposure"))
    query, wanted = select(*columns, shows.label("shows")), {row.exposure for row in exposures}
    rows = rows_in(connection, query, EXPOSURE, wanted)
    changed: set[str] = set()
    for counting, held in gathered((row.exposure, row) for row in rows).items():
        first = min(held, key=lambda row: (row.withdrawn, not row.shows, row.number))
        if first.id != counting:
            ids = {row.id for row in held}
            changed |= ids
            copied = update(photo).where(photo.c.id.in_(ids))
            connection.execute(copied.values(copy_of=first.id))
            connection.execute(update(photo).where(photo.c.id == first.id).values(copy_of=None))
    return changed


def not_a_copy(connection: Connection, photo_id: str, person: str, reason: str) -> int:
    """A person says that a photo is an exposure of its own; the number of the correction."""
    old = get(connection, photo_id)
    if old.copy_of is None:
        raise NotACopy(photo=photo_id)
    connection.execute(update(photo).where(photo.c.id == photo_id).values(copy_of=None))
    rederiving.forget_pairs(
        connection, encounters_of_exposures(connection, [photo_id, old.copy_of])
    )
    value = CorrectedValue(FIELD, old.copy_of, None, photo_id=photo_id)
    return record(connection, kind="stated", person=person, reason=reason, values=[value])


def of_photo(connection: Connection, photo_id: str) -> list[CopiedPhoto]:
    """The other photos of its exposure, the first one first."""
    return others(connection, [photo_id])[photo_id]


def others(connection: Connection, ids: Iterable[str]) -> dict[str, list[CopiedPhoto]]:
    """The other photos of the exposure of each of these, the first one first."""
    wanted = list(ids)
    exposures = {
        row.id: row.exposure
        for row in rows_in(
            connection, select(photo.c.id, EXPOSURE.label("exposure")), photo.c.id, wanted
        )
    }
    columns = (photo.c.id, photo.c.file_name, photo.c.created_at, EXPOSURE.label("exposure"))
    query = select(*columns).order_by(NUMBER.scalar_subquery())
    rows = list(rows_in(connection, query, EXPOSURE, sorted(set(exposures.values()))))
    shared = [row for row in rows if sum(r.exposure == row.exposure for r in rows) > 1]
    places = _encounters(connection, [row.id for row in shared])
    copied = {
        row.id: CopiedPhoto(row.id, row.file_name, row.created_at, places.get(row.id, ()))
        for row in shared
    }
    return {
        number: [
            copied[row.id]
            for row in shared
            if row.exposure == exposures.get(number) and row.id != number
        ]
        for number in wanted
    }


def encounters_of_exposures(connection: Connection, ids: Sequence[str]) -> frozenset[int]:
    """Encounters that hold these photos or a copy of them."""
    wanted = rows_in(connection, select(EXPOSURE.label("exposure")), photo.c.id, ids)
    query = select(annotation.c.encounter_id).join(photo, photo.c.id == annotation.c.photo_id)
    rows = rows_in(connection, query, EXPOSURE, sorted({row.exposure for row in wanted}))
    return frozenset(row.encounter_id for row in rows)


def beside_copies(connection: Connection, encounter_id: int) -> frozenset[int]:
    """The encounter, and all that hold a copy of one of its photos."""
    query = select(annotation.c.photo_id).where(annotation.c.encounter_id == encounter_id)
    ids = sorted(set(connection.scalars(query)))
    return encounters_of_exposures(connection, ids) | {encounter_id}


def counted_once(
    connection: Connection, sides: Sequence[Mapping[int, int]]
) -> list[dict[int, int]]:
    """Annotations (to any number each) of encounters that are compared, without those of a photo
    whose exposure another photo among them holds, too: the one that counts of them all, if it is
    there, else the first of them. A fused picture counts where its anchor does."""
    numbers = {abs(number) for side in sides for number in side}
    counting = counting_once(connection, dict.fromkeys(numbers, 0))
    return [{n: value for n, value in side.items() if abs(n) in counting} for side in sides]


def counting_once(connection: Connection, groups: Mapping[int, int]) -> set[int]:
    """Of annotations and the group of each, those without a photo whose exposure another photo of
    the group holds, too; see `counted_once`."""
    columns = (annotation.c.id, annotation.c.photo_id, EXPOSURE.label("exposure"))
    query = select(*columns).join(photo, photo.c.id == annotation.c.photo_id)
    rows = list(rows_in(connection, query, annotation.c.id, groups))
    speaks: dict[tuple[int, str], str] = {}
    for row in sorted(rows, key=lambda row: (row.photo_id != row.exposure, row.id)):
        speaks.setdefault((groups[row.id], row.exposure), row.photo_id)
    return {row.id for row in rows if speaks[groups[row.id], row.exposure] == row.photo_id}


def _encounters(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    query = select(annotation.c.photo_id, annotation.c.encounter_id).order_by(annotation.c.id)
    places: dict[str, tuple[int, ...]] = {}
    for row in rows_in(connection, query, annotation.c.photo_id, ids):
        before = places.get(row.photo_id, ())
        places[row.photo_id] = before if row.encounter_id in before else (*before, row.encounter_id)
    return places
