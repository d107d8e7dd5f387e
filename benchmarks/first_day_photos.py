"""The 23 photos of the first day: full frames, and crops with a table that states them."""

import csv
import re
from pathlib import Path

ANIMALS = {"BRL17": 6, "CUL66": 5, "BGL09": 4, "BHA32": 2}
"""Crops of each animal of leopards-india, from those of the stations that saw it most."""

CROPS = sum(ANIMALS.values())
FRAME_NAMES = tuple(f"IMG_00{n}.JPG" for n in (21, 41, 42, 61, 62, 63))
FRAMES = len(FRAME_NAMES)

NAMES = re.compile(
    r"\b(BR|CU|BG|BRL17|Uma|Kali|IMG_\d+|ABC|Reconyx RapidFire|leopard|reid|Panthera|pardus"
    r"|JPE?G|jpe?g|PNG|WebP|HEIC|AVIF|CSV|ZIP|JSON|GeoJSON|README|txt|left_out|csv"
    r"|English|Français|UTC|llr|log10|Cllr|SHA-256|Enter|Escape|Shift|Tab|Delete|Esc"
    r"|Camtrap|DP|camtrapR|secr|Wildlife Insights|Wildbook|Darwin Core"
    r"|(?:rosette|calibrated|evidence|quality)@\d+|lr_\w+"
    r"|Farhadinia|Ewens|Everitt|Johansson|et al)\b"
    r"|\{station\}/\{camera\}|: file_name, station, camera, [a-z, ]+;|[0-9a-f]{12,64}"
    r"|station, camera, latitude, [a-z, ]+|\bnotes\b|deployments\.csv|docs/evaluation\.md"
    r"|EfficientNet-Lite0|ImageNet|Apache-2\.0"
)
"""What is not translated: names, symbols, keys, and the columns of a table."""


def frames(data: Path) -> list[Path]:
    """Six full frames of one station."""
    return [data / "full-frames" / "photos" / name for name in FRAME_NAMES]


def crops_with_table(data: Path, folder: Path) -> tuple[list[Path], Path]:
    """Seventeen crops of four animals, and the table that says where and when they were taken."""
    with (data / "leopards-india" / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stations = [row["station"] for row in rows]
    rows.sort(key=lambda row: -stations.count(row["station"]))
    chosen = [
        row
        for animal, many in ANIMALS.items()
        for row in [one for one in rows if one["individual"] == animal][:many]
    ]
    path = folder / "photos.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("file_name", "station", "camera", "flank", "time"))
        for row in chosen:
            name = Path(row["path"]).name
            table.writerow((name, row["station"], row["camera"], row["flank"], row["datetime"]))
    return [data / "leopards-india" / row["path"] for row in chosen], path
