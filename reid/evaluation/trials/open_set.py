"""Animals of a catalogue and strangers, asked about in the way of the product: who is named?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from reid.evaluation.data.surveys import DatasetPhoto, Done, SurveyEncounter, relative
from reid.evaluation.measures.sorting import OpenSet, open_set
from reid.evaluation.trials.counting import catalogue_of
from reid.evidence.calibrator import Calibrator
from reid.gallery.galleries import Galleries
from reid.identify.identify import FeaturesOf, identify
from reid.types import Flank, Verdict

CATALOGUED = 2  # encounters of every known animal in the catalogue; the next one is asked about
THRESHOLDS = (None, 0.5, 1.0, 1.5, 2.0)  # llr from which an identity is named; None: by verdict
GRADES = ("good", "usable", "poor", "unusable")


@dataclass(frozen=True, slots=True)
class OpenSetQuery:
    """One query and its answer.

    known: whether the catalogue holds the animal. kin: whether it holds another one of the same
    style. named: the strongest candidate, "" without any; llr and verdict are those of it.
    flanks: how many the query shows.
    """

    animal: str
    known: bool
    kin: bool
    named: str
    llr: float
    verdict: Verdict
    quality: str
    light: str
    flanks: int

    def answer(self, threshold: float | None = None) -> str | None:
        """The identity the query is put down to, or None: an animal not in the catalogue.

        threshold: llr from which an identity is named; by the verdict where that is None.
        """
        same = self.verdict is Verdict.SAME if threshold is None else self.llr >= threshold
        return self.named if self.named and same else None

    def false_merge(self, threshold: float | None = None) -> bool:
        """Put down to an identity that it is not."""
        return self.answer(threshold) not in (None, self.animal)


def known_animals(animals: int, strangers: int, seed: int) -> frozenset[str]:
    """Those of the catalogue, drawn from animals + strangers; relatives fall on either side."""
    rng = np.random.default_rng((seed, 6))
    drawn = rng.permutation(animals + strangers)[:animals]
    return frozenset(f"L{number + 1:03d}" for number in drawn.tolist())


def needed_photos(known: frozenset[str]) -> Callable[[DatasetPhoto], bool]:
    """Photos that are needed: of a stranger only those of the encounter that is asked about."""
    return lambda photo: photo.animal in known or photo.sitting == CATALOGUED


def answer_queries(
    encounters: Sequence[SurveyEncounter],
    known: frozenset[str],
    calibrator: Calibrator,
    *,
    done: Done = lambda _: None,
) -> list[OpenSetQuery]:
    """The last encounter of every animal against a catalogue of the earlier ones of known animals.

    The way is that of the product: shortlist by votes and embedding, comparison, best pair; the
    verdict is that of the strongest candidate. Raises ValueError for an empty catalogue.
    """
    catalogue = [
        encounter
        for encounter in encounters
        if encounter.animal in known and encounter.sitting < CATALOGUED
    ]
    if not catalogue:
        raise ValueError("the catalogue needs an animal")
    names = sorted(known)
    galleries = catalogue_of(catalogue, [names.index(encounter.animal) for encounter in catalogue])
    features_of = _reader(catalogue)
    queries = [encounter for encounter in encounters if encounter.sitting == CATALOGUED]
    answered = []
    for query in queries:
        answered.append(_answered(query, known, names, galleries, features_of, calibrator))
        done(1)
    return answered


def _reader(encounters: Sequence[SurveyEncounter]) -> FeaturesOf:
    """Features by the numbers that `catalogue_of` gives."""
    features = [photo for encounter in encounters for photo in encounter.features]
    return lambda numbers: {number: features[number] for number in numbers}


def _answered(
    query: SurveyEncounter,
    known: frozenset[str],
    names: Sequence[str],
    galleries: Galleries,
    features_of: FeaturesOf,
    calibrator: Calibrator,
) -> OpenSetQuery:
    answer = identify(query.features, galleries, features_of, calibrator)
    best = answer.strongest
    return OpenSetQuery(
        animal=query.animal,
        known=query.animal in known,
        kin=relative(query.animal) in known,
        named=names[best.identity] if best else "",
        llr=best.evidence.llr if best else 0.0,
        verdict=answer.verdict,
        quality=query.quality,
        light=query.light,
        flanks=len(query.flanks & {Flank.LEFT, Flank.RIGHT}),
    )


def rates(
    queries: Sequence[OpenSetQuery], known: frozenset[str], *, threshold: float | None = None
) -> OpenSet:
    """BAKS and BAUS when an identity is named from this llr on, or by the verdict."""
    answers = [query.answer(threshold) for query in queries]
    return open_set([query.animal for query in queries], answers, known)


def strata(queries: Sequence[OpenSetQuery]) -> Iterator[tuple[str, list[OpenSetQuery]]]:
    """All queries, and parts of them by what they show; parts without a query are left out."""
    parts: list[tuple[str, Callable[[OpenSetQuery], bool]]] = [("all", lambda _: True)]
    parts += [(grade, _where("quality", grade)) for grade in GRADES]
    parts += [(light, _where("light", light)) for light in ("day", "infrared")]
    parts += [("1 flank", _where("flanks", 1)), ("2 flanks", _where("flanks", 2))]
    parts += [("a relative is known", lambda query: query.kin)]
    for name, belongs in parts:
        if part := [query for query in queries if belongs(query)]:
            yield name, part


def _where(field: str, value: object) -> Callable[[OpenSetQuery], bool]:
    return lambda query: getattr(query, field) == value


def as_text(queries: Sequence[OpenSetQuery], known: frozenset[str]) -> str:
    """Counts by what the queries show, then the rates by threshold."""
    heads = ["known", "right", "false", "missed", "unknown", "called new", "false"]
    lines = [f"{'queries':22}" + "".join(f"{head:>12}" for head in heads)]
    for name, part in strata(queries):
        ours, others = (
            [query for query in part if query.known],
            [query for query in part if not query.known],
        )
        right = sum(query.answer() == query.animal for query in ours)
        wrong = sum(query.false_merge() for query in ours)
        new = sum(query.answer() is None for query in others)
        counts = [len(ours), right, wrong, len(ours) - right - wrong]
        counts += [len(others), new, len(others) - new]
        lines.append(f"{name:22}" + "".join(f"{count:>12}" for count in counts))
    heads = ["BAKS", "BAUS", "sqrt", "false merges"]
    lines.append(f"{'named by':22}" + "".join(f"{head:>14}" for head in heads))
    for threshold in THRESHOLDS:
        rate = rates(queries, known, threshold=threshold)
        wrong = sum(query.false_merge(threshold) for query in queries)
        shares = (rate.baks, rate.baus, rate.geometric)
        lines.append(
            f"{'the verdict' if threshold is None else f'llr {threshold}':22}"
            + "".join(f"{'-' if share is None else f'{share:.3f}':>14}" for share in shares)
            + f"{f'{wrong}/{len(queries)} = {wrong / len(queries):.3f}':>18}"
        )
    return "\n".join(lines)


def as_json(queries: Sequence[OpenSetQuery], known: frozenset[str]) -> dict[str, Any]:
    """The rates by threshold, and every query."""
    rows = []
    for threshold in THRESHOLDS:
        rate = rates(queries, known, threshold=threshold)
        wrong = sum(query.false_merge(threshold) for query in queries)
        rows.append(
            {
                "threshold": threshold,
                "known": list(rate.known),
                "unknown": list(rate.unknown),
                "baks": rate.baks,
                "baus": rate.baus,
                "geometric": rate.geometric,
                "false_merges": [wrong, len(queries)],
            }
        )
    return {"rates": rows, "queries": [asdict(query) for query in queries]}
