"""Boxes of which somebody stated one flank while the network is sure of the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from reid.archive.stages import ArchiveSights, Desk
from reid.types import Flank


@dataclass(frozen=True, slots=True)
class DoubtfulFlank:
    """A box whose stated flank somebody should look at; what was stated stands.

    path: of the frame. annotation: number of the box in it, from 1. key: of its picture.
    probability: of the flank that the network sees.
    """

    path: str
    annotation: int
    key: str
    stated: Flank
    seen: Flank
    probability: float


def doubtful_flanks(desk: Desk, sights: ArchiveSights) -> tuple[DoubtfulFlank, ...]:
    """Those of the boxes that can be compared, in the order of the encounters."""
    return tuple(_doubts(desk, sights))


def _doubts(desk: Desk, sights: ArchiveSights) -> Iterator[DoubtfulFlank]:
    for (path, number), key in sights.keys.items():
        described, stated = desk.described(key), sights.flanks[key]
        if described is None or not described.usable or stated is Flank.UNKNOWN:
            continue
        seen = described.side()
        if seen not in (stated, Flank.UNKNOWN):
            sure = max(described.left, 1 - described.left)
            yield DoubtfulFlank(path, number + 1, key, stated, seen, sure)
