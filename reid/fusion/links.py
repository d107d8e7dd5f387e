"""Which frames of a burst show one coat: every pair compared, and the groups that agree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reid.compare.comparison import compare, flank_correspondences
from reid.compare.registration import CARRIES
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Comparison, Crop, Flank, Float32

LINKED = 36.0  # strength from which two frames show one coat: 2 of 2,706 poor strangers have it
SHARE = 0.08  # and of the trusted coat of the poorer one: good strangers reach 74 of some 1,200
SURE = 50.0  # strength that a group has within it before it may be another animal
LARGEST = 24  # frames of a burst that are looked at; more add little, and each takes memory
ENOUGH = 24  # such cells of the look at the flank; frames are then laid over each other by them
MOST = 12  # frames of which every pair is compared; each other one with the best of these

Couple = tuple[int, int]


class BurstFrame(NamedTuple):
    """One animal in one frame of a burst, as it was described."""

    crop: Crop
    features: AnnotationFeatures

    @property
    def corner(self) -> Float32:
        """(2,) left and top of the crop, pixels of the photo."""
        return np.array([self.crop.box.x0, self.crop.box.y0], np.float32)


@dataclass(frozen=True, slots=True)
class BurstLinks:
    """What agrees between the frames of a burst, by their positions.

    found: comparisons of pairs that show one coat, the lower position first. groups: frames that
    agree with each other, directly or over others, the group with most trusted coat first; a frame
    that agrees with none is a group of its own. anchor: the frame of the first group with most
    trusted coat. flanks: of each frame, as stated, else as estimated.
    """

    found: Mapping[Couple, Comparison]
    groups: tuple[tuple[int, ...], ...]
    anchor: int
    flanks: tuple[Flank, ...]

    @property
    def two_animals(self) -> bool:
        """Whether two groups of one flank agree well within themselves and not with each other.

        A frame that agrees with none says nothing: it may be too poor.
        """
        sure = [group for group in self.groups if self._strongest(group) >= SURE]
        return any(self._show_one_flank(*pair) for pair in combinations(sure, 2))

    def _show_one_flank(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether a frame of each is known to show the same flank; the two flanks of an animal, or
        of a pair of cameras, do not agree either."""
        known = [{self.flanks[n] for n in group} - {Flank.UNKNOWN} for group in (one, other)]
        return bool(known[0] & known[1])

    def _strongest(self, group: Sequence[int]) -> float:
        inside = (self.found.get(couple) for couple in combinations(group, 2))
        return max((one.dense_score for one in inside if one), default=0.0)


def clearest(frames: Sequence[AnnotationFeatures]) -> list[int]:
    """Positions of at most `LARGEST` frames that show an animal, those with most trusted coat, in
    order."""
    seen = [n for n, frame in enumerate(frames) if frame.shows_animal]
    return sorted(sorted(seen, key=lambda n: (-_trusted(frames[n]), n))[:LARGEST])


def linked(frames: Sequence[AnnotationFeatures]) -> BurstLinks:
    """The frames of one burst, in the order of time, compared with each other.

    Raises ValueError for no frames, EmbeddingMismatch for frames of two models.
    """
    if not frames:
        raise ValueError("a burst without frames")
    trusted = [_trusted(frame) for frame in frames]
    order = sorted(range(len(frames)), key=lambda n: (-trusted[n], n))
    couples = [*combinations(sorted(order[:MOST]), 2)]
    couples += [(min(n, order[0]), max(n, order[0])) for n in order[MOST:]]
    comparisons = side_by_side(lambda couple: _compared(frames, couple), couples)
    found = {
        (a, b): comparison
        for (a, b), comparison in zip(couples, comparisons, strict=True)
        if comparison.dense_score >= max(LINKED, SHARE * min(trusted[a], trusted[b]))
    }
    groups = _groups(len(frames), found)
    groups.sort(key=lambda group: -sum(trusted[n] for n in group))
    anchor = max(groups[0], key=lambda n: (trusted[n], -n))
    return BurstLinks(found, tuple(groups), anchor, tuple(_flank(frame) for frame in frames))


def _flank(frame: AnnotationFeatures) -> Flank:
    """As stated, else where the network is sure of it."""
    if frame.flank is not Flank.UNKNOWN or frame.pose is None:
        return frame.flank
    return frame.pose.flank


def _trusted(frame: AnnotationFeatures) -> float:
    return float(frame.dense.weight.sum())


def _compared(frames: Sequence[AnnotationFeatures], couple: Couple) -> Comparison:
    """As two photos; by the cells of the look at the flank where they are many, for pictures that
    are laid over each other by a softer look are blurred."""
    one, other = (frames[n] for n in couple)
    pair = compare(one, other, rootsift=False, registered=False, burst=True)
    exact = flank_correspondences(one.dense, other.dense)
    many = int((exact.strength > CARRIES).sum()) >= ENOUGH
    return replace(pair, correspondences=(exact,)) if many else pair


def _groups(count: int, links: Collection[Couple]) -> list[tuple[int, ...]]:
    """Frames joined by links, each group in the order of time."""
    ends = ([a for a, _ in links], [b for _, b in links])
    table = coo_array(([1] * len(links), ends), shape=(count, count))
    number, label = connected_components(table, directed=False)
    return [tuple(n for n in range(count) if label[n] == g) for g in range(number)]
