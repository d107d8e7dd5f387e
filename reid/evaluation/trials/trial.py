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
from reid.evaluation.trials.witnesses import Witness

BATCH = 16


class TooFewAnimals(BadSettings):
    """A trial has nothing to measure with so few animals."""

    message = "--animals {animals}: {trial} needs at least {least}"


class NumberTooSmall(BadSettings):
    """A trial has nothing to measure with so small a number."""

    message = "--{option} {number}: a larger number is needed"


class Progress(Protocol):
    """A sign of life: tqdm in the script, nothing in a test."""

    def __call__(self, what: str, total: int, /) -> Callable[[int], object]:
        """Something to call with the number of steps done."""
        ...


def silence(_what: str, _total: int, /) -> Callable[[int], object]:
    """Says nothing."""
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
    witnesses: Sequence[Witness[Any]],
    *,
    levels: Iterable[int] = (0,),
    styles: Iterable[CropStyle] = (CropStyle.WHOLE,),
    seed: int = 0,
    finder: FlankFinder | None = None,
    progress: Progress = silence,
) -> Iterator[Trial]:
    """Every style of box with every level. The gallery is the queries' good photos and distractors.

    The gallery is described once a style; the style is that of both sides, the level of the query
    only.
    """
    gallery = [*queries, *distractors]
    counted, same = countable(queries, gallery), genuine(queries, gallery)
    animals = [query.animal for query in queries]
    for style in styles:
        kept = _seen(gallery, witnesses, Condition(0, style, seed), finder, progress)
        for level in levels:
            condition = Condition(level, style, seed)
            asked = [seen[: len(queries)] for seen in kept]
            if level:
                asked = _seen(queries, witnesses, condition, finder, progress)
            tables: dict[str, Table] = {}
            done = progress(f"compare at level {level}", len(witnesses) * len(queries))
            for witness, query, others in zip(witnesses, asked, kept, strict=True):
                tables |= witness.compare(query, others, counted, done)
            yield Trial(condition, tables, same, counted, animals)


def _seen(
    samples: Sequence[Sample],
    witnesses: Sequence[Witness[Any]],
    condition: Condition,
    finder: FlankFinder | None,
    progress: Progress,
) -> list[list[Any]]:
    """What every witness keeps of every sample; each photo is read once."""
    kept: list[list[Any]] = [[] for _ in witnesses]
    done = progress(f"describe at level {condition.level}", len(samples))
    for at in range(0, len(samples), BATCH):
        crops = [shown(s, condition, finder) for s in samples[at : at + BATCH]]
        for witness, seen in zip(witnesses, kept, strict=True):
            seen += witness.describe(crops)
        done(len(crops))
    return kept
