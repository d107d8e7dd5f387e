"""Synthetic photos, and packages over them as other programs write them, for what imports them."""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 480, 320
STATIONS = {"Ridge": (43.51, 54.20), "Spring": (43.55, 54.28), "Saddle": (43.60, 54.11)}
FIRST_NIGHT = datetime(2019, 3, 1, 20, 0)  # noqa: DTZ001
UNKNOWN = 0.15  # share of animals that nobody named
TWO = 0.1  # share of photos with two animals


@dataclass(frozen=True)
class PaintedAnimal:
    """One animal of a photo. name: "" for nobody. box: x, y, width, height in pixels."""

    name: str
    flank: str
    box: tuple[int, int, int, int]
    theta: float = 0.0

    @property
    def upright(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the upright box around the turned one."""
        x, y, w, h = self.box
        c, s = abs(math.cos(self.theta)), abs(math.sin(self.theta))
        wide, high = w * c + h * s, w * s + h * c
        return (x + (w - wide) / 2, y + (h - high) / 2, x + (w + wide) / 2, y + (h + high) / 2)


@dataclass(frozen=True)
class PaintedPhoto:
    """One photo. file: its name. event: of the visit. animals: one, or two in one photo of ten."""

    file: str
    station: str
    taken: datetime
    event: str
    animals: tuple[PaintedAnimal, ...]


def painted_photos(animals: int, seed: int) -> list[PaintedPhoto]:
    """Three visits of each animal, two photos a visit; the second flank in every other visit."""
    rng = np.random.default_rng(seed)
    photos = []
    for visit in range(animals * 3):
        name = f"Uma {visit % animals + 1:02d}"
        station = list(STATIONS)[int(rng.integers(len(STATIONS)))]
        start = FIRST_NIGHT + timedelta(hours=6 * visit, minutes=int(rng.integers(60)))
        known = rng.random() > UNKNOWN
        flank = ("left", "right")[(visit // animals) % 2]
        for frame in range(2):
            shown = [_animal(rng, name if known else "", flank, 0)]
            if rng.random() < TWO:
                shown.append(_animal(rng, f"Cub {visit % animals + 1:02d}", flank, 1))
            file = f"{station}_{visit:03d}_{frame}.jpg"
            taken = start + timedelta(seconds=20 * frame)
            photos.append(PaintedPhoto(file, station, taken, f"v{visit}", tuple(shown)))
    return photos


def _animal(rng: np.random.Generator, name: str, flank: str, side: int) -> PaintedAnimal:
    """An animal in the left or right half of the frame, some of them in a turned box."""
    w, h = int(rng.integers(120, 170)), int(rng.integers(70, 110))
    x = side * WIDTH // 2 + int(rng.integers(25, WIDTH // 2 - w - 25))
    y = int(rng.integers(60, HEIGHT - h - 60))
    turned = round(float(rng.uniform(-0.3, 0.3)), 3) if rng.random() < 0.3 else 0.0
    return PaintedAnimal(name, flank, (x, y, w, h), turned)


def write_photos(folder: Path, photos: list[PaintedPhoto], seed: int) -> None:
    """A JPEG of grey noise for each photo, with spots in its boxes; no EXIF."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, photo in enumerate(photos):
        rng = np.random.default_rng([seed, number])
        pixels = rng.normal(90, 12, (HEIGHT, WIDTH, 1)).repeat(3, 2)
        for animal in photo.animals:
            x, y, w, h = animal.box
            pixels[y : y + h, x : x + w] += rng.normal(40, 30, (h, w, 1))
        buffer = BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
        (folder / photo.file).write_bytes(buffer.getvalue())


def write_hotspotter(folder: Path, photos: list[PaintedPhoto], seed: int) -> Path:
    """A catalogue with images and _hsdb; flanks are a property that its user added."""
    write_photos(folder / "images", photos, seed)
    tables = folder / "_hsdb"
    tables.mkdir()
    names = sorted({animal.name for photo in photos for animal in photo.animals if animal.name})
    number_of = {name: n for n, name in enumerate(names, 2)}
    lines = [f"{n}, {name}" for name, n in number_of.items()]
    (tables / "name_table.csv").write_text(
        "\n".join(["# name table", "# nid, name", "1, ____", *lines])
    )
    lines = [f"{n}, {photo.file}, True" for n, photo in enumerate(photos, 1)]
    (tables / "image_table.csv").write_text(
        "\n".join(["# image table", "# gid, gname, aif", *lines])
    )
    head = "# ChipID, ImgID, NameID, roi[tl_x  tl_y  w  h], theta, Flank"
    chips = [(n, animal) for n, photo in enumerate(photos, 1) for animal in photo.animals]
    lines = [
        f"{chip}, {image}, {number_of.get(one.name, 1)}, [{'  '.join(map(str, one.box))}], "
        f"{one.theta}, {one.flank}"
        for chip, (image, one) in enumerate(chips, 1)
    ]
    (tables / "chip_table.csv").write_text(
        "\n".join(["# chip table", f"# NumData {len(chips)}", head, *lines])
    )
    return folder


def write_coco(folder: Path, photos: list[PaintedPhoto], seed: int) -> Path:
    """A Wild Me COCO file as Leopard ID 2022 comes."""
    write_photos(folder / "images" / "train2022", photos, seed)
    images = [
        {
            "id": n,
            "file_name": photo.file,
            "width": WIDTH,
            "height": HEIGHT,
            "date_captured": photo.taken.strftime("%Y/%m/%d %H:%M:%S"),
            "gps_lat_captured": -1,
            "gps_lon_captured": -1,
            "uuid": f"image-{n}",
        }
        for n, photo in enumerate(photos)
    ]
    pairs = [(n, animal) for n, photo in enumerate(photos) for animal in photo.animals]
    annotations = [
        {
            "id": number,
            "image_id": image,
            "bbox": list(animal.box),
            "theta": animal.theta,
            "viewpoint": animal.flank,
            "name": animal.name or "____",
            "individual_ids": [],
        }
        for number, (image, animal) in enumerate(pairs)
    ]
    file = folder / "annotations" / "instances_train2022.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"images": images, "annotations": annotations}))
    return file


def write_whiskerbook(folder: Path, photos: list[PaintedPhoto], seed: int) -> Path:
    """A workbook with one row an encounter of one animal, boxes and views as of an export."""
    from openpyxl import Workbook

    write_photos(folder, photos, seed)
    book = Workbook()
    sheet = book.active
    clock = ["year", "month", "day", "hour", "minutes"]
    sheet.append(
        [
            *("Encounter.mediaAsset0", "Annotation0.bbox", "Annotation0.ViewPoint"),
            *("MarkedIndividual.individualID", "Encounter.locationID", "Encounter.sightingID"),
            *(f"Encounter.{part}" for part in clock),
            *("Encounter.decimalLatitude", "Encounter.decimalLongitude"),
            *("Encounter.genus", "Encounter.specificEpithet", "Encounter.lifeStage"),
        ]
    )
    for photo in photos:
        for one in photo.animals:
            x0, y0, x1, y1 = (round(corner) for corner in one.upright)
            at = photo.taken
            sheet.append(
                [
                    *(photo.file, f"[{x0}, {y0}, {x1 - x0}, {y1 - y0}]", one.flank),
                    *(one.name or None, photo.station, photo.event),
                    *(at.year, at.month, at.day, at.hour, at.minute),
                    *STATIONS[photo.station],
                    *("Panthera", "pardus", "adult"),
                ]
            )
    book.save(folder / "bulk import.xlsx")
    return folder


def write_traptagger(folder: Path, photos: list[PaintedPhoto], seed: int) -> Path:
    """A table with one row a sighting."""
    write_photos(folder / "survey", photos, seed)
    with (folder / "survey.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            [
                *("sighting", "image", "timestamp", "site", "latitude", "longitude", "cluster"),
                *("left", "right", "top", "bottom", "score", "flank", "image_labels"),
                *("sighting_individual_1", "sighting_individual_2"),
            ]
        )
        number = 0
        for photo in photos:
            for one in photo.animals:
                number += 1
                x0, y0, x1, y1 = one.upright
                table.writerow(
                    [
                        *(number, f"survey/{photo.file}", photo.taken, photo.station),
                        *(*STATIONS[photo.station], photo.event),
                        *(x0 / WIDTH, x1 / WIDTH, y0 / HEIGHT, y1 / HEIGHT, 0.9),
                        *(one.flank[0].upper(), "Leopard", one.name or "None", "None"),
                    ]
                )
    return folder


WRITERS_OF_OTHERS: dict[str, Callable[[Path, list[PaintedPhoto], int], Path]] = {
    "HotSpotter": write_hotspotter,
    "Wild Me COCO": write_coco,
    "Whiskerbook": write_whiskerbook,
    "TrapTagger": write_traptagger,
}
