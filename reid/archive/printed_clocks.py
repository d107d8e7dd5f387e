"""Cameras that print another time than their files state: said, and never chosen between.

The banner of a few frames of each camera is read beside the time of the file. Which of both is
right nobody can tell from them; a person who knows corrects the clock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reid.archive.looking import FrameLook, LookTask
from reid.archive.printed_times import Camera
from reid.interchange.folders import is_video
from reid.interchange.package import SourcePhoto
from reid.photo.banner_text import UNKNOWN_FORM, BannerForm, parse
from reid.photo.clocks import difference_text, parted

CHECKED = 8  # frames of a camera whose banner is read though its file states a time
ALIKE = timedelta(minutes=2)  # printed times often lack the seconds, and files are written later
PRINTED = (
    *("station", "camera", "frame", "stated", "stated_by", "printed", "text", "difference"),
    *("frames", "checked"),
)


@dataclass(frozen=True, slots=True)
class UnlikeClock:
    """A camera whose frames print another time than is stated of them.

    frame: the first of them, by its path; stated: its time by the file or the source, stated_by;
    printed: the nearest moment that its text may mean. difference_s: printed less stated. frames:
    how many of the checked ones differ as much; checked: of the camera, with both times.
    """

    station: str
    camera: str
    frame: str
    stated: datetime
    stated_by: str
    printed: datetime
    text: str
    difference_s: float
    frames: int
    checked: int

    @property
    def difference(self) -> str:
        """As a table of clocks takes it: "+365 0:00"."""
        return difference_text(self.difference_s)

    def cells(self) -> list[object]:
        """A row of the table, in the order of PRINTED."""
        return [getattr(self, name) for name in PRINTED]


def to_check(photos: Iterable[SourcePhoto], tasks: Mapping[str, LookTask]) -> set[str]:
    """Paths of the frames whose banner is read whatever their files state: of each camera, or of
    each folder where none is named, a few from its first to its last. tasks: by path."""
    of_camera: dict[Camera, list[str]] = {}
    for photo in photos:
        if photo.path in tasks and not is_video(photo.path):
            of_camera.setdefault(camera_of(photo), []).append(photo.path)
    return {path for paths in of_camera.values() for path in _spread(paths)}


def unlike_clocks(
    looks: Iterable[tuple[SourcePhoto, FrameLook]],
    forms: Mapping[Camera, BannerForm],
    corrected: Callable[[SourcePhoto, FrameLook], datetime | None],
) -> tuple[UnlikeClock, ...]:
    """Cameras that print another time, a row for each difference.

    corrected: the time of a frame by the clocks that people corrected; where that is the printed
    one, there is nothing to say.
    """
    rows: dict[Camera, list[UnlikeClock]] = {}
    checked: dict[Camera, int] = {}
    for photo, look in looks:
        stated, by = _stated(photo, look)
        moments = parse(look.banner).fitting(forms.get(camera_of(photo), UNKNOWN_FORM))
        if stated is None or not moments:
            continue
        camera = camera_of(photo)
        checked[camera] = checked.get(camera, 0) + 1
        times = (stated, corrected(photo, look) or stated)
        if any(abs(moment - time) <= ALIKE for moment in moments for time in times):
            continue
        printed = min(moments, key=lambda moment: abs(moment - stated))
        seconds = (printed - stated).total_seconds()
        place = (photo.station, photo.camera or look.camera, photo.path)
        row = UnlikeClock(*place, stated, by, printed, look.banner, seconds, 1, 0)
        _add(rows.setdefault(camera, []), row)
    return tuple(
        _counted(row, checked[camera]) for camera, of_camera in rows.items() for row in of_camera
    )


def camera_of(photo: SourcePhoto) -> Camera:
    """Station and camera, or the folder where no camera is named."""
    return photo.station, photo.camera or photo.path.rpartition("/")[0] + "/"


def _spread(paths: Sequence[str]) -> list[str]:
    if len(paths) <= CHECKED:
        return [*paths]
    return [paths[n * (len(paths) - 1) // (CHECKED - 1)] for n in range(CHECKED)]


def _stated(photo: SourcePhoto, look: FrameLook) -> tuple[datetime | None, str]:
    """What the source or the file states of a frame, as a wall clock, and which of them."""
    if photo.captured_at is not None:
        return parted(photo.captured_at)[0], "source"
    return (datetime.fromisoformat(look.moment) if look.moment else None), look.time_source


def _add(rows: list[UnlikeClock], row: UnlikeClock) -> None:
    """One row more, or one frame more of a row with that difference."""
    for place, other in enumerate(rows):
        if abs(other.difference_s - row.difference_s) <= ALIKE.total_seconds():
            rows[place] = _counted(other, 0, frames=other.frames + 1)
            return
    rows.append(row)


def _counted(row: UnlikeClock, checked: int, *, frames: int | None = None) -> UnlikeClock:
    return replace(row, checked=checked, frames=row.frames if frames is None else frames)
