"""An archive of frames as a publication: taken into a catalogue, exported, validated.

Takes the archive of `benchmarks/archive.py` with the same --frames, --seed and --cache (made where
it is not there), and what its run has found out already. Stations get deployments, the best photos
go into the catalogue with `leopard-reid archive --add`, `leopard-reid export` writes everything,
and frictionless validates the package against the official profile and schemas. Prints how many
encounters and photos came through; exit code 1 where the package is wrong or an encounter is lost.
"""

import argparse
import csv
import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from archive import made
from official_schemas import named_resources, problems, rows_of
from results import keep

from reid.synthetic.archive import FIRST_DAY, ArchivePlan
from service.settings import read_settings
from service.store import stations
from service.store.database import Database
from service.store.stations import NewDeployment

ROOT = Path(__file__).parents[1]


def command(*words: object) -> None:
    """Run leopard-reid; its last lines where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "service", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"leopard-reid {words[0]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def deploy(data: Path, plan: ArchivePlan) -> None:
    """Two cameras a station for all days, stations some kilometres apart."""
    command("migrate", "--data-dir", data)
    database = Database(read_settings(data_dir=data).database)
    with database.write() as connection:
        for number in range(plan.stations):
            for camera in "AB":
                stations.add(
                    connection,
                    NewDeployment(
                        name=f"S{number + 1:02d} {camera}",
                        station=f"S{number + 1:02d}",
                        camera=camera,
                        latitude=43 + 0.05 * (number % 3),
                        longitude=54 + 0.06 * (number // 3),
                        starts_at=FIRST_DAY - timedelta(days=1),
                        ends_at=FIRST_DAY + timedelta(days=plan.days + 1),
                        zone="+05:00",
                    ),
                )
    database.close()


def encounters_of(out: Path) -> int:
    """Animals of encounters that the archive took into the catalogue."""
    with (out / "encounters.csv").open(newline="", encoding="utf-8") as file:
        statuses = [row["status"] for row in csv.DictReader(file)]
    return sum(status in {"identified", "new_animal", "unknown"} for status in statuses)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("build/archives"))
    o = parser.parse_args()
    plan = ArchivePlan(o.frames, seed=o.seed)
    folder = made(o.cache, plan)
    out, data, export = (folder.parent / name for name in ("out", "catalogue", "export"))
    for old in (data, export):
        shutil.rmtree(old, ignore_errors=True)
    deploy(data, plan)
    command(
        *("archive", folder, "--out", out, "--pattern", "{station}/{camera}", "--add"),
        *("--clocks", folder / "clocks.csv", "--data-dir", data),
    )
    command("export", export, "--data-dir", data)
    descriptor = export / "camtrap-dp" / "datapackage.json"
    wrong = problems(descriptor)
    tables = ("deployments", "media", "observations")
    rows = {name: len(rows_of(descriptor, name)) for name in tables}
    events = {row["eventID"] for row in rows_of(descriptor, "observations") if row["eventID"]}
    expected, resources = encounters_of(out), named_resources(descriptor)
    with (export / "left_out.csv").open(newline="", encoding="utf-8") as file:
        left_out = dict(Counter(row["table"] for row in csv.DictReader(file)))
    print(f"{o.frames} frames, {expected} animals of encounters taken in; {rows}")
    print(f"events {len(events)}; resources {resources}; left out {left_out}")
    print(f"problems by the official profile and schemas: {len(wrong)} {'; '.join(wrong)[:400]}")
    figures = {"problems": len(wrong), "encounters": expected, "events": len(events)}
    keep("archive_export", {**rows, **figures})
    if wrong or len(events) != expected:
        sys.exit(1)


if __name__ == "__main__":
    main()
