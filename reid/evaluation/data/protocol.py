"""Who is queried against whom: data with identities, and the pairs that may be counted."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid.describe.describer import CropDescriber
from reid.errors import BadBox, BadDataset
from reid.evaluation.data.photos import AS_GIVEN, Condition, FlankFinder, Sample, shown
from reid.interchange.tables import (
    TableIsEmpty,
    TableLine,
    iso_texts,
    photo_path,
    read_table,
)
from reid.photo.crop import parse_box
from reid.types import AnnotationFeatures, Flank

ANIMALS = 31  # stream of random numbers that draws animals


class NotSyntheticName(BadDataset, message="{dataset}: write synthetic:ANIMALS:SEED"): ...


class NotSynthetic(
    BadDataset, message="{dataset}: write synthetic:ANIMALS:SEED, e.g. synthetic:50:1"
): ...


class BadRow(BadDataset, message="{path}: {why}"): ...


class NoIndex(BadDataset, message="{folder} has no index.csv with the columns {columns}"): ...


class IndexLacksColumns(
    BadDataset, message="{path} needs the columns {columns}, and at least one row"
): ...


def numbers_of(dataset: str) -> tuple[int, int]:
    """Animals and seed of `synthetic:ANIMALS:SEED`."""
    try:
        animals, seed = (int(part) for part in dataset.removeprefix("synthetic:").split(":"))
    except ValueError:
        animals = 0
    if animals < 1 or not dataset.startswith("synthetic:"):
        raise NotSynthetic(dataset=dataset)
    return animals, seed


def read_dataset(folder: Path) -> list[Sample]:
    """The photos of folder/index.csv whose animal is known; right flanks are mirrored.

    A column `box` (left, top, right, bottom, as `crop.parse_box` reads it) says where the animal
    is; without one the photo is the box.
    """
    rows = _rows(folder, {"path", "individual"})
    try:
        return [_sample(folder, row) for row in rows if row.cells["individual"]]
    except (BadBox, ValueError) as error:
        raise BadRow(
            path=folder / "index.csv", why=error if isinstance(error, BadBox) else str(error)
        ) from error


def some_animals(samples: Sequence[Sample], count: int, seed: int) -> list[Sample]:
    """All samples of `count` animals drawn by the seed, or of all where there are fewer."""
    animals = sorted({s.animal for s in samples})
    rng = np.random.default_rng((seed, ANIMALS))
    drawn = {animals[n] for n in rng.permutation(len(animals))[:count]}
    return [s for s in samples if s.animal in drawn]


def _rows(folder: Path, needed: set[str]) -> list[TableLine]:
    """The rows of folder/index.csv. Raises BadDataset where it lacks the needed columns."""
    index, columns = folder / "index.csv", " and ".join(sorted(needed, reverse=True))
    if not index.is_file():
        raise NoIndex(folder=folder, columns=columns)
    try:
        table = read_table(index.read_bytes())
    except TableIsEmpty as error:
        raise IndexLacksColumns(path=index, columns=columns) from error
    if not needed <= {*table.columns}:
        raise IndexLacksColumns(path=index, columns=columns)
    taken = iso_texts("datetime", ((r.line, r.cells.get("datetime", "")) for r in table.rows))
    return [TableLine(r.line, {**r.cells, "datetime": taken[r.line]}) for r in table.rows]


def _sample(folder: Path, line: TableLine) -> Sample:
    row = line.cells
    flank = Flank(row.get("flank") or "unknown")
    unit = f"{row['individual']}/{flank}"
    box = parse_box(row["box"]) if row.get("box") else None
    path = photo_path(folder, row["path"])
    return Sample(path, unit, _occasion(row), flank, flank is Flank.RIGHT, box)


def _occasion(row: Mapping[str, str]) -> str:
    """Station and day where both are known, else the encounter, else the photo itself."""
    if row.get("station") and row.get("datetime"):
        return f"{row['station']} {row['datetime'][:10]}"
    return row.get("encounter") or row["path"]


def read_distractors(folder: Path) -> list[Sample]:
    """Every photo of a folder's index.csv as an unknown animal, as it is and mirrored."""
    paths = [photo_path(folder, row.cells["path"]) for row in _rows(folder, {"path"})]
    return [
        Sample(path, "", f"distractor {path.name}", Flank.UNKNOWN, mirrored)
        for path in paths
        for mirrored in (False, True)
    ]


def describe(
    samples: Sequence[Sample],
    embedder: CropDescriber,
    *,
    condition: Condition = AS_GIVEN,
    finder: FlankFinder | None = None,
    batch: int = 16,
) -> Iterator[AnnotationFeatures]:
    """Features of every sample in order, as `photos.shown` shows it."""
    for at in range(0, len(samples), batch):
        part = samples[at : at + batch]
        yield from embedder.describe([shown(sample, condition, finder) for sample in part])


def countable(queries: Sequence[Sample], gallery: Sequence[Sample]) -> NDArray[np.bool_]:
    """(Q, N) bool: pairs of different occasions; a photo is never compared with itself."""
    q = np.array([s.occasion for s in queries])
    g = np.array([s.occasion for s in gallery])
    return np.asarray(q[:, None] != g[None, :], bool)


def genuine(queries: Sequence[Sample], gallery: Sequence[Sample]) -> NDArray[np.bool_]:
    """(Q, N) bool: pairs of the same animal and flank."""
    q = np.array([s.unit for s in queries])
    g = np.array([s.unit for s in gallery])
    return np.asarray((q[:, None] == g[None, :]) & (g != "")[None, :], bool)
