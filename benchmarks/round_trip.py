"""Does a package of Camtrap DP come back whole? Import, export, import of the export, export.

--example FOLDER: the official example. It names nobody and has no column beyond the standard, so it
is run twice: as it is, and as a copy in which --seed draws names (such as "=1+1"), flanks and
columns of its own. Each goes through `leopard-reid import` and `export` into two new catalogues.
Every cell of deployments, media and observations is compared as frictionless types it:
- equal: the same value, times the same moment and offset;
- kept: another value stands there, and the value of the source in stated.csv (such as filePath);
- lost: neither.
Then the two catalogues and the two exports are compared with each other. Both exports are validated
against the official profile and schemas. Exit code 1 where anything is lost or invalid.
"""

import argparse
import csv
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from exchange_catalogue import components_of
from official_schemas import problems, rows_of
from results import keep

from reid.interchange.cells import from_spreadsheet
from service.store import decisions, encounters, stations
from service.store.database import Database
from service.store.stations import Deployment

KEYS = {"deployments": "deploymentID", "media": "mediaID", "observations": "observationID"}
NAMES = ("=1+1", "Барс №1", 'L "Old", 12', "-Ana")
FURTHER = {"deployments": "batteryType", "media": "waterLevel", "observations": "collarColour"}
NOT_CARRIED = {"resources", "profile", "created", "spatial", "temporal", "taxonomic", "project"}
"""Parts of datapackage.json that an export makes itself."""

Table = dict[str, dict[str, object]]


def run(*words: object) -> None:
    """A command of the program."""
    command = [sys.executable, "-m", "service", *map(str, words)]
    subprocess.run(command, check=True, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL)


def with_names(example: Path, folder: Path, seed: int) -> Path:
    """A copy in which animals with boxes are named and every table has a column of its own."""
    shutil.copytree(example, folder)
    draw = random.Random(seed)
    for table, column in FURTHER.items():
        file = folder / f"{table}.csv"
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row in rows:
            row[column] = draw.choice(("red", "a, b", "", "=2+2", "ü"))
            if table == "observations" and row["bboxX"]:
                number = int(float(row["bboxX"]) * 10) % len(NAMES)
                row["individualID"] = NAMES[number]
                row["observationTags"] = draw.choice(("flank:left", "flank:right | wet:yes"))
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return folder


def typed(folder: Path) -> dict[str, Table]:
    """Table -> key -> row, as frictionless types it; columns beyond the standard as text."""
    found: dict[str, Table] = {}
    for name, key in KEYS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            texts = list(csv.DictReader(stream))
        rows = rows_of(folder / "datapackage.json", name)
        table = {}
        for row, text in zip(rows, texts, strict=True):
            cells = {**text, **row}
            table[str(row[key])] = {k: plain(v) for k, v in cells.items() if v not in (None, "")}
        found[name] = table
    return found


def plain(value: object) -> object:
    """A value without the mark of spreadsheets; a time with its offset in seconds."""
    if isinstance(value, datetime):
        return value.isoformat()
    return from_spreadsheet(value) if isinstance(value, str) else value


def stated(folder: Path) -> dict[tuple[str, str, str], object]:
    """Table, key and column -> what the export keeps beside its tables."""
    file = folder / "stated.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as stream:
        return {
            (row["resource"], from_spreadsheet(row["key"]), from_spreadsheet(row["column"])): plain(
                row["value"]
            )
            for row in csv.DictReader(stream)
        }


def compared(before: Path, after: Path) -> tuple[Counter[str], Counter[str], list[str]]:
    """Cells by what became of them, kept ones by column, and those that are lost."""
    counts: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    lost: list[str] = []
    beside = stated(after)
    old, new = typed(before), typed(after)
    for name, rows in old.items():
        counts[f"rows of {name}"] += len(rows)
        for key, cells in rows.items():
            theirs = new[name].get(key, {})
            for column, value in cells.items():
                kept = [beside.get((name, key, c)) for c in (f"{column} before", column)]
                if alike(column, theirs.get(column), value):
                    counts["equal"] += 1
                elif any(text is not None and str(value) == text for text in kept):
                    counts["kept"] += 1
                    elsewhere[f"{name}.{column}"] += 1
                else:
                    counts["lost"] += 1
                    lost.append(f"{name} {key} {column}: {value!r} -> {theirs.get(column)!r}")
    return counts, elsewhere, lost


