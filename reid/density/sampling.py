"""Draws of who is who by photos and places together: a spatial partial identity model.

What a way to sort encounters into animals is worth is the product, over its animals, of the
evidence of their photos (`partitions.block_llr`) and of the chance of their captures under the
spatial capture-recapture model, whose parameters are drawn along (Augustine et al. 2018). So two
encounters whose photos say nothing, such as a left and a right side, are one animal as often as
their places make that probable. Space and time are never part of an llr: they are weighed here, and
the answer by photos alone stands beside this one.

The chain moves one unit at a time (Gibbs), and splits or merges animals by sequential allocation
(Dahl 2005), so that the left-flank and the right-flank half of one animal find each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from reid.density.habitat import Habitat
from reid.density.likelihood import (
    LEAST_LOGIT,
    MOST_LOGIT,
    NEAR_KM,
    Detection,
    Float64,
    TrapEffort,
    given_met,
)
from reid.identify.draws import fast_block_llr
from reid.identify.partitions import Mask, Matrix, block_llr

Members = tuple[int, ...]
MANY = 6  # members from which arrays are faster than sets
SPLITS = 10  # proposals to split or merge in a sweep
NEGLIGIBLE = -16.0  # log gain below that of a new animal which no photos make up for


@dataclass(frozen=True, slots=True)
class SampledCapture:
    """Where and when a unit was met: station by place in the effort, occasion by number."""

    station: int
    occasion: int


class TrapPlaces:
    """The spatial capture-recapture model: an animal is met around its activity centre."""

    def __init__(
        self,
        captures: Sequence[Sequence[SampledCapture]],
        effort: TrapEffort,
        habitat: Habitat,
        start: Float64,
        step: Float64,
    ) -> None:
        self._captures = [frozenset(of_unit) for of_unit in captures]
        self._effort, self._cell = effort, habitat.cell_km2
        self._squared = habitat.squared_distances(effort.stations)
        self._far = log(2 * habitat.buffer_km)
        self._step = np.linalg.cholesky(step[1:, 1:]) * 1.2
        self.theta = start.copy()  # log density, logit g0, log sigma
        self._known: dict[Members, tuple[frozenset[SampledCapture], Float64, float]] = {}
        self._set(start)

    def weight(self, members: Members) -> float:
        """Log of density times the chance of these captures, over all centres."""
        return self._of(members)[2]

    def joined(self, blocks: Sequence[Members], unit: int) -> Float64:
        """Gain of weight in each block, and the weight of the unit alone."""
        new = self._captures[unit]
        of = [self._of(block) for block in blocks]
        odds = np.exp(self._odds[[capture.station for capture in new]].sum(0))
        gains = np.empty(len(blocks) + 1)
        gains[-1] = self.weight((unit,))
        if blocks:
            gains[:-1] = np.log(np.maximum(np.stack([share for _, share, _ in of]) @ odds, 1e-300))
        for place, (captures, share, _) in enumerate(of):
            if captures & new:
                stations = [capture.station for capture in new - captures]
                gains[place] = log(float(share @ np.exp(self._odds[stations].sum(0))))
        return gains

    def renew(self, blocks: Sequence[Members], chance: np.random.Generator) -> None:
        """Metropolis steps for g0 and sigma with the density integrated out; then the density."""
        counts = self._counts(blocks)
        now = self._log_likelihood(counts, self.theta)
        for _ in range(2):
            new = self.theta.copy()
            new[1:] += self._step @ chance.standard_normal(2)
            if not (LEAST_LOGIT < new[1] < MOST_LOGIT and log(NEAR_KM) < new[2] < self._far):
                continue
            value = self._log_likelihood(counts, new)
            if log(chance.random()) < value - now:
                self.theta, now = new, value
        area = self._detection(self.theta).effective_area(self._cell)
        self.theta[0] = log(chance.gamma(len(blocks)) / area)
        self._set(self.theta)

    def _set(self, theta: Float64) -> None:
        seen = self._detection(theta)
        self._odds, self._missed = seen.odds, seen.missed
        self._log_density = float(theta[0])
        self._known.clear()

    def _detection(self, theta: Float64) -> Detection:
        return Detection.at(self._squared, self._effort.occasions, theta[1:])

    def _of(self, members: Members) -> tuple[frozenset[SampledCapture], Float64, float]:
        """Captures of a block, where its centre may be (M,), its weight."""
        if members not in self._known:
            captures = frozenset[SampledCapture]().union(
                *(self._captures[unit] for unit in members)
            )
            value = self._missed + self._odds[[capture.station for capture in captures]].sum(0)
            top = float(value.max())
            share = np.exp(value - top)
            total = float(share.sum())
            weight = log(total) + top + self._log_density + log(self._cell)
            self._known[members] = captures, share / total, weight
        return self._known[members]

    def _counts(self, blocks: Sequence[Members]) -> Float64:
        counts = np.zeros((len(blocks), len(self._effort.stations)))
        for row, members in enumerate(blocks):
            for capture in frozenset[SampledCapture]().union(*(self._captures[u] for u in members)):
                counts[row, capture.station] += 1
        return counts

    def _log_likelihood(self, counts: Float64, theta: Float64) -> float:
        return given_met(counts, self._squared, self._effort.occasions, theta[1:])


class Chain:
    """A partition of units that moves. blocks: animals, each its units in order."""

    def __init__(
        self,
        llr: Matrix,
        comparable: Mask,
        prior: TrapPlaces,
        start: Sequence[int],
        chance: np.random.Generator,
    ) -> None:
        self._llr, self._comparable, self._prior, self._chance = llr, comparable, prior, chance
        self._evidence: dict[Members, float] = {}
        self.blocks: list[Members] = [
            tuple(unit for unit, of in enumerate(start) if of == animal)
            for animal in dict.fromkeys(start)
        ]

    def sweep(self) -> None:
        """Every unit once, some splits and merges, and the parameters of the prior."""
        for unit in self._chance.permutation(len(self._llr)):
            self._move(int(unit))
        for _ in range(SPLITS):
            self._split_or_merge()
        self._prior.renew(self.blocks, self._chance)

    def labels(self) -> list[int]:
        """The animal of each unit now."""
        of = {unit: animal for animal, block in enumerate(self.blocks) for unit in block}
        return [of[unit] for unit in range(len(self._llr))]

    def evidence(self, members: Members) -> float:
        """Natural log likelihood ratio of "one animal" for some units."""
        if len(members) < 2:
            return 0.0
        if members not in self._evidence:
            weigh = block_llr if len(members) < MANY else fast_block_llr
            value = weigh(self._llr, self._comparable, members)
            self._evidence[members] = value * log(10)
        return self._evidence[members]

    def _move(self, unit: int) -> None:
        """Give a unit to one of the animals, or to a new one, by what each is worth."""
        self._take(unit)
        gains = self._gains(self.blocks, unit, least=NEGLIGIBLE)
        shares = np.exp(gains - gains.max()).cumsum()
        choice = int(np.searchsorted(shares, self._chance.random() * shares[-1], side="right"))
        if choice == len(self.blocks):
            self.blocks.append((unit,))
        else:
            self.blocks[choice] = _with(self.blocks[choice], unit)

    def _take(self, unit: int) -> None:
        place = next(n for n, block in enumerate(self.blocks) if unit in block)
        left = tuple(other for other in self.blocks[place] if other != unit)
        if left:
            self.blocks[place] = left
        else:
            self.blocks.pop(place)

    def _gains(self, blocks: Sequence[Members], unit: int, least: float = -np.inf) -> Float64:
        """Log gain of a unit to each block, and as a new one. least: that photos could make up."""
        gains = self._prior.joined(blocks, unit)
        reachable = gains > gains[-1] + least
        for place, block in enumerate(blocks):
            if reachable[place]:
                gains[place] += self.evidence(_with(block, unit)) - self.evidence(block)
        return gains

    def _split_or_merge(self) -> None:
        """Propose to split the animal of two units, or to merge the animals of both."""
        if len(self._llr) < 2:
            return
        one, other = (int(n) for n in self._chance.choice(len(self._llr), 2, replace=False))
        first = next(block for block in self.blocks if one in block)
        second = next(block for block in self.blocks if other in block)
        whole = tuple(sorted({*first, *second}))
        order = [u for u in self._chance.permutation(whole).tolist() if u not in (one, other)]
        if first is second:
            parts, chance = self._allocated(one, other, order, None)
            ratio = self._worth(*parts) - self._worth(whole) - chance
            if log(self._chance.random()) < ratio:
                self.blocks = [b for b in self.blocks if b is not first] + list(parts)
            return
        _, chance = self._allocated(one, other, order, (set(first), set(second)))
        ratio = self._worth(whole) - self._worth(first, second) + chance
        if log(self._chance.random()) < ratio:
            self.blocks = [b for b in self.blocks if b not in (first, second)] + [whole]

    def _allocated(
        self, one: int, other: int, order: Sequence[int], forced: tuple[set[int], set[int]] | None
    ) -> tuple[tuple[Members, Members], float]:
        """Units given to two animals one by one, and the log probability of that."""
        parts: list[Members] = [(one,), (other,)]
        total = 0.0
        for unit in order:
            gains = self._gains(parts, unit)[:2]
            log_p = gains - np.logaddexp(*gains)
            if forced is None:
                side = int(self._chance.random() >= exp(float(log_p[0])))
            else:
                side = int(unit in forced[1])
            total += float(log_p[side])
            parts[side] = _with(parts[side], unit)
        return (parts[0], parts[1]), total

    def _worth(self, *blocks: Members) -> float:
        return sum(self.evidence(block) + self._prior.weight(block) for block in blocks)


def _with(block: Members, unit: int) -> Members:
    return tuple(sorted((*block, unit)))
