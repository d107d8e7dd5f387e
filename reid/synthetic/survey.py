"""A camera-trap survey of synthetic leopards: stations, dates, bursts, photos, and the truth."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.scenery import Outlook
from reid.synthetic.view import Camera, View, colourised, render
from reid.types import Flank, Image

COLUMNS = [
    "path",
    "species",
    "individual",
    "flank",
    "datetime",
    "station",
    "camera",
    "encounter",
    "width",
    "height",
    "quality",
    "light",
]
HARDNESS = {"good": (0.0, 0.15), "usable": (0.2, 0.45), "poor": (0.6, 0.85), "unusable": (1.1, 1.3)}
SHARES = {"good": 0.45, "usable": 0.3, "poor": 0.2, "unusable": 0.05}
WIDTHS = {"good": (760, 1300), "usable": (500, 900), "poor": (260, 480), "unusable": (120, 220)}
FIRST_DAY = datetime(2018, 9, 1)  # noqa: DTZ001 - camera clocks have no zone


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """One photo that is to be taken; `quality` is how hard its circumstances are."""

    individual: str
    flank: Flank
    taken: datetime
    station: str
    camera: str
    encounter: str
    quality: str
    day: bool


def write_survey(
    folder: Path,
    *,
    animals: int,
    seed: int,
    encounters: int = 4,
    stations: int = 6,
    ustyurt: bool = False,
    width: int | None = None,
) -> Path:
    """Write folder/photos/*.jpg and folder/index.csv; returns the index.

    Every animal has `encounters` encounters, each seen by the two cameras of a station (one flank
    each), in bursts of one to three photos. Strangers share what stands behind them at a
    camera. Half of the animals share a style with another one.
    `ustyurt` adds the three records of the founding case, shaped like Ustyurt 2018: all three show
    one more animal. The same arguments give the same bytes. width: of every photo, for small tests.
    """
    rng = np.random.default_rng((seed, 1))
    plans = plan_survey(animals, encounters, stations, rng)
    if ustyurt:
        plans += _ustyurt(f"L{animals + 1:03d}", rng)
    return write_photos(folder, plans, seed=seed, width=width)


def write_photos(
    folder: Path, plans: Sequence[SurveyPlan], *, seed: int, width: int | None = None
) -> Path:
    """Take the planned photos into folder/photos and write folder/index.csv; returns the index.

    An individual's coat and a camera's outlook follow from the seed and their names, so surveys of
    one seed may share animals or cameras. width: as in `write_survey`.
    """
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    coats: dict[tuple[str, Flank], Coat] = {}
    outlooks: dict[str, Outlook] = {}
    index = folder / "index.csv"
    with index.open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for number, plan in enumerate(plans):
            key = (plan.individual, plan.flank)
            if key not in coats:
                coats[key] = _coat_of(plan, seed)
            if plan.camera not in outlooks:
                outlooks[plan.camera] = outlook_of(plan.camera, seed)
            scene = (coats[key], outlooks[plan.camera])
            table.writerow(_taken(folder, plan, scene, number, seed, width))
    return index


def plan_survey(
    animals: int, encounters: int, stations: int, rng: np.random.Generator
) -> list[SurveyPlan]:
    """The photos that a survey takes, animal by animal; nothing is rendered."""
    return [p for a in range(animals) for p in _visits(a, encounters, stations, rng)]


def outlook_of(camera: str, seed: int) -> Outlook:
    """What a camera of a survey looks at, whoever walks past."""
    return Outlook.draw(np.random.default_rng((seed, 5, *camera.encode())))


def _coat_of(plan: SurveyPlan, seed: int) -> Coat:
    """Pairs of neighbours in the list are relatives: one style, other arrangements."""
    number = int(plan.individual[1:])
    style = CoatStyle.draw(np.random.default_rng((seed, 2, (number + 1) // 2)))
    side = 0 if plan.flank is Flank.LEFT else 1
    stream = np.random.default_rng((seed, 3, number, side))
    return draw_coat(style, int(stream.integers(2**62)), height=480)


def _visits(
    animal: int, encounters: int, stations: int, rng: np.random.Generator
) -> Iterator[SurveyPlan]:
    """The encounters of one animal: places, times, cameras, bursts and qualities."""
    name = f"L{animal + 1:03d}"
    days = np.sort(rng.choice(90, encounters, replace=False))
    for day in days:
        station = f"S{int(rng.integers(1, stations + 1)):02d}"
        hour = float(rng.choice([rng.uniform(17, 30), rng.uniform(6, 17)], p=[0.75, 0.25]))
        taken = FIRST_DAY + timedelta(days=int(day), hours=hour)
        taken = taken.replace(microsecond=0)
        quality = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        sides = [Flank.LEFT, Flank.RIGHT] if rng.random() < 0.8 else [Flank.LEFT]
        yield from _burst(name, station, taken, quality, sides, rng)


def _burst(
    name: str,
    station: str,
    taken: datetime,
    quality: str,
    sides: list[Flank],
    rng: np.random.Generator,
) -> Iterator[SurveyPlan]:
    """One to three photos a camera, seconds apart; the two cameras stand on either side."""
    encounter = f"{station}_{taken:%Y-%m-%dT%H%M}"
    for flank in sides:
        camera = station + ("A" if flank is Flank.LEFT else "B")
        at = taken + timedelta(seconds=int(rng.integers(0, 20)))
        for _ in range(int(rng.integers(1, 4))):
            yield SurveyPlan(
                name, flank, at, station, camera, encounter, quality, 6 <= at.hour < 18
            )
            at += timedelta(seconds=int(rng.integers(1, 8)))


def _ustyurt(name: str, rng: np.random.Generator) -> Iterator[SurveyPlan]:
    """Three records at two sites 18.6 km apart: September at night and poor, two good ones."""
    records = (
        ("USTYURT-1", datetime(2018, 9, 29, 22, 57), "poor"),  # noqa: DTZ001
        ("USTYURT-1", datetime(2018, 11, 11, 6, 57), "usable"),  # noqa: DTZ001
        ("USTYURT-2", datetime(2018, 12, 7, 16, 27), "good"),  # noqa: DTZ001
    )
    for station, taken, quality in records:
        yield from _burst(name, station, taken, quality, [Flank.LEFT, Flank.RIGHT], rng)


def _taken(
    folder: Path,
    plan: SurveyPlan,
    scene: tuple[Coat, Outlook],
    number: int,
    seed: int,
    width: int | None,
) -> dict[str, object]:
    """Render one photo, write it as a camera would, and return its row of the index."""
    coat, outlook = scene
    rng = np.random.default_rng((seed, 4, number))
    low, high = HARDNESS[plan.quality]
    camera = Camera.draw(rng, hardness=float(rng.uniform(low, high)), loose=1.0)
    columns = width or int(rng.integers(*WIDTHS[plan.quality]))
    columns = columns // 16 * 16
    rows = round(columns * float(rng.uniform(0.42, 0.52)) / 16) * 16
    view = render(coat, camera, rng, size=(rows, columns), outlook=outlook)
    name = f"{plan.camera}_{plan.taken:%Y-%m-%d_%H-%M-%S}_{number:04d}.jpg"
    (folder / "photos" / name).write_bytes(developed(view, plan))
    return index_row(name, plan, (columns, rows))


def developed(view: View, plan: SurveyPlan, position: tuple[float, float] | None = None) -> bytes:
    """What the camera of a plan writes of a view, see `trap_jpeg`."""
    pixels = colourised(view, infrared=not plan.day)
    if plan.flank is Flank.RIGHT:
        pixels = np.ascontiguousarray(pixels[:, ::-1])  # the generator's animals face left
    return trap_jpeg(pixels, plan.camera, plan.taken, position)


def index_row(name: str, plan: SurveyPlan, size: tuple[int, int]) -> dict[str, object]:
    """A row of the index. size: width and height."""
    return {
        "path": f"photos/{name}",
        "species": "synthetic leopard",
        "individual": plan.individual,
        "flank": plan.flank.value,
        "datetime": plan.taken.isoformat(),
        "station": plan.station,
        "camera": plan.camera,
        "encounter": plan.encounter,
        "width": size[0],
        "height": size[1],
        "quality": plan.quality,
        "light": "day" if plan.day else "infrared",
    }


def trap_jpeg(
    pixels: Image, camera: str, taken: datetime, position: tuple[float, float] | None = None
) -> bytes:
    """JPEG with the EXIF block of a camera trap: time, maker and model, and where it stood.

    pixels: (H, W, 3) uint8 RGB. position: degrees of northern latitude and eastern longitude.
    """
    image = Pillow.fromarray(pixels)
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "Synthetic", f"Trap {camera}"
    exif[0x0132] = f"{taken:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(0x8769)[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
    if position:
        latitude, longitude = ((degrees, 0.0, 0.0) for degrees in position)
        exif.get_ifd(0x8825).update({1: "N", 2: latitude, 3: "E", 4: longitude})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()
