"""Cases of three encounters whose truth is known: are the posteriors of partitions calibrated?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reid.evaluation.data.surveys import Pair, SurveyEncounter, relative
from reid.evaluation.measures.metrics import calibration
from reid.evaluation.measures.sorting import PartitionCalibration, partition_calibration
from reid.identify.partitions import (
    Partition,
    blocks,
    concentration,
    log_prior,
    partitions,
    posterior,
)
from reid.types import Evidence, Verdict

PARTITIONS = tuple(partitions(3))  # of the columns of every table, in this order
TOGETHER = 0.5  # the prior that a case starts with, see `partitions.posterior`
RELATIVES = 0.5  # how often an animal of a triple is of the same style as another one
SURE = 0.95  # a posterior beyond which a wrong partition is misleading


@dataclass(frozen=True, slots=True)
class Triple:
    """Three encounters (positions) and how they are truly sorted."""

    members: tuple[int, int, int]
    truth: Partition


@dataclass(frozen=True, slots=True)
class TriplesAnswered:
    """What the product says on T triples.

    probability: (T, 5) posterior of `PARTITIONS`. truth: (T,) the true column.
    """

    probability: NDArray[np.float64]
    truth: NDArray[np.intp]

    @property
    def calibration(self) -> PartitionCalibration:
        """Over all partitions of all triples."""
        return partition_calibration(self.probability, self.truth, encounters=3)

    @property
    def first_error(self) -> float:
        """Expected calibration error of the most probable partition alone."""
        right = self.probability.argmax(1) == self.truth
        return calibration(self.probability.max(1).clip(0, 1), right).error

    def of(self, column: int) -> tuple[int, int, float]:
        """Triples of one truth: (most probable partition right, triples, mean probability)."""
        rows = self.probability[self.truth == column]
        right = int((rows.argmax(1) == column).sum())
        return right, len(rows), float(rows[:, column].mean()) if len(rows) else 0.0

    @property
    def misleading(self) -> tuple[int, int]:
        """(wrong, of): triples whose most probable partition has more than `SURE`."""
        sure = self.probability.max(1) > SURE
        wrong = self.probability.argmax(1) != self.truth
        return int((sure & wrong).sum()), int(sure.sum())


def quotas(count: int, together: float = TOGETHER) -> tuple[int, ...]:
    """How many of `count` triples have each partition as their truth: as often as the prior says.

    Where this leaves a remainder it goes to the largest fractions, the first of equals.
    """
    theta = concentration(together)
    exact = np.array([count * exp(log_prior(partition, theta)) for partition in PARTITIONS])
    whole = np.floor(exact + 1e-9).astype(int)
    for column in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]:
        whole[column] += 1
    return tuple(int(n) for n in whole)


def draw(
    encounters: Sequence[SurveyEncounter], count: int, rng: np.random.Generator
) -> list[Triple]:
    """So many triples from a survey, truths in the proportions of the prior.

    Two animals of a triple are relatives of one style as often as `RELATIVES` says, which makes
    them harder to tell apart than strangers. Raises ValueError unless three animals were met three
    times each.
    """
    of_animal: dict[str, list[int]] = {}
    for position, encounter in enumerate(encounters):
        of_animal.setdefault(encounter.animal, []).append(position)
    often = sorted(animal for animal, where in of_animal.items() if len(where) >= 3)
    if len(often) < 3:
        raise ValueError("triples need at least three animals with three encounters each")
    triples = []
    for truth, number in zip(PARTITIONS, quotas(count), strict=True):
        for _ in range(number):
            animals = _animals(often, max(truth) + 1, rng)
            members = np.empty(3, int)
            for animal, block in zip(animals, blocks(truth), strict=True):
                members[list(block)] = rng.choice(of_animal[animal], len(block), replace=False)
            a, b, c = members.tolist()
            triples.append(Triple((a, b, c), truth))
    return triples


def _animals(often: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Different animals in random order; the first two are relatives as often as stated."""
    chosen = [str(name) for name in rng.choice(often, count, replace=False)]
    if count > 1 and rng.random() < RELATIVES and relative(chosen[0]) in often:
        close = relative(chosen[0])
        rest = [name for name in chosen[1:] if name != close]
        chosen = [chosen[0], close, *rest][:count]
    return [str(name) for name in rng.permutation(chosen)]


