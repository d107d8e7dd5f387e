"""The founding case with simulated animals: three records shaped like Ustyurt 2018, and the truth.

Dates, sites 18.6 km apart, light and cameras follow what is published; animals, photos and
positions are made up. Eight variants: September shows the animal of the two other records or a
relative of it, in four qualities. November and December are the same photos in all of them.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product
from pathlib import Path

import numpy as np

from reid.synthetic.bursts import render_burst
from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.scenery import Outlook
from reid.synthetic.survey import (
    COLUMNS,
    HARDNESS,
    WIDTHS,
    SurveyPlan,
    developed,
    index_row,
    outlook_of,
)
from reid.synthetic.view import Camera, View, render
from reid.types import Flank

SIMULATED = "SIMULATED"
QUALITIES = ("unusable", "poor", "usable", "good")
SITES = {
    f"{SIMULATED} site 1": (43.0, 54.0),
    f"{SIMULATED} site 2": (43.1, 54.1835),
}
"""Station: latitude, longitude in degrees. Nobody put a camera there; 18.6 km as the crow flies."""

SHARED = (f"{SIMULATED} November", f"{SIMULATED} December")
"""Names of the encounters that all variants have."""

ANIMAL, RELATIVE = "one", "relative"
CAPTION = datetime(2018, 11, 6, 6, 57)  # noqa: DTZ001 - what a caption says of November


class Truth(StrEnum):
    """Whom September shows; November and December are always one animal."""

    ONE = "one animal"
    OTHER = "two animals"

    @property
    def animals(self) -> tuple[int, int, int]:
        """The animal of each record, numbered in the order in which they come up."""
        return (0, 0, 0) if self is Truth.ONE else (0, 1, 1)


@dataclass(frozen=True, slots=True)
class Record:
    """One visit of an animal: how long, how many photos a camera took, in which quality."""

    station: str
    start: datetime
    seconds: int
    photos: int
    quality: str
    day: bool


SITE_1, SITE_2 = SITES
SEPTEMBER = Record(SITE_1, datetime(2018, 9, 29, 22, 57), 118, 2, "", False)  # noqa: DTZ001
NOVEMBER = Record(SITE_1, datetime(2018, 11, 11, 6, 57), 58, 2, "usable", False)  # noqa: DTZ001
DECEMBER = Record(SITE_2, datetime(2018, 12, 7, 16, 27), 238, 3, "good", True)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Variant:
    """One way the case may be: the truth, and the quality of the September photos."""

    truth: Truth
    september: str

    @property
    def name(self) -> str:
        """What a case of this variant is called."""
        return f"{SIMULATED}: {self.truth}, September {self.september}"

    @property
    def encounters(self) -> tuple[str, str, str]:
        """Names of the three encounters, oldest first."""
        return f"{SIMULATED} September, {self.truth}, {self.september}", *SHARED


VARIANTS = tuple(Variant(truth, quality) for truth, quality in product(Truth, QUALITIES))


def plans(variant: Variant, september: int = SEPTEMBER.photos) -> Iterator[SurveyPlan]:
    """The photos of one variant. Two cameras, one on either side, take photos a second apart.

    september: photos of each camera in that record.
    """
    same = variant.truth is Truth.ONE
    first = replace(SEPTEMBER, photos=september)
    records = zip((first, NOVEMBER, DECEMBER), variant.encounters, strict=True)
    for record, encounter in records:
        is_first = record is first
        animal = RELATIVE if is_first and not same else ANIMAL
        quality = variant.september if is_first else record.quality
        step = timedelta(seconds=record.seconds / (record.photos - 1))
        for number, side in product(range(record.photos), (Flank.LEFT, Flank.RIGHT)):
            right = side is Flank.RIGHT
            taken = record.start + number * step + timedelta(seconds=right)
            camera = f"SIM{record.station[-1]}{'B' if right else 'A'}"
            yield SurveyPlan(
                animal, side, taken, record.station, camera, encounter, quality, record.day
            )


def write_founding(
    folder: Path,
    *,
    seed: int,
    variants: Sequence[Variant] = VARIANTS,
    width: int | None = None,
    september: int = SEPTEMBER.photos,
) -> Path:
    """Write folder/photos/*.jpg and folder/index.csv, oldest photo first; returns the index.

    The same seed gives the same two animals and the same moments. From one quality of September to
    the next, pose and place stay what they were drawn as: only the circumstances get easier. width:
    of every photo, for small tests. september: photos of each camera in that record; more than the
    usual ones are one passage, frame after frame.
    """
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    each = [plan for variant in variants for plan in plans(variant, september)]
    plan_of = {_file_name(plan): plan for plan in each}
    coats: dict[tuple[str, Flank], Coat] = {}
    passages: dict[tuple[str, str], Iterator[View]] = {}
    cameras = {plan.camera for plan in plan_of.values()}
    outlooks = {camera: outlook_of(camera, seed) for camera in sorted(cameras)}
    index = folder / "index.csv"
    with index.open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for name, plan in sorted(plan_of.items(), key=lambda item: item[1].taken):
            key = (plan.individual, plan.flank)
            if key not in coats:
                coats[key] = _coat(plan, seed)
            scene = (coats[key], outlooks[plan.camera])
            passage = (plan.encounter, plan.camera)
            if september == SEPTEMBER.photos or plan.encounter in SHARED:
                view = next(_views(plan, scene, seed, width))
            else:
                frames = passages.setdefault(passage, _views(plan, scene, seed, width, september))
                view = next(frames)
            rows, columns = view.image.shape[:2]
            (folder / "photos" / name).write_bytes(developed(view, plan, SITES[plan.station]))
            table.writerow(index_row(name, plan, (columns, rows)))
    return index


def _file_name(plan: SurveyPlan) -> str:
    of = "" if plan.encounter in SHARED else f"_{plan.individual}_{plan.quality}"
    return f"{plan.camera}_{plan.taken:%Y-%m-%d_%H-%M-%S}{of}.jpg"


def _coat(plan: SurveyPlan, seed: int) -> Coat:
    """Both animals have one style, so only the arrangement of their rosettes tells them apart."""
    style = CoatStyle.draw(np.random.default_rng((seed, 11)))
    which = (plan.individual == RELATIVE, plan.flank is Flank.RIGHT)
    stream = np.random.default_rng((seed, 12, *map(int, which)))
    return draw_coat(style, int(stream.integers(2**62)), height=480)


def _views(
    plan: SurveyPlan, scene: tuple[Coat, Outlook], seed: int, width: int | None, frames: int = 1
) -> Iterator[View]:
    """A photo, or the frames of a passage. What is drawn depends on the moment of the first one,
    not on animal or quality."""
    coat, outlook = scene
    moment = plan.taken - datetime(2018, 1, 1)  # noqa: DTZ001
    key = (seed, 13, int(moment.total_seconds()))
    rng, of_size = np.random.default_rng((*key, 0)), np.random.default_rng((*key, 1))
    low, high = HARDNESS[plan.quality]
    camera = Camera.draw(rng, hardness=float(rng.uniform(low, high)), loose=1.0)
    columns = width or round(float(of_size.uniform(*WIDTHS[plan.quality])))
    columns = columns // 16 * 16
    size = (round(columns * float(of_size.uniform(0.42, 0.52)) / 16) * 16, columns)
    rng = np.random.default_rng((*key, 2))
    if frames > 1:
        yield from render_burst(coat, camera, rng, frames=frames, size=size, outlook=outlook)
    else:
        yield render(coat, camera, rng, size=size, outlook=outlook)
