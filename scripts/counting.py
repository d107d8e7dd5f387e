"""How many animals there are, counted from groups of which one flank alone may be known.

Simulated surveys without photos: every encounter is told apart rightly, and sees both flanks of its
animal, or one. Prints how far the number of groups and the expected number lie from the truth.
"""

import argparse

import numpy as np

from reid.identify.one_flank import AnimalCount, counted_animals
from reid.types import Flank


def survey(
    rng: np.random.Generator, *, animals: int, often: float, both: float, alike: bool
) -> tuple[int, AnimalCount]:
    """How many animals were met in one survey, and how many are counted.

    often: encounters an animal in the mean. both: share of them that see both flanks. alike: every
    animal passes as often as another; else some pass more often (gamma, shape 1).
    """
    rates = often * (np.ones(animals) if alike else rng.gamma(1, 1, animals))
    met, groups = 0, []
    shares = [both, (1 - both) / 2, (1 - both) / 2]
    for linked, left, right in rng.poisson(np.outer(rates, shares)).tolist():
        met += linked + left + right > 0
        if linked:
            groups.append({Flank.LEFT: linked + left, Flank.RIGHT: linked + right})
        else:
            sides = ((Flank.LEFT, left), (Flank.RIGHT, right))
            groups += [{flank: count} for flank, count in sides if count]
    return met, counted_animals(groups)


def main() -> None:
    """A line for each kind of survey."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=300)
    parser.add_argument("--animals", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    print("both flanks  encounters  animals  at least   groups  expected")
    for both in (0.8, 0.5, 0.2):
        for often in (1, 2, 4, 8):
            for alike in (True, False):
                rng = np.random.default_rng([o.seed, round(10 * both), often, alike])
                done = [
                    survey(rng, animals=o.animals, often=often, both=both, alike=alike)
                    for _ in range(o.surveys)
                ]
                truth = sum(met for met, _ in done)
                off = [
                    sum(getattr(count, name) for _, count in done) / truth - 1
                    for name in ("least", "most", "expected")
                ]
                print(
                    f"{both:11.0%}  {often:10}  {'alike' if alike else 'unlike':7}  "
                    + "  ".join(f"{one:+7.1%}" for one in off)
                )


if __name__ == "__main__":
    main()
