"""Photo bytes, each under the SHA-256 of its content; behind fsspec."""

import hashlib
import os
import secrets
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from service.store.errors import PhotoFileMissing


def digest(data: bytes) -> str:
    """The id of a photo: SHA-256 of its bytes, hex."""
    return hashlib.sha256(data).hexdigest()


class PhotoFiles:
    """A folder, or an object store; a file is only ever deleted to erase it for good."""

    def __init__(self, url: str) -> None:
        """url: a path, or anything fsspec opens, e.g. s3://bucket/photos."""
        self._fs, self._root = fsspec.url_to_fs(url)
        self._local = isinstance(self._fs, LocalFileSystem)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their id; they are on the disk when this returns."""
        photo_id = digest(data)
        path = self._path(photo_id)
        if self._local:
            _write_durably(Path(path), data)
        elif not self._fs.exists(path):
            self._fs.pipe_file(path, data)
        return photo_id

    def get(self, photo_id: str) -> bytes:
        """The bytes of a photo."""
        try:
            data: bytes = self._fs.cat_file(self._path(photo_id))
        except FileNotFoundError as error:
            raise PhotoFileMissing(photo=photo_id) from error
        return data

    def erase(self, photo_id: str) -> None:
        """Delete the bytes for good; nothing happens where they are gone."""
        if self._fs.exists(self._path(photo_id)):
            self._fs.rm_file(self._path(photo_id))

    def _path(self, photo_id: str) -> str:
        return f"{self._root}/{photo_id[:2]}/{photo_id}"


def _write_durably(path: Path, data: bytes) -> None:
    """Write beside, flush to disk, rename, flush the folder: a kill leaves all or nothing."""
    if not path.exists():
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
