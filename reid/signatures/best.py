"""Which photos speak for an identity: the best few of each flank, of different encounters first."""

from collections.abc import Iterable
from dataclasses import dataclass

from reid.types import Flank, Grade

EACH = 3  # of an identity and flank


@dataclass(frozen=True, slots=True)
class ReferencePhoto:
    """One described annotation of an identity. approved: marked as a reference by a person.

    grade, value: of its quality; None and 1 where nobody judged.
    """

    annotation: int
    encounter: int
    identity: int
    flank: Flank
    approved: bool = False
    grade: Grade | None = None
    value: float = 1.0


def best(photos: Iterable[ReferencePhoto], *, each: int = EACH) -> list[ReferencePhoto]:
    """At most `each` of every identity and flank, by identity and flank, best first.

    Approved ones come first, then the best of each encounter, then what is better; photos of one
    burst show the same. Unusable ones say nothing and are left out.
    """
    groups: dict[tuple[int, Flank], list[ReferencePhoto]] = {}
    for photo in photos:
        if photo.grade is not Grade.UNUSABLE:
            groups.setdefault((photo.identity, photo.flank), []).append(photo)
    order = [*Flank]
    chosen = []
    for key in sorted(groups, key=lambda key: (key[0], order.index(key[1]))):
        chosen += _in_order(groups[key])[:each]
    return chosen


def _in_order(photos: list[ReferencePhoto]) -> list[ReferencePhoto]:
    ranked = sorted(photos, key=lambda photo: (not photo.approved, -photo.value, photo.annotation))
    turn: dict[int, int] = {}
    places: dict[int, int] = {}
    for photo in ranked:
        places[photo.annotation] = turn.setdefault(photo.encounter, 0)
        turn[photo.encounter] += 1
    return sorted(ranked, key=lambda photo: (not photo.approved, places[photo.annotation]))
