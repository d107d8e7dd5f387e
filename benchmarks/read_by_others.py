"""Reads a package of Camtrap DP with the readers of PyPI that this interpreter has, as JSON.

python read_by_others.py FOLDER. Needs nothing of this project, so that it runs in an environment of
its own (`pip install camtrapdp trap-schema`; the second needs Python 3.12). One line of JSON a
reader: its name and version, rows by table, and of every observation number, name and media.
"""

import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path


def by_camtrapdp(folder: Path) -> dict[str, list[object]]:
    """One object a row; every column must be one of the standard, and no one may be missing."""
    package = import_module("camtrapdp")
    return {
        "deployments": package.Deployment.from_csv(str(folder / "deployments.csv")),
        "media": package.Media.from_csv(str(folder / "media.csv")),
        "observations": package.Observation.from_csv(str(folder / "observations.csv")),
    }


def by_trap_schema(folder: Path) -> dict[str, list[object]]:
    """The whole package by models that check the type and range of every value."""
    dataset = import_module("trap_schema").Dataset.load(folder)
    names = ("deployments", "media", "observations")
    return {name: getattr(dataset, name).rows for name in names}


READERS = {"camtrapdp": by_camtrapdp, "trap-schema": by_trap_schema}


def main() -> None:
    """A line a reader."""
    folder = Path(sys.argv[1])
    for name, read in READERS.items():
        try:
            tables = read(folder)
        except ModuleNotFoundError:
            continue
        except Exception as error:
            print(json.dumps({"reader": name, "error": str(error)[:500]}))
            continue
        print(
            json.dumps(
                {
                    "reader": f"{name} {version(name)}",
                    "rows": {table: len(rows) for table, rows in tables.items()},
                    "observations": [
                        [getattr(one, field) or "" for field in ("observationID", "individualID")]
                        for one in tables["observations"]
                    ],
                }
            )
        )


if __name__ == "__main__":
    main()
