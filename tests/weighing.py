"""Weights of the evidence by the names of what they weigh."""

import numpy as np

from reid.evidence.terms import COARSE_KNOTS, FINE_KNOTS, ROOTSIFT_KNOTS, SILENCE_KNOTS


def weighing(*, intercept=0.0, cosine=0.0, coarse=(), fine=(), rootsift=(), silence=()):
    """(TERMS,) of `EvidenceWeights`; of each kind the first hinges, 0 for the rest."""
    given = (coarse, fine, rootsift, silence)
    knots = (COARSE_KNOTS, FINE_KNOTS, ROOTSIFT_KNOTS, SILENCE_KNOTS)
    hinges = [
        np.pad(np.asarray(weights, float), (0, len(at) - len(weights)))
        for weights, at in zip(given, knots, strict=True)
    ]
    return np.concatenate([[intercept, cosine], *hinges])
