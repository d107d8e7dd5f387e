"""What would settle an open pair of encounters: which photo, of which flank, and how good."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil

import numpy as np

from reid.compare.discrepancies import FEWEST as FEWEST_CELLS
from reid.compare.discrepancies import shared_cells
from reid.compare.registration import Grid, register
from reid.evidence.encounters import ComparedPhotos
from reid.evidence.tested import FEWEST, SETTLED, Settling, Tested
from reid.photo.quality import DEFICITS, WIDE, QualityModel
from reid.sentences import Sentence
from reid.types import AnnotationFeatures, Correspondences, Evidence, Flank, Grade, Source

ENOUGH = 0.5  # expected share of settled pairs from which a photo "would probably" settle it
LISTED = 4  # so many suggestions of a pair
CELLS = 8  # of coat in a third of the flank from which that third is shown
SECTIONS = ("front", "middle", "rear")

Photos = Sequence[AnnotationFeatures]


class BoundTooLow(
    Sentence,
    message="no photos can settle it: the calibrator supports no llr beyond ±{bound:.2f}, and a "
    "verdict takes {same:g}",
): ...


class CalibratorUntested(
    Sentence,
    message="this calibrator has no test results, so nothing says which photos would settle it",
): ...


class NoBetterPhotos(
    Sentence, message="no kind of photos that was tested is better than those at hand"
): ...


@dataclass(frozen=True, slots=True)
class SuggestedPhoto:
    """A photo, or one of each encounter, that would move an open pair.

    encounters: whose photo is wanted, positions 0 and 1 of the pair. flanks: of which flank; of
    either where there are two. grade: at least this.
    width: least width of the flank in pixels at which a photo can have it, 0 where no card says.
    section: third of the flank that is not seen in both yet, "" where that is not known.
    frames: where that many frames of one passage are wanted instead, of this grade, fused; else 0.
    settling: tested pairs whose encounters would then be alike in grades and shared flanks.
    expected: [0, 1], share of them that was settled, weighed by the present llr at even prior odds.
    """

    encounters: tuple[int, ...]
    flanks: tuple[Flank, ...]
    grade: Grade
    width: int
    section: str
    settling: Settling
    expected: float
    frames: int = 0

    @property
    def enough(self) -> bool:
        """Whether it would settle the pair more often than not."""
        return self.expected >= ENOUGH


def what_would_settle(
    photos0: Photos,
    photos1: Photos,
    evidence: Evidence,
    tested: Tested | None,
    same: float,
    *,
    quality: QualityModel | None = None,
    best: ComparedPhotos | None = None,
) -> tuple[SuggestedPhoto, ...]:
    """The photos that would bring an open pair past the threshold, the most promising first.

    same: the llr of the verdict. quality: to say how wide a flank must be. best: the two photos
    that speak, to say which third of the flank is not seen in both.
    Where nothing would settle it more often than not, the best there is, with `enough` false.
    Nothing where the pair is settled, or where `why_nothing` says why.
    """
    if tested is None or abs(evidence.llr) >= same or evidence.bound < same:
        return ()
    chance = 1 / (1 + 10**-evidence.llr)
    shown = [_grades(photos0), _grades(photos1)]
    further = _further_frames((photos0, photos1), shown, tested)
    lacking = _lacking(best) if best else {}
    suggestions = [
        SuggestedPhoto(
            encounters=of,
            flanks=(flank,),
            grade=grade,
            width=least_width(quality, grade) if quality and not settling.frames else 0,
            section="" if settling.frames else lacking.get((flank, of), ""),
            settling=settling,
            expected=chance * settling.same + (1 - chance) * settling.different,
            frames=settling.frames,
        )
        for flank, of, grade, settling in (*_options(shown, tested), *further)
    ]
    return _chosen(suggestions)


def why_nothing(evidence: Evidence, tested: Tested | None, same: float) -> Sentence | None:
    """Why there is no suggestion for an open pair; None for a settled one."""
    if abs(evidence.llr) >= same:
        return None
    if evidence.bound < same:
        return BoundTooLow(bound=evidence.bound, same=same)
    return CalibratorUntested() if tested is None else NoBetterPhotos()


def in_words(suggestion: SuggestedPhoto, names: tuple[str, str]) -> str:
    """A suggestion as a sentence. names: of the two encounters, such as "encounter 1"."""
    of = " and one of ".join(names[n] for n in suggestion.encounters)
    flank = "either" if len(suggestion.flanks) > 1 else f"the {suggestion.flanks[0]}"
    wide = f", the flank at least {suggestion.width:,} pixels wide," if suggestion.width else ""
    section = (
        f" with the {suggestion.section} third, which is not seen in both yet,"
        if suggestion.section
        else ""
    )
    would = (
        "would probably settle it" if suggestion.enough else "would be best, but may not settle it"
    )
    counts = counted(suggestion.settling)
    return f"{_kind(suggestion)} of {flank} flank of {of}{wide}{section} {would}: {counts}."


def _kind(suggestion: SuggestedPhoto) -> str:
    if suggestion.frames:
        return f"{suggestion.frames} frames of one passage, no better than {suggestion.grade},"
    if suggestion.grade is Grade.GOOD:
        return "A good photo"
    return f"A photo of {suggestion.grade} quality or better"


def counted(settling: Settling) -> str:
    """The counts behind a suggestion as half a sentence."""
    same, different = 100 * settling.same, 100 * settling.different
    return (
        f"of tested pairs like that, {same:.0f} % of {settling.genuine:,} of the same animal "
        f"reached an llr of +{SETTLED:g}, and {different:.0f} % of {settling.impostor:,} of "
        f"different animals \N{MINUS SIGN}{SETTLED:g}"
    )


def best_grade(photos: Iterable[AnnotationFeatures]) -> Grade | None:
    """The best grade of some photos, None for no photos; an ungraded one counts as good."""
    order = list(Grade)
    grades = [photo.quality.grade if photo.quality else Grade.GOOD for photo in photos]
    return min(grades, key=order.index, default=None)


def least_width(model: QualityModel, grade: Grade) -> int:
    """Width of the flank in pixels, rounded up to ten, below which no photo has this grade."""
    n = list(DEFICITS).index("small")
    step = model.steps[list(Grade).index(grade)] if grade is not Grade.UNUSABLE else np.inf
    halvings = model.usual[n] + step / model.weights[n] if model.weights[n] > 0 else np.inf
    halvings = min(halvings, model.most[n])
    return 10 * ceil(WIDE / 2**halvings / 10)


def _grades(photos: Photos) -> dict[Flank, Grade]:
    """The best grade of each flank that is seen for certain."""
    grades = {}
    for flank in (Flank.LEFT, Flank.RIGHT):
        best = best_grade(photo for photo in photos if _flank(photo) is flank)
        if best:
            grades[flank] = best
    return grades


def _flank(photo: AnnotationFeatures) -> Flank:
    """As stated, else as the network is sure of it."""
    return photo.pose.flank if photo.flank is Flank.UNKNOWN and photo.pose else photo.flank


def _options(
    shown: Sequence[dict[Flank, Grade]], tested: Tested
) -> Iterator[tuple[Flank, tuple[int, ...], Grade, Settling]]:
    """Every better photo of one encounter or of both, that makes a tested kind of pair."""
    order = list(Grade)
    of: tuple[int, ...]
    for flank, of in product((Flank.LEFT, Flank.RIGHT), ((0,), (1,), (0, 1))):
        for grade in (Grade.USABLE, Grade.GOOD):
            now = [shown[n].get(flank) for n in of]
            if any(had and order.index(had) <= order.index(grade) for had in now):
                continue
            then = [{**has, flank: grade} if n in of else has for n, has in enumerate(shown)]
            shared = then[0].keys() & then[1].keys()
            if flank in shared and (settling := _settling(then, shared, tested)):
                yield flank, of, grade, settling


def _further_frames(
    photos: Sequence[Photos], shown: Sequence[dict[Flank, Grade]], tested: Tested
) -> Iterator[tuple[Flank, tuple[int, ...], Grade, Settling]]:
    """More frames of one passage, as poor as those at hand, where such bursts were tested."""
    for n, flank in product((0, 1), (Flank.LEFT, Flank.RIGHT)):
        grades = shown[n].get(flank), shown[1 - n].get(flank)
        count = sum(_flank(photo) is flank for photo in photos[n])
        rows = sorted(tested.settling, key=lambda row: row.frames)
        for row in rows:
            enough = min(row.genuine, row.impostor) >= FEWEST
            if row.frames > count and enough and (row.grade0, row.grade1) == grades:
                yield flank, (n,), row.grade0, row


def _settling(
    then: Sequence[dict[Flank, Grade]], shared: Iterable[Flank], tested: Tested
) -> Settling | None:
    """Tested pairs with these best grades; those with one shared flank where two were too few."""
    order = list(Grade)
    flanks = list(shared)
    grades = [min((side[flank] for flank in flanks), key=order.index) for side in then]
    for number in range(len(flanks), 0, -1):
        alike = [
            row
            for row in tested.settling
            if row.flanks == number
            and not row.frames
            and sorted([row.grade0, row.grade1]) == sorted(grades)
        ]
        genuine, impostor = (sum(getattr(o, k) for o in alike) for k in ("genuine", "impostor"))
        if min(genuine, impostor) >= FEWEST:
            same = sum(stratum.same * stratum.genuine for stratum in alike) / genuine
            different = sum(stratum.different * stratum.impostor for stratum in alike) / impostor
            return Settling(grades[0], grades[1], number, genuine, impostor, same, different)
    return None


def _chosen(suggestions: Sequence[SuggestedPhoto]) -> tuple[SuggestedPhoto, ...]:
    """No better grade than it takes, and one photo rather than two; else the best there is."""
    enough = [suggestion for suggestion in suggestions if suggestion.enough]
    if not enough:
        best = sorted(suggestions, key=lambda photo: (-photo.expected, len(photo.encounters)))
        return _either(best)[:1]
    least: dict[tuple[Flank, tuple[int, ...], bool], SuggestedPhoto] = {}
    for suggestion in enough:  # lower grades and fewer frames come first
        key = suggestion.flanks[0], suggestion.encounters, suggestion.frames > 0
        least.setdefault(key, suggestion)
    chosen = [suggestion for (_, of, _), suggestion in least.items() if len(of) == 1] or list(
        least.values()
    )
    return _either(sorted(chosen, key=lambda photo: -photo.expected))[:LISTED]


def _either(suggestions: Iterable[SuggestedPhoto]) -> tuple[SuggestedPhoto, ...]:
    """One suggestion for two flanks where nothing but the flank tells them apart."""
    alike: dict[SuggestedPhoto, tuple[Flank, ...]] = {}
    for suggestion in suggestions:
        key = replace(suggestion, flanks=())
        alike[key] = (*alike.get(key, ()), *suggestion.flanks)
    return tuple(replace(suggestion, flanks=flanks) for suggestion, flanks in alike.items())


def _lacking(best: ComparedPhotos) -> dict[tuple[Flank, tuple[int, ...]], str]:
    """The third of the flank that one photo of the two shows and the other does not."""
    query, other, comparison = best
    flank = next((f for f in map(_flank, (query, other)) if f is not Flank.UNKNOWN), Flank.UNKNOWN)
    turned = [kind.turned() for kind in comparison.correspondences]
    return {
        (flank, (1,)): _unseen(query, other, comparison.correspondences, flank),
        (flank, (0,)): _unseen(other, query, turned, flank),
    }


def _unseen(
    shows: AnnotationFeatures,
    lacks: AnnotationFeatures,
    correspondences: Iterable[Correspondences],
    flank: Flank,
) -> str:
    """Which third of the first photo's coat the second does not show; "" where that is not known.

    An animal whose left flank is seen walks to the left. Over an outline nothing is known.
    """
    mine, theirs = shows.dense.scales()[1], lacks.dense.scales()[1]
    if min(len(mine), len(theirs)) < FEWEST_CELLS:
        return ""
    laid = register(mine, theirs, correspondences)
    if laid.source is Source.OUTLINE:
        return ""
    grid = Grid.of(theirs.points)
    shared, _ = shared_cells(grid, grid.cells(laid(mine.points)))
    x = mine.points[:, 0]
    third = np.minimum(3 * (x - x.min()) / (np.ptp(x) + 1e-6), 2).astype(int)
    worst, least = "", ENOUGH
    for n, name in enumerate(SECTIONS if flank is Flank.LEFT else SECTIONS[::-1]):
        here = third == n
        if here.sum() >= CELLS and shared[here].mean() < least:
            worst, least = name, float(shared[here].mean())
    return worst
