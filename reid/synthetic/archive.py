"""A synthetic archive: bursts of full frames from two cameras a station, mostly empty, and truth.

Beside the frames lie detections.json (as MegaDetector writes it), clocks.csv (the errors of the
cameras' clocks, which the frames have) and truth.csv. Frames of one burst are one view of an animal
moved across the frame, with other noise and light; two visits never share a view.
"""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.survey import HARDNESS, SHARES, outlook_of, trap_jpeg
from reid.synthetic.view import Camera, colourised, render
from reid.types import Flank, Image

FIRST_DAY = datetime(2024, 3, 1)  # noqa: DTZ001 - a wall clock
FRAME = (768, 1024)
EMPTY_SHARE, PERSON_SHARE, PAIR_SHARE = 0.85, 0.01, 0.02  # of all frames
CLOCKS_S = (0, 0, 0, -3600, 43200, -31536000, 287, -5400)  # of cameras in turn; true - shown
BURST = 3


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame with animals that is to be taken. animals: names; taken: true local time."""

    path: str
    station: str
    camera: str
    taken: datetime
    shown: datetime
    visit: int
    animals: tuple[str, ...]
    flank: Flank
    quality: str
    step: int


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """What a synthetic archive holds. pairs: visits of two animals that walk together."""

    frames: int
    stations: int = 8
    animals: int = 30
    days: int = 90
    seed: int = 1

    @property
    def shots(self) -> int:
        """Frames with animals."""
        return round(self.frames * (1 - EMPTY_SHARE))


def clock_error_s(station: int, camera: int, seed: int) -> int:
    """True time less the time that a camera's clock shows, in seconds."""
    return CLOCKS_S[(2 * station + camera + seed) % len(CLOCKS_S)]


def shots(plan: ArchivePlan) -> list[Shot]:
    """The frames with animals, visit by visit; nothing is rendered."""
    rng = np.random.default_rng((plan.seed, 11))
    taken: list[Shot] = []
    with_two = round(PAIR_SHARE * plan.frames)
    visits = _visit_times(plan, rng)
    for visit, (station, time) in enumerate(visits):
        if len(taken) >= plan.shots:
            break
        two = sum(len(shot.animals) == 2 for shot in taken) < with_two and visit % 4 == 1
        names = rng.choice(plan.animals, 2 if two else 1, replace=False)
        animals = tuple(f"L{n + 1:03d}" for n in names)
        quality = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        left_first = bool(rng.random() < 0.5)
        for camera in (0, 1) if rng.random() < 0.8 else (int(rng.integers(2)),):
            flank = Flank.LEFT if (camera == 0) == left_first else Flank.RIGHT
            at = time + timedelta(seconds=int(rng.integers(0, 15)))
            shown = timedelta(seconds=clock_error_s(station, camera, plan.seed))
            for step in range(BURST):
                name = f"S{station + 1:02d}", f"{'AB'[camera]}"
                path = f"{name[0]}/{name[1]}/V{visit:05d}_{step}.JPG"
                taken.append(
                    Shot(path, *name, at, at - shown, visit, animals, flank, quality, step)
                )
                at += timedelta(seconds=int(rng.integers(1, 4)))
    return taken[: plan.shots]


def _visit_times(plan: ArchivePlan, rng: np.random.Generator) -> Iterator[tuple[int, datetime]]:
    """Station and time of visits; two of a station are more than an hour apart."""
    last: dict[int, list[datetime]] = {}
    while True:
        station = int(rng.integers(plan.stations))
        minutes = int(rng.integers(plan.days * 24 * 60))
        time = FIRST_DAY + timedelta(minutes=minutes)
        before = last.setdefault(station, [])
        if any(abs(time - other) < timedelta(minutes=70) for other in before):
            continue
        before.append(time)
        yield station, time


def write_archive(folder: Path, plan: ArchivePlan) -> None:
    """Write frames, detections.json, clocks.csv and truth.csv; what is there stays."""
    taken = shots(plan)
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for group in bursts(taken):
        boxes |= write_burst(folder, plan, group)
    finish_archive(folder, plan, taken, boxes)


