"""How many animals there are, counted from groups of which one flank alone may be known.

Simulated surveys without photos: every encounter is told apart rightly, and sees both flanks of its
animal, or one. Prints how far the number of groups and the expected number lie from the truth.
--sorted: the encounters are sorted by llrs drawn from the tested pairs of the calibrator, as the
page of suggested animals sorts them, and counted as it counts them.
"""

import argparse
import sys
from dataclasses import replace

import numpy as np

from reid.evaluation.trials.density import surveyed
from reid.evaluation.trials.simulated_nights import SurveyDesign, simulated_survey
from reid.evidence.calibrator import released
from reid.evidence.tested import Tested, load_tested
from reid.identify.clusters import sort
from reid.identify.one_flank import AnimalCount, counted_animals
from reid.types import Flank
from reid.weights import default_folder

USUAL = SurveyDesign()
DESIGNS = {
    "as for a density": USUAL,
    "both flanks 20 %": replace(USUAL, both=0.2),
    "both flanks 80 %": replace(USUAL, both=0.8),
    "poor nights 80 %": replace(USUAL, poor_nights=0.8),
    "met less often": replace(USUAL, g0=0.4 * USUAL.g0),
    "more animals": replace(USUAL, density=3 * USUAL.density),
    "more, less often": replace(USUAL, density=3 * USUAL.density, g0=0.4 * USUAL.g0),
}


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


def sorted_survey(design: SurveyDesign, tested: Tested, seed: int) -> tuple[int, int, AnimalCount]:
    """Animals met, groups, and what is counted of one survey that is sorted by llrs."""
    simulated = simulated_survey(design, tested, np.random.default_rng(seed))
    groups = sort(surveyed(simulated).known).groups
    shown = {Flank.LEFT: simulated.flanks[:, 0], Flank.RIGHT: simulated.flanks[:, 1]}
    met = [
        {flank: int(of[list(group.members)].sum()) for flank, of in shown.items()}
        for group in groups
        if group.placed
    ]
    return len({*simulated.animal.tolist()}), len(groups), counted_animals(met)


def sorted_surveys(surveys: int, seed: int) -> None:
    """A line for each design."""
    calibrator = released()
    tested = load_tested(calibrator.id, default_folder())
    if tested is None:
        sys.exit(f"{calibrator.id} has no tested pairs beside its card: test it first")
    print(f"llrs of {calibrator.id}'s test, {surveys} surveys each")
    print(f"{'':18}  animals   groups  counted")
    for name, design in DESIGNS.items():
        done = [sorted_survey(design, tested, 1000 * seed + n) for n in range(surveys)]
        truth = sum(met for met, _, _ in done)
        groups = sum(number for _, number, _ in done) / truth - 1
        counted = sum(count.expected for _, _, count in done) / truth - 1
        print(f"{name:18}  {truth / surveys:7.1f}  {groups:+7.1%}  {counted:+7.1%}")


def main() -> None:
    """A line for each kind of survey."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=300)
    parser.add_argument("--animals", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sorted", action="store_true", help="by llrs")
    o = parser.parse_args()
    if o.sorted:
        sorted_surveys(o.surveys, o.seed)
        return
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
