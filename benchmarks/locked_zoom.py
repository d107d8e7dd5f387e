"""How far from the same place of the coat are the linked points of the comparison viewer?

Pairs of photos of one synthetic animal, by day and infra-red, of which the generator knows the
place on the coat of every pixel. They go through the released network, registration and mesh of
the page. Three errors, in pixels of photo 1, of places that both photos show: of the linked cursor
(the mesh), of what lies under the same place of the two panes at zoom 4 (the mesh at the centre,
one turn and size around it), and of panes that are locked by pixels, box on box. The second photo
is of the quality named, the first is good. Prints one table; exit code 1 where the linked cursor is
not better than pixels.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from results import keep
from scipy.spatial import cKDTree
from tqdm import tqdm

from reid.compare.comparison import compare
from reid.compare.mesh import Mesh
from reid.compare.registration import register
from reid.compare.sections import BodyFrame
from reid.describe.embed import Embedder
from reid.describe.spacing import rosette_spacing
from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.survey import HARDNESS, WIDTHS
from reid.synthetic.view import Camera, View, colourised, render
from reid.types import AnnotationFeatures, Box, Crop, Flank, Source

Points = NDArray[np.float64]

FLANK = (0.42, 0.08, 1.56, 0.65)  # u0, v0, u1, v1 on the body, coat units
STREAM = 6_180_339  # keeps these animals apart from those of a training bank
LEVELS = ("good", "usable", "poor")
PLACES = 300  # of a pair
ZOOM = 4.0
WAYS = ("cursor", "pane", "pixels")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, what the generator knows of it, and what the network makes of it."""

    view: View
    features: AnnotationFeatures
    spacing: float

    @property
    def box(self) -> Box:
        """The whole photo."""
        return self.features.box


@dataclass(frozen=True, slots=True)
class Measured:
    """Errors of one pair, pixels of photo 1, by way. spacing: of the rosettes there."""

    level: str
    source: Source
    errors: dict[str, Points]
    spacing: float


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60, help="of each quality")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    parser.add_argument("--keep", type=Path, help="CSV file, instead of benchmarks/results")
    options = parser.parse_args()
    embedder = Embedder.load()
    pairs = [
        measured(level, number, options.seed, embedder)
        for level in options.levels
        for number in tqdm(range(options.pairs), level, disable=None)
    ]
    print(
        f"{embedder.model}, {options.pairs} genuine pairs of each quality, seed {options.seed}; "
        f"errors in pixels of photo 1, mean and 95 %, in brackets in rosettes"
    )
    print(_line("second photo", "laid over by", "pairs", "places", *WAYS))
    for level in options.levels:
        for source in Source:
            group = [pair for pair in pairs if (pair.level, pair.source) == (level, source)]
            if group:
                print(_line(level, source.value, len(group), *_summed(group)))
    by_rosettes = [pair for pair in pairs if pair.source is not Source.OUTLINE]
    if not by_rosettes:
        print("no pair registered")
        return 1
    print(_line("all", "rosettes", len(by_rosettes), *_summed(by_rosettes)))
    figures = {way: np.concatenate([pair.errors[way] for pair in by_rosettes]) for way in WAYS}
    keep("locked_zoom", _figures(options.pairs, options.seed, pairs, figures), path=options.keep)
    return int(figures["cursor"].mean() >= figures["pixels"].mean())


def measured(level: str, number: int, seed: int, embedder: Embedder) -> Measured:
    """One pair: the same animal, two cameras."""
    rng = np.random.default_rng((seed, STREAM, LEVELS.index(level), number))
    coat = draw_coat(CoatStyle.draw(rng), int(rng.integers(2**62)), height=480)
    first, second = (_taken(coat, photo, rng, embedder) for photo in ("good", level))
    comparison = compare(first.features, second.features)
    cells = [photo.features.dense.scales()[1] for photo in (first, second)]
    laid = register(*cells, comparison.correspondences)
    mesh = Mesh.through(laid, first.box)
    places, true = linked(first.view, second.view, rng)
    panes = Mesh.of_boxes(first.box, second.box)
    errors = {
        "cursor": np.linalg.norm(mesh(places) - true, axis=1),
        "pane": _in_panes(mesh, places, true, rng),
        "pixels": np.linalg.norm(panes(places) - true, axis=1),
    }
    return Measured(level, laid.source, errors, second.spacing)


