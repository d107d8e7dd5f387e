"""Does every exported table come back whole? Validated, and read by other programs than ours.

Fills a catalogue (see exchange_catalogue.py: names such as "=1+1", stations without a place or
times), runs `leopard-reid export`, and then
- validates the package with frictionless against the official profile and schemas of Camtrap DP
  1.0.2, after the official example (--example FOLDER, its own or left out visibly);
- reads every table with pandas and with R's read.csv and read.table (left out visibly without
  Rscript), with readr where R has it, cell by cell against each other, and names
  and captures against the database;
- reads the package with camtrapdp and trap-schema of PyPI, in other Pythons (--readers PYTHON …).
Prints a line a check; exit code 1 where anything is lost. --seed N.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from exchange_catalogue import components_of, prepared
from official_schemas import named_resources, problems, rows_of
from results import keep

from reid.interchange.cells import from_spreadsheet
from service.store import decisions, encounters, identities
from service.store.database import Database

NAMED = {
    "camtrap-dp/observations.csv": "individualID",
    "camtrap-dp/individuals.csv": "individualID",
    "camtrap-dp/encounters.csv": "individualID",
    "camtrapR/record_table.csv": "Individual",
    "histories.csv": "decided",
    "latent/captures.csv": "individual",
    "wildlife-insights/images.csv": "individual_id",
    "wildbook/*": "MarkedIndividual.individualID",
    "darwin-core/occurrence.csv": "organismID",
    "arrays/decided/animals.csv": "animal",
}
"""Table -> its column with names of individuals."""
WHOLE = ("camtrap-dp/encounters.csv", "histories.csv", "latent/captures.csv", "wildbook/*")
"""Tables in which every capture has a row, whatever is not known of it."""


def in_database(folder: Path) -> tuple[dict[int, str], int, set[str]]:
    """Encounter -> name of those decided; how many encounters there are; names in use."""
    database = components_of(folder)[Database]
    with database.read() as connection:
        named = {n: d.identity for n, d in decisions.standing(connection).items() if d.identity}
        counts = encounters.counts(connection)
        names = {name for _, name in identities.in_use(connection)}
    database.close()
    return named, counts.waiting + counts.decided, names


def by_pandas(file: Path) -> pd.DataFrame:
    """A table as text; nothing is taken for missing."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def column(out: Path, table: str, name: str) -> list[str]:
    """The cells of a column over the files of a table, marks for spreadsheets taken away."""
    files = sorted(out.glob(table))
    return [from_spreadsheet(text) for file in files for text in by_pandas(file)[name]]


def checks(folder: Path, out: Path, example: Path | None) -> Iterator[tuple[str, int, str]]:
    """What is looked at, how much of it is lost or wrong, and in words."""
    if example:
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(example, copy, dirs_exist_ok=True)
            wrong = problems(Path(copy) / "datapackage.json")
        yield "official example validates", len(wrong), "; ".join(wrong)[:200]
    descriptor = out / "camtrap-dp" / "datapackage.json"
    wrong = problems(descriptor)
    yield "export validates", len(wrong), "; ".join(wrong)[:300]
    named, captures, names = in_database(folder)
    observed = {row["individualID"] for row in rows_of(descriptor, "observations")}
    lost = names - {from_spreadsheet(name) for name in observed if name}
    left = by_pandas(out / "left_out.csv")
    yield "names in observations.csv (frictionless)", len(lost), f"of {len(names)}; lost {lost}"
    for table, name in NAMED.items():
        missing = names - {*column(out, table, name)}
        yield f"names in {table} (pandas)", len(missing), f"of {len(names)}; lost {missing}"
    for table in WHOLE:
        rows = sum(len(by_pandas(file)) for file in out.glob(table))
        yield f"captures in {table}", abs(captures - rows), f"of {captures}"
    decided = dict(
        zip(*(column(out, "histories.csv", c) for c in ("encounter", "decided")), strict=True)
    )
    wrong_names = sum(decided[str(number)] != name for number, name in named.items())
    yield "captures under their name in histories.csv", wrong_names, f"of {len(named)}"
    yield from secr_whole(out, left, len(named))


def secr_whole(out: Path, left: pd.DataFrame, decided: int) -> Iterator[tuple[str, int, str]]:
    """Every decided capture is in captures.txt or in left_out.csv with why."""
    lines = (out / "secr/decided/captures.txt").read_text("utf-8").splitlines()
    rows = sum(not line.startswith("#") for line in lines)
    own = left[left.table == "secr/decided/captures.txt"]
    of_named = int(own.key.str.contains(" of ").sum())
    text = f"{rows} in captures.txt, {of_named} in left_out.csv, of {decided}"
    yield "decided captures in secr or said why not", abs(decided - rows - of_named), text