def pairs_of(triples: Sequence[Triple]) -> set[Pair]:
    """The pairs of encounters that must be compared, lower position first."""
    pairs = set()
    for triple in triples:
        a, b, c = sorted(triple.members)
        pairs |= {(a, b), (a, c), (b, c)}
    return pairs


def answer(triples: Sequence[Triple], evidence: Mapping[Pair, Evidence]) -> TriplesAnswered:
    """The posterior of all five partitions of every triple, as a case of the product has it."""
    column = {partition: n for n, partition in enumerate(PARTITIONS)}
    table = np.zeros((len(triples), len(PARTITIONS)))
    for row, triple in enumerate(triples):
        llr, comparable = np.zeros((3, 3)), np.zeros((3, 3), bool)
        for i, j in ((0, 1), (0, 2), (1, 2)):
            a, b = sorted((triple.members[i], triple.members[j]))
            says = evidence[a, b]
            llr[i, j] = llr[j, i] = says.llr
            comparable[i, j] = comparable[j, i] = says.verdict is not Verdict.NOT_COMPARABLE
        for weighed in posterior(llr, comparable, together=TOGETHER).partitions:
            table[row, column[weighed.partition]] = weighed.probability
    return TriplesAnswered(table, np.array([column[triple.truth] for triple in triples]))


def as_text(answered: TriplesAnswered) -> str:
    """The posterior beside the truth, in counts, then bin by bin, then in one number each."""
    whole, (wrong, sure) = answered.calibration, answered.misleading
    right, cases = whole.first
    lines = [f"{'truth':>14}{'triples':>9}{'top right':>11}{'mean posterior of the truth':>29}"]
    for n, partition in enumerate(PARTITIONS):
        hits, of, mean = answered.of(n)
        lines.append(f"{named(partition):>14}{of:>9}{hits:>11}{mean:>29.3f}")
    return "\n".join(
        [
            *lines,
            *_curve(whole),
            f"most probable partition right: {right}/{cases} = {right / cases:.3f}, "
            f"stated {whole.stated:.3f}; ECE {answered.first_error:.3f}",
            f"wrong with a posterior above {SURE}: {wrong} of {sure} triples",
            f"ECE over all partitions: {whole.curve.error:.3f}",
            f"bits a triple: {whole.bits:.3f}; by chance {np.log2(5):.3f}",
        ]
    )


def _curve(whole: PartitionCalibration) -> Iterator[str]:
    """Bin by bin, over all partitions."""
    yield f"{'posterior':>14}{'partitions':>12}{'stated':>9}{'observed':>10}"
    curve = whole.curve
    rows = zip(curve.stated, curve.observed, curve.true + curve.false, strict=True)
    for stated, observed, count in rows:
        low = min(int(stated * 10), 9) / 10
        place = f"{low:.1f} to {low + 0.1:.1f}"
        yield f"{place:>14}{count:>12}{stated:>9.3f}{observed:>10.3f}"


def as_json(answered: TriplesAnswered) -> dict[str, Any]:
    """The figures of `as_text` and every posterior, for readers that draw their own curve."""
    whole, (wrong, sure) = answered.calibration, answered.misleading
    return {
        "partitions": [named(partition) for partition in PARTITIONS],
        "prior_together": TOGETHER,
        "probability": answered.probability.round(6).tolist(),
        "truth": answered.truth.tolist(),
        "top_right": list(whole.first),
        "top_stated": whole.stated,
        "top_ece": answered.first_error,
        "misleading": [wrong, sure],
        "ece": whole.curve.error,
        "bits": whole.bits,
    }


def named(partition: Partition) -> str:
    """(0, 0, 1) is "A=B, C"."""
    return ", ".join("=".join("ABC"[n] for n in block) for block in blocks(partition))
