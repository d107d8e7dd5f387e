"""When a camera stood somewhere and nothing was taken: no photo between two days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

GAP_DAYS = 7  # without a photo, from which on it is said


@dataclass(frozen=True, slots=True)
class NoPhotoBetween:
    """A stretch within a deployment without a photo. days: whole ones."""

    start: datetime
    end: datetime
    days: int


def gaps(
    times: Sequence[datetime],
    start: datetime | None,
    end: datetime | None,
    *,
    least: int = GAP_DAYS,
) -> list[NoPhotoBetween]:
    """Stretches of at least so many days without a photo, between a start and an end.

    times: of photos, oldest first. Where start or end is open, the first or last photo counts.
    """
    inside = [t for t in times if (start is None or t >= start) and (end is None or t <= end)]
    edges = [*([start] if start else []), *inside, *([end] if end else [])]
    return [
        NoPhotoBetween(before, after, (after - before).days)
        for before, after in pairwise(edges)
        if after - before >= timedelta(days=least)
    ]
