"""Who learns, who says when to stop, who is asked at the end: by individual, never by photo."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reid.errors import BadDataset
from reid.interchange.named import NamedAnnotation
from reid.types import Flank

LEAST = 2  # individuals of each part that can be asked for


class TooFewIndividuals(
    BadDataset,
    message="{usable} of {individuals} individuals have photos of one flank from two encounters; "
    "learning, validation and test would get {counts}, each needs {least}: add photos, say "
    "which encounter they belong to, or choose other shares",
): ...


@dataclass(frozen=True, slots=True)
class Split:
    """Annotations of three disjoint sets of individuals; both flanks of one lie in one set."""

    learning: list[NamedAnnotation]
    validation: list[NamedAnnotation]
    test: list[NamedAnnotation]


def usable(annotations: Sequence[NamedAnnotation]) -> list[NamedAnnotation]:
    """Annotations of named individuals, without unknown flanks of those whose flanks are known.

    An unknown flank may be either pattern of its animal, which would teach nonsense.
    """
    known = {a.individual for a in annotations if a.flank is not Flank.UNKNOWN}
    return [
        a
        for a in annotations
        if a.individual and (a.flank is not Flank.UNKNOWN or a.individual not in known)
    ]


def split(
    annotations: Sequence[NamedAnnotation], *, validation: float, test: float, seed: int
) -> Split:
    """Draw `validation` and `test` (shares of the individuals) and leave the rest for learning.

    Individuals that can be asked for (two annotations of a flank from different occasions) and the
    others are dealt apart, so that every part gets its share of both. The same seed deals alike
    whatever the order of the table.
    """
    of: dict[str, list[NamedAnnotation]] = defaultdict(list)
    for annotation in annotations:
        of[annotation.individual].append(annotation)
    rng = np.random.default_rng((seed, 20))
    parts: tuple[set[str], set[str], set[str]] = set(), set(), set()
    askable = {name for name, annotations_of in of.items() if _askable(annotations_of)}
    for names in (sorted(askable), sorted(of.keys() - askable)):
        dealt = [names[i] for i in rng.permutation(len(names))]
        a = round(validation * len(names))
        b = a + round(test * len(names))
        for part, names in zip(parts, (dealt[b:], dealt[:a], dealt[a:b]), strict=True):
            part.update(names)
    counts = [len(part & askable) for part in parts]
    if min(counts) < LEAST:
        raise TooFewIndividuals(
            usable=len(askable), individuals=len(of), counts=counts, least=LEAST
        )
    return Split(
        *(
            [annotation for annotation in annotations if annotation.individual in part]
            for part in parts
        )
    )


def apart(a: NamedAnnotation, b: NamedAnnotation) -> bool:
    """Whether two annotations of one animal are independent: another photo, another occasion."""
    return a.path != b.path and not (a.occasions & b.occasions)


def _askable(annotations: Sequence[NamedAnnotation]) -> bool:
    return any(
        a.flank is b.flank and apart(a, b)
        for n, a in enumerate(annotations)
        for b in annotations[n + 1 :]
    )
