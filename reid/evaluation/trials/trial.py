"""Queries against a gallery under several conditions; only the queries are made worse."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reid.errors import BadSettings
from reid.evaluation.data.photos import Condition, CropStyle, FlankFinder, Sample, shown
from reid.evaluation.data.protocol import countable, genuine
from reid.evaluation.trials.pairs import Table
from reid.evaluation.trials.witnesses import EvaluatedMethod

BATCH = 16


class TooFewAnimals(BadSettings, message="--animals {animals}: {trial} needs at least {least}"): ...


class NumberTooSmall(BadSettings, message="--{option} {number}: a larger number is needed"): ...


class ProgressBar(Protocol):
    """A sign of life: tqdm in the script, nothing in a test."""

    def __call__(self, what: str, total: int, /) -> Callable[[int], object]:
        """Something to call with the number of steps done."""
        ...


def silence(_what: str, _total: int, /) -> Callable[[int], object]:
    """Progress that shows nothing."""
    return lambda _: None


@dataclass(frozen=True, slots=True)
class Trial:
    """One condition's numbers: (Q, N) a method, which pairs are genuine, which count.

    animals: (Q,) whom each query shows, for intervals; may be empty.
    """

    condition: Condition
    tables: Mapping[str, Table]
    same: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    animals: Sequence[str] = ()


def trials(
    queries: Sequence[Sample],
    distractors: Sequence[Sample],
    methods: Sequence[EvaluatedMethod[Any]],
    *,
    levels: Iterable[int] = (0,),
    styles: Iterable[CropStyle] = (CropStyle.WHOLE,),
    seed: int = 0,
    finder: FlankFinder | None = None,
    progress: ProgressBar = silence,
) -> Iterator[Trial]:
    """Every style of box with every level. The gallery is the queries' good photos and distractors.

    The gallery is described once a style; the style is that of both sides, the level of the query
    only.
    """
    gallery = [*queries, *distractors]
    counted, same = countable(queries, gallery), genuine(queries, gallery)
    animals = [query.animal for query in queries]
    for style in styles:
        gallery_features = _described(gallery, methods, Condition(0, style, seed), finder, progress)
        for level in levels:
            condition = Condition(level, style, seed)
            query_features = [features[: len(queries)] for features in gallery_features]
            if level:
                query_features = _described(queries, methods, condition, finder, progress)
            tables: dict[str, Table] = {}
            done = progress(f"compare at level {level}", len(methods) * len(queries))
            for method, query, others in zip(
                methods, query_features, gallery_features, strict=True
            ):
                tables |= method.compare(query, others, counted, done)
            yield Trial(condition, tables, same, counted, animals)


def _described(
    samples: Sequence[Sample],
    methods: Sequence[EvaluatedMethod[Any]],
    condition: Condition,
    finder: FlankFinder | None,
    progress: ProgressBar,
) -> list[list[Any]]:
    """What every witness keeps of every sample; each photo is read once."""
    described: list[list[Any]] = [[] for _ in methods]
    done = progress(f"describe at level {condition.level}", len(samples))
    for at in range(0, len(samples), BATCH):
        crops = [shown(s, condition, finder) for s in samples[at : at + BATCH]]
        for method, features in zip(methods, described, strict=True):
            features += method.describe(crops)
        done(len(crops))
    return described
