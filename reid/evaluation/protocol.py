"""Who is queried against whom: data with identities, and the pairs that may be counted."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reid import crop, images
from reid.embed import Embedder
from reid.errors import BadDataset
from reid.types import AnnotationFeatures, Flank

MAX_PIXELS = 80_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo with what is known of it.

    unit: animal and flank, e.g. "BGL09/right"; "" when the animal is unknown (a distractor).
    occasion: station and day, or the encounter; two photos of one occasion are never a pair.
    mirrored: turned round before anything looks at it, so that all animals face one way.
    """

    path: Path
    unit: str
    occasion: str
    flank: Flank
    mirrored: bool


def read_dataset(folder: Path) -> list[Sample]:
    """The photos of folder/index.csv whose animal is known; right flanks are mirrored."""
    index = folder / "index.csv"
    if not index.is_file():
        raise BadDataset(f"{folder} has no index.csv with the columns path and individual")
    with index.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"path", "individual"} <= rows[0].keys():
        raise BadDataset(f"{index} needs the columns path and individual, and at least one row")
    return [_sample(folder, row) for row in rows if row["individual"]]


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    flank = Flank(row.get("flank") or "unknown")
    unit = f"{row['individual']}/{flank}"
    return Sample(folder / row["path"], unit, _occasion(row), flank, flank is Flank.RIGHT)


def _occasion(row: dict[str, str]) -> str:
    """Station and day where both are known, else the encounter, else the photo itself."""
    if row.get("station") and row.get("datetime"):
        return f"{row['station']} {row['datetime'][:10]}"
    return row.get("encounter") or row["path"]


def read_distractors(folder: Path) -> list[Sample]:
    """Every photo of a folder's index.csv as an unknown animal, as it is and mirrored."""
    with (folder / "index.csv").open(newline="") as file:
        paths = [folder / row["path"] for row in csv.DictReader(file)]
    return [
        Sample(path, "", f"distractor {path.name}", Flank.UNKNOWN, mirrored)
        for path in paths
        for mirrored in (False, True)
    ]


def describe(
    samples: list[Sample], embedder: Embedder, *, batch: int = 16
) -> Iterator[AnnotationFeatures]:
    """Features of every sample in order; flanks are all `unknown`, so that all are comparable."""
    for at in range(0, len(samples), batch):
        crops = []
        for sample in samples[at : at + batch]:
            image = images.decode(sample.path.read_bytes(), max_pixels=MAX_PIXELS)
            if sample.mirrored:
                image = np.ascontiguousarray(image[:, ::-1])
            crops.append(crop.cut(image, Flank.UNKNOWN))
        yield from embedder.describe(crops)


def countable(queries: list[Sample], gallery: list[Sample]) -> NDArray[np.bool_]:
    """(Q, N) bool: pairs of different occasions; a photo is never compared with itself."""
    q = np.array([s.occasion for s in queries])
    g = np.array([s.occasion for s in gallery])
    return np.asarray(q[:, None] != g[None, :], bool)


def genuine(queries: list[Sample], gallery: list[Sample]) -> NDArray[np.bool_]:
    """(Q, N) bool: pairs of the same animal and flank."""
    q = np.array([s.unit for s in queries])
    g = np.array([s.unit for s in gallery])
    return np.asarray((q[:, None] == g[None, :]) & (g != "")[None, :], bool)
