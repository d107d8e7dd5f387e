"""What the pairs of encounters between two groups say together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPEAKS = 0.5  # llr within which a pair says nothing: what it could show was not seen in both

Values = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PairsBetween:
    """The pairs of encounters between groups, arrays of any one shape.

    total: their llrs, summed; number: how many can be compared; measured, measured_number:
    likewise, of those that were compared and say something.
    """

    total: Values
    number: Values
    measured: Values
    measured_number: Values

    @classmethod
    def of(cls, llr: Values, comparable: Values, compared: Values) -> "PairsBetween":
        """Of encounters that are groups of one; llr: log10, any where not comparable."""
        speaks = compared & (np.abs(llr) > SPEAKS)
        return cls(
            np.where(comparable, llr, 0.0).astype(np.float32),
            comparable.astype(np.int32),
            np.where(speaks, llr, 0.0).astype(np.float32),
            speaks.astype(np.int32),
        )

    def __getitem__(self, place: int) -> "PairsBetween":
        """One row of all arrays."""
        return self.each(lambda values: np.asarray(values[place]))

    def each(self, change: Callable[[Values], Values]) -> "PairsBetween":
        """The same done with all arrays."""
        return PairsBetween(*map(change, self.arrays))

    @property
    def arrays(self) -> tuple[Values, Values, Values, Values]:
        """All four."""
        return self.total, self.number, self.measured, self.measured_number

    def evidence(self, size0: Values, size1: Values) -> NDArray[np.float64]:
        """log10 evidence that two groups of these sizes are one animal, from the mean llr.

        Where compared pairs say something, they alone count. A shortlist is shorter than the list
        of all encounters of an animal that is met often, and a pair that shows two flanks, or two
        ends of an animal, must not speak against one that shows the same. One encounter and a group
        of k have k pairs, which repeat each other: in a block of k + 1 encounters each counts
        2 / (k + 1), and so do k pairs that were compared. The smaller group speaks as one of its
        encounters does, since its members are already one animal.
        """
        some = self.measured_number > 0
        pairs = np.maximum(np.where(some, self.measured_number, self.number), 1)
        mean = np.where(some, self.measured, self.total) / pairs
        repeats = np.minimum(np.maximum(size0, size1) / (size0 + size1), pairs / (pairs + 1))
        return np.asarray(mean * 2 * repeats, float)
