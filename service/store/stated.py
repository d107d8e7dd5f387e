"""What is stated of photos and annotations, as text, and writing it: one way for every change.

A value as text is what stands in `corrected_value`; None is "nothing stated". A change and its undo
are the same act with the two texts exchanged.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from reid.types import Box
from service.store import cases, copies, encounters, jobs, questions, rederiving, shaping, spans
from service.store.corrections import CorrectedValue
from service.store.database import AT_ONCE, gathered, rows_in
from service.store.people import ANONYMOUS, BANNER_READER
from service.store.photos import Annotation, Photo, add_station, annotations_with, drop_station
from service.store.photos import annotation_of as value_of_annotation
from service.store.photos import photo_of as value_of_photo
from service.store.tables.encounters import annotation
from service.store.tables.photos import claim, photo
from service.store.tables.stations import clock, deployment

ERASE = "erase"  # kind of job
YES = "yes"
UNKNOWN = "unknown"
PHOTO_FIELDS = (
    "captured_at",
    "zone",
    "station",
    "camera",
    "latitude",
    "longitude",
    "notes",
    "withdrawn",
)
ANNOTATION_FIELDS = (
    *("flank", "viewpoint", "box", "encounter", "placed", "withdrawn", "added"),
    "proposed",
)
QUESTION, CASE = "question ", "case "
"""Fields of an encounter: each is followed by the number of the question or the case."""
BANNER = "banner"
"""Field of a photo: the printed text that the machine read; nobody states it."""
CAMERAS = ("clock ", "deployment ")
"""Fields of a clock or a deployment, by its number: "clock 3" is its station, "clock 3 camera" its
camera."""
LOOKS = frozenset({"flank", "viewpoint", "box"})
"""Fields of an annotation from which its embedding is made."""
STAYS_IN_PLACE = LOOKS | {"proposed"}
"""Fields of an annotation that do not touch its place in an encounter."""
IN_OR_OUT = frozenset({"withdrawn", "added"})
"""Fields by which a photo or one of its animals comes into use or leaves it."""
PLACES = frozenset({"captured_at", "zone", "station"})
"""Fields of a photo by which it is put into an encounter."""


def photos_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Photo]:
    """Photos by their ids; unknown ones are left out."""
    return {
        row.id: value_of_photo(row) for row in rows_in(connection, select(photo), photo.c.id, ids)
    }


def annotations_by_photo(
    connection: Connection, photo_ids: Collection[str]
) -> dict[str, list[Annotation]]:
    """Photo -> its annotations by number, also withdrawn ones."""
    query = annotations_with().order_by(annotation.c.id)
    rows = rows_in(connection, query, annotation.c.photo_id, photo_ids)
    return gathered((one.photo_id, one) for one in map(value_of_annotation, rows))


def photo_text(stated: Photo, field: str) -> str | None:
    """The value of a field of a photo as text."""
    value = getattr(stated, field)
    if field == "captured_at":
        return value.isoformat() if value else None
    if field == "withdrawn":
        return YES if value else None
    if field == "zone":
        return None if value == UNKNOWN else str(value)
    if field in {"latitude", "longitude"}:
        return None if value is None else repr(float(value))
    return value or None


def annotation_text(stated: Annotation, field: str) -> str | None:
    """The value of a field of an annotation as text."""
    if field == "box":
        return box_text(stated.box)
    if field == "flank":
        return stated.flank.value
    if field == "viewpoint":
        return stated.stated_viewpoint.value if stated.stated_viewpoint else None
    if field == "encounter":
        return str(stated.encounter_id)
    if field == "placed":
        return stated.placed
    if field == "added":
        return None if stated.withdrawn else str(stated.id)
    if field == "proposed":
        return YES if stated.proposed else None
    return YES if stated.withdrawn else None


def present(
    connection: Connection, values: Sequence[CorrectedValue]
) -> dict[tuple[str | int, str], str | None]:
    """What is stated now where these values belong: photo or annotation, field -> text."""
    shown = photos_by_id(connection, {v.photo_id for v in values if v.photo_id})
    numbers = {v.annotation_id for v in values if v.annotation_id is not None}
    rows = rows_in(connection, annotations_with(), annotation.c.id, numbers)
    animals = {animal.id: animal for animal in map(value_of_annotation, rows)}
    texts: dict[tuple[str | int, str], str | None] = {}
    for value in values:
        if value.annotation_id is not None:
            animal = animals[value.annotation_id]
            texts[value.annotation_id, value.field] = annotation_text(animal, value.field)
        elif value.photo_id:
            texts[value.photo_id, value.field] = photo_text(shown[value.photo_id], value.field)
        elif of_an_encounter(value):
            texts[value.encounter_id or 0, value.field] = _encounter_text(connection, value)
        elif of_a_camera(value):
            texts[0, value.field] = _camera_text(connection, value.field)
    return texts


def of_an_encounter(value: CorrectedValue) -> bool:
    """Whether it is the answer to a question about an encounter, or that it is in a case."""
    return value.encounter_id is not None and value.field.startswith((QUESTION, CASE))


def of_a_camera(value: CorrectedValue) -> bool:
    """Whether it is the station or the camera of a clock or a deployment."""
    return value.photo_id is None and value.field.startswith(CAMERAS)


def box_text(box: Box | None) -> str | None:
    """Corners in pixels of the upright photo; None: the whole photo."""
    if box is None:
        return None
    corners = (box.x0, box.y0, box.x1, box.y1)
    return " ".join(f"{round(corner, 3):.10g}" for corner in corners)  # a thousandth of a pixel


def apply(
    connection: Connection, values: Sequence[CorrectedValue], person: str = ANONYMOUS
) -> None:
    """Write what stands in `after` of each value, and let all that rests on it be made again."""
    of_photos = [value for value in values if value.annotation_id is None and value.photo_id]
    of_animals = [value for value in values if value.annotation_id is not None]
    _write_photos(connection, of_photos, by_person=person != BANNER_READER)
    left = _write_annotations(connection, of_animals)
    _write_encounters(connection, filter(of_an_encounter, values), person)
    of_cameras = list(filter(of_a_camera, values))
    _write_cameras(connection, of_cameras)
    shaping.mark(
        connection,
        {int(n) for v in of_animals if v.field == "encounter" for n in (v.before, v.after) if n},
    )
    touched = {v.photo_id for v in of_photos if v.photo_id and v.field in PLACES}
    touched |= {v.photo_id for v in of_animals if v.photo_id and v.field not in STAYS_IN_PLACE}
    numbers = {
        v.annotation_id for v in of_animals if v.annotation_id is not None and v.field != "proposed"
    }
    gone = spans.of_annotations(connection, numbers) | left
    recounted = copies.settle(
        connection, {v.photo_id for v in values if v.photo_id and v.field in IN_OR_OUT}
    )
    gone |= copies.encounters_of_exposures(connection, sorted(recounted))
    rederiving.forget_pairs(connection, gone)
    rederiving.embed_again(
        connection,
        {v.annotation_id for v in of_animals if v.annotation_id is not None and v.field in LOOKS},
    )
    spans.span(connection, left)
    if touched:
        encounters.regroup(connection, touched)
    moved = [v for v in of_photos if v.field == "station"]
    moved += [v for v in of_cameras if not v.field.endswith(" camera")]
    for name in {v.before for v in moved if v.before}:
        drop_station(connection, name)


def _write_photos(
    connection: Connection, values: Sequence[CorrectedValue], *, by_person: bool
) -> None:
    for (field, after), ids in _alike(values, "photo_id").items():
        if field == "station" and after:
            add_station(connection, after)
        _set(connection, photo, ids, _photo_columns(field, after))
        if field in {"station", "camera", "notes"}:
            use_claims(connection, field, dict.fromkeys(ids, after))
    timed = {v.photo_id for v in values if v.photo_id and v.field in {"captured_at", "zone"}}
    if timed and by_person:
        query = select(photo.c.id, photo.c.captured_at, photo.c.zone)
        rows = rows_in(connection, query, photo.c.id, timed)
        times = {row.id: _moment(row.captured_at, row.zone) for row in rows}
        use_claims(connection, "captured_at", times)


def _write_annotations(connection: Connection, values: Sequence[CorrectedValue]) -> set[int]:
    """Write them; the encounters that lost an annotation."""
    left: set[int] = set()
    for (field, after), ids in _alike(values, "annotation_id").items():
        if field == "encounter":
            left |= spans.of_annotations(connection, ids)
        _set(connection, annotation, ids, _annotation_columns(field, after))
    for field in ("flank", "box"):
        of_photo = {v.photo_id: v.after for v in values if v.field == field and v.photo_id}
        use_claims(connection, field, of_photo)
    return left


def _write_encounters(
    connection: Connection, values: Iterable[CorrectedValue], person: str
) -> None:
    for value in values:
        name, _, number = value.field.partition(" ")
        if name == QUESTION.strip():
            state: Any = value.after
            questions.answered(connection, int(number), state, person)
        else:
            inside = value.after is not None
            cases.turn(connection, int(number), value.encounter_id or 0, person, inside=inside)


def _camera_row(field: str) -> tuple[Table, int, str]:
    """Table, number and column of what a field of CAMERAS names."""
    name, number, *column = field.split(" ")
    return (clock if name == "clock" else deployment), int(number), (*column, "station")[0]


def _camera_text(connection: Connection, field: str) -> str | None:
    """None, too, where it is removed."""
    table, number, column = _camera_row(field)
    query = select(table.c[column]).where(table.c.id == number)
    text: str | None = connection.scalar(query)
    return text or None


def _write_cameras(connection: Connection, values: Iterable[CorrectedValue]) -> None:
    for value in values:
        table, number, column = _camera_row(value.field)
        if table is deployment and column == "station" and value.after:
            add_station(connection, value.after)
        _set(connection, table, [number], {column: value.after or ""})


def _encounter_text(connection: Connection, value: CorrectedValue) -> str | None:
    name, _, number = value.field.partition(" ")
    if name == QUESTION.strip():
        return questions.get(connection, int(number)).state
    return YES if value.encounter_id in cases.get(connection, int(number)).encounters else None


def erase(connection: Connection, photo_id: str, annotation_ids: Collection[int]) -> None:
    """Let the row of a photo be all that is left of it, and queue the deletion of its bytes."""
    rederiving.forget_features(connection, annotation_ids)
    failed = {"state": "failed", "error_code": "photo_erased", "error_detail": None}
    _set(connection, annotation, annotation_ids, failed | {"error_facts": None})
    nothing = {"bytes": 0, "likeness": None}
    connection.execute(update(photo).where(photo.c.id == photo_id).values(nothing))
    jobs.enqueue(connection, ERASE, {"photo": photo_id})


def use_claims(connection: Connection, field: str, stated: Mapping[str, str | None]) -> None:
    """Let the claim with this value count for each photo, and no other one of this field.

    stated: photo -> value; None: none counts. What nobody claimed before is added as of the form.
    """
    of_field = select(claim).where(claim.c.field == field).order_by(claim.c.id)
    rows = gathered(
        (r.photo_id, r) for r in rows_in(connection, of_field, claim.c.photo_id, stated)
    )
    used: list[int] = []
    new: list[dict[str, object]] = []
    for photo_id, value in stated.items():
        fitting = [row for row in rows.get(photo_id, ()) if row.value == value]
        if fitting:
            used.append(fitting[-1].id)
        elif value is not None:
            row = {"photo_id": photo_id, "field": field, "value": value}
            new.append({**row, "source": "form", "used": True})
    unused = [row.id for claims in rows.values() for row in claims if row.used]
    _set(connection, claim, set(unused) - set(used), {"used": False})
    _set(connection, claim, used, {"used": True})
    if new:
        connection.execute(insert(claim), new)


def _alike(values: Iterable[CorrectedValue], owner: str) -> dict[tuple[str, str | None], list[Any]]:
    """Field and new value -> what gets it."""
    return gathered(((value.field, value.after), getattr(value, owner)) for value in values)


def _photo_columns(field: str, text: str | None) -> dict[str, object]:
    if field == "captured_at":
        return {field: datetime.fromisoformat(text) if text else None}
    if field == "withdrawn":
        return {field: text == YES}
    if field == "zone":
        return {field: text or UNKNOWN}
    if field in {"latitude", "longitude"}:
        return {field: float(text) if text else None}
    if field == "notes":
        return {field: text or ""}
    return {field: text}


def _annotation_columns(field: str, text: str | None) -> dict[str, object]:
    if field == "box":
        corners = [float(part) for part in text.split()] if text else [None] * 4
        return dict(zip(("x0", "y0", "x1", "y1"), corners, strict=True))
    if field == "encounter":
        return {"encounter_id": int(text or 0)}
    if field == "added":
        return {"withdrawn": text is None}
    if field in {"withdrawn", "proposed"}:
        return {field: text == YES}
    if field == "flank":
        return {"flank": text or UNKNOWN}
    return {field: text}


def _moment(captured_at: datetime | None, zone: str) -> str | None:
    """A time as claims keep it: with its zone where there is one."""
    if captured_at is None:
        return None
    return captured_at.isoformat() + ("" if zone == UNKNOWN else zone)


def _set(
    connection: Connection, table: Table, ids: Collection[Any], values: Mapping[str, object]
) -> None:
    """The same values for many rows."""
    numbers = list(ids)
    for start in range(0, len(numbers), AT_ONCE):
        these = table.c.id.in_(numbers[start : start + AT_ONCE])
        connection.execute(update(table).where(these).values(**values))
