"""Files of strangers into the catalogue: checked, kept on disk, and queued, before we answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from reid.errors import InputError
from reid.interchange.individual_names import refuse_hidden
from reid.interchange.photo_tables import PhotoTable
from reid.photo import exif
from reid.photo.crop import parse_box, readable_part, resolve_box
from reid.photo.errors import FileOfASystem
from reid.photo.file_names import is_of_a_system
from reid.photo.images import MEDIA_TYPES, DecodedPhoto, decode_small, probe
from reid.photo.likeness import sketch
from reid.types import Box, Flank
from service.photos.again import Prepared, stated_again
from service.photos.correcting import erased_on
from service.photos.errors import FileIsEmpty, SuchPhotoWasErased, TooManyBytes
from service.photos.forms import IncomingFile
from service.photos.statements import (
    Statements,
    claims_of_uploader,
    photo_values,
    statements_of_file,
    zone_of,
)
from service.settings import Settings
from service.store import (
    arriving,
    clocks,
    corrections,
    encounters,
    jobs,
    photos,
    stated,
    uploads,
)
from service.store.corrections import CorrectedValue
from service.store.database import Database, one_at_a_time
from service.store.files import PhotoFiles, digest
from service.store.people import ANONYMOUS
from service.store.photos import Claim, Photo
from service.store.reasons import packed
from service.store.tables.base import now
from service.store.uploads import Receipt, Upload
from service.web.metrics import Metrics
from service.web.parameters import component


class Intake:
    """Takes uploads."""

    def __init__(self, database: Database, files: PhotoFiles, settings: Settings) -> None:
        self._database, self._files, self._settings = database, files, settings

    def accept(
        self,
        incoming: Iterable[IncomingFile],
        statements: Statements,
        person: str = ANONYMOUS,
        *,
        table: PhotoTable | None = None,
        upload_id: int | None = None,
        arrived_as: str = "",
    ) -> Upload:
        """Keep every file that can be kept; what is in the result survives any kill.

        A file that cannot be kept is a line of the result with its reason, and stops no other. What
        is stated of a photo that is known already is a correction by this person. table: states
        more of single files. upload_id: an upload that these files are added to; the result holds
        these files only. arrived_as: the id of the only file, where it arrived in pieces; raises
        TakenMeanwhile where another request took it in.
        """
        receipts: list[Receipt] = []
        prepared: list[Prepared] = []
        for position, (name, data) in enumerate(incoming):
            try:
                if is_of_a_system(name):
                    raise FileOfASystem()
                own = statements_of_file(statements, position, table.of(name) if table else None)
                accepted = self._prepare(position, _plain(name), data, own)
            except InputError as error:
                refused = Receipt(_plain(name), None, error_code=error.code)
                receipts.append(replace(refused, error_detail=error))
            else:
                receipt = Receipt(accepted.photo.file_name, accepted.photo.id)
                receipts.append(replace(receipt, individual=own.individual))
                prepared.append(accepted)
        return self._record(receipts, prepared, person, upload_id, arrived_as)

    def _prepare(self, position: int, name: str, data: bytes, statements: Statements) -> Prepared:
        """Check a file and put its bytes on disk."""
        if not data:
            raise FileIsEmpty()
        for text in (statements.station, statements.camera, statements.encounter):
            refuse_hidden(text or "")
        if len(data) > self._settings.max_photo_bytes:
            raise TooManyBytes(bytes=len(data), limit=self._settings.max_photo_bytes)
        header = probe(data, max_pixels=self._settings.max_pixels)
        box = _box(statements.boxes, header.width, header.height)
        decoded = decode_small(data, max_pixels=self._settings.max_pixels)
        box = _readable(box, decoded)
        capture, in_name = exif.read(data, file_name=name), exif.time_in_name(name)
        in_file = capture.captured_at if capture.source == "exif" else None
        times = [
            ("form", statements.captured_at),
            ("exif", in_file),
            ("file name", in_name),
        ]
        cameras = [("form", statements.camera), ("exif", capture.camera)]
        captured_at = next((time for _, time in times if time), None)
        latitude, longitude = capture.position or (None, None)
        photo = Photo(
            id=digest(data),
            file_name=name,
            media_type=MEDIA_TYPES[header.format],
            bytes=len(data),
            width=header.width,
            height=header.height,
            camera=next((camera for _, camera in cameras if camera), None),
            captured_at=_wall_clock(captured_at),
            zone=zone_of(captured_at),
            latitude=latitude,
            longitude=longitude,
            created_at=now(),
            file_time=_wall_clock(in_file or in_name),
            sequence=capture.sequence,
            likeness=sketch(decoded.image).hex(),
            damage=packed(decoded.damage),
            **photo_values(statements),
        )
        claims = _claims("captured_at", [(s, t.isoformat() if t else None) for s, t in times])
        claims += _claims("camera", cameras) + claims_of_uploader(statements, box)
        self._refuse_erased(photo.id)
        self._files.put(data)
        return Prepared(position, photo, statements, box, claims)

    def _refuse_erased(self, photo_id: str) -> None:
        """What was erased does not come back."""
        with self._database.read() as connection:
            if photos.known(connection, photo_id) and photos.get(connection, photo_id).erased:
                raise SuchPhotoWasErased(day=erased_on(connection, photo_id))

    def _record(
        self,
        receipts: list[Receipt],
        prepared: list[Prepared],
        person: str,
        upload_id: int | None,
        arrived_as: str,
    ) -> Upload:
        """One transaction for photos, annotations, corrections, jobs and the list of files.

        One upload after the other: two may bring the same photo, or photos of one encounter. A
        known photo that could not be embedded is tried again.
        """
        oldest_first = sorted(prepared, key=lambda file: file.photo.captured_at or datetime.max)  # noqa: DTZ901
        corrected: list[CorrectedValue] = []
        with self._database.write() as connection:
            one_at_a_time(connection, "upload")
            named = all(file.statements.encounter for file in prepared)
            unplaced = None if named else encounters.add(connection)
            for file in oldest_first:
                receipt = receipts[file.position]
                if not photos.known(connection, file.photo.id):
                    self._insert(connection, file, unplaced)
                    receipts[file.position] = replace(receipt, created=True)
                    continue
                again = stated_again(connection, file)
                corrected += again.values
                receipts[file.position] = replace(
                    receipt,
                    photo_id=receipt.photo_id if again.kept else None,
                    changed=again.changed,
                    error_code=again.problem.code if again.problem else None,
                    error_detail=again.problem,
                )
            if corrected:
                follow = clocks.following(connection, corrected)
                stated.apply(connection, follow)
                corrected += follow
                corrections.record(
                    connection, kind="stated", person=person, reason="", values=corrected
                )
            number, first = uploads.add(connection, receipts, upload_id)
            if arrived_as:
                arriving.take(connection, arrived_as, number, first)
            fresh = [receipt.photo_id for receipt in receipts if receipt.created]
            encounters.regroup(connection, [n for n in fresh if n], new=True)
            if unplaced is not None:
                encounters.drop_unused(connection, unplaced)
        with self._database.read() as connection:
            return uploads.get(connection, number, since=first)

    def _insert(self, connection: Connection, file: Prepared, unplaced: int | None) -> None:
        """Keep a new photo with its animal, which waits to be embedded.

        unplaced: the encounter that holds photos until they are grouped, unless one is stated.
        """
        photo, statements = file.photo, file.statements
        if photo.station:
            photos.add_station(connection, photo.station)
        clock = None
        if statements.captured_at is None:
            photo, clock = clocks.corrected(connection, photo)
        photos.add(connection, photo, file.claims)
        encounter = None if statements.encounter else unplaced
        if encounter is None:
            encounter = encounters.named(connection, statements.encounter or "", statements.station)
            encounters.stretch(connection, encounter, photo.captured_at)
        annotation = photos.add_annotation(
            connection,
            photo_id=photo.id,
            encounter_id=encounter,
            flank=statements.flank or Flank.UNKNOWN,
            box=file.box,
            placed="person" if statements.encounter else "rule",
        )
        if clock is not None:
            stated.apply(connection, clocks.note(connection, clock, file.photo, photo))
        jobs.enqueue(connection, "embed", {"annotation": annotation})


def _plain(name: str) -> str:
    """The last part of a file name, printable and of bounded length."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c if c.isprintable() else "?" for c in last)[-200:] or "unnamed"


