"""Fit the grades of quality on synthetic photos of known quality, and say how well they hold."""

import argparse
import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.evaluation.data.degrade import LEVELS, degrade
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.photo.quality import GRADES, QualityModel, deficits, fit, write_quality
from reid.synthetic.survey import write_survey
from reid.types import Crop, Flank
from reid.weights import default_folder

MAX_PIXELS = 80_000_000
KNOWN = [grade.value for grade in GRADES]
Truth = tuple[list[tuple[float, ...]], list[int]]


def photos(folder: Path, seed: int) -> Iterator[tuple[Crop, int]]:
    """Every photo of a survey with its grade, and every good one again at a level of degradation.

    Level 1 costs almost nothing, level 2 about half of the identifications, level 3 leaves chance:
    usable, poor, unusable.
    """
    rng = np.random.default_rng(seed)
    with (folder / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            image = decode((folder / row["path"]).read_bytes(), max_pixels=MAX_PIXELS)
            yield cut(image, Flank.UNKNOWN), KNOWN.index(row["quality"])
            if row["quality"] == KNOWN[0]:
                level = int(rng.integers(1, len(LEVELS)))
                worse = degrade(image, level, body=image.shape[1], name=row["path"], seed=seed)
                yield cut(worse, Flank.UNKNOWN), level


def measured(embedder: Embedder, animals: int, encounters: int, seed: int) -> Truth:
    """Deficits and grades of a survey's photos."""
    rows, grades = [], []
    with tempfile.TemporaryDirectory() as folder:
        write_survey(Path(folder), animals=animals, seed=seed, encounters=encounters)
        for crop, grade in tqdm(photos(Path(folder), seed), desc=f"survey {seed}", disable=None):
            rows.append(deficits(embedder.measures([crop])[0]))
            grades.append(grade)
    return rows, grades


def report(model: QualityModel, truth: Truth) -> str:
    """A table of true against given grades, and how many are right."""
    rows, known = np.array(truth[0]), np.array(truth[1])
    grades = np.array([GRADES.index(model.judged(row)[0]) for row in rows])
    counts = np.zeros((4, 4), int)
    np.add.at(counts, (known, grades), 1)
    lines = [f"{'':10}" + "".join(f"{name:>10}" for name in KNOWN)]
    lines += [
        f"{name:10}" + "".join(f"{n:10d}" for n in row)
        for name, row in zip(KNOWN, counts, strict=True)
    ]
    apart = np.abs(known - grades)
    lines.append(f"{(apart == 0).mean():.0%} right, {(apart <= 1).mean():.0%} at most one off")
    return "\n".join(lines)


def main() -> None:
    """Render, describe, fit, write the card, test on other animals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--animals", type=int, default=26)
    parser.add_argument("--encounters", type=int, default=2, help="of each animal")
    parser.add_argument("--seed", type=int, default=101, help="the test takes the next one")
    parser.add_argument("--name", default="quality@3", metavar="NAME@VERSION")
    parser.add_argument("--weights", type=Path, default=default_folder())
    o = parser.parse_args()
    embedder = Embedder.load(o.weights)
    truth = measured(embedder, o.animals, o.encounters, o.seed)
    model = fit(np.array(truth[0]), np.array(truth[1]), id=o.name)
    options = f"--animals {o.animals} --encounters {o.encounters} --seed {o.seed} --name {o.name}"
    card = write_quality(
        model,
        o.weights,
        embedder=embedder.model,
        fitted_on=f"synthetic survey, {o.animals} animals, {len(truth[0])} photos, seed {o.seed}",
        command=f"scripts/fit_quality.py {options}",
    )
    print(card.read_text())
    print(f"true grade (rows) and given grade, {o.animals // 2} other animals, seed {o.seed + 1}:")
    print(report(model, measured(embedder, o.animals // 2, o.encounters, o.seed + 1)))


if __name__ == "__main__":
    main()
