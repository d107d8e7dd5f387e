"""What every table of known animals says: annotations, whose they are, and what cannot be read."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from reid.types import Box, Flank

SHOWS_NO_FLANK = {"front", "back", "up", "down", "top", "bottom"}


@dataclass(frozen=True, slots=True)
class NamedAnnotation:
    """One animal in one photo, as a table names it.

    box: pixels of the upright photo, may reach over its edge; None for the whole photo.
    occasions: what it shares with other photos of the same moment, e.g. "encounter 124" or
    "night S01 2018-11-02"; two annotations of an animal that share one are no independent pair.
    """

    path: Path
    individual: str
    flank: Flank
    box: Box | None = None
    occasions: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """What a table holds. skipped: a sentence for each row that cannot be used, and why."""

    annotations: list[NamedAnnotation] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def flank_of(viewpoint: str) -> Flank | None:
    """The flank that a viewpoint such as `frontleft` shows; None where it shows none (`front`)."""
    view = "".join(c for c in viewpoint.casefold() if c.isalpha())
    if ("left" in view) != ("right" in view):
        return Flank.LEFT if "left" in view else Flank.RIGHT
    return None if view in SHOWS_NO_FLANK else Flank.UNKNOWN


def stated_flank(viewpoint: str) -> Flank | None:
    """The flank that a source's word for a view states; None where it states none."""
    flank = flank_of(viewpoint) if viewpoint else None
    return None if flank is Flank.UNKNOWN else flank


def occasions(*, encounter: str = "", station: str = "", taken: str = "") -> frozenset[str]:
    """Encounter and night of an annotation, as far as they are known.

    taken: an ISO date or time; anything else counts as unknown. A night runs from noon to noon.
    """
    names = {f"encounter {encounter.strip()}"} if encounter.strip() else set()
    if night := _night(taken.strip()):
        names.add(f"night {station.strip()} {night}")
    return frozenset(names)


def _night(taken: str) -> str:
    try:
        moment = datetime.fromisoformat(taken)
    except ValueError:
        return ""
    return str((moment if len(taken) <= 10 else moment - timedelta(hours=12)).date())