def _taken(coat: Coat, level: str, rng: np.random.Generator, embedder: Embedder) -> Photo:
    """One photo of a quality, as the survey takes them."""
    camera = Camera.draw(rng, hardness=float(rng.uniform(*HARDNESS[level])), loose=1.0)
    width = int(rng.integers(*WIDTHS[level])) // 16 * 16
    height = round(width * float(rng.uniform(0.42, 0.52)) / 16) * 16
    view = render(coat, camera, rng, size=(height, width))
    image = colourised(view, infrared=camera.infrared)
    (features,) = embedder.describe([Crop(image, Box(0, 0, width, height), Flank.LEFT)])
    frame = BodyFrame.of(features)
    return Photo(view, features, rosette_spacing(image, frame.outline if frame else features.box))


def linked(first: View, second: View, rng: np.random.Generator) -> tuple[Points, Points]:
    """Places of the flank that both views show, as pixels of each.

    The nearest pixel of the other view on the coat, and from there the slope of its coat.
    """
    mine, theirs = (np.argwhere(_flank(view))[:, ::-1] for view in (first, second))
    if not len(mine) or not len(theirs):
        return np.empty((0, 2)), np.empty((0, 2))
    places = rng.permutation(mine)[: 4 * PLACES]
    coat = first.coat[places[:, 1], places[:, 0]]
    _, nearest = cKDTree(second.coat[theirs[:, 1], theirs[:, 0]]).query(coat)
    at = theirs[nearest]
    slope = np.stack([np.gradient(second.coat, axis=axis) for axis in (1, 0)], -1)
    left = coat - second.coat[at[:, 1], at[:, 0]]
    step = np.linalg.solve(slope[at[:, 1], at[:, 0]] + 1e-9 * np.eye(2), left[..., None])[..., 0]
    converged = np.abs(step).max(1) <= 1.0
    return places[converged][:PLACES].astype(float), (at + step)[converged][:PLACES].astype(float)


def _flank(view: View) -> NDArray[np.bool_]:
    """(H, W): coat of the flank with nothing in front of it."""
    u0, v0, u1, v1 = FLANK
    u, v = view.body[..., 0], view.body[..., 1]
    coat = (view.animal > 0.5) & (u > u0) & (u < u1) & (v > v0) & (v < v1)
    return np.asarray(cv2.erode(coat.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _in_panes(mesh: Mesh, places: Points, true: Points, rng: np.random.Generator) -> Points:
    """The error of what lies under the same place of both panes, at zoom `ZOOM` on each place."""
    half = np.array([mesh.box.width, mesh.box.height]) / ZOOM / 2
    errors = []
    for centre in places[rng.permutation(len(places))[:30]]:
        near = (np.abs(places - centre) < half).all(1)
        turn = mesh.similarity((float(centre[0]), float(centre[1])))
        away = places[near] - centre
        turned = away @ np.array([[turn.a, turn.b], [-turn.b, turn.a]])
        errors.append(np.linalg.norm(mesh(centre[None]) + turned - true[near], axis=1))
    return np.concatenate(errors) if errors else np.empty(0)


def _summed(pairs: list[Measured]) -> list[object]:
    """Places, and mean, 95 % and rosettes of every way."""
    cells: list[object] = [sum(len(pair.errors["cursor"]) for pair in pairs)]
    for way in WAYS:
        pixels = np.concatenate([pair.errors[way] for pair in pairs])
        rosettes = np.concatenate([pair.errors[way] / pair.spacing for pair in pairs])
        cells.append(
            f"{pixels.mean():.1f} {np.quantile(pixels, 0.95):.1f} ({rosettes.mean():.2f} "
            f"{np.quantile(rosettes, 0.95):.2f})"
        )
    return cells


def _line(*cells: object) -> str:
    widths = (14, 14, 7, 9, 26, 26, 26)
    return "".join(f"{cell!s:<{wide}}" for cell, wide in zip(cells, widths, strict=True)).rstrip()


def _figures(
    pairs: int, seed: int, measured: list[Measured], figures: dict[str, Points]
) -> dict[str, object]:
    """What goes into the table of results, of the pairs laid over by rosettes or RootSIFT."""
    part: Callable[[Points], float] = lambda errors: round(float(np.quantile(errors, 0.95)), 2)  # noqa: E731
    return {
        "pairs": pairs,
        "seed": seed,
        "levels": len({pair.level for pair in measured}),
        "registered": sum(pair.source is not Source.OUTLINE for pair in measured),
        "places": len(figures["cursor"]),
        **{f"{way}_mean_px": round(float(figures[way].mean()), 2) for way in WAYS},
        **{f"{way}_p95_px": part(figures[way]) for way in WAYS},
    }


if __name__ == "__main__":
    sys.exit(main())