def _box(boxes: Sequence[str], width: int, height: int) -> Box | None:
    """The box of a file, if one is stated."""
    text = boxes[0] if boxes else ""
    return resolve_box(parse_box(text), width, height) if text.strip() else None


def _readable(box: Box | None, photo: DecodedPhoto) -> Box | None:
    """What of a box can be read; the box itself where too little can, which the embedding says."""
    if photo.damage is None:
        return box
    try:
        area = readable_part(box, photo.readable)
    except InputError:
        return box
    whole = (area.width, area.height) == photo.size
    return None if box is None and whole else area


def _wall_clock(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


def _claims(name: str, values: Sequence[tuple[str, str | None]]) -> list[Claim]:
    """Statements on one field, source and value each, best source first; the first is used."""
    stated = [(source, value) for source, value in values if value]
    return [Claim(name, value, source, n == 0) for n, (source, value) in enumerate(stated)]


TheIntake = Annotated[Intake, Depends(component(Intake))]
"""The app's, for a route."""


def count_files(metrics: Metrics, result: Upload) -> None:
    """Add the outcomes of an upload to the counters: created, known and refused files."""
    created = sum(one.created for one in result.files)
    outcomes = {"created": created, "refused": result.refused}
    outcomes["known"] = len(result.files) - created - result.refused
    for outcome, count in outcomes.items():
        metrics.files.labels(outcome).inc(count)
