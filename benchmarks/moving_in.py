"""Do catalogues of other programs move in whole? All names, boxes and flanks, counted.

Paints synthetic photos, writes them as a HotSpotter catalogue, a Wild Me COCO file, a Whiskerbook
workbook and a TrapTagger table, and imports each with the real command `leopard-reid import` into a
catalogue of its own, twice. Prints one table; exit code 1 where anything is lost or comes twice.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from packages_of_others import WRITERS_OF_OTHERS, PaintedPhoto, painted_photos
from results import keep

from service.settings import read_settings
from service.store import encounters
from service.store.database import Database

Corners = tuple[float, float, float, float]  # x0, y0, x1, y1
Row = tuple[str, str, str]  # file name, name, flank
SAME_BOX = 0.9  # intersection over union


def imported(source: Path, data: Path) -> None:
    """Import with the real command."""
    command = [sys.executable, "-m", "service", "import", str(source), "--data-dir", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def kept(data: Path) -> tuple[Counter[Row], dict[Row, list[Corners]]]:
    """Rows of all annotations of a catalogue, and their boxes."""
    database = Database(read_settings(data_dir=data).database)
    rows: Counter[Row] = Counter()
    boxes: dict[Row, list[Corners]] = {}
    with database.read() as connection:
        for one in encounters.search(connection, "all", limit=100_000):
            for reference in encounters.references_of(connection, one.id):
                flank = reference.annotation.flank.value
                row = (reference.photo.file_name, one.identity or "", flank)
                rows[row] += 1
                box = reference.annotation.box
                if box:
                    boxes.setdefault(row, []).append((box.x0, box.y0, box.x1, box.y1))
    database.close()
    return rows, boxes


def stated(photos: list[PaintedPhoto]) -> Counter[Row]:
    """Rows as they were painted."""
    return Counter((p.file, one.name, one.flank) for p in photos for one in p.animals)


def same_boxes(photos: list[PaintedPhoto], boxes: dict[Row, list[Corners]]) -> int:
    """How many painted boxes are there as they were painted."""
    count = 0
    for photo in photos:
        for one in photo.animals:
            there = boxes.get((photo.file, one.name, one.flank), [])
            count += any(overlap(one.upright, box) >= SAME_BOX for box in there)
    return count


def overlap(one: Corners, other: Corners) -> float:
    """Intersection over union of two boxes x0, y0, x1, y1."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(wide, 0) * max(high, 0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)


def moved_in(name: str, animals: int, seed: int) -> dict[str, object]:
    """Import one package twice; how much of what was painted is there."""
    photos = painted_photos(animals, seed)
    with tempfile.TemporaryDirectory() as folder:
        source = WRITERS_OF_OTHERS[name](Path(folder) / "source", photos, seed)
        imported(source, Path(folder) / "data")
        rows, boxes = kept(Path(folder) / "data")
        imported(source, Path(folder) / "data")
        again, _ = kept(Path(folder) / "data")
    painted = stated(photos)
    found = rows & painted
    flanks = Counter((row[0], row[2]) for row in painted.elements())
    flanks &= Counter((row[0], row[2]) for row in rows.elements())
    names = {row[1] for row in painted if row[1]}
    return {
        "package": name,
        "photos": len({row[0] for row in rows}),
        "photos_painted": len(photos),
        "animals": rows.total(),
        "animals_painted": painted.total(),
        "named": sum(n for row, n in found.items() if row[1]),
        "named_painted": sum(n for row, n in painted.items() if row[1]),
        "names": len(names & {row[1] for row in rows}),
        "names_painted": len(names),
        "flanks": flanks.total(),
        "boxes": same_boxes(photos, boxes),
        "invented": (rows - painted).total(),
        "second_import": "same" if again == rows else "differs",
    }


def complete(figures: dict[str, object]) -> bool:
    """Nothing is lost, invented, or there twice."""
    pairs = [(n, f"{n}_painted") for n in ("photos", "animals", "named", "names")]
    pairs += [(n, "animals_painted") for n in ("flanks", "boxes")]
    whole = all(figures[one] == figures[other] for one, other in pairs)
    return whole and figures["invented"] == 0 and figures["second_import"] == "same"


def main() -> int:
    """Import every package and print what came."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--animals", type=int, default=12)
    parser.add_argument("--only", choices=WRITERS_OF_OTHERS, help="one of the packages")
    options = parser.parse_args()
    heads = ("photos", "animals", "named", "names", "flanks", "boxes", "invented", "second import")
    print(f"{'package':14}" + "".join(f"{head:>14}" for head in heads))
    whole = True
    for name in [options.only] if options.only else WRITERS_OF_OTHERS:
        figures = moved_in(name, options.animals, options.seed)
        keep("moving_in", {"seed": options.seed, **figures})
        of = {n: figures[f"{n}_painted"] for n in ("photos", "animals", "named", "names")}
        of |= dict.fromkeys(("flanks", "boxes"), figures["animals_painted"])
        cells = [f"{figures[n]} of {total}" for n, total in of.items()]
        cells += [str(figures[n]) for n in ("invented", "second_import")]
        print(f"{name:14}" + "".join(f"{cell:>14}" for cell in cells))
        whole &= complete(figures)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
