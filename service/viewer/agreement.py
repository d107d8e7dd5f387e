"""Which places of two coats are shown as marks: the same ones on every page and in every document.

A comparison holds every point that was found. A mark is one of them for each rosette, and strong
enough to speak; how many there are does not depend on the page, the look or the order of photos.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from reid.compare.sections import BodyFrame
from reid.compare.spread import spread
from reid.types import AnnotationFeatures, Box, Comparison, Correspondences, Source

CARRIES = 0.2  # strength below which an agreement is no mark
AROUND = 0.9 / 24  # of the width of a coat, about a rosette: two marks are no nearer to each other
LETTERS = 26  # places that differ are called A to Z


@dataclass(frozen=True, slots=True)
class SpeakingMarks:
    """agree: of each kind of correspondence, the best of each part of the body first.

    differ: the strongest first; none over an outline, which is too coarse to mark a place.
    """

    agree: tuple[Correspondences, ...] = ()
    differ: Correspondences | None = None

    @property
    def agreeing(self) -> int:
        """How many places agree."""
        return sum(map(len, self.agree))

    @property
    def differing(self) -> int:
        """How many places differ."""
        return len(self.differ) if self.differ else 0

    @property
    def every(self) -> tuple[Correspondences, ...]:
        """All kinds of marks; those that differ last."""
        return (*self.agree, *([self.differ] if self.differ is not None else []))

    def together(self) -> Correspondences:
        """What agrees, of all kinds, the best of each part of the body first."""
        places = [kind.places for kind in self.agree if kind.places is not None]
        return spread(
            Correspondences(
                np.concatenate([kind.points0 for kind in self.agree]),
                np.concatenate([kind.points1 for kind in self.agree]),
                np.concatenate([kind.strength for kind in self.agree]),
                "agree",
                np.concatenate(places) if len(places) == len(self.agree) else None,
            )
        )

    def turned(self) -> "SpeakingMarks":
        """With both photos exchanged."""
        differ = self.differ.turned() if self.differ is not None else None
        return replace(self, agree=tuple(kind.turned() for kind in self.agree), differ=differ)


def speaking(
    comparison: Comparison, photo0: AnnotationFeatures, photo1: AnnotationFeatures
) -> SpeakingMarks:
    """The marks of two photos that were compared, in this order."""
    apart = AROUND * _coat(photo0).width, AROUND * _coat(photo1).width
    kinds = tuple(_free(comparison, apart))
    overlap = comparison.overlap
    if overlap is None or overlap.registration is Source.OUTLINE:
        return SpeakingMarks(kinds)
    return SpeakingMarks(
        kinds, overlap.discrepancies.rows(np.arange(len(overlap.discrepancies))[:LETTERS])
    )


def _free(comparison: Comparison, apart: tuple[float, float]) -> Iterator[Correspondences]:
    """Of each kind the strongest that are no nearer to a stronger one of any kind, in both photos.

    apart: pixels of either photo.
    """
    kinds = comparison.correspondences
    points0 = np.concatenate([kind.points0 for kind in kinds])
    points1 = np.concatenate([kind.points1 for kind in kinds])
    strength = np.concatenate([kind.strength for kind in kinds])
    chosen: list[int] = []
    for n in np.argsort(-strength, kind="stable"):
        ends = zip((points0, points1), apart, strict=True)
        free = all(np.hypot(*(p[chosen] - p[n]).T).min(initial=np.inf) >= a for p, a in ends)
        if strength[n] > CARRIES and free:
            chosen.append(int(n))
    first = 0
    for kind in kinds:
        own = [n - first for n in chosen if first <= n < first + len(kind)]
        yield spread(kind.rows(np.array(own, np.intp)))
        first += len(kind)


def _coat(photo: AnnotationFeatures) -> Box:
    """The outline of the coat, else the box of the animal."""
    frame = BodyFrame.of(photo)
    return frame.outline if frame and frame.outline.width > 0 else photo.box
