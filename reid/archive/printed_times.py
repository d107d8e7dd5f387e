"""Times that cameras printed on the frames of an archive, and what each camera prints."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from reid.archive.looking import FrameLook
from reid.interchange.package import SourcePhoto
from reid.photo.banner import FROM_PIXELS
from reid.photo.banner_text import UNKNOWN_FORM, BannerForm, BannerTime, form_of, parse

Camera = tuple[str, str]
"""Station and camera."""


def forms_of(looks: Iterable[tuple[SourcePhoto, FrameLook]]) -> dict[Camera, BannerForm]:
    """What the frames of each camera tell of its banner; nothing of a camera without a name."""
    printed: dict[Camera, list[BannerTime]] = {}
    for photo, look in looks:
        if look.banner and photo.camera:
            printed.setdefault((photo.station, photo.camera), []).append(parse(look.banner))
    return {camera: form_of(times) for camera, times in printed.items()}


def own_time(
    photo: SourcePhoto, look: FrameLook, forms: Mapping[Camera, BannerForm]
) -> tuple[datetime | None, str]:
    """The time that a frame itself shows, of its file or else printed, and where it comes from."""
    if look.moment:
        return datetime.fromisoformat(look.moment), look.time_source
    if look.banner:
        form = forms.get((photo.station, photo.camera), UNKNOWN_FORM)
        if (moment := parse(look.banner).by(form)) is not None:
            return moment, FROM_PIXELS
    return None, "none"


def counts(
    looks: Iterable[tuple[SourcePhoto, FrameLook]], forms: Mapping[Camera, BannerForm]
) -> tuple[int, int]:
    """Frames whose printed time is used, and those whose printed text may mean several times."""
    used = list(_used(looks, forms))
    return sum(used), len(used) - sum(used)


def _used(
    looks: Iterable[tuple[SourcePhoto, FrameLook]], forms: Mapping[Camera, BannerForm]
) -> Iterator[bool]:
    for photo, look in looks:
        if look.banner and photo.captured_at is None and not look.moment:
            yield own_time(photo, look, forms)[0] is not None
