"""How many animals groups of encounters are, where of some groups one flank alone is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reid.identify.prior import chao1_unseen
from reid.types import Flank

EncountersByFlank = Mapping[Flank, int]  # in how many encounters of a group a flank was seen


@dataclass(frozen=True, slots=True)
class AnimalCount:
    """How many animals some groups are. most: the groups, each an animal of its own.

    left_only, right_only: groups of which that flank alone is known; one of the first and one of
    the second may be one animal. joined: how many such couples are to be expected.
    """

    most: int
    left_only: int = 0
    right_only: int = 0
    joined: float = 0.0

    @property
    def least(self) -> int:
        """As many as there are for certain, if the groups are right."""
        return self.most - min(self.left_only, self.right_only)

    @property
    def expected(self) -> int:
        """The whole number nearest to what is to be expected."""
        return round(self.most - self.joined)


def counted_animals(groups: Sequence[EncountersByFlank]) -> AnimalCount:
    """How many animals these groups are.

    Of N animals B are known by both flanks, L by the left alone and R by the right alone. Which of
    the N - B others were seen from the left says nothing on which were seen from the right, since
    these were other encounters. So of the L left ones a share R / (N - B) is to be expected among
    the R right ones, as Lincoln and Petersen reckon. N is the larger of two estimates, one a flank:
    the animals known by it, and those never seen from that side, by Chao (1984). Animals that pass
    cameras more often than others are in both lists more often, so the count rather errs upward. A
    group with a photo of an unknown flank is taken for one known by both.
    """
    shown = [{flank for flank, met in group.items() if met} for group in groups]
    left = sum(flanks == {Flank.LEFT} for flanks in shown)
    right = sum(flanks == {Flank.RIGHT} for flanks in shown)
    if not left or not right:
        return AnimalCount(len(groups), left, right)
    others = max(
        left + chao1_unseen([group.get(Flank.LEFT, 0) for group in groups]),
        right + chao1_unseen([group.get(Flank.RIGHT, 0) for group in groups]),
    )
    return AnimalCount(len(groups), left, right, left * right / others)
