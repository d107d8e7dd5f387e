"""What the photos of two encounters say together."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import Depends

from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import ComparedPhotos, between
from reid.evidence.settle import SuggestedPhoto, best_grade, what_would_settle, why_nothing
from reid.evidence.tested import Place, load_tested
from reid.photo.quality import load_quality
from reid.sentences import Sentence
from reid.types import Comparison, Evidence, Grade
from service.recognition.comparing import in_force
from service.recognition.engine import Engine
from service.store import cases, copies, features
from service.store.database import Database
from service.store.pairs import Maker
from service.viewer.agreement import SpeakingMarks
from service.viewer.agreement import speaking as marks_of
from service.web.answer_cache import AnswerCache
from service.web.parameters import component

PAIRS_KEPT = 1000

Embedded = Mapping[int, int]

Key = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...], str, str]


@dataclass(frozen=True, slots=True)
class BestPair:
    """The two photos that speak for a pair of encounters, and what they show together.

    annotations: numbers, in the order of the encounters that were asked about. comparison: its
    side 0 is `query`, one of the two annotations. agreement: what agrees in them, as one number.
    marks: what every page shows of the comparison; its sides are those of the comparison.
    behind: frames behind each; more than 1 where a fused picture over that annotation speaks.
    """

    annotations: tuple[int, int]
    query: int
    comparison: Comparison
    agreement: float
    marks: SpeakingMarks
    behind: tuple[int, int] = (1, 1)

    def in_order(self) -> tuple[Comparison, SpeakingMarks]:
        """Comparison and marks with side 0 the first of the annotations."""
        if self.query == self.annotations[0]:
            return self.comparison, self.marks
        return self.comparison.turned(), self.marks.turned()


@dataclass(frozen=True, slots=True)
class PairSays:
    """What the photos of two encounters say. best None: no photo shows the same flank.

    compared: pairs of photos that were compared. grades: the best of each encounter. place: on the
    Tippett plot of such grades, None where nothing was compared or the calibrator was not tested.
    settle: what would settle an open pair; why_nothing: why nothing is known to, or None.
    """

    evidence: Evidence
    best: BestPair | None
    compared: int
    grades: tuple[Grade, ...]
    place: Place | None
    settle: tuple[SuggestedPhoto, ...]
    why_nothing: Sentence | None


class PairEvidence:
    """Compares encounters with each other and keeps what it found. One a process.

    weights: the folder with the cards and test results.
    """

    def __init__(self, database: Database, engine: Engine, weights: Path) -> None:
        self._database, self._engine, self._weights = database, engine, weights
        self._kept: AnswerCache[Key, PairSays] = AnswerCache(PAIRS_KEPT)
        self._comparing = Lock()
        self._waits = True

    def at_once(self) -> "PairEvidence":
        """The same, but what is not known yet raises NotYet instead of being compared."""
        twin = copy(self)
        twin._waits = False
        return twin

    def versions(self) -> tuple[str, str]:
        """The model and the calibrator that are in force."""
        calibrator = self._engine.calibrator()
        return calibrator.model, calibrator.id

    def maker(self) -> Maker | None:
        """Whose evidence counts; None while the network is being loaded."""
        return in_force(self._engine)

    def between(self, first: int, second: int) -> PairSays:
        """What two encounters say together, by the photos that are embedded by now."""
        if first > second:
            return _turned(self.between(second, first))
        model, calibrator = self._engine.embedder().model, self._engine.calibrator()
        with self._database.read() as connection:
            sides = [cases.embedded(connection, number, model) for number in (first, second)]
            ids = copies.counted_once(connection, sides)
        key = (tuple(ids[0].items()), tuple(ids[1].items()), model, calibrator.id)
        if not self._waits:
            return self._kept.known(key)
        return self._kept.get(key, lambda: self._compared(ids[0], ids[1], model, calibrator))

    def _compared(
        self, photos0: Embedded, photos1: Embedded, model: str, calibrator: Calibrator
    ) -> PairSays:
        with self._comparing:  # one at a time; more would only share the cores
            return self._together(photos0, photos1, model, calibrator)

    def _together(
        self, photos0: Embedded, photos1: Embedded, model: str, calibrator: Calibrator
    ) -> PairSays:
        with self._database.read() as connection:
            features_of = features.get(connection, [*photos0, *photos1], model)
        left, right = ([n for n in side if n in features_of] for side in (photos0, photos1))
        photos = [features_of[n] for n in left], [features_of[n] for n in right]
        together, best, speaking = between(*photos, calibrator), None, None
        if together.pairs:
            first = together.pairs[0]
            shown = (left[first.query], right[first.other])
            speaking = ComparedPhotos(
                features_of[shown[0]], features_of[shown[1]], first.comparison
            )
            best = BestPair(
                (abs(shown[0]), abs(shown[1])),
                abs(shown[0]),
                first.comparison,
                first.agreement,
                marks_of(first.comparison, speaking.query, speaking.other),
                (speaking.query.frames, speaking.other.frames),
            )
        evidence, tested = together.evidence, load_tested(calibrator.id, self._weights)
        grades = tuple(grade for side in photos if (grade := best_grade(side)))
        quality = load_quality(self._weights)
        settle = what_would_settle(
            *photos, evidence, tested, calibrator.same, quality=quality, best=speaking
        )
        return PairSays(
            evidence=evidence,
            best=best,
            compared=len(together.pairs),
            grades=grades,
            place=tested.place(evidence.llr, grades) if tested and best else None,
            settle=settle,
            why_nothing=None if settle else why_nothing(evidence, tested, calibrator.same),
        )


def _turned(says: PairSays) -> PairSays:
    """The same, asked the other way round."""
    settle = tuple(
        replace(suggestion, encounters=tuple(sorted(1 - n for n in suggestion.encounters)))
        for suggestion in says.settle
    )
    best = says.best
    if best:
        a, b = best.annotations
        best = replace(best, annotations=(b, a), behind=best.behind[::-1])
    return replace(says, best=best, grades=says.grades[::-1], settle=settle)


ThePairEvidence = Annotated[PairEvidence, Depends(component(PairEvidence))]
"""The app's, for a route."""
