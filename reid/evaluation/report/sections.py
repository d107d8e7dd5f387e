"""What `scripts/simulate.py` found, kept as JSON and brought back for a report."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reid.errors import BadDataset
from reid.evaluation.measures.metrics import CalibrationCurve
from reid.evaluation.measures.sorting import ClusteringMeasures, OpenSet, PartitionCalibration

KEY = "section"  # of a simulation's JSON
FILES = {"open_set": "open-set", "partitions": "triples", "clustering": "count"}


class NoTrials(BadDataset, message="{folder} has none of {files}: run simulate.py --out"): ...


class TrialsOfAnotherRelease(
    BadDataset, message="{folder} is of another release: run simulate.py again"
): ...


class Sections(NamedTuple):
    """Sections of a report; None where that simulation was not run. commands: what made each."""

    open_set: OpenSet | None = None
    partitions: PartitionCalibration | None = None
    clustering: ClusteringMeasures | None = None
    commands: dict[str, str] = {}  # noqa: RUF012 - never written to


def packed(section: OpenSet | PartitionCalibration | ClusteringMeasures) -> dict[str, Any]:
    """A section as JSON knows it: arrays and tuples become lists."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(section), default=np.ndarray.tolist))
    return plain


def opened(folder: Path) -> Sections:
    """The sections of a folder that `scripts/simulate.py --out` wrote to.

    Raises BadDataset where it holds none, or one of another release.
    """
    contents = {
        key: json.loads(path.read_text(encoding="utf-8"))
        for key, name in FILES.items()
        if (path := folder / f"{name}.json").is_file()
    }
    if not contents:
        raise NoTrials(folder=folder, files=list(FILES.values()))
    try:
        values_of = {key: _tuples(content[KEY]) for key, content in contents.items()}
        commands = {key.replace("_", " "): content["command"] for key, content in contents.items()}
        if "partitions" in values_of:
            curve = {name: np.array(v) for name, v in values_of["partitions"].pop("curve").items()}
            curve["error"] = float(curve["error"])  # type: ignore[assignment]
            values_of["partitions"]["curve"] = CalibrationCurve(**curve)  # type: ignore[arg-type]
        kinds = {
            "open_set": OpenSet,
            "partitions": PartitionCalibration,
            "clustering": ClusteringMeasures,
        }
        sections = {key: kinds[key](**values) for key, values in values_of.items()}
    except (KeyError, TypeError) as error:
        raise TrialsOfAnotherRelease(folder=folder) from error
    return Sections(**sections, commands=commands)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
