"""Printed times of photos whose files state none; they are the machine's until a person acts."""

import logging
from dataclasses import replace

from sqlalchemy import Connection, select, update

from reid.photo.banner import FROM_PIXELS, can_read, read_banner
from reid.photo.banner_text import UNKNOWN_FORM, BannerForm, BannerTime, form_of, parse
from reid.types import Image
from service.settings import Settings
from service.store import clocks, corrections, photos, stated
from service.store.corrections import CorrectedValue
from service.store.database import Database
from service.store.people import BANNER_READER
from service.store.photos import Photo
from service.store.stated import BANNER
from service.store.tables.corrections import corrected_value, correction
from service.store.tables.photos import photo

log = logging.getLogger(__name__)


class PrintedTimes:
    """Reads the banners of photos that come in, and lets them date the photos."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._reads = settings.read_banners and can_read()
        self._texts: dict[str, str] = {}  # photo -> printed text, until it is kept

    def note(self, photo_id: str, image: Image) -> None:
        """Read a photo that has no time, and that nobody dated."""
        if not self._reads:
            return
        with self._database.read() as connection:
            if photos.get(connection, photo_id).captured_at or _dated(connection, photo_id):
                return
        try:
            text = read_banner(image).text
        except Exception:  # a time is welcome, and its want no reason to lose the photo
            log.exception("banner of %s", photo_id)
            return
        if text:
            self._texts[photo_id] = text

    def keep(self, connection: Connection, photo_id: str) -> None:
        """Record what was read, and date the photo and others of its camera that it explains."""
        text = self._texts.pop(photo_id, "")
        if not text or _dated(connection, photo_id):
            return
        read = CorrectedValue(BANNER, None, text, photo_id)
        _record(connection, read)
        shown = photos.get(connection, photo_id)
        printed = _printed_by(connection, shown)
        form = form_of(printed.values()) if shown.station and shown.camera else UNKNOWN_FORM
        for number, time in printed.items():
            _date(connection, number, time, form)


def _dated(connection: Connection, photo_id: str) -> bool:
    """Whether a banner was read or a person said something about the time."""
    rows = corrections.of_photo(connection, photo_id)
    return any(value.field in (BANNER, "captured_at") for row in rows for value in row.values)


def _printed_by(connection: Connection, shown: Photo) -> dict[str, BannerTime]:
    """What was read of each photo of the same camera; of this one alone where nobody named it."""
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
    return {row.id: parse(row.after) for row in connection.execute(query)}


def _date(connection: Connection, photo_id: str, time: BannerTime, form: BannerForm) -> None:
    """Let a photo have its printed time, corrected by the clock of its camera."""
    shown, moment = photos.get(connection, photo_id), time.by(form)
    if moment is None or shown.captured_at or shown.erased or _dated_by(connection, photo_id):
        return
    connection.execute(update(photo).where(photo.c.id == photo_id).values(file_time=moment))
    value = CorrectedValue("captured_at", None, moment.isoformat(), photo_id)
    _record(connection, value)
    stated.apply(connection, [value], BANNER_READER)
    before = replace(shown, captured_at=moment, file_time=moment)
    after, clock = clocks.corrected(connection, before)
    if clock is not None:
        stated.apply(connection, clocks.note(connection, clock, before, after))


def _dated_by(connection: Connection, photo_id: str) -> bool:
    """Whether the time of a photo was ever stated or corrected."""
    rows = corrections.of_photo(connection, photo_id)
    return any(value.field == "captured_at" for row in rows for value in row.values)


def _record(connection: Connection, value: CorrectedValue) -> None:
    corrections.record(
        connection, kind="stated", person=BANNER_READER, reason=FROM_PIXELS, values=[value]
    )