def bursts(taken: list[Shot]) -> Iterator[list[Shot]]:
    """The shots of one camera on one visit, together."""
    groups: dict[tuple[int, str], list[Shot]] = {}
    for shot in taken:
        groups.setdefault((shot.visit, shot.camera), []).append(shot)
    yield from groups.values()


def write_burst(
    folder: Path, plan: ArchivePlan, burst: list[Shot]
) -> dict[str, list[tuple[float, float, float, float]]]:
    """Write the frames of one camera and visit; path -> boxes of its animals, in pixels."""
    first = burst[0]
    rng = np.random.default_rng((plan.seed, 12, first.visit, ord(first.camera[0])))
    views = [_view(plan, first, n, rng) for n in range(len(first.animals))]
    backdrop = _backdrop(first, plan.seed)
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    toward = 1 if first.flank is Flank.RIGHT else -1
    for shot in burst:
        frame, mine = backdrop.copy(), []
        for n, view in enumerate(views):
            mine.append(_paste(frame, view, (n, len(views)), toward * shot.step, rng))
        noise = rng.normal(0, 3, frame.shape[:2])[..., None]
        lit = frame * float(rng.uniform(0.94, 1.06)) + noise
        boxes[shot.path] = mine
        file = folder / shot.path
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.clip(lit, 0, 255).astype(np.uint8)
            new = file.with_suffix(".new")
            new.write_bytes(trap_jpeg(pixels, shot.station + shot.camera, shot.shown))
            new.replace(file)
    return boxes


def _view(plan: ArchivePlan, shot: Shot, number: int, rng: np.random.Generator) -> Image:
    """(H, W, 3), one animal as one camera sees it on one visit."""
    low, high = HARDNESS[shot.quality]
    camera = Camera.draw(rng, hardness=float(rng.uniform(low, high)), loose=0.6)
    widest = 460 if len(shot.animals) == 2 else 720
    width = int(rng.integers(round(0.7 * widest), widest)) // 16 * 16
    height = round(width * float(rng.uniform(0.44, 0.52)) / 16) * 16
    outlook = outlook_of(shot.station + shot.camera, plan.seed)
    coat = coat_of(shot.animals[number], shot.flank, plan.seed)
    view = render(coat, camera, rng, size=(height, width), outlook=outlook)
    pixels = colourised(view, infrared=not 6 <= shot.taken.hour < 18)
    mirrored = shot.flank is Flank.RIGHT  # the generator's animals face left
    return np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels)


