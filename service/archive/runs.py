"""The archive runs of a data folder: how far each is, and what it found, read from its files."""

import csv
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reid.archive.progress import FILE, STAGES, RunProgress, read_progress
from reid.errors import NotFound

ARCHIVES = "archives"
SILENT_S = 60.0  # after which a run that says nothing is taken for stopped


class NoSuchRun(NotFound, message="no archive run {name}"): ...


class NoReportYet(
    NotFound, message="the run {name} has no report yet: wait until it is finished"
): ...


@dataclass(frozen=True, slots=True)
class ArchiveRun:
    """A run of the data folder. name: of its folder. state: running, stopped, failed or finished.

    statuses: rows by what became of them, of the last report; report: whether there is one.
    """

    name: str
    progress: RunProgress
    state: str
    statuses: dict[str, int]
    report: bool

    @property
    def step(self) -> int:
        """The number of the stage, from 1; one more than all once it is finished."""
        stage = self.progress.stage
        return STAGES.index(stage) + 1 if stage in STAGES else len(STAGES) + 1


def every(data_dir: Path) -> list[ArchiveRun]:
    """All runs of a data folder, the newest first."""
    folder = data_dir / ARCHIVES
    names = [path.parent.name for path in folder.glob(f"*/{FILE}")] if folder.is_dir() else []
    runs = [run for name in names if (run := _run(folder / name)) is not None]
    return sorted(runs, key=lambda run: run.progress.updated, reverse=True)


def get(data_dir: Path, name: str) -> ArchiveRun:
    """One run. Raises NoSuchRun."""
    run = _run(_folder(data_dir, name))
    if run is None:
        raise NoSuchRun(name=name)
    return run


def report_of(data_dir: Path, name: str) -> bytes:
    """The report of a run. Raises NoSuchRun, NoReportYet."""
    get(data_dir, name)
    path = _folder(data_dir, name) / "report.html"
    if not path.is_file():
        raise NoReportYet(name=name)
    return path.read_bytes()


def _folder(data_dir: Path, name: str) -> Path:
    """The folder of a run; a name that is a path is none."""
    if name != os.path.basename(name) or name.startswith("."):  # noqa: PTH119  text, not a file
        raise NoSuchRun(name=name)
    return data_dir / ARCHIVES / name


def _run(folder: Path) -> ArchiveRun | None:
    progress = read_progress(folder)
    if progress is None:
        return None
    report = (folder / "report.html").is_file()
    return ArchiveRun(folder.name, progress, _state(progress), _statuses(folder), report)


def _state(progress: RunProgress) -> str:
    if progress.finished:
        return "finished"
    if progress.failure:
        return "failed"
    try:
        silent = (datetime.now(UTC) - datetime.fromisoformat(progress.updated)).total_seconds()
    except ValueError:
        silent = SILENT_S
    alive = silent < SILENT_S or _is_alive(progress.process)
    return "running" if alive else "stopped"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _statuses(folder: Path) -> dict[str, int]:
    """Rows by status, of the table that the last whole run wrote."""
    try:
        with (folder / "results.csv").open(newline="", encoding="utf-8") as file:
            return dict(Counter(row["status"] for row in csv.DictReader(file)))
    except (OSError, KeyError, csv.Error):
        return {}
