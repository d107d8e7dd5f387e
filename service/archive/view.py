"""What the page of archive runs shows."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from reid.archive.progress import STAGES
from service.archive.runs import ArchiveRun
from service.web.languages import N_
from service.web.languages import gettext as _

STATES = {
    "running": N_("running"),
    "stopped": N_("stopped: the same command goes on from here"),
    "failed": N_("failed"),
    "finished": N_("finished"),
}
STAGE_WORDS = {
    "look": N_("looking at frames"),
    "choose": N_("choosing of bursts"),
    "describe": N_("describing coats"),
    "identify": N_("asking the catalogue"),
    "compare": N_("comparing unknown animals"),
    "report": N_("writing the report"),
}
STATUS_WORDS = {
    "identified": N_("photos of identities of the catalogue"),
    "new_animal": N_("photos of proposed animals"),
    "unknown": N_("photos of animals that are nobody's with enough evidence"),
    "too_poor": N_("photos too poor to compare"),
    "copy": N_("copies of other frames"),
    "near_copy": N_("nearly the same as another frame"),
    "not_chosen": N_("other frames of the burst are better"),
    "no_coat": N_("no coat seen"),
    "empty": N_("empty"),
    "no_animal": N_("people or vehicles"),
    "other_species": N_("another species"),
    "unreadable": N_("not readable"),
    "failed": N_("not answered"),
}


@dataclass(frozen=True, slots=True)
class ArchiveRunView:
    """One run. state, stage: translated. left: minutes and seconds, "" where nobody can tell.

    counts: what became of rows, translated, most of them first.
    """

    name: str
    state: str
    running: bool
    failure: str
    frames: int
    stage: str
    step: int
    steps: int
    done: int
    total: int
    rate: float
    left: str
    updated: datetime | None
    report: str
    counts: tuple[tuple[str, int], ...]


def run_view(run: ArchiveRun) -> ArchiveRunView:
    """A run as the page shows it."""
    progress = run.progress
    counts = sorted(run.statuses.items(), key=lambda item: (-item[1], item[0]))
    return ArchiveRunView(
        name=run.name,
        state=_(STATES[run.state]),
        running=run.state == "running",
        failure=progress.failure if run.state == "failed" else "",
        frames=progress.frames,
        stage=_(STAGE_WORDS[progress.stage]) if progress.stage in STAGE_WORDS else "",
        step=min(run.step, len(STAGES)),
        steps=len(STAGES),
        done=progress.done,
        total=progress.total,
        rate=progress.rate,
        left=_left(progress.left_s) if run.state == "running" else "",
        updated=_time(progress.updated),
        report=f"/archives/{quote(run.name)}/report" if run.report else "",
        counts=tuple((_(STATUS_WORDS.get(status, status)), count) for status, count in counts),
    )


def _left(seconds: float) -> str:
    if seconds < 0:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
