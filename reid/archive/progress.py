"""How far an archive run is: progress.json in its folder, for pages and for people."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

from reid.archive.journal import replaced

FILE = "progress.json"
EVERY_S = 1.0
STAGES = ("look", "choose", "describe", "identify", "compare", "report")

Row = TypeVar("Row")
Bar = Callable[[Iterable[Row], str, int, int], Iterable[Row]]
"""Shows progress on a screen: rows as they come, name of the stage, total, done before."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """stage: one of STAGES, or "finished". rate: pieces a second; left_s: seconds to the end of the
    stage, -1 where nobody can tell. process: which writes it."""

    stage: str
    done: int
    total: int
    rate: float
    left_s: float
    frames: int
    started: str
    updated: str
    process: int
    failure: str = ""

    @property
    def finished(self) -> bool:
        """Whether the report is written."""
        return self.stage == "finished"


def no_bar(rows: Iterable[Row], stage: str, total: int, done: int) -> Iterable[Row]:
    """The rows as they come."""
    del stage, total, done
    return rows


def read_progress(folder: Path) -> RunProgress | None:
    """How far the run of a folder is; None where there is none."""
    try:
        return RunProgress(**json.loads((folder / FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


class Progress:
    """Keeps progress.json up to date while rows come."""

    def __init__(self, folder: Path, frames: int, bar: Bar[object] = no_bar) -> None:
        self._folder, self._bar, self._written = folder, bar, 0.0
        self._now = RunProgress("look", 0, 0, 0.0, -1.0, frames, _time(), "", os.getpid())

    def of(self, stage: str, rows: Iterable[Row], total: int, earlier: int) -> Iterator[Row]:
        """The rows of a stage. earlier: pieces of it that an earlier run has done."""
        began, done = monotonic(), earlier
        self._write(replace(self._now, stage=stage, done=done, total=total, rate=0.0, left_s=-1.0))
        for row in self._bar(rows, stage, total, earlier):
            yield row  # type: ignore[misc]
            done += 1
            passed = monotonic() - began
            if monotonic() - self._written >= EVERY_S:
                rate = (done - earlier) / max(passed, 1e-6)
                left = max(0, total - done) / rate if rate else -1.0
                self._write(
                    replace(self._now, done=done, rate=round(rate, 3), left_s=round(left, 1))
                )
        self._write(replace(self._now, done=done, left_s=0.0))

    def end(self, failure: str = "") -> None:
        """The run is over, well or not."""
        stage = self._now.stage if failure else "finished"
        self._write(replace(self._now, stage=stage, left_s=0.0, failure=failure))

    def _write(self, now: RunProgress) -> None:
        self._now = replace(now, updated=_time())
        self._written = monotonic()
        with replaced(self._folder / FILE) as file:
            file.write(json.dumps(asdict(self._now)).encode())


def _time() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
