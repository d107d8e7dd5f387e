"""How observers agree with each other, and how often each is wrong where the truth is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reid.observers.reviews import ANSWERS, Answer, Truth

Z95 = 1.959964
MISCLASSIFIED = 0.125
"""Share of events that eight observers of snow leopards misclassified (Johansson et al. 2020)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two observers who answered the same pairs.

    table: (4, 4) counts, the first observer's answer down, in the order of `ANSWERS`. observed:
    share of equal answers. expected: the same if both answered by chance. kappa: None where it is
    not defined, since both always gave one and the same answer. interval: 95 %, or None.
    """

    n: int
    table: tuple[tuple[int, ...], ...]
    observed: float
    expected: float
    kappa: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Errors:
    """One observer on pairs of which the truth is known. n: all of them."""

    n: int
    right: int
    false_same: int
    false_different: int
    cannot_tell: int
    not_comparable: int

    @property
    def wrong(self) -> float | None:
        """Share of wrong answers among all; None where there is none."""
        return (self.false_same + self.false_different) / self.n if self.n else None


def agreement(answers: Sequence[tuple[Answer, Answer]]) -> Agreement:
    """Cohen's kappa (Cohen 1960) of two observers, with its asymptotic 95 % interval.

    answers: what both said of each pair. The variance is that of Fleiss, Cohen & Everitt (1969,
    Psychological Bulletin 72:323-327, equation 13). ValueError without any pair.
    """
    if not answers:
        raise ValueError("no pair was answered by both")
    table = np.zeros((len(ANSWERS), len(ANSWERS)), int)
    for first, other in answers:
        table[ANSWERS.index(first), ANSWERS.index(other)] += 1
    n = len(answers)
    p = table / n
    observed = float(np.trace(p))
    expected = float(p.sum(1) @ p.sum(0))
    kappa, interval = None, None
    if expected < 1:
        kappa = (observed - expected) / (1 - expected)
        spread = Z95 * float(np.sqrt(_variance(p, kappa, expected, n)))
        interval = (max(-1.0, kappa - spread), min(1.0, kappa + spread)) if n > 1 else None
    counts = tuple(tuple(int(value) for value in row) for row in table)
    return Agreement(n, counts, observed, expected, kappa, interval)


def _variance(p: NDArray[np.float64], kappa: float, expected: float, n: int) -> float:
    """Variance of kappa in large samples. p: (4, 4) shares."""
    down, across = p.sum(1), p.sum(0)
    both = down[None, :] + across[:, None]  # p_j. + p_.i at (i, j)
    own = np.diag(p) * (1 - (down + across) * (1 - kappa)) ** 2
    apart = (1 - kappa) ** 2 * (p * both**2 * (1 - np.eye(len(p)))).sum()
    rest = (kappa - expected * (1 - kappa)) ** 2
    return max(0.0, float(own.sum() + apart - rest) / (n * (1 - expected) ** 2))


def errors(answers: Iterable[tuple[Truth, Answer]]) -> Errors:
    """Counts one observer's answers against the truth."""
    answers_given = list(answers)
    return Errors(
        n=len(answers_given),
        right=sum(truth == answer for truth, answer in answers_given),
        false_same=answers_given.count(("different", "same")),
        false_different=answers_given.count(("same", "different")),
        cannot_tell=sum(answer == "cannot_tell" for _, answer in answers_given),
        not_comparable=sum(answer == "not_comparable" for _, answer in answers_given),
    )
