"""Figures of a benchmark, kept with where and with what they were measured."""

import csv
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).with_name("results")
PACKAGES = ("leopard-reid", "torch", "faiss-cpu", "opencv-python-headless")


def keep(question: str, figures: dict[str, object], *, path: Path | None = None) -> Path:
    """Append one line to results/QUESTION.csv or `path`; the columns of a question never change."""
    line = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **figures,
        "machine": f"{platform.machine()} {platform.system()}",
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
    path = path or FOLDER / f"{question}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, line, lineterminator="\n")
        if new:
            table.writeheader()
        table.writerow(line)
    return path
