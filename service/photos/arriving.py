"""Files whose bytes arrive in pieces, over a line that breaks; then the intake takes them.

The wire is tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, expiration and
termination. tuspyserver was read and tried for it and is not used: it writes bytes before it asks
who sends them, and appends twice what a killed service had written.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool

from service.photos.errors import BadUploadMetadata
from service.photos.forms import IncomingFile
from service.settings import Settings
from service.store import arriving, uploads
from service.store.arriving import ArrivingFile
from service.store.arriving_bytes import ArrivingBytes
from service.store.database import Database, one_at_a_time
from service.store.errors import (
    AnotherOffset,
    NotHereWhole,
    OtherBytesArrived,
    TakenMeanwhile,
    TooMuchArriving,
)
from service.store.files import PHOTO_ID, PhotoFiles, digest
from service.store.people import Actor
from service.store.uploads import Upload
from service.web.errors import BodyTooLarge, FileTooLarge, HttpRefusal
from service.web.parameters import component

WRITTEN_AT_ONCE = 256 * 2**10  # bytes
WRITTEN_AFTER_S = 1.0
"""Bytes of a slow line wait no longer in memory, where a kill would lose them."""
SWEPT_EVERY_S = 600.0
METADATA_KEY = re.compile(r"[!-+\--~]+")  # printable ASCII without space and comma


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """What is said of a file before its bytes come. sha256: "" where it is not said."""

    file_name: str
    bytes: int
    sha256: str = ""


class ArrivingFiles:
    """Keeps bytes that arrive in pieces until the file is whole."""

    def __init__(self, database: Database, files: PhotoFiles, settings: Settings) -> None:
        self._database, self._files, self._settings = database, files, settings
        self._bytes = ArrivingBytes(settings.data_dir)
        self._lasts = timedelta(hours=settings.arriving_hours)
        self._swept_s: float | None = None

    def begin(self, announced: AnnouncedFile, actor: Actor) -> ArrivingFile:
        """A new file, or the one that was begun before with the same name and SHA-256.

        Raises FileTooLarge, and TooMuchArriving where too many bytes are awaited already.
        """
        limit = self._settings.max_photo_bytes
        if announced.bytes > limit:
            raise FileTooLarge(bytes=announced.bytes, limit=limit)
        self.sweep()
        account, sha256 = actor.account_id, announced.sha256
        name, size = announced.file_name, announced.bytes
        with self._database.write() as connection:
            one_at_a_time(connection, "arriving")
            if sha256 and (before := arriving.begun(connection, account, name, sha256, size)):
                return before
            own, of_all = arriving.awaited(connection, account)
            counted = max(size, arriving.LEAST_COUNTED)
            self._refuse_too_much(own + counted, self._settings.max_arriving_bytes)
            self._refuse_too_much(of_all + counted, self._settings.max_arriving_bytes_of_all)
            return arriving.add(
                connection,
                account_id=account,
                file_name=name,
                bytes=size,
                sha256=sha256 or None,
                lasts=self._lasts,
            )

    def get(self, file_id: str, actor: Actor) -> ArrivingFile:
        """A file that this actor sends. Raises NoSuchArrivingFile."""
        with self._database.read() as connection:
            return arriving.get(connection, file_id, actor.account_id)

    def offset(self, file: ArrivingFile) -> int:
        """How many of its bytes are here: all, where a photo with its SHA-256 is in the store."""
        if file.upload_id is not None:
            return file.bytes
        here = self._bytes.size(file.id)
        return file.bytes if here < file.bytes and self._stored(file) else here

    async def receive(
        self, file: ArrivingFile, offset: int, parts: AsyncIterator[bytes], declared: int | None
    ) -> int:
        """Keep what comes, however it ends; gives the new offset. declared: bytes that will come.

        Raises AnotherOffset where the file is longer or shorter by now, HttpRefusal where more
        comes than was announced.
        """
        here = await run_in_threadpool(self.offset, file)
        if here != offset:
            raise AnotherOffset(bytes=here, stated=offset)
        if declared is not None and declared > file.bytes - offset:
            raise HttpRefusal(413, BodyTooLarge(limit=file.bytes - offset))
        waiting, since = bytearray(), monotonic()
        try:
            async for part in parts:
                waiting += part
                if len(waiting) >= WRITTEN_AT_ONCE or monotonic() > since + WRITTEN_AFTER_S:
                    written, waiting, since = bytes(waiting), bytearray(), monotonic()
                    offset = await run_in_threadpool(self._append, file, offset, written)
        finally:
            if waiting:
                offset = await run_in_threadpool(self._append, file, offset, bytes(waiting))
            await run_in_threadpool(self._bytes.flush, file.id)
        return offset

    def take(
        self, file_id: str, actor: Actor, accept: Callable[[IncomingFile, str], Upload]
    ) -> Upload:
        """Let `accept` take a file that is here whole, once; asked again, the same is answered.

        Raises NotHereWhole and OtherBytesArrived; then nothing was taken.
        """
        file = self.get(file_id, actor)
        if file.upload_id is None:
            data = self._whole(file)
            file = self.get(file_id, actor)  # another request may have taken it meanwhile
            if file.upload_id is None:
                with suppress(TakenMeanwhile):
                    result = accept((file.file_name, self._as_announced(file, data)), file.id)
                    self._bytes.remove(file.id)
                    return result
                file = self.get(file_id, actor)
        self._bytes.remove(file.id)  # whoever took it may have been killed before
        with self._database.read() as connection:
            return uploads.one_of(connection, file.upload_id or 0, file.position or 0)

    def give_up(self, file_id: str, actor: Actor) -> None:
        """Forget a file and its bytes. Raises NoSuchArrivingFile."""
        with self._database.write() as connection:
            file = arriving.get(connection, file_id, actor.account_id)
            if file.upload_id is None:
                arriving.remove(connection, file.id)
        self._bytes.remove(file_id)

    def sweep(self, *, now: bool = False) -> None:
        """Remove what expired, and bytes that no row knows; looks every ten minutes, or now."""
        if not now and self._swept_s is not None and monotonic() < self._swept_s + SWEPT_EVERY_S:
            return
        self._swept_s = monotonic()
        with self._database.write() as connection:
            expired = arriving.remove_expired(connection)
        for name in expired:
            self._bytes.remove(name)
        for name in [*self._bytes.untouched(self._lasts.total_seconds())]:
            with self._database.read() as connection:
                awaited = arriving.known(connection, name)
            if not awaited:
                self._bytes.remove(name)

    def _append(self, file: ArrivingFile, offset: int, data: bytes) -> int:
        """Raises HttpRefusal where it is more than was announced; what was announced is kept."""
        room = file.bytes - offset
        offset = self._bytes.append(file.id, offset, data[:room])
        if len(data) > room:
            raise HttpRefusal(413, BodyTooLarge(limit=room))
        return offset

    def _stored(self, file: ArrivingFile) -> bool:
        """Whether a photo of this SHA-256 is in the store, whole, as long as announced."""
        if not file.sha256 or self._files.size(file.sha256) != file.bytes:
            return False
        return self._files.whole(file.sha256)

    def _whole(self, file: ArrivingFile) -> bytes | None:
        data = self._bytes.read(file.id)
        if (data is None or len(data) < file.bytes) and file.sha256 and self._stored(file):
            return self._files.get(file.sha256)
        return b"" if data is None and not file.bytes else data

    def _as_announced(self, file: ArrivingFile, data: bytes | None) -> bytes:
        if data is None or len(data) < file.bytes:
            raise NotHereWhole(bytes=len(data or b""), announced=file.bytes)
        if file.sha256 and digest(data) != file.sha256:
            with self._database.write() as connection:
                arriving.remove(connection, file.id)
            self._bytes.remove(file.id)
            raise OtherBytesArrived()
        return data

    def _refuse_too_much(self, awaited: int, limit: int) -> None:
        if awaited > limit:
            raise TooMuchArriving(bytes=awaited, limit=limit)


TheArriving = Annotated[ArrivingFiles, Depends(component(ArrivingFiles))]
"""The app's, for a route."""


def announced_file(length: int, metadata: str) -> AnnouncedFile:
    """What a tus client announces: `filename` and `sha256` of Upload-Metadata are read.

    Raises BadUploadMetadata.
    """
    said: dict[str, str] = {}
    for entry in filter(None, (part.strip(" ") for part in metadata.split(","))):
        key, _, value = entry.partition(" ")
        if not METADATA_KEY.fullmatch(key) or key in said:
            raise BadUploadMetadata()
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadUploadMetadata() from error
    sha256 = said.get("sha256", "").lower()
    if sha256 and not PHOTO_ID.fullmatch(sha256):
        raise BadUploadMetadata()
    name = said.get("filename") or said.get("name") or ""
    return AnnouncedFile(name.replace("\x00", "")[-1000:], length, sha256)
