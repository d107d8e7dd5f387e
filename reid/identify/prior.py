"""Who an encounter may be before its photos speak, and after: identities, and one not yet seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

STATED_LEAST, STATED_MOST = 0.001, 0.999  # nearer to 0 or 1 a prior settles all without photos
LEAST_UNSEEN = 1.0  # an animal that is not in the catalogue is never impossible


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities that sum to 1.

    identities: one each, in the order they came. unknown: an animal not in the catalogue.
    prior_identity: of each identity before the photos spoke. prior_unknown: of an animal that is
    not in the catalogue. unseen: how many such animals are assumed.
    """

    identities: tuple[float, ...]
    unknown: float
    prior_identity: float
    prior_unknown: float
    unseen: float


def chao1_unseen(encounters: Sequence[int]) -> float:
    """Animals that were never met, estimated from how often each known one was.

    f1 (f1 - 1) / (2 (f2 + 1)), where f1 animals were met once and f2 twice: the bias-corrected
    form of Chao (1984). It is a lower bound of what is to be expected.
    """
    once = sum(count == 1 for count in encounters)
    twice = sum(count == 2 for count in encounters)
    return once * (once - 1) / (2 * (twice + 1))


def assumed_unseen(encounters: Sequence[int]) -> float:
    """Chao's estimate, but at least one animal."""
    return max(LEAST_UNSEEN, chao1_unseen(encounters))


def posterior(llrs: Sequence[float], unseen: float) -> Posterior:
    """Bayes over every identity and "an animal not in the catalogue".

    llrs: log10, one an identity; 0 where it could not be compared. unseen: how many animals that
    are not in the catalogue may have been met, > 0. A priori each animal, known or not, is equally
    likely; an animal that nobody has seen has an llr of 0.
    """
    if not unseen > 0:
        raise ValueError(f"the number of unseen animals must be above 0, not {unseen}")
    share = softmax(np.log(10) * np.array([*llrs, np.log10(unseen)], float))
    animals = len(llrs) + unseen
    return Posterior(
        identities=tuple(float(p) for p in share[:-1]),
        unknown=float(share[-1]),
        prior_identity=1 / animals,
        prior_unknown=unseen / animals,
        unseen=unseen,
    )
