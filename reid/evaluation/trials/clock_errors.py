"""Random errors of a camera's clock, corrected from photos whose true time is known.

A survey's times are known. The clock of one camera is set wrong, so that its files lie; one photo
of it, or two where the clock drifts, has a known true time. Encounters by the corrected times
should be those by the true ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from reid.identify.grouping import PhotoToGroup, grouped
from reid.photo.clocks import DAY_S, ClockError, of_one_photo, of_two_photos, of_zones, offset_text
from reid.synthetic.survey import SurveyPlan, plan_survey

ANIMALS, ENCOUNTERS, STATIONS = 8, 4, 3
GAP = timedelta(minutes=30)
FEWEST = 4  # photos of a camera whose clock is set wrong
LARGEST_DRIFT_S = 120.0  # a day; a bad quartz loses a few seconds
Groups = frozenset[frozenset[int]]


class ClockFault(StrEnum):
    """What is wrong with a clock."""

    OFFSET = "offset"
    DRIFT = "drift"
    ZONE = "zone"
    RESET = "reset"
    YEAR = "wrong year"


@dataclass(frozen=True, slots=True)
class ClockTrial:
    """One survey with one wrong clock.

    wrong, right: whether encounters are those of the truth by the times of the files, and by the
    corrected ones. residual_s: the largest error that is left.
    """

    fault: ClockFault
    photos: int
    known: int
    wrong: bool
    right: bool
    residual_s: float


def clock_trials(
    surveys: int, seed: int, *, tick: Callable[[], object] = lambda: None
) -> list[ClockTrial]:
    """So many surveys, each with one wrong clock; faults take turns."""
    trials = []
    for number in range(surveys):
        rng = np.random.default_rng((seed, number))
        trials.append(_trial(list(ClockFault)[number % len(ClockFault)], rng))
        tick()
    return trials


def as_text(trials: Sequence[ClockTrial]) -> str:
    """A line a fault, and one for all."""
    lines = ["fault        surveys  equal before  equal after  largest error left"]
    rows: list[tuple[str, Sequence[ClockTrial]]] = [
        (fault.value, [trial for trial in trials if trial.fault is fault]) for fault in ClockFault
    ]
    for name, part in [*rows, ("all", trials)]:
        before, after = (sum(getattr(t, which) for t in part) for which in ("wrong", "right"))
        left = max((trial.residual_s for trial in part), default=0.0)
        lines.append(f"{name:12} {len(part):7}  {before:12}  {after:11}  {left:.0f} s")
    return "\n".join(lines)


def _trial(fault: ClockFault, rng: np.random.Generator) -> ClockTrial:
    plans = plan_survey(ANIMALS, ENCOUNTERS, STATIONS, rng)
    cameras = sorted({plan.camera for plan in plans})
    often = [c for c in cameras if sum(plan.camera == c for plan in plans) >= FEWEST]
    camera = str(rng.choice(often))
    true = {n: plan.taken for n, plan in enumerate(plans)}
    of_camera = sorted((n for n in true if plans[n].camera == camera), key=lambda n: true[n])
    files = true | _files(fault, {n: true[n] for n in of_camera}, rng)
    error, known = _corrected(fault, [(files[n], true[n]) for n in of_camera], rng)
    times = files | {n: error.true_time(files[n]) for n in of_camera}
    truth = _encounters(plans, true)
    return ClockTrial(
        fault=fault,
        photos=len(of_camera),
        known=known,
        wrong=_encounters(plans, files) == truth,
        right=_encounters(plans, times) == truth,
        residual_s=max(abs((times[n] - true[n]).total_seconds()) for n in of_camera),
    )


def _files(
    fault: ClockFault, true: Mapping[int, datetime], rng: np.random.Generator
) -> dict[int, datetime]:
    """What the files of a wrong clock say, in whole seconds."""
    first = min(true.values())
    offset, drift = 0.0, 0.0
    if fault is ClockFault.OFFSET:
        offset = float(rng.integers(-3 * 86400, 3 * 86400))
    elif fault is ClockFault.ZONE:
        offset = 900.0 * int(rng.integers(-48, 48))
    elif fault is ClockFault.RESET:
        awake = timedelta(seconds=int(rng.integers(0, 86400)))
        offset = (first - datetime(2000, 1, 1) - awake).total_seconds()  # noqa: DTZ001
    elif fault is ClockFault.YEAR:
        years = int(rng.choice([-2, -1, 1, 2, 5]))
        offset = -(first.replace(year=first.year + years) - first).total_seconds()
    else:
        offset = float(rng.integers(-86400, 86400))
        drift = float(rng.uniform(-LARGEST_DRIFT_S, LARGEST_DRIFT_S))
    rate = 1 + drift / DAY_S
    return {
        n: (first + timedelta(seconds=((at - first).total_seconds() - offset) / rate)).replace(
            microsecond=0
        )
        for n, at in true.items()
    }


def _corrected(
    fault: ClockFault, photos: Sequence[tuple[datetime, datetime]], rng: np.random.Generator
) -> tuple[ClockError, int]:
    """The error as a person states it, and how many photos it rests on.

    photos: time of the file and true time of each, oldest first.
    """
    if fault is ClockFault.DRIFT:
        return of_two_photos(photos[0], photos[-1]), 2
    file, true = photos[int(rng.integers(len(photos)))]
    if fault is ClockFault.ZONE:
        zone = offset_text(true - file)
        return of_zones("+00:00", zone, photos[0][0], photos[-1][0]), 1
    return of_one_photo(file, true), 1


def _encounters(plans: Sequence[SurveyPlan], times: Mapping[int, datetime]) -> Groups:
    """Photos of each encounter by the rule that the service groups by."""
    photos = (
        PhotoToGroup(str(n), station=plans[n].station, camera=plans[n].camera, moment=times[n])
        for n in times
    )
    return frozenset(frozenset(map(int, group)) for group in grouped(photos, GAP))
