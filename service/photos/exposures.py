"""What is to be known of the exposures that photos hold: damage, copies, and that one is none."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from service.store import copies
from service.store.copies import CopiedPhoto
from service.store.photos import Photo
from service.store.reasons import unpacked
from service.web.languages import gettext as _
from service.web.sentences import translated
from service.web.words import when


@dataclass(frozen=True, slots=True)
class ExposureView:
    """Sentences on one photo, and the other photos of its exposure.

    damage: "" of a whole file. original: what it is a copy of; None of one that came first.
    """

    photo_id: str
    file_name: str
    damage: str
    original: CopiedPhoto | None
    copies: tuple[CopiedPhoto, ...]

    @property
    def sentence(self) -> str:
        """What it is a copy of, and when and where that came."""
        if self.original is None:
            return ""
        places = ", ".join(map(str, self.original.encounters))
        return _(
            "A copy of the photo %(name)s, uploaded on %(time)s UTC, in encounter %(number)s: it "
            "gives no evidence against it and counts once."
        ) % {
            "name": self.original.file_name,
            "time": when(self.original.uploaded_at),
            "number": places or "-",
        }


def exposure_view(connection: Connection, photo: Photo) -> ExposureView:
    """One photo's."""
    return exposure_views(connection, [photo])[photo.id]


def exposure_views(connection: Connection, photos: Collection[Photo]) -> dict[str, ExposureView]:
    """Those of several photos, by the number of the photo."""
    others = copies.others(connection, [photo.id for photo in photos])
    return {
        photo.id: ExposureView(
            photo_id=photo.id,
            file_name=photo.file_name,
            damage=translated(unpacked(photo.damage)),
            original=next((o for o in others[photo.id] if o.photo_id == photo.copy_of), None),
            copies=tuple(o for o in others[photo.id] if o.photo_id != photo.copy_of),
        )
        for photo in photos
    }
