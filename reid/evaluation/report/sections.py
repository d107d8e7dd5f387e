"""What `scripts/simulate.py` found, kept as JSON and brought back for a report."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reid.errors import BadDataset
from reid.evaluation.measures.metrics import Calibration
from reid.evaluation.measures.sorting import Clustering, OpenSet, PartitionCalibration

KEY = "section"  # of a simulation's JSON
FILES = {"open_set": "open-set", "partitions": "triples", "clustering": "count"}


class NoTrials(BadDataset):
    """A folder holds no results of trials."""

    message = "{folder} has none of {files}: run simulate.py --out"


class TrialsOfAnotherRelease(BadDataset):
    """Results of trials have another form."""

    message = "{folder} is of another release: run simulate.py again"


class Sections(NamedTuple):
    """Sections of a report; None where that simulation was not run. commands: what made each."""

    open_set: OpenSet | None = None
    partitions: PartitionCalibration | None = None
    clustering: Clustering | None = None
    commands: dict[str, str] = {}  # noqa: RUF012 - never written to


def packed(found: OpenSet | PartitionCalibration | Clustering) -> dict[str, Any]:
    """The same as JSON knows it: arrays and tuples become lists."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(found), default=np.ndarray.tolist))
    return plain


def opened(folder: Path) -> Sections:
    """The sections of a folder that `scripts/simulate.py --out` wrote to.

    Raises BadDataset where it holds none, or one of another release.
    """
    held = {
        key: json.loads(path.read_text(encoding="utf-8"))
        for key, name in FILES.items()
        if (path := folder / f"{name}.json").is_file()
    }
    if not held:
        raise NoTrials(folder=folder, files=list(FILES.values()))
    try:
        kept = {key: _tuples(found[KEY]) for key, found in held.items()}
        commands = {key.replace("_", " "): found["command"] for key, found in held.items()}
        if "partitions" in kept:
            curve = {name: np.array(v) for name, v in kept["partitions"].pop("curve").items()}
            curve["error"] = float(curve["error"])  # type: ignore[assignment]
            kept["partitions"]["curve"] = Calibration(**curve)  # type: ignore[arg-type]
        kinds = {"open_set": OpenSet, "partitions": PartitionCalibration, "clustering": Clustering}
        made = {key: kinds[key](**values) for key, values in kept.items()}
    except (KeyError, TypeError) as error:
        raise TrialsOfAnotherRelease(folder=folder) from error
    return Sections(**made, commands=commands)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
