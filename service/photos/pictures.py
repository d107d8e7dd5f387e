"""Photos and crops for the eye: re-encoded, so that no EXIF leaves the house."""

from collections.abc import Hashable
from dataclasses import replace
from threading import BoundedSemaphore, Condition
from typing import Annotated
from zlib import crc32

from cachetools import LRUCache, cached
from fastapi import Depends

from reid.photo import contrast, crop, images
from reid.types import Flank, Image
from service.settings import Settings
from service.store import photos
from service.store.database import Database
from service.store.errors import PhotoFileMissing
from service.store.files import PhotoFiles
from service.web.parameters import component

CACHE_BYTES = 64 * 2**20
AT_ONCE = 2  # decoded photos are large
APPEARANCES = ("contrast", "infrared")
"""How a photo may be shown beside as it was taken: its local contrast, which is what the network
sees, or grey and equalised as if by infra-red."""


class Pictures:
    """JPEG bytes of photos and crops, the latest kept in memory."""

    def __init__(self, database: Database, files: PhotoFiles, settings: Settings) -> None:
        self._database, self._files = database, files
        self._max_pixels = settings.max_pixels
        self._decoding = BoundedSemaphore(AT_ONCE)
        cache = LRUCache[Hashable, bytes](CACHE_BYTES, getsizeof=len)
        self._made = cached(cache, condition=Condition())(self._make)

    def tag(
        self, photo_id: str, annotation_id: int | None, longest: int | None, appearance: str = ""
    ) -> str:
        """Names the content, for ETag; NotFound for what is not there, or not any more.

        Another box of the animal is another content.
        """
        with self._database.read() as connection:
            if photos.get(connection, photo_id).erased:
                raise PhotoFileMissing(photo=photo_id)
            animals = photos.annotations_of(connection, photo_id)
        seen = appearance == "contrast"
        boxes = [animal.box for animal in animals if seen or animal.id == annotation_id]
        corners = ";".join(f"{box.x0},{box.y0},{box.x1},{box.y1}" for box in boxes if box)
        cut = f"-{crc32(corners.encode()):08x}" if corners else ""
        look = appearance and f"-{appearance}"
        return f'"{photo_id[:32]}-{annotation_id or 0}-{longest or 0}{cut}{look}"'

    def jpeg(
        self, photo_id: str, annotation_id: int | None, longest: int | None, appearance: str = ""
    ) -> bytes:
        """Upright photo or crop of an annotation, no side above `longest`; see APPEARANCES."""
        tag = self.tag(photo_id, annotation_id, longest, appearance)
        return self._made(tag, photo_id, annotation_id, longest, appearance)

    def _make(
        self,
        tag: str,  # noqa: ARG002  what is kept is kept under it
        photo_id: str,
        annotation_id: int | None,
        longest: int | None,
        appearance: str,
    ) -> bytes:
        with self._decoding:
            decoded = images.decode_photo(self._files.get(photo_id), max_pixels=self._max_pixels)
            image = decoded.image
            if appearance:
                image = self._appearing(image, photo_id, appearance)
            if annotation_id is not None:
                with self._database.read() as connection:
                    box = photos.annotation_by_id(connection, annotation_id).box
                image = crop.cut_photo(replace(decoded, image=image), Flank.UNKNOWN, box).image
            return images.encode_jpeg(image, longest=longest)

    def _appearing(self, image: Image, photo_id: str, appearance: str) -> Image:
        """The photo as `seen`; its neighbourhoods go by the largest animal in it."""
        if appearance == "infrared":
            return contrast.infrared(image)
        with self._database.read() as connection:
            boxes = [animal.box for animal in photos.annotations_of(connection, photo_id)]
        widths = [box.width if box else float(image.shape[1]) for box in boxes]
        return contrast.as_seen(image, width=max(widths, default=float(image.shape[1])))


ThePictures = Annotated[Pictures, Depends(component(Pictures))]
"""The app's, for a route."""
