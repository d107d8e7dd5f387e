"""Photo bytes, each under the SHA-256 of its content; behind fsspec."""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from service.store.errors import (
    DiskFull,
    PhotoFileChanged,
    PhotoFileMissing,
    PhotoStoreGone,
    PhotoStoreUnreachable,
    PhotosUrlCannotWork,
    StorageReadOnly,
    StorageTrouble,
)

MARKER = "catalogue.json"
"""The file that says to which catalogue a photo store belongs."""
ABOUT = "leopard-reid: this folder holds the photos of one catalogue. Keep this file with them."
LEAST_FREE = 64 * 2**20
"""Bytes; a disk with fewer is called full before an upload finds it full."""
PHOTO_ID = re.compile(r"[0-9a-f]{64}")


def digest(data: bytes) -> str:
    """The id of a photo: SHA-256 of its bytes, hex."""
    return hashlib.sha256(data).hexdigest()


class PhotoFiles:
    """A folder, or an object store; a file is only ever deleted to erase it for good."""

    def __init__(self, url: str) -> None:
        """url: a path, or anything fsspec opens, e.g. s3://bucket/photos.

        Raises PhotosUrlCannotWork.
        """
        self.url = url
        try:
            # what other processes keep and erase is seen at once
            self._fs, self._root = fsspec.url_to_fs(url, use_listings_cache=False)
        except (ValueError, ImportError) as error:
            raise PhotosUrlCannotWork(reason=str(error).splitlines()[0]) from error
        self._local = isinstance(self._fs, LocalFileSystem)
        self._marked = False

    @property
    def folder(self) -> Path | None:
        """Where the files lie, if they lie in a folder of this machine."""
        return Path(self._root) if self._local else None

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their id; they are on the disk when this returns.

        A file of this name with other bytes is replaced. Raises PhotoStoreGone where the store was
        marked and its mark is gone: somebody unmounted it.
        """
        photo_id = digest(data)
        path = self._path(photo_id)
        if self._local:
            if self._marked and not Path(self._root, MARKER).exists():
                raise PhotoStoreGone()
            _write_durably(Path(path), data, there=self.whole(photo_id))
        elif not self.whole(photo_id):
            with self._answering():
                self._fs.pipe_file(path, data)
        return photo_id

    def get(self, photo_id: str) -> bytes:
        """The bytes of a photo; raises PhotoFileMissing, or PhotoFileChanged for other bytes."""
        try:
            with self._answering():
                data: bytes = self._fs.cat_file(self._path(photo_id))
        except FileNotFoundError as error:
            raise PhotoFileMissing(photo=photo_id) from error
        if digest(data) != photo_id:
            raise PhotoFileChanged(photo=photo_id)
        return data

    def size(self, photo_id: str) -> int | None:
        """Bytes of the file as it is; None where it is not there."""
        try:
            with self._answering():
                return int(self._fs.size(self._path(photo_id)))
        except FileNotFoundError:
            return None

    def erase(self, photo_id: str) -> None:
        """Delete the bytes for good; nothing happens where they are gone."""
        with self._answering():
            if self._fs.exists(self._path(photo_id)):
                self._fs.rm_file(self._path(photo_id))

    def ids(self) -> Iterator[str]:
        """The photos that have a file, whatever is in it, in no order."""
        with self._answering():
            if self._fs.isdir(self._root):
                for _, _, names in self._fs.walk(self._root):
                    yield from filter(PHOTO_ID.fullmatch, names)

    def mark(self) -> str | None:
        """The id of the catalogue that the store belongs to; None where it says nothing."""
        try:
            with self._answering():
                marker = json.loads(self._fs.cat_file(f"{self._root}/{MARKER}"))
            return str(marker["catalogue"])
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None

    def belong_to(self, catalogue: str) -> None:
        """Mark the store as this catalogue's; `put` looks from now on whether the mark is there."""
        if self.mark() != catalogue:
            text = json.dumps({"catalogue": catalogue, "about": ABOUT}, indent=2).encode()
            if self._local:
                _write_durably(Path(self._root, MARKER), text, there=False)
            else:
                with self._answering():
                    self._fs.pipe_file(f"{self._root}/{MARKER}", text)
        self._marked = True

    def trouble(self) -> StorageTrouble | None:
        """Why nothing could be kept now; of a folder only, and None where all is well."""
        if not self._local:
            return None
        if self._marked and not Path(self._root, MARKER).exists():
            return PhotoStoreGone()
        return folder_trouble(Path(self._root))

    def whole(self, photo_id: str) -> bool:
        """Whether its bytes are there and are those of its name."""
        try:
            with self._answering():
                return digest(self._fs.cat_file(self._path(photo_id))) == photo_id
        except FileNotFoundError:
            return False

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """PhotoStoreUnreachable for whatever an object store fails with, but a file not there."""
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise
        except Exception as error:
            if self._local:
                raise
            raise PhotoStoreUnreachable() from error

    def _path(self, photo_id: str) -> str:
        return f"{self._root}/{photo_id[:2]}/{photo_id}"


def folder_trouble(folder: Path) -> StorageTrouble | None:
    """Why nothing could be written into a folder that is there; nothing is tried."""
    if not os.access(folder, os.W_OK):
        return StorageReadOnly()
    return DiskFull() if shutil.disk_usage(folder).free < LEAST_FREE else None


def _write_durably(path: Path, data: bytes, *, there: bool) -> None:
    """Write beside, flush to disk, rename, flush the folder: a kill leaves all or nothing.

    there: the file holds these bytes already.
    """
    if not there:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)  # of a full disk
    _flush_folder(path.parent)
    _flush_folder(path.parent.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