@lru_cache(maxsize=80)
def coat_of(name: str, flank: Flank, seed: int) -> Coat:
    """Pairs of neighbours in the list are relatives: one style, other arrangements."""
    number = int(name[1:])
    style = CoatStyle.draw(np.random.default_rng((seed, 13, (number + 1) // 2)))
    stream = np.random.default_rng((seed, 14, number, flank is Flank.RIGHT))
    return draw_coat(style, int(stream.integers(2**62)), height=480)


def _backdrop(shot: Shot, seed: int) -> Image:
    """What the camera sees without an animal, in the grey of its flash at night."""
    outlook = outlook_of(shot.station + shot.camera, seed)
    rng = np.random.default_rng((seed, 15, *shot.station.encode(), *shot.camera.encode()))
    seen = outlook.seen((FRAME[0] // 4, FRAME[1] // 4), rng)
    grey = np.clip(seen * 120 + 40, 0, 255).astype(np.uint8)
    large = cv2.resize(grey, (FRAME[1], FRAME[0]), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(np.repeat(large[..., None], 3, 2))


def _paste(
    frame: Image, view: Image, place: tuple[int, int], step: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Put an animal into a frame; gives the box that a detector draws around it."""
    scale = float(rng.uniform(0.97, 1.03))
    size = round(view.shape[1] * scale), round(view.shape[0] * scale)
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
    number, of = place
    room = FRAME[1] // of
    x = number * room + (room - size[0]) // 2 + step * min(40, max(0, (room - size[0]) // 3))
    x = int(np.clip(x, 0, FRAME[1] - size[0]))
    y = int(FRAME[0] - size[1] - rng.integers(20, 120))
    frame[y : y + size[1], x : x + size[0]] = small
    jitter = rng.uniform(-0.02, 0.02, 4) * size[0]
    return (
        float(max(0, x + jitter[0])),
        float(max(0, y + jitter[1])),
        float(min(FRAME[1], x + size[0] + jitter[2])),
        float(min(FRAME[0], y + size[1] + jitter[3])),
    )


def finish_archive(
    folder: Path,
    plan: ArchivePlan,
    taken: list[Shot],
    boxes: dict[str, list[tuple[float, float, float, float]]],
) -> None:
    """Write the empty frames, detections.json, clocks.csv and truth.csv."""
    rng = np.random.default_rng((plan.seed, 16))
    empty = rng.integers(60, 90, (96, 128, 3)).astype(np.uint8)
    blank = folder / "empty.bin"
    folder.mkdir(parents=True, exist_ok=True)
    blank.write_bytes(trap_jpeg(empty, "none", FIRST_DAY))
    images = []
    for shot in taken:
        images.append(
            {"file": shot.path, "detections": [_detection(b, rng) for b in boxes[shot.path]]}
        )
    for n in range(plan.frames - len(taken)):
        path = f"S{n % plan.stations + 1:02d}/{'AB'[n // plan.stations % 2]}/E{n:05d}.JPG"
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.link(blank, file)
        images.append({"file": path, "detections": _of_empty(rng)})
    blank.unlink()
    images.sort(key=lambda image: str(image["file"]))
    content = {
        "info": {
            "format_version": "1.5",
            "detector": "synthetic",
            "detector_metadata": {"typical_detection_threshold": 0.2},
        },
        "detection_categories": {"1": "animal", "2": "person", "3": "vehicle"},
        "images": images,
    }
    (folder / "detections.json").write_text(json.dumps(content))
    _write_clocks(folder, plan)
    with (folder / "truth.csv").open("w", newline="") as file_:
        table = csv.writer(file_, lineterminator="\n")
        table.writerow(["path", "annotation", "animal", "visit", "taken", "quality"])
        for shot in taken:
            for n, animal in enumerate(shot.animals, 1):
                row = [shot.path, n, animal, shot.visit, shot.taken.isoformat(), shot.quality]
                table.writerow(row)


def _write_clocks(folder: Path, plan: ArchivePlan) -> None:
    with (folder / "clocks.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["station", "camera", "error"])
        for station in range(plan.stations):
            for camera in (0, 1):
                seconds = clock_error_s(station, camera, plan.seed)
                if seconds:
                    days, rest = divmod(abs(seconds), 86400)
                    sign = "-" if seconds < 0 else "+"
                    text = f"{sign}{days} {rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
                    table.writerow([f"S{station + 1:02d}", "AB"[camera], text])


def _detection(
    box: tuple[float, float, float, float], rng: np.random.Generator
) -> dict[str, object]:
    x0, y0, x1, y1 = (box[0] / FRAME[1], box[1] / FRAME[0], box[2] / FRAME[1], box[3] / FRAME[0])
    corners = [round(v, 4) for v in (x0, y0, x1 - x0, y1 - y0)]
    return {"category": "1", "conf": round(float(rng.uniform(0.5, 0.98)), 3), "bbox": corners}


def _of_empty(rng: np.random.Generator) -> list[dict[str, object]]:
    """What a detector says of an empty frame: mostly nothing, or something that it doubts."""
    draw = float(rng.random())
    if draw < PERSON_SHARE:
        return [{"category": "2", "conf": 0.9, "bbox": [0.4, 0.3, 0.1, 0.5]}]
    if draw < 0.25:
        sure = round(float(rng.uniform(0.01, 0.15)), 3)
        return [{"category": "1", "conf": sure, "bbox": [0.1, 0.2, 0.1, 0.1]}]
    return []
