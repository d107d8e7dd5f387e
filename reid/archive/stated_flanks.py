"""The flank of a box, where somebody stated it: the source of a photo, or its folder."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from reid.archive.looking import FrameLook, SeenBox
from reid.archive.selecting import shown_animals
from reid.archive.sources import ArchiveSource
from reid.interchange.folders import is_video
from reid.interchange.package import SourceAnimal, SourcePhoto
from reid.types import Flank

BoxPlace = tuple[str, tuple[float, float, float, float], int | None]
"""SHA-256 of a frame, a box in it, and its frame of a video: the same in every copy of the file."""


def place_of(look: FrameLook, seen: SeenBox) -> BoxPlace:
    """Where a box lies."""
    return look.sha256, seen.box, seen.video_frame


def stated_flanks(
    source: ArchiveSource, looked_at: Iterable[tuple[SourcePhoto, FrameLook]], species: str
) -> dict[BoxPlace, Flank]:
    """The flanks of boxes that somebody stated. Of copies the first one that states any counts.

    looked_at: frames whose looks fit to what the source says now.
    """
    stated: dict[BoxPlace, Flank] = {}
    for photo, look in looked_at:
        animals = shown_animals(photo, source.threshold, species)
        flanks = _of_boxes(photo, look, animals, source.flanks.get(photo.path, Flank.UNKNOWN))
        for seen, flank in zip(look.animals, flanks, strict=True):
            if flank is not Flank.UNKNOWN:
                stated.setdefault(place_of(look, seen), flank)
    return stated


def _of_boxes(
    photo: SourcePhoto, look: FrameLook, animals: Sequence[SourceAnimal], of_folder: Flank
) -> list[Flank]:
    """One for each box of a look. What holds for the photo is said of its only box: of several
    nobody can tell which one is meant."""
    boxed = [one for one in animals if one.box is not None and not look.by_finder]
    others = [one for one in animals if one.box is None or look.by_finder]
    waiting: dict[int | None, deque[SourceAnimal]] = defaultdict(deque)
    for one in boxed:  # a look keeps the order of the boxes of a frame
        waiting[one.frame if is_video(photo.path) else None].append(one)
    own = [
        waiting[seen.video_frame].popleft().flank or Flank.UNKNOWN if boxed else Flank.UNKNOWN
        for seen in look.animals
    ]
    return [_of_photo(others, of_folder)] if own == [Flank.UNKNOWN] else own


def _of_photo(animals: Iterable[SourceAnimal], of_folder: Flank) -> Flank:
    """What a photo states without a box, else its folder; UNKNOWN where its animals differ."""
    flanks = {one.flank or Flank.UNKNOWN for one in animals}
    if flanks <= {Flank.UNKNOWN}:
        return of_folder
    return flanks.pop() if len(flanks) == 1 else Flank.UNKNOWN
