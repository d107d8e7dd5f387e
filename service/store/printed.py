"""Times that the machine read from the pixels of photos."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from service.store import corrections
from service.store.corrections import CorrectedValue
from service.store.people import BANNER_READER
from service.store.photos import Photo
from service.store.stated import BANNER
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.photos import photo


def texts_of_camera(connection: Connection, shown: Photo) -> dict[str, str]:
    """Photo -> printed text, of the camera of a photo; of it alone where the camera has no name."""
    same = photo.c.id == shown.id
    if shown.station and shown.camera:
        same = (photo.c.station == shown.station) & (photo.c.camera == shown.camera)
    query = (
        select(photo.c.id, corrected_value.c.after)
        .join(corrected_value, corrected_value.c.photo_id == photo.c.id)
        .join(correction, correction.c.id == corrected_value.c.correction_id)
        .where(same, corrected_value.c.field == BANNER, correction.c.person == BANNER_READER)
        .order_by(photo.c.id)
    )
    return {row.id: row.after for row in connection.execute(query)}


def let_file_show(connection: Connection, photo_id: str, moment: datetime) -> None:
    """Keep what a photo itself shows of its time, where its file states none."""
    none = (photo.c.id == photo_id) & photo.c.file_time.is_(None)
    connection.execute(update(photo).where(none).values(file_time=moment))


def record(connection: Connection, value: CorrectedValue, reason: str) -> None:
    """Keep in the history what the machine read."""
    corrections.record(
        connection, kind="stated", person=BANNER_READER, reason=reason, values=[value]
    )
