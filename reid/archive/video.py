"""Frames of videos, sampled. PyAV reads them; it is installed by the extra `video`."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from reid.errors import InputError, MissingExtra
from reid.types import Image

EVERY_S = 1.0  # between frames that are looked at
MOST_FRAMES = 60  # of a clip


class VideoUnreadable(
    InputError, code="unreadable_video", message="the video cannot be read: {why}"
): ...


def frames_of(
    path: Path, numbers: Collection[int] | None = None, *, every_s: float = EVERY_S
) -> Iterator[tuple[int, Image]]:
    """Frames of a clip with their numbers from 0: the numbers asked for, or one each `every_s`.

    A damaged clip gives the frames up to its damage. Images are (H, W, 3) uint8 RGB. Raises
    VideoUnreadable where not one can be read, MissingExtra without PyAV.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtra(feature="reading videos", needs="PyAV", extra="video") from error
    last = max(numbers, default=-1) if numbers is not None else None
    given = 0
    try:
        with av.open(str(path)) as clip:
            stream = clip.streams.video[0]
            stream.thread_type = "AUTO"
            rate = float(stream.average_rate or 25)
            step = max(1, round(rate * every_s))
            for number, frame in enumerate(clip.decode(stream)):
                if last is not None and number > last:
                    break
                if number in numbers if numbers is not None else number % step == 0:
                    yield number, np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
                    given += 1
                if numbers is None and given >= MOST_FRAMES:
                    break
    except (av.FFmpegError, IndexError, ValueError) as error:
        if not given:
            raise VideoUnreadable(why=str(error) or type(error).__name__) from error
