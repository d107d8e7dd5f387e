"""Stored encounters follow the rule of `reid.identify.grouping`, where no person shaped them.

The rule places annotations that nobody placed, in encounters without a name of an uploader that
nobody shaped. An encounter that people decided on, put into a case or up for review is neither
joined with another nor parted: a question asks about it instead.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, select, update

from reid.identify.grouping import PhotoToGroup, grouped
from service.store import rederiving, spans
from service.store.database import AT_ONCE, AnyRow, gap_of, gathered, insert_one, rows_in
from service.store.photos import IN_USE
from service.store.questions import ask
from service.store.tables.cases import case_encounter
from service.store.tables.encounters import annotation, decision, encounter
from service.store.tables.photos import photo, upload_file
from service.store.tables.reviews import review_pair

LOOKED_AT = (
    photo.c.id.label("photo_id"),
    *(photo.c[n] for n in ("station", "camera", "captured_at", "zone", "sequence", "file_name")),
)
ZONES_APART = timedelta(hours=26)  # the most by which wall clocks of one moment differ


@dataclass(frozen=True, slots=True)
class Placed:
    """One annotation that the rule may place, with what the rule looks at of its photo."""

    annotation: int
    encounter: int
    photo: PhotoToGroup


def regroup(connection: Connection, photo_ids: Collection[str], *, new: bool = False) -> None:
    """Let the encounters of these photos, and of those near them, follow the rule.

    new: these photos came in just now, and may leave any encounter.
    """
    gap = gap_of(connection)
    query = select(annotation.c.encounter_id).distinct()
    touched = {row[0] for row in rows_in(connection, query, annotation.c.photo_id, photo_ids)}
    moved = _Moves(connection, frozenset(photo_ids) if new else frozenset())
    concerned = {*photo_ids, *_together_with(connection, touched)}
    for place in _places(connection, concerned):
        around, seeds = _neighbourhood(connection, place, concerned, gap)
        for group in grouped([one.photo for one in around], gap):
            if seeds & set(group):
                moved.plan(group, around)
    touched |= moved.carry_out()
    spans.span(connection, touched)
    if new:
        _ask_beside_shaped(connection, photo_ids, gap)


def _ask_beside_shaped(connection: Connection, photo_ids: Collection[str], gap: timedelta) -> None:
    """Where new photos lie within the gap of an encounter that people shaped, they are asked.

    A shaped encounter gets no photos by the rule.
    """
    query = select(encounter).join(annotation, annotation.c.encounter_id == encounter.c.id)
    query = query.where(
        annotation.c.placed == "rule",
        encounter.c.name.is_(None),
        encounter.c.shaped.is_(False),
        encounter.c.started_at.is_not(None),
    )
    rows = rows_in(connection, query.distinct(), annotation.c.photo_id, photo_ids)
    for row in list(rows):
        near = (
            (encounter.c.station == row.station)
            & (encounter.c.started_at <= row.ended_at + gap)
            & (encounter.c.ended_at >= row.started_at - gap)
        )
        inside = (annotation.c.encounter_id == encounter.c.id) & IN_USE
        full = select(annotation.c.id).where(inside).exists()
        shaped = select(encounter.c.id).where(encounter.c.shaped, near, full)
        for number in connection.scalars(shaped.order_by(encounter.c.id)).all():
            ask(connection, "bridge", number, other=row.id)


def beside(connection: Connection, photo_id: str) -> int:
    """The encounter for another animal of a photo: one of its group that shows no other animal of
    it, the nearest in time, else a new one."""
    own = _looked_at(connection.execute(select(*LOOKED_AT).where(photo.c.id == photo_id)).one(), 0)
    if own.station is not None and own.moment is not None:
        gap = gap_of(connection)
        margin = gap + ZONES_APART
        near = photo.c.captured_at.between(own.moment - margin, own.moment + margin)
        query = _in_use().where(photo.c.station == own.station, near).order_by(annotation.c.id)
        around = [_placed(row, 0) for row in connection.execute(query)]
        groups = grouped({o.id: o for o in (own, *(one.photo for one in around))}.values(), gap)
        group = next(set(group) for group in groups if photo_id in group)
        taken = {one.encounter for one in around if one.photo.id == photo_id}
        free = [one for one in around if one.photo.id in group and one.encounter not in taken]
        if free:
            return min(free, key=lambda one: (_apart(own, one.photo), one.encounter)).encounter
    return insert_one(connection, insert(encounter).values(station=own.station))


class _Moves:
    """What groups ask of the stored encounters, gathered and carried out at once."""

    def __init__(self, connection: Connection, new: frozenset[str]) -> None:
        self._connection, self._new = connection, new
        self._groups: list[list[Placed]] = []

    def plan(self, group: Sequence[str], around: Sequence[Placed]) -> None:
        """Take down one group of photos."""
        ids = set(group)
        self._groups.append([one for one in around if one.photo.id in ids])

    def carry_out(self) -> set[int]:
        """Move annotations; the encounters that lost or got some."""
        numbers = {one.encounter for group in self._groups for one in group}
        held = _held(self._connection, numbers)
        earliest = sorted(self._groups, key=lambda group: min(map(_order, group)))
        taken: set[int] = set()
        goals: dict[int, int] = {}
        for group in earliest:
            settled = sorted({one.encounter for one in group if self._settled(one, held)})
            if settled:
                goals |= self._beside(group, settled)
                taken |= {goals[one.annotation] for one in group}
        for group in earliest:
            free = [one for one in group if one.annotation not in goals]
            goals |= self._together(free, taken, held)
        changes = {
            one.annotation: (one.encounter, goals[one.annotation])
            for group in self._groups
            for one in group
            if goals[one.annotation] != one.encounter
        }
        self._move(changes)
        self._ask_about_parts(held, goals)
        return {number for change in changes.values() for number in change}

    def _settled(self, one: Placed, held: set[int]) -> bool:
        """Whether people's work keeps it where it is."""
        return one.encounter in held and one.photo.id not in self._new

    def _beside(self, group: Sequence[Placed], settled: Sequence[int]) -> dict[int, int]:
        """In a group with encounters that people worked on, only new photos find their place."""
        others = sorted(
            {one.encounter for one in group if one.photo.id not in self._new} - set(settled)
        )
        there = [one for one in group if one.photo.id not in self._new]
        between = [one.photo.id for one in group if one.photo.id in self._new]
        for other in [*settled[1:], *others]:
            ask(self._connection, "bridge", settled[0], other=other, cut=between)
        goals = {one.annotation: one.encounter for one in there}
        for one in group:
            if one.photo.id in self._new:
                nearest = min(
                    there, key=lambda other: (_apart(one.photo, other.photo), other.encounter)
                )
                goals[one.annotation] = nearest.encounter
        return goals

    def _together(self, group: Sequence[Placed], taken: set[int], held: set[int]) -> dict[int, int]:
        """A free group keeps the lowest of its numbers that no other has, else gets a new one."""
        if not group:
            return {}
        own = sorted({one.encounter for one in group} - taken - held)
        if own:
            number = own[0]
        else:
            station = group[0].photo.station
            row = insert(encounter).values(station=station)
            number = insert_one(self._connection, row)
        taken.add(number)
        return {one.annotation: number for one in group}

    def _move(self, changes: Mapping[int, tuple[int, int]]) -> None:
        by_goal = gathered((goal, number) for number, (_, goal) in changes.items())
        for goal, numbers in by_goal.items():
            for start in range(0, len(numbers), AT_ONCE):
                these = annotation.c.id.in_(numbers[start : start + AT_ONCE])
                self._connection.execute(update(annotation).where(these).values(encounter_id=goal))
        touched = {number for change in changes.values() for number in change}
        rederiving.forget_pairs(self._connection, touched)

    def _ask_about_parts(self, held: set[int], goals: Mapping[int, int]) -> None:
        """Where the rule would part an encounter that people worked on."""
        parts: dict[int, list[list[int]]] = {}
        for group in sorted(self._groups, key=lambda group: min(map(_order, group))):
            by_goal = gathered((goals[one.annotation], one.annotation) for one in group)
            for number, numbers in by_goal.items():
                parts.setdefault(number, []).append(numbers)
        for number in sorted(held & parts.keys()):
            for cut in parts[number][1:]:
                ask(self._connection, "apart", number, cut=cut)


