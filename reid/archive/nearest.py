"""Which animals of encounters are worth comparing: those that cells and embeddings point at."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from reid.archive.describing import read_features, read_vector
from reid.archive.units import AnimalUnit, may_share
from reid.gallery.galleries import Galleries, in_turn
from reid.gallery.voting import Voter, Voting, cells
from reid.identify.clusters import DecidedPairs, Grouping, Pair, Table, evidence_between
from reid.types import Embedding, Flank, Float32, GalleryRow

NEAREST = 12  # encounters that each is compared with at first
PHOTOS_EACH = 4  # annotations looked at for each of them
VOTING = 3  # the clearest photos of a unit, whose cells vote
PORTION = 300  # units whose cells are in memory beside the index
SPOKESMEN = 3  # the clearest units of a group, which are compared for all of it
OTHERS = 30  # other groups, the nearest ones, that a group is compared with


def nearest(units: Sequence[AnimalUnit], folder: Path, model: str) -> list[Pair]:
    """Every unit with its nearest others; each pair once."""
    voted, embedded = _by_votes(units, folder), _by_embedding(units, folder, model)
    pairs: set[Pair] = set()
    for n, (first, second) in enumerate(zip(voted, embedded, strict=True)):
        others = [m for m in in_turn(first, second) if may_share(units[n].sides, units[m].sides)]
        pairs |= {(min(n, m), max(n, m)) for m in others[:NEAREST]}
    return sorted(pairs)


def unheard(
    units: Sequence[AnimalUnit], known: Table, grouping: Grouping, decided: DecidedPairs
) -> list[Pair]:
    """Pairs that should be compared before these groups are believed to be all animals.

    Every two groups are to be compared by their clearest units, whatever the shortlist said; of
    very many groups each by those that it may be one with, by what is known.
    """
    evidence, comparable = evidence_between(known, grouping)
    np.fill_diagonal(comparable, val=False)
    spokesmen = [_spokesmen(units, group.members) for group in grouping.groups]
    pairs: set[Pair] = set()
    for place, row in enumerate(evidence):
        likely = np.argsort(-np.where(comparable[place], row, -np.inf), kind="stable")[:OTHERS]
        for other in likely[comparable[place][likely]]:
            for i, j in product(spokesmen[place], spokesmen[other]):
                pair = min(i, j), max(i, j)
                if may_share(units[i].sides, units[j].sides) and pair not in decided:
                    pairs.add(pair)
    return sorted(pair for pair in pairs if not known.compared[pair])


def _spokesmen(units: Sequence[AnimalUnit], members: Sequence[int]) -> list[int]:
    """The members with most photos, which are those of good ones."""
    return sorted(members, key=lambda n: (-len(units[n].keys), n))[:SPOKESMEN]


def _by_votes(units: Sequence[AnimalUnit], folder: Path) -> Iterator[list[int]]:
    """For every unit the others that its cells point at, most votes first."""

    def read(numbers: Sequence[int]) -> Mapping[int, Float32]:
        return {n: _cells_of(units[n], folder) for n in numbers}

    voters = {n: Voter(Flank.UNKNOWN, 0) for n in range(len(units))}
    voting = Voting()
    for at in range(0, len(units), PORTION):
        voting = voting.updated({n: voters[n] for n in range(min(at + PORTION, len(units)))}, read)
    for n, unit in enumerate(units):
        counted = voting.votes(_cells_of(unit, folder), Flank.UNKNOWN, {n})
        yield [other for other, _ in counted]


def _cells_of(unit: AnimalUnit, folder: Path) -> Float32:
    """(C, D) the surest cells of its clearest photos."""
    photos = [read_features(folder, key) for key in unit.keys[:VOTING]]
    return np.concatenate([cells(photo.dense) for photo in photos])


def _by_embedding(units: Sequence[AnimalUnit], folder: Path, model: str) -> Iterator[list[int]]:
    """For every unit the others whose photos look most alike, the nearest first."""
    rows: list[tuple[GalleryRow, Flank, Float32]] = []
    mine: dict[int, list[int]] = {}
    for n, unit in enumerate(units):
        for key in unit.keys:
            mine.setdefault(n, []).append(len(rows))
            row = GalleryRow(annotation=len(rows), encounter=n, identity=0)
            rows.append((row, Flank.UNKNOWN, read_vector(folder, key)))
    galleries = Galleries.build(rows, model=model)
    for n in range(len(units)):
        best: dict[int, float] = {}
        for i in mine.get(n, ()):
            for candidate in galleries.shortlist(
                Embedding(rows[i][2], model),
                Flank.UNKNOWN,
                PHOTOS_EACH * NEAREST,
                exclude_encounters=frozenset({n}),
            ):
                other = candidate.row.encounter
                best[other] = max(candidate.cosine, best.get(other, -1.0))
        yield sorted(best, key=lambda other: (-best[other], other))