def by_r(out: Path) -> Iterator[tuple[str, int, str]]:
    """The same tables read by R, cell by cell against pandas, and secr's files and arrays."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(__file__).with_name("read_back.R")
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        command = [shutil.which("Rscript") or "Rscript", script, out, folder]
        subprocess.run(command, check=True, env=environment)
        for reader in ("", "readr"):
            if (Path(folder) / reader).is_dir():
                differ, words = as_by_pandas(out, Path(folder) / reader)
                yield f"tables read by R's {reader or 'read.csv'} as by pandas", differ, words
            else:
                print(f"left out: R has no package {reader} here (Debian: r-cran-{reader})")
        yield from json_by_r(out, Path(folder) / "_json.csv")
        rows = pd.read_csv(Path(folder) / "_secr.csv")
    for row in rows.itertuples():
        lost = abs(row.captures - row.at_traps) + abs(row.captures - row.in_use)
        lost += abs(row.captures - row.all) + max(0, row.left + row.right + row.both - row.all)
        words = f"{row.captures} captures of {row.animals} animals, {row.occasions} occasions"
        yield f"secr and arrays of {row.history} in R", int(lost), words


def as_by_pandas(out: Path, theirs_in: Path) -> tuple[int, str]:
    """How many cells of all tables R reads otherwise than pandas, and of how many."""
    tables = cells = differ = 0
    for file in sorted(out.rglob("*.csv")):
        read = theirs_in / "__".join(file.relative_to(out).parts)
        with read.open(newline="", encoding="utf-8") as stream:
            theirs = list(csv.reader(stream))
        own = by_pandas(file)
        ours = [list(own.columns), *own.to_numpy().tolist()]
        tables, cells = tables + 1, cells + own.size
        differ += abs(len(ours) - len(theirs))
        for our_row, their_row in zip(ours, theirs, strict=False):
            differ += sum(a != b for a, b in zip(our_row, their_row, strict=False))
            differ += abs(len(our_row) - len(their_row))
    return differ, f"{tables} tables, {cells} cells"


def json_by_r(out: Path, read: Path) -> Iterator[tuple[str, int, str]]:
    """GeoJSON and descriptor as jsonlite reads them."""
    if not read.exists():
        print("left out: R has no package jsonlite here (Debian: r-cran-jsonlite)")
        return
    row = pd.read_csv(read).iloc[0]
    features = len(json.loads((out / "movements/movements.geojson").read_text())["features"])
    resources = len(named_resources(out / "camtrap-dp" / "datapackage.json"))
    lost = abs(features - int(row.features)) + abs(resources - int(row.resources))
    yield "JSON read by R's jsonlite", lost, f"{features} features, {resources} resources"


def by_pypi(out: Path, interpreter: Path, names: set[str]) -> Iterator[tuple[str, int, str]]:
    """The package as readers of PyPI see it: rows of all tables, and the name of every observation
    against pandas."""
    package = out / "camtrap-dp"
    tables = {t: by_pandas(package / f"{t}.csv") for t in ("deployments", "media", "observations")}
    observed = tables["observations"]
    ours = dict(zip(observed.observationID, observed.individualID, strict=True))
    script = Path(__file__).with_name("read_by_others.py")
    done = subprocess.run(
        [interpreter, script, package], check=True, capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        if "error" in answer:
            yield f"package read by {answer['reader']}", 1, answer["error"]
            continue
        theirs = dict(answer["observations"])
        lost = sum(theirs.get(number) != name for number, name in ours.items())
        lost += sum(abs(len(tables[t]) - n) for t, n in answer["rows"].items())
        missing = names - {from_spreadsheet(name) for name in theirs.values()}
        rows = ", ".join(f"{n} {t}" for t, n in answer["rows"].items())
        words = f"{rows}, {len(names)} names; lost {missing}"
        yield f"package read by {answer['reader']}", lost + len(missing), words


def main() -> None:
    """Fill, export, check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encounters", type=int, default=200)
    parser.add_argument("--individuals", type=int, default=30)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--example", type=Path, help="the official example of Camtrap DP")
    parser.add_argument(
        "--readers",
        type=Path,
        nargs="*",
        default=[],
        help="Pythons with readers of PyPI",
    )
    parser.add_argument("--keep", type=Path, help="a new folder for catalogue and export")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="exchange-"))
    counted = prepared(
        folder, many=given.encounters, individuals=given.individuals, seed=given.seed
    )
    print(", ".join(f"{count} {name}" for name, count in counted.items()))
    out, started = folder / "out", time.monotonic()
    command = [sys.executable, "-m", "service", "export", str(out), "--data-dir", folder / "var"]
    command += ["--draws", str(given.draws), "--seed", str(given.seed), "--media"]
    subprocess.run(command, check=True, cwd=Path(__file__).parent.parent)
    seconds = time.monotonic() - started
    results = list(checks(folder, out, given.example))
    if not given.example:
        print("left out: the official example was not named with --example")
    if shutil.which("Rscript"):
        results += by_r(out)
    else:
        print("left out: reading by R, there is no Rscript here (Debian: r-base-core)")
    for interpreter in given.readers:
        results += by_pypi(out, interpreter, in_database(folder)[2])
    if not given.readers:
        print("left out: readers of PyPI, no Python that has them was named with --readers")
    for what, lost, words in results:
        print(f"{'ok  ' if not lost else 'LOST'} {lost:4} {what}: {words}")
    lost = sum(count for _, count, _ in results)
    print(f"{len(results)} checks, {lost} lost; export took {seconds:.0f} s")
    figures = {**counted, "checks": len(results), "lost": lost, "export_s": round(seconds, 1)}
    keep("exchange", figures)
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