def _order(one: Placed) -> tuple[bool, datetime, int]:
    moment = one.photo.moment
    return moment is None, moment or datetime.max, one.annotation  # noqa: DTZ901


def _apart(one: PhotoToGroup, other: PhotoToGroup) -> timedelta:
    if one.moment is None or other.moment is None:
        return timedelta.max
    return abs(one.moment - other.moment)


def _held(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Those of these encounters that people decided on, put into a case or up for review."""
    columns = (
        decision.c.encounter_id,
        case_encounter.c.encounter_id,
        review_pair.c.one,
        review_pair.c.other,
    )
    return {
        row[0]
        for column in columns
        for row in rows_in(connection, select(column).distinct(), column, numbers)
    }


def _together_with(connection: Connection, encounter_ids: Collection[int]) -> set[str]:
    """The photos of encounters: one of them may have held the others together."""
    query = select(annotation.c.photo_id).distinct()
    return {row[0] for row in rows_in(connection, query, annotation.c.encounter_id, encounter_ids)}


def _places(connection: Connection, photo_ids: Collection[str]) -> list[str | None]:
    query = select(photo.c.station).distinct()
    names = {row.station for row in rows_in(connection, query, photo.c.id, photo_ids)}
    return sorted(names, key=lambda name: (name is None, name or ""))


def _neighbourhood(
    connection: Connection, station: str | None, photo_ids: Collection[str], gap: timedelta
) -> tuple[list[Placed], set[str]]:
    """All annotations that may have to do with these photos at one station, and whose count.

    The second value: photos whose groups are to be stored: these, and those that share an
    encounter or a group with them. The stretch of time is widened until it holds their groups; a
    station with photos without a time is looked at as a whole.
    """
    if station is None:
        rows = _of_uploads(connection, photo_ids)
        return rows, {one.photo.id for one in rows}
    margin, seeds = gap + ZONES_APART, set(photo_ids)
    here = photo.c.station == station
    clockless = {one.photo.id for one in _rows(connection, here & photo.c.captured_at.is_(None))}
    if clockless:  # counts of cameras reach over any time
        around = _rows(connection, here)
        return around, _closure(around, seeds | clockless, gap)
    while True:
        moments = _moments(connection, seeds)
        where = here
        if moments is not None:
            where &= photo.c.captured_at.between(moments[0] - margin, moments[1] + margin)
        around = _rows(connection, where)
        wider = _closure(around, seeds, gap)
        if wider <= seeds:
            return around, seeds
        seeds |= wider


def _closure(around: Sequence[Placed], seeds: Iterable[str], gap: timedelta) -> set[str]:
    """Photos that share a group or an encounter with these."""
    own, before = set(seeds), -1
    groups = [set(group) for group in grouped([one.photo for one in around], gap)]
    while len(own) != before:
        before = len(own)
        numbers = {one.encounter for one in around if one.photo.id in own}
        own |= {one.photo.id for one in around if one.encounter in numbers}
        for group in groups:
            if own & group:
                own |= group
    return own


def _moments(
    connection: Connection, photo_ids: Collection[str]
) -> tuple[datetime, datetime] | None:
    query = select(func.min(photo.c.captured_at), func.max(photo.c.captured_at))
    found = [row for row in rows_in(connection, query, photo.c.id, photo_ids) if row[0]]
    return (min(r[0] for r in found), max(r[1] for r in found)) if found else None


def _of_uploads(connection: Connection, photo_ids: Collection[str]) -> list[Placed]:
    """Photos without a station that came with these."""
    query = select(upload_file.c.upload_id).where(upload_file.c.created).distinct()
    uploads = {row[0] for row in rows_in(connection, query, upload_file.c.photo_id, photo_ids)}
    files = select(upload_file.c.photo_id).where(
        upload_file.c.created, upload_file.c.upload_id.in_(uploads)
    )
    return _rows(connection, and_(photo.c.station.is_(None), photo.c.id.in_(files)))


def _rows(connection: Connection, which: ColumnElement[bool]) -> list[Placed]:
    """Annotations that the rule may place, by their numbers."""
    rows = connection.execute(_free().where(which).order_by(annotation.c.id)).all()
    nowhere = [row.photo_id for row in rows if row.station is None]
    came = select(upload_file.c.photo_id, upload_file.c.upload_id).where(upload_file.c.created)
    uploads = {r[0]: r[1] for r in rows_in(connection, came, upload_file.c.photo_id, nowhere)}
    return [_placed(row, uploads.get(row.photo_id, 0)) for row in rows]


def _in_use() -> Select[Any]:
    return (
        select(
            annotation.c.id,
            annotation.c.encounter_id,
            *LOOKED_AT,
        )
        .join(photo, photo.c.id == annotation.c.photo_id)
        .join(encounter, encounter.c.id == annotation.c.encounter_id)
        .where(IN_USE, encounter.c.name.is_(None))
    )


def _free() -> Select[Any]:
    return _in_use().where(annotation.c.placed == "rule", encounter.c.shaped.is_(False))


def _placed(row: AnyRow, upload: int) -> Placed:
    return Placed(row.id, row.encounter_id, _looked_at(row, upload))


def _looked_at(row: AnyRow, upload: int) -> PhotoToGroup:
    return PhotoToGroup(
        id=row.photo_id,
        station=row.station,
        camera=row.camera,
        moment=row.captured_at,
        zone=row.zone,
        sequence=row.sequence,
        file_name=row.file_name,
        upload=upload,
    )
