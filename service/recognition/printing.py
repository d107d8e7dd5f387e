"""Printed times of photos whose files state none; they are the machine's until a person acts."""

import logging
from dataclasses import replace

from sqlalchemy import Connection

from reid.photo.banner import FROM_PIXELS, can_read, read_banner
from reid.photo.banner_text import UNKNOWN_FORM, BannerForm, BannerTime, form_of, parse
from reid.types import Image
from service.settings import Settings
from service.store import clocks, corrections, photos, printed, stated
from service.store.corrections import CorrectedValue
from service.store.database import Database
from service.store.people import BANNER_READER
from service.store.stated import BANNER

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
        printed.record(connection, CorrectedValue(BANNER, None, text, photo_id), FROM_PIXELS)
        shown = photos.get(connection, photo_id)
        texts = printed.texts_of_camera(connection, shown)
        times = {number: parse(one) for number, one in texts.items()}
        form = form_of(times.values()) if shown.station and shown.camera else UNKNOWN_FORM
        for number, time in times.items():
            _date(connection, number, time, form)


def _dated(connection: Connection, photo_id: str) -> bool:
    """Whether a banner was read or a person said something about the time."""
    return bool(corrections.fields_of_photo(connection, photo_id) & {BANNER, "captured_at"})


def _date(connection: Connection, photo_id: str, time: BannerTime, form: BannerForm) -> None:
    """Let a photo have its printed time, corrected by the clock of its camera."""
    shown, moment = photos.get(connection, photo_id), time.by(form)
    if moment is None or shown.captured_at or shown.erased:
        return
    if "captured_at" in corrections.fields_of_photo(connection, photo_id):
        return
    printed.let_file_show(connection, photo_id, moment)
    value = CorrectedValue("captured_at", None, moment.isoformat(), photo_id)
    printed.record(connection, value, FROM_PIXELS)
    stated.apply(connection, [value], BANNER_READER)
    before = replace(shown, captured_at=moment, file_time=moment)
    after, clock = clocks.corrected(connection, before)
    if clock is not None:
        stated.apply(connection, clocks.note(connection, clock, before, after))