def alike(column: str, ours: object, value: object) -> bool:
    """Equal; a box to a pixel of a photo of 1000."""
    if column.startswith("bbox") and ours is not None:
        return abs(float(str(ours)) - float(str(value))) <= 1e-3
    return ours == value


def catalogue(folder: Path) -> Iterator[tuple[object, ...]]:
    """What a catalogue knows: deployments, and photos with boxes, flanks, places and names."""
    database = components_of(folder)[Database]
    with database.read() as connection:
        named = {n: d.identity for n, d in decisions.standing(connection).items()}
        for place in stations.every(connection):
            yield place.name, place.position, *(repr(_without_id(d)) for d in place.deployments)
        for one in encounters.every_reference(connection):
            animal, photo = one.annotation, one.photo
            moment = photo.captured_at and photo.captured_at.isoformat()
            yield (
                *(photo.id, photo.station, photo.camera, moment, photo.zone),
                *(photo.notes, animal.box, animal.flank.value, named.get(animal.encounter_id)),
            )
    database.close()


def _without_id(deployment: Deployment) -> Mapping[str, object]:
    return {
        name: getattr(deployment, name)
        for name in ("name", "camera", "position", "heading", "starts_at", "ends_at", "zone")
    }


def trip(source: Path, folder: Path) -> Iterator[tuple[str, int, str]]:
    """The way of one package there and back: what is looked at, how much is lost, in words."""
    first, second = folder / "first", folder / "second"
    exported = first / "out" / "camtrap-dp"
    again = second / "out" / "camtrap-dp"
    for where, package in ((first, source), (second, exported)):
        run("import", package, "--data-dir", where / "var")
        form = ("--form", "camtrap_dp", "--media")
        run("export", where / "out", "--data-dir", where / "var", *form)
        wrong = problems(where / "out" / "camtrap-dp" / "datapackage.json")
        yield f"{where.name} export validates", len(wrong), "; ".join(wrong)[:300]
    for name, before, after in (
        ("source and first export", source, exported),
        ("first and second export", exported, again),
    ):
        counts, elsewhere, lost = compared(before, after)
        rows = ", ".join(f"{n} {what}" for what, n in counts.items() if what.startswith("rows"))
        beside = ", ".join(f"{column} {n}" for column, n in elsewhere.items()) or "none"
        total = counts["equal"] + counts["kept"] + counts["lost"]
        words = f"{rows}; {total} cells: {counts['equal']} equal, {counts['kept']} in stated.csv "
        yield name, counts["lost"], f"{words}({beside}); {'; '.join(lost[:3])}"
    one, two = Counter(map(repr, catalogue(first))), Counter(map(repr, catalogue(second)))
    differ = sum((one - two).values()) + sum((two - one).values())
    yield "both catalogues", differ, f"{sum(one.values())} stations and annotations"


def not_carried(source: Path) -> list[str]:
    """Parts of a descriptor that no export has: what says who made the package, and why."""
    content = json.loads((source / "datapackage.json").read_text("utf-8"))
    named = [one["name"] for one in content["resources"] if one["name"] not in KEYS]
    own = {"title", "contributors"}
    return [*sorted(set(content) - NOT_CARRIED - own), *(f"resource {name}" for name in named)]


def main() -> None:
    """There and back, twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--example", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    total = checks = 0
    with tempfile.TemporaryDirectory(prefix="round-trip-") as name:
        folder = Path(name)
        named = with_names(given.example, folder / "named", given.seed)
        for label, source in (("example", given.example), ("named copy", named)):
            for what, lost, words in trip(source, folder / label.replace(" ", "-")):
                print(f"{'ok  ' if not lost else 'LOST'} {lost:4} {label}: {what}: {words}")
                total, checks = total + lost, checks + 1
    print("of datapackage.json not carried:", ", ".join(not_carried(given.example)))
    print(f"{checks} checks, {total} lost")
    keep("round_trip", {"checks": checks, "lost": total, "seed": given.seed})
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
